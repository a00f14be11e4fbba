"""Describe a cohort in sentences: units, animals, deaths, limits, exclusions and missing values."""

import math
from collections import Counter
from typing import NamedTuple

import pandas as pd

from secretome.protocol import Protocol


def describe(values: pd.DataFrame, excluded: pd.DataFrame, protocol: Protocol, units_stated: set[str]) -> list[str]:
    """Return sentences about units, animals, deaths, limits, exclusions and missing values."""
    return [
        *_units(protocol, units_stated),
        *_animals(values, protocol),
        *(_pairs(values, protocol) if protocol.design == "paired" else ()),
        *_limits(values),
        *_exclusions(values, excluded),
    ]


class GroupSummary(NamedTuple):
    """The values of an endpoint in a group, to compare with the sheet.

    `n` values were measured; `lowest` and `highest` are those of the observed numbers (NaN if there are none); `below`
    and `above` are numbers of censored values, and `missing` that of empty cells.
    """

    endpoint: str
    group: str
    n: int
    lowest: float
    highest: float
    below: int
    above: int
    missing: int


def group_summaries(values: pd.DataFrame, protocol: Protocol) -> list[GroupSummary]:
    """Return a summary of each group for each endpoint of a file."""
    present = set(values["endpoint"])
    return [
        _group_summary(values[(values["endpoint"] == endpoint) & (values["group"] == group)], endpoint, group)
        for endpoint in protocol.endpoints
        if endpoint in present
        for group in protocol.groups
    ]


def _group_summary(cells: pd.DataFrame, endpoint: str, group: str) -> GroupSummary:
    lower, upper, observed = cells["lower"], cells["upper"], cells["value"].dropna()
    below, above = int(((lower == 0) & (upper > 0)).sum()), int((upper == math.inf).sum())
    ends = (float(observed.min()), float(observed.max())) if len(observed) else (math.nan, math.nan)
    return GroupSummary(endpoint, group, int(lower.notna().sum()), *ends, below, above, int(lower.isna().sum()))


def _units(protocol: Protocol, stated: set[str]) -> list[str]:
    silent = [key for key in protocol.endpoints if key not in stated]
    if not silent:
        return ["units are the protocol's, as the file states"]
    units = "; ".join(f"{key}: {protocol.endpoints[key].unit}" for key in silent)
    if stated:
        return [f"no unit is stated for {', '.join(silent)}, so the protocol's is taken ({units})"]
    return [f"no unit is stated, so the protocol's are taken ({units})"]


def _animals(values: pd.DataFrame, protocol: Protocol) -> list[str]:
    measured = values[values["lower"].notna()]
    counts = measured.groupby("group")["animal"].nunique()
    sentences = [
        f"{protocol.units} per group: " + ", ".join(f"{group} {counts.get(group, 0)}" for group in protocol.groups)
    ]
    if values["dead"].any():
        deaths = values[values["dead"]].groupby("group")["animal"].nunique()
        sentences.append(
            "dead before sampling: " + ", ".join(f"{group} {deaths.get(group, 0)}" for group in protocol.groups)
        )
    if absent := [key for key in protocol.endpoints if key not in set(values["endpoint"])]:
        sentences.append(f"endpoints without a column or a row: {', '.join(absent)}")
    return sentences


def _pairs(values: pd.DataFrame, protocol: Protocol) -> list[str]:
    sentences, number = [], len(protocol.groups)
    for endpoint, rows in values[values["lower"].notna()].groupby("endpoint"):
        groups = rows.groupby("animal", sort=False)["group"].nunique()
        some = ", ".join(map(str, groups.index[groups < number]))
        complete = int((groups == number).sum())
        if number == 2:
            known, lacking = f"{complete} pairs", "left out without their other half"
        else:
            known, lacking = f"{complete} {protocol.units} in all {number} groups", "without a value in some group"
        sentences.append(f"{endpoint}: {known}" + (f"; {lacking}: {some}" if some else ""))
    return sentences


def _limits(values: pd.DataFrame) -> list[str]:
    sentences = []
    for endpoint, rows in values[values["lower"] < values["upper"]].groupby("endpoint", sort=False):
        limits = Counter(
            f"<{upper:g}" if lower == 0 else f">{lower:g}"
            for lower, upper in zip(rows["lower"], rows["upper"], strict=True)
        )
        sentences.append(f"limits of {endpoint}: " + ", ".join(f"{limit} ({count})" for limit, count in limits.items()))
    return sentences


def _exclusions(values: pd.DataFrame, excluded: pd.DataFrame) -> list[str]:
    sentences = [
        f"excluded: {animal} in {group}, {len(rows)} value{'s' if len(rows) > 1 else ''} ({reason})"
        for (animal, group, reason), rows in excluded.groupby(["animal", "group", "exclude"], sort=False)
    ]
    missing, censored = int(values["lower"].isna().sum()), int((values["lower"] < values["upper"]).sum())
    return [*sentences, f"{missing} values missing, {censored} censored, {len(excluded)} excluded"]
