"""The provenance of a rerun in words: its file, its versions and its changes."""

import re
from collections.abc import Mapping
from typing import Any

from secretome.cohort import Study
from secretome.report.text.sentences import units_counted

COMMIT, KEY_HASH = "git_commit", "cohort_key_sha256"
# The provenance entries on a page, in this order, with their names.
SHOWN = {
    "cohort_file": "Cohort file",
    "cohort_sha256": "Hash of the cohort file (SHA-256)",
    "cohort_key_file": "Key of the samples",
    KEY_HASH: "Hash of the key (SHA-256)",
    "cohort_read_as": "File format",
    "cohort_names": "Names mapped",
    "cohort_decimal": "Decimal mark",
    "protocol_sha256": "Hash of the protocol",
    "notebook_sha256": "Hash of the notebook",
    "content_key": "Hash of all inputs of the results",
    "parameters": "Parameters",
    "versions": "Versions",
    COMMIT: "Commit",
    "started": "Started",
    "finished": "Finished",
}


def altered_sentence(study: Study, used: Mapping[str, float], planned: Mapping[str, float]) -> str:
    """The differences between a run and the protocol; empty if there are none."""
    parts = [
        f"{name} is {used[name]:g}, not {value:g}" for name, value in planned.items() if used.get(name, value) != value
    ]
    if n := study.cohort.excluded["animal"].nunique():
        parts.append(f"values of {units_counted(study, n)} were excluded")
    return (
        f"Not as planned in the protocol: {'; '.join(parts)}. This run cannot be published in the book."
        if parts
        else ""
    )


def provenance_lines(provenance: Mapping[str, Any]) -> dict[str, str]:
    """Return provenance as text by name; empty entries are left out, and unknown ones are described as unknown."""
    return {
        title: _shown(name, provenance[name])
        for name, title in SHOWN.items()
        if provenance.get(name, "") not in ("", [], {}) and not (name == KEY_HASH and provenance[name] is None)
    }


def _shown(name: str, value: Any) -> str:
    if value is None:
        return "unknown: not run in a checkout" if name == COMMIT else "unknown"
    if isinstance(value, Mapping):
        sign = " for " if name == "cohort_names" else " = " if name == "parameters" else " "
        value = ", ".join(f"{key}{sign}{entry}" for key, entry in value.items())
    if isinstance(value, list):
        value = "; ".join(map(str, value))
    # Control characters and line breaks are removed, because the text is inserted into a page.
    return " ".join(re.sub(r"[\x00-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]", " ", str(value)).split())
