"""Shards: the same files divided in the same way on every machine, with no word between them."""

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from secretome.cohort.model import cohort_id
from secretome.protocol import InputError, Problem


@dataclass(frozen=True)
class Shard:
    """Part `number` of `of`, counted from 1."""

    number: int
    of: int

    @classmethod
    def read(cls, text: str) -> "Shard":
        """Read ``K/N``.

        Raises
        ------
        InputError
            If it is no such pair, or K is not one of 1 to N.

        Examples
        --------
        >>> Shard.read("3/40")
        Shard(number=3, of=40)
        """
        found = re.fullmatch(r"(\d+)/(\d+)", text)
        if not found or not 1 <= int(found[1]) <= int(found[2]):
            raise InputError([Problem("--shard", "", repr(text), "K/N with K from 1 to N, such as 3/40")])
        return cls(int(found[1]), int(found[2]))

    def of_files(self, files: Sequence[Path]) -> list[Path]:
        """The files of this shard, in their order. Shards differ in size by at most one cohort.

        Examples
        --------
        >>> files = [Path(f"lab{number}.csv") for number in range(5)]
        >>> sorted(str(file) for number in (1, 2) for file in Shard(number, 2).of_files(files))
        ['lab0.csv', 'lab1.csv', 'lab2.csv', 'lab3.csv', 'lab4.csv']
        """
        # By a hash of the cohort's id, so that the order in which a shell lists the files does not matter, large
        # neighbours are spread,
        # and two files that would share a folder meet in one shard, which refuses them.
        ids = {file: cohort_id(file).casefold() for file in files}
        dealt = sorted(set(ids.values()), key=lambda name: hashlib.sha256(name.encode()).digest())
        mine = set(dealt[self.number - 1 :: self.of])
        return [file for file in files if ids[file] in mine]
