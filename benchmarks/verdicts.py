"""How often cohorts of each size and scenario get each verdict: `make bench`.

Writes ``notebooks/ledger/rates.csv``, for every study, scenario, claim and number of animals a group. The seed is fixed.
"""

import sys
import zlib
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import numpy as np
import pandas as pd
from rich.progress import track

from secretome.power import verdict_rates
from secretome.protocol import load_protocol, study_folder, study_names

OUT = Path(__file__).parents[1] / "notebooks" / "ledger" / "rates.csv"
SIZES = (3, 4, 5, 6, 8, 10, 12, 16, 20, 30, 40)
COHORTS = 2000
# Where most titres lie below the plate, each cohort takes as many model fits as it has arms, and every verdict is near certain.
FEWER = {("humoral_immunity", "reversed"): 400}

Cell = tuple[str, str, int]


def cells() -> Iterator[Cell]:
    """Every study, scenario and size, the slowest first."""
    for n in sorted(SIZES, reverse=True):
        for study in study_names():
            simulation = load_protocol(study_folder(study) / "protocol.yml").simulation
            yield from ((study, scenario, n) for scenario in (simulation.scenarios if simulation else ()))


def measure(cell: Cell) -> pd.DataFrame:
    """The rates of one cell."""
    study, scenario, n = cell
    rng = np.random.default_rng(zlib.crc32(f"{study} {scenario} {n}".encode()))
    protocol = load_protocol(study_folder(study) / "protocol.yml")
    return verdict_rates(protocol, scenario, n, cohorts=FEWER.get((study, scenario), COHORTS), rng=rng)


def main() -> None:
    """Measure every cell on all cores, and write the table."""
    todo = list(cells())
    with ProcessPoolExecutor() as pool:
        rates = list(track(pool.map(measure, todo), total=len(todo), description="verdicts"))
    table = pd.concat(rates).sort_values(["study", "scenario", "claim", "reading", "n"])
    OUT.parent.mkdir(parents=True, exist_ok=True)
    table.to_csv(OUT, index=False, lineterminator="\n")
    print(f"{len(table)} rows written to {OUT}", file=sys.stderr)


if __name__ == "__main__":
    main()
