"""How often a false claim is supported in cohorts with skewed or unequally spread values, and how often each is warned.

Writes ``notebooks/benchmarks/design_conditions.csv``; it is optional, and takes minutes. In every cohort the treated
group and its control do not differ. Each design is measured with the condition and without it, where a warning is a
false alarm. The seeds are fixed.
"""

import sys
import zlib
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import stats as scipy_stats

from secretome import stats
from secretome.analysis.samples import Comparison, GroupSample
from secretome.claims import conditions
from secretome.claims.conditions import WARNINGS
from secretome.claims.distributions import (
    MIN_RANK_SPREAD_RATIO,
    skewed_changes,
    skewed_deviations,
    smaller_group_spread,
    unequal_panel,
)
from secretome.cohort.simulate import simulate_study

OUT = Path(__file__).parents[1] / "notebooks" / "benchmarks" / "design_conditions.csv"
TRIALS = 5000
# Each cohort of a study is read and checked as a file would be.
STUDY_COHORTS = 1000
ALPHA, LEVEL, ENDPOINTS = 0.05, 0.95, 12
# The share of values below the limit of the assay.
BELOW = 0.2

Floats = NDArray[np.float64]
Rng = np.random.Generator
# Whether a claim that the treated group is lower is supported, and whether the cohort is warned.
Trial = Callable[[Rng], tuple[bool, bool]]
Cell = tuple[str, str, Trial]
PANEL = f"panel of {ENDPOINTS} endpoints"


def _draw(rng: Rng, size: int, *, skewed: bool) -> Floats:
    return rng.exponential(1, size) - 1 if skewed else rng.normal(0, 1, size)


def pairs(n: int, *, skewed: bool) -> Trial:
    """The paired t test of n changes."""

    def trial(rng: Rng) -> tuple[bool, bool]:
        changes = _draw(rng, n, skewed=skewed)
        test = scipy_stats.ttest_1samp(changes, 0)
        found = skewed_changes(changes)
        return bool(test.pvalue <= ALPHA and test.statistic < 0), found is not None and found.favours == "down"

    return trial


def covariance(n: int, m: int, *, skewed: bool) -> Trial:
    """Analysis of covariance of n treated animals against m controls, with a baseline that correlates at 0.7."""

    def trial(rng: Rng) -> tuple[bool, bool]:
        before = [_draw(rng, size, skewed=skewed) for size in (n, m)]
        after = [x + _draw(rng, x.size, skewed=skewed) for x in before]
        _, (high,) = stats.ancova_contrasts(after, before, [[1, -1]]).confidence_interval(LEVEL)
        groups = [GroupSample(y, y, 0, 0, baseline=x) for y, x in zip(after, before, strict=True)]
        found = skewed_deviations(Comparison(*groups, scale="linear"))
        return bool(high < 0), found is not None and found.favours == "down"

    return trial


def panel(n: int, m: int, spread: float, alpha: float = ALPHA) -> Trial:
    """Twelve endpoints that correlate at 0.5, by Welch's t test; `spread` is that of the n treated animals."""

    def trial(rng: Rng) -> tuple[bool, bool]:
        x, y = (
            scale * np.sqrt(0.5) * (rng.normal(0, 1, (1, size)) + rng.normal(0, 1, (ENDPOINTS, size)))
            for size, scale in ((n, spread), (m, 1.0))
        )
        test = stats.mean_difference(x, y, axis=1)
        supported = ((ENDPOINTS * test.pvalue <= alpha) & (test.estimate < 0)).any()
        warned = unequal_panel(
            [
                Comparison(*(GroupSample(values, values, 0, 0) for values in both), scale="linear")
                for both in zip(x, y, strict=True)
            ]
        )
        return bool(supported), warned

    return trial


