"""Checks of means and spreads: p-values, letters, directions, differences and standard errors."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import combinations

from secretome.audit.findings import Finding, RecalculatedValue, check_comparisons, check_rows
from secretome.audit.models import ReportedComparison, ReportedEndpoint, ReportedTable
from secretome.audit.reported import half_unit, rounding_limits
from secretome.audit.summaries import (
    Interpretation,
    anova,
    interpretations,
    least_significant_difference,
    missing_input,
    t_test,
)

FROM_MEANS = ("anova", "t", "welch", "lsd", "two-way anova", "not stated")


@dataclass(frozen=True)
class _PossibleTest:
    """A test that the paper may have used: its p from the reported numbers, and the limits of p within rounding."""

    value: RecalculatedValue
    low: float
    high: float

    def fits(self, comparison: ReportedComparison, *, rounding: bool = True) -> bool:
        """Whether the test gives the reported p or, without one, the claim."""
        low, high = (self.low, self.high) if rounding else (self.value.value, self.value.value)
        if comparison.p:
            return comparison.p.is_compatible(low, high)
        return high > comparison.alpha if comparison.claimed == "not different" else low <= comparison.alpha


@check_comparisons("test")
def check_test(table: ReportedTable, endpoint: ReportedEndpoint, comparison: ReportedComparison) -> Finding | None:
    """Compare a reported p, or a claimed difference, with the test from means, spreads and sizes."""
    if endpoint.has_counts or comparison.method not in FROM_MEANS or not (comparison.p or comparison.claimed):
        return None
    groups = comparison.groups or tuple(endpoint.values)
    details: dict[str, object] = {"alpha": comparison.alpha}
    missing = "method" if comparison.method == "two-way anova" else missing_input(table, endpoint, groups)
    tests = [test for test in _possible_tests(table, endpoint, comparison, groups) if not math.isnan(test.value.value)]
    if missing or not tests:
        return Finding("cannot tell", comparison.reported, (), {**details, "missing": missing or "variation"})
    if table.has_equal_shares:
        details["shared"] = table.total
    fitting = [test for test in tests if test.fits(comparison)]
    if not fitting:
        return Finding("differs", comparison.reported, tuple(test.value for test in tests), details)
    details["rounding"] = not any(test.fits(comparison, rounding=False) for test in fitting)
    return Finding("agrees", comparison.reported, tuple(test.value for test in fitting), details)


def _possible_tests(
    table: ReportedTable, endpoint: ReportedEndpoint, comparison: ReportedComparison, groups: Sequence[str]
) -> list[_PossibleTest]:
    """The tests that a comparison may be based on, under each interpretation of the row."""
    size_is_range = any(len(size.possible) > 1 for group in groups if (size := table.size(endpoint, group)))
    tests = []
    for interpretation in interpretations(table, endpoint, groups):
        pvalues = {
            **_pvalues_of_groups(comparison.method, len(groups), interpretation),
            **_pvalues_of_lsd(table, endpoint, comparison.method, groups, interpretation),
        }
        for name, (p, *rounded) in pvalues.items():
            value = RecalculatedValue(
                name, p, interpretation.spread, interpretation.summaries[0].n if size_is_range else 0
            )
            # If the spread of the groups is rounded to zero, the smallest p is zero.
            limits = [0.0 if math.isnan(limit) else limit for limit in (p, *rounded)]
            tests.append(_PossibleTest(value, min(limits), max(limits)))
    return tests


def _pvalues_of_groups(method: str, number: int, interpretation: Interpretation) -> dict[str, list[float]]:
    """The p-values of tests that use the compared groups alone: as reported, then at both limits of rounding."""
    versions = interpretation.versions
    if number > 2:
        anovas = ("anova",) if method == "anova" else ("anova", "welch anova")
        return {name: [anova(version, welch=name != "anova").pvalue for version in versions] for name in anovas}
    names: dict[str, tuple[str, ...]] = {"t": ("t",), "welch": ("welch",), "lsd": (), "anova": ("t",)}
    return {
        name: [t_test(*version, welch=name == "welch").pvalue for version in versions]
        for name in names.get(method, ("t", "welch"))
    }


def _pvalues_of_lsd(
    table: ReportedTable, endpoint: ReportedEndpoint, method: str, groups: Sequence[str], interpretation: Interpretation
) -> dict[str, list[float]]:
    """The same for Fisher's LSD of two groups, with the standard deviation pooled over all groups of the row."""
    every = endpoint.with_means
    applies = len(groups) == 2 and (method == "lsd" or (method == "not stated" and len(every) > 2))
    positions = [every.index(group) for group in groups] if applies else []
    for row in interpretations(table, endpoint, every) if applies else []:
        if (row.spread, row.summaries[positions[0]].n) == (interpretation.spread, interpretation.summaries[0].n):
            pvalues = []
            for pair in interpretation.versions:
                replaced = dict(zip(positions, pair, strict=True))
                summaries = [replaced.get(position, summary) for position, summary in enumerate(row.summaries)]
                pvalues.append(least_significant_difference(summaries, *positions)[1].pvalue)
            return {"lsd": pvalues}
    return {}


