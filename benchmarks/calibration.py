"""How often tests reject when nothing differs, and intervals cover, in small groups of awkward data: `make bench`.

Writes ``notebooks/benchmarks/calibration.csv``. Every number is a share of simulated trials with its standard error;
the seed is fixed. Ours stand beside what SciPy and statsmodels do by default (pingouin's Mann-Whitney calls SciPy's).
"""

import csv
import sys
import warnings
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
from rich.progress import track
from scipy import stats as scipy_stats
from statsmodels.stats.nonparametric import rank_compare_2indep
from statsmodels.stats.proportion import test_proportions_2indep

from secretome import stats
from secretome.stats import _permutation

OUT = Path(__file__).parents[1] / "notebooks" / "benchmarks" / "calibration.csv"
SIZES = (5, 6, 8, 12)
TRIALS = 2000
ALPHA = 0.05
LOG_SD = 0.5

# Fewer permutations per trial keep the test exact in size, and the script short.
_permutation.N_RESAMPLES = 1999

Rng = np.random.Generator
Floats = "np.ndarray[Any, np.dtype[np.float64]]"
Rows = dict[tuple[str, str, str], list[float]]


def lognormal(rng: Rng, n: int) -> Any:
    """Normal logarithms, equal spreads."""
    return rng.lognormal(4, LOG_SD, n), rng.lognormal(4, LOG_SD, n)


def unequal(rng: Rng, n: int) -> Any:
    """Normal logarithms, one spread more than twice the other."""
    return rng.lognormal(4, 0.3, n), rng.lognormal(4, 0.7, n)


def titres(rng: Rng, n: int) -> Any:
    """Twofold dilutions, five or six of them in all."""
    return tuple(np.exp2(np.rint(rng.normal(4, 0.9, n))) for _ in range(2))


def counts(rng: Rng, n: int) -> Any:
    """Sixty plaques on average, the animals' own means varying by 40 %."""
    return tuple(rng.poisson(60 * rng.gamma(1 / 0.16, 0.16, n)).astype(float) for _ in range(2))


TWO_GROUPS = {
    "normal logs": lognormal,
    "unequal spreads": unequal,
    "2-fold titres": titres,
    "overdispersed counts": counts,
}


def two_groups(world: str, n: int, rng: Rng) -> Rows:
    """Tests and intervals of two groups whose typical values are the same."""
    x, y = TWO_GROUPS[world](rng, n)
    rows: Rows = {}
    ranks = stats.mann_whitney(x, y)
    rows["Mann-Whitney", "size", "secretome, exact"] = [ranks.pvalue <= ALPHA]
    rows["Mann-Whitney", "size", "secretome, mid-p"] = [ranks.midp <= ALPHA]
    rows["Mann-Whitney", "size", "SciPy"] = [scipy_stats.mannwhitneyu(x, y).pvalue <= ALPHA]
    with np.errstate(all="ignore"):
        rows["Brunner-Munzel", "size", "SciPy"] = [scipy_stats.brunnermunzel(x, y).pvalue <= ALPHA]
    positive = np.maximum(x, 0.5), np.maximum(y, 0.5)
    ratio = _try(lambda: stats.geometric_mean_ratio(*positive))
    if ratio is not None:
        interval = ratio.confidence_interval(0.95)
        rows["geometric mean ratio", "size", "secretome, Welch on logs"] = [ratio.pvalue <= ALPHA]
        rows["geometric mean ratio", "coverage", "secretome, Welch on logs"] = [interval.low <= 1 <= interval.high]
    rows["difference of means", "size", "SciPy, Student's t on values"] = [scipy_stats.ttest_ind(x, y).pvalue <= ALPHA]
    shift = stats.hodges_lehmann(np.log(positive[0]), np.log(positive[1])).confidence_interval(0.95)
    rows["Hodges-Lehmann", "coverage", "secretome"] = [not (shift.low > 0 or shift.high < 0)]
    if world != "unequal spreads":
        newcombe = stats.probability_of_superiority(x, y).confidence_interval(0.95)
        rows["probability of superiority", "coverage", "secretome, Newcombe 5"] = [newcombe.low <= 0.5 <= newcombe.high]
        wald = _try(lambda: rank_compare_2indep(x, y).conf_int())
        rows["probability of superiority", "coverage", "statsmodels"] = [wald is not None and wald[0] <= 0.5 <= wald[1]]
    if world in ("normal logs", "unequal spreads"):
        for method, name in (("welch", "Welch on logs"), ("rank", "ranks")):
            margin = _try(lambda method=method: stats.equivalence(1.25 * x, y, 0.8, 1.25, scale="ratio", method=method))
            rows["equivalence at its margin", "size", f"secretome, {name}"] = [
                margin is not None and margin.pvalue <= ALPHA
            ]
    if world == "overdispersed counts":
        rows |= _counts(x, y)
    return rows


