"""Alternative texts of the lessons' pictures: what each shows, and what it finds."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from secretome.report.text.numbers import count, number, percent


class Interval(NamedTuple):
    """A ratio with its interval, as a line of a picture."""

    label: str
    estimate: float
    low: float
    high: float
    pooled: bool = False


def made_up_words(animals: str) -> str:
    """What stands on a picture of animals that a computer made up.

    >>> made_up_words("mice")
    'Simulated mice: no evidence'
    """
    return f"Simulated {animals}: no evidence"


def counts_alt(
    groups: Mapping[str, ArrayLike], bands: Mapping[str, tuple[float, float]], measure: str, level: float
) -> str:
    """Alternative text of `counts_figure`."""
    values = {label: np.asarray(counts) for label, counts in groups.items()}
    outside = {label: int(((own < bands[label][0]) | (own > bands[label][1])).sum()) for label, own in values.items()}
    number_of = sum(own.size for own in values.values())
    listed = "; ".join(f"{label}, {outside[label]} of {own.size}" for label, own in values.items())
    return (
        f"{measure[0].upper()}{measure[1:]}: every count as a point, on the band that holds {percent(level)} of counts "
        f"which only chance tells apart. Outside the band lie {sum(outside.values())} of {number_of}: {listed}."
    )


def intervals_alt(rows: Sequence[Interval], measure: str, margin: tuple[float, float] | None = None) -> str:
    """Alternative text of `intervals_figure`."""
    said = f", over a equivalence margins from {number(margin[0])} to {number(margin[1])}" if margin else ""
    lines = "; ".join(f"{row.label}, {number(row.estimate)} ({number(row.low)} to {number(row.high)})" for row in rows)
    return f"{measure}: intervals on a log axis{said}. {lines}."


def survivors_alt(groups: Mapping[str, tuple[ArrayLike, ArrayLike]], measure: str) -> str:
    """Alternative text of `survivors_figure`."""
    lines = []
    for label, (values, died) in groups.items():
        height, dead = np.asarray(values, dtype=float), np.asarray(died, dtype=bool)
        all_of_them, living = number(float(np.median(height))), number(float(np.median(height[~dead])))
        lines.append(
            f"{label}, {dead.sum()} of {dead.size} died, median of all {all_of_them}, of those that lived {living}"
        )
    return f"{measure}: every animal as a point, those that died as crosses. {'; '.join(lines)}."


def survival_alt(groups: Mapping[str, tuple[ArrayLike, ArrayLike]], unit: str, event: str) -> str:
    """Alternative text of `survival_figure`."""
    lines = "; ".join(
        f"{label}, {np.sum(happened)} of {np.size(happened)} with {event}" for label, (_, happened) in groups.items()
    )
    return f"Curves of the share without {event} against {unit}, one for each group. {lines}."


def nested_alt(cages: Mapping[str, ArrayLike], measure: str) -> str:
    """Alternative text of `nested_figure`."""
    rows = [np.asarray(analyses, dtype=float) for analyses in cages.values()]
    within = max(float(np.ptp(row)) for cage in rows for row in cage)
    between = min(float(np.ptp(cage.mean(axis=1))) for cage in rows)
    animals = count(sum(len(cage) for cage in rows), "animal")
    return (
        f"{measure} of {animals} in {count(len(rows), 'cage')}, every analysis as a bar. Readings of one animal lie at "
        f"most {number(within)} apart, while the animals of a cage lie {number(between)} apart or more."
    )


def shares_alt(shares: Mapping[str, float], promised: float, measure: str) -> str:
    """Alternative text of `shares_figure`."""
    lines = "; ".join(f"{label}, {100 * share:.1f} %" for label, share in shares.items())
    return f"Bars of {measure}, beside the promised {percent(promised)}. {lines}."


def powers_alt(sizes: Sequence[int], powers: Mapping[str, Sequence[float]], target: float) -> str:
    """Alternative text of `powers_figure`."""
    lines = []
    for label, power in powers.items():
        reached = [size for size, one in zip(sizes, power, strict=True) if one >= target]
        lines.append(
            f"{label}, {'reached at ' + str(reached[0]) if reached else 'not reached at ' + str(sizes[-1])} animals a "
            "group"
        )
    return (
        f"Power against animals per group, one rising line for each effect. A power of {percent(target)}: "
        f"{'; '.join(lines)}."
    )


def possible_means_alt(n: int, printed: float, half_unit: float) -> str:
    """Alternative text of `possible_means_figure`."""
    nearest = round(printed * n) / n
    fits = abs(nearest - printed) <= half_unit * (1 + 1e-9)
    return (
        f"A line of the means that {n} whole numbers can have. The nearest to the printed {printed:g} is "
        f"{nearest:.4f}, {'within' if fits else 'outside'} what rounds to it."
    )
