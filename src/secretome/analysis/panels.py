"""Panels: the contrasts of several endpoints as one family."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Literal

import numpy as np

from secretome.analysis.results import Result
from secretome.analysis.specification import Adjustment
from secretome.cohort import Study
from secretome.protocol import Claim, Panel


def panel_claims(study: Study, panel: Panel) -> Iterator[Claim]:
    """Yield a claim for each endpoint of a panel whose family is all contrasts of the panel.

    It is the first claim on the endpoint, whose published test is run, or a question that no one claims.
    """
    for endpoint in panel.endpoints:
        own = (claim for claim in study.protocol.claims.values() if claim.endpoint == endpoint and claim.panel)
        question = Claim(
            sentence="Whether the groups differ",
            endpoint=endpoint,
            kind="single",
            direction="up",
            contrast=panel.contrasts[0],
            source="none",
        )
        yield replace(next(own, question), contrast=panel.contrasts[0], family=panel.contrasts, panel="")


def adjusted_over_panel(rows: Iterable[Result], adjust: Literal["bonferroni", "holm"]) -> list[Result]:
    """The rows of a panel, with Holm's p if the panel is adjusted by it; Bonferroni's are in the rows already."""
    listed = list(rows)
    if adjust == "bonferroni":
        return listed
    planned = [at for at, row in enumerate(listed) if row.analysis == "planned" and row.alternative == "two-sided"]
    pvalues = np.array([listed[at].pvalue for at in planned])
    # A contrast without a test stays in the family, as if it had the largest p.
    known = np.where(np.isnan(pvalues), 1.0, pvalues)
    order = np.argsort(known, kind="stable")
    adjusted = np.empty(known.size)
    adjusted[order] = np.minimum(1.0, np.maximum.accumulate(known[order] * np.arange(known.size, 0, -1)))
    for at, pvalue in zip(planned, np.where(np.isnan(pvalues), np.nan, adjusted), strict=True):
        listed[at] = replace(listed[at], pvalue_adjusted=float(pvalue), adjustment=str(Adjustment.HOLM))
    return listed