def _counts(x: Any, y: Any) -> Rows:
    rows: Rows = {}
    group = [0] * len(x) + [1] * len(y)
    both = np.concatenate([x, y])
    for method, name in (("auto", "secretome, quasi-Poisson"), ("negative-binomial", "statsmodels, negative binomial")):
        result = _try(lambda method=method: stats.count_ratio(both, group, method=method))
        p = np.nan if result is None else result.pvalue[0]
        if method == "negative-binomial" and result is not None:
            # As statsmodels prints it: by z, not by t.
            p = 2 * scipy_stats.norm.sf(abs(result.statistic[0]))
        rows["count ratio", "size", name] = [p <= ALPHA]
        if method == "auto" and result is not None:
            low, high = result.confidence_interval(0.95)
            rows["count ratio", "coverage", name] = [low[0] <= 1 <= high[0]]
    return rows


def below_the_limit(n: int, rng: Rng, share: float = 0.6) -> Rows:
    """Sixty per cent of both groups below the assay's limit."""
    limit = float(np.exp(4 + LOG_SD * scipy_stats.norm.ppf(share)))
    x, y = lognormal(rng, n)
    rows: Rows = {}
    lower, upper = (
        np.concatenate([np.where(v < limit, low, v) for v, low in ((y, bound), (x, bound))]) for bound in (0.0, limit)
    )
    group = np.repeat([0, 1], n)
    fit = _try(lambda: stats.censored_lognormal(lower, upper, group))
    if fit is not None:
        rows["censored lognormal", "size", "secretome"] = [fit.pvalue[0] <= ALPHA]
        # The interval holds the ratios that the test accepts, which is quicker to ask.
        rows["censored lognormal", "coverage", "secretome"] = [fit.pvalue[0] > ALPHA]
    ranked = stats.mann_whitney(np.maximum(x, limit), np.maximum(y, limit))
    rows["Mann-Whitney", "size", "secretome, exact"] = [ranked.pvalue <= ALPHA]
    rows["Mann-Whitney", "size", "secretome, mid-p"] = [ranked.midp <= ALPHA]
    rows["Mann-Whitney", "size", "SciPy"] = [
        scipy_stats.mannwhitneyu(np.maximum(x, limit), np.maximum(y, limit)).pvalue <= ALPHA
    ]
    half = [np.where(v < limit, limit / 2, v) for v in (x, y)]
    welch = _try(lambda: stats.geometric_mean_ratio(*half))
    rows["geometric mean ratio", "size", "half the limit substituted, Welch on logs"] = [
        welch is not None and welch.pvalue <= ALPHA
    ]
    return rows


def four_groups(world: str, n: int, rng: Rng) -> Rows:
    """A control and three doses that do nothing: the chance that any is said to differ."""
    samples = [TWO_GROUPS[world](rng, n)[index] for index in (0, 0, 0, 1)]
    logs = [np.log(np.maximum(sample, 0.5)) for sample in samples]
    any_pair = [stats.mann_whitney(sample, samples[0]).pvalue for sample in samples[1:]]
    weights = np.column_stack([-np.ones(3), np.eye(3)])
    rows: Rows = {
        ("several groups", "size", "unadjusted exact Mann-Whitney, as papers do"): [min(any_pair) <= ALPHA],
        ("several groups", "size", "secretome, Steel"): [stats.steel(samples, rng=rng).pvalue.min() <= ALPHA],
        ("several groups", "size", "secretome, Kruskal-Wallis"): [
            stats.kruskal_wallis(samples, rng=rng).pvalue <= ALPHA
        ],
        ("several groups", "size", "SciPy, Kruskal-Wallis"): [scipy_stats.kruskal(*samples).pvalue <= ALPHA],
        ("several groups", "size", "secretome, Dunnett on logs"): [
            _least(lambda: stats.dunnett(logs, control=0)) <= ALPHA
        ],
        ("several groups", "size", "secretome, Welch on logs and Bonferroni"): [
            3 * _least(lambda: stats.welch_contrasts(logs, weights)) <= ALPHA
        ],
        ("trend", "size", "secretome, Jonckheere-Terpstra"): [
            stats.jonckheere_terpstra(samples, method="permutation", rng=rng).pvalue <= ALPHA
        ],
        ("trend", "size", "secretome, Shirley-Williams"): [
            stats.shirley_williams(samples, alternative="greater", rng=rng).pvalue.min() <= ALPHA
        ],
    }
    return rows


def proportions(n: int, rng: Rng) -> Rows:
    """Forty-five of a hundred cells, the animals varying by 18 %."""
    strength = (1 - 0.45 * (1 + 0.18**2)) / (0.45 * 0.18**2)
    shares = rng.beta(0.45 * strength, 0.55 * strength, 2 * n)
    k, group = rng.binomial(100, shares), np.repeat([0, 1], n)
    result = stats.proportion_ratio(k, np.full(2 * n, 100), group)
    low, high = result.confidence_interval(0.95)
    pooled = test_proportions_2indep(k[n:].sum(), 100 * n, k[:n].sum(), 100 * n).pvalue
    return {
        ("proportion ratio", "size", "secretome, beta-binomial"): [result.pvalue[0] <= ALPHA],
        ("proportion ratio", "coverage", "secretome, beta-binomial"): [low[0] <= 1 <= high[0]],
        ("proportion ratio", "size", "statsmodels, cells pooled"): [pooled <= ALPHA],
    }


