"""How often a false claim is supported by the tests of each design, and how often the intervals cover.

Writes ``notebooks/benchmarks/designs.csv``; it is optional, and takes some minutes. In every cohort the treated group
and its control do not differ, except where a hazard ratio is stated. The seeds are fixed. With words as arguments, only
designs whose names contain one of them are measured again, and the other rows are kept.
"""

import sys
import warnings
import zlib
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import stats as scipy_stats

from secretome import stats
from secretome.analysis.baseline import baseline_one_variance
from secretome.analysis.clusters import fit_blocks, model_estimate
from secretome.analysis.interaction import WEIGHTS
from secretome.analysis.samples import Comparison, GroupSample

OUT = Path(__file__).parents[1] / "notebooks" / "benchmarks" / "designs.csv"
TRIALS = 20_000
# A permutation test is made for every cohort.
SURVIVAL_TRIALS = 2000
# A linear model is fitted to every cohort.
MODEL_TRIALS = 10_000
# A fit of a mixed model takes ten milliseconds or more.
MIXED_TRIALS = 2000
PANEL_TRIALS = 10_000
COVARIANCE_TRIALS = 20_000
ALPHA, LEVEL = 0.05, 0.95
# Rats are observed every six hours for two days.
VISIT, END = 6.0, 48.0

Floats = NDArray[np.float64]
Rng = np.random.Generator
Run = Callable[[Rng], tuple[float, float, int]]
Cell = tuple[str, str, Run]


def means(n: int, m: int, spread: float = 1.0, *, skewed: bool = False) -> Callable[[Rng], tuple[float, float, int]]:
    """Welch's t test of values, n treated against m controls whose standard deviation is `spread` times as large."""

    def run(rng: Rng) -> tuple[float, float, int]:
        draw = (lambda shape: rng.exponential(1, shape) - 1) if skewed else (lambda shape: rng.normal(0, 1, shape))
        test = stats.mean_difference(draw((TRIALS, n)), spread * draw((TRIALS, m)), axis=1)
        low, high = test.confidence_interval(LEVEL)
        supported = ((test.pvalue <= ALPHA) & (test.estimate < 0)).mean()
        return float(supported), float(((low <= 0) & (high >= 0)).mean()), TRIALS

    return run


def survival(n: int, m: int, dead: float, ratio: float = 1.0) -> Callable[[Rng], tuple[float, float, int]]:
    """The log-rank permutation test and the likelihood interval; `dead` is the share of controls that die."""

    def run(rng: Rng) -> tuple[float, float, int]:
        hazard = -np.log(1 - dead) / END
        limit = float(scipy_stats.norm.ppf((1 + LEVEL) / 2))
        group = np.repeat([1.0, 0.0], [n, m])
        supported, covered = 0, 0
        for _ in range(SURVIVAL_TRIALS):
            died_at = rng.exponential(1 / np.where(group == 1, ratio * hazard, hazard))
            seen = np.ceil(died_at / VISIT) * VISIT
            died, time = (seen <= END).astype(float), np.minimum(seen, END)
            if not died.any():
                covered += 1
                continue
            ours = stats.hazard_ratio(time, died, group)
            covered += abs(ours.against(ratio)[0]) <= limit
            supported += ours.estimate < 1 and stats.logrank(time, died, group).pvalue <= ALPHA
        return supported / SURVIVAL_TRIALS, covered / SURVIVAL_TRIALS, SURVIVAL_TRIALS

    return run


def blocks(
    treated: str, control: str, spread: float = 1.0, test: str = "unequal", between: float = 1.0
) -> Callable[[Rng], tuple[float, float, int]]:
    """The tests within blocks, whose labels are letters, one for each animal.

    `spread` is the standard deviation of the treated animals, relative to that of controls, and `between` that of the
    effects of the blocks.
    """

    def run(rng: Rng) -> tuple[float, float, int]:
        names = sorted({*treated, *control})
        places = [[names.index(label) for label in group] for group in (treated, control)]
        supported, covered = 0, 0
        for _ in range(MODEL_TRIALS):
            effects = rng.normal(0, between, len(names))
            x, y = (
                effects[place] + scale * rng.normal(0, 1, len(place))
                for place, scale in zip(places, (spread, 1.0), strict=True)
            )
            if test == "ranks":
                ranks = stats.van_elteren(x, y, treated, control)
                supported += ranks.pvalue <= ALPHA and ranks.statistic < 0
                continue
            if test == "unequal":
                fit = stats.block_contrasts([x, y], [treated, control], [[1, -1]])
                (low,), (high,) = fit.confidence_interval(LEVEL)
            else:
                groups = [
                    GroupSample(v, v, 0, 0, labels={"block": np.array(list(b))})
                    for v, b in ((x, treated), (y, control))
                ]
                row = model_estimate(fit_blocks(Comparison(*groups, scale="linear"), "block"), LEVEL, "linear")
                low, high = row.low, row.high
            supported += high < 0
            covered += low <= 0 <= high
        return supported / MODEL_TRIALS, covered / MODEL_TRIALS if test != "ranks" else np.nan, MODEL_TRIALS

    return run