def ranks(n: int, m: int, spread: float) -> Trial:
    """Van Elteren's test of n treated animals against m controls in two blocks, with a fifth of controls nondetects."""
    limit = float(np.exp(scipy_stats.norm.ppf(BELOW)))

    def trial(rng: Rng) -> tuple[bool, bool]:
        groups = []
        for size, scale in ((n, spread), (m, 1.0)):
            values = np.exp(scale * rng.normal(0, 1, size))
            low, high = np.where(values < limit, 0.0, values), np.where(values < limit, limit, values)
            groups.append(GroupSample(low, high, 0, 0, labels={"sex": np.array(list(("fm" * size)[:size]))}))
        pair = Comparison(*groups, block="sex")
        labels = (group.labels["sex"].tolist() for group in groups)
        test = stats.van_elteren(*pair.scores, *labels)
        warned = not pair.mostly_censored and smaller_group_spread([pair]) >= MIN_RANK_SPREAD_RATIO
        return bool(test.pvalue <= ALPHA and test.statistic < 0), warned

    return trial


def cells() -> Iterator[Cell]:
    """Each design with the condition and without it."""
    design = "paired t test"
    for n in (5, 8, 12, 20):
        for skewed, values in ((True, "exponential changes"), (False, "normal changes")):
            yield design, f"{n} pairs, {values}", pairs(n, skewed=skewed)
    design = "analysis of covariance"
    for n, m in ((3, 12), (4, 12), (4, 8), (6, 12)):
        for skewed, values in ((True, "exponential values"), (False, "normal values")):
            yield design, f"{n} and {m}, {values}", covariance(n, m, skewed=skewed)
    for n, m in ((3, 6), (4, 6), (4, 9), (4, 16), (6, 12)):
        for spread in (3, 1):
            name = f"{n} and {m}, {_spreads(n, spread)}"
            yield f"{PANEL}, Welch's t, Bonferroni", name, panel(n, m, spread)
            if spread > 1:
                yield f"{PANEL}, adjusted p at most 0.01", name, panel(n, m, spread, 0.01)
    for n, m in ((4, 6), (4, 9), (6, 12)):
        for spread in (3, 1):
            name = f"{n} and {m} in two blocks, {_spreads(n, spread)}, nondetects"
            yield "van Elteren's exact test", name, ranks(n, m, spread)


def _spreads(n: int, spread: float) -> str:
    return f"standard deviation of the {n} three times as large" if spread > 1 else "equal standard deviations"


CELLS = tuple(cells())


def measure(position: int) -> dict[str, object]:
    """The row of one design and condition."""
    design, condition, trial = CELLS[position]
    rng = np.random.default_rng(zlib.crc32(f"{design} {condition}".encode()))
    supported, warned = np.mean([trial(rng) for _ in range(TRIALS)], axis=0)
    error = np.sqrt(supported * (1 - supported) / TRIALS)
    shares = {"supported": f"{supported:.4f}", "error": f"{error:.4f}", "warned": f"{warned:.4f}"}
    return {"design": design, "condition": condition, **shares, "cohorts": TRIALS}


def study_alarms(scenario: str) -> dict[str, object]:
    """How often cohorts of the study of T cells, simulated as stated in its protocol, get any warning."""
    study = "treg_conditioned_medium"
    warned = np.mean(
        [
            any(found.code in WARNINGS for found in conditions(simulate_study(study, scenario, seed=seed)))
            for seed in range(STUDY_COHORTS)
        ]
    )
    shares = {"supported": "", "error": "", "warned": f"{warned:.4f}"}
    return {"design": "paired t test", "condition": f"{study}, {scenario}", **shares, "cohorts": STUDY_COHORTS}


def main() -> None:
    """Simulate every design on all cores, and write the table."""
    with ProcessPoolExecutor() as pool:
        rows = [*pool.map(measure, range(len(CELLS))), *pool.map(study_alarms, ("as_published", "null"))]
    pd.DataFrame(rows).to_csv(OUT, index=False, lineterminator="\n")
    print(f"{len(rows)} rows written to {OUT}", file=sys.stderr)


if __name__ == "__main__":
    main()
