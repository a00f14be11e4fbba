"""Printed tables as files, and checks of whether their numbers agree with one another."""

from secretome.reported import across, claims, counts, means  # each enters its checks in the list
from secretome.reported.findings import CHECKS, CHECKS_ACROSS, OUTCOMES, Finding, Outcome, Value, audit
from secretome.reported.loading import load_table, published_tables
from secretome.reported.models import Table

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
