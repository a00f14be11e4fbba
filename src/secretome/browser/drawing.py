"""The figures of the in-browser page, made by the functions of the report."""

import pandas as pd
from matplotlib.figure import Figure

from secretome.claims import AS_CLAIMED, specifications
from secretome.claims.rules import ALPHA
from secretome.cohort import Study
from secretome.report import figures, text

Drawn = tuple[Figure, str]


def draw_animals(study: Study, results: pd.DataFrame, endpoint: str) -> Drawn | None:
    """Draw every animal of an endpoint with the planned effects, and return the figure with its alternative text."""
    claims = [claim for claim in study.protocol.claims.values() if claim.endpoint == endpoint]
    planned = results[(results["analysis"] == "planned") & (results["endpoint"] == endpoint)]
    if not claims or planned.empty:
        return None
    if study.protocol.design == "paired":
        row = planned[planned["alternative"] != "equivalence"].iloc[0]
        return figures.paired_figure(study, claims[0], row), text.paired_alt(study, claims[0], row)
    equivalence = all(claim.is_equivalence for claim in claims)
    planned = planned[(planned["alternative"] == "equivalence") == equivalence]
    contrasts = dict.fromkeys(contrast for claim in claims for contrast in claim.compared)
    own = planned.set_index("contrast", drop=False)
    rows = [own.loc[contrast] for contrast in contrasts if contrast in own.index]
    return figures.groups_figure(study, endpoint, rows), text.groups_alt(study, endpoint, rows)


def draw_curve(study: Study, results: pd.DataFrame, key: str) -> Drawn | None:
    """Draw the specification curve of a claim, and return the figure with its alternative text."""
    curve = specifications(study, results, key)
    rows = curve[curve["question"] == AS_CLAIMED]
    if rows.empty:
        return None
    claim = study.protocol.claims[key]
    return figures.specification_figure(study, rows, ALPHA), text.specification_alt(study, claim, rows)
