"""Batches on a Dask cluster, whose workers and scheduler are really killed."""

import json
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import distributed
import pytest

from commands import secretome
from light import Light, contents, until
from rats import TREG
from secretome.rerun import cluster
from secretome.rerun.engine import RunPlan, plan_runs

pytestmark = [
    pytest.mark.process,
    pytest.mark.skipif(sys.platform != "linux", reason="what is killed here is killed as Linux does it"),
]
DASK = [sys.executable, "-m", "dask"]


@contextmanager
def dask(light: Light, workers: int) -> Iterator[tuple[str, list["subprocess.Popen[bytes]"]]]:
    """A scheduler and its workers: its address, and the processes, the scheduler's first."""
    address_file = light.folder / "scheduler.json"
    address_file.unlink(missing_ok=True)
    common = ["--scheduler-file", str(address_file)]
    started = [light.quiet([*DASK, "scheduler", "--port", "0", "--dashboard-address", ":0", *common])]
    try:
        until(lambda: address_file.exists() and address_file.read_text(encoding="utf-8").endswith("}"))
        started += [
            light.quiet([*DASK, "worker", "--nthreads", "1", "--no-nanny", "--no-dashboard", *common])
            for _ in range(workers)
        ]
        address = json.loads(address_file.read_text(encoding="utf-8"))["address"]
        with distributed.Client(address) as client:
            client.wait_for_workers(workers, timeout=600)
        yield address, started
    finally:
        for process in started:
            process.kill()
            process.wait()


@pytest.mark.slow
def test_on_a_cluster_whose_worker_is_killed_nothing_is_lost(tmp_path: Path) -> None:
    light = Light(tmp_path, 8)
    with dask(light, workers=2) as (address, started):
        head = light.start("cluster", "--scheduler", address)
        until(lambda: any((tmp_path / "cluster").glob("lab*")))
        started[1].kill()
        _, printed = head.communicate()
        assert head.returncode == 0, printed
    assert light.run("whole", "--jobs", "2").returncode == 0
    assert contents(tmp_path / "cluster") == contents(tmp_path / "whole")


@pytest.mark.slow
def test_a_scheduler_that_dies_leaves_a_sentence_and_nothing_half_done(tmp_path: Path) -> None:
    light = Light.held(tmp_path, 6)
    with dask(light, workers=1) as (address, started):
        head = light.start("cluster", "--scheduler", address)
        until(lambda: any((tmp_path / "cluster").glob("lab*")))
        started[0].kill()
        _, printed = head.communicate(timeout=600)
    assert head.returncode == 1, printed
    light.release()
    assert "scheduler was lost" in printed
    assert "--resume" in printed
    assert "Traceback" not in printed
    assert all((made / "provenance.json").exists() for made in (tmp_path / "cluster").glob("lab*"))
    assert light.run("cluster", "--resume").returncode == 0
    assert light.run("whole", "--jobs", "2").returncode == 0
    assert contents(tmp_path / "cluster") == contents(tmp_path / "whole")


@pytest.mark.parametrize("address", ["nonsense:1", "tls://127.0.0.1:9", "HTTP"])
def test_an_address_where_no_scheduler_answers_is_refused(
    tmp_path: Path, donors: Path, monkeypatch: pytest.MonkeyPatch, address: str
) -> None:
    # A name that is not known is asked for again until the time is over.
    monkeypatch.setattr(cluster, "MAX_WAIT", 1)
    with socket.create_server(("127.0.0.1", 0)) as server:
        if address == "HTTP":
            address = f"tcp://127.0.0.1:{server.getsockname()[1]}"
            threading.Thread(target=_answer_as_a_web_server, args=(server,), daemon=True).start()
        result = secretome("rerun", TREG, donors, "--out", tmp_path / "out", "--scheduler", address)
    assert result.exit_code == 2, result.output
    assert "a running Dask scheduler" in result.output


def _answer_as_a_web_server(server: socket.socket) -> None:
    while True:
        try:
            caller, _ = server.accept()
        except OSError:
            return
        caller.sendall(b"HTTP/1.1 400 Bad Request\r\nServer: some other service\r\n\r\n")


def failures_of(plans: Sequence[RunPlan], local: distributed.LocalCluster) -> dict[str, str]:
    results = cluster.run_on_cluster(local.scheduler_address, ["rerun"], plans, 1)
    return {result.plan.paths.cohort: result.failure for result in results if result}


def test_a_shard_that_wrote_elsewhere_and_one_that_failed_are_told_apart(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    light = Light(tmp_path, 2)
    plans, _ = plan_runs(TREG, light.files, tmp_path / "out", "refuse")
    table = (
        "lab000.csv: understood\n│ lab000 │ lab000.csv: ValueError: no │\n│ lab001 │ lab001.csv: No space left on "
        "device │\n\n"
    )
    with distributed.LocalCluster(n_workers=1, processes=False, dashboard_address=":0") as local:
        for printed, sentences in (
            ("", ["the workers need the same folder"] * 2),
            (table, ["lab000.csv: ValueError: no (on node7)", "lab001.csv: No space left on device (on node7)"]),
            ("a Traceback\nKeyError: 3\n", ["KeyError: 3 (on node7)"] * 2),
        ):
            monkeypatch.setattr(cluster, "run_shard", lambda _, printed=printed: ("node7", printed))
            assert all(
                sentence in failures_of(plans, local)[plan.paths.cohort]
                for sentence, plan in zip(sentences, plans, strict=True)
            )
        # A folder that is there, and not made of what is here.
        (tmp_path / "out" / "lab000").mkdir(parents=True)
        monkeypatch.setattr(cluster, "run_shard", lambda _: ("node7", ""))
        failures = failures_of(plans, local)
        assert "other versions" in failures["lab000"]
        assert "does not exist" in failures["lab001"]
