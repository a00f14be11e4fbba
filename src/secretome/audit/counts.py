"""Checks of counted animals: deaths, percentages, tests from counts, and how many animals there are."""

import math
from collections.abc import Iterator
from itertools import product

import numpy as np
from scipy import stats as scipy_stats

from secretome.audit.findings import Finding, Outcome, Value, check
from secretome.audit.models import Cell, Comparison, Endpoint, Table
from secretome.audit.printed import Size, half_unit

MOST_TABLES = 1_000_000
FROM_COUNTS = ("chi-square", "fisher", "log-rank", "not said")


@check("counts")
def tests(table: Table) -> Iterator[Finding]:
    """A printed p, or a claimed difference, against chi-square and Fisher's exact test of the counts."""
    for endpoint in table.endpoints.values():
        if not any(cell.count is not None or cell.percent is not None for cell in endpoint.values.values()):
            continue
        for comparison in endpoint.comparisons:
            if comparison.method in FROM_COUNTS and (
                comparison.p or comparison.claimed in ("different", "not different")
            ):
                yield _test(table, endpoint, comparison)


def counted(table: Table, endpoint: Endpoint, group: str) -> tuple[int, int] | None:
    """The numbers of animals with and without the event in a group; from a percentage if only that is printed."""
    cell, size = endpoint.values.get(group), table.size(endpoint, group)
    if cell is None or size is None or size.least != size.most:
        return None
    n = size.least
    yes = cell.count
    if yes is None and cell.percent is not None and _attainable(cell, size):
        yes = round(float(cell.percent) * n / 100)
    return None if yes is None or yes > n else (yes, n - yes)


def pvalues(rows: list[tuple[int, int]]) -> dict[str, float]:
    """The p of each test that a paper may have used on counts, one row per group: with and without, by name.

    Examples
    --------
    Deaths among ten rats in each of five groups (Table 1 of PMC4212921):

    >>> found = pvalues([(0, 10), (4, 6), (3, 7), (1, 9), (2, 8)])
    >>> round(found["chi-square"], 4)
    0.1812
    """
    if 0 in {sum(column) for column in zip(*rows, strict=True)}:
        return {}
    found = {"chi-square": float(scipy_stats.chi2_contingency(rows, correction=False).pvalue)}
    if len(rows) == 2:
        found["corrected chi-square"] = float(scipy_stats.chi2_contingency(rows, correction=True).pvalue)
        return found | {"fisher": float(scipy_stats.fisher_exact(rows).pvalue)}
    exact = _freeman_halton(rows)
    return found if exact is None else found | {"fisher": exact}


def _freeman_halton(rows: list[tuple[int, int]]) -> float | None:
    """Fisher's exact test of more than two groups, from every table with these sums; None if there are too many.

    SciPy's own draws tables at random where there are more than two groups.
    """
    sizes, total = [sum(row) for row in rows], sum(row[0] for row in rows)
    if math.prod(min(size, total) + 1 for size in sizes) > MOST_TABLES:
        return None
    every = np.array([deal for deal in product(*(range(min(size, total) + 1) for size in sizes)) if sum(deal) == total])
    chances = scipy_stats.multivariate_hypergeom.pmf(every, sizes, total)
    observed = scipy_stats.multivariate_hypergeom.pmf([row[0] for row in rows], sizes, total)
    return float(chances[chances <= observed * (1 + 1e-7)].sum())


def _test(table: Table, endpoint: Endpoint, comparison: Comparison) -> Finding:
    groups = comparison.groups or tuple(endpoint.values)
    named = tuple(table.groups[group].label for group in comparison.groups)
    printed = str(comparison.p or comparison.claimed)
    about = {"method": comparison.method, "alpha": comparison.alpha, "by": "p" if comparison.p else "claim"}
    rows = [counted(table, endpoint, group) for group in groups]
    whole = [row for row in rows if row is not None]
    found = pvalues(whole) if len(whole) == len(rows) > 1 else {}
    if not found:
        missing = "variation" if whole and len(whole) == len(rows) else "n"
        return Finding(endpoint.label, "counts", "cannot tell", printed, (), named, about={**about, "lacking": missing})
    wanted = {"chi-square": ("chi-square", "corrected chi-square"), "fisher": ("fisher",)}.get(
        comparison.method, tuple(found)
    )
    values = tuple(Value(what, p) for what, p in found.items() if what in wanted)
    return Finding(endpoint.label, "counts", _outcome(comparison, found, wanted), printed, values, named, about=about)


