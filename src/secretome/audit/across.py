"""Checks of numbers against one another: ratios of ratios, titre dilutions, and units across reports."""

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from itertools import combinations

from secretome.audit.findings import Finding, Outcome, Value, check, check_across
from secretome.audit.models import Cell, Endpoint, Ratio, Table
from secretome.audit.printed import may_be

# How many pg/mL one of each unit is.
CONCENTRATIONS = {
    "fg/ml": 1e-3, "pg/ml": 1.0, "ng/l": 1.0, "pg/dl": 1e-2, "ng/ml": 1e3, "µg/l": 1e3, "ng/dl": 10.0,
    "µg/ml": 1e6, "mg/l": 1e6, "µg/dl": 1e4, "mg/dl": 1e7, "mg/ml": 1e9,
}  # fmt: skip
# Two reports of one experiment may differ by chance of handling, not a hundredfold.
MOST_APART = 100
NEAR = 10


@dataclass(frozen=True)
class _Implied:
    """The ratio of two groups, as printed or as two printed ratios imply it: nominal values and limits of rounding."""

    over: tuple[str, str]
    quantity: str
    label: str
    nominal: tuple[float, float]
    limits: tuple[tuple[float, float], tuple[float, float]]
    direct: bool

    @property
    def whole(self) -> tuple[float, float]:
        """The least and the greatest that print allows."""
        return min(low for low, _ in self.limits), max(high for _, high in self.limits)

    @property
    def stated(self) -> tuple[float, float]:
        """The ratio for a sentence: as printed or, if two implied limits agree, the values that both allow."""
        if self.direct or not _overlap(*self.limits):
            return self.nominal
        return max(low for low, _ in self.limits), min(high for _, high in self.limits)


@check("ratios")
def ratios(table: Table) -> Iterator[Finding]:
    """Check the ratios of one group to two others, which imply a third: both ends, and any printed one, must agree."""
    implied = list(_implied(table))
    direct = list(_direct(table))
    for one in implied:
        printed = next((other for other in direct if other.over == one.over and other.quantity == one.quantity), None)
        groups = tuple(table.groups[group].label for group in one.over)
        ends = (Value("from the lower ends", one.nominal[0]), Value("from the upper ends", one.nominal[1]))
        # If the two limits agree, the sentence states the values that both allow.
        both = (Value("at least", one.stated[0]), Value("at most", one.stated[1])) if _overlap(*one.limits) else ()
        values = ends + both
        if printed:
            outcome: Outcome = "agrees" if _overlap(printed.whole, one.whole) else "differs"
            yield Finding(one.label, "ratios", outcome, f"{printed.nominal[0]:g}", values, groups)
        else:
            # Ends that disagree may belong to different arms.
            outcome = "agrees" if _overlap(*one.limits) else "cannot tell"
            yield Finding(one.label, "ratios", outcome, "", values, groups)


@check_across("ratios across reports")
def ratios_across(tables: Mapping[str, Table]) -> Iterator[Finding]:
    """One group over another, as two reports of a series print or imply it."""
    for (name, first), (_, second) in combinations(tables.items(), 2):
        for one in [*_direct(first), *_implied(first)]:
            for two in [*_direct(second), *_implied(second)]:
                # A treated group's range over its arms is no single number to compare.
                single = all(first.groups[group].role != "treated" for group in one.over)
                if (one.over, one.quantity) != (two.over, two.quantity) or not single:
                    continue
                outcome: Outcome = "agrees" if _overlap(one.whole, two.whole) else "differs"
                groups = tuple(first.groups[group].label for group in one.over)
                values = tuple(Value("other report", value) for value in two.stated)
                printed = " to ".join(dict.fromkeys(f"{value:.3g}" for value in one.stated))
                about = {
                    "other": second.title,
                    "own": first.title,
                    "implied": not one.direct,
                    "other implied": not two.direct,
                }
                yield Finding(
                    one.label, "ratios across reports", outcome, printed, values, groups, file=name, about=about
                )


@check("dilution")
def dilutions(table: Table) -> Iterator[Finding]:
    """A change of a titre, in steps of its own dilution."""
    for ratio in table.ratios.values():
        if ratio.dilution is None:
            continue
        low, high = (steps(plain_ratio(ratio, end), float(ratio.dilution)) for end in ratio.ends)
        outcome: Outcome = "cannot tell" if max(abs(low), abs(high)) < 1 else "agrees"
        unit = " %" if ratio.rise else " times"
        printed = " to ".join(dict.fromkeys(f"{end}" for end in ratio.ends)) + unit
        values = (Value("steps", low), Value("steps", high))
        yield Finding(ratio.label, "dilution", outcome, printed, values, about={"dilution": float(ratio.dilution)})


