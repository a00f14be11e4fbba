"""Warnings for skewed and unequally spread values: in cohorts of that kind, and not in ordinary ones."""

from collections.abc import Iterable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy import stats as scipy_stats

from secretome import load_study
from secretome.analysis.baseline import baseline_deviations
from secretome.analysis.samples import Comparison, GroupSample, comparison
from secretome.claims import Condition, ConditionCode, conditions
from secretome.claims.conditions import WARNINGS
from secretome.claims.distributions import skewed_changes, skewness_limit, smaller_group_spread
from secretome.protocol import Protocol, notebooks_folder
from shaped_studies import GROUPS_AND_ENDPOINTS, read_text, write_protocol

MARGIN = "equivalence_margin: {low: 0.8, high: 1.25, reason: a test}"
TWO_GROUPS = """\
groups:
  control: {label: Control, role: control}
  drug: {label: Drug, role: treated}
"""
PANEL = ("a", "b", "c")


def quantiles(n: int, shape: str = "normal") -> np.ndarray:
    """Values of a sample that looks exactly like its distribution, with mean 0."""
    ranks = (np.arange(n) + 0.5) / n
    values = scipy_stats.norm.ppf(ranks) if shape == "normal" else -np.log(1 - ranks)
    return np.asarray(values - values.mean())


def protocol_of(folder: Path, head: str, kind: str, direction: str = "down") -> Protocol:
    """A study of one endpoint and one claim on it."""
    stated = "" if kind == "unchanged" else f"direction: {direction}, "
    contrast = "contrasts: [drug vs control]" if kind in ("unchanged", "every") else "contrast: drug vs control"
    return write_protocol(
        folder,
        f"{head}{TWO_GROUPS}endpoints:\n  il6: {{label: IL-6, unit: pg/mL, kind: concentration, {MARGIN}}}\n"
        f"claims:\n  il6: {{sentence: IL-6., endpoint: il6, kind: {kind}, {stated}{contrast}, source: own}}\n",
    )


def codes(found: Iterable[Condition]) -> set[ConditionCode]:
    return {condition.code for condition in found}


@pytest.mark.parametrize(
    ("kind", "direction", "right", "warned"),
    [
        ("single", "down", True, True),
        ("single", "up", True, False),
        ("single", "down", False, False),
        ("single", "up", False, True),
        ("unchanged", "", True, True),
        ("unchanged", "", False, True),
        ("every", "down", True, True),
    ],
)
def test_skewed_changes_warn_of_claims_opposite_to_the_tail(
    tmp_path: Path, kind: str, direction: str, right: bool, warned: bool
) -> None:
    protocol = protocol_of(tmp_path, "design: paired\nby: animal\n", kind, direction)
    changes = quantiles(12, "exponential") * (1 if right else -1)
    before = quantiles(12)[::-1]
    lines = ["animal,group,il6"]
    for at, (start, change) in enumerate(zip(before, changes, strict=True)):
        lines += [f"r{at},control,{np.exp(start):.6f}", f"r{at},drug,{np.exp(start + change):.6f}"]
    found = conditions(read_text(protocol, "\n".join(lines)))
    assert codes(found) == ({ConditionCode.SKEWED_CHANGES} if warned else set())
    if warned:
        facts = found[0].facts
        assert facts["n"] == 12
        np.testing.assert_allclose(facts["skewness"], scipy_stats.skew(changes), rtol=1e-4)
        np.testing.assert_allclose(facts["skewness_limit"], skewness_limit(12))


def test_few_pairs_and_ordinary_changes_have_no_warning() -> None:
    for n in (3, 4):
        extreme = np.append(np.zeros(n - 1), 1.0)
        assert skewed_changes(extreme) is None
    assert skewed_changes(np.append(np.zeros(4), 1.0)) is not None
    assert skewed_changes(quantiles(12)) is None
    assert skewed_changes(np.full(8, 0.1)) is None
    assert skewed_changes(np.empty(0)) is None


@pytest.mark.parametrize("n", [5, 8, 12, 20, 40])
def test_limit_of_skewness_is_rarely_exceeded_by_normal_values(n: int) -> None:
    values = np.random.default_rng(1).normal(0, 1, (20_000, n))
    assert (scipy_stats.skew(values, axis=1) > skewness_limit(n)).mean() < 0.03


