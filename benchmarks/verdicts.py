"""How often cohorts of each size and scenario get each verdict: `make bench`, or `make bench STUDY=key` for one study.

Writes ``notebooks/ledger/rates.csv``, for every study, scenario, claim and number of animals a group, and
``notebooks/power/plans.csv``, for the published scenario with all, three quarters and half of its effects. If studies
are named, the rows of the others are kept. The seeds are fixed. ``--only`` measures one of the two tables.
"""

import argparse
import sys
import zlib
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import numpy as np
import pandas as pd
from rich.progress import track

from secretome.power import claim_rates, verdict_rates
from secretome.protocol import load_protocol, study_folder, study_names

NOTEBOOKS = Path(__file__).parents[1] / "notebooks"
RATES, PLANS = NOTEBOOKS / "ledger" / "rates.csv", NOTEBOOKS / "power" / "plans.csv"
SIZES = (3, 4, 5, 6, 8, 10, 12, 16, 20, 30, 40)
COHORTS = 2000
# If most titres lie below the limit, a cohort needs one model fit per group, and every verdict is nearly certain.
FEWER = {("humoral_immunity", "reversed"): 400}

PLANNED_SIZES = (3, 4, 5, 6, 7, 8, 9, 10, 12, 14, 16, 20, 24, 30, 40)
EFFECTS = (1.0, 0.75, 0.5)

Cell = tuple[str, str, int]
Plan = tuple[str, str, float, int]


def cells(studies: Sequence[str]) -> Iterator[Cell]:
    """Every study, scenario and size, the slowest first."""
    for n in sorted(SIZES, reverse=True):
        for study in studies:
            simulation = load_protocol(study_folder(study) / "protocol.yml").simulation
            yield from ((study, scenario, n) for scenario in (simulation.scenarios if simulation else ()))


def measure(cell: Cell) -> pd.DataFrame:
    """The rates of one cell."""
    study, scenario, n = cell
    rng = np.random.default_rng(zlib.crc32(f"{study} {scenario} {n}".encode()))
    protocol = load_protocol(study_folder(study) / "protocol.yml")
    return verdict_rates(protocol, scenario, n, cohorts=FEWER.get((study, scenario), COHORTS), rng=rng)


def plans(studies: Sequence[str]) -> Iterator[Plan]:
    """Yield every claim, share of its effect and group size, the slowest first.

    A claim of no change has one share, and so has a study without a control, from which a share could be counted.
    """
    for n in sorted(PLANNED_SIZES, reverse=True):
        for study in studies:
            protocol = load_protocol(study_folder(study) / "protocol.yml")
            has_control = any(group.role == "control" for group in protocol.groups.values())
            for key, claim in protocol.simulated.claims.items() if protocol.simulation else ():
                effects = EFFECTS if has_control and claim.kind != "unchanged" else EFFECTS[:1]
                yield from ((study, key, effect, n) for effect in effects)


def plan(cell: Plan) -> pd.DataFrame:
    """The rates of one claim, share of its effect, and size."""
    study, claim, effect, n = cell
    protocol = load_protocol(study_folder(study) / "protocol.yml")
    rates = claim_rates(protocol, claim, [n], effect=effect, published=1, precise=True)
    return rates[rates["analysis"] == "planned"]


def write(rows: list[pd.DataFrame], studies: Sequence[str], order: list[str], out: Path) -> None:
    """Write a table, sorted; the rows of studies of the book that were not measured now are kept."""
    # "null" is the name of a scenario.
    kept = pd.read_csv(out, keep_default_na=False) if out.exists() else pd.DataFrame({"study": []})
    others = set(study_names()) - set(studies)
    table = pd.concat([kept[kept["study"].isin(others)], *rows]).sort_values(order)
    out.parent.mkdir(parents=True, exist_ok=True)
    table.to_csv(out, index=False, lineterminator="\n")
    print(f"{len(table)} rows written to {out}", file=sys.stderr)


def main() -> None:
    """Measure every cell on all cores, and write the tables."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("study", nargs="*", help="keys of studies; all, if none is named")
    parser.add_argument("--only", choices=("plans", "rates"), help="the table to write; both, if it is not stated")
    chosen = parser.parse_args()
    studies = chosen.study or study_names()
    if unknown := set(studies) - set(study_names()):
        parser.error(f"no study {', '.join(sorted(unknown))}; the studies are {', '.join(study_names())}")
    with ProcessPoolExecutor() as pool:
        if chosen.only != "rates":
            planned = list(plans(studies))
            plans_made = list(track(pool.map(plan, planned), total=len(planned), description="plans"))
            write(plans_made, studies, ["study", "claim", "effect", "n"], PLANS)
        if chosen.only != "plans":
            todo = list(cells(studies))
            rates = list(track(pool.map(measure, todo), total=len(todo), description="verdicts"))
            write(rates, studies, ["study", "scenario", "claim", "analysis", "n"], RATES)


if __name__ == "__main__":
    main()
