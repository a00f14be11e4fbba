"""How often a design would decide each claim: verdicts of many simulated cohorts."""

from secretome.power.min_pvalues import first_exact_n, rank_min_pvalues
from secretome.power.rates import VERDICTS, measured_plans, measured_rates, verdict_rates
from secretome.power.sample_size import MAX_N, SampleSizeResult, claim_rates, smallest_n

__all__ = [
    "MAX_N",
    "VERDICTS",
    "SampleSizeResult",
    "claim_rates",
    "first_exact_n",
    "measured_plans",
    "measured_rates",
    "rank_min_pvalues",
    "smallest_n",
    "verdict_rates",
]
