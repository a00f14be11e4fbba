"""Checks of means and spreads: tests recomputed from them, differences, directions, and values that cannot be."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations

from secretome.audit.findings import Finding, Outcome, Value, check
from secretome.audit.models import Cell, Comparison, Endpoint, Table
from secretome.audit.printed import half_unit, may_be
from secretome.audit.summaries import (
    Reading,
    Summary,
    anova,
    below,
    lacking,
    least_significant_difference,
    readings,
    standardised_difference,
    student,
)

# Two normal groups this many standard deviations apart share less than one value in ten thousand.
LARGEST_EFFECT = 8
# The share beyond two standard deviations on one side; a smaller share below the lowest value shows nothing.
SHARE_BELOW = 0.025
FROM_MEANS = ("anova", "t", "welch", "lsd", "two-way anova", "not said")


@dataclass(frozen=True)
class _Candidate:
    """One test that the paper may have used, with the p that print gives and the limits that rounding leaves."""

    value: Value
    low: float
    high: float


@check("test")
def tests(table: Table) -> Iterator[Finding]:
    """A printed p, or a claimed difference, against the test recomputed from means, spreads and sizes."""
    for endpoint in table.endpoints.values():
        if any(cell.count is not None or cell.percent is not None for cell in endpoint.values.values()):
            continue
        for comparison in endpoint.comparisons:
            if comparison.method in FROM_MEANS and (comparison.p or comparison.claimed):
                yield _test(table, endpoint, comparison)


def _test(table: Table, endpoint: Endpoint, comparison: Comparison) -> Finding:
    groups = comparison.groups or tuple(endpoint.values)
    named = tuple(table.groups[group].label for group in comparison.groups)
    printed = str(comparison.p or comparison.claimed)
    said = table.spread_of(endpoint) != "not said"
    stated: dict[str, object] = {"alpha": comparison.alpha, "by": "p" if comparison.p else "claim", "said": said}
    missing = "method" if comparison.method == "two-way anova" else lacking(table, endpoint, groups)
    if missing:
        return Finding(endpoint.label, "test", "cannot tell", printed, (), named, about={**stated, "lacking": missing})
    if table.shares_equally:
        stated["shared"] = table.total
    found = [
        one
        for reading in readings(table, endpoint, groups)
        for one in _candidates(table, endpoint, comparison, groups, reading)
    ]
    found = [one for one in found if not math.isnan(one.value.value)]
    if not found:
        return Finding(
            endpoint.label, "test", "cannot tell", printed, (), named, about={**stated, "lacking": "variation"}
        )
    values = tuple(one.value for one in found)
    fitting = [one for one in found if _fits(comparison, one)]
    outcome: Outcome = "agrees" if fitting else "differs"
    if fitting:
        values = tuple(one.value for one in fitting)
        stated["rounding"] = not any(
            _fits(comparison, _Candidate(one.value, one.value.value, one.value.value)) for one in fitting
        )
    return Finding(endpoint.label, "test", outcome, printed, values, named, about=stated)


def _fits(comparison: Comparison, candidate: _Candidate) -> bool:
    if comparison.p:
        return comparison.p.holds(candidate.low, candidate.high)
    if comparison.claimed == "not different":
        return candidate.high > comparison.alpha
    return candidate.low <= comparison.alpha


def _candidates(
    table: Table, endpoint: Endpoint, comparison: Comparison, groups: Sequence[str], reading: Reading
) -> Iterator[_Candidate]:
    """The tests that a comparison may rest on, under one reading."""
    uncertain = any(len(size.possible) > 1 for group in groups if (size := table.size(endpoint, group)))
    n = reading.summaries[0].n if uncertain else 0
    method, versions = comparison.method, (reading.summaries, reading.apart, reading.together)
    if len(groups) > 2:
        for what in ("anova",) if method == "anova" else ("anova", "welch anova"):
            yield _candidate(
                what, reading, n, [anova(version, welch=what == "welch anova").pvalue for version in versions]
            )
        return
    for what in {"t": ("t",), "welch": ("welch",), "lsd": (), "anova": ("t",)}.get(method, ("t", "welch")):
        yield _candidate(what, reading, n, [student(*version, welch=what == "welch").pvalue for version in versions])
    everyone = [key for key, cell in endpoint.values.items() if cell.mean is not None]
    if (
        method in ("lsd", "not said")
        and (len(everyone) > 2 or method == "lsd")
        and not lacking(table, endpoint, everyone)
    ):
        places = [everyone.index(group) for group in groups]
        for whole in readings(table, endpoint, everyone):
            if whole.spread == reading.spread and whole.summaries[places[0]].n == reading.summaries[0].n:
                rows = [_replaced(whole.summaries, places, version) for version in versions]
                yield _candidate(
                    "lsd", reading, n, [least_significant_difference(row, *places)[1].pvalue for row in rows]
                )


def _replaced(everyone: Sequence[Summary], places: Sequence[int], pair: Sequence[Summary]) -> list[Summary]:
    """All groups, with two of them as a version of the pair has them."""
    return [pair[places.index(place)] if place in places else one for place, one in enumerate(everyone)]


def _candidate(what: str, reading: Reading, n: int, pvalues: Sequence[float]) -> _Candidate:
    # Groups whose spread rounds away are as far apart as can be.
    known = [0.0 if math.isnan(p) else p for p in pvalues]
    return _Candidate(Value(what, pvalues[0], reading.spread, n), min(known), max(known))


@check("letters")
def letters(table: Table) -> Iterator[Finding]:
    """Marks of significance against Fisher's LSD at 5 % from the same row, two groups at a time.

    Two groups marked as different must differ by LSD, the most lenient of the usual tests; two marked as alike must not
    differ by the strictest, which is LSD adjusted for all pairs by Bonferroni.
    """
    for endpoint in table.endpoints.values():
        marked = [key for key, cell in endpoint.values.items() if cell.letters]
        if len(marked) < 2:
            continue
        pairs = list(combinations(marked, 2))
        about = {"said": table.spread_of(endpoint) != "not said"}
        if missing := lacking(table, endpoint, marked):
            yield Finding(endpoint.label, "letters", "cannot tell", "letters", about={"lacking": missing})
            continue
        disagreeing = [pair for pair in pairs if not _letters_hold(table, endpoint, pair, len(pairs))]
        values = [Value("pairs", len(pairs))]
        for pair in disagreeing:
            name = " against ".join(table.groups[key].label for key in pair)
            values += [Value(name, one.value.value, one.value.reading) for one in _by_lsd(table, endpoint, pair)]
        yield Finding(
            endpoint.label, "letters", "differs" if disagreeing else "agrees", "letters", tuple(values), about=about
        )


def _letters_hold(table: Table, endpoint: Endpoint, pair: tuple[str, str], pairs: int) -> bool:
    alike = set(endpoint.values[pair[0]].letters) & set(endpoint.values[pair[1]].letters)
    return any(one.high * pairs > 0.05 if alike else one.low <= 0.05 for one in _by_lsd(table, endpoint, pair))


def _by_lsd(table: Table, endpoint: Endpoint, pair: tuple[str, str]) -> list[_Candidate]:
    comparison = Comparison(groups=pair, method="lsd", claimed="different")
    return [
        one
        for reading in readings(table, endpoint, pair)
        for one in _candidates(table, endpoint, comparison, pair, reading)
    ]


@check("direction")
def directions(table: Table) -> Iterator[Finding]:
    """A claimed direction against the two means or medians."""
    for endpoint, comparison, first, second in _pairs(table):
        if comparison.claimed not in ("higher", "lower"):
            continue
        middle = _middle(first), _middle(second)
        named = tuple(table.groups[group].label for group in comparison.groups)
        if middle[0] is None or middle[1] is None:
            continue
        right = middle[0] > middle[1] if comparison.claimed == "higher" else middle[0] < middle[1]
        values = Value("first", middle[0]), Value("second", middle[1])
        about = {"unit": endpoint.unit}
        yield Finding(
            endpoint.label,
            "direction",
            "agrees" if right else "differs",
            comparison.claimed,
            values,
            named,
            about=about,
        )


@check("difference")
def differences(table: Table) -> Iterator[Finding]:
    """A printed difference against the two means or medians, with the rounding of all three."""
    for endpoint, comparison, first, second in _pairs(table):
        if comparison.difference is None:
            continue
        named = tuple(table.groups[group].label for group in comparison.groups)
        printed = str(comparison.difference)
        ends = [cell.mean if cell.mean is not None else cell.median for cell in (first, second)]
        if ends[0] is None or ends[1] is None:
            yield Finding(endpoint.label, "difference", "cannot tell", printed, (), named)
            continue
        found = float(ends[0] - ends[1])
        slack = half_unit(comparison.difference) + half_unit(ends[0]) + half_unit(ends[1])
        near = abs(found - float(comparison.difference)) <= slack * (1 + 1e-9)
        value = Value("difference", found)
        about = {"first": str(ends[0]), "second": str(ends[1]), "unit": endpoint.unit}
        yield Finding(
            endpoint.label, "difference", "agrees" if near else "differs", printed, (value,), named, about=about
        )


@check("standard error")
def standard_errors(table: Table) -> Iterator[Finding]:
    """A printed standard error of a difference against the one that the row's spreads give."""
    for endpoint, comparison, _, _ in _pairs(table):
        if comparison.standard_error is None:
            continue
        named = tuple(table.groups[group].label for group in comparison.groups)
        printed = str(comparison.standard_error)
        everyone = [key for key, cell in endpoint.values.items() if cell.mean is not None]
        groups = everyone if comparison.method == "lsd" else list(comparison.groups)
        if missing := lacking(table, endpoint, groups) or ("" if set(comparison.groups) <= set(groups) else "values"):
            yield Finding(
                endpoint.label, "standard error", "cannot tell", printed, (), named, about={"lacking": missing}
            )
            continue
        places = [groups.index(group) for group in comparison.groups]
        values, near = [], False
        for reading in readings(table, endpoint, groups):
            found, most, least = (
                least_significant_difference(row, *places)[0]
                for row in (reading.summaries, reading.together, reading.apart)
            )
            values.append(Value("standard error", found, reading.spread))
            low, high = may_be(comparison.standard_error)
            near = near or (least <= high and most >= low)
        about = {"pooled": len(groups), "unit": endpoint.unit, "said": table.spread_of(endpoint) != "not said"}
        yield Finding(
            endpoint.label,
            "standard error",
            "agrees" if near else "differs",
            printed,
            tuple(values),
            named,
            about=about,
        )


