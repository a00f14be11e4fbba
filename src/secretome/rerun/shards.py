"""Shards, which divide files in the same way on every machine; and locks, which keep runs in one folder apart."""

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from filelock import FileLock, Timeout

from secretome.cohort.model import cohort_id
from secretome.protocol import InputError, sha256
from secretome.rerun.output_paths import delete_lock_file, make_output_folder, recover_and_clean
from secretome.rerun.provenance import WORK_PREFIX

# In seconds. Another run holds a lock only briefly to check it, and the processes of a killed run end in this time.
LOCK_TIMEOUT = 3.0


@dataclass(frozen=True)
class Shard:
    """Shard `number` of `count`; the first number is 1."""

    number: int
    count: int

    @classmethod
    def parse(cls, text: str) -> "Shard":
        """Parse ``K/N``.

        Raises
        ------
        InputError
            If the text has another form, or K is not from 1 to N.

        Examples
        --------
        >>> Shard.parse("3/40")
        Shard(number=3, count=40)
        """
        numbers = re.fullmatch(r"(\d+)/(\d+)", text)
        if not numbers or not 1 <= int(numbers[1]) <= int(numbers[2]):
            raise InputError.of("--shard", "", repr(text), "K/N with K from 1 to N, such as 3/40")
        return cls(int(numbers[1]), int(numbers[2]))

    def files(self, files: Sequence[Path]) -> list[Path]:
        """The files of this shard, in their order. The sizes of two shards differ by at most one cohort.

        Examples
        --------
        >>> files = [Path(f"lab{number}.csv") for number in range(5)]
        >>> sorted(str(file) for number in (1, 2) for file in Shard(number, 2).files(files))
        ['lab0.csv', 'lab1.csv', 'lab2.csv', 'lab3.csv', 'lab4.csv']
        """
        # Divided by a hash of the cohort's id: the order of the files does not matter, large files with similar names
        # are spread, and two files with the same output folder are in one shard, which refuses them.
        ids = {file: cohort_id(file).casefold() for file in files}
        ordered = sorted(set(ids.values()), key=sha256)
        selected = set(ordered[self.number - 1 :: self.count])
        return [file for file in files if ids[file] in selected]


@contextmanager
def output_lock(out: Path, shard: Shard | None = None, files: Sequence[Path] = ()) -> Iterator[None]:
    """Lock an output folder, or the part of a shard of these files, and clean up after killed runs.

    Shards of one division of the same files can run at the same time.

    Raises
    ------
    InputError
        If another run is using the folder.
    """
    make_output_folder(out)
    # Other files are divided differently, so that one of their shards may have a cohort of this one.
    names = "\n".join(sorted(cohort_id(file).casefold() for file in files))
    division = f"-of-{shard.count}-{sha256(names)[:12]}.lock" if shard else ""
    lock = FileLock(out / (f"{WORK_PREFIX}shard-{shard.number}{division}" if shard else f"{WORK_PREFIX}whole.lock"))
    _acquire(lock, out)
    try:
        # Acquired before the others are checked, so that at least one of two simultaneous runs finds the other.
        for path in sorted(out.glob(f"{WORK_PREFIX}*.lock")):
            same_division = shard and path.name.endswith(division)
            if path.name not in (Path(lock.lock_file).name, f"{WORK_PREFIX}summary.lock") and not same_division:
                other = FileLock(path)
                _acquire(other, out)
                delete_lock_file(other)
                other.release()
        recover_and_clean(out, {cohort_id(file) for file in shard.files(files)} if shard else None)
        yield
    finally:
        delete_lock_file(lock)
        lock.release()


def _acquire(lock: FileLock, out: Path) -> None:
    try:
        lock.acquire(timeout=LOCK_TIMEOUT, poll_interval=0.05)
    except Timeout:
        found, expected = f"{out}, which another run is using", "a folder that no other run is writing to"
        remedy = "Wait until it has ended, or use another folder with --out. Nothing was changed."
        raise InputError.of("--out", "", found, expected, remedy) from None
    except OSError as error:
        found, remedy = f"{out} ({error.strerror})", "Use another folder."
        raise InputError.of("--out", "", found, "a folder that can be written to", remedy) from error
