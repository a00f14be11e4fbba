"""How fast, as ratios against what others do in the same run: `make bench`.

Writes ``notebooks/benchmarks/speed.csv`` and others. Each time is the best of several; a ratio is theirs over ours, so
above 1 ours is faster.
"""

import csv
import platform
import timeit
import warnings
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path

import numpy as np
from scipy import stats as scipy_stats

from secretome import stats
from secretome.stats._null_distributions import jonckheere_null, rank_sum_null

OUT = Path(__file__).parents[1] / "notebooks" / "benchmarks"


def best(call: Callable[[], object], repeats: int = 5) -> float:
    """Seconds of one call: the best of several rounds, each long enough to be measured."""
    number = 1
    while timeit.timeit(call, number=number) < 0.05 and number < 10_000:
        number *= 4
    return min(timeit.repeat(call, number=number, repeat=repeats)) / number


def cold(call: Callable[[], object]) -> Callable[[], object]:
    """A call that counts its arrangements anew, as for data never seen."""

    def fresh() -> object:
        rank_sum_null.cache_clear()
        jonckheere_null.cache_clear()
        return call()

    return fresh


def ties(n: int, rng: np.random.Generator) -> tuple["np.ndarray[tuple[int], np.dtype[np.float64]]", ...]:
    """Two groups of twofold titres."""
    return np.exp2(np.rint(rng.normal(4.6, 0.9, n))), np.exp2(np.rint(rng.normal(4, 0.9, n)))


def against() -> list[dict[str, object]]:
    """Ours beside theirs."""
    rng = np.random.default_rng(20261125)
    rows: list[dict[str, object]] = []

    def compare(
        work: str, ours: Callable[[], object], theirs: dict[str, Callable[[], object]], repeats: int = 5
    ) -> None:
        own = best(ours, repeats)
        for name, call in theirs.items():
            other = best(call, min(repeats, 3))
            rows.append(
                {"work": work, "against": name, "ours_ms": own * 1e3, "theirs_ms": other * 1e3, "ratio": other / own}
            )

    for n in (12, 30):
        x, y = ties(n, rng)
        drawn = scipy_stats.PermutationMethod(n_resamples=9999, rng=np.random.default_rng(1))
        compare(
            f"exact Mann-Whitney under ties, {n} v {n}",
            cold(lambda x=x, y=y: stats.mann_whitney(x, y)),
            {
                "SciPy, PermutationMethod(9999)": lambda x=x, y=y, drawn=drawn: scipy_stats.mannwhitneyu(
                    x, y, method=drawn
                ),
                "SciPy, asymptotic": lambda x=x, y=y: scipy_stats.mannwhitneyu(x, y, method="asymptotic"),
            },
        )
    samples = [rng.normal(size=8) for _ in range(4)]
    compare(
        "Dunnett, control and three doses of 8",
        lambda: stats.dunnett(samples, control=0),
        {"SciPy, dunnett": lambda: scipy_stats.dunnett(*samples[1:], control=samples[0], rng=np.random.default_rng(1))},
    )
    doses = [ties(6, rng)[0] for _ in range(3)]
    compare(
        "exact Jonckheere-Terpstra under ties, 3 doses of 6",
        cold(lambda: stats.jonckheere_terpstra(doses)),
        {"SciPy, permutation_test(9999)": lambda: _permuted_trend(doses)},
        repeats=3,
    )

    return [*rows, _power_of_titres()]


def _power_of_titres() -> dict[str, object]:
    def drawn_titres(generator: np.random.Generator, trials: int) -> tuple[object, object]:
        return np.rint(generator.normal(4.6, 0.9, (trials, 12))), np.rint(generator.normal(4, 0.9, (trials, 12)))

    x, y = drawn_titres(np.random.default_rng(1), 2000)
    loop = best(lambda: [scipy_stats.mannwhitneyu(a, b).pvalue for a, b in zip(x, y, strict=True)], 2) * 50
    own = best(lambda: stats.power(drawn_titres, trials=100_000), 2)
    return {
        "work": "power of the exact test, 100 000 tied trials, 12 v 12",
        "against": "a loop over SciPy's default, which is wrong",
        "ours_ms": own * 1e3,
        "theirs_ms": loop * 1e3,
        "ratio": loop / own,
    }


def _permuted_trend(doses: list["np.ndarray[tuple[int], np.dtype[np.float64]]"]) -> object:
    def statistic(*groups: "np.ndarray[tuple[int, ...], np.dtype[np.float64]]", axis: int = -1) -> object:  # noqa: ARG001 (SciPy passes it)
        pairs = ((groups[i], groups[j]) for j in range(3) for i in range(j))
        return sum((np.sign(late[..., :, None] - early[..., None, :])).sum(axis=(-1, -2)) for early, late in pairs)

    return scipy_stats.permutation_test(
        doses, statistic, vectorized=True, n_resamples=9999, rng=np.random.default_rng(1)
    )


def growth() -> list[dict[str, object]]:
    """How the time of one call grows with the animals per group."""
    rng = np.random.default_rng(7)
    rows = []
    for n in (3, 6, 12, 25, 50, 100, 200):
        x, y = ties(n, rng)
        u, v = rng.normal(size=n), rng.normal(size=n)
        calls = {
            "exact Mann-Whitney, tied": cold(lambda x=x, y=y: stats.mann_whitney(x, y)),
            "exact Mann-Whitney, no ties": cold(lambda u=u, v=v: stats.mann_whitney(u, v)),
            "Hodges-Lehmann with interval": cold(lambda u=u, v=v: stats.hodges_lehmann(u, v).confidence_interval()),
            "probability of superiority with interval": lambda x=x, y=y: stats.probability_of_superiority(
                x, y
            ).confidence_interval(),
            "Welch on logs with interval": lambda x=x, y=y: stats.geometric_mean_ratio(x, y).confidence_interval(),
            "Dunnett, three doses": lambda n=n: stats.dunnett(rng.normal(size=(4, n)), control=0),
        }
        if n <= 50:
            lower, upper = np.where(x < 8, 0, x), np.where(x < 8, 8, x)
            both = np.concatenate([y, lower]), np.concatenate([y, upper]), np.repeat([0, 1], n)
            calls["censored lognormal with interval"] = lambda both=both: stats.censored_lognormal(
                *both
            ).confidence_interval()
        for name, call in calls.items():
            try:
                rows.append({"call": name, "n": n, "ms": best(call, 2) * 1e3})
            except ValueError:
                continue
    return rows


def _write(name: str, rows: list[dict[str, object]]) -> None:
    OUT.mkdir(parents=True, exist_ok=True)
    with (OUT / name).open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]), lineterminator="\n")
        writer.writeheader()
        for row in rows:
            writer.writerow({key: f"{value:.4g}" if isinstance(value, float) else value for key, value in row.items()})


def main() -> None:
    """Measure, and write both tables with what they were measured on."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        _write("speed.csv", against())
        _write("growth.csv", growth())
    versions = {
        "Python": platform.python_version(),
        **{name: version(name) for name in ("numpy", "scipy", "statsmodels")},
    }
    _write("measured_on.csv", [{"what": key, "is": value} for key, value in versions.items()])


if __name__ == "__main__":
    main()
