"""What a check finds, and the one list of checks."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Literal

from secretome.audit.models import Table

Outcome = Literal["agrees", "differs", "cannot tell"]
OUTCOMES: tuple[Outcome, ...] = ("differs", "cannot tell", "agrees")


@dataclass(frozen=True)
class Value:
    """One recomputed number, with the meaning of ± (``sd``, ``se`` or none) and the number of animals or points."""

    what: str
    value: float
    reading: str = ""
    n: int = 0


@dataclass(frozen=True)
class Finding:
    """The outcome of one check of one printed item.

    Attributes
    ----------
    item : str
        The label of the row, ratio or correlation; empty where the finding is about the whole table.
    check : str
        The check's name in the list of checks.
    outcome : str
        ``agrees``, ``differs`` or ``cannot tell``.
    printed : str
        The number or statement as printed.
    recomputed : tuple of Value
        What it was compared with.
    groups : tuple of str
        The labels of the groups concerned, where they are not all.
    file : str
        The file that it is in.
    about : mapping
        What else its sentence needs, by name.
    """

    item: str
    check: str
    outcome: Outcome
    printed: str
    recomputed: tuple[Value, ...] = ()
    groups: tuple[str, ...] = ()
    file: str = ""
    about: Mapping[str, Any] = field(default_factory=dict)

    def value(self, what: str, reading: str = "") -> float:
        """A recomputed number by its name.

        Raises
        ------
        KeyError
            If the check computed no such number.
        """
        for value in self.recomputed:
            if (value.what, value.reading) == (what, reading):
                return value.value
        raise KeyError(f"{what} {reading}")


TableCheck = Callable[[Table], Iterator[Finding]]
SeriesCheck = Callable[[Mapping[str, Table]], Iterator[Finding]]

CHECKS: dict[str, TableCheck] = {}
CHECKS_ACROSS: dict[str, SeriesCheck] = {}


def check(name: str) -> Callable[[TableCheck], TableCheck]:
    """Enter a check of one table in the list."""

    def enter(function: TableCheck) -> TableCheck:
        CHECKS[name] = function
        return function

    return enter


def check_across(name: str) -> Callable[[SeriesCheck], SeriesCheck]:
    """Enter a check of the reports of one series; its findings name their files themselves."""

    def enter(function: SeriesCheck) -> SeriesCheck:
        CHECKS_ACROSS[name] = function
        return function

    return enter


def audit(tables: Mapping[str, Table]) -> list[Finding]:
    """Run every check on every table, and on every series among them.

    Parameters
    ----------
    tables : mapping of str to Table
        Tables by the names of their files.

    Returns
    -------
    list of Finding
        File by file in the order given, within each those that differ first.

    Examples
    --------
    Which kinds of printed numbers of one paper cannot stand beside its others:

    >>> from secretome.audit import audit, published_tables
    >>> findings = audit({"ums-5840.yml": published_tables()["ums-5840.yml"]})
    >>> sorted({finding.check for finding in findings if finding.outcome == "differs"})
    ['difference', 'standard error']
    """
    found = [
        replace(finding, file=name)
        for name, table in tables.items()
        for run in CHECKS.values()
        for finding in run(table)
    ]
    series: dict[str, dict[str, Table]] = {}
    for name, table in tables.items():
        if table.series:
            series.setdefault(table.series, {})[name] = table
    found += [
        finding for members in series.values() for across in CHECKS_ACROSS.values() for finding in across(members)
    ]
    order = {name: position for position, name in enumerate(tables)}
    return sorted(found, key=lambda finding: (order[finding.file], OUTCOMES.index(finding.outcome)))
