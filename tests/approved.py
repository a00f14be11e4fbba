"""Compare the sentences of a family with the approved text in `tests/approved/`.

To approve changed sentences, run the test again with APPROVE=1 and read the difference in version control.
"""

import difflib
import os
from collections.abc import Iterable, Mapping
from pathlib import Path

APPROVED = Path(__file__).parent / "approved"


def check_approved(name: str, cases: Mapping[str, object]) -> None:
    """Fail with the difference if the cases are not those of the approved text; with APPROVE=1, write the text.

    A case is a sentence, or several of them, under a heading.
    """
    path = APPROVED / f"{name}.txt"
    text = "\n".join(f"# {case}\n{_lines(sentences)}\n" for case, sentences in cases.items())
    if os.environ.get("APPROVE"):
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")
    approved = path.read_text(encoding="utf-8") if path.exists() else ""
    if text != approved:
        changes = difflib.unified_diff(approved.splitlines(), text.splitlines(), "approved", "now", lineterm="", n=1)
        difference = "\n".join(changes)
        raise AssertionError(
            f"The sentences are not those of {path.name}:\n{difference}\n"
            "If the new sentences are right, run this test again with APPROVE=1."
        )


def _lines(sentences: object) -> str:
    parts = [sentences] if isinstance(sentences, str) or not isinstance(sentences, Iterable) else sentences
    return "\n".join(line.rstrip() for part in parts for line in str(part).splitlines())
