"""What a rerun costs: ours beside papermill, for one cohort and for hundreds: part of `make bench`.

Writes ``notebooks/benchmarks/reruns.csv``. A ratio is theirs over ours of the same run of this script. Numbers of
cohorts may be given: ``reruns.py 1 10``; papermill's commands are timed on ten at most, because a hundred take ten
times as long.
"""

import csv
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import nbformat
import numpy as np
import pandas as pd

from secretome import load_study
from secretome.report.html import report_html
from secretome.rerun.parameters import as_ipynb

OUT = Path(__file__).parents[1] / "notebooks" / "benchmarks"
STUDY = "treg_conditioned_medium"
SIZES = (1, 10, 100, 1000)
MOST_OF_PAPERMILL = 10
WORKERS = os.cpu_count() or 1
OURS = "secretome rerun"


def cohorts(folder: Path, count: int) -> list[Path]:
    """Made-up cohorts of twelve donors, as many as the study has itself."""
    rng = np.random.default_rng(20261125)
    files = []
    for number in range(count):
        before = rng.lognormal(1, 0.5, (12, 2))
        after = before * rng.lognormal(0.3, 0.3, (12, 2))
        rows = ["animal,group,foxp3_cd25pos,foxp3_cd25neg"]
        for donor, (first, second) in enumerate(zip(before, after, strict=True)):
            rows += [
                f"{donor},without,{first[0]:.2f},{first[1]:.2f}",
                f"{donor},with_cm,{second[0]:.2f},{second[1]:.2f}",
            ]
        files.append(folder / f"lab{number:04}.csv")
        files[-1].write_text("\n".join(rows), encoding="utf-8")
    return files


def by_command(files: list[Path], out: Path) -> None:
    """Run papermill's command for each cohort, as many at once as there are cores, then the report in a subprocess."""
    out.mkdir()
    bin_folder = Path(sys.executable).parent
    with as_ipynb(STUDY) as notebook, ThreadPoolExecutor(WORKERS) as pool:

        def one(file: Path) -> None:
            own, executed = out / file.stem, out / f"{file.stem}.ipynb"
            command = [
                bin_folder / "papermill",
                notebook,
                executed,
                "-p",
                "cohort",
                file,
                "-p",
                "out",
                own,
                "--no-progress-bar",
            ]
            subprocess.run(command, check=True, capture_output=True)
            subprocess.run([sys.executable, __file__, "report", executed, file, own], check=True)

        list(pool.map(one, files))


def report(executed: Path, file: Path, own: Path) -> None:
    """The report of one executed notebook."""
    verdicts, checks = (pd.read_csv(own / f"{name}.csv") for name in ("verdicts", "checks"))
    study = load_study(STUDY, cohort=file)
    (own / "report.html").write_text(
        report_html(nbformat.read(executed, as_version=4), study, verdicts, checks, {}), encoding="utf-8"
    )


def by_ours(*options: str) -> Callable[[list[Path], Path], None]:
    """Our command on all cohorts."""

    def run(files: list[Path], out: Path) -> None:
        command = [
            sys.executable,
            "-m",
            "secretome",
            "rerun",
            STUDY,
            *map(str, files),
            "--out",
            str(out),
            "--jobs",
            str(WORKERS),
            *options,
        ]
        subprocess.run(command, check=True, capture_output=True)

    return run


def measured(run: Callable[[list[Path], Path], None], files: list[Path]) -> tuple[float, float, float]:
    """Seconds by the clock, seconds of the processors, and the MB of the largest process.

    Measured in a process of its own, which counts only what it started.
    """
    with tempfile.TemporaryDirectory() as folder:
        begin = time.perf_counter()
        child = os.fork()
        if child == 0:
            try:
                run(files, Path(folder) / "out")
            except BaseException as error:
                print(error, file=sys.stderr)
                os._exit(1)
            os._exit(0)
        _, status, used = os.wait4(child, 0)
        if status:
            raise SystemExit("a way of running the cohorts failed")
        return time.perf_counter() - begin, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024


def main(sizes: tuple[int, ...]) -> None:
    """Measure every way and write the table."""
    ways = {
        OURS: by_ours(),
        f"{OURS} --plain: papermill from Python": by_ours("--plain"),
        "papermill's command, then the report": by_command,
    }
    rows: list[dict[str, object]] = []
    with tempfile.TemporaryDirectory() as folder:
        files = cohorts(Path(folder), max(sizes))
        for size in sizes:
            own = 0.0
            for way, run in ways.items():
                if way != OURS and size > MOST_OF_PAPERMILL:
                    continue
                seconds, cpu, memory = measured(run, files[:size])
                own = seconds if way == OURS else own
                row = {
                    "way": way,
                    "cohorts": size,
                    "workers": WORKERS,
                    "seconds": seconds,
                    "cpu_seconds": cpu,
                    "memory_mb": memory,
                }
                rows.append(row | {"ratio": seconds / own})
                print(rows[-1], flush=True)
    with (OUT / "reruns.csv").open("w", newline="", encoding="utf-8") as file:
        table = csv.DictWriter(file, list(rows[0]), lineterminator="\n")
        table.writeheader()
        table.writerows(rows)


if __name__ == "__main__":
    if sys.argv[1:2] == ["report"]:
        report(*map(Path, sys.argv[2:]))
    else:
        main(tuple(map(int, sys.argv[1:])) or SIZES)
