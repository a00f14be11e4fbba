"""The data of an exercise: printed, so that they can be typed into any program, and as rows of a table."""

from collections.abc import Iterable, Mapping

import pandas as pd


def print_data(groups: Mapping[str, Iterable[object]]) -> None:
    """Print the values of each group on a line of its own.

    Parameters
    ----------
    groups : mapping
        The values of each group, as numbers, or as a table with the columns `lower` and `upper` that a cohort has.

    Examples
    --------
    >>> print_data({"saline": [16.0, 32.0], "treated": [64, 128]})
    saline:  16  32
    treated: 64  128
    """
    width = max(len(name) for name in groups) + 1
    for name, values in groups.items():
        print(f"{name + ':':<{width}}", "  ".join(values_as_text(values)))


def values_as_text(values: Iterable[object]) -> list[str]:
    """Values as a laboratory writes them: nondetects with their limit, and numbers without trailing zeros.

    >>> values_as_text(pd.DataFrame({"lower": [0.0, 20.0], "upper": [15.6, 20.0]}))
    ['<15.6', '20']
    """
    if isinstance(values, pd.DataFrame):
        pairs = zip(values["lower"], values["upper"], strict=True)
        return [_bounded(float(lower), float(upper)) for lower, upper in pairs]
    return [f"{value:.10g}" if isinstance(value, int | float) else str(value) for value in values]


def _bounded(lower: float, upper: float) -> str:
    if lower == upper:
        return f"{upper:.10g}"
    return f"<{upper:.10g}" if lower <= 0 else f">{lower:.10g}"
