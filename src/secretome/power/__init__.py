"""How often a design would decide each claim: verdicts of many simulated cohorts."""

from secretome.power.min_pvalues import rank_floors
from secretome.power.rates import VERDICTS, measured_plans, measured_rates, verdict_rates
from secretome.power.sample_size import MOST, Need, claim_rates, first_exact_n, smallest_n

__all__ = [
    "MOST",
    "VERDICTS",
    "Need",
    "claim_rates",
    "first_exact_n",
    "measured_plans",
    "measured_rates",
    "rank_floors",
    "smallest_n",
    "verdict_rates",
]
