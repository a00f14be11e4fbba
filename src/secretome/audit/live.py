"""Check a printed table that a reader pasted: what the form on the page on printed tables calls."""

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from secretome.audit import audit, load_table
from secretome.audit.text import finding_sentence, summary_sentence
from secretome.protocol import InputError

FILE = "table.yml"


def audit_text(content: str) -> dict[str, Any]:
    """Return the findings in a printed table, or the problems of its file.

    Parameters
    ----------
    content : str
        The file, as the book's page on printed tables describes it.

    Examples
    --------
    >>> audit_text("titel: mice")["problems"][0]["found"]
    "no key 'title'"
    """
    with TemporaryDirectory() as folder:
        path = Path(folder) / FILE
        path.write_text(content, encoding="utf-8")
        try:
            table = load_table(path)
        except InputError as error:
            fields = ("place", "found", "expected", "remedy")
            return {"problems": [{name: getattr(each, name) for name in fields} for each in error.problems]}
    findings = audit({FILE: table})
    return {
        "problems": [],
        "title": table.title,
        "findings": [[str(finding.outcome), finding_sentence(finding)] for finding in findings],
        "summary": summary_sentence(findings),
    }
