"""Numbers, p-values and intervals in the format of journals."""

import math
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np

from secretome.analysis import BOUND, MEAN_DIFFERENCE, SHIFT
from secretome.analysis.results import (
    DIFFERENCE_OF_DIFFERENCES,
    DIFFERENCE_OF_SLOPES,
    RESTRICTED_MEAN,
    TREND_DIFFERENCE,
)
from secretome.protocol.names import plural

# Effects in the unit of the endpoint.
IN_UNIT = frozenset(
    {SHIFT, MEAN_DIFFERENCE, TREND_DIFFERENCE, DIFFERENCE_OF_SLOPES, RESTRICTED_MEAN, DIFFERENCE_OF_DIFFERENCES}
)
Row = Any  # a row of a DataFrame: pandas types its rows as Series of anything


def number(value: float) -> str:
    """A number to three digits, the zero before a decimal point counted, without exponent.

    >>> number(1.51017), number(0.6125), number(0.0312), number(340.2)
    ('1.51', '0.61', '0.031', '340')
    """
    if not math.isfinite(value):
        return "not estimable" if math.isnan(value) else ("∞" if value > 0 else "−∞")
    size = math.floor(math.log10(abs(value))) if value else 0
    # A thin space separates thousands, because no country uses it as a decimal mark; a hyphen becomes a minus sign.
    return f"{value:,.{max(0, 2 - size if size >= 0 else 1 - size)}f}".replace(",", "\u202f").replace("-", "−")


def p_value(value: float, name: str = "p") -> str:
    """A p-value with its name, exact to three digits.

    >>> p_value(0.00048828), p_value(0.0411), p_value(3e-7), p_value(1.0, "adjusted p")
    ('p = 0.000488', 'p = 0.0411', 'p < 0.000001', 'adjusted p = 1')
    """
    number_alone = p_number(value)
    return f"{name} {number_alone}" if number_alone[0] in "<n" else f"{name} = {number_alone}"


def p_number(value: float) -> str:
    """A p-value for a table, without "p =".

    >>> p_number(0.00048828), p_number(3e-7)
    ('0.000488', '< 0.000001')
    """
    if math.isnan(value):
        return "not defined"
    return "< 0.000001" if value < 1e-6 else np.format_float_positional(float(f"{value:.3g}"), trim="-")


def bracket_value(row: Row) -> float:
    """The p of a result's interval: adjusted, unless there is none or the simultaneous interval differs.

    >>> bracket_value({"pvalue": 0.02, "pvalue_adjusted": 0.12, "level": 0.95, "level_simultaneous": 0.9917})
    0.02
    """
    other = row.get("level_simultaneous", math.nan)
    unadjusted = math.isnan(row["pvalue_adjusted"]) or (not math.isnan(other) and row["level"] != other)
    return float(row["pvalue"] if unadjusted else row["pvalue_adjusted"])


def is_adjusted(row: Row) -> bool:
    """Whether the p that belongs to the interval of a result is adjusted for several contrasts."""
    return bracket_value(row) != row["pvalue"] and not math.isnan(row["pvalue"])


def bracket_head(rows: Sequence[Row]) -> str:
    """The kind of the p-values over brackets."""
    head = "p of equivalence" if any(row.get("alternative") == "equivalence" for row in rows) else "p"
    return f"adjusted {head}" if any(is_adjusted(row) for row in rows) else head


def bracket_p(row: Row) -> str:
    """The p over a bracket, with its kind.

    >>> bracket_p({"pvalue": 0.0131, "pvalue_adjusted": 0.0262})
    'adjusted p = 0.0262'
    >>> bracket_p({"pvalue": 0.000488, "pvalue_adjusted": float("nan")})
    'p = 0.000488'
    """
    return p_value(bracket_value(row), bracket_head([row]))


def percent(level: float) -> str:
    """A confidence level, as per cent.

    >>> percent(0.95), percent(0.957520)
    ('95 %', '95.8 %')
    """
    return f"{100 * level:.3g} %"


