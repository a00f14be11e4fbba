"""The figures of the in-browser page, made by the functions of the report."""

import pandas as pd
from matplotlib.figure import Figure

from secretome.claims import AS_CLAIMED, decision_rows, specifications
from secretome.claims.rules import ALPHA
from secretome.cohort import Study
from secretome.report import figures, text

Drawn = tuple[Figure, str]


def draw_animals(study: Study, results: pd.DataFrame, verdicts: pd.DataFrame, endpoint: str) -> Drawn | None:
    """Draw every animal of an endpoint with the effects that decide its claims, and return it with alternative text."""
    claims = {key: claim for key, claim in study.protocol.claims.items() if claim.endpoint == endpoint}
    planned = results[(results["analysis"] == "planned") & (results["endpoint"] == endpoint)]
    planned = planned[planned["alternative"] != "equivalence"].set_index("contrast", drop=False)
    if not claims:
        return None
    if study.protocol.design == "paired":
        claim = next(iter(claims.values()))
        row = planned.loc[claim.decisive_contrasts[0]]
        return figures.paired_figure(study, claim, row), text.paired_alt(study, claim, row)
    several = next((key for key, claim in claims.items() if claim.together), None)
    if several is not None:
        rule = str(verdicts.loc[verdicts["claim"] == several, "rule"].iloc[0])
        rows = [row for _, row in decision_rows(study, results, several, rule).iterrows()]
    else:
        contrasts = dict.fromkeys(
            contrast for claim in claims.values() for contrast in (claim.compared or claim.effects)
        )
        by_contrast = {row["contrast"]: row for _, row in planned.iterrows()}
        rows = [by_contrast[contrast] for contrast in contrasts if contrast in by_contrast]
    return figures.groups_figure(study, endpoint, rows), text.groups_alt(study, endpoint, rows)


def draw_curve(study: Study, results: pd.DataFrame, verdicts: pd.DataFrame, key: str) -> Drawn | None:
    """Draw the specification curve of a claim, and return the figure with its alternative text."""
    del verdicts
    curve = specifications(study, results, key)
    rows = curve[curve["question"] == AS_CLAIMED]
    if rows.empty:
        return None
    claim = study.protocol.claims[key]
    return figures.specification_figure(study, rows, ALPHA), text.specification_alt(study, claim, rows)
