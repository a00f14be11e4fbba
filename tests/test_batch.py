"""Batches that meet with accidents:

the processes are really killed, and what is on disk is compared with an undisturbed run.
"""

import os
import random
import re
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from commands import assert_refused, secretome
from light import Light, contents, until
from rats import TREG

pytestmark = [
    pytest.mark.process,
    pytest.mark.skipif(sys.platform != "linux", reason="what is killed here is killed as Linux does it"),
]
# 100 by `make fuzz`, fewer by `make test`.
BATCH = int(os.environ.get("BATCH_COHORTS", "8"))


def children(pid: int) -> list[int]:
    found = subprocess.run(["pgrep", "-P", str(pid)], capture_output=True, text=True, check=False)
    return [int(line) for line in found.stdout.split()]


@pytest.fixture(scope="module")
def batch(tmp_path_factory: pytest.TempPathFactory) -> Light:
    """A batch that nothing disturbed, in the folder `whole`."""
    light = Light(tmp_path_factory.mktemp("batch"), BATCH)
    done = light.run("whole", "--jobs", "2")
    assert done.returncode == 0, done.stderr
    return light


@pytest.mark.slow
def test_plain_papermill_gives_the_bytes_of_a_run_in_a_warm_process(tmp_path: Path, finished: Path) -> None:
    """Every file of a real study: notebook, tables, figures, report; but for the times."""
    result = secretome("rerun", TREG, finished / "my donors.csv", "--out", tmp_path / "plain", "--plain")
    assert result.exit_code == 0, result.output
    assert contents(tmp_path / "plain") == contents(finished / "out")
    assert len(contents(tmp_path / "plain")) > 15


