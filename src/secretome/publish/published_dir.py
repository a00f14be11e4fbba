"""The folders of published reruns: their files, their provenance and their histories."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal

import pandas as pd
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from secretome.protocol import InputError, Problem, study_folder
from secretome.rerun.provenance import PROVENANCE, Hash, Provenance

PUBLISHED = "published"
# The published files of a rerun. The report and the figures show every animal, so they are not published.
TABLES = ("results.csv", "verdicts.csv", "checks.csv")
KEPT = (*TABLES, PROVENANCE)
HISTORY = "history.json"
RUN_AGAIN = "Run the cohort again with this version of the book."

Day = Annotated[str, Field(pattern=r"^\d{4}-\d{2}-\d{2}$")]


class PublishingEvent(BaseModel):
    """One event in the history of a cohort's name: the day, the file, and the reason of a withdrawal."""

    model_config = ConfigDict(extra="forbid", strict=True)

    day: Day
    what: Literal["published", "withdrawn"]
    cohort_sha256: Hash
    cohort_values_sha256: Hash | None = None
    why: str = ""


def same_animals(one: Provenance | PublishingEvent, other: Provenance | PublishingEvent) -> bool:
    """Whether two reruns are of the same file, or of files with the same measurements."""
    same_values = one.cohort_values_sha256 is not None and one.cohort_values_sha256 == other.cohort_values_sha256
    return same_values or one.cohort_sha256 == other.cohort_sha256


EVENTS = TypeAdapter(list[PublishingEvent])


@dataclass(frozen=True)
class Published:
    """A published rerun: its study's key, its cohort's id, its folder, its provenance and its history."""

    study: str
    cohort: str
    folder: Path
    provenance: Provenance
    history: tuple[PublishingEvent, ...]


def published_dir(study: str) -> Path:
    """The folder of a study's published reruns."""
    return study_folder(study) / PUBLISHED


def published(study: str) -> list[Published]:
    """The reruns of a study that are published now, by name.

    Raises
    ------
    InputError
        If the provenance of one of them cannot be read.
    """
    folders = sorted(path.parent for path in published_dir(study).glob("[!.]*/verdicts.csv"))
    return [Published(study, folder.name, folder, read_provenance(folder), read_history(folder)) for folder in folders]


def histories(study: str) -> dict[str, tuple[PublishingEvent, ...]]:
    """The history of every cohort name of a study, including the withdrawn ones."""
    return {
        path.parent.name: read_history(path.parent) for path in sorted(published_dir(study).glob(f"[!.]*/{HISTORY}"))
    }


def read_history(folder: Path) -> tuple[PublishingEvent, ...]:
    """The history of a name, oldest first."""
    path = folder / HISTORY
    if not path.is_file():
        expected = "the history of a published rerun"
        raise InputError([Problem(f"{folder.name}/{HISTORY}", "", "no such file", expected, "Publish it again.")])
    try:
        return tuple(EVENTS.validate_json(path.read_bytes()))
    except ValidationError as error:
        raise InputError(_problems(f"{folder.name}/{HISTORY}", error)) from error


def write_history(folder: Path, events: Iterable[PublishingEvent]) -> None:
    """Write the history of a name."""
    text = json.dumps([event.model_dump(exclude_none=True) for event in events], indent=2, ensure_ascii=False)
    partial = folder / f".{HISTORY}.partial"
    partial.write_text(text + "\n", encoding="utf-8", newline="\n")
    partial.replace(folder / HISTORY)


def read_provenance(folder: Path) -> Provenance:
    """The provenance of a rerun.

    Raises
    ------
    InputError
        With every key that is missing or wrong.
    """
    place = f"{folder.name}/{PROVENANCE}"
    try:
        return Provenance.model_validate_json((folder / PROVENANCE).read_bytes())
    except OSError as error:
        found = error.strerror or str(error)
        raise InputError.of(place, "", found, "a file that can be read", RUN_AGAIN) from error
    except ValidationError as error:
        raise InputError(_problems(place, error)) from error


def read_table(path: Path) -> pd.DataFrame:
    """A table of a rerun."""
    return pd.read_csv(path)


def _problems(place: str, error: ValidationError) -> list[Problem]:
    problems = []
    for detail in error.errors():
        key, value = ".".join(map(str, detail["loc"])), detail["input"]
        if detail["type"] == "missing":
            problems.append(Problem(place, key, "no such key", "this key", RUN_AGAIN))
            continue
        found = repr(value) if isinstance(value, str | int | float | bool | None) else "another kind of value"
        shown = found if len(found) <= 80 else f"{found[:80]}…"
        problems.append(Problem(place, key, shown, detail["msg"].removeprefix("Input should be ")))
    return problems
