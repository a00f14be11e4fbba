"""How often a false claim is supported on a linear scale and on survival, and how often the intervals cover.

Writes ``notebooks/benchmarks/designs.csv``; it is optional, and takes some minutes. In every cohort the treated group
and its control do not differ, except where a hazard ratio is stated. The seeds are fixed.
"""

import sys
import zlib
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import stats as scipy_stats

from secretome import stats

OUT = Path(__file__).parents[1] / "notebooks" / "benchmarks" / "designs.csv"
TRIALS = 20_000
# A permutation test is made for every cohort.
SURVIVAL_TRIALS = 2000
ALPHA, LEVEL = 0.05, 0.95
# Rats are observed every six hours for two days.
VISIT, END = 6.0, 48.0

Floats = NDArray[np.float64]
Rng = np.random.Generator
Cell = tuple[str, str, Callable[[Rng], tuple[float, float, int]]]


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
)


def measure(position: int) -> dict[str, object]:
    """The row of one design and condition."""
    design, condition, run = CELLS[position]
    supported, covered, trials = run(np.random.default_rng(zlib.crc32(f"{design} {condition}".encode())))
    error = float(np.sqrt(supported * (1 - supported) / trials))
    shares = {"supported": f"{supported:.4f}", "error": f"{error:.4f}", "covered": f"{covered:.4f}"}
    return {"design": design, "condition": condition, **shares, "cohorts": trials}


def main() -> None:
    """Simulate every condition on all cores, and write the table."""
    with ProcessPoolExecutor() as pool:
        table = pd.DataFrame(list(pool.map(measure, range(len(CELLS)))))
    table.to_csv(OUT, index=False, lineterminator="\n")
    print(f"{len(table)} rows written to {OUT}", file=sys.stderr)


if __name__ == "__main__":
    main()
