"""Checks of counted animals: tests from counts, percentages, deaths, and the number of animals."""

import math
from collections.abc import Iterator, Mapping, Sequence
from itertools import product

import numpy as np
from scipy import stats as scipy_stats

from secretome.audit.findings import (
    AuditOutcome,
    Finding,
    RecalculatedValue,
    check,
    check_cells,
    check_comparisons,
    check_rows,
)
from secretome.audit.models import ReportedCell, ReportedComparison, ReportedEndpoint, ReportedTable
from secretome.audit.reported import Size, half_unit

MAX_TABLES = 1_000_000
FROM_COUNTS = ("chi-square", "fisher", "log-rank", "not stated")


@check_comparisons("counts")
def check_counts(table: ReportedTable, endpoint: ReportedEndpoint, comparison: ReportedComparison) -> Finding | None:
    """Compare a reported p, or a claimed difference, with chi-square and Fisher's exact test of the counts."""
    claimed = comparison.claimed in ("different", "not different")
    if not endpoint.has_counts or comparison.method not in FROM_COUNTS or not (comparison.p or claimed):
        return None
    details = {"method": comparison.method, "alpha": comparison.alpha}
    rows = [event_counts(table, endpoint, group) for group in comparison.groups or endpoint.values]
    known = [row for row in rows if row is not None]
    complete = len(known) == len(rows)
    pvalues = count_pvalues(known) if complete and len(rows) > 1 else {}
    if not pvalues:
        missing = "variation" if known and complete else "n"
        return Finding("cannot tell", comparison.reported, details={**details, "missing": missing})
    tests = {"chi-square": ("chi-square", "corrected chi-square"), "fisher": ("fisher",)}
    names = tests.get(comparison.method, tuple(pvalues))
    used = {name: p for name, p in pvalues.items() if name in names}
    # Fisher's exact test of several large groups has too many tables; the log-rank test is compared with it too.
    if not used or (comparison.method == "log-rank" and "fisher" not in used):
        return Finding("cannot tell", comparison.reported, details={**details, "missing": "tables"})
    outcome = _compare_logrank(comparison, used) if comparison.method == "log-rank" else _compare(comparison, used)
    return Finding(outcome, comparison.reported, tuple(RecalculatedValue(name, p) for name, p in used.items()), details)


def _compare(comparison: ReportedComparison, pvalues: Mapping[str, float]) -> AuditOutcome:
    if comparison.p:
        agrees = any(comparison.p.is_compatible(p, p) for p in pvalues.values())
    else:
        agrees = any((p <= comparison.alpha) == (comparison.claimed == "different") for p in pvalues.values())
    return "agrees" if agrees else "differs"


def _compare_logrank(comparison: ReportedComparison, pvalues: Mapping[str, float]) -> AuditOutcome:
    """Compare only on which side of the error rate p is: the log-rank test uses times that are not reported."""
    low, high = comparison.p.limits if comparison.p else (0.0, 0.0)
    significant = {pvalues[name] <= comparison.alpha for name in ("chi-square", "fisher")}
    reported = high <= comparison.alpha if comparison.p else comparison.claimed == "different"
    if len(significant) > 1 or low <= comparison.alpha < high:
        return "cannot tell"
    return "agrees" if significant == {reported} else "differs"


def event_counts(table: ReportedTable, endpoint: ReportedEndpoint, group: str) -> tuple[int, int] | None:
    """The numbers of animals with and without the event in a group, from the count or else the percentage."""
    cell, size = endpoint.values.get(group), table.size(endpoint, group)
    if cell is None or size is None or size.least != size.most:
        return None
    n, events = size.least, cell.count
    if events is None and cell.percent is not None and _is_possible(cell, size):
        events = round(float(cell.percent) * n / 100)
    return None if events is None or events > n else (events, n - events)


def count_pvalues(rows: Sequence[tuple[int, int]]) -> dict[str, float]:
    """The p-values of the usual tests of counts, by name; each row has a group's numbers with and without the event.

    Examples
    --------
    Deaths among ten rats in each of five groups (Table 1 of PMC4212921):

    >>> pvalues = count_pvalues([(0, 10), (4, 6), (3, 7), (1, 9), (2, 8)])
    >>> round(pvalues["chi-square"], 4)
    0.1812
    """
    if 0 in {sum(column) for column in zip(*rows, strict=True)}:
        return {}
    pvalues = {"chi-square": float(scipy_stats.chi2_contingency(rows, correction=False).pvalue)}
    if len(rows) == 2:
        pvalues["corrected chi-square"] = float(scipy_stats.chi2_contingency(rows, correction=True).pvalue)
        return pvalues | {"fisher": float(scipy_stats.fisher_exact(rows).pvalue)}
    exact = _freeman_halton(rows)
    return pvalues if exact is None else pvalues | {"fisher": exact}


