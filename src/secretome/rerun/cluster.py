"""Run shards as tasks of a Dask cluster. A shard is a `secretome rerun --shard` command and needs no scheduler."""

import logging
import platform
import subprocess
import sys
from collections.abc import Generator, Iterable, Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from secretome.protocol import InputError
from secretome.rerun.batch import RunResult, end_with_parent
from secretome.rerun.engine import RunPlan
from secretome.rerun.output_paths import finished_key
from secretome.rerun.provenance import PROVENANCE
from secretome.rerun.shards import Shard

# More shards than workers balance the load, but each shard has to start Python.
SHARDS_PER_WORKER = 2
# In seconds.
POLL_INTERVAL = 0.5
# Seconds in which a scheduler must answer.
MAX_WAIT = 10


def run_on_cluster(
    scheduler: str, command: Sequence[str], plans: Sequence[RunPlan], jobs: int
) -> Generator[RunResult | None, None, None]:
    """Run a command's shards on a cluster, and yield the result of each cohort when it ends; None at intervals.

    If a worker dies, another one continues its task.

    Parameters
    ----------
    scheduler : str
        The address of a Dask scheduler, ``tcp://HOST:PORT``.
    command : sequence of str
        The arguments of ``secretome`` on the command line, without ``--shard``.
    plans : sequence of RunPlan
        The cohorts of the command.
    jobs : int
        The number of shards at a time if the scheduler has no workers yet.

    Raises
    ------
    InputError
        If the cluster cannot be reached, or Dask is not installed.
    """
    with ExitStack() as stack:
        # Problems are raised or are in the results; Dask would log its internal errors too.
        logging.disable(logging.CRITICAL)
        stack.callback(logging.disable, logging.NOTSET)
        client, workers = _connect(scheduler, jobs, stack)
        # With --force, a finished folder may be from an earlier run: only a later one is a result of this run.
        times = {plan.paths.folder: _time_made(plan.paths.folder) for plan in plans} if "--force" in command else {}
        count = min(len(plans), SHARDS_PER_WORKER * workers)
        tasks = {
            client.submit(run_shard, [*command, "--shard", f"{number}/{count}"], pure=False, retries=1): Shard(
                number, count
            )
            for number in range(1, count + 1)
        }
        waiting = list(plans)
        for task in _ended(tasks):
            for plan in _finished(waiting, times):
                yield RunResult(plan)
            if task is None:
                yield None
                continue
            node, report = _report_of(task)
            files = tasks[task].files([plan.paths.file for plan in plans])
            for plan in [plan for plan in waiting if plan.paths.file in files]:
                waiting.remove(plan)
                yield RunResult(plan, failure=_failure(plan, node, report))


def _finished(waiting: list[RunPlan], times: dict[Path, int]) -> Iterator[RunPlan]:
    """Remove and return the cohorts whose folders have been finished since the last call."""
    for plan in list(waiting):
        folder = plan.paths.folder
        made = _time_made(folder)
        if made != times.get(folder, 0):
            times[folder] = made
            if finished_key(folder) == plan.key:
                waiting.remove(plan)
                yield plan


def _ended(tasks: Iterable[Any]) -> Iterator[Any]:
    """Each task when it has ended, and None at intervals, so that the caller can stop."""
    from distributed import wait
    from distributed.client import FuturesCancelledError

    pending = set(tasks)
    while pending:
        try:
            ended = wait(list(pending), timeout=POLL_INTERVAL, return_when="FIRST_COMPLETED").done
        except TimeoutError:
            yield None
            continue
        except FuturesCancelledError:
            ended = {task for task in pending if task.done()}
        pending -= ended
        yield from ended


def _report_of(task: Any) -> tuple[str, str]:
    """The machine that ran a shard and the shard's report of failures; no machine if the task was lost."""
    from distributed import KilledWorker
    from distributed.client import FutureCancelledError

    try:
        node, report = task.result()
    except FutureCancelledError:
        return "", "the Dask scheduler was lost before this cohort's shard had ended; --resume runs the other cohorts"
    except KilledWorker:
        return "", "every worker of its shard died or reached its time limit; --resume runs the other cohorts"
    except Exception as error:  # Any other error of Dask, such as a worker without this package.
        return "", f"{type(error).__name__}: {error}"
    return node, report


def _failure(plan: RunPlan, node: str, report: str) -> str:
    """The part of a shard's report about one cohort, or else its last line.

    If the shard reported no failure, it wrote to another folder or ran another version.
    """
    name, folder = plan.paths.file.name, plan.paths.folder
    if not report and folder.exists():
        cause = "with other data or other versions than on this machine; make them the same, then use --resume"
        return f"{name}: {node} has run it, but {cause}"
    if not report:
        cause = f"{folder} does not exist on this machine; the workers need the same folder under the same name"
        return f"{name}: {node} has run it, but {cause}"
    lines = [line.rstrip("│ ") for line in report.splitlines() if line.strip("│ ")]
    about_cohort = [line[line.index(name) :] for line in lines if name in line]
    return (about_cohort or lines)[-1] + (f" (on {node})" if node else "")


def _time_made(folder: Path) -> int:
    """The time at which a run was finished; 0 if there is none."""
    file = folder / PROVENANCE
    return file.stat().st_mtime_ns if file.exists() else 0


def run_shard(command: Sequence[str]) -> tuple[str, str]:
    """Run one shard in a subprocess that ends with this process, and return its machine and its report of failures."""
    end = end_with_parent if sys.platform == "linux" else None
    run = subprocess.run(
        [sys.executable, "-m", "secretome", *command], capture_output=True, text=True, check=False, preexec_fn=end
    )
    return platform.node(), run.stderr if run.returncode else ""


def _connect(scheduler: str, jobs: int, stack: ExitStack) -> tuple[Any, int]:
    """A client of the cluster, which `stack` closes, and the number of shards that the cluster can run at a time."""
    try:
        from distributed import Client

        client = stack.enter_context(Client(scheduler, timeout=MAX_WAIT))
        return client, sum(client.nthreads().values()) or jobs
    except ImportError as error:
        remedy = "Install it: pip install 'secretome[cluster]'."
        raise InputError.of("--scheduler", "", f"no package {error.name}", "Dask", remedy) from error
    except Exception as error:  # Dask raises many kinds of error if another program uses the address.
        found = f"{scheduler!r} ({' '.join(str(error).split()) or type(error).__name__})"
        raise InputError.of("--scheduler", "", found, "the address of a running Dask scheduler") from error