@pytest.mark.slow
def test_killed_at_any_moment_and_resumed_it_is_as_if_nothing_had_been(batch: Light) -> None:
    """The parent or one of its workers, killed at random moments until all is done."""
    chance = random.Random(7)
    killed = []
    folder = batch.folder / "killed"

    def finished() -> int:
        return len(list(folder.glob("lab*")))

    for _ in range(200):  # until a run ends by itself, with nothing left to do
        run = batch.start("killed", "--jobs", "2", "--resume")
        # By cohorts finished and then by time, so that it is as hard on a slow machine as on a quick one.
        goal = finished() + chance.randrange(max(2, BATCH // 4))
        until(
            lambda run=run, goal=goal: (
                run.poll() is not None or (finished() >= goal and any(folder.glob(".rerun-lab*")))
            )
        )
        time.sleep(chance.uniform(0, 0.5))
        workers = children(run.pid)
        target = chance.choice([run.pid, *workers])
        try:
            os.kill(target, signal.SIGKILL)
            killed.append(target == run.pid)
        except ProcessLookupError:  # it had just ended
            pass
        _, printed = run.communicate()
        assert run.returncode in (0, 1, -signal.SIGKILL), printed
        assert "Traceback" not in printed
        assert all((made / "provenance.json").exists() for made in folder.glob("lab*")), (
            "what has a cohort's name is whole"
        )
        if run.returncode == 0:
            break
    assert killed, "nothing was disturbed"
    assert contents(folder) == contents(batch.folder / "whole")


@pytest.mark.parametrize("options", [pytest.param(["--plain"], marks=pytest.mark.slow), []])
def test_a_kernel_that_is_killed_fails_alone(tmp_path: Path, options: list[str]) -> None:
    """The process that runs the notebook, in both ways;

    the other cohorts are run, and the table says what became of it.
    """
    light = Light(tmp_path, 3, 'if "lab001" in cohort: os.kill(os.getpid(), signal.SIGKILL)')
    done = light.run("out", "--jobs", "2", *options)
    assert done.returncode == 1, done.stderr
    assert "1 of 3" in done.stderr
    assert "lab001.csv" in done.stderr
    assert {path.name for path in (tmp_path / "out").iterdir()} == {"lab000", "lab002", "summary.csv"}
    if not options:
        assert "SIGKILL" in light.run("out", "--resume").stderr


# What a cohort's notebook does, and what is then printed.
FAULTS = {
    "os._exit(0)": "exit code 0",
    "raise SystemExit(0)": "without writing",
    "1 / 0": "ZeroDivisionError",
    "held = bytearray(3 * 2**30)": "MemoryError",
    "import resource; resource.setrlimit(resource.RLIMIT_FSIZE, (2000, 2000))": "File too large",
}


def test_each_bad_cohort_is_reported_and_the_other_is_run(tmp_path: Path) -> None:
    faults = "\n".join(f'if "lab{at:03}" in cohort:\n    {fault}' for at, fault in enumerate(FAULTS, 1))
    light = Light(tmp_path, 1 + len(FAULTS), faults)
    done = light.run("out", "--jobs", "2", "--memory", "2500")
    assert done.returncode == 1, done.stderr
    for at, words in enumerate(FAULTS.values(), 1):
        assert re.search(rf"lab{at:03}\b.*{words}", done.stderr), (words, done.stderr)
    assert "Traceback" not in done.stderr
    assert {path.name for path in (tmp_path / "out").iterdir()} == {"lab000", "summary.csv"}


@pytest.mark.slow
def test_a_kernel_that_ends_is_reported_and_the_others_are_run(tmp_path: Path) -> None:
    done = Light(tmp_path, 2, 'if "lab001" in cohort:\n    os._exit(0)').run("out", "--jobs", "2", "--plain")
    assert done.returncode == 1, done.stderr
    assert "lab001.csv" in done.stderr
    assert "Traceback" not in done.stderr
    assert {path.name for path in (tmp_path / "out").iterdir()} == {"lab000", "summary.csv"}


def test_a_cohort_that_takes_too_long_is_ended(tmp_path: Path) -> None:
    """However slow the machine is, ten minutes are more than two seconds."""
    done = Light(tmp_path, 1, "time.sleep(600)").run("out", "--timeout", "2")
    assert done.returncode == 1, done.stderr
    assert "2 seconds" in done.stderr
    assert not list((tmp_path / "out").glob("lab*"))


@pytest.mark.slow
def test_a_kernel_of_its_own_that_takes_too_long_is_ended_too(tmp_path: Path) -> None:
    """papermill's kernel is a process that the cohort's process started."""
    light = Light(tmp_path, 1, "Path(out).with_name('kernel').write_text(str(os.getpid())); time.sleep(600)")
    notebook = tmp_path / "notebooks" / TREG / "analysis.py"
    notebook.write_text(
        notebook.read_text(encoding="utf-8").replace("import os", "from pathlib import Path\nimport os"),
        encoding="utf-8",
    )
    run = light.start("out", "--plain", "--timeout", "60")
    kernel = tmp_path / "out" / "kernel"
    _, printed = run.communicate()
    assert run.returncode == 1, printed
    assert "60 seconds" in printed
    assert kernel.exists()
    # A kernel looks every second whether it has been left alone.
    process = Path("/proc", kernel.read_text(encoding="utf-8"))
    until(lambda: not process.exists())


@pytest.mark.parametrize(
    ("number", "code"), [(signal.SIGINT, 130), pytest.param(signal.SIGTERM, 143, marks=pytest.mark.slow)]
)
def test_stopped_it_says_how_to_go_on(tmp_path: Path, number: signal.Signals, code: int) -> None:
    light = Light(tmp_path, 3, 'if "lab000" not in cohort: time.sleep(600)')
    run = light.start("out", "--jobs", "2")
    until(lambda: (tmp_path / "out" / "lab000").exists())
    run.send_signal(number)
    _, printed = run.communicate(timeout=600)
    assert run.returncode == code, printed
    assert "1 of 3 cohorts" in printed
    assert "--resume" in printed
    assert {path.name for path in (tmp_path / "out").iterdir()} == {"lab000", "summary.csv"}


@pytest.mark.slow
def test_a_folder_that_becomes_read_only_is_told_and_keeps_what_is_finished(tmp_path: Path) -> None:
    light = Light.held(tmp_path, 4)
    out = tmp_path / "out"
    # Root may write anywhere, unless this is taken from it.
    ordinary = ["setpriv", "--bounding-set=-all", "--inh-caps=-all"] if os.geteuid() == 0 else []
    run = light.process([*ordinary, *light.command("out", "--jobs", "1")])
    until(lambda: any(out.glob("lab*")) and any(out.glob(".rerun-lab*")))
    out.chmod(0o555)
    light.release()
    _, printed = run.communicate(timeout=600)
    assert run.returncode == 1, printed
    assert "Traceback" not in printed
    assert "Permission denied" in printed
    refused = light.process([*ordinary, *light.command("out", "--resume")])
    _, printed = refused.communicate(timeout=600)
    assert "Traceback" not in printed
    out.chmod(0o755)
    assert all((made / "provenance.json").exists() for made in out.glob("lab*"))
    assert light.run("out", "--resume").returncode == 0
    assert light.run("whole", "--jobs", "2").returncode == 0
    assert contents(out) == contents(tmp_path / "whole")


@pytest.mark.slow
def test_what_the_signal_itself_ended_has_not_failed(tmp_path: Path) -> None:
    """As a cluster does it: the cohort's process is told to end too."""
    light = Light(tmp_path, 2, 'if "lab000" not in cohort: time.sleep(600)')
    run = light.start("out", "--jobs", "2")
    until(lambda: (tmp_path / "out" / "lab000").exists() and len(children(run.pid)) == 1)
    run.send_signal(signal.SIGSTOP)
    os.kill(children(run.pid)[0], signal.SIGTERM)
    run.send_signal(signal.SIGTERM)
    run.send_signal(signal.SIGCONT)
    _, printed = run.communicate(timeout=600)
    assert run.returncode == 143, printed
    assert "1 of 2 cohorts" in printed
    assert "Failed" not in printed
    assert {path.name for path in (tmp_path / "out").iterdir()} == {"lab000", "summary.csv"}


# That a folder in use is refused is also asked of shards, and that leftovers are cleared of an interrupted replacement.
@pytest.mark.slow
def test_two_runs_on_one_folder_never_interleave(tmp_path: Path) -> None:
    light = Light(tmp_path, 1, "time.sleep(600)")
    first = light.start("out")
    until(lambda: any((tmp_path / "out").glob(".rerun-lab*")))
    second = light.run("out", "--resume")
    assert second.returncode == 2, second.stderr
    assert "another run" in second.stderr
    # Killed outright, the first leaves its place at once, and the next clears up after it.
    first.kill()
    first.communicate()
    assert any((tmp_path / "out").glob(".rerun-lab*"))
    shutil.rmtree(tmp_path / "notebooks" / TREG / "__pycache__", ignore_errors=True)
    notebook = tmp_path / "notebooks" / TREG / "analysis.py"
    notebook.write_text(notebook.read_text(encoding="utf-8").replace("time.sleep(600)", ""), encoding="utf-8")
    third = light.run("out")
    assert third.returncode == 0, third.stderr
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["lab000"]


def test_an_earlier_run_whose_replacement_never_came_is_put_back(batch: Light, tmp_path: Path) -> None:
    shutil.copytree(batch.folder / "whole", tmp_path / "out")
    (tmp_path / "out" / "lab000").rename(tmp_path / "out" / ".rerun-lab000-abcdefgh-earlier")
    (tmp_path / "out" / ".rerun-lab000-abcdefgh").mkdir()
    (tmp_path / "out" / ".rerun-summary.csv-123").write_text("half", encoding="utf-8")
    made = (tmp_path / "out" / "lab001" / "report.html").stat().st_mtime_ns
    done = batch.run(str(tmp_path / "out"), "--resume")
    assert done.returncode == 0, done.stderr
    assert f", {BATCH} of" in done.stdout.replace("\n", " ")
    assert contents(tmp_path / "out") == contents(batch.folder / "whole")
    assert (tmp_path / "out" / "lab001" / "report.html").stat().st_mtime_ns == made


def test_a_file_cut_short_or_lost_is_noticed_and_made_again(batch: Light, tmp_path: Path) -> None:
    shutil.copytree(batch.folder / "whole", tmp_path / "out")
    cut = ("lab000/verdicts.csv", "lab002/figures/small.png", "lab003/report.html")
    for name in cut:
        file = tmp_path / "out" / name
        file.write_bytes(file.read_bytes()[:-20])
    (tmp_path / "out" / "lab004" / "verdicts.csv").unlink()
    done = batch.run(str(tmp_path / "out"), "--resume")
    assert done.returncode == 0, done.stderr
    assert f", {BATCH - len(cut) - 1} of" in done.stdout.replace("\n", " ")
    assert contents(tmp_path / "out") == contents(batch.folder / "whole")


def test_what_changed_is_made_anew(batch: Light, tmp_path: Path) -> None:
    """The data of one cohort, then a parameter for all."""
    shutil.copytree(batch.folder / "whole", tmp_path / "out")
    made = {file: file.stat().st_mtime_ns for file in (tmp_path / "out").glob("*/provenance.json")}
    file = batch.files[3]
    kept = file.read_text(encoding="utf-8")
    file.write_text(kept.replace("d0,without,", "d0,without,1"), encoding="utf-8")
    try:
        assert batch.run(str(tmp_path / "out"), "--resume").returncode == 0
    finally:
        file.write_text(kept, encoding="utf-8")
    now = {file: file.stat().st_mtime_ns for file in made}
    assert [path.parent.name for path in made if made[path] != now[path]] == ["lab003"]


@pytest.mark.slow
def test_shards_side_by_side_make_the_whole(batch: Light) -> None:
    runs = [batch.start("shards", "--shard", f"{number}/3", "--jobs", "1") for number in (1, 2, 3)]
    for run in runs:
        _, printed = run.communicate()
        assert run.returncode == 0, printed
    assert contents(batch.folder / "shards") == contents(batch.folder / "whole")


@pytest.mark.slow
def test_shards_of_two_divisions_do_not_meet(tmp_path: Path) -> None:
    light = Light(tmp_path, 2, "time.sleep(600)")
    first = light.start("out", "--shard", "1/2")
    until(lambda: any((tmp_path / "out").glob(".rerun-lab*")))
    for options in (["--shard", "1/1"], [], ["--shard", "1/2"]):
        second = light.run("out", "--resume", *options)
        assert (second.returncode, "another run" in second.stderr) == (2, True), second.stderr
    first.kill()
    first.communicate()


@pytest.mark.parametrize("text", ["0/3", "4/3", "3", "a/b", "-1/3"])
def test_a_shard_that_is_none_is_refused(tmp_path: Path, donors: Path, text: str) -> None:
    assert_refused(secretome("rerun", TREG, donors, "--out", tmp_path / "out", f"--shard={text}"))
    assert not (tmp_path / "out").exists()


def test_a_shard_without_a_file_says_so(tmp_path: Path, donors: Path) -> None:
    printed = []
    for number in (1, 2):
        out = tmp_path / f"out{number}"
        result = secretome("rerun", TREG, donors, "--out", out, "--shard", f"{number}/2")
        assert result.exit_code == 0, result.output
        printed.append(("None of the files is in this shard" in result.output, out.exists()))
    assert sorted(printed) == [(False, True), (True, False)]
