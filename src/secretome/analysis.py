"""From a study to its results: one row per estimate, in three readings."""

import math
import warnings
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, fields
from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import stats as scipy_stats
from statsmodels.stats.weightstats import ttost_paired

from secretome import stats
from secretome.cohort import Study
from secretome.protocol import Claim, Endpoint

Reading = Literal["published", "planned", "multiverse"]
Floats = NDArray[np.float64]

READINGS: tuple[Reading, ...] = ("published", "planned", "multiverse")
EQUIVALENCE = "two one-sided t tests on log ratios"
# Sign flips are enumerated up to this many and drawn at random beyond.
FLIPS = 2**14


@dataclass(frozen=True)
class Estimate:
    """What one method says of one contrast."""

    statistic: float = math.nan
    pvalue: float = math.nan
    midp: float = math.nan
    attainable: float = math.nan
    estimate: float = math.nan
    low: float = math.nan
    high: float = math.nan
    level: float = math.nan
    ties: int = 0


@dataclass(frozen=True)
class Result(Estimate):
    """One row of ``results.csv``.

    Attributes
    ----------
    study, cohort, endpoint, contrast : str
        What was compared; a contrast reads ``treated vs control``.
    reading : str
        ``published``, ``planned`` or ``multiverse``.
    method, alternative, effect : str
        The test, its alternative, and what `estimate` measures.
    statistic, pvalue, midp, attainable, pvalue_adjusted : float
        `midp` and `attainable` for exact tests only; `pvalue_adjusted`, over the claim's family, for the planned test only.
    estimate, low, high, level : float
        The effect, its interval and the confidence level that this reaches.
    n_treated, n_control, ties, censored, missing : int
        Values used per group; values tied; values beyond a limit; values missing or without their other half.
    """

    study: str = ""
    cohort: str = ""
    endpoint: str = ""
    contrast: str = ""
    reading: str = ""
    method: str = ""
    alternative: str = ""
    effect: str = ""
    pvalue_adjusted: float = math.nan
    n_treated: int = 0
    n_control: int = 0
    censored: int = 0
    missing: int = 0


COLUMNS = (
    *("study", "cohort", "endpoint", "contrast", "reading", "method", "alternative"),
    *("statistic", "pvalue", "midp", "pvalue_adjusted", "attainable", "effect", "estimate", "low", "high", "level"),
    *("n_treated", "n_control", "ties", "censored", "missing"),
)
assert set(COLUMNS) == {field.name for field in fields(Result)}


@dataclass(frozen=True)
class _Method:
    """A way to analyse one contrast: its reading, its name, the effect it estimates, and the computation."""

    reading: Reading
    name: str
    effect: str
    run: Callable[[Floats, Floats], Estimate]


def analyse(
    study: Study,
    readings: Sequence[Reading] = READINGS,
    *,
    alpha: float = 0.05,
    level: float = 0.95,
    seed: int = 1,
) -> pd.DataFrame:
    """Analyse a study as published, as planned, and in every other reasonable way.

    Parameters
    ----------
    study : Study
        A protocol with a cohort.
    readings : sequence of {"published", "planned", "multiverse"}
        The readings wanted.
    alpha : float, default 0.05
        The error rate at which claims are decided: the planned interval is at ``1 - alpha / k`` over a family of k contrasts.
    level : float, default 0.95
        The confidence level of the intervals that decide nothing.
    seed : int, default 1
        Seeds the permutations that are too many to enumerate.

    Returns
    -------
    DataFrame
        One row per estimate, in the columns of ``results.csv`` (see `Result`).

    Raises
    ------
    ValueError
        If `alpha` is not between 0 and 0.5, `level` not between 0 and 1, `seed` negative, or a reading unknown.

    Examples
    --------
    >>> from secretome import analyse, load_study
    >>> results = analyse(load_study("treg_conditioned_medium"), readings=("published",))
    >>> results[["endpoint", "method", "pvalue"]].round(6).values.tolist()
    [['foxp3_cd25pos', 'exact Wilcoxon signed-rank test', 0.000488], ['foxp3_cd25neg', 'exact Wilcoxon signed-rank test', 0.000488]]
    """
    for name, share, most in (("alpha", alpha, 0.5), ("level", level, 1)):
        if not 0 < share < most:
            raise ValueError(f"{name} must lie between 0 and {most}; it is {share!r}.")
    if seed < 0:
        raise ValueError(f"seed must be a whole number from 0 upwards; it is {seed!r}.")
    unknown = set(readings) - set(READINGS)
    if unknown:
        raise ValueError(f"readings must be among {', '.join(READINGS)}; found {', '.join(sorted(unknown))}.")
    rows = [
        row for claim in study.protocol.claims.values() for row in _paired_rows(study, claim, readings, alpha=alpha, level=level, seed=seed)
    ]
    return pd.DataFrame([asdict(row) for row in rows], columns=list(COLUMNS))