BLOCK = "within blocks, unequal variances"
ONE_VARIANCE = "within blocks, one variance (only a sensitivity analysis)"
VAN_ELTEREN = "within blocks, van Elteren's exact test"


def block_cells() -> Iterator[Cell]:
    """Two blocks such as sexes, divided evenly and not, and several such as litters."""
    for n in (5, 8, 12):
        even = ("ab" * n)[:n]
        for spread in (1, 3):
            wide = f", treated standard deviation {spread} times as large" if spread > 1 else ""
            yield BLOCK, f"{n} and {n} in two blocks{wide}", blocks(even, even, spread)
    for n, m in ((4, 9), (9, 4)):
        labels, wide = (("ab" * n)[:n], ("ab" * m)[:m]), "treated standard deviation 3 times as large"
        for design, test in ((BLOCK, "unequal"), (ONE_VARIANCE, "one")):
            yield design, f"{n} and {m} in two blocks, {wide}", blocks(*labels, 3, test)
    yield BLOCK, "8 and 8, divided 6 and 2 against 2 and 6", blocks("aaaaaabb", "aabbbbbb")
    yield BLOCK, "8 and 8 in four blocks", blocks("abcd" * 2, "abcd" * 2)
    yield BLOCK, "8 and 8 in eight blocks", blocks("abcdefgh", "abcdefgh")
    for n in (5, 8, 12):
        even = ("ab" * n)[:n]
        yield VAN_ELTEREN, f"{n} and {n} in two blocks", blocks(even, even, test="ranks")
    wide = "treated standard deviation 3 times as large"
    yield VAN_ELTEREN, f"4 and 9 in two blocks, {wide}", blocks("abab", "ababababa", 3, "ranks")


def cages(
    treated: Sequence[int], control: Sequence[int], icc: float, spread: float = 1.0, *, model: bool = False
) -> Callable[[Rng], tuple[float, float, int]]:
    """Welch's t test of the means of cages, or a mixed model of the animals, from the sizes of the cages of each group.

    `icc` is the share of the variance of animals that lies between cages, and `spread` the standard deviation of the
    treated animals, relative to that of controls.
    """
    trials = MIXED_TRIALS if model else TRIALS

    def values(rng: Rng, sizes: Sequence[int], scale: float) -> list[Floats]:
        return [
            scale * (rng.normal(0, np.sqrt(icc), (trials, 1)) + rng.normal(0, np.sqrt(1 - icc), (trials, size)))
            for size in sizes
        ]

    def run(rng: Rng) -> tuple[float, float, int]:
        groups = values(rng, treated, spread), values(rng, control, 1.0)
        if not model:
            x, y = (np.column_stack([cage.mean(axis=1) for cage in group]) for group in groups)
            test = stats.mean_difference(x, y, axis=1)
            low, high = test.confidence_interval(LEVEL)
            return float((high < 0).mean()), float(((low <= 0) & (high >= 0)).mean()), trials
        every = [*groups[0], *groups[1]]
        cage = np.repeat(np.arange(len(every)), [part.shape[1] for part in every])
        design = np.column_stack([np.ones(cage.size), cage < len(treated)])
        limits = [_mixed_interval(np.concatenate([part[at] for part in every]), design, cage) for at in range(trials)]
        low, high = np.array([limit for limit in limits if limit]).T
        return float((high < 0).mean()), float(((low <= 0) & (high >= 0)).mean()), low.size

    return run


