"""Conditions of a cohort under which a claim may be called supported more often than the rules allow."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any

import numpy as np
import pandas as pd
import scipy

from secretome.analysis import ranks_decide
from secretome.analysis.baseline import adjusts_for_baseline
from secretome.analysis.clusters import Clusters, Layout, cluster_methods, clusters_of
from secretome.analysis.paired import pair_changes
from secretome.analysis.results import Floats
from secretome.analysis.samples import CLUSTER_COLUMNS, Comparison, GroupSample, comparison
from secretome.claims.distributions import (
    MIN_RANK_SPREAD_RATIO,
    Skewness,
    model_spreads,
    skewed_changes,
    skewed_deviations,
    smaller_group_spread,
    unequal_panel,
)
from secretome.claims.evidence import Row
from secretome.claims.rules import MIN_N
from secretome.cohort import Study
from secretome.protocol import Claim, EffectScale, sides

# Where not stated otherwise, rates are of false "supported" at a limit of 2.5 %, simulated with log-SDs of 0.51 and
# Welch's t (also in the
# table of the benchmarks page).
# One animal in 20 more: 3.1 % if the sickest is lost in one group of 20, 2.5 % if it is in one of 40.
MIN_LOSS_DIFFERENCE = 0.05
# Exponential logarithms: 3.2 to 5.2 % if one group is three or four times the other, at most 2.1 % if twice.
MIN_SIZE_RATIO = 3.0
# Of normal logarithms, 7 % of groups of 12 are more skewed than this; of exponential ones, half.
MIN_SKEWNESS = 1.0
# Below this many values, the skewness of normal logarithms exceeds `MIN_SKEWNESS` in more than one group in ten.
MIN_SKEWNESS_N = 8
# A true ratio of 3 exceeds the limit. With half of the values censored it is estimated poorly: three in four such
# cohorts show 2 or more.
MIN_SPREAD_RATIO = 2.0


class ConditionCode(StrEnum):
    """Code of a condition of a cohort."""

    CAGE_CONFOUNDED = "cage_confounded"
    BATCH_CONFOUNDED = "batch_confounded"
    PLATE_CONFOUNDED = "plate_confounded"
    CAGES_WITHIN_GROUPS = "cages_within_groups"
    BATCHES_WITHIN_GROUPS = "batches_within_groups"
    PLATES_WITHIN_GROUPS = "plates_within_groups"
    UNEQUAL_LOSSES = "unequal_losses"
    CENSORED_UNEQUAL_SPREAD = "censored_unequal_spread"
    UNEQUAL_N_SKEWED = "unequal_n_skewed"
    UNEQUAL_N_SKEWED_BASELINE = "unequal_n_skewed_baseline"
    SKEWED_CHANGES = "skewed_changes"
    PANEL_UNEQUAL_GROUPS = "panel_unequal_groups"
    RANKS_SMALL_GROUP_SPREAD = "ranks_small_group_spread"
    # The error rate holds under these, but they are needed to interpret the sensitivity analyses.
    CAGES_SHARED = "cages_shared"
    CAGES_PARTLY_CROSSED = "cages_partly_crossed"
    BATCHES_PARTLY_CROSSED = "batches_partly_crossed"
    PLATES_PARTLY_CROSSED = "plates_partly_crossed"
    CAGES_UNLABELLED = "cages_unlabelled"
    BATCHES_UNLABELLED = "batches_unlabelled"
    PLATES_UNLABELLED = "plates_unlabelled"


CONFOUNDED = {
    "cage": ConditionCode.CAGE_CONFOUNDED,
    "batch": ConditionCode.BATCH_CONFOUNDED,
    "plate": ConditionCode.PLATE_CONFOUNDED,
}
WITHIN_GROUPS = {
    "cage": ConditionCode.CAGES_WITHIN_GROUPS,
    "batch": ConditionCode.BATCHES_WITHIN_GROUPS,
    "plate": ConditionCode.PLATES_WITHIN_GROUPS,
}
PARTLY_CROSSED = {
    "cage": ConditionCode.CAGES_PARTLY_CROSSED,
    "batch": ConditionCode.BATCHES_PARTLY_CROSSED,
    "plate": ConditionCode.PLATES_PARTLY_CROSSED,
}
UNLABELLED = {
    "cage": ConditionCode.CAGES_UNLABELLED,
    "batch": ConditionCode.BATCHES_UNLABELLED,
    "plate": ConditionCode.PLATES_UNLABELLED,
}
# The conditions under which the error rate is not held.
WARNINGS = frozenset(
    {
        *CONFOUNDED.values(),
        *WITHIN_GROUPS.values(),
        ConditionCode.UNEQUAL_LOSSES,
        ConditionCode.CENSORED_UNEQUAL_SPREAD,
        ConditionCode.UNEQUAL_N_SKEWED,
        ConditionCode.UNEQUAL_N_SKEWED_BASELINE,
        ConditionCode.SKEWED_CHANGES,
        ConditionCode.PANEL_UNEQUAL_GROUPS,
        ConditionCode.RANKS_SMALL_GROUP_SPREAD,
    }
)
# The column of each code that is about one column.
COLUMN_OF = {
    code: column for codes in (CONFOUNDED, WITHIN_GROUPS, PARTLY_CROSSED, UNLABELLED) for column, code in codes.items()
} | {ConditionCode.CAGES_SHARED: "cage"}


@dataclass(frozen=True)
class Condition:
    """A condition of a contrast in a cohort.

    Attributes
    ----------
    code : ConditionCode
        The condition.
    endpoint : str
        The endpoint's key.
    groups : tuple of str
        The two groups that are compared, the treated one first.
    facts : dict of str to float
        The numbers that show it, such as ``n_treated`` and ``n_control`` (cages, batches or plates), ``lost_treated``
        and ``of_treated`` (animals), ``spread_ratio`` or ``skewness``.
    estimate, low, high, level, pvalue : float
        For clusters within groups or crossed with them: the test that takes account of them, where `results` holds it;
        its p is adjusted over the family where the planned one is. Otherwise NaN.
    adjusted : bool
        Whether that p and interval are adjusted over the family.
    """

    code: ConditionCode
    endpoint: str
    groups: tuple[str, str]
    facts: dict[str, float] = field(default_factory=dict)
    estimate: float = math.nan
    low: float = math.nan
    high: float = math.nan
    level: float = math.nan
    pvalue: float = math.nan
    adjusted: bool = False


def conditions(study: Study, results: pd.DataFrame | None = None) -> list[Condition]:
    """Return the conditions of the contrasts in a study's claims.

    Parameters
    ----------
    study : Study
        A protocol with a cohort.
    results : DataFrame, optional
        What `analyse` returned for it, with the multiverse: the tests that take account of cages, batches and plates
        are taken from it.

    Returns
    -------
    list of Condition
        In the order of `ConditionCode`. A contrast with fewer than three values in a group has none, because no verdict
        depends on it.

    Examples
    --------
    >>> from secretome import load_study
    >>> conditions(load_study("sepsis_cytokines"))
    []
    """
    compared: dict[tuple[str, str], list[Claim]] = {}
    for claim in study.protocol.claims.values():
        for contrast in claim.pairs_of_groups:
            compared.setdefault((claim.endpoint, contrast), []).append(claim)
    paired = study.protocol.design == "paired"
    met = []
    for (endpoint, contrast), claims in compared.items():
        pair = comparison(study, endpoint, contrast)
        # Whether an animal's time of death is known does not depend on the spread of the times.
        within = paired or study.protocol.is_survival(endpoint)
        found = [
            *comparison_conditions(pair, paired=within),
            *_of_distributions(study, pair, endpoint, contrast, claims),
        ]
        for code, facts in found:
            row = (
                None
                if results is None or code not in COLUMN_OF
                else _row(results, endpoint, contrast, COLUMN_OF[code], claims[0])
            )
            condition = Condition(code, endpoint, sides(contrast), facts)
            met.append(condition if row is None else _with_numbers(condition, row))
    order = list(ConditionCode)
    return sorted(met, key=lambda condition: order.index(condition.code))


def as_json(met: Sequence[Condition]) -> list[dict[str, Any]]:
    """Conditions as JSON can hold them: numbers that are not known are left out.

    >>> as_json([Condition(ConditionCode.PLATE_CONFOUNDED, "il6", ("t1", "control"))])
    [{'code': 'plate_confounded', 'endpoint': 'il6', 'groups': ['t1', 'control'], 'facts': {}, 'adjusted': False}]
    """
    listed = []
    for condition in met:
        known = {
            name: value
            for name, value in vars(condition).items()
            if not (isinstance(value, float) and math.isnan(value))
        }
        listed.append(known | {"code": str(condition.code), "groups": list(condition.groups)})
    return listed


def comparison_conditions(
    pair: Comparison, *, paired: bool = False
) -> Iterator[tuple[ConditionCode, dict[str, float]]]:
    """Return the conditions of one comparison, each with the numbers that show it.

    Parameters
    ----------
    pair : Comparison
        The two groups.
    paired : bool, default False
        Whether each animal is in both groups: then there are no conditions on missing values, spreads and sizes,
        because each animal is compared with itself.
    """
    if pair.n < MIN_N:
        return
    for column in CLUSTER_COLUMNS:
        yield from _of_clusters(clusters_of(pair, column), column, paired=paired)
    if paired:
        return
    shares = [group.lost / group.animals if group.animals else 0.0 for group in (pair.treated, pair.control)]
    if abs(shares[0] - shares[1]) >= MIN_LOSS_DIFFERENCE - 1e-9:
        yield ConditionCode.UNEQUAL_LOSSES, _counts(pair, "lost", "animals")
    if pair.mostly_censored:
        spread = spread_ratio(pair)
        # With at most one observed value in a group, its spread is unknown, and so is its effect on the rank test.
        if math.isnan(spread):
            yield ConditionCode.CENSORED_UNEQUAL_SPREAD, _counts(pair, "censored", "n")
        elif spread >= MIN_SPREAD_RATIO:
            yield ConditionCode.CENSORED_UNEQUAL_SPREAD, _counts(pair, "censored", "n") | {"spread_ratio": spread}
    smaller, larger = sorted((pair.treated, pair.control), key=lambda group: group.n)
    if adjusts_for_baseline(pair):
        return
    if larger.n >= MIN_SIZE_RATIO * smaller.n and abs(skewed := skewness(larger, pair.scale)) >= MIN_SKEWNESS:
        yield ConditionCode.UNEQUAL_N_SKEWED, _counts(pair, "n") | {"skewness": skewed}


def spread_ratio(pair: Comparison) -> float:
    """The larger log-SD over the smaller, by the censored lognormal model; NaN if the model cannot be fitted."""
    smaller, larger = sorted(model_spreads(pair))
    return larger / smaller if smaller > 0 else math.nan


def skewness(group: GroupSample, scale: EffectScale = "log") -> float:
    """The skewness of a group's logarithms, or of its values on a linear scale.

    It is NaN with few values, censored values, or values without a logarithm where one is needed.
    """
    if group.n < MIN_SKEWNESS_N or group.censored or (scale == "log" and group.zeros):
        return math.nan
    values: Floats = np.log(group.lower) if scale == "log" else group.lower
    return float(scipy.stats.skew(values)) if np.ptp(values) > 0 else math.nan


def _of_clusters(clusters: Clusters, column: str, *, paired: bool) -> Iterator[tuple[ConditionCode, dict[str, float]]]:
    counts = {"n_treated": float(clusters.n_treated), "n_control": float(clusters.n_control)}
    shared = {"shared": float(clusters.shared), "animals_shared": float(clusters.animals_shared)}
    if clusters.layout is Layout.CONFOUNDED:
        yield CONFOUNDED[column], counts
    elif clusters.layout is Layout.NESTED:
        yield WITHIN_GROUPS[column], counts
    elif clusters.layout in (Layout.CROSSED, Layout.PARTLY_CROSSED) and not paired:
        if column == "cage":
            yield ConditionCode.CAGES_SHARED, counts | shared
        if clusters.layout is Layout.PARTLY_CROSSED:
            yield PARTLY_CROSSED[column], counts | shared
    if clusters.unlabelled and clusters.n_treated + clusters.n_control:
        yield UNLABELLED[column], {"unlabelled": float(clusters.unlabelled)}


def _of_distributions(
    study: Study, pair: Comparison, endpoint: str, contrast: str, claims: Sequence[Claim]
) -> Iterator[tuple[ConditionCode, dict[str, float]]]:
    """The conditions that depend on the planned test and on what is claimed; trends and interactions have none."""
    stated = [claim for claim in claims if claim.compared]
    if pair.n < MIN_N or not stated or study.protocol.is_survival(endpoint):
        return
    if study.protocol.design == "paired":
        changes = pair_changes(study, endpoint, contrast)
        if (skewed := skewed_changes(changes)) and _favoured(skewed, stated):
            yield ConditionCode.SKEWED_CHANGES, {"n": float(changes.size), **_shape(skewed)}
        return
    sizes = _counts(pair, "n")
    if adjusts_for_baseline(pair) and (skewed := skewed_deviations(pair)) and _favoured(skewed, stated):
        yield ConditionCode.UNEQUAL_N_SKEWED_BASELINE, sizes | _shape(skewed)
    for panel in dict.fromkeys(claim.panel for claim in stated if claim.panel):
        pairs = [comparison(study, each, contrast) for each in study.protocol.panels[panel].endpoints]
        if unequal_panel(pairs):
            ratio = smaller_group_spread(pairs)
            facts = sizes if math.isnan(ratio) else sizes | {"spread_ratio": ratio}
            yield ConditionCode.PANEL_UNEQUAL_GROUPS, facts
    # Ranks decide no claim that nothing changes. If most values are censored, they have a condition of their own.
    if pair.mostly_censored or all(claim.is_equivalence for claim in stated):
        return
    ratio, margin = smaller_group_spread([pair]), study.protocol.endpoints[endpoint].equivalence_margin
    if ratio >= MIN_RANK_SPREAD_RATIO and ranks_decide(pair, margin):
        yield ConditionCode.RANKS_SMALL_GROUP_SPREAD, sizes | {"spread_ratio": ratio}


def _favoured(skewed: Skewness, claims: Sequence[Claim]) -> bool:
    """Whether a claim would be supported too often; that nothing changes would be, by a skewness of either sign."""
    return any(claim.direction in (None, skewed.favours) for claim in claims)


def _shape(skewed: Skewness) -> dict[str, float]:
    return {"skewness": skewed.value, "skewness_limit": skewed.limit}


def _counts(pair: Comparison, *names: str) -> dict[str, float]:
    sides = (("treated", pair.treated), ("control", pair.control))
    return {f"{name}_{side}": float(getattr(group, name)) for name in names for side, group in sides}


def _row(results: pd.DataFrame, endpoint: str, contrast: str, column: str, claim: Claim) -> Row | None:
    """The test of a contrast that takes account of the clusters of a column."""
    rows = results[
        (results["endpoint"] == endpoint) & (results["contrast"] == contrast) & (results["analysis"] == "multiverse")
    ]
    rows = rows[rows["test"].isin(cluster_methods(column, equivalence=claim.is_equivalence))]
    return None if rows.empty else rows.iloc[0]


def _with_numbers(condition: Condition, row: Row) -> Condition:
    adjusted = not math.isnan(row["pvalue_adjusted"])
    p = float(row["pvalue_adjusted"] if adjusted else row["pvalue"])
    estimate, low, high, level = (float(row[name]) for name in ("estimate", "low", "high", "level"))
    return replace(condition, estimate=estimate, low=low, high=high, level=level, pvalue=p, adjusted=adjusted)
