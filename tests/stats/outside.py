"""Numbers from outside, by name, for the tests of comparisons."""

import json
from itertools import combinations
from pathlib import Path
from typing import Any

import numpy as np

CASES: dict[str, dict[str, Any]] = {
    case["name"]: case
    for case in json.loads((Path(__file__).parents[1] / "reference" / "groups.json").read_text(encoding="utf-8"))[
        "cases"
    ]
}


def samples_of(name: str) -> list["np.ndarray[Any, np.dtype[np.float64]]"]:
    """The samples of a case, in the order of its groups."""
    inputs = CASES[name]["inputs"]
    values, group = np.array(inputs["x"], dtype=np.float64), np.array(inputs["group"])
    return [values[group == level] for level in np.unique(group)]


def deals(values: list[float], sizes: list[int]) -> list[list[list[float]]]:
    """Every way to deal the values to groups of these sizes, by recursion over combinations:

    slow, and plainly right.
    """
    if len(sizes) == 1:
        return [[values]]
    found = []
    for chosen in combinations(range(len(values)), sizes[0]):
        rest = [value for position, value in enumerate(values) if position not in chosen]
        found += [[[values[position] for position in chosen], *others] for others in deals(rest, sizes[1:])]
    return found
