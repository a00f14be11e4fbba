"""How often a false claim is supported if a condition of the error rate is not met, and how often a cohort is warned.

Writes ``notebooks/benchmarks/conditions.csv``: `make bench`. The claim is that T1 lowers IL-6 in the sepsis study; in
every cohort T1 and the septic control have the same centre. The seeds are fixed.
"""

import sys
import zlib
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from functools import cache
from itertools import islice
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from rich.progress import track
from scipy import stats as scipy_stats

from secretome.analysis.clusters import cluster_test
from secretome.analysis.samples import Comparison, GroupSample, dilution_fold
from secretome.claims import ConditionCode, Decision, Rule
from secretome.claims.conditions import WARNINGS, comparison_conditions
from secretome.cohort.simulate import log_sd, simulate_many
from secretome.power.many_cohorts import decide_cohorts
from secretome.protocol import Protocol, load_protocol, sides, study_folder

OUT = Path(__file__).parents[1] / "notebooks" / "benchmarks" / "conditions.csv"
TRIALS = 10_000
# The number of cohorts that are analysed one at a time, for warnings and cage means.
LOOKED_AT = 2000
# A cohort with censored values takes two fits of the model.
CENSORED_TRIALS = 1000
# Cohorts without the condition, in which each warning is a false alarm.
ORDINARY = 500
STUDY, CLAIM = "sepsis_cytokines", "il6_falls_t1"
SD = log_sd(0.55)
ALPHA = 0.05

Floats = NDArray[np.float64]
Rng = np.random.Generator


@dataclass(frozen=True)
class Cohorts:
    """Log values of T1 and control in many cohorts, (trials, n), with initial group sizes and a column's labels."""

    treated: Floats
    control: Floats
    animals: tuple[int, int]
    column: str = ""
    labels: tuple[list[str], list[str]] = ((), ())  # type: ignore[assignment]
    limit: float = -np.inf


def similar(rng: Rng, n: int) -> Cohorts:
    """No lost values and no clusters."""
    return Cohorts(rng.normal(0, SD, (TRIALS, n)), rng.normal(0, SD, (TRIALS, n)), (n, n))


def sickest_lost(rng: Rng, n: int, lost: int) -> Cohorts:
    """The animals with the highest values of the treated group have no value."""
    whole = similar(rng, n)
    return replace(whole, treated=np.sort(whole.treated, axis=1)[:, : n - lost])


def lost_at_random(rng: Rng, n: int, lost: int) -> Cohorts:
    """Animals of the treated group have no value, independently of what it would have been."""
    whole = similar(rng, n)
    return replace(whole, treated=whole.treated[:, : n - lost])


def skewed(rng: Rng, n: int, times: int) -> Cohorts:
    """The logarithms are exponentially distributed, and the control group is several times as large."""
    return Cohorts(SD * rng.exponential(1, (TRIALS, n)), SD * rng.exponential(1, (TRIALS, times * n)), (n, times * n))


def censored(rng: Rng, n: int, spread: float) -> Cohorts:
    """Return cohorts with 70 % of treated values below the limit and a control's log-SD `spread` times as large."""
    limit = SD * float(scipy_stats.norm.ppf(0.7))
    return Cohorts(
        rng.normal(0, SD, (CENSORED_TRIALS, n)), rng.normal(0, spread * SD, (CENSORED_TRIALS, n)), (n, n), limit=limit
    )


