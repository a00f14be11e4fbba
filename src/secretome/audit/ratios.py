"""Checks of ratios, of titre dilutions, and of units between reports."""

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from itertools import combinations, product

from secretome.audit.findings import AuditOutcome, Finding, RecalculatedValue, check, check_between_reports
from secretome.audit.models import ReportedRatio, ReportedTable
from secretome.audit.reported import rounding_limits

# Each unit in pg/mL.
CONCENTRATIONS = {
    "fg/ml": 1e-3, "pg/ml": 1.0, "ng/l": 1.0, "pg/dl": 1e-2, "ng/ml": 1e3, "µg/l": 1e3, "ng/dl": 10.0,
    "µg/ml": 1e6, "mg/l": 1e6, "µg/dl": 1e4, "mg/dl": 1e7, "mg/ml": 1e9,
}  # fmt: skip
# Two reports of one experiment may differ by chance or by handling, but not a hundredfold.
MAX_APART = 100
NEAR = 10


@dataclass(frozen=True)
class _RatioOfGroups:
    """The ratio of two groups, as reported or as two reported ratios imply it.

    `nominal` holds the ratio from the lower and from the upper limits, `rounding` what rounding allows for each.
    """

    groups: tuple[str, str]
    quantity: str
    label: str
    nominal: tuple[float, float]
    rounding: tuple[tuple[float, float], tuple[float, float]]
    implied: bool

    @property
    def range(self) -> tuple[float, float]:
        """The smallest and the largest ratio that the reported digits allow."""
        return min(low for low, _ in self.rounding), max(high for _, high in self.rounding)

    @property
    def is_consistent(self) -> bool:
        """Whether the lower and the upper limits allow the same ratio."""
        return _overlap(*self.rounding)

    @property
    def stated(self) -> tuple[float, float]:
        """The ratio for a sentence: as reported or, if the implied limits agree, the values that both allow."""
        if not self.implied or not self.is_consistent:
            return self.nominal
        return max(low for low, _ in self.rounding), min(high for _, high in self.rounding)

    def is_same(self, other: "_RatioOfGroups") -> bool:
        """Whether two ratios are of the same groups and quantity."""
        return (self.groups, self.quantity) == (other.groups, other.quantity)


@check("ratios")
def check_ratios(table: ReportedTable) -> Iterator[Finding]:
    """Compare the ratio that two reported ratios imply with the reported one or, without one, its limits."""
    for implied in _implied_ratios(table):
        reported = next((ratio for ratio in _reported_ratios(table) if ratio.is_same(implied)), None)
        labels = tuple(table.groups[group].label for group in implied.groups)
        low, high = implied.nominal
        values = [RecalculatedValue("from the lower limits", low), RecalculatedValue("from the upper limits", high)]
        if implied.is_consistent:
            low, high = implied.stated
            values += [RecalculatedValue("at least", low), RecalculatedValue("at most", high)]
        outcome: AuditOutcome
        if reported:
            outcome = "agrees" if _overlap(reported.range, implied.range) else "differs"
        else:
            # Limits that disagree may belong to different groups.
            outcome = "agrees" if implied.is_consistent else "cannot tell"
        shown = f"{reported.nominal[0]:g}" if reported else ""
        yield Finding(outcome, shown, tuple(values), groups=labels, item=implied.label)


@check_between_reports("ratios across reports")
def compare_ratios(tables: Mapping[str, ReportedTable]) -> Iterator[Finding]:
    """Compare the ratio of two groups in two reports of a series, each reported or implied."""
    for (file, first), (_, second) in combinations(tables.items(), 2):
        ratios = ([*_reported_ratios(table), *_implied_ratios(table)] for table in (first, second))
        for one, other in product(*ratios):
            # The range of a treated group over its doses is not one number to compare.
            if not one.is_same(other) or any(first.groups[group].role == "treated" for group in one.groups):
                continue
            outcome: AuditOutcome = "agrees" if _overlap(one.range, other.range) else "differs"
            yield Finding(
                outcome,
                " to ".join(dict.fromkeys(f"{value:.3g}" for value in one.stated)),
                tuple(RecalculatedValue("other report", value) for value in other.stated),
                {"other": second.title, "implied": one.implied, "other implied": other.implied},
                groups=tuple(first.groups[group].label for group in one.groups),
                item=one.label,
                file=file,
            )


