"""Many cohorts: a process for each, as many at once as asked, none of which can take another down."""

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
from secretome.rerun.engine import RunFailed, RunPlan, run_in
from secretome.rerun.output_paths import Existing, finished_key

TICK = 0.5
# A sentence fits into a pipe that nobody reads until its writer has ended.
LONGEST = 4000
# macOS and Windows have no fork that is safe beside the system's own libraries.
FORKS = sys.platform == "linux"


@dataclass(frozen=True)
class RunOptions:
    """How cohorts are run: by papermill alone or warm, how many at once, and what each may use at most."""

    plain: bool
    jobs: int
    timeout: float  # seconds
    memory: int  # MB


@dataclass(frozen=True)
class RunResult:
    """What became of one cohort: kept as it was, made, or, with the reason, failed."""

    ready: RunPlan
    kept: bool = False
    failure: str = ""


@dataclass
class _Running:
    ready: RunPlan
    work: Path
    process: Any
    answer: Connection
    deadline: float


def run(
    batch: Sequence[RunPlan], parameters: Mapping[str, int | float], existing: Existing, way: RunOptions
) -> Generator[RunResult | None, None, None]:
    """Run cohorts, and tell of each as it ends; None says that some time has passed.

    When the iterator is closed, whatever still runs is ended and leaves nothing.
    """
    if not way.plain:
        from secretome.rerun.workers import warm_up

        warm_up()
    waiting = iter(batch)
    running: list[_Running] = []
    try:
        while True:
            while len(running) < way.jobs and (ready := next(waiting, None)):
                if existing == "resume" and finished_key(ready.place.folder) == ready.key:
                    yield RunResult(ready, kept=True)
                    continue
                try:
                    running.append(_start(ready, parameters, way))
                except (InputError, OSError) as error:
                    yield RunResult(ready, failure=_sentence(ready, error))
            if not running:
                return
            first = min(each.deadline for each in running)
            wait([each.process.sentinel for each in running], timeout=max(0.0, min(TICK, first - time.monotonic())))
            ended = [each for each in running if not each.process.is_alive() or time.monotonic() > each.deadline]
            for each in ended:
                running.remove(each)
                yield _end(each, existing, way)
            if not ended:
                yield None
    finally:
        for each in running:
            _kill(each)


def _start(ready: RunPlan, parameters: Mapping[str, int | float], way: RunOptions) -> _Running:
    context: Any = multiprocessing.get_context("fork" if FORKS else "spawn")
    work = ready.place.work()
    answer, telling = context.Pipe(duplex=False)
    process = context.Process(target=_child, args=(telling, ready, work, parameters, way))
    process.start()
    telling.close()
    return _Running(ready, work, process, answer, time.monotonic() + way.timeout)


def _end(each: _Running, existing: Existing, way: RunOptions) -> RunResult:
    """Put a finished run in its place; otherwise say why there is none."""
    late = each.process.is_alive()
    told = None
    if not late:
        with suppress(EOFError, OSError):
            told = each.answer.recv()
    name = each.ready.place.file.name
    if late:
        failure = f"{name}: not finished within {way.timeout:g} seconds; --timeout allows more"
    elif told is None:
        failure = f"{name}: its process ended before it was done ({_how(each.process.exitcode)})"
    else:
        failure = told
    try:
        if not failure:
            each.ready.place.put(each.work, existing)
    except (InputError, OSError) as error:
        failure = _sentence(each.ready, error)
    _kill(each)
    return RunResult(each.ready, failure=failure)


def _how(code: int | None) -> str:
    if code is not None and code < 0:
        known = {number.value for number in signal.Signals}
        name = signal.Signals(-code).name if -code in known else f"signal {-code}"
        return f"killed by {name}" + ", as a system does that runs out of memory" * (name == "SIGKILL")
    return f"exit code {code}"


def _kill(each: _Running) -> None:
    """End a process with all that it started, and clear its folder away."""
    if hasattr(os, "killpg"):
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(each.process.pid, signal.SIGKILL)
    each.process.kill()
    each.process.join()
    each.process.close()
    each.answer.close()
    shutil.rmtree(each.work, ignore_errors=True)


def _sentence(ready: RunPlan, error: BaseException) -> str:
    name = ready.place.file.name
    if isinstance(error, InputError | RunFailed):
        return str(error)
    if isinstance(error, OSError) and error.strerror:
        return f"{name}: {error.strerror}" + (f" ({Path(error.filename).name})" if error.filename else "")
    return f"{name}: {type(error).__name__}: {error}"


def _child(
    telling: Connection, ready: RunPlan, work: Path, parameters: Mapping[str, int | float], way: RunOptions
) -> None:
    """Run one cohort, say what became of it (nothing, if all is well), and end."""
    try:
        _isolate(way)
        engine = None
        if not way.plain:
            from secretome.rerun.workers import ENGINE, part

            part()
            engine = ENGINE
        run_in(work, ready.study(), parameters, engine)
        telling.send("")
    except BaseException as error:
        telling.send(_sentence(ready, error)[:LONGEST])
    # A notebook may leave threads behind, which must not keep its process.
    os._exit(0)


def _isolate(way: RunOptions) -> None:
    """Silence, a group of its own, an end when the parent ends, and limits that what it starts inherits."""
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_DFL)
    nothing = os.open(os.devnull, os.O_RDWR)
    for stream in (0, 1, 2):
        os.dup2(nothing, stream)
    if FORKS:
        import resource

        os.setsid()
        end_with_parent()
        limit, most = way.memory * 2**20, resource.getrlimit(resource.RLIMIT_DATA)[1]
        # A limit that the system has set already cannot be raised.
        limit = limit if most == resource.RLIM_INFINITY else min(limit, most)
        resource.setrlimit(resource.RLIMIT_DATA, (limit, limit))


def end_with_parent() -> None:
    """Ask Linux to kill this process when the one that started it is gone."""
    import ctypes

    ctypes.CDLL(None).prctl(1, signal.SIGKILL)  # PR_SET_PDEATHSIG