def _mixed_interval(y: Floats, design: Floats, cage: NDArray[np.int64]) -> tuple[float, float] | None:
    """The Wald interval of the treatment in a model with a random effect of the cage; None if it cannot be fitted."""
    from statsmodels.regression.mixed_linear_model import MixedLM

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            fit = MixedLM(y, design, groups=cage).fit(reml=True)
            low, high = fit.conf_int(1 - LEVEL)[1]
        except np.linalg.LinAlgError:
            return None
    return None if np.isnan(low) else (float(low), float(high))


CAGES = "means of cages, Welch's t"
MIXED = "random effect of the cage, Wald test (not used)"


def cage_cells() -> Iterator[Cell]:
    """Cages of three animals, of unequal sizes and numbers, and with unequal spreads."""
    for n in (3, 4, 5, 8, 12):
        yield CAGES, f"{n} and {n} cages of 3, ICC 0.3", cages([3] * n, [3] * n, 0.3)
    yield CAGES, "4 and 4 cages of 2 to 5, ICC 0.3", cages([2, 3, 4, 5], [2, 3, 4, 5], 0.3)
    wide = "treated standard deviation 3 times as large"
    yield CAGES, f"5 and 5 cages of 3, ICC 0.3, {wide}", cages([3] * 5, [3] * 5, 0.3, 3)
    yield CAGES, f"3 and 6 cages of 3, ICC 0.3, {wide}", cages([3] * 3, [3] * 6, 0.3, 3)
    yield CAGES, "3 and 5 cages, of 1 to 4 and of 3, ICC 0", cages([1, 1, 4], [3] * 5, 0)
    for n in (3, 5, 8):
        yield MIXED, f"{n} and {n} cages of 3, ICC 0.3", cages([3] * n, [3] * n, 0.3, model=True)


def pairs(n: int, effects: tuple[float, float] = (0.0, 0.0), *, every: bool = False, skewed: bool = False) -> Run:
    """Paired t tests on logs of two conditions against a third of the same n animals, which both share.

    Supported is a false claim that one condition is higher, adjusted over both; with `every`, that both are, not
    adjusted. If changes are `skewed`, it is that one is lower, which happens more often. Covered is that both
    simultaneous intervals hold.
    """

    def run(rng: Rng) -> tuple[float, float, int]:
        draw = (lambda: rng.exponential(1, (TRIALS, n)) - 1) if skewed else (lambda: rng.normal(0, 1, (TRIALS, n)))
        control = draw()
        supported, covered = [], []
        for effect in effects:
            treated = control + effect + 0.5 * draw()
            test = stats.geometric_mean_ratio(np.exp(treated), np.exp(control), paired=True, axis=1)
            low, high = test.confidence_interval(1 - ALPHA / len(effects))
            supported.append(
                (test.pvalue * (1 if every else len(effects)) <= ALPHA)
                & ((test.estimate < 1) if skewed else (test.estimate > 1))
            )
            covered.append((low <= np.exp(effect)) & (high >= np.exp(effect)))
        false = np.all(supported, axis=0) if every else np.any(supported, axis=0)
        return float(false.mean()), float(np.all(covered, axis=0).mean()), TRIALS

    return run


PAIRS = "two contrasts of pairs, paired t on logs"


def interactions(sizes: Sequence[int], spreads: Sequence[float] = (1, 1, 1, 1), *, one_variance: bool = False) -> Run:
    """The test of the difference of two effects, from the sizes and standard deviations of the four groups."""

    def run(rng: Rng) -> tuple[float, float, int]:
        groups = [spread * rng.normal(0, 1, (TRIALS, size)) for size, spread in zip(sizes, spreads, strict=True)]
        if one_variance:
            df = sum(sizes) - len(sizes)
            variance = sum(group.var(axis=1, ddof=1) * (group.shape[1] - 1) for group in groups) / df
            estimate = sum(weight * group.mean(axis=1) for weight, group in zip(WEIGHTS, groups, strict=True))
            half = scipy_stats.t.ppf((1 + LEVEL) / 2, df) * np.sqrt(variance * sum(1 / size for size in sizes))
            low, high = estimate - half, estimate + half
        else:
            test = stats.welch_contrasts(groups, [WEIGHTS], axis=1)
            low, high = (limit[:, 0] for limit in test.confidence_interval(LEVEL))
        return float((high < 0).mean()), float(((low <= 0) & (high >= 0)).mean()), TRIALS

    return run


INTERACTION = "interaction of four groups, Welch's t"
INTERACTION_ONE = "interaction of four groups, one variance (only a sensitivity analysis)"