def _freeman_halton(rows: Sequence[tuple[int, int]]) -> float | None:
    """Fisher's exact test of more than two groups, from every table with these sums; None if there are too many.

    SciPy's function draws tables at random for more than two groups.
    """
    sizes, total = [sum(row) for row in rows], sum(row[0] for row in rows)
    ranges = [range(min(size, total) + 1) for size in sizes]
    if math.prod(map(len, ranges)) > MAX_TABLES:
        return None
    tables = np.array([counts for counts in product(*ranges) if sum(counts) == total])
    probabilities = scipy_stats.multivariate_hypergeom.pmf(tables, sizes, total)
    observed = scipy_stats.multivariate_hypergeom.pmf([row[0] for row in rows], sizes, total)
    return float(probabilities[probabilities <= observed * (1 + 1e-7)].sum())


@check_cells("percentages")
def check_percentage(
    table: ReportedTable, endpoint: ReportedEndpoint, group: str, cell: ReportedCell
) -> Finding | None:
    """Compare a percentage with n: a whole number of animals must give it, and it must be the reported number."""
    size = table.size(endpoint, group)
    if cell.percent is None:
        too_many = cell.count is not None and size is not None and cell.count > size.most
        return Finding("differs", f"{cell.count}", (RecalculatedValue("n", size.most),)) if size and too_many else None
    reported = f"{cell.percent} %"
    if size is None:
        return Finding("cannot tell", reported)
    if _is_possible(cell, size):
        return Finding("agrees", reported)
    values = tuple(
        RecalculatedValue("nearest percentage", 100 * round(float(cell.percent) * n / 100) / n, n=n)
        for n in size.possible
    )
    return Finding("differs", reported, values, {"count": cell.count, "percent": str(cell.percent)})


def _is_possible(cell: ReportedCell, size: Size) -> bool:
    """Whether a whole number of animals, or the reported one, gives the reported percentage."""
    if cell.percent is None:
        return True
    percent, tolerance = float(cell.percent), half_unit(cell.percent) * (1 + 1e-9)
    for n in range(size.least, size.most + 1):
        events = cell.count if cell.count is not None else round(percent * n / 100)
        if events <= n and abs(100 * events / n - percent) <= tolerance:
            return True
    return False


@check_rows("deaths")
def check_deaths(table: ReportedTable, endpoint: ReportedEndpoint) -> Iterator[Finding]:
    """Compare the n of a later time with the number of animals that were still alive."""
    for deaths in table.endpoints.values():
        if not deaths.deaths or endpoint.deaths or endpoint.hour is None:
            continue
        if deaths.hour is not None and endpoint.hour < deaths.hour:
            continue
        excess = {}
        for group in endpoint.values:
            counts, size = event_counts(table, deaths, group), table.size(endpoint, group)
            if counts and size:
                excess[group] = (size.least - counts[1], size.least, counts)
        if not excess:
            continue
        group = max(excess, key=lambda group: excess[group][0])
        too_many, n, (dead, alive) = excess[group]
        outcome: AuditOutcome = "agrees" if too_many <= 0 else "differs" if deaths.hour is not None else "cannot tell"
        values = (
            RecalculatedValue("alive", alive),
            RecalculatedValue("at the start", dead + alive),
            RecalculatedValue("dead", dead),
        )
        yield Finding(outcome, f"{n}", values, {"hour": deaths.hour}, (group,))


@check("group sizes")
def check_group_sizes(table: ReportedTable) -> Iterator[Finding]:
    """Compare the total number of animals with the groups."""
    if table.total is None or not table.groups:
        return
    sizes = [group.n for group in table.groups.values() if group.n]
    number, most, least = len(table.groups), sum(size.most for size in sizes), sum(size.least for size in sizes)
    has_spread = any(cell.spread for endpoint in table.endpoints.values() for cell in endpoint.values.values())
    outcome: AuditOutcome
    if len(sizes) == number:
        outcome = "agrees" if least <= table.total <= most else "differs"
        yield Finding(outcome, f"{table.total}", (RecalculatedValue("sum", least), RecalculatedValue("groups", number)))
        return
    # A spread needs two animals in a group.
    needed = least + (number - len(sizes)) * (2 if has_spread else 1)
    outcome = "differs" if table.total < needed else "agrees" if table.has_equal_shares else "cannot tell"
    values = (
        RecalculatedValue("needed", needed),
        RecalculatedValue("groups", number),
        RecalculatedValue("share", table.total / number),
    )
    yield Finding(outcome, f"{table.total}", values)
