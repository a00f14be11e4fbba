"""Reference cases by name, and a brute-force list of permutations."""

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


def all_assignments(values: list[float], sizes: list[int]) -> list[list[list[float]]]:
    """Every assignment of the values to groups of these sizes, by recursion over combinations."""
    if len(sizes) == 1:
        return [[values]]
    assignments = []
    for chosen in combinations(range(len(values)), sizes[0]):
        rest = [value for position, value in enumerate(values) if position not in chosen]
        assignments += [
            [[values[position] for position in chosen], *others] for others in all_assignments(rest, sizes[1:])
        ]
    return assignments
