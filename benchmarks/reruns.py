"""Time and memory of reruns, beside other ways to run the same notebooks: part of `make bench`.

Each way runs the same simulated cohorts of each study, as many at a time as there are cores, in one run of this script;
a ratio is its time over that of `secretome rerun`. Writes ``notebooks/benchmarks/reruns.csv``.

    reruns.py                                 24 cohorts of every study, each way five times, in turn
    reruns.py --cohorts 4 --repeats 1 --study sepsis_cytokines
    reruns.py --growth 10000                  one study in 100 shards, figures as SVG, without other ways: writes
                                              reruns_growth.csv after each shard, so that it can be stopped
"""

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

import nbformat
import pandas as pd

from secretome import load_study
from secretome.cohort.simulate import simulate, to_csv
from secretome.protocol import load_protocol, study_folder, study_names
from secretome.report.html import report_html
from secretome.rerun.parameters import as_ipynb

OUT = Path(__file__).parents[1] / "notebooks" / "benchmarks"
WORKERS = os.cpu_count() or 1
OURS = "secretome rerun"
BIN = Path(sys.executable).parent
Way = Callable[[str, list[Path], Path], None]


def simulated(study: str, folder: Path, count: int) -> list[Path]:
    """Files of simulated cohorts."""
    protocol = load_protocol(study_folder(study) / "protocol.yml")
    files = [folder / f"{study}-{number:05}.csv" for number in range(count)]
    for seed, file in enumerate(files):
        file.write_bytes(to_csv(simulate(protocol, seed=seed)))
    return files


def rerun(study: str, files: list[Path], out: Path, *options: str) -> None:
    """Run our command on all cohorts."""
    command = [sys.executable, "-m", "secretome", "rerun", study, *map(str, files)]
    command += ["--out", str(out), "--jobs", str(WORKERS), *options]
    subprocess.run(command, check=True, capture_output=True)


def each(study: str, files: list[Path], out: Path, run: Callable[[Path, Path, Path, Path], None]) -> None:
    """Run another program on each cohort: the notebook, the executed notebook, the cohort, and its output folder."""
    out.mkdir()
    with as_ipynb(study) as notebook, ThreadPoolExecutor(WORKERS) as pool:
        list(pool.map(lambda file: run(notebook, out / f"{file.stem}.ipynb", file, out / file.stem), files))


def papermill(notebook: Path, executed: Path, file: Path, out: Path) -> None:
    """Run papermill's command."""
    command = [BIN / "papermill", notebook, executed, "-p", "cohort", file, "-p", "out", out, "--no-progress-bar"]
    subprocess.run(command, check=True, capture_output=True)


def papermill_nbconvert(notebook: Path, executed: Path, file: Path, out: Path) -> None:
    """Run papermill's command, then nbconvert's."""
    papermill(notebook, executed, file, out)
    command = [BIN / "jupyter-nbconvert", "--to", "html", "--no-input", "--log-level", "ERROR", executed]
    subprocess.run(command, check=True, capture_output=True)


def papermill_report(study: str, notebook: Path, executed: Path, file: Path, out: Path) -> None:
    """Run papermill's command, then write the report of this package in another process."""
    papermill(notebook, executed, file, out)
    subprocess.run([sys.executable, __file__, "--report", study, executed, file, out], check=True)


def nbclient(notebook: Path, executed: Path, file: Path, out: Path) -> None:
    """Run nbclient's command on a notebook whose parameters were replaced."""
    content = nbformat.read(notebook, as_version=4)
    cell = next(cell for cell in content.cells if "parameters" in cell.metadata.get("tags", []))
    cell.source += f"\ncohort, out = {str(file)!r}, {str(out)!r}"
    nbformat.write(content, executed)
    subprocess.run([BIN / "jupyter-execute", "--inplace", executed], check=True, capture_output=True)


def quarto(notebook: Path, executed: Path, file: Path, out: Path) -> None:
    """Run Quarto on the notebook that `nbclient` would run."""
    content = nbformat.read(notebook, as_version=4)
    cell = next(cell for cell in content.cells if "parameters" in cell.metadata.get("tags", []))
    cell.source += f"\ncohort, out = {str(file)!r}, {str(out)!r}"
    nbformat.write(content, executed)
    subprocess.run(["quarto", "render", executed, "--execute", "--to", "html"], check=True, capture_output=True)