@check_rows("letters")
def check_letters(table: ReportedTable, endpoint: ReportedEndpoint) -> Iterator[Finding]:
    """Compare marks of significance with Fisher's LSD at 5 % from the same row, two groups at a time.

    Two groups marked as different must differ by LSD, the most lenient of the usual tests; two marked as alike must not
    differ by the strictest, which is LSD adjusted for all pairs by Bonferroni.
    """
    marked = [group for group, cell in endpoint.values.items() if cell.letters]
    if len(marked) < 2:
        return
    if missing := missing_input(table, endpoint, marked):
        yield Finding("cannot tell", "letters", details={"missing": missing})
        return
    pairs = list(combinations(marked, 2))
    values = [RecalculatedValue("pairs", len(pairs))]
    for pair in pairs:
        tests = _possible_tests(
            table, endpoint, ReportedComparison(groups=pair, method="lsd", claimed="different"), pair
        )
        alike = set(endpoint.values[pair[0]].letters) & set(endpoint.values[pair[1]].letters)
        if not any(test.high * len(pairs) > 0.05 if alike else test.low <= 0.05 for test in tests):
            labels = tuple(table.groups[group].label for group in pair)
            name = " against ".join(labels)
            values += [RecalculatedValue(name, test.value.value, test.value.spread, groups=labels) for test in tests]
    yield Finding("differs" if len(values) > 1 else "agrees", "letters", tuple(values))


@check_comparisons("direction")
def check_direction(
    _table: ReportedTable, endpoint: ReportedEndpoint, comparison: ReportedComparison
) -> Finding | None:
    """Compare a claimed direction with the two means or medians."""
    if comparison.claimed not in ("higher", "lower"):
        return None
    first, second = _centres(endpoint, comparison)
    if first is None or second is None:
        return None
    agrees = first > second if comparison.claimed == "higher" else first < second
    values = RecalculatedValue("first", float(first)), RecalculatedValue("second", float(second))
    return Finding("agrees" if agrees else "differs", comparison.claimed, values)


@check_comparisons("difference")
def check_difference(
    _table: ReportedTable, endpoint: ReportedEndpoint, comparison: ReportedComparison
) -> Finding | None:
    """Compare a reported difference with the two means or medians, within the rounding of all three."""
    if comparison.difference is None:
        return None
    reported = str(comparison.difference)
    first, second = _centres(endpoint, comparison)
    if first is None or second is None:
        return Finding("cannot tell", reported)
    difference = float(first - second)
    tolerance = half_unit(comparison.difference) + half_unit(first) + half_unit(second)
    agrees = abs(difference - float(comparison.difference)) <= tolerance * (1 + 1e-9)
    details = {"first": str(first), "second": str(second)}
    return Finding("agrees" if agrees else "differs", reported, (RecalculatedValue("difference", difference),), details)


@check_comparisons("standard error")
def check_standard_error(
    table: ReportedTable, endpoint: ReportedEndpoint, comparison: ReportedComparison
) -> Finding | None:
    """Compare a reported standard error of a difference with the one from the spreads of the row."""
    if comparison.standard_error is None:
        return None
    reported = str(comparison.standard_error)
    groups = endpoint.with_means if comparison.method == "lsd" else list(comparison.groups)
    missing = missing_input(table, endpoint, groups)
    if missing or not set(comparison.groups) <= set(groups):
        return Finding("cannot tell", reported, details={"missing": missing or "values"})
    positions = [groups.index(group) for group in comparison.groups]
    low, high = rounding_limits(comparison.standard_error)
    values, agrees = [], False
    for interpretation in interpretations(table, endpoint, groups):
        error, smallest, largest = (
            least_significant_difference(version, *positions)[0] for version in interpretation.versions
        )
        values.append(RecalculatedValue("standard error", error, interpretation.spread))
        agrees = agrees or (smallest <= high and largest >= low)
    return Finding("agrees" if agrees else "differs", reported, tuple(values), {"pooled": len(groups)})


def _centres(endpoint: ReportedEndpoint, comparison: ReportedComparison) -> tuple[Decimal | None, Decimal | None]:
    """The means or medians of the two groups; None for a group that has neither."""
    if len(comparison.groups) != 2:
        return None, None
    first, second = (endpoint.values.get(group) for group in comparison.groups)
    return first.centre if first else None, second.centre if second else None
