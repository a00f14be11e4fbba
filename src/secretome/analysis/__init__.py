"""From a study to its results: one row per estimate, in three analyses."""

from collections.abc import Sequence

import pandas as pd

from secretome.analysis.independent import fit_censored_model, independent_rows, planned_rows, ranks_decide
from secretome.analysis.paired import paired_rows, unpaired_pvalues
from secretome.analysis.results import (
    ANALYSES,
    BOUND,
    COLUMNS,
    MEAN_DIFFERENCE,
    NO_DIFFERENCE,
    RANK_RATIO,
    RATE_RATIO,
    RATIO,
    RATIO_BY_MODEL,
    SHIFT,
    SUPERIORITY,
    TREND_RATIO,
    AnalysisName,
    Estimate,
    Result,
    Settings,
    specification_of,
)
from secretome.analysis.samples import Comparison, GroupSample, dilution_fold
from secretome.analysis.specification import (
    ANY_RANK_TEST,
    SPECIFICATION_COLUMNS,
    Adjustment,
    Dose,
    Method,
    Nondetects,
    Scale,
    Specification,
)
from secretome.analysis.trend import slope_weights
from secretome.cohort import Study

__all__ = [
    "ANALYSES",
    "ANY_RANK_TEST",
    "BOUND",
    "COLUMNS",
    "MEAN_DIFFERENCE",
    "NO_DIFFERENCE",
    "RANK_RATIO",
    "RATE_RATIO",
    "RATIO",
    "RATIO_BY_MODEL",
    "SHIFT",
    "SPECIFICATION_COLUMNS",
    "SUPERIORITY",
    "TREND_RATIO",
    "Adjustment",
    "AnalysisName",
    "Comparison",
    "Dose",
    "Estimate",
    "GroupSample",
    "Method",
    "Nondetects",
    "Result",
    "Scale",
    "Specification",
    "analyse",
    "dilution_fold",
    "fit_censored_model",
    "planned_rows",
    "ranks_decide",
    "slope_weights",
    "specification_of",
    "unpaired_pvalues",
]


def analyse(
    study: Study,
    analyses: Sequence[AnalysisName] = ANALYSES,
    *,
    alpha: float = 0.05,
    level: float = 0.95,
    seed: int = 1,
) -> pd.DataFrame:
    """Analyse a study as published, as planned, and in every other reasonable way.

    Parameters
    ----------
    study : Study
        A protocol with a cohort.
    analyses : sequence of {"published", "planned", "multiverse"}
        The analyses wanted.
    alpha : float, default 0.05
        The error rate at which claims are decided: the planned interval is at ``1 - alpha / k`` over a family of k
        contrasts.
    level : float, default 0.95
        The confidence level of the intervals that decide nothing.
    seed : int, default 1
        Seeds the permutations that are too many to enumerate.

    Returns
    -------
    DataFrame
        One row per estimate, in the columns of ``results.csv`` (see `Result`).

    Raises
    ------
    ValueError
        If `alpha` is not between 0 and 0.5, `level` not between 0 and 1, `seed` negative, or an analysis unknown.

    Examples
    --------
    >>> from secretome import analyse, load_study
    >>> results = analyse(load_study("treg_conditioned_medium"), analyses=("published",))
    >>> results[["endpoint", "test", "pvalue"]].round(6).values.tolist()
    [['foxp3_cd25pos', 'signed_rank', 0.000488], ['foxp3_cd25neg', 'signed_rank', 0.000488]]
    """
    for name, share, most in (("alpha", alpha, 0.5), ("level", level, 1)):
        if not 0 < share < most:
            raise ValueError(f"{name} must lie between 0 and {most}; it is {share!r}.")
    if seed < 0:
        raise ValueError(f"seed must be a whole number from 0 upwards; it is {seed!r}.")
    unknown = set(analyses) - set(ANALYSES)
    if unknown:
        raise ValueError(f"analyses must be among {', '.join(ANALYSES)}; found {', '.join(sorted(unknown))}.")
    settings = Settings(tuple(analyses), alpha, level, seed)
    rows = paired_rows(study, settings) if study.protocol.design == "paired" else independent_rows(study, settings)
    return pd.DataFrame([[getattr(row, column) for column in COLUMNS] for row in rows], columns=list(COLUMNS))
