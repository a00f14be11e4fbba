"""Findings, the list of checks, and the function that runs them."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Literal

from secretome.audit.models import ReportedCell, ReportedComparison, ReportedEndpoint, ReportedTable

AuditOutcome = Literal["agrees", "differs", "cannot tell"]
AUDIT_OUTCOMES: tuple[AuditOutcome, ...] = ("differs", "cannot tell", "agrees")


@dataclass(frozen=True)
class RecalculatedValue:
    """One recalculated number.

    `spread` is the meaning of ± (``sd``, ``se`` or empty), `n` the number of animals or points, and `groups` are the
    labels of the groups that the number compares, if they are not those of the finding.
    """

    name: str
    value: float
    spread: str = ""
    n: int = 0
    groups: tuple[str, ...] = ()


@dataclass(frozen=True)
class Finding:
    """The outcome of one check of one reported item.

    Attributes
    ----------
    outcome : str
        ``agrees``, ``differs`` or ``cannot tell``.
    reported : str
        The number or statement as reported.
    recalculated : tuple of RecalculatedValue
        The numbers it was compared with.
    details : mapping
        Further values for the sentence, by name.
    groups : tuple of str
        The labels of the groups concerned; empty if all are.
    item : str
        The label of the row, ratio or correlation; empty if the finding is about the whole table.
    check : str
        The name of the check.
    file : str
        The file of the table.
    """

    outcome: AuditOutcome
    reported: str
    recalculated: tuple[RecalculatedValue, ...] = ()
    details: Mapping[str, Any] = field(default_factory=dict)
    groups: tuple[str, ...] = ()
    item: str = ""
    check: str = ""
    file: str = ""

    def value(self, name: str, spread: str = "") -> float:
        """A recalculated number by its name.

        Raises
        ------
        KeyError
            If the check calculated no such number.
        """
        for value in self.recalculated:
            if (value.name, value.spread) == (name, spread):
                return value.value
        raise KeyError(f"{name} {spread}")


TableCheck = Callable[[ReportedTable], Iterator[Finding]]
SeriesCheck = Callable[[Mapping[str, ReportedTable]], Iterator[Finding]]
RowCheck = Callable[[ReportedTable, ReportedEndpoint], Iterator[Finding]]
ComparisonCheck = Callable[[ReportedTable, ReportedEndpoint, ReportedComparison], Finding | None]
CellCheck = Callable[[ReportedTable, ReportedEndpoint, str, ReportedCell], Finding | None]

CHECKS: dict[str, TableCheck] = {}
CHECKS_BETWEEN_REPORTS: dict[str, SeriesCheck] = {}


def check(name: str) -> Callable[[TableCheck], TableCheck]:
    """Register a check of one table under its name."""

    def register(function: TableCheck) -> TableCheck:
        CHECKS[name] = function
        return function

    return register


def check_between_reports(name: str) -> Callable[[SeriesCheck], SeriesCheck]:
    """Register a check of the reports of one series; its findings carry the name of their file."""

    def register(function: SeriesCheck) -> SeriesCheck:
        CHECKS_BETWEEN_REPORTS[name] = function
        return function

    return register


def check_rows(name: str) -> Callable[[RowCheck], RowCheck]:
    """Register a check of each row; the function gives groups by key, and labels are filled in here."""

    def register(function: RowCheck) -> RowCheck:
        @check(name)
        def run(table: ReportedTable) -> Iterator[Finding]:
            for endpoint in table.endpoints.values():
                row = {"unit": endpoint.unit, "spread_stated": table.states_spread(endpoint)}
                for finding in function(table, endpoint):
                    groups = tuple(table.groups[group].label for group in finding.groups)
                    yield replace(finding, item=endpoint.label, groups=groups, details={**row, **finding.details})

        return function

    return register


def check_comparisons(name: str) -> Callable[[ComparisonCheck], ComparisonCheck]:
    """Register a check of each comparison; the function returns nothing if the check does not apply."""

    def register(function: ComparisonCheck) -> ComparisonCheck:
        @check_rows(name)
        def run(table: ReportedTable, endpoint: ReportedEndpoint) -> Iterator[Finding]:
            for comparison in endpoint.comparisons:
                if finding := function(table, endpoint, comparison):
                    yield replace(finding, groups=comparison.groups)

        return function

    return register


def check_cells(name: str) -> Callable[[CellCheck], CellCheck]:
    """Register a check of each value; those that agree, and those that cannot be checked, give one finding each."""

    def register(function: CellCheck) -> CellCheck:
        @check_rows(name)
        def run(table: ReportedTable, endpoint: ReportedEndpoint) -> Iterator[Finding]:
            agreeing, unknown = 0, []
            for group, cell in endpoint.values.items():
                finding = function(table, endpoint, group, cell)
                if finding and finding.outcome == "differs":
                    yield replace(finding, groups=(group,))
                elif finding and finding.outcome == "cannot tell":
                    unknown.append(finding.reported)
                elif finding:
                    agreeing += 1
            if unknown:
                yield Finding("cannot tell", ", ".join(unknown))
            if agreeing:
                yield Finding("agrees", "", (RecalculatedValue("groups", agreeing),))

        return function

    return register


def audit(tables: Mapping[str, ReportedTable]) -> list[Finding]:
    """Run every check on every table, and on every series among them.

    Parameters
    ----------
    tables : mapping of str to ReportedTable
        Tables by the names of their files.

    Returns
    -------
    list of Finding
        In the order of the files; within a file, the findings that differ come first.

    Examples
    --------
    The kinds of reported numbers of one paper that contradict its other numbers:

    >>> from secretome.audit import audit, published_tables
    >>> findings = audit({"ums-5840.yml": published_tables()["ums-5840.yml"]})
    >>> sorted({finding.check for finding in findings if finding.outcome == "differs"})
    ['difference', 'standard error']
    """
    findings = [
        replace(finding, file=file, check=name)
        for file, table in tables.items()
        for name, run in CHECKS.items()
        for finding in run(table)
    ]
    series: dict[str, dict[str, ReportedTable]] = {}
    for file, table in tables.items():
        if table.series:
            series.setdefault(table.series, {})[file] = table
    findings += [
        replace(finding, check=name)
        for reports in series.values()
        for name, compare in CHECKS_BETWEEN_REPORTS.items()
        for finding in compare(reports)
    ]
    order = {file: position for position, file in enumerate(tables)}
    return sorted(findings, key=lambda finding: (order[finding.file], AUDIT_OUTCOMES.index(finding.outcome)))
