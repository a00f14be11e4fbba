"""Exact small-sample statistics: arrays in, result objects out.

Nothing here knows of animals, files or figures, so it can be used alone::

    from secretome import stats
    stats.mann_whitney([1, 2, 2, 3, 4], [2, 3, 5, 5, 6]).pvalue
"""

from secretome.stats._common import Alternative, ConfidenceInterval
from secretome.stats.blocks import VanElterenResult, block_contrasts, van_elteren
from secretome.stats.censored import CensoredLognormalResult, censored_lognormal
from secretome.stats.counts import GroupRatiosResult, count_ratio
from secretome.stats.covariance import ancova_contrasts
from secretome.stats.dunnett import DunnettResult, dunnett
from secretome.stats.equivalence import EquivalenceResult, equivalence
from secretome.stats.groups import KruskalWallisResult, SteelResult, kruskal_wallis, steel
from secretome.stats.hazards import (
    HazardRatioResult,
    RestrictedMeanResult,
    hazard_ratio,
    restricted_mean_survival,
    survival_curve,
)
from secretome.stats.location import HodgesLehmannResult, hodges_lehmann
from secretome.stats.pooling import RandomEffectsResult, random_effects
from secretome.stats.power import PowerResult, power
from secretome.stats.proportions import proportion_ratio
from secretome.stats.ranks import MannWhitneyResult, SignedRankResult, mann_whitney, signed_rank
from secretome.stats.step_down import StepDownResult, shirley_williams, williams
from secretome.stats.superiority import SuperiorityResult, probability_of_superiority
from secretome.stats.survival import LogrankResult, logrank
from secretome.stats.titres import titre_bounds
from secretome.stats.trends import JonckheereTerpstraResult, jonckheere_terpstra
from secretome.stats.welch import (
    GeometricMeanRatioResult,
    MeanDifferenceResult,
    WelchContrastsResult,
    geometric_mean_ratio,
    mean_difference,
    welch_contrasts,
)

__all__ = [
    "Alternative",
    "CensoredLognormalResult",
    "ConfidenceInterval",
    "DunnettResult",
    "EquivalenceResult",
    "GeometricMeanRatioResult",
    "GroupRatiosResult",
    "HazardRatioResult",
    "HodgesLehmannResult",
    "JonckheereTerpstraResult",
    "KruskalWallisResult",
    "LogrankResult",
    "MannWhitneyResult",
    "MeanDifferenceResult",
    "PowerResult",
    "RandomEffectsResult",
    "RestrictedMeanResult",
    "SignedRankResult",
    "SteelResult",
    "StepDownResult",
    "SuperiorityResult",
    "VanElterenResult",
    "WelchContrastsResult",
    "ancova_contrasts",
    "block_contrasts",
    "censored_lognormal",
    "count_ratio",
    "dunnett",
    "equivalence",
    "geometric_mean_ratio",
    "hazard_ratio",
    "hodges_lehmann",
    "jonckheere_terpstra",
    "kruskal_wallis",
    "logrank",
    "mann_whitney",
    "mean_difference",
    "power",
    "probability_of_superiority",
    "proportion_ratio",
    "random_effects",
    "restricted_mean_survival",
    "shirley_williams",
    "signed_rank",
    "steel",
    "survival_curve",
    "titre_bounds",
    "van_elteren",
    "welch_contrasts",
    "williams",
]
