"""Tables of reported numbers as files, and checks of whether the numbers agree with one another."""

from secretome.audit import counts, means, plausibility, pvalues, ratios  # noqa: F401  (each registers its checks)
from secretome.audit.findings import CHECKS, CHECKS_BETWEEN_REPORTS, OUTCOMES, Finding, Outcome, Value, audit
from secretome.audit.loading import load_table, published_tables
from secretome.audit.models import Table

__all__ = [
    "CHECKS",
    "CHECKS_BETWEEN_REPORTS",
    "OUTCOMES",
    "Finding",
    "Outcome",
    "Table",
    "Value",
    "audit",
    "load_table",
    "published_tables",
]