def _outcome(comparison: Comparison, found: dict[str, float], wanted: tuple[str, ...]) -> Outcome:
    ps = [found[what] for what in wanted if what in found]
    if comparison.method == "log-rank":
        # Times of death are not printed: the counts alone can only say on which side of the error rate the p lies.
        low, high = comparison.p.limits if comparison.p else (0.0, 0.0)
        sides = {p <= comparison.alpha for p in (found["chi-square"], found["fisher"])}
        said = high <= comparison.alpha if comparison.p else comparison.claimed == "different"
        return (
            "cannot tell"
            if len(sides) > 1 or low <= comparison.alpha < high
            else "agrees"
            if sides == {said}
            else "differs"
        )
    if comparison.p:
        return "agrees" if any(comparison.p.holds(p, p) for p in ps) else "differs"
    said = comparison.claimed == "different"
    return "agrees" if any((p <= comparison.alpha) == said for p in ps) else "differs"


@check("percentages")
def percentages(table: Table) -> Iterator[Finding]:
    """Percentages against n: some whole number of animals must give each, and it must be the printed one."""
    for endpoint in table.endpoints.values():
        sound, unknown = 0, []
        for key, cell in endpoint.values.items():
            size, named = table.size(endpoint, key), (table.groups[key].label,)
            if cell.percent is None:
                if cell.count is not None and size is not None and cell.count > size.most:
                    yield Finding(
                        endpoint.label, "percentages", "differs", f"{cell.count}", (Value("n", size.most),), named
                    )
                continue
            if size is None:
                unknown.append(f"{cell.percent}")
            elif not _attainable(cell, size):
                nearest = [(round(float(cell.percent) * n / 100), n) for n in size.possible]
                values = tuple(Value("nearest percentage", 100 * k / n, n=n) for k, n in nearest)
                yield Finding(
                    endpoint.label,
                    "percentages",
                    "differs",
                    f"{cell.percent} %",
                    values,
                    named,
                    about={"count": cell.count},
                )
            else:
                sound += 1
        if unknown:
            yield Finding(endpoint.label, "percentages", "cannot tell", f"{', '.join(unknown)} %")
        if sound:
            yield Finding(endpoint.label, "percentages", "agrees", "", (Value("groups", sound),))


def _attainable(cell: Cell, size: Size) -> bool:
    """Whether a whole number of animals, the printed one if there is one, gives the printed percentage."""
    if cell.percent is None:
        return True
    printed, slack = float(cell.percent), half_unit(cell.percent) * (1 + 1e-9)
    for n in range(size.least, size.most + 1):
        k = cell.count if cell.count is not None else round(printed * n / 100)
        if k <= n and abs(100 * k / n - printed) <= slack:
            return True
    return False


@check("deaths")
def deaths(table: Table) -> Iterator[Finding]:
    """The n of a later time against the animals that were still alive."""
    fatal = [endpoint for endpoint in table.endpoints.values() if endpoint.deaths]
    for endpoint in table.endpoints.values():
        for died in fatal:
            if endpoint.deaths or endpoint.hour is None or (died.hour is not None and endpoint.hour < died.hour):
                continue
            alive = {}
            for key in endpoint.values:
                start, size = counted(table, died, key), table.size(endpoint, key)
                if start and size:
                    alive[key] = (size.least, start[1], sum(start), start[0])
            if not alive:
                continue
            worst = max(alive, key=lambda key: alive[key][0] - alive[key][1])
            printed, left, start_n, dead = alive[worst]
            outcome: Outcome = "agrees" if printed <= left else "differs" if died.hour is not None else "cannot tell"
            values = (Value("alive", left), Value("at the start", start_n), Value("dead", dead))
            about = {"hour": died.hour}
            yield Finding(
                endpoint.label, "deaths", outcome, f"{printed}", values, (table.groups[worst].label,), about=about
            )


@check("group sizes")
def group_sizes(table: Table) -> Iterator[Finding]:
    """The number of animals in all against the groups."""
    if table.total is None or not table.groups:
        return
    sizes = [group.n for group in table.groups.values() if group.n]
    k, most, least = len(table.groups), sum(size.most for size in sizes), sum(size.least for size in sizes)
    varied = any(cell.spread for endpoint in table.endpoints.values() for cell in endpoint.values.values())
    outcome: Outcome
    values: tuple[Value, ...]
    if len(sizes) == k:
        outcome = "agrees" if least <= table.total <= most else "differs"
        values = (Value("sum", least), Value("groups", k))
    else:
        # A spread needs two animals in a group.
        needed = least + (k - len(sizes)) * (2 if varied else 1)
        outcome = "differs" if table.total < needed else "agrees" if table.shares_equally else "cannot tell"
        values = (Value("needed", needed), Value("groups", k), Value("share", table.total / k))
    yield Finding("", "group sizes", outcome, f"{table.total}", values, about={"subject": table.subject})
