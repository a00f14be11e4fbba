"""Boxes and folds what a lesson's notebook marks, for `percent_notebooks`: MyST-NB knows only tags of code cells.

The opening stands in a box, solutions are folded, and quizzes are answers to open. Nothing here needs a script: what
folds are folds of the browser's own, which a keyboard opens too.
"""

from __future__ import annotations

import ast
import os
import re
from collections.abc import Iterator
from pathlib import Path

from nbformat import NotebookNode
from nbformat.v4 import new_markdown_cell

from page_identity import REPOSITORY, binder_address
from secretome.course.lessons import with_difficulties

FORM = Path(__file__).parents[1] / "exercise_form.html"
# What the first exercise of a page brings.
FIRST = """<link rel="stylesheet" href="../../../_static/try/try.css">
<p class="try-hint">Each exercise has a box for your own cell, which knows the names of the lesson's first cell and
checks your answer. The first use loads about 43 MB of software from this site.</p>
<p class="try-note live-static">The boxes work only on a page from a web server: type <code>secretome serve</code> in a
terminal, or use the notebook with the exercises, which the top of the page links to.</p>
<script defer src="../../../_static/try/start.js" data-module="exercise.js"></script>
"""
# A browser does not have this package.
ABSENT = "statsmodels"
ABSENT_NOTE = f"""<p class="try-hint">The solution uses {ABSENT}, which is not available in this box. Calculate the
answer in another way here, or run the exercise notebook, which needs Python on your computer.</p>
"""
OPTION = re.compile(r"^- \[([ x])\] (.+(?:\n(?!  |- ).+)*)\n((?:  .+\n?)+)", re.MULTILINE)

# The line of the downloads, and the first exercise's name, which begins with that of the lesson.
DOWNLOADS = re.compile(r"^Download: .+$", re.MULTILINE)

OPENING = re.compile(
    r"^\| Before you read \| Time \| You will be able to \|\n\|[-|]+\n\| (.+?) \| (\d+) minutes \| (.+?) \|$",
    re.MULTILINE,
)


def as_page(notebook: NotebookNode) -> NotebookNode:
    """Box the opening, fold solutions and quizzes; a notebook without them stays as it is."""
    exercises = [cell.metadata["exercise"] for cell in notebook.cells if "exercise" in cell.metadata]
    notebook.cells = list(_with_forms(with_difficulties(notebook.cells)))
    for cell in notebook.cells:
        tags = cell.metadata.get("tags", [])
        if "solution" in tags and cell.cell_type == "code":
            cell.metadata["tags"] = [*tags, "hide-cell"]
            cell.metadata["mystnb"] = {"code_prompt_show": "Show the solution", "code_prompt_hide": "Hide the solution"}
        elif "solution" in tags:
            other = "programs" in tags
            cell.source = _fold("In other programs" if other else "Why", cell.source, "programs" if other else "why")
        elif "quiz" in tags:
            cell.source = OPTION.sub(_option, cell.source + "\n")
        elif cell.cell_type == "markdown":
            cell.source = OPENING.sub(_opening, cell.source)
            if exercises:
                cell.source = DOWNLOADS.sub(rf"\g<0> {_offers(exercises[0].rpartition('-')[0])}", cell.source)
    return notebook


def _offers(lesson: str) -> str:
    """Links to the slides of a lesson and, if the repository is known, to its exercises on Binder."""
    offers = 'Teach: <a href="slides.html">slides</a>.'
    if address := binder_address(os.environ.get(REPOSITORY, ""), f"_build/lessons/{lesson}-exercises.ipynb"):
        offers += f' Without installing: <a href="{address}">exercises on Binder</a>, which starts in a few minutes.'
    return offers


def _with_forms(cells: list[NotebookNode]) -> Iterator[NotebookNode]:
    """The cells, with a form above each solution in which a reader runs a cell and checks the answer."""
    is_first = True
    has_exercises = any("exercise" in cell.metadata for cell in cells)
    imported = _absent_names(cells) if has_exercises else set()
    for cell in cells:
        question = cell.metadata.get("exercise", "")
        if cell.cell_type == "code" and question:
            form = FORM.read_text(encoding="utf-8").replace("{question}", question)
            note = ABSENT_NOTE if imported & _names(cell.source) else ""
            yield new_markdown_cell(f"```{{raw}} html\n{FIRST if is_first else ''}{note}{form}```")
            is_first = False
        yield cell


def _absent_names(cells: list[NotebookNode]) -> set[str]:
    """The names that a lesson imports from the package that a browser does not have."""
    imports = (
        statement
        for cell in cells
        if cell.cell_type == "code"
        for statement in ast.walk(ast.parse(cell.source))
        if isinstance(statement, ast.Import | ast.ImportFrom)
    )
    return {
        alias.asname or alias.name
        for statement in imports
        for alias in statement.names
        if (getattr(statement, "module", None) or alias.name).partition(".")[0] == ABSENT
    }


def _names(source: str) -> set[str]:
    return {node.id for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Name)}


def _opening(match: re.Match[str]) -> str:
    needs = "nothing" if match[1] == "Nothing" else match[1]
    return f"```{{opening}}\n:needs: {needs}\n:minutes: {match[2]}\n\n{match[3]}.\n```"


def _option(match: re.Match[str]) -> str:
    """One answer of a quiz: opened, it says whether it is right, and why."""
    verdict = "**Right.** " if match[1] == "x" else "**No.** "
    reason = " ".join(line.strip() for line in match[3].splitlines())
    return "\n" + _fold(" ".join(match[2].split()), verdict + reason, "quiz") + "\n"


def _fold(title: str, text: str, kind: str) -> str:
    # `plain_lists` turns an admonition of this class into `details`.
    return f"::::{{admonition}} {title}\n:class: dropdown {kind}\n\n{text}\n::::"