def survival(n: int, rng: Rng) -> Rows:
    """Deaths seen every six hours for two days, a third surviving."""
    time = np.minimum(6 * np.ceil(rng.exponential(44, 2 * n) / 6), 54)
    died = time <= 48
    if not died.any():
        return {}
    group = np.repeat([0, 1], n)
    exact = stats.logrank(np.minimum(time, 48), died, group)
    chi = stats.logrank(np.minimum(time, 48), died, group, method="asymptotic")
    return {
        ("log-rank", "size", "secretome, exact"): [exact.pvalue <= ALPHA],
        ("log-rank", "size", "statsmodels, chi-square"): [chi.pvalue <= ALPHA],
    }


def pairs(n: int, rng: Rng) -> Rows:
    """Pairs whose differences are normal."""
    difference = rng.normal(0, 1, n)
    test = stats.signed_rank(difference)
    shift = stats.hodges_lehmann(difference, np.zeros(n), paired=True).confidence_interval(0.95)
    ratio = stats.geometric_mean_ratio(np.exp(difference), np.ones(n), paired=True)
    interval = ratio.confidence_interval(0.95)
    return {
        ("signed-rank", "size", "secretome, exact"): [test.pvalue <= ALPHA],
        ("Hodges-Lehmann, pairs", "coverage", "secretome"): [not (shift.low > 0 or shift.high < 0)],
        ("geometric mean ratio, pairs", "coverage", "secretome"): [interval.low <= 1 <= interval.high],
    }


def cohorts(k: int, rng: Rng) -> Rows:
    """Cohorts that differ: the pooled effect and the next cohort's."""
    errors = rng.uniform(0.1, 0.3, k)
    true = rng.normal(0, 0.2, k + 1)
    result = stats.random_effects(rng.normal(true[:k], errors), errors)
    pooled, predicted = result.confidence_interval(), result.prediction_interval()
    return {
        ("pooled effect", "coverage", "secretome, Hartung-Knapp"): [pooled.low <= 0 <= pooled.high],
        ("next cohort", "coverage", "secretome, prediction"): [predicted.low <= true[k] <= predicted.high],
    }


def jobs() -> Iterator[tuple[str, int, Callable[[Rng], Rows]]]:
    """Every world at every size."""
    for n in SIZES:
        for world in TWO_GROUPS:
            yield world, n, lambda rng, world=world, n=n: two_groups(world, n, rng)
            yield f"{world}, control and three doses", n, lambda rng, world=world, n=n: four_groups(world, n, rng)
        yield "60 % below the limit", n, lambda rng, n=n: below_the_limit(n, rng)
        yield "30 % below the limit", n, lambda rng, n=n: below_the_limit(n, rng, 0.3)
        yield "percentages of 100 cells", n, lambda rng, n=n: proportions(n, rng)
        yield "deaths every 6 hours", n, lambda rng, n=n: survival(n, rng)
        yield "pairs", n, lambda rng, n=n: pairs(n, rng)
        yield "cohorts that differ", n, lambda rng, n=n: cohorts(n, rng)


def run(position: int) -> list[dict[str, object]]:
    """All trials of one job."""
    world, n, trial = list(jobs())[position]
    found: dict[tuple[str, str, str], list[float]] = {}
    rng = np.random.default_rng([20261125, position])
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for _ in range(TRIALS):
            for key, values in trial(rng).items():
                found.setdefault(key, []).extend(values)
    rows = []
    for (what, kind, by), values in found.items():
        share = float(np.mean(values))
        error = float(np.sqrt(share * (1 - share) / len(values)))
        rows.append(
            {
                "world": world,
                "n": n,
                "kind": kind,
                "what": what,
                "by": by,
                "share": f"{share:.4f}",
                "error": f"{error:.4f}",
                "trials": len(values),
            }
        )
    return rows


def _try(call: Callable[[], Any]) -> Any:
    try:
        return call()
    except ValueError:
        return None


def _least(call: Callable[[], Any]) -> float:
    result = _try(call)
    return 1.0 if result is None else float(np.min(result.pvalue))


def main() -> None:
    """Run every job on all cores, and write the table."""
    number = len(list(jobs()))
    with ProcessPoolExecutor() as pool:
        tables = list(
            track(
                pool.map(run, range(number)), total=number, description="calibration", disable=not sys.stderr.isatty()
            )
        )
    rows = [row for table in tables for row in table]
    OUT.parent.mkdir(parents=True, exist_ok=True)
    with OUT.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


if __name__ == "__main__":
    main()
