"""How often a design would decide each claim: verdicts of many simulated cohorts."""

from secretome.power.min_pvalues import rank_min_pvalues
from secretome.power.rates import VERDICTS, measured_plans, measured_rates, verdict_rates
from secretome.power.sample_size import MOST, SampleSizeResult, claim_rates, first_exact_n, smallest_n

__all__ = [
    "MOST",
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