def in_clusters(rng: Rng, n: int, column: str, size: int, between: float, total: float = SD) -> Cohorts:
    """Clusters of `size` animals, each in one group; `between` is the SD between clusters, `total` that of animals."""
    within = np.sqrt(total**2 - between**2) if total > between else total

    def group() -> Floats:
        means = rng.normal(0, between, (TRIALS, n // size)).repeat(size, axis=1)
        return np.asarray(means + rng.normal(0, within, (TRIALS, n)))

    names = ([f"{group}{animal // size}" for animal in range(n)] for group in "tc")
    return Cohorts(group(), group(), (n, n), column, (next(names), next(names)))


def cages(icc: float, size: int) -> Callable[[Rng, int], Cohorts]:
    """Animals in cages; `icc` is the share of the variance between cages."""
    return lambda rng, n: in_clusters(rng, n, "cage", size, SD * np.sqrt(icc))


# Name of the condition, n per group (of the smaller one), function that draws it, and the expected warning.
CELLS: tuple[tuple[str, int, Callable[[Rng, int], Cohorts], ConditionCode | None], ...] = (
    ("no condition", 8, similar, None),
    ("no condition", 12, similar, None),
    ("1 of 8 lost at random in one group", 8, lambda rng, n: lost_at_random(rng, n, 1), ConditionCode.UNEQUAL_LOSSES),
    ("the sickest 1 of 8 lost in one group", 8, lambda rng, n: sickest_lost(rng, n, 1), ConditionCode.UNEQUAL_LOSSES),
    ("the sickest 2 of 8 lost in one group", 8, lambda rng, n: sickest_lost(rng, n, 2), ConditionCode.UNEQUAL_LOSSES),
    ("the sickest 1 of 20 lost in one group", 20, lambda rng, n: sickest_lost(rng, n, 1), ConditionCode.UNEQUAL_LOSSES),
    ("the sickest 1 of 40 lost in one group", 40, lambda rng, n: sickest_lost(rng, n, 1), ConditionCode.UNEQUAL_LOSSES),
    ("exponential logs, 3 against 6", 3, lambda rng, n: skewed(rng, n, 2), ConditionCode.UNEQUAL_N_SKEWED),
    ("exponential logs, 3 against 12", 3, lambda rng, n: skewed(rng, n, 4), ConditionCode.UNEQUAL_N_SKEWED),
    ("exponential logs, 4 against 12", 4, lambda rng, n: skewed(rng, n, 3), ConditionCode.UNEQUAL_N_SKEWED),
    ("over half censored, equal spreads", 8, lambda rng, n: censored(rng, n, 1), ConditionCode.CENSORED_UNEQUAL_SPREAD),
    (
        "over half censored, one log-SD 3 times the other",
        8,
        lambda rng, n: censored(rng, n, 3),
        ConditionCode.CENSORED_UNEQUAL_SPREAD,
    ),
    (
        "over half censored, one log-SD 3 times the other",
        12,
        lambda rng, n: censored(rng, n, 3),
        ConditionCode.CENSORED_UNEQUAL_SPREAD,
    ),
    ("cages of 3, ICC 0.3", 12, cages(0.3, 3), ConditionCode.CAGES_WITHIN_GROUPS),
    ("cages of 6, ICC 0.3", 18, cages(0.3, 6), ConditionCode.CAGES_WITHIN_GROUPS),
    ("cages of 3, ICC 0.5", 12, cages(0.5, 3), ConditionCode.CAGES_WITHIN_GROUPS),
    ("cages of 6, ICC 0.5", 18, cages(0.5, 6), ConditionCode.CAGES_WITHIN_GROUPS),
    ("one cage a group, ICC 0.3", 6, cages(0.3, 6), ConditionCode.CAGE_CONFOUNDED),
    (
        "one plate a group, log-SD 0.1 between plates, 0.3 in total",
        6,
        lambda rng, n: in_clusters(rng, n, "plate", n, 0.1, 0.3),
        ConditionCode.PLATE_CONFOUNDED,
    ),
    (
        "one plate a group, log-SD 0.1 between plates, 0.3 in total",
        12,
        lambda rng, n: in_clusters(rng, n, "plate", n, 0.1, 0.3),
        ConditionCode.PLATE_CONFOUNDED,
    ),
)
# Scenarios of the studies, and whether values are lost at random in addition.
ALARMS = (
    ("sepsis_cytokines", "as_published", 12, 0.0),
    ("sepsis_cytokines", "null", 8, 0.0),
    ("humoral_immunity", "as_published", 8, 0.0),
    ("humoral_immunity", "null", 8, 0.0),
    ("sepsis_cytokines", "as_published", 12, 0.05),
    ("sepsis_cytokines", "deaths", 12, 0.0),
)


@cache
def protocol() -> Protocol:
    """The sepsis study with this claim only, and without its check."""
    whole = load_protocol(study_folder(STUDY) / "protocol.yml")
    return replace(whole, claims={CLAIM: whole.claims[CLAIM]}, checks={})


def supported(cohorts: Cohorts) -> NDArray[np.bool_]:
    """Whether the verdict on each cohort is "supported", by the rules of the study."""
    drawn = {"il6": {"t1": _bounds(cohorts.treated, cohorts.limit), "control": _bounds(cohorts.control, cohorts.limit)}}
    rules, _ = decide_cohorts(protocol(), drawn, ALPHA, published=1)[CLAIM]
    return np.array([Rule(rule).decision == Decision.SUPPORTED for rule in rules])


def comparisons(cohorts: Cohorts) -> Iterator[Comparison]:
    """The comparison of T1 with control in each cohort."""
    labels = [{cohorts.column: np.array(names)} if cohorts.column else {} for names in cohorts.labels]
    for values in zip(cohorts.treated, cohorts.control, strict=True):
        bounds = [_bounds(logs, cohorts.limit) for logs in values]
        yield Comparison(
            *(
                GroupSample(low, high, missing=0, dead=0, animals=animals, labels=own)
                for (low, high), animals, own in zip(bounds, cohorts.animals, labels, strict=True)
            )
        )


def measure(position: int) -> list[dict[str, object]]:
    """The rows of one condition: for the planned test and, for cages within groups, for the test of cage means."""
    name, n, draw, code = CELLS[position]
    rng = np.random.default_rng(zlib.crc32(f"{name} {n}".encode()))
    cohorts = draw(rng, n)
    pairs = list(islice(comparisons(cohorts), LOOKED_AT))
    shown = [{found for found, _ in comparison_conditions(pair)} & WARNINGS for pair in pairs]
    warned = float(np.mean([code in found if code else bool(found) for found in shown]))
    rows = [_row(name, n, "as planned", supported(cohorts), warned)]
    if code is ConditionCode.CAGES_WITHIN_GROUPS:
        tests = [cluster_test(pair, cohorts.column, level=0.95) for pair in pairs]
        means = np.array([test is not None and 2 * test.pvalue <= ALPHA and test.estimate < 1 for test in tests])
        rows.append(_row(name, n, "cage means", means, warned))
    return rows


def alarms(position: int) -> list[dict[str, object]]:
    """How often cohorts of a scenario get each warning; their files have no cages, batches or plates."""
    study, scenario, n, lost = ALARMS[position]
    rng = np.random.default_rng(zlib.crc32(f"{study} {scenario} {n} {lost}".encode()))
    whole = load_protocol(study_folder(study) / "protocol.yml").simulated
    drawn = simulate_many(whole, scenario, n=n, cohorts=ORDINARY, rng=rng)
    claims = whole.claims.values()
    compared = {
        (claim.endpoint, pair)
        for claim in claims
        for pair in (claim.adjacent if claim.kind == "trend" else claim.decisive_contrasts)
    }
    codes = []
    for cohort in range(ORDINARY):
        groups = {
            (endpoint, group): _group(lower[cohort], upper[cohort], n, rng.random(lower.shape[1]) >= lost)
            for endpoint, own in drawn.items()
            for group, (lower, upper) in own.items()
        }
        pairs = [
            Comparison(*(groups[endpoint, side] for side in sides(pair)), dilution_fold(whole.endpoints[endpoint].kind))
            for endpoint, pair in sorted(compared)
        ]
        codes.append({code for pair in pairs for code, _ in comparison_conditions(pair)})
    name = f"{study}, {scenario}" + (f", {100 * lost:g} % of values lost at random" if lost else "")
    shown = (ConditionCode.UNEQUAL_LOSSES, ConditionCode.CENSORED_UNEQUAL_SPREAD, ConditionCode.UNEQUAL_N_SKEWED)
    return [_warned(name, n, code, float(np.mean([code in found for found in codes]))) for code in shown]


def _group(lower: Floats, upper: Floats, animals: int, kept: NDArray[np.bool_]) -> GroupSample:
    return GroupSample(lower[kept], upper[kept], missing=0, dead=0, animals=animals)


def _warned(name: str, n: int, code: ConditionCode, share: float) -> dict[str, object]:
    known = {"condition": name, "n": n, "analysis": str(code), "supported": "", "error": ""}
    return known | {"warned": f"{share:.4f}", "cohorts": ORDINARY}


def _row(name: str, n: int, analysis: str, calls: NDArray[np.bool_], warned: float) -> dict[str, object]:
    share = float(calls.mean())
    error = float(np.sqrt(share * (1 - share) / calls.size))
    return {
        "condition": name,
        "n": n,
        "analysis": analysis,
        "supported": f"{share:.4f}",
        "error": f"{error:.4f}",
        "warned": f"{warned:.4f}",
        "cohorts": calls.size,
    }


def _bounds(logs: Floats, limit: float) -> tuple[Floats, Floats]:
    values, lowest = np.exp(logs), float(np.exp(limit))
    below = values < lowest
    return np.where(below, 0.0, values), np.where(below, lowest, values)


def main() -> None:
    """Simulate every condition on all cores, and write the table."""
    with ProcessPoolExecutor() as pool:
        cells = list(track(pool.map(measure, range(len(CELLS))), total=len(CELLS), description="conditions"))
        others = list(track(pool.map(alarms, range(len(ALARMS))), total=len(ALARMS), description="false alarms"))
    table = pd.DataFrame([row for rows in (*cells, *others) for row in rows])
    table.to_csv(OUT, index=False, lineterminator="\n")
    print(f"{len(table)} rows written to {OUT}", file=sys.stderr)


if __name__ == "__main__":
    main()