@check("dilution")
def check_dilution(table: ReportedTable) -> Iterator[Finding]:
    """Express a change of a titre in dilution steps; less than one step cannot be measured."""
    for ratio in table.ratios.values():
        if ratio.dilution is None:
            continue
        steps = [dilution_steps(as_ratio(ratio, limit), float(ratio.dilution)) for limit in ratio.limits]
        outcome: AuditOutcome = "cannot tell" if max(map(abs, steps)) < 1 else "agrees"
        reported = " to ".join(dict.fromkeys(f"{limit}" for limit in ratio.limits))
        values = tuple(RecalculatedValue("steps", value) for value in steps)
        yield Finding(
            outcome,
            reported + (" %" if ratio.rise else " times"),
            values,
            {"dilution": float(ratio.dilution)},
            item=ratio.label,
        )


def dilution_steps(ratio: float, dilution: float = 2.0) -> float:
    """A ratio of titres in dilution steps.

    >>> round(dilution_steps(1.25), 2), round(dilution_steps(1.95), 2)
    (0.32, 0.96)
    """
    return math.log(ratio) / math.log(dilution)


@check_between_reports("units across reports")
def compare_units(tables: Mapping[str, ReportedTable]) -> Iterator[Finding]:
    """Compare one quantity in two reports of a series: a hundredfold difference in the same animals is a wrong unit."""
    for (file, first), (_, second) in combinations(tables.items(), 2):
        for one, other in product(first.endpoints.values(), second.endpoints.values()):
            if not one.quantity or one.quantity != other.quantity:
                continue
            if (one.hour, one.deaths) != (other.hour, other.deaths):
                continue
            for group in one.values:
                cells = one.values[group], other.values.get(group)
                if cells[0].centre and cells[1] and cells[1].centre:
                    units = one.unit, other.unit
                    finding = _compare_units((cells[0].centre, cells[1].centre), units, second.title)
                    yield replace(finding, groups=(first.groups[group].label,), item=one.label, file=file)


def _compare_units(values: tuple[Decimal, Decimal], units: tuple[str, str], other: str) -> Finding:
    reported, other_reported = (f"{value} {unit}" for value, unit in zip(values, units, strict=True))
    details = {"other": other, "other reported": other_reported}
    factors = [CONCENTRATIONS.get(unit.replace("μ", "µ").casefold()) for unit in units]
    if units[0] == units[1]:
        factors = [1.0, 1.0]
    if factors[0] is None or factors[1] is None:
        return Finding("cannot tell", reported, (), details)
    of_numbers = float(values[0]) / float(values[1])
    ratio = of_numbers * factors[0] / factors[1]
    outcome: AuditOutcome = "agrees"
    if max(ratio, 1 / ratio) >= MAX_APART:
        outcome = "differs" if max(of_numbers, 1 / of_numbers) < NEAR else "cannot tell"
    return Finding(
        outcome,
        reported,
        (RecalculatedValue("ratio", ratio), RecalculatedValue("ratio of the numbers", of_numbers)),
        details,
    )


def as_ratio(ratio: ReportedRatio, limit: Decimal | float) -> float:
    """A limit of a reported ratio as a ratio; an increase in per cent is converted."""
    return 1 + float(limit) / 100 if ratio.rise else float(limit)


def _rounding(ratio: ReportedRatio, limit: Decimal) -> tuple[float, float]:
    low, high = rounding_limits(limit)
    return as_ratio(ratio, low), as_ratio(ratio, high)


def _reported_ratios(table: ReportedTable) -> Iterator[_RatioOfGroups]:
    for ratio in table.ratios.values():
        low, high = ratio.limits
        nominal = as_ratio(ratio, low), as_ratio(ratio, high)
        rounding = _rounding(ratio, low), _rounding(ratio, high)
        yield _RatioOfGroups((ratio.of, ratio.to), ratio.quantity, ratio.label, nominal, rounding, implied=False)


def _implied_ratios(table: ReportedTable) -> Iterator[_RatioOfGroups]:
    """The second reference over the first, from the ratio of one group to each."""
    for one, two in combinations(table.ratios.values(), 2):
        if (one.of, one.quantity) != (two.of, two.quantity) or one.to == two.to:
            continue
        (nominal_low, rounding_low), (nominal_high, rounding_high) = (
            _quotient(one, two, *limits) for limits in zip(one.limits, two.limits, strict=True)
        )
        nominal, rounding = (nominal_low, nominal_high), (rounding_low, rounding_high)
        yield _RatioOfGroups((two.to, one.to), one.quantity, one.label, nominal, rounding, implied=True)


def _quotient(
    one: ReportedRatio, two: ReportedRatio, first: Decimal, second: Decimal
) -> tuple[float, tuple[float, float]]:
    """One limit of a ratio over one of another, and what rounding allows for it."""
    (low, high), (least, most) = _rounding(one, first), _rounding(two, second)
    return as_ratio(one, first) / as_ratio(two, second), (low / most, high / least if least > 0 else math.inf)


def _overlap(one: tuple[float, float], other: tuple[float, float]) -> bool:
    return one[0] <= other[1] and other[0] <= one[1]
