"""A lock for each output folder, so that runs never interleave; the system releases it when its process ends."""

import hashlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from secretome.cohort.model import cohort_id
from secretome.protocol import InputError, Problem
from secretome.rerun.output_paths import OWN, drop, make, sweep
from secretome.rerun.shards import Shard

# Another run looks at a lock for a moment only, and the processes of a killed one are gone within it.
PATIENCE = 3.0


@contextmanager
def output_lock(out: Path, shard: Shard | None = None, files: Sequence[Path] = ()) -> Iterator[None]:
    """Lock an output folder, or a shard's part of it for these files, and delete what killed runs left there.

    Shards of one division of the same files may run side by side.

    Raises
    ------
    InputError
        If another run is at work there.
    """
    make(out)
    # Other files are divided otherwise: a shard of theirs may hold the cohorts of this one.
    division = f"-of-{shard.of}-{_digest(files)}.lock" if shard else ""
    own = FileLock(out / (f"{OWN}shard-{shard.number}{division}" if shard else f"{OWN}whole.lock"))
    _take(own, out)
    try:
        # Lock first and check the others afterwards, so that of two simultaneous runs at least one sees the other.
        for other in sorted(out.glob(f"{OWN}*.lock")):
            beside = shard and other.name.endswith(division)
            if other.name != Path(own.lock_file).name and other.name != f"{OWN}summary.lock" and not beside:
                left = FileLock(other)
                _take(left, out)
                drop(left)
                left.release()
        sweep(out, {cohort_id(file) for file in shard.of_files(files)} if shard else None)
        yield
    finally:
        drop(own)
        own.release()


def _digest(files: Sequence[Path]) -> str:
    names = "\n".join(sorted(cohort_id(file).casefold() for file in files))
    return hashlib.sha256(names.encode()).hexdigest()[:12]


def _take(lock: FileLock, out: Path) -> None:
    try:
        lock.acquire(timeout=PATIENCE, poll_interval=0.05)
    except Timeout:
        remedy = "Wait until it has ended, or name another place with --out. Nothing was touched."
        found = f"{out}, where another run is at work"
        raise InputError([Problem("--out", "", found, "a folder that no other run is writing to", remedy)]) from None
    except OSError as error:
        found = f"{out} ({error.strerror})"
        raise InputError(
            [Problem("--out", "", found, "a folder that can be written to", "Name another place.")]
        ) from error
