"""Shards as tasks of a Dask cluster. A shard is the command itself and knows nothing of who started it."""

import logging
import platform
import subprocess
import sys
from collections.abc import Generator, Iterable, Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from secretome.protocol import InputError, Problem
from secretome.rerun.batch import RunResult, end_with_parent
from secretome.rerun.engine import RunPlan
from secretome.rerun.output_paths import PROVENANCE, finished_key
from secretome.rerun.shards import Shard

# More shards than workers, so that a quick one takes over from a slow one; not so many that their starts would cost.
SHARDS_PER_WORKER = 2
# Seconds between two looks at the cluster.
TICK = 0.5
# Seconds in which a scheduler must answer.
LONGEST_WAIT = 10


def on_cluster(
    scheduler: str, command: Sequence[str], batch: Sequence[RunPlan], jobs: int
) -> Generator[RunResult | None, None, None]:
    """Run a command's shards on a cluster, and tell of each cohort as it ends; None says that time goes by.

    A task whose worker dies is given to another, and goes on where it stood.

    Parameters
    ----------
    scheduler : str
        The address of a Dask scheduler, ``tcp://HOST:PORT``.
    command : sequence of str
        What follows ``secretome`` on the command line, without ``--shard``.
    batch : sequence of RunPlan
        The cohorts of the command.
    jobs : int
        How many shards run at once if the scheduler has no workers yet.

    Raises
    ------
    InputError
        If the cluster cannot be reached, or what is needed for it is not installed.
    """
    with ExitStack() as held:
        # What breaks is told as a error or in the table; Dask would add a page of its own insides.
        logging.disable(logging.CRITICAL)
        held.callback(logging.disable, logging.NOTSET)
        client, workers = _connect(scheduler, jobs, held)
        # With --force a folder with the right key is there before: only one that has been made since is this run's.
        seen = {ready.place.folder: _made(ready.place.folder) for ready in batch} if "--force" in command else {}
        count = min(len(batch), SHARDS_PER_WORKER * workers)
        shards = [Shard(number, count) for number in range(1, count + 1)]
        tasks = {
            client.submit(run_shard, [*command, "--shard", f"{shard.number}/{count}"], pure=False, retries=1): shard
            for shard in shards
        }
        waiting = list(batch)
        for task in _ended(tasks):
            for ready in _finished(waiting, seen):
                yield RunResult(ready)
            if task is None:
                yield None
                continue
            node, said = _answer(task)
            mine = tasks[task].of_files([ready.place.file for ready in batch])
            for ready in [ready for ready in waiting if ready.place.file in mine]:
                waiting.remove(ready)
                yield RunResult(ready, failure=_why(ready, node, said))


def _finished(waiting: list[RunPlan], seen: dict[Path, int]) -> Iterator[RunPlan]:
    """Take out the cohorts whose folders have appeared, whole, since they were last looked at."""
    for ready in list(waiting):
        folder = ready.place.folder
        made = _made(folder)
        if made != seen.get(folder, 0):
            seen[folder] = made
            if finished_key(folder) == ready.key:
                waiting.remove(ready)
                yield ready


def _ended(tasks: Iterable[Any]) -> Iterator[Any]:
    """Each task once it has ended, and None whenever none has for a while, so that whoever waits can be stopped."""
    from distributed import wait
    from distributed.client import FuturesCancelledError

    pending = set(tasks)
    while pending:
        try:
            ended = wait(list(pending), timeout=TICK, return_when="FIRST_COMPLETED").done
        except TimeoutError:
            yield None
            continue
        except FuturesCancelledError:
            ended = {task for task in pending if task.done()}
        pending -= ended
        yield from ended


def _answer(task: Any) -> tuple[str, str]:
    """The machine that ran a shard and what the shard said of failures; no machine if it was lost."""
    from distributed import KilledWorker
    from distributed.client import FutureCancelledError

    try:
        node, said = task.result()
    except FutureCancelledError:
        return "", "the Dask scheduler was lost before this cohort's shard had ended; --resume does the rest"
    except KilledWorker:
        return "", "every worker that was given its shard died or reached its time limit; --resume does the rest"
    except Exception as error:  # whatever else Dask meets, such as a worker without this package
        return "", f"{type(error).__name__}: {error}"
    return node, said


def _why(ready: RunPlan, node: str, said: str) -> str:
    """What a shard reported about one cohort or else about itself.

    A shard that reported no problem wrote elsewhere or ran another version.
    """
    name, folder = ready.place.file.name, ready.place.folder
    if not said and folder.exists():
        return (
            f"{name}: {node} has run it, but with other data or other versions than are here; make them the same, then "
            "--resume"
        )
    if not said:
        return (
            f"{name}: {node} has run it, but {folder} is not here; the workers need the same folder under the same name"
        )
    lines = [line.rstrip("│ ") for line in said.splitlines() if line.strip("│ ")]
    own = [line[line.index(ready.place.file.name) :] for line in lines if ready.place.file.name in line]
    return (own or lines)[-1] + (f" (on {node})" if node else "")


def _made(folder: Path) -> int:
    """When a run was put into a folder; 0 where there is none."""
    file = folder / PROVENANCE
    return file.stat().st_mtime_ns if file.exists() else 0


def run_shard(command: Sequence[str]) -> tuple[str, str]:
    """Run one shard in a subprocess that ends with this process, and return its machine and its report of failures."""
    end = end_with_parent if sys.platform == "linux" else None
    run = subprocess.run(
        [sys.executable, "-m", "secretome", *command], capture_output=True, text=True, check=False, preexec_fn=end
    )
    return platform.node(), run.stderr if run.returncode else ""


def _connect(scheduler: str, jobs: int, held: ExitStack) -> tuple[Any, int]:
    """A client of the cluster, closed with what is held, and how many shards the cluster can run at once."""
    try:
        from distributed import Client

        client = held.enter_context(Client(scheduler, timeout=LONGEST_WAIT))
        return client, sum(client.nthreads().values()) or jobs
    except ImportError as error:
        remedy = "Install it: pip install 'secretome[cluster]'."
        raise InputError([Problem("--scheduler", "", f"no package {error.name}", "Dask", remedy)]) from error
    except Exception as error:  # Dask raises many kinds of error if another program uses the address.
        found = f"{scheduler!r} ({' '.join(str(error).split()) or type(error).__name__})"
        raise InputError([Problem("--scheduler", "", found, "the address of a running Dask scheduler")]) from error
