"""What the book says of published and withdrawn reruns."""

import re
from collections.abc import Mapping
from typing import Any

import pandas as pd

from secretome.cohort import Study
from secretome.words.numbers import count
from secretome.words.sentences import units_counted

COMMIT = "git_commit"
# What a page tells of a rerun's provenance, in this order, under these names.
SHOWN = {
    "cohort_file": "Cohort file",
    "cohort_sha256": "Its hash (SHA-256)",
    "cohort_read_as": "How it was read",
    "cohort_names": "Names mapped",
    "cohort_decimal": "Decimal mark",
    "protocol_sha256": "Hash of the protocol",
    "notebook_sha256": "Hash of the notebook",
    "content_key": "Hash of all that the results come from",
    "parameters": "Parameters",
    "versions": "Versions",
    COMMIT: "Commit",
    "started": "Started",
    "finished": "Finished",
}


# How a rerun comes to be here, in the Markdown of the book.
PUBLISHING = (
    "A rerun comes here by one command, run in a checkout of the book:",
    "    secretome publish reruns/sepsis_cytokines/my_rats",
    "It keeps `results.csv`, `verdicts.csv`, `checks.csv` and `provenance.json`. The animals' values, the report and "
    "the figures stay with their laboratory. A folder is refused if a file of it is absent or a link, if it was made "
    "with another protocol, notebook, `alpha`, `level` or `seed` than the book's, if animals were left out, if its "
    "verdicts do not follow from its results, or if the name or the file is here already. Simulated animals may be "
    "published; they are marked and never counted.",
    '    secretome unpublish sepsis_cytokines my_rats --why "Two cages were swapped."',
    "takes a rerun out again. The hash of its file, the day and the reason stay on this page, and the same animals "
    "come back only with `--again`. What counts, and what the verdicts add up to, is told in {doc}`Do the claims "
    "hold? <../../notebooks/ledger/analysis>`.",
)


def may_count(origin: str, *, source_data: bool) -> bool:
    """Whether verdicts of such animals may count as a test of the claims."""
    return origin == "measured" and not source_data


def never_counted_sentence(cohort: str, origin: str) -> str:
    """That a published cohort is shown and never counted."""
    what = "simulated" if origin == "simulated" else "not a new, measured cohort"
    return f"{cohort} is {what}: the book says so wherever it is shown, and never counts it as a test of a claim."


def after_publishing(n: int) -> str:
    """What is left to do once reruns were published."""
    return (
        f"{count(n, 'rerun')} published. Build the book (make book) to see the scoreboard, and commit the folder to "
        "keep it there."
    )


def published_sentence(n: int, counted: int) -> str:
    """How many reruns are published, and how many of them count."""
    if n == 0:
        return "No rerun has been published so far."
    verb = "has" if n == 1 else "have"
    return (
        f"{count(n, 'rerun')} {verb} been published. Cohorts among them that were measured and tested a claim: "
        f"{counted}."
    )


def why_uncounted(study: Study, verdicts: pd.DataFrame) -> str:
    """Why no verdict of a cohort counts, in few words."""
    if study.cohort.origin != "measured":
        return f"no: {study.cohort.origin}"
    if study.source_data:
        return "no: source data"
    return "no: altered protocol" if verdicts["protocol_altered"].any() else "no: nothing could be tested"


def withdrawn_sentence(study: str, cohort: str, day: str, sha256: str, why: str) -> str:
    """Which rerun was withdrawn, when and why."""
    return f"{study}, {cohort}: withdrawn on {day}. {why.rstrip('.')}. The hash of its file was {sha256}."


def outdated_sentence(*, protocol_changed: bool) -> str:
    """That the book's protocol is another by now; nothing where it is not."""
    return (
        "The study's protocol has changed since: these verdicts were given under the earlier one."
        if protocol_changed
        else ""
    )


def altered_sentence(study: Study, used: Mapping[str, float], planned: Mapping[str, float]) -> str:
    """In what a run differs from the one that the protocol plans; nothing where it does not."""
    parts = [
        f"{name} is {used[name]:g}, not {value:g}" for name, value in planned.items() if used.get(name, value) != value
    ]
    if n := study.cohort.excluded["animal"].nunique():
        parts.append(f"values of {units_counted(study, n)} were left out")
    return f"Not as the protocol plans: {'; '.join(parts)}. This run cannot be published in the book." if parts else ""


def provenance_lines(provenance: Mapping[str, Any]) -> dict[str, str]:
    """Provenance as text by name; empty entries are left out, and unknown ones are described as unknown."""
    return {
        title: _shown(name, provenance[name])
        for name, title in SHOWN.items()
        if provenance.get(name, "") not in ("", [], {})
    }


def _shown(name: str, value: Any) -> str:
    if value is None:
        return "unknown: not run in a checkout" if name == COMMIT else "unknown"
    if isinstance(value, Mapping):
        sign = " for " if name == "cohort_names" else " = " if name == "parameters" else " "
        value = ", ".join(f"{key}{sign}{entry}" for key, entry in value.items())
    if isinstance(value, list):
        value = "; ".join(map(str, value))
    # Nothing that is pasted into a page brings lines or marks of its own.
    return " ".join(re.sub(r"[\x00-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]", " ", str(value)).split())
