"""Tables that people read, made from results and verdicts."""

from secretome.tables.arrive import arrive_table
from secretome.tables.benchmarks import (
    alarms_table,
    calibration_ranges,
    calibration_table,
    conditions_table,
    growth_table,
    missed,
    reruns_table,
    speed_table,
)
from secretome.tables.ledger import (
    needs_table,
    plans_table,
    power_table,
    rates_table,
    rules_table,
    scoreboard_table,
    worth_table,
)
from secretome.tables.markup import to_html
from secretome.tables.reported import (
    by_outcome,
    findings_table,
    floors_table,
    odds_table,
    outcomes_table,
    reported_ratios_table,
    reported_sources_table,
    spreads_table,
    titre_readings_table,
    variances_table,
)
from secretome.tables.results import contrasts_table, options_table, planned_table, specifications_table, verdicts_table
from secretome.tables.studies import (
    assumptions_table,
    design_table,
    groups_table,
    pairs_table,
    scenarios_table,
    sources_table,
)
from secretome.tables.workbook import workbook

__all__ = [
    "alarms_table",
    "arrive_table",
    "assumptions_table",
    "by_outcome",
    "calibration_ranges",
    "calibration_table",
    "conditions_table",
    "contrasts_table",
    "design_table",
    "findings_table",
    "floors_table",
    "groups_table",
    "growth_table",
    "missed",
    "needs_table",
    "odds_table",
    "options_table",
    "outcomes_table",
    "pairs_table",
    "planned_table",
    "plans_table",
    "power_table",
    "rates_table",
    "reported_ratios_table",
    "reported_sources_table",
    "reruns_table",
    "rules_table",
    "scenarios_table",
    "scoreboard_table",
    "sources_table",
    "specifications_table",
    "speed_table",
    "spreads_table",
    "titre_readings_table",
    "to_html",
    "variances_table",
    "verdicts_table",
    "workbook",
    "worth_table",
]