def ways(study: str) -> dict[str, Way]:
    """The ways that can be run on this machine."""
    found: dict[str, Way] = {
        OURS: rerun,
        f"{OURS} --figures svg": lambda *run: rerun(*run, "--figures", "svg"),
        f"{OURS} --plain": lambda *run: rerun(*run, "--plain"),
        "papermill, notebook only": partial(each, run=papermill),
        "papermill, then the report": partial(each, run=partial(papermill_report, study)),
    }
    for program, name, run in (
        (BIN / "jupyter-nbconvert", "papermill, then nbconvert", papermill_nbconvert),
        (BIN / "jupyter-execute", "nbclient, notebook only", nbclient),
        ("quarto", "Quarto", quarto),
    ):
        if shutil.which(program):
            found[name] = partial(each, run=run)
    return found


def report(study: str, executed: Path, file: Path, out: Path) -> None:
    """Write the report of one executed notebook."""
    verdicts, checks = (pd.read_csv(out / f"{name}.csv") for name in ("verdicts", "checks"))
    cohort = load_study(study, cohort=file)
    page = report_html(nbformat.read(executed, as_version=4), cohort, verdicts, checks, {})
    (out / "report.html").write_text(page, encoding="utf-8")


def measured(run: Callable[[], None]) -> dict[str, float]:
    """Seconds by the clock, seconds of the processors, and the MB of the largest process.

    Measured in a process of its own, which counts only what it started.
    """
    begin = time.perf_counter()
    child = os.fork()
    if child == 0:
        try:
            run()
        except BaseException as error:
            print(error, file=sys.stderr)
            os._exit(1)
        os._exit(0)
    _, status, used = os.wait4(child, 0)
    if status:
        raise SystemExit("a way of running the cohorts failed")
    seconds, processor = time.perf_counter() - begin, used.ru_utime + used.ru_stime
    return {"seconds": seconds, "cpu_seconds": processor, "memory_mb": used.ru_maxrss / 1024}


def compare(studies: list[str], cohorts: int, repeats: int) -> None:
    """Run every way in turn, each on one cohort and on all, and write the medians."""
    rows = []
    for study in studies:
        with tempfile.TemporaryDirectory() as folder:
            files = simulated(study, Path(folder), cohorts)
            for repeat in range(repeats):
                for size in sorted({1, cohorts}):
                    for way, run in ways(study).items():
                        out = Path(folder) / f"out-{repeat}-{size}-{len(rows)}"
                        row = {"study": study, "way": way, "cohorts": size, "workers": WORKERS}
                        rows.append(row | measured(partial(run, study, files[:size], out)))
                        print(rows[-1], flush=True)
                        shutil.rmtree(out)
    keys = ["study", "way", "cohorts", "workers"]
    table = pd.DataFrame(rows).groupby(keys, sort=False).median().reset_index()
    ours = table[table["way"] == OURS].set_index(["study", "cohorts"])["seconds"]
    table["ratio"] = table["seconds"] / ours.loc[list(zip(table["study"], table["cohorts"], strict=True))].to_numpy()
    table.to_csv(OUT / "reruns.csv", index=False, float_format="%.4g", lineterminator="\n")


def grow(study: str, cohorts: int, shards: int) -> None:
    """Run the cohorts of one study shard by shard into one folder, and write time and memory after each."""
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        files = simulated(study, Path(folder), cohorts)
        out, done = Path(folder) / "out", 0
        for shard in range(1, shards + 1):
            used = measured(partial(rerun, study, files, out, "--shard", f"{shard}/{shards}", "--figures", "svg"))
            finished = len(list(out.glob("*/provenance.json")))
            part, done = finished - done, finished
            row = {"study": study, "cohorts": done, "workers": WORKERS, "memory_mb": used["memory_mb"]}
            per_cohort = {name: used[name] / part for name in ("seconds", "cpu_seconds")}
            rows.append(row | per_cohort)
            print(rows[-1], flush=True)
            pd.DataFrame(rows).to_csv(OUT / "reruns_growth.csv", index=False, float_format="%.4g", lineterminator="\n")


def main() -> None:
    """Read the command line and measure."""
    options = argparse.ArgumentParser()
    options.add_argument("--cohorts", type=int, default=24)
    options.add_argument("--repeats", type=int, default=5)
    options.add_argument("--study", action="append")
    options.add_argument("--growth", type=int)
    options.add_argument("--shards", type=int, default=100)
    options.add_argument("--report", nargs=4)
    chosen = options.parse_args()
    if chosen.report:
        report(chosen.report[0], *map(Path, chosen.report[1:]))
    elif chosen.growth:
        grow((chosen.study or ["treg_conditioned_medium"])[0], chosen.growth, chosen.shards)
    else:
        names = [name for name in study_names() if load_protocol(study_folder(name) / "protocol.yml").simulation]
        compare(chosen.study or names, chosen.cohorts, chosen.repeats)


if __name__ == "__main__":
    main()
