"""Printed tables as files, and checks of whether their numbers agree with one another."""

from secretome.audit import across, claims, counts, means  # each enters its checks in the list
from secretome.audit.findings import CHECKS, CHECKS_ACROSS, OUTCOMES, Finding, Outcome, Value, audit
from secretome.audit.loading import load_table, published_tables
from secretome.audit.models import Table

__all__ = [
    "CHECKS",
    "CHECKS_ACROSS",
    "OUTCOMES",
    "Finding",
    "Outcome",
    "Table",
    "Value",
    "across",
    "audit",
    "claims",
    "counts",
    "load_table",
    "means",
    "published_tables",
]
