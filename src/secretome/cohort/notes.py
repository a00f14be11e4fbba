"""Describe a cohort in sentences: units, animals, deaths, limits, exclusions and missing values."""

from collections import Counter

import pandas as pd

from secretome.protocol import Protocol


def describe(values: pd.DataFrame, excluded: pd.DataFrame, protocol: Protocol, units_stated: set[str]) -> list[str]:
    """Return sentences about units, animals, deaths, limits, exclusions and missing values."""
    return [
        *_units(protocol, units_stated),
        *_animals(values, protocol),
        *(_pairs(values) if protocol.design == "paired" else ()),
        *_limits(values),
        *_exclusions(values, excluded),
    ]


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


def _pairs(values: pd.DataFrame) -> list[str]:
    sentences = []
    for endpoint, rows in values[values["lower"].notna()].groupby("endpoint"):
        groups = rows.groupby("animal", sort=False)["group"].nunique()
        half = ", ".join(map(str, groups.index[groups < 2]))
        sentences.append(
            f"{endpoint}: {int((groups == 2).sum())} pairs"
            + (f"; left out without their other half: {half}" if half else "")
        )
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
