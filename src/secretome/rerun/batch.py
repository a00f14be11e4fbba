"""Run many cohorts: each in a process of its own, so that a failure affects no other cohort."""

import multiprocessing
import os
import shutil
import signal
import sys
import time
from collections.abc import Generator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from multiprocessing.connection import Connection, wait
from pathlib import Path
from typing import Any

from secretome.protocol import InputError
from secretome.rerun.engine import RunFailed, RunPlan, run_notebook
from secretome.rerun.output_paths import Existing, finished_key

# In seconds.
POLL_INTERVAL = 0.5
# A message of this length fits into a pipe that is read only after the process has ended.
MAX_MESSAGE = 4000
# On macOS and Windows, forking is not safe with the system's libraries.
FORKS = sys.platform == "linux"


@dataclass(frozen=True)
class RunOptions:
    """How cohorts are run: by papermill alone or in forked processes, how many at a time, and their limits."""

    plain: bool
    jobs: int
    timeout: float  # seconds
    memory: int  # MB


@dataclass(frozen=True)
class RunResult:
    """The outcome for one cohort: an earlier run was kept, the run failed for a reason, or it was finished."""

    plan: RunPlan
    kept: bool = False
    failure: str = ""


@dataclass
class _Run:
    plan: RunPlan
    work: Path
    process: Any
    messages: Connection
    deadline: float


def run_batch(
    plans: Sequence[RunPlan], parameters: Mapping[str, int | float], existing: Existing, options: RunOptions
) -> Generator[RunResult | None, None, None]:
    """Run cohorts, and yield the result of each when it ends; None is yielded at intervals.

    When the generator is closed, the remaining processes are killed and their files deleted.
    """
    if not options.plain:
        from secretome.rerun.workers import warm_up

        warm_up()
    waiting = iter(plans)
    running: list[_Run] = []
    try:
        while True:
            while len(running) < options.jobs and (plan := next(waiting, None)):
                if existing == "resume" and finished_key(plan.paths.folder) == plan.key:
                    yield RunResult(plan, kept=True)
                    continue
                try:
                    running.append(_start(plan, parameters, options))
                except (InputError, OSError) as error:
                    yield RunResult(plan, failure=_failure(plan, error))
            if not running:
                return
            remaining = min(run.deadline for run in running) - time.monotonic()
            wait([run.process.sentinel for run in running], timeout=max(0.0, min(POLL_INTERVAL, remaining)))
            ended = [run for run in running if not run.process.is_alive() or time.monotonic() > run.deadline]
            for run in ended:
                running.remove(run)
                yield _finish(run, existing, options)
            if not ended:
                yield None
    finally:
        for run in running:
            _kill(run)


def _start(plan: RunPlan, parameters: Mapping[str, int | float], options: RunOptions) -> _Run:
    context: Any = multiprocessing.get_context("fork" if FORKS else "spawn")
    work = plan.paths.make_work_folder()
    receiver, sender = context.Pipe(duplex=False)
    process = context.Process(target=_run_in_process, args=(sender, plan, work, parameters, options))
    process.start()
    sender.close()
    return _Run(plan, work, process, receiver, time.monotonic() + options.timeout)


def _finish(run: _Run, existing: Existing, options: RunOptions) -> RunResult:
    """Commit the folder of a run, or return the reason why it failed."""
    name = run.plan.paths.file.name
    message = None
    if run.process.is_alive():
        failure = f"{name}: not finished within {options.timeout:g} seconds; --timeout allows more"
    else:
        with suppress(EOFError, OSError):
            message = run.messages.recv()
        failure = (
            f"{name}: its process ended early ({_exit_cause(run.process.exitcode)})" if message is None else message
        )
    try:
        if not failure:
            run.plan.paths.commit(run.work, existing)
    except (InputError, OSError) as error:
        failure = _failure(run.plan, error)
    _kill(run)
    return RunResult(run.plan, failure=failure)


def _exit_cause(code: int | None) -> str:
    if code is not None and code < 0:
        names = {number.value: number.name for number in signal.Signals}
        name = names.get(-code, f"signal {-code}")
        return f"killed by {name}" + ", which may mean that the system ran out of memory" * (name == "SIGKILL")
    return f"exit code {code}"


def _kill(run: _Run) -> None:
    """Kill a process and the processes that it started, and delete its temporary folder."""
    if hasattr(os, "killpg"):
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(run.process.pid, signal.SIGKILL)
    run.process.kill()
    run.process.join()
    run.process.close()
    run.messages.close()
    shutil.rmtree(run.work, ignore_errors=True)


def _failure(plan: RunPlan, error: BaseException) -> str:
    name = plan.paths.file.name
    if isinstance(error, InputError | RunFailed):
        return str(error)
    if isinstance(error, OSError) and error.strerror:
        return f"{name}: {error.strerror}" + (f" ({Path(error.filename).name})" if error.filename else "")
    return f"{name}: {type(error).__name__}: {error}"


def _run_in_process(
    sender: Connection, plan: RunPlan, work: Path, parameters: Mapping[str, int | float], options: RunOptions
) -> None:
    """Run one cohort, send the reason if it failed and otherwise an empty message, and end the process."""
    try:
        _isolate(options)
        engine = None
        if not options.plain:
            from secretome.rerun.workers import ENGINE, init_worker

            init_worker()
            engine = ENGINE
        run_notebook(work, plan.load_study(), parameters, engine)
        sender.send("")
    except BaseException as error:
        sender.send(_failure(plan, error)[:MAX_MESSAGE])
    # Threads that the notebook started must not keep the process alive.
    os._exit(0)


def _isolate(options: RunOptions) -> None:
    """Discard output, start a process group, end with the parent process, and set limits for all child processes."""
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_DFL)
    null = os.open(os.devnull, os.O_RDWR)
    for stream in (0, 1, 2):
        os.dup2(null, stream)
    if FORKS:
        import resource

        os.setsid()
        end_with_parent()
        limit, maximum = options.memory * 2**20, resource.getrlimit(resource.RLIMIT_DATA)[1]
        # A lower limit of the system cannot be raised.
        limit = limit if maximum == resource.RLIM_INFINITY else min(limit, maximum)
        resource.setrlimit(resource.RLIMIT_DATA, (limit, limit))


def end_with_parent() -> None:
    """Let Linux kill this process when its parent process ends."""
    import ctypes

    ctypes.CDLL(None).prctl(1, signal.SIGKILL)  # PR_SET_PDEATHSIG
