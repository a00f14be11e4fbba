"""Tables of reported numbers as files, and checks of whether the numbers agree with one another."""

from secretome.audit import counts, means, plausibility, pvalues, ratios  # noqa: F401  (each registers its checks)
from secretome.audit.findings import (
    AUDIT_OUTCOMES,
    CHECKS,
    CHECKS_BETWEEN_REPORTS,
    AuditOutcome,
    Finding,
    RecalculatedValue,
    audit,
)
from secretome.audit.loading import load_table, published_tables
from secretome.audit.models import ReportedTable

__all__ = [
    "AUDIT_OUTCOMES",
    "CHECKS",
    "CHECKS_BETWEEN_REPORTS",
    "AuditOutcome",
    "Finding",
    "RecalculatedValue",
    "ReportedTable",
    "audit",
    "load_table",
    "published_tables",
]