@check("effect size")
def effect_sizes(table: Table) -> Iterator[Finding]:
    """The largest standardised difference of a row: beyond what biology shows, ± is rarely what it is taken for."""
    for endpoint in table.endpoints.values():
        groups = [key for key, cell in endpoint.values.items() if cell.mean is not None and cell.spread]
        found: dict[str, tuple[tuple[int, int], float]] = {}
        for reading in readings(table, endpoint, groups) if not lacking(table, endpoint, groups) else []:
            sizes = {
                pair: standardised_difference(*(reading.summaries[place] for place in pair))
                for pair in combinations(range(len(groups)), 2)
            }
            largest = max(sizes, key=lambda pair: abs(sizes[pair]))
            found.setdefault(reading.spread, (largest, sizes[largest]))
        if not found:
            continue
        # Large is not wrong: a strong stimulus may do it, and so may an SE taken for an SD.
        outcome: Outcome = "cannot tell" if any(abs(size) > LARGEST_EFFECT for _, size in found.values()) else "agrees"
        first, second = next(iter(found.values()))[0]
        named = table.groups[groups[first]].label, table.groups[groups[second]].label
        cells = [endpoint.values[groups[place]] for place in (first, second)]
        printed = " and ".join(f"{cell.mean} ± {cell.spread}" for cell in cells)
        values = tuple(Value("g", size, spread) for spread, (_, size) in found.items())
        yield Finding(
            endpoint.label,
            "effect size",
            outcome,
            printed,
            values,
            named,
            about={"largest": LARGEST_EFFECT, "said": table.spread_of(endpoint) != "not said"},
        )