def interaction_cells() -> Iterator[Cell]:
    """Equal groups, and groups of unequal sizes and spreads."""
    for n in (3, 5, 8, 12):
        yield INTERACTION, f"{n} in each group", interactions([n] * 4)
    yield INTERACTION, "5 in each group, one standard deviation 3 times as large", interactions([5] * 4, (3, 1, 1, 1))
    unequal = "4, 9, 9 and 9, standard deviation of the 4 three times as large"
    yield INTERACTION, unequal, interactions([4, 9, 9, 9], (3, 1, 1, 1))
    yield INTERACTION_ONE, unequal, interactions([4, 9, 9, 9], (3, 1, 1, 1), one_variance=True)
    yield INTERACTION, "5, 5, 12 and 12", interactions([5, 5, 12, 12])


def panels(n: int, m: int, spread: float = 1.0, *, true: int = 0, holm: bool = False) -> Run:
    """Twelve endpoints of the same animals, correlated at 0.5, each compared by Welch's t test; p over the panel.

    Supported is a false claim on any of the endpoints without an effect; `true` others have one. Covered is that all
    simultaneous intervals hold.
    """

    def run(rng: Rng) -> tuple[float, float, int]:
        groups = [
            scale
            * (
                rng.normal(0, np.sqrt(0.5), (PANEL_TRIALS, 1, size))
                + rng.normal(0, np.sqrt(0.5), (PANEL_TRIALS, 12, size))
            )
            for size, scale in ((n, spread), (m, 1.0))
        ]
        effects = np.where(np.arange(12) < true, -6.0, 0.0)
        test = stats.mean_difference(groups[0] + effects[:, None], groups[1], axis=2)
        low, high = test.confidence_interval(1 - ALPHA / 12)
        adjusted = 12 * test.pvalue
        if holm:
            order = np.argsort(test.pvalue, axis=1)
            steps = np.maximum.accumulate(np.take_along_axis(test.pvalue, order, 1) * np.arange(12, 0, -1), axis=1)
            np.put_along_axis(adjusted, order, steps, axis=1)
        false = ((adjusted <= ALPHA) & (test.estimate < 0))[:, true:].any(axis=1)
        covered = ((low <= effects) & (high >= effects)).all(axis=1)
        return float(false.mean()), float(covered.mean()), PANEL_TRIALS

    return run


PANEL, PANEL_HOLM = "panel of 12 endpoints, Welch's t, Bonferroni", "panel of 12 endpoints, Welch's t, Holm"


def panel_cells() -> Iterator[Cell]:
    """Panels without any effect, with effects on some endpoints, and with unequal groups."""
    for n in (5, 8, 12):
        yield PANEL, f"{n} and {n}", panels(n, n)
    yield PANEL, "4 and 9, standard deviation of the 4 three times as large", panels(4, 9, 3)
    for n in (5, 8, 12):
        yield PANEL_HOLM, f"{n} and {n}, 11 of 12 endpoints with an effect", panels(n, n, true=11, holm=True)
    yield PANEL_HOLM, "8 and 8, none with an effect", panels(8, 8, holm=True)


def baselines(n: int, m: int, spread: float = 1.0, *, skewed: bool = False, one_variance: bool = False) -> Run:
    """Analysis of covariance of n treated animals against m controls, whose spread is `spread` times theirs.

    A value correlates at 0.7 with the baseline of the same animal, if the spreads are equal.
    """

    def run(rng: Rng) -> tuple[float, float, int]:
        draw = (lambda size: rng.exponential(1, size) - 1) if skewed else (lambda size: rng.normal(0, 1, size))
        supported, covered = 0, 0
        for _ in range(COVARIANCE_TRIALS):
            before = draw(n), draw(m)
            after = before[0] + draw(n), before[1] + spread * draw(m)
            if one_variance:
                groups = [GroupSample(y, y, 0, 0, baseline=x) for y, x in zip(after, before, strict=True)]
                row = baseline_one_variance(Comparison(*groups, scale="linear"), LEVEL)
                low, high = row.low, row.high
            else:
                (low,), (high,) = stats.ancova_contrasts(after, before, [[1, -1]]).confidence_interval(LEVEL)
            supported += high < 0
            covered += low <= 0 <= high
        return supported / COVARIANCE_TRIALS, covered / COVARIANCE_TRIALS, COVARIANCE_TRIALS

    return run


