"""Batches on a Dask cluster and by Slurm: workers, jobs and the scheduler are really killed; Slurm itself is two small commands."""

import json
import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import distributed
import pytest
from light import Light, contents, until
from rats import TREG
from typer.testing import CliRunner

from secretome.cli import app
from secretome.rerun import cluster, plan

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="what is killed here is killed as Linux does it")
DASK = [sys.executable, "-m", "dask"]
# Takes a job at once and notes it; a job is a group of processes, as it is for Slurm.
SBATCH = """#!/bin/bash
[ "$1" = --test-only ] && { cat > "$JOBS/asked"; [ -z "$REFUSAL" ] || { echo "$REFUSAL" >&2; exit 1; }; exit 0; }
cp "$1" "$JOBS/script"
setsid bash "$JOBS/script" > /dev/null 2>&1 &
touch "$JOBS/job-$!"
echo "Submitted batch job $!"
"""
SCANCEL = """#!/bin/bash
touch "$JOBS/cancelled-$1"
kill -TERM -- "-$1"
"""


class Slurm:
    """Commands of Slurm's names that start jobs on this machine."""

    def __init__(self, light: Light, refusal: str = "") -> None:
        self.jobs = light.folder / "jobs"
        commands = light.folder / "bin"
        for folder in (self.jobs, commands):
            folder.mkdir()
        for name, text in (("sbatch", SBATCH), ("scancel", SCANCEL)):
            (commands / name).write_text(text, encoding="utf-8")
            (commands / name).chmod(0o755)
        light.environment |= {
            "PATH": f"{commands}:{os.environ['PATH']}",
            "JOBS": str(self.jobs),
            "REFUSAL": refusal,
            "DASK_JOBQUEUE__SLURM__CORES": "1",
            "DASK_JOBQUEUE__SLURM__MEMORY": "4GB",
            "DASK_DISTRIBUTED__DEPLOY__LOST_WORKER_TIMEOUT": "1s",
        }

    def numbers(self, what: str) -> set[int]:
        return {int(file.name.rpartition("-")[2]) for file in self.jobs.glob(f"{what}-*")}

    def end(self) -> None:
        for number in self.numbers("job"):
            subprocess.run(["kill", "-KILL", "--", f"-{number}"], capture_output=True, check=False)


@contextmanager
def dask(light: Light, workers: int) -> Iterator[tuple[str, list["subprocess.Popen[bytes]"]]]:
    """A scheduler and its workers: its address, and the processes, the scheduler's first."""
    told = light.folder / "scheduler.json"
    told.unlink(missing_ok=True)
    common = ["--scheduler-file", str(told)]
    started = [light.quiet([*DASK, "scheduler", "--port", "0", "--dashboard-address", ":0", *common])]
    try:
        until(lambda: told.exists() and told.read_text(encoding="utf-8").endswith("}"))
        started += [light.quiet([*DASK, "worker", "--nthreads", "1", "--no-nanny", "--no-dashboard", *common]) for _ in range(workers)]
        address = json.loads(told.read_text(encoding="utf-8"))["address"]
        with distributed.Client(address) as client:
            client.wait_for_workers(workers, timeout=120)
        yield address, started
    finally:
        for process in started:
            process.kill()
            process.wait()


def test_on_a_cluster_whose_worker_is_killed_nothing_is_lost(tmp_path: Path) -> None:
    light = Light(tmp_path, 8)
    with dask(light, workers=2) as (address, started):
        head = light.start("cluster", "--scheduler", address)
        until(lambda: any((tmp_path / "cluster").glob("lab*")))
        started[1].kill()
        _, said = head.communicate()
        assert head.returncode == 0, said
    assert light.run("whole", "--jobs", "2").returncode == 0
    assert contents(tmp_path / "cluster") == contents(tmp_path / "whole")


def test_a_scheduler_that_dies_leaves_a_sentence_and_nothing_half_done(tmp_path: Path) -> None:
    light = Light(tmp_path, 6, "time.sleep(1)")
    with dask(light, workers=1) as (address, started):
        head = light.start("cluster", "--scheduler", address)
        until(lambda: any((tmp_path / "cluster").glob("lab*")))
        started[0].kill()
        _, said = head.communicate(timeout=120)
    assert head.returncode == 1, said
    assert "the Dask scheduler was lost" in said
    assert "--resume" in said
    assert "Traceback" not in said
    assert all((made / "provenance.json").exists() for made in (tmp_path / "cluster").glob("lab*"))
    assert light.run("cluster", "--resume").returncode == 0
    assert light.run("whole", "--jobs", "2").returncode == 0
    assert contents(tmp_path / "cluster") == contents(tmp_path / "whole")