def interval(row: Row) -> str:
    """The interval of a result with its level, or a text that there is none."""
    if math.isnan(row["low"]) or math.isnan(row["level"]):
        return "no interval"
    if not _has_interval(row):
        return "no finite interval at this n" if row["level"] >= 1 else f"no finite {percent(row['level'])} interval"
    is_finite = math.isfinite(row["low"]) and math.isfinite(row["high"])
    limits = f"{number(row['low'])} to {number(row['high'])}" if is_finite else _side(row)
    return f"{percent(row['level'])} interval {limits}"


def _has_interval(row: Row) -> bool:
    """Whether at least one limit is finite, at a level below 1."""
    if math.isnan(row["low"]) or math.isnan(row["level"]):
        return False
    if math.isfinite(row["low"]) and math.isfinite(row["high"]):
        return True
    return bool(row["level"] < 1 and (math.isfinite(row["high"]) or row["low"] > 0))


def simultaneous_interval(row: Row, *, named: bool = False) -> str:
    """The simultaneous interval of a planned result, called so if `named`, or a text that there is none."""
    simultaneous = {name: row[f"{name}_simultaneous"] for name in ("low", "high", "level")}
    return f"{'simultaneous ' if named and _has_interval(simultaneous) else ''}{interval(simultaneous)}"


def ratio(row: Row, unit: str = "") -> str:
    """A ratio, or another effect in its unit, with its interval, or its bound.

    >>> ratio({"estimate": float("nan"), "low": 0.0, "high": 0.149, "level": float("nan")})
    'at most 0.15 in these values, without an interval'
    """
    if not math.isnan(row["estimate"]):
        return f"{number(row['estimate'])}{unit} ({interval(row)})"
    if math.isnan(row["low"]) or not math.isnan(row["level"]):
        return "not estimable"
    return _side(row)


def effect(row: Row, unit: str) -> str:
    """The estimate of a result in its unit, with its interval."""
    if row["effect"] == BOUND:
        return f"geometric mean ratio {ratio(row)}"
    if math.isnan(row["estimate"]):
        return f"{row['effect']} not estimable"
    measured_in = f" {unit}" if row["effect"] in IN_UNIT else ""
    return f"{row['effect']} {number(row['estimate'])}{measured_in} ({interval(row)})"


def lowercase_first(label: str) -> str:
    """A label inside a sentence; units and abbreviations keep their capitals.

    >>> lowercase_first("Septic control"), lowercase_first("150 µL secretome"), lowercase_first("IL-6")
    ('septic control', '150 µL secretome', 'IL-6')
    """
    return label[0].lower() + label[1:] if label[1:2].islower() else label


def count(n: int, noun: str) -> str:
    """A number with its noun.

    >>> count(1, "donor"), count(12, "donor")
    ('1 donor', '12 donors')
    """
    return f"{n} {noun if n == 1 else plural(noun)}"


def listed(items: Iterable[str], word: str = "and") -> str:
    """Things one after another.

    >>> listed(["sham", "control", "treated"]), listed(["sham", "control"], "or"), listed(["sham"])
    ('sham, control and treated', 'sham or control', 'sham')
    """
    things = list(items)
    return f"{', '.join(things[:-1])} {word} {things[-1]}" if len(things) > 1 else "".join(things)


def _side(row: Row) -> str:
    """A ratio with a limit on one side only, in words."""
    below, above = row["low"] > 0, math.isfinite(row["high"])
    if below and above:
        return f"between {number(row['low'])} and {number(row['high'])}"
    bound = f"at most {number(row['high'])}" if above else f"at least {number(row['low'])}" if below else ""
    return (
        f"{bound} in these values, without an interval"
        if bound and math.isnan(row["level"])
        else bound or "not estimable"
    )


NOT_MEASURED = "not measured yet"


def share(p: float, cohorts: int) -> str:
    """A simulated share with twice its standard error, in per cent.

    >>> share(0.82, 2000), share(0.0, 2000), share(1.0, 400)
    ('82 ± 1.7 %', '0 %', '100 %')
    """
    error = 2 * math.sqrt(p * (1 - p) / cohorts)
    if error == 0:
        return f"{100 * p:.0f} %"
    if p < 0.0005:
        return "under 0.1 %"
    return f"{100 * p:.{0 if p >= 0.1 else 1}f} ± {100 * error:.1f} %"
