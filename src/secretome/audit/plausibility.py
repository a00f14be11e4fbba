"""Checks of whether values are possible: effect sizes, normal distributions, ranges, and means of whole numbers."""

import math
from collections.abc import Iterator
from itertools import combinations

from secretome.audit.findings import AuditOutcome, Finding, RecalculatedValue, check_cells, check_rows
from secretome.audit.models import ReportedCell, ReportedEndpoint, ReportedTable
from secretome.audit.reported import half_unit
from secretome.audit.summaries import Summary, interpretations, share_below, standardised_difference

# Two normal groups this many standard deviations apart share less than one value in ten thousand.
MAX_EFFECT = 8
# The share beyond two standard deviations on one side; a smaller share below the lowest value shows nothing.
SHARE_BELOW = 0.025


@check_rows("effect size")
def check_effect_size(table: ReportedTable, endpoint: ReportedEndpoint) -> Iterator[Finding]:
    """Compare the largest standardised difference of a row with the largest plausible one.

    A larger one is not an error: a strong stimulus may cause it, and so may an SE that is taken for an SD.
    """
    groups = [group for group, cell in endpoint.values.items() if cell.mean is not None and cell.spread]
    largest: dict[str, tuple[tuple[int, int], float]] = {}
    for interpretation in interpretations(table, endpoint, groups):
        sizes = {
            pair: standardised_difference(*(interpretation.summaries[position] for position in pair))
            for pair in combinations(range(len(groups)), 2)
        }
        pair = max(sizes, key=lambda pair: abs(sizes[pair]))
        largest.setdefault(interpretation.spread, (pair, sizes[pair]))
    if not largest:
        return
    too_large = any(abs(size) > MAX_EFFECT for _, size in largest.values())
    widest = tuple(groups[position] for position in next(iter(largest.values()))[0])
    cells = [endpoint.values[group] for group in widest]
    reported = " and ".join(f"{cell.mean} ± {cell.spread}" for cell in cells)
    values = tuple(RecalculatedValue("g", size, spread) for spread, (_, size) in largest.items())
    yield Finding("cannot tell" if too_large else "agrees", reported, values, {"largest": MAX_EFFECT}, widest)


@check_rows("shape")
def check_shape(table: ReportedTable, endpoint: ReportedEndpoint) -> Iterator[Finding]:
    """Calculate the share of a normal distribution with the reported mean and SD below the lowest possible value.

    Reports the group with the largest share.
    """
    if endpoint.lowest is None:
        return
    shares: dict[str, RecalculatedValue] = {}
    for group, cell in endpoint.values.items():
        # If ± is not stated, it is taken as SD, which leaves the smallest share below.
        for spread, summary in _summaries(table, endpoint, group, cell)[:1]:
            shares[group] = RecalculatedValue("share below", share_below(summary, float(endpoint.lowest)), spread)
    if not shares:
        return
    group = max(shares, key=lambda group: shares[group].value)
    outcome: AuditOutcome = "cannot tell" if shares[group].value > SHARE_BELOW else "agrees"
    reported = f"{endpoint.values[group].mean} ± {endpoint.values[group].spread}"
    yield Finding(outcome, reported, (shares[group],), {"lowest": str(endpoint.lowest)}, (group,))


@check_cells("range")
def check_range(table: ReportedTable, endpoint: ReportedEndpoint, group: str, cell: ReportedCell) -> Finding | None:
    """Compare mean, median and SD with the reported range, or with the limits of one animal's value."""
    low, high = (cell.low, cell.high) if cell.low is not None else (endpoint.lowest, endpoint.highest)
    centre = cell.centre
    if centre is None or low is None:
        return None
    details = {"limits": f"{low} to {high}" if high is not None else f"{low} upwards"}
    if centre < low or (high is not None and centre > high):
        details["outside"] = "median" if cell.mean is None else "mean"
        return Finding("differs", str(centre), (), details)
    if cell.mean is None:
        return Finding("agrees", str(centre))
    values: list[RecalculatedValue] = []
    agrees = False
    for spread, summary in _summaries(table, endpoint, group, cell):
        smallest, largest = _possible_sd(cell, summary, float(low), None if high is None else float(high))
        tolerance = 0.0 if cell.spread is None else half_unit(cell.spread)
        tolerance *= math.sqrt(summary.n) if spread == "se" else 1
        fits = smallest - tolerance <= summary.sd * (1 + 1e-9) and summary.sd - tolerance <= largest * (1 + 1e-9)
        agrees = agrees or fits
        limits = {"smallest sd": smallest, "largest sd": largest, "sd": summary.sd}
        values += [RecalculatedValue(name, value, spread, summary.n) for name, value in limits.items()]
    if not values:
        return None
    return Finding("agrees" if agrees else "differs", f"{cell.mean} ± {cell.spread}", tuple(values), details)


def _possible_sd(cell: ReportedCell, summary: Summary, low: float, high: float | None) -> tuple[float, float]:
    """The smallest and the largest SD of n values with this mean within limits; a reported range is attained.

    The largest has every value at a limit (Bhatia and Davis 2000); the smallest has all values but the two limits at
    one point.
    """
    n, mean = summary.n, summary.mean
    # Without an upper limit, one animal may have the total.
    top = low + n * (mean - low) if high is None else high
    tolerance = half_unit(cell.mean) if cell.mean is not None else 0.0
    squares = [max(0.0, (top - at) * (at - low)) for at in (mean - tolerance, mean, mean + tolerance)]
    largest = math.sqrt(max(squares) * n / (n - 1))
    if cell.low is None or high is None:
        return 0.0, largest
    at_limits = (low - mean) ** 2 + (high - mean) ** 2
    rest = (2 * mean - low - high) ** 2 / (n - 2) if n > 2 else 0.0
    return math.sqrt((at_limits + rest) / (n - 1)), largest


@check_cells("whole numbers")
def check_whole_numbers(
    table: ReportedTable, endpoint: ReportedEndpoint, group: str, cell: ReportedCell
) -> Finding | None:
    """Compare the mean of whole numbers with n: the GRIM test of Brown and Heathers (2017)."""
    size = table.size(endpoint, group)
    if not endpoint.integer or cell.mean is None or size is None:
        return None
    mean, tolerance = float(cell.mean), half_unit(cell.mean) * (1 + 1e-9)
    if any(abs(round(mean * n) / n - mean) <= tolerance for n in range(size.least, size.most + 1)):
        return Finding("agrees", str(cell.mean))
    return Finding(
        "differs",
        str(cell.mean),
        tuple(RecalculatedValue("nearest mean", round(mean * n) / n, n=n) for n in size.possible),
    )


def _summaries(
    table: ReportedTable, endpoint: ReportedEndpoint, group: str, cell: ReportedCell
) -> list[tuple[str, Summary]]:
    """One group under each interpretation of ± and for each of its sizes."""
    size = table.size(endpoint, group)
    if cell.mean is None or cell.spread is None or size is None:
        return []
    mean, width = float(cell.mean), float(cell.spread)
    return [
        (spread, Summary(mean, width * math.sqrt(n) if spread == "se" else width, n))
        for spread in table.spreads(endpoint)
        for n in size.possible
        if n > 1
    ]