@check("shape")
def shapes(table: Table) -> Iterator[Finding]:
    """The share of a normal curve with the printed mean and SD below the lowest possible value, worst group only."""
    for endpoint in table.endpoints.values():
        if endpoint.lowest is None:
            continue
        shares: dict[tuple[str, str], float] = {}
        for key, cell in endpoint.values.items():
            # An unexplained ± is taken as SD, the reading that leaves least below.
            for reading, summary in list(_alone(table, endpoint, key, cell))[:1]:
                shares[key, reading] = below(summary, float(endpoint.lowest))
        if not shares:
            continue
        worst = max(shares, key=lambda one: shares[one])
        cell = endpoint.values[worst[0]]
        outcome: Outcome = "cannot tell" if shares[worst] > SHARE_BELOW else "agrees"
        printed = f"{cell.mean} ± {cell.spread}"
        value = Value("share below", shares[worst], worst[1])
        about = {"lowest": str(endpoint.lowest), "unit": endpoint.unit, "said": table.spread_of(endpoint) != "not said"}
        yield Finding(endpoint.label, "shape", outcome, printed, (value,), (table.groups[worst[0]].label,), about=about)


@check("range")
def ranges(table: Table) -> Iterator[Finding]:
    """Mean, median and SD against the printed range, and against the least and the greatest that a value can be."""
    for endpoint in table.endpoints.values():
        sound = 0
        for key, cell in endpoint.values.items():
            finding = _range(table, endpoint, key, cell)
            if finding and finding.outcome == "agrees":
                sound += 1
            elif finding:
                yield finding
        if sound:
            yield Finding(endpoint.label, "range", "agrees", "", (Value("groups", sound),))