def baseline_file(n: int, m: int, shape: str, sign: int = 1) -> str:
    lines = ["animal,group,time,weight,il6"]
    for group, size in (("high", n), ("control", m)):
        after = sign * quantiles(size, shape) if size == max(n, m) else quantiles(size)
        for at, (start, change) in enumerate(zip(quantiles(size), after, strict=True)):
            lines.append(f"{group}{at},{group},0,{200 + 9 * start:.4f},{np.exp(start):.5f}")
            # Start and change are in the same order, so the line of the covariance explains part of the change.
            lines.append(f"{group}{at},{group},24,{200 + 9 * start + 5 * change:.4f},{np.exp(start + change):.5f}")
    return "\n".join(lines)


@pytest.mark.parametrize(
    ("n", "m", "shape", "sign", "warned"),
    [
        (3, 12, "exponential", 1, True),
        (3, 12, "normal", 1, False),
        (12, 12, "exponential", 1, False),
        (12, 3, "exponential", 1, False),
        (12, 3, "exponential", -1, True),
        (3, 12, "exponential", -1, False),
    ],
)
def test_skewed_values_with_a_baseline_warn_if_sizes_are_unequal(
    tmp_path: Path, n: int, m: int, shape: str, sign: int, warned: bool
) -> None:
    claims = (
        "claims:\n  loses: {sentence: The high dose costs weight, endpoint: weight, kind: single, direction: down, "
        "contrast: high vs control, source: own}\n"
    )
    protocol = write_protocol(tmp_path, "time: 24\nbaseline: 0\n" + GROUPS_AND_ENDPOINTS + claims)
    study = read_text(protocol, baseline_file(n, m, shape, sign))
    found = conditions(study)
    assert codes(found) == ({ConditionCode.UNEQUAL_N_SKEWED_BASELINE} if warned else set())
    if warned:
        pair = comparison(study, "weight", "high vs control")
        fit = np.polynomial.polynomial.polyfit
        y, x = (np.concatenate([part - part.mean() for part in parts]) for parts in (
            (pair.treated.lower, pair.control.lower), (pair.treated.baseline, pair.control.baseline),
        ))  # fmt: skip
        expected = y - fit(x, y, 1)[1] * x
        np.testing.assert_allclose(np.concatenate(baseline_deviations(pair)), expected, atol=1e-9)


def panel_study(folder: Path) -> Protocol:
    endpoints = "".join(f"  {name}: {{label: {name}, unit: pg/mL, kind: concentration, {MARGIN}}}\n" for name in PANEL)
    return write_protocol(
        folder,
        f"{TWO_GROUPS}endpoints:\n{endpoints}panels:\n"
        "  plex: {label: Plex, endpoints: [a, b, c], contrasts: [drug vs control]}\n"
        "claims:\n  falls: {sentence: A falls., endpoint: a, kind: single, direction: down, contrast: drug vs control, "
        "panel: plex, source: own}\n",
    )


def panel_file(n: int, m: int, spreads: Iterable[float]) -> str:
    lines = [f"animal,group,{','.join(PANEL)}"]
    for group, size, factors in (("drug", n, tuple(spreads)), ("control", m, (1.0, 1.0, 1.0))):
        logs = quantiles(size) / quantiles(size).std(ddof=1)
        lines += [
            f"{group}{at},{group}," + ",".join(f"{np.exp(factor * log):.6f}" for factor in factors)
            for at, log in enumerate(logs)
        ]
    return "\n".join(lines)


