"""Rats that tests make: cohorts of the sepsis study from the few values that matter to a test."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import ClassVar

from secretome.cohort import Study, read_cohort
from secretome.protocol import Protocol

TREG = "treg_conditioned_medium"
SEPSIS = "sepsis_cytokines"


class Rats:
    """Cohorts of the sepsis study as a test writes them:

    values of each group, as text or numbers; the rest is plain.
    """

    plain: ClassVar[dict[str, dict[str, list[object]]]] = {
        "il6": {
            "sham": [11.2, 14.8, 12.9, 17.3, 10.4, 15.5],
            "control": [92, 131, 77, 160, 108, 84],
            "t1": [48, 61, 39, 75, 52, 44],
            "t2": [35, 27, 41, 22, 30, 38],
        },
        "il4": {
            "sham": [25, 31, 22, 28, 19, 27],
            "control": [17, 14, 19, 22, 13, 16],
            "t1": [20, 16, 23, 18, 15, 21],
            "t2": [27, 33, 24, 29, 22, 31],
        },
    }

    def __init__(self, protocol: Protocol) -> None:
        self.protocol = protocol

    def __call__(
        self, il6: Mapping[str, Sequence[object]] | None = None, il4: Mapping[str, Sequence[object]] | None = None
    ) -> Study:
        """A study whose groups are the plain ones, but for those given; an empty list leaves a group out."""
        endpoints = {"il6": self.plain["il6"] | dict(il6 or {}), "il4": self.plain["il4"] | dict(il4 or {})}
        rows = ["animal,group,endpoint,value"]
        for endpoint, groups in endpoints.items():
            rows += [
                f"{group} {i},{group},{endpoint},{value}"
                for group, values in groups.items()
                for i, value in enumerate(values)
            ]
        return self.read("\n".join(rows))

    def read(self, text: str) -> Study:
        """A study of a file's text."""
        return Study(self.protocol, read_cohort(Path("rats.csv"), self.protocol, text.encode()), source_data=False)
