"""Where published reruns lie, what is known of each, and which were withdrawn and why."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal

import pandas as pd
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from secretome.protocol import InputError, Problem, study_folder
from secretome.rerun.provenance import PROVENANCE, Hash, Provenance

PUBLISHED = "published"
# What is kept of a rerun. The report and the figures show every animal, so they stay with their owner.
TABLES = ("results.csv", "verdicts.csv", "checks.csv")
KEPT = (*TABLES, PROVENANCE)
HISTORY = "history.json"

Day = Annotated[str, Field(pattern=r"^\d{4}-\d{2}-\d{2}$")]


class Event(BaseModel):
    """One line of the history of a published name: on which day which file's results came, or went, and why."""

    model_config = ConfigDict(extra="forbid", strict=True)

    day: Day
    what: Literal["published", "withdrawn"]
    cohort_sha256: Hash
    cohort_values_sha256: Hash | None = None
    why: str = ""


def same_animals(one: Provenance | Event, other: Provenance | Event) -> bool:
    """Whether two reruns are of the same file, or of files that hold the same measurements."""
    same_values = one.cohort_values_sha256 is not None and one.cohort_values_sha256 == other.cohort_values_sha256
    return same_values or one.cohort_sha256 == other.cohort_sha256


EVENTS = TypeAdapter(list[Event])


@dataclass(frozen=True)
class Published:
    """A published rerun: its study's key, its cohort's id, its folder, what it came from and its history."""

    study: str
    cohort: str
    folder: Path
    provenance: Provenance
    history: tuple[Event, ...]


def published_folder(study: str) -> Path:
    """The folder of a study's published reruns."""
    return study_folder(study) / PUBLISHED


def published(study: str) -> list[Published]:
    """The reruns of a study that are published now, by name.

    Raises
    ------
    InputError
        If one of them does not say where it comes from.
    """
    folders = sorted(path.parent for path in published_folder(study).glob("[!.]*/verdicts.csv"))
    return [Published(study, folder.name, folder, read_provenance(folder), read_history(folder)) for folder in folders]


def histories(study: str) -> dict[str, tuple[Event, ...]]:
    """What came and went under every name of a study, the withdrawn ones too."""
    return {
        path.parent.name: read_history(path.parent) for path in sorted(published_folder(study).glob(f"[!.]*/{HISTORY}"))
    }


def read_history(folder: Path) -> tuple[Event, ...]:
    """The history of a name, oldest first."""
    path = folder / HISTORY
    if not path.is_file():
        raise InputError(
            [
                Problem(
                    f"{folder.name}/{HISTORY}",
                    "",
                    "no such file",
                    "the history of a published rerun",
                    "Publish it again.",
                )
            ]
        )
    try:
        return tuple(EVENTS.validate_json(path.read_bytes()))
    except ValidationError as error:
        raise InputError(_problems(f"{folder.name}/{HISTORY}", error)) from error


def write_history(folder: Path, events: Iterable[Event]) -> None:
    """Write the history of a name."""
    text = json.dumps([event.model_dump(exclude_none=True) for event in events], indent=2, ensure_ascii=False)
    partial = folder / f".{HISTORY}.partial"
    partial.write_text(text + "\n", encoding="utf-8", newline="\n")
    partial.replace(folder / HISTORY)


def read_provenance(folder: Path) -> Provenance:
    """What a rerun says of where it comes from.

    Raises
    ------
    InputError
        With every key that is missing or wrong.
    """
    place = f"{folder.name}/{PROVENANCE}"
    try:
        return Provenance.model_validate_json((folder / PROVENANCE).read_bytes())
    except OSError as error:
        found, remedy = error.strerror or str(error), "Run the cohort again."
        raise InputError.of(place, "", found, "a file that can be read", remedy) from error
    except ValidationError as error:
        raise InputError(_problems(place, error)) from error


def read_table(path: Path) -> pd.DataFrame:
    """A table of a rerun."""
    return pd.read_csv(path)


def _problems(place: str, error: ValidationError) -> list[Problem]:
    return [_problem(place, fault) for fault in error.errors()]


def _problem(place: str, fault: Any) -> Problem:
    name = ".".join(map(str, fault["loc"]))
    if fault["type"] == "missing":
        return Problem(place, name, "no such key", "this key", "Run the cohort again with this version of the book.")
    found = (
        repr(fault["input"]) if isinstance(fault["input"], str | int | float | bool | None) else "another kind of value"
    )
    shown = found if len(found) <= 80 else f"{found[:80]}…"
    return Problem(place, name, shown, fault["msg"].removeprefix("Input should be "))