def steps(ratio: float, dilution: float = 2.0) -> float:
    """A ratio of titres in steps of the dilution.

    >>> round(steps(1.25), 2), round(steps(1.95), 2)
    (0.32, 0.96)
    """
    return math.log(ratio) / math.log(dilution)


@check_across("units across reports")
def units_across(tables: Mapping[str, Table]) -> Iterator[Finding]:
    """Check one quantity in two reports of a series: a hundredfold difference in the same animals is a wrong unit."""
    for (name, first), (_, second) in combinations(tables.items(), 2):
        for one in first.endpoints.values():
            for two in second.endpoints.values():
                if not one.quantity or one.quantity != two.quantity or (one.hour, one.deaths) != (two.hour, two.deaths):
                    continue
                shared = [
                    group
                    for group in one.values
                    if group in two.values and _centre(one.values[group]) and _centre(two.values[group])
                ]
                for group in shared:
                    finding = _units(
                        first.groups[group].label, (one, two), (one.values[group], two.values[group]), second.title
                    )
                    yield Finding(**{**finding.__dict__, "file": name})


def _units(group: str, endpoints: tuple[Endpoint, Endpoint], cells: tuple[Cell, Cell], other: str) -> Finding:
    units = [endpoint.unit for endpoint in endpoints]
    factors = [CONCENTRATIONS.get(unit.replace("μ", "µ").casefold()) for unit in units]
    centres = [_centre(cell) or math.nan for cell in cells]
    bare = centres[0] / centres[1]
    printed = f"{_printed(cells[0])} {units[0]}"
    about = {"other": other, "other printed": f"{_printed(cells[1])} {units[1]}"}
    if units[0] == units[1]:
        factors = [1.0, 1.0]
    if factors[0] is None or factors[1] is None:
        return Finding(endpoints[0].label, "units across reports", "cannot tell", printed, (), (group,), about=about)
    true = bare * factors[0] / factors[1]
    apart, near = max(true, 1 / true) >= MOST_APART, max(bare, 1 / bare) < NEAR
    outcome: Outcome = "agrees" if not apart else "differs" if near else "cannot tell"
    values = (Value("ratio", true), Value("ratio of the bare numbers", bare))
    return Finding(endpoints[0].label, "units across reports", outcome, printed, values, (group,), about=about)


def plain_ratio(ratio: Ratio, end: Decimal) -> float:
    """An end of a printed ratio as a ratio, a rise of per cent turned into one."""
    return 1 + float(end) / 100 if ratio.rise else float(end)


def _bounds(ratio: Ratio, end: Decimal) -> tuple[float, float]:
    low, high = may_be(end)
    return (1 + low / 100, 1 + high / 100) if ratio.rise else (low, high)


def _direct(table: Table) -> Iterator[_Implied]:
    for ratio in table.ratios.values():
        low, high = ratio.ends
        nominal, limits = (
            (plain_ratio(ratio, low), plain_ratio(ratio, high)),
            (_bounds(ratio, low), _bounds(ratio, high)),
        )
        yield _Implied((ratio.of, ratio.to), ratio.quantity, ratio.label, nominal, limits, direct=True)


def _implied(table: Table) -> Iterator[_Implied]:
    """The second reference over the first, from one group's ratio to each."""
    for one, two in combinations(table.ratios.values(), 2):
        if (one.of, one.quantity) != (two.of, two.quantity) or one.to == two.to:
            continue
        nominal, limits = [], []
        for mine, other in zip(one.ends, two.ends, strict=True):
            nominal.append(plain_ratio(one, mine) / plain_ratio(two, other))
            (low, high), (least, most) = _bounds(one, mine), _bounds(two, other)
            limits.append((low / most, high / least if least > 0 else math.inf))
        yield _Implied(
            (two.to, one.to), one.quantity, one.label, (nominal[0], nominal[1]), (limits[0], limits[1]), direct=False
        )


def _overlap(one: tuple[float, float], two: tuple[float, float]) -> bool:
    return one[0] <= two[1] and two[0] <= one[1]


def _centre(cell: Cell) -> float | None:
    middle = cell.mean if cell.mean is not None else cell.median
    return None if middle is None else float(middle)


def _printed(cell: Cell) -> str:
    return str(cell.mean if cell.mean is not None else cell.median)