@pytest.mark.parametrize(
    ("n", "m", "spreads", "warned"),
    [
        (4, 9, (3, 3, 3), True),
        (4, 9, (1, 1, 1), False),
        (9, 4, (3, 3, 3), False),
        (9, 4, (1 / 3, 1 / 3, 1 / 3), True),
        (8, 8, (3, 3, 3), False),
        # With one group three times the other, equal spreads are not enough.
        (4, 12, (1, 1, 1), True),
        (12, 4, (3, 3, 3), True),
        # One endpoint that varies more does not change the error rate of the panel much.
        (4, 9, (4, 1, 1), False),
    ],
)
def test_panel_warns_if_the_smaller_group_varies_more_over_its_endpoints(
    tmp_path: Path, n: int, m: int, spreads: tuple[float, ...], warned: bool
) -> None:
    found = conditions(read_text(panel_study(tmp_path), panel_file(n, m, spreads)))
    assert codes(found) == ({ConditionCode.PANEL_UNEQUAL_GROUPS} if warned else set())
    if warned:
        ratio = spreads[0] if n < m else 1 / spreads[0]
        np.testing.assert_allclose(found[0].facts["spread_ratio"], ratio, rtol=1e-3)
        assert found[0].facts["n_treated"] == n


def ranked_file(n: int, m: int, spread: float, *, below: bool = True) -> str:
    lines = ["animal,group,sex,il6"]
    for group, size, factor in (("drug", n, spread), ("control", m, 1.0)):
        for at, log in enumerate(quantiles(size)):
            # The lowest values of the controls are nondetects, and none of the drug.
            value = np.exp(factor * log + (5 if group == "drug" else 0))
            cell = "<0.4" if below and value < 0.4 else f"{value:.5f}"
            lines.append(f"{group}{at},{group},{'fm'[at % 2]},{cell}")
    return "\n".join(lines)


@pytest.mark.parametrize(
    ("n", "m", "spread", "below", "head", "kind", "warned"),
    [
        (4, 9, 4, True, "block: sex\n", "single", True),
        (4, 9, 1, True, "block: sex\n", "single", False),
        (9, 9, 4, True, "block: sex\n", "single", False),
        # Without nondetects a linear model decides, and without a block the censored model.
        (4, 9, 4, False, "block: sex\n", "single", False),
        (4, 9, 4, True, "", "single", False),
        # No rank test decides that nothing changes.
        (4, 9, 4, True, "block: sex\n", "unchanged", False),
    ],
)
def test_rank_test_warns_if_the_smaller_group_varies_more(
    tmp_path: Path, n: int, m: int, spread: float, below: bool, head: str, kind: str, warned: bool
) -> None:
    protocol = protocol_of(tmp_path, head, kind)
    found = conditions(read_text(protocol, ranked_file(n, m, spread, below=below)))
    assert codes(found) == ({ConditionCode.RANKS_SMALL_GROUP_SPREAD} if warned else set())


def test_spread_of_a_linear_scale_is_the_standard_deviation() -> None:
    treated, control = np.array([1.0, 5, 9, 13]), np.arange(8.0)
    groups = [GroupSample(values, values, 0, 0) for values in (treated, control)]
    ratio = smaller_group_spread([Comparison(groups[0], groups[1], scale="linear")])
    np.testing.assert_allclose(ratio, treated.std(ddof=1) / control.std(ddof=1))


@pytest.mark.parametrize(
    "key", ["sepsis_cytokines", "humoral_immunity", "treg_conditioned_medium", "micronuclei", "tooth_growth"]
)
def test_the_books_own_cohorts_have_no_warning(key: str) -> None:
    assert not codes(conditions(load_study(key))) & WARNINGS


def test_the_measured_rates_justify_the_warnings() -> None:
    """Each kind of cohort exceeds its limit, ordinary ones are seldom warned, and a stricter p holds the rate."""
    rates = pd.read_csv(notebooks_folder() / "benchmarks" / "design_conditions.csv")
    # With 4 and 16 animals, every panel gets the warning, also with equal spreads.
    ordinary = rates["condition"].str.contains("normal|equal standard|as_published|null")
    ordinary &= ~rates["condition"].str.startswith("4 and 16")
    assert (rates.loc[ordinary, "warned"] <= 0.06).all()
    stricter = rates["design"].str.contains("0.01") & ~rates["condition"].str.startswith("3 ")
    assert (rates.loc[stricter, "supported"] <= 0.03).all()
    warned = rates[~ordinary & ~rates["design"].str.contains("0.01")]
    exceeds = warned["supported"] > 0.025 + 2 * warned["error"]
    assert exceeds.groupby(warned["design"]).any().all()
    assert warned["design"].nunique() == 4
