"""Shards as tasks of a Dask cluster. A shard is the command itself and knows nothing of who started it."""

import subprocess
import sys
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from secretome.protocol import Problem, Refusal
from secretome.rerun.batch import Done, end_with_parent
from secretome.rerun.engine import Ready
from secretome.rerun.places import PROVENANCE, finished_key
from secretome.rerun.shards import Shard

# More shards than workers, so that a quick one takes over from a slow one; not so many that their starts would cost.
SHARDS_PER_WORKER = 2
# Seconds between two looks at the cluster.
TICK = 0.5


def on_cluster(scheduler: str, command: Sequence[str], batch: Sequence[Ready], jobs: int) -> Generator[Done | None, None, None]:
    """Run a command's shards on a cluster, and tell of each cohort when its shard has ended; None says that time goes by.

    A task whose worker dies is given to another, and goes on where it stood.

    Parameters
    ----------
    scheduler : str
        The address of a Dask scheduler, ``tcp://HOST:PORT``, or ``slurm``.
    command : sequence of str
        What follows ``secretome`` on the command line, without ``--shard``.
    batch : sequence of Ready
        The cohorts of the command.
    jobs : int
        How many jobs to ask Slurm for.

    Raises
    ------
    Refusal
        If the cluster cannot be reached, or what is needed for it is not installed.
    """
    with _client(scheduler, jobs) as client:
        from distributed import wait

        workers = sum(client.nthreads().values()) or jobs
        count = min(len(batch), SHARDS_PER_WORKER * workers)
        shards = [Shard(number, count) for number in range(1, count + 1)]
        tasks = {
            client.submit(run_shard, [*command, "--shard", f"{shard.number}/{count}"], pure=False, retries=1): shard for shard in shards
        }
        # With --force a folder with the right key is there before: only one that has been made since is this run's.
        before = {ready.place.folder: _made(ready.place.folder) for ready in batch} if "--force" in command else {}
        for task in _ended(tasks, wait):
            if task is None:
                yield None
                continue
            try:
                said = task.result()
            except Exception as error:  # Dask's own, such as a task whose workers die again and again
                said = f"{type(error).__name__}: {error}"
            mine = tasks[task].of_files([ready.place.file for ready in batch])
            for ready in batch:
                if ready.place.file in mine:
                    folder = ready.place.folder
                    whole = finished_key(folder) == ready.key and (not before or _made(folder) != before[folder])
                    yield Done(ready, failure="" if whole else said or "its shard ended without it")


def _ended(tasks: Iterable[Any], wait: Callable[..., Any]) -> Iterator[Any]:
    """Each task once it has ended, and None whenever none has for a while, so that whoever waits can be stopped."""
    pending = set(tasks)
    while pending:
        try:
            ended = wait(list(pending), timeout=TICK, return_when="FIRST_COMPLETED").done
        except TimeoutError:
            yield None
            continue
        pending -= ended
        yield from ended


def _made(folder: Path) -> int:
    """When a run was put into a folder; 0 where there is none."""
    file = folder / PROVENANCE
    return file.stat().st_mtime_ns if file.exists() else 0


def run_shard(command: Sequence[str]) -> str:
    """Run one shard in a process of its own, which ends with this one; what it says of failures."""
    end = end_with_parent if sys.platform == "linux" else None
    run = subprocess.run([sys.executable, "-m", "secretome", *command], capture_output=True, text=True, check=False, preexec_fn=end)
    return run.stderr if run.returncode else ""


def _client(scheduler: str, jobs: int) -> Any:
    try:
        from distributed import Client

        if scheduler != "slurm":
            return Client(scheduler, timeout=10)
        from dask_jobqueue import SLURMCluster

        cluster = SLURMCluster()
        cluster.scale(jobs=jobs)
        return Client(cluster)
    except ImportError as error:
        remedy = "Install it: pip install 'secretome[cluster]'."
        raise Refusal([Problem("--scheduler", "", f"no package {error.name}", "Dask", remedy)]) from error
    except (OSError, ValueError) as error:
        expected = "slurm, with cores and memory set in Dask's jobqueue.yaml, or the address of a Dask scheduler that answers"
        raise Refusal([Problem("--scheduler", "", f"{scheduler!r} ({error})", expected)]) from error
