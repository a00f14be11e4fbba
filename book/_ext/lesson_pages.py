"""How a lesson's page shows what its notebook marks: solutions folded, quizzes as answers to open.

Nothing here needs a script: both are folds of the browser's own, which a keyboard opens too.
"""

from __future__ import annotations

import re

from nbformat import NotebookNode

OPTION = re.compile(r"^- \[([ x])\] (.+(?:\n(?!  |- ).+)*)\n((?:  .+\n?)+)", re.MULTILINE)


def as_page(notebook: NotebookNode) -> NotebookNode:
    """Fold solutions and quizzes; a notebook without them stays as it is."""
    for cell in notebook.cells:
        tags = cell.metadata.get("tags", [])
        if "solution" in tags and cell.cell_type == "code":
            cell.metadata["tags"] = [*tags, "hide-cell"]
            cell.metadata["mystnb"] = {"code_prompt_show": "Show the solution", "code_prompt_hide": "Hide the solution"}
        elif "solution" in tags:
            cell.source = _fold("Why", cell.source, "why")
        elif "quiz" in tags:
            cell.source = OPTION.sub(_option, cell.source + "\n")
    return notebook


def _option(match: re.Match[str]) -> str:
    """One answer of a quiz: opened, it says whether it is right, and why."""
    verdict = "**Right.** " if match[1] == "x" else "**No.** "
    reason = " ".join(line.strip() for line in match[3].splitlines())
    return "\n" + _fold(" ".join(match[2].split()), verdict + reason, "quiz") + "\n"


def _fold(title: str, text: str, kind: str) -> str:
    return f"::::{{dropdown}} {title}\n:class-container: {kind}\n\n{text}\n::::"
