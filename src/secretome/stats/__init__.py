"""Exact small-sample statistics: arrays in, result objects out.

Nothing here knows of animals, files or figures, so it can be used alone::

    from secretome import stats
    stats.mann_whitney([1, 2, 2, 3, 4], [2, 3, 5, 5, 6]).pvalue
"""

from secretome.stats._common import ConfidenceInterval
from secretome.stats.ranks import (
    HodgesLehmannResult,
    MannWhitneyResult,
    SignedRankResult,
    hodges_lehmann,
    mann_whitney,
    signed_rank,
)
from secretome.stats.ratios import GeometricMeanRatioResult, geometric_mean_ratio

__all__ = [
    "ConfidenceInterval",
    "GeometricMeanRatioResult",
    "HodgesLehmannResult",
    "MannWhitneyResult",
    "SignedRankResult",
    "geometric_mean_ratio",
    "hodges_lehmann",
    "mann_whitney",
    "signed_rank",
]
