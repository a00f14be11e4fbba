"""Values that JSON can hold, made from problems, cohorts, results and verdicts."""

import hashlib
import math
import platform
from collections.abc import Iterable
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pandas as pd

from secretome.claims import Condition
from secretome.cohort import Study
from secretome.cohort.errors import merge_problems
from secretome.protocol import Problem, study_folder
from secretome.report import text
from secretome.report.notebook import notebook_file

# What to do where the remedy of the command line names an option.
REMEDIES = {
    "column": "Choose below what it contains. If no answer is right, rename or delete the column in the file.",
    "group": "Choose its group below, or correct the name in the file.",
    "endpoint": "Choose its endpoint below. If the study does not have it, delete it from the file.",
    "sheet": "Choose the sheet below. To use several sheets, put their rows on one sheet.",
    "decimal": "Choose the decimal mark below.",
    "key": "In the form above, add a file that states the animal and group of each sample, or remove it if not needed.",
}
VERSIONED = ("secretome", "numpy", "scipy", "pandas", "matplotlib")
Record = dict[str, Any]
NUMBERS = ("estimate", "low", "high", "level", "pvalue", "pvalue_adjusted")


def number_or_none(value: float) -> float | None:
    """Return a finite number, and None for any other, which JSON cannot hold.

    >>> number_or_none(0.5), number_or_none(float("nan"))
    (0.5, None)
    """
    return float(value) if math.isfinite(value) else None


def problem_records(problems: Iterable[Problem]) -> list[Record]:
    """Return problems as their parts; those of several cells with one cause are one, as on the command line.

    >>> cells = [Problem("rats.csv", f"cell B{row}", "the group 'x'", "a group") for row in (2, 3)]
    >>> problem_records(cells)
    [{'place': 'cells B2, B3', 'found': "the group 'x'", 'expected': 'a group', 'remedy': ''}]
    """
    return [
        {"place": each.place, "found": each.found, "expected": each.expected, "remedy": page_remedy(each)}
        for each in merge_problems(problems)
    ]


def page_remedy(problem: Problem) -> str:
    """Return what to do about a problem on the page, which asks where the command line has an option."""
    return REMEDIES[problem.choice.kind] if problem.choice else problem.remedy


def study_record(study: Study, found: Iterable[Condition]) -> Record:
    """Return what was read from a file: the animals of each group, the notes and the warnings."""
    found = list(found)
    protocol, cohort = study.protocol, study.cohort
    return {
        "cohort": cohort.id,
        "file": cohort.path.name,
        "origin": cohort.origin,
        "who": text.cohort_sentence(study),
        "endpoints": [
            {"key": key, "label": endpoint.label, "unit": endpoint.unit, "kind": str(endpoint.kind)}
            for key, endpoint in protocol.endpoints.items()
        ],
        "groups": [
            {"key": key, "label": group.label, "counts": _counts(cohort.values, key, protocol.endpoints)}
            for key, group in protocol.groups.items()
        ],
        "notes": [*cohort.notes, *_sentences(study, found, warnings=False)],
        "warnings": _sentences(study, found, warnings=True),
    }


def _sentences(study: Study, found: Iterable[Condition], *, warnings: bool) -> list[str]:
    return [
        f"{statement} {details}" for _, statement, details in text.condition_sentences(study, found, warnings=warnings)
    ]


def _counts(values: pd.DataFrame, group: str, endpoints: Iterable[str]) -> dict[str, dict[str, int | str]]:
    """The number of values, censored values and missing values of each endpoint in a group, and the range."""
    counts: dict[str, dict[str, int | str]] = {}
    for endpoint in endpoints:
        rows = values[(values["group"] == group) & (values["endpoint"] == endpoint)]
        measured = rows[rows["lower"].notna()]
        exact = measured["value"].dropna()
        counts[endpoint] = {
            "values": len(measured),
            "censored": int((measured["lower"] < measured["upper"]).sum()),
            "missing": len(rows) - len(measured),
            "range": f"{text.number(exact.min())} to {text.number(exact.max())}" if len(exact) else "",
        }
    return counts


def verdict_record(study: Study, verdict: text.Row) -> Record:
    """Return a verdict with its numbers, its reason and its sentence."""
    claim = study.protocol.claims[verdict["claim"]]
    return {
        "claim": verdict["claim"],
        "sentence": claim.sentence,
        "verdict": str(verdict["verdict"]),
        "verdict_as_published": str(verdict["verdict_as_published"]),
        "rule": str(verdict["rule"]),
        "reason": verdict["reason"],
        "full": text.verdict_sentence(study, verdict),
        **{name: number_or_none(verdict[name]) for name in NUMBERS},
    }


def run_record(study: Study) -> Record:
    """Return where a report comes from: the file, how it was read, and the versions."""
    cohort = study.cohort
    return {
        "cohort_file": cohort.path.name,
        "cohort_sha256": cohort.sha256,
        "cohort_read_as": list(cohort.notes),
        "cohort_names": cohort.names,
        "cohort_decimal": cohort.decimal,
        "cohort_key_file": cohort.key_path.name if cohort.key_path else "",
        "cohort_key_sha256": cohort.key_sha256 or None,
        "protocol_sha256": _sha256(study_folder(study.key) / "protocol.yml"),
        "notebook_sha256": _sha256(notebook_file(study_folder(study.key))),
        "versions": {name: version(name) for name in VERSIONED} | {"Python": platform.python_version()},
        "started": datetime.now(UTC).isoformat(timespec="seconds"),
    }


def _sha256(file: Path) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest()
