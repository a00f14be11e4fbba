"""Exact small-sample statistics: arrays in, result objects out.

Nothing here knows of animals, files or figures, so it can be used alone::

    from secretome import stats
    stats.mann_whitney([1, 2, 2, 3, 4], [2, 3, 5, 5, 6]).pvalue
"""

from secretome.stats._common import Alternative, ConfidenceInterval, ConfidenceIntervals
from secretome.stats.censored import CensoredLognormalResult, censored_lognormal
from secretome.stats.contrasts import DunnettResult, WelchContrastsResult, dunnett, welch_contrasts
from secretome.stats.ranks import (
    HodgesLehmannResult,
    MannWhitneyResult,
    SignedRankResult,
    hodges_lehmann,
    mann_whitney,
    signed_rank,
)
from secretome.stats.ratios import GeometricMeanRatioResult, geometric_mean_ratio
from secretome.stats.superiority import SuperiorityResult, probability_of_superiority

__all__ = [
    "Alternative",
    "CensoredLognormalResult",
    "ConfidenceInterval",
    "ConfidenceIntervals",
    "DunnettResult",
    "GeometricMeanRatioResult",
    "HodgesLehmannResult",
    "MannWhitneyResult",
    "SignedRankResult",
    "SuperiorityResult",
    "WelchContrastsResult",
    "censored_lognormal",
    "dunnett",
    "geometric_mean_ratio",
    "hodges_lehmann",
    "mann_whitney",
    "probability_of_superiority",
    "signed_rank",
    "welch_contrasts",
]