def _range(table: Table, endpoint: Endpoint, group: str, cell: Cell) -> Finding | None:
    low, high = (cell.low, cell.high) if cell.low is not None else (endpoint.lowest, endpoint.highest)
    named, unit = (table.groups[group].label,), {"unit": endpoint.unit, "low": str(low), "high": str(high)}
    middle = cell.mean if cell.mean is not None else cell.median
    if middle is None or low is None:
        return None
    if middle < low or (high is not None and middle > high):
        what = "mean" if cell.mean is not None else "median"
        return Finding(endpoint.label, "range", "differs", str(middle), (), named, about={**unit, "what": what})
    if cell.mean is None:
        return Finding(endpoint.label, "range", "agrees", str(middle), (), named)
    possible = []
    for reading, summary in _alone(table, endpoint, group, cell):
        least, most = _possible_sd(cell, summary, float(low), None if high is None else float(high))
        slack = (
            half_unit(cell.spread) * (math.sqrt(summary.n) if reading == "se" else 1)
            if cell.spread is not None
            else 0.0
        )
        fits = least - slack <= summary.sd * (1 + 1e-9) and summary.sd - slack <= most * (1 + 1e-9)
        possible.append(
            (
                fits,
                Value("least sd", least, reading, summary.n),
                Value("greatest sd", most, reading, summary.n),
                summary.sd,
            )
        )
    if not possible:
        return None
    outcome: Outcome = "agrees" if any(fits for fits, *_ in possible) else "differs"
    values = tuple(value for _, least, most, _ in possible for value in (least, most))
    said = table.spread_of(endpoint) != "not said"
    about = {**unit, "what": "spread", "sd": [sd for *_, sd in possible], "said": said}
    return Finding(endpoint.label, "range", outcome, f"{cell.mean} ± {cell.spread}", values, named, about=about)


def _possible_sd(cell: Cell, summary: Summary, low: float, high: float | None) -> tuple[float, float]:
    """The least and the greatest SD of n values with this mean between two limits; a printed range is attained.

    The greatest puts every value at a limit (Bhatia and Davis 2000); the least puts all but the two ends at one place.
    """
    n, mean = summary.n, summary.mean
    # Without an upper limit, one animal may carry the whole sum.
    top = low + n * (mean - low) if high is None else high
    slack = half_unit(cell.mean) if cell.mean is not None else 0.0
    most = max(math.sqrt(max(0.0, (top - at) * (at - low)) * n / (n - 1)) for at in (mean - slack, mean, mean + slack))
    if cell.low is None or high is None:
        return 0.0, most
    ends = (low - mean) ** 2 + (high - mean) ** 2
    rest = (2 * mean - low - high) ** 2 / (n - 2) if n > 2 else 0.0
    return math.sqrt((ends + rest) / (n - 1)), most


@check("whole numbers")
def whole_numbers(table: Table) -> Iterator[Finding]:
    """Means of whole numbers against n: the GRIM test of Brown and Heathers (2017)."""
    for endpoint in table.endpoints.values():
        if not endpoint.whole:
            continue
        sound = 0
        for key, cell in endpoint.values.items():
            size = table.size(endpoint, key)
            if cell.mean is None or size is None:
                continue
            mean, slack = float(cell.mean), half_unit(cell.mean) * (1 + 1e-9)
            if any(abs(round(mean * n) / n - mean) <= slack for n in range(size.least, size.most + 1)):
                sound += 1
                continue
            values = tuple(Value("nearest mean", round(mean * n) / n, n=n) for n in size.possible)
            yield Finding(
                endpoint.label, "whole numbers", "differs", str(cell.mean), values, (table.groups[key].label,)
            )
        if sound:
            yield Finding(endpoint.label, "whole numbers", "agrees", "", (Value("groups", sound),))


def _pairs(table: Table) -> Iterator[tuple[Endpoint, Comparison, Cell, Cell]]:
    """Every comparison of two groups, with their cells; an absent cell is an empty one."""
    for endpoint in table.endpoints.values():
        for comparison in endpoint.comparisons:
            if len(comparison.groups) == 2:
                first, second = (endpoint.values.get(group) or Cell.model_construct() for group in comparison.groups)
                yield endpoint, comparison, first, second


def _middle(cell: Cell) -> float | None:
    middle = cell.mean if cell.mean is not None else cell.median
    return None if middle is None else float(middle)


def _alone(table: Table, endpoint: Endpoint, group: str, cell: Cell) -> Iterator[tuple[str, Summary]]:
    """One group under each reading of its ± and each of its sizes."""
    size, said = table.size(endpoint, group), table.spread_of(endpoint)
    if cell.mean is None or cell.spread is None:
        return
    for reading in ("sd", "se") if said == "not said" else (said,):
        for n in size.possible if size else ():
            if n > 1:
                factor = math.sqrt(n) if reading == "se" else 1.0
                yield reading, Summary(float(cell.mean), float(cell.spread) * factor, n)