ANCOVA = "baseline as covariate, unequal variances"
ANCOVA_ONE = "baseline as covariate, one variance (only a sensitivity analysis)"


def baseline_cells() -> Iterator[Cell]:
    """Equal groups, and groups of unequal sizes and spreads."""
    for n in (3, 5, 8, 12):
        yield ANCOVA, f"{n} and {n}", baselines(n, n)
    for n in (5, 8, 12):
        yield ANCOVA, f"{n} and {n}, standard deviation of controls 3 times as large", baselines(n, n, 3)
    yield ANCOVA, "4 and 9", baselines(4, 9)
    for n, m in ((4, 9), (9, 4)):
        condition = f"{n} and {m}, standard deviation of the {m} controls 3 times as large"
        yield ANCOVA, condition, baselines(n, m, 3)
        yield ANCOVA_ONE, condition, baselines(n, m, 3, one_variance=True)
    yield ANCOVA, "8 and 8, exponential values", baselines(8, 8, skewed=True)
    yield ANCOVA, "3 and 12, exponential values", baselines(3, 12, skewed=True)


WELCH, LOGRANK = "difference of means, Welch's t", "survival, log-rank permutation test"
CELLS: tuple[Cell, ...] = (
    *((WELCH, f"{n} and {n}", means(n, n)) for n in (5, 8, 12)),
    (WELCH, "4 and 9", means(4, 9)),
    (WELCH, "4 and 9, standard deviation of the 9 three times as large", means(4, 9, 3)),
    (WELCH, "9 and 4, standard deviation of the 4 three times as large", means(9, 4, 3)),
    (WELCH, "8 and 8, exponential values", means(8, 8, skewed=True)),
    (WELCH, "3 and 12, exponential values", means(3, 12, skewed=True)),
    *(
        (LOGRANK, f"{n} and {n}, {100 * dead:.0f} % of controls die", survival(n, n, dead))
        for n in (5, 8, 12)
        for dead in (0.35, 0.7)
    ),
    (LOGRANK, "5 and 12, 70 % of controls die", survival(5, 12, 0.7)),
    (LOGRANK, "12 and 5, 70 % of controls die", survival(12, 5, 0.7)),
    *((LOGRANK, f"{n} and {n}, 70 % of controls die, hazard ratio 0.4", survival(n, n, 0.7, 0.4)) for n in (5, 8, 12)),
    *((PAIRS, f"{n} animals, a claim on either condition", pairs(n)) for n in (5, 8, 12)),
    *(
        (PAIRS, f"{n} animals, exponential changes, a claim that either condition is lower", pairs(n, skewed=True))
        for n in (5, 8, 12)
    ),
    *(
        (PAIRS, f"{n} animals, a claim on both conditions, of which one rises", pairs(n, (0.0, 5.0), every=True))
        for n in (5, 8, 12)
    ),
    *block_cells(),
    *cage_cells(),
    *interaction_cells(),
    *panel_cells(),
    *baseline_cells(),
)


def measure(position: int) -> dict[str, object]:
    """The row of one design and condition."""
    design, condition, run = CELLS[position]
    supported, covered, trials = run(np.random.default_rng(zlib.crc32(f"{design} {condition}".encode())))
    error = float(np.sqrt(supported * (1 - supported) / trials))
    shares = {"supported": f"{supported:.4f}", "error": f"{error:.4f}", "covered": f"{covered:.4f}".replace("nan", "")}
    return {"design": design, "condition": condition, **shares, "cohorts": trials}


def main(words: list[str]) -> None:
    """Simulate every condition on all cores, or those of some designs, and write the table."""
    chosen = [at for at, (design, _, _) in enumerate(CELLS) if not words or any(word in design for word in words)]
    with ProcessPoolExecutor(max_workers=1 if words else None) as pool:
        measured = dict(zip(chosen, pool.map(measure, chosen), strict=True))
    old = pd.read_csv(OUT, dtype=str, keep_default_na=False) if words else pd.DataFrame()
    known = {(row["design"], row["condition"]): dict(row) for _, row in old.iterrows()}
    rows = [measured.get(at) or known[design, condition] for at, (design, condition, _) in enumerate(CELLS)]
    pd.DataFrame(rows).to_csv(OUT, index=False, lineterminator="\n")
    print(f"{len(chosen)} of {len(rows)} rows measured, all written to {OUT}", file=sys.stderr)


if __name__ == "__main__":
    main(sys.argv[1:])
