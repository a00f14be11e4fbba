"""Tables that people read, made from results and verdicts."""

from secretome.report.tables.arrive import arrive_table
from secretome.report.tables.benchmarks import (
    alarms_table,
    browser_table,
    calibration_ranges,
    calibration_table,
    conditions_table,
    design_conditions_table,
    designs_table,
    growth_table,
    missed,
    reruns_table,
    speed_table,
)
from secretome.report.tables.markup import to_html
from secretome.report.tables.results import (
    contrasts_table,
    endpoint_table,
    options_table,
    planned_table,
    specifications_table,
    verdicts_table,
)
from secretome.report.tables.studies import (
    assumptions_table,
    design_table,
    groups_table,
    pairs_table,
    scenarios_table,
    sources_table,
)
from secretome.report.tables.workbook import workbook

__all__ = [
    "alarms_table",
    "arrive_table",
    "assumptions_table",
    "browser_table",
    "calibration_ranges",
    "calibration_table",
    "conditions_table",
    "contrasts_table",
    "design_conditions_table",
    "design_table",
    "designs_table",
    "endpoint_table",
    "groups_table",
    "growth_table",
    "missed",
    "options_table",
    "pairs_table",
    "planned_table",
    "reruns_table",
    "scenarios_table",
    "sources_table",
    "specifications_table",
    "speed_table",
    "to_html",
    "verdicts_table",
    "workbook",
]