def unpaired_pvalues(study: Study, claim: Claim) -> tuple[float, float]:
    """What Welch's t on logs and the exact Mann-Whitney test would print if the pairs were forgotten; NaN where they cannot.

    It is a mistake on purpose, for the page that shows what it costs, and no row of the results.
    """
    whole = study.pairs(claim.endpoint, *claim.sides).dropna()
    x, y = whole["treated"].to_numpy(), whole["control"].to_numpy()
    welch = _attempt(lambda x, y: Estimate(pvalue=stats.geometric_mean_ratio(x, y).pvalue), x, y)
    ranks = _attempt(lambda x, y: Estimate(pvalue=stats.mann_whitney(x, y).pvalue), x, y)
    return welch.pvalue, ranks.pvalue


def _paired_rows(study: Study, claim: Claim, readings: Sequence[Reading], *, alpha: float, level: float, seed: int) -> Iterator[Result]:
    pairs = study.pairs(claim.endpoint, *claim.sides)
    whole = pairs.dropna()
    family = len(claim.compared)
    endpoint = study.protocol.endpoints[claim.endpoint]
    for method in _paired_methods(endpoint, family=family, alpha=alpha, level=level, seed=seed):
        if method.reading not in readings:
            continue
        estimate = _attempt(method.run, whole["treated"].to_numpy(), whole["control"].to_numpy())
        planned = method.reading == "planned" and method.name != EQUIVALENCE
        yield Result(
            **asdict(estimate),
            study=study.key,
            cohort=study.cohort.id,
            endpoint=claim.endpoint,
            contrast=claim.contrast,
            reading=method.reading,
            method=method.name,
            alternative="equivalence" if method.name == EQUIVALENCE else "two-sided",
            effect=method.effect,
            pvalue_adjusted=float(np.minimum(1, family * estimate.pvalue)) if planned else math.nan,
            n_treated=len(whole),
            n_control=len(whole),
            missing=len(pairs) - len(whole),
        )


def _attempt(run: Callable[[Floats, Floats], Estimate], treated: Floats, control: Floats) -> Estimate:
    """Run a method; what it refuses (two pairs, no spread) is an empty row, which no claim can pass."""
    if treated.size < 2:
        return Estimate()
    # An interval that has no finite limits says so by its limits; the warning is for those who call the statistic themselves.
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        try:
            return run(treated, control)
        except ValueError:
            return Estimate()


def _paired_methods(endpoint: Endpoint, *, family: int, alpha: float, level: float, seed: int) -> Iterable[_Method]:
    zone = (endpoint.no_effect.low, endpoint.no_effect.high)
    return (
        _Method("published", "exact Wilcoxon signed-rank test", "Hodges-Lehmann shift", lambda x, y: _signed_rank(x, y, level)),
        _Method("planned", "paired t test on logs", "geometric mean ratio", lambda x, y: _ratio(x, y, 1 - alpha / family)),
        _Method("planned", EQUIVALENCE, "geometric mean ratio", lambda x, y: _equivalence(x, y, zone, alpha)),
        _Method("multiverse", "paired t test on differences", "mean difference", lambda x, y: _mean_difference(x, y, level)),
        _Method(
            "multiverse",
            "exact Wilcoxon signed-rank test on logs",
            "Hodges-Lehmann ratio",
            lambda x, y: _back(_signed_rank(np.log(x), np.log(y), level)),
        ),
        _Method("multiverse", "exact sign test", "share of changed pairs that rise", lambda x, y: _sign(x, y, level)),
        _Method("multiverse", "sign flips of differences", "mean difference", lambda x, y: _flips(x, y, seed)),
        _Method("multiverse", "sign flips of log ratios", "geometric mean ratio", lambda x, y: _flips(np.log(x), np.log(y), seed, np.exp)),
    )


