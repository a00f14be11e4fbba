"""How often a design would decide each claim: verdicts of many simulated cohorts."""

from secretome.power.floors import rank_floors
from secretome.power.planning import MOST, Need, claim_rates, first_exact_n, smallest_n
from secretome.power.rates import VERDICTS, measured_plans, measured_rates, verdict_rates

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
