"""Run a reader's cell, and check its answer: what an exercise on a page of the course calls."""

import ast
import io
import re
import traceback
from collections.abc import Iterator
from contextlib import redirect_stdout
from typing import Any, NoReturn

from secretome.course.check_answer import check, lessons_folder
from secretome.report.notebook import read_cells

SETUP, SOLUTION, MISTAKES = "setup", "solution", "mistakes"
EXERCISE = re.compile(r'\bexercise="(?P<question>[\w-]+)"')
HEADING = re.compile(r"^## (?P<title>.+)$", re.MULTILINE)
CELL = "<your cell>"
MAX_LENGTH = 10_000
# The names that the cells of a lesson define, by exercise.
_defined: dict[str, dict[str, Any]] = {}


def run_exercise(question: str, code: str) -> dict[str, Any]:
    """Run a cell after the cells of its lesson, and check what it leaves in `answer`.

    Parameters
    ----------
    question : str
        The exercise, such as ``"ranks-1"``.
    code : str
        The reader's cell.

    Returns
    -------
    dict
        ``output``: what the cell printed, and the value of its last line; ``error``: the message of an error with its
        line; ``check``: the sentence of the check; ``right``: whether the answer is right.

    Examples
    --------
    >>> run_exercise("ranks-1", "print('three mice'); answer = 3")
    {'output': 'three mice', 'error': '', 'check': 'Not yet: this is not the answer to ranks-1.', 'right': False}
    """
    printed = io.StringIO()
    try:
        if question not in _defined:
            _defined[question] = _names(question)
        names = dict(_defined[question])
        with redirect_stdout(printed):
            value = _execute(code, names)
            if value is not None:
                print(repr(value))
    except BaseException as error:  # a cell may raise anything, such as SystemExit
        return {"output": _shortened(printed), "error": _message(error), "check": "", "right": False}
    checked = check(question, names.get("answer", ...))
    return {"output": _shortened(printed), "error": "", "check": checked.message, "right": checked.right}


def _names(question: str) -> dict[str, Any]:
    """The names that an exercise may use: those of the setup, and of the cells above it in the exercises."""
    name = question.rpartition("-")[0]
    names: dict[str, Any] = {"__name__": "__main__"}
    for source in _needed((lessons_folder() / name / "lesson.py").read_text(encoding="utf-8"), question):
        with redirect_stdout(io.StringIO()):
            for statement in ast.parse(source).body:
                _run_statement(statement, names)
    return names


def _run_statement(statement: ast.stmt, names: dict[str, Any]) -> None:
    """Run a statement; a package that a browser does not have is replaced by an object that says so when it is used."""
    try:
        exec(compile(ast.Module([statement], []), "lesson.py", "exec"), names)
    except ModuleNotFoundError as error:
        if not isinstance(statement, ast.Import | ast.ImportFrom):
            raise
        package = (error.name or "").partition(".")[0]
        names |= {alias.asname or alias.name: _AbsentPackage(package) for alias in statement.names}


class _AbsentPackage:
    """A placeholder for what a lesson imports from a package that is not installed."""

    def __init__(self, package: str) -> None:
        self._package = package

    def __call__(self, *_: object, **__: object) -> NoReturn:
        raise ModuleNotFoundError(f"{self._package} is not available here; use the exercise notebook.")

    def __getattr__(self, _: str) -> NoReturn:
        self()


def _needed(lesson: str, question: str) -> Iterator[str]:
    """The sources of the cells that an exercise needs."""
    inside = False
    for cell in read_cells(lesson):
        if cell["cell_type"] == "markdown":
            heading = HEADING.search(cell["source"])
            inside = heading["title"].strip() == "Exercises" if heading else inside
            continue
        tags, options = cell["metadata"]["tags"], EXERCISE.search(cell["metadata"]["options"])
        if options and options["question"] == question:
            return
        if SETUP in tags or (inside and not {SOLUTION, MISTAKES} & set(tags)):
            yield cell["source"]


def _execute(code: str, names: dict[str, Any]) -> Any:
    """Run a cell, and return the value of its last line if that is an expression."""
    tree = ast.parse(code, CELL)
    last = tree.body.pop() if tree.body and isinstance(tree.body[-1], ast.Expr) else None
    exec(compile(tree, CELL, "exec"), names)
    if not isinstance(last, ast.Expr):
        return None
    return eval(compile(ast.Expression(last.value), CELL, "eval"), names)


def _message(error: BaseException) -> str:
    """An error with the line of the cell at which it happened."""
    lines = [frame.lineno for frame in traceback.extract_tb(error.__traceback__) if frame.filename == CELL]
    line = error.lineno if isinstance(error, SyntaxError) else lines[-1] if lines else None
    text = error.msg if isinstance(error, SyntaxError) else str(error)
    return f"{type(error).__name__}{f' in line {line}' if line else ''}: {text}"


def _shortened(printed: io.StringIO) -> str:
    text = printed.getvalue().strip()
    return text if len(text) <= MAX_LENGTH else f"{text[:MAX_LENGTH]} …"