def _signed_rank(x: Floats, y: Floats, level: float) -> Estimate:
    test = stats.signed_rank(x, y)
    shift = stats.hodges_lehmann(x, y, paired=True)
    interval = shift.confidence_interval(level)
    return Estimate(
        test.statistic, test.pvalue, test.midp, test.attainable, shift.estimate, interval.low, interval.high, interval.level, test.ties
    )


def _back(on_logs: Estimate) -> Estimate:
    limits = {name: float(np.exp(getattr(on_logs, name))) for name in ("estimate", "low", "high")}
    return Estimate(**{**asdict(on_logs), **limits})


def _ratio(x: Floats, y: Floats, level: float) -> Estimate:
    try:
        ratio = stats.geometric_mean_ratio(x, y, paired=True)
    except ValueError:
        # A change that is the same in every pair has a size, but no spread to test it by.
        return Estimate(estimate=float(np.exp(np.log(x / y).mean())))
    interval = ratio.confidence_interval(level)
    return Estimate(ratio.statistic, ratio.pvalue, estimate=ratio.estimate, low=interval.low, high=interval.high, level=level)


def _equivalence(x: Floats, y: Floats, zone: tuple[float, float], alpha: float) -> Estimate:
    ratio = stats.geometric_mean_ratio(x, y, paired=True)
    interval = ratio.confidence_interval(1 - 2 * alpha)
    pvalue, lower, upper = ttost_paired(x, y, *zone, transform=np.log)
    # The larger of the two p values belongs to the bound that is nearer.
    statistic = lower[0] if lower[1] >= upper[1] else upper[0]
    return Estimate(float(statistic), float(pvalue), estimate=ratio.estimate, low=interval.low, high=interval.high, level=interval.level)


def _mean_difference(x: Floats, y: Floats, level: float) -> Estimate:
    # Differences that are equal but for rounding have no spread, and would pass for an infinite t.
    if np.ptp(x - y) <= 1e-12 * max(np.abs(x).max(), np.abs(y).max()):
        raise ValueError("the differences do not vary.")
    test = scipy_stats.ttest_rel(x, y)
    interval = test.confidence_interval(level)
    return Estimate(
        float(test.statistic), float(test.pvalue), estimate=float(np.mean(x - y)), low=interval.low, high=interval.high, level=level
    )


def _sign(x: Floats, y: Floats, level: float) -> Estimate:
    rises, moved = int((x > y).sum()), int((x != y).sum())
    test = scipy_stats.binomtest(rises, moved)
    interval = test.proportion_ci(level, method="exact")
    floor = scipy_stats.binomtest(0, moved).pvalue
    return Estimate(
        rises, float(test.pvalue), attainable=float(floor), estimate=rises / moved, low=interval.low, high=interval.high, level=level
    )


def _flips(x: Floats, y: Floats, seed: int, back: Callable[[float], float] = float) -> Estimate:
    test = scipy_stats.permutation_test(
        (x - y,), np.mean, permutation_type="samples", vectorized=True, n_resamples=FLIPS, rng=np.random.default_rng(seed)
    )
    floor = min(1.0, 2 / min(2.0 ** int((x != y).sum()), FLIPS + 1))
    return Estimate(float(test.statistic), float(test.pvalue), attainable=floor, estimate=float(back(float(np.mean(x - y)))))