def test_slurm_is_asked_again_for_jobs_that_were_lost(tmp_path: Path) -> None:
    """Both at once, as at a time limit."""
    light = Light(tmp_path, 6, "time.sleep(0.5)")
    slurm = Slurm(light)
    head = light.start("slurm", "--scheduler", "slurm", "--jobs", "2")
    try:
        until(lambda: any((tmp_path / "slurm").glob("lab*")))
        first = slurm.numbers("job")
        assert len(first) == 2
        slurm.end()
        _, said = head.communicate(timeout=180)
        assert head.returncode == 0, said
        assert len(slurm.numbers("job")) > 2
        assert slurm.numbers("job") - first <= slurm.numbers("cancelled"), "what is asked for is given back"
    finally:
        head.kill()
        slurm.end()
    script = (slurm.jobs / "script").read_text(encoding="utf-8")
    assert subprocess.run(["bash", "-n", str(slurm.jobs / "script")], check=False).returncode == 0
    assert "--cpus-per-task=1" in script
    assert "--nthreads 1" in script
    assert light.run("whole", "--jobs", "2").returncode == 0
    assert contents(tmp_path / "slurm") == contents(tmp_path / "whole")


def test_ctrl_c_gives_slurm_its_jobs_back(tmp_path: Path) -> None:
    light = Light(tmp_path, 3, 'if "lab000" not in cohort: time.sleep(600)')
    slurm = Slurm(light)
    head = light.start("out", "--scheduler", "slurm", "--jobs", "3")
    try:
        until(lambda: (tmp_path / "out" / "lab000").exists())
        head.send_signal(signal.SIGINT)
        _, said = head.communicate(timeout=60)
        assert head.returncode == 130, said
        assert "Stopped. 1 of 3 cohorts" in said
        assert slurm.numbers("cancelled") == slurm.numbers("job")
    finally:
        head.kill()
        slurm.end()


def test_what_slurm_says_against_a_job_is_told(tmp_path: Path) -> None:
    light = Light(tmp_path, 1)
    Slurm(light, refusal="sbatch: error: invalid partition specified: fast")
    done = light.run("out", "--scheduler", "slurm")
    assert done.returncode == 2, done.stderr
    assert "invalid partition specified: fast" in done.stderr
    assert "Traceback" not in done.stderr
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("address", ["nonsense:1", "tls://127.0.0.1:9", "HTTP"])
def test_an_address_where_no_scheduler_answers_is_refused(tmp_path: Path, donors: Path, address: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        if address == "HTTP":
            address = f"tcp://127.0.0.1:{server.getsockname()[1]}"
            threading.Thread(target=_answer_as_a_web_server, args=(server,), daemon=True).start()
        result = CliRunner().invoke(app, ["rerun", TREG, str(donors), "--out", str(tmp_path / "out"), "--scheduler", address])
    assert result.exit_code == 2, result.output
    assert "a Dask scheduler that answers" in result.output


def _answer_as_a_web_server(server: socket.socket) -> None:
    while True:
        try:
            caller, _ = server.accept()
        except OSError:
            return
        caller.sendall(b"HTTP/1.1 400 Bad Request\r\nServer: some other service\r\n\r\n")


def test_a_shard_that_wrote_elsewhere_and_one_that_failed_are_told_apart(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    light = Light(tmp_path, 2)
    ready, _ = plan(TREG, light.files, tmp_path / "out", "refuse")
    table = "lab000.csv: understood\n│ lab000 │ lab000.csv: ValueError: no │\n│ lab001 │ lab001.csv: No space left on device │\n\n"
    with distributed.LocalCluster(n_workers=1, processes=False, dashboard_address=":0") as local:
        for said, sentences in (
            ("", ["is not here; the workers need the same folder"] * 2),
            (table, ["lab000.csv: ValueError: no (on node7)", "lab001.csv: No space left on device (on node7)"]),
            ("a Traceback\nKeyError: 3\n", ["KeyError: 3 (on node7)"] * 2),
        ):
            monkeypatch.setattr(cluster, "run_shard", lambda _, said=said: ("node7", said))
            ended = [done for done in cluster.on_cluster(local.scheduler_address, ["rerun"], ready, 1) if done]
            told = {done.ready.place.cohort: done.failure for done in ended}
            assert [sentence in told[each.place.cohort] for sentence, each in zip(sentences, ready, strict=True)] == [True, True], told
        # A folder that is there, and not made of what is here.
        (tmp_path / "out" / "lab000").mkdir(parents=True)
        monkeypatch.setattr(cluster, "run_shard", lambda _: ("node7", ""))
        failures = {
            done.ready.place.cohort: done.failure for done in cluster.on_cluster(local.scheduler_address, ["rerun"], ready, 1) if done
        }
        assert "other versions" in failures["lab000"]
        assert "is not here" in failures["lab001"]
