"""Check a student's answer without showing the right one."""

import hashlib
import json
import math
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from secretome.protocol.loading import notebooks_folder
from secretome.protocol.names import nearest

YES = {"yes", "y", "true"}
NO = {"no", "n", "false"}
# Trying many numbers takes longer than solving the exercise, and one check takes no noticeable time.
ITERATIONS = 20_000
# The message does not repeat a longer answer.
LONGEST = 80


@dataclass(frozen=True)
class AnswerCheck:
    """The result of checking an answer.

    Attributes
    ----------
    right : bool
        Whether the answer is right, to the tolerance stated in the exercise.
    message : str
        The same as a sentence; for another kind of answer, with the expected kind.
    """

    right: bool
    message: str

    def __repr__(self) -> str:
        """The sentence alone, for a notebook."""
        return self.message


def check(question: str, answer: object) -> AnswerCheck:
    """Check an answer to an exercise of the course.

    Answers are compared as salted hashes, so that nobody sees the right answer by accident.

    Parameters
    ----------
    question : str
        The exercise, such as ``"ranks-1"``.
    answer : float, str or bool
        A number, a word, or yes or no, as the exercise asks. A number within the stated tolerance is accepted, and one
        that is off by twice the tolerance is not.

    Returns
    -------
    AnswerCheck
        A notebook shows it as one sentence.

    Examples
    --------
    >>> from secretome.course import check
    >>> check("ranks-1", 19)
    Not yet: this is not the answer to ranks-1.
    >>> check("ranks-1", ...)
    No answer yet: put a whole number in place of the three dots.
    """
    if not isinstance(question, str):
        example = 'such as check("ranks-1", 19)'
        return AnswerCheck(False, f"Write the exercise in quotation marks, {example}, not {_shown(question)}.")
    exercises = read_exercises(question.rpartition("-")[0])
    if question not in exercises:
        lessons = [file.parent.name for file in lessons_folder().glob("*/answers.json")]
        guess = nearest(question, [name for lesson in lessons for name in read_exercises(lesson)])
        return AnswerCheck(
            False, f"There is no exercise {question!r}." + (f" Did you mean {guess!r}?" if guess else "")
        )
    exercise = exercises[question]
    expected = describe_kind(exercise)
    if answer is ...:
        return AnswerCheck(False, f"No answer yet: put {expected} in place of the three dots.")
    tokens = answer_tokens(answer, exercise)
    if tokens is None:
        return AnswerCheck(False, f"Not yet: {question} asks for {expected.rstrip(',')}, not {_shown(answer)}.")
    if any(digest(question, token) == exercise["hash"] for token in tokens):
        return AnswerCheck(True, f"Right: {question} is solved.")
    return AnswerCheck(False, f"Not yet: this is not the answer to {question}.")


def _shown(answer: object) -> str:
    """An answer as text for a message, or its type if it is too long or cannot be shown."""
    try:
        text = repr(answer)
    except Exception:  # An object of a student's class may raise any error.
        text = ""
    return text if 0 < len(text) <= LONGEST and "\n" not in text else f"a value of type {type(answer).__name__}"


def lessons_folder() -> Path:
    """The folder of the lessons, which have one folder each."""
    return notebooks_folder() / "methods"


def read_exercises(lesson: str) -> dict[str, dict[str, Any]]:
    """The exercises of a lesson, each with the kind of answer, the tolerance of a number, and the answer's hash."""
    file = lessons_folder() / lesson / "answers.json"
    # A typed name must not lead to another folder.
    if not re.fullmatch(r"\w+", lesson) or not file.is_file():
        return {}
    exercises: dict[str, dict[str, Any]] = json.loads(file.read_text(encoding="utf-8"))
    return exercises


def hash_answer(question: str, answer: object, tolerance: float | None) -> dict[str, Any]:
    """The entry of a right answer: its kind, its tolerance and its hash.

    Raises
    ------
    TypeError
        If the answer is neither a number, a word, nor yes or no, or a number that is not whole has no tolerance.
    """
    entry: dict[str, Any] = {"kind": "number", "tolerance": tolerance}
    if tolerance is None:
        entry = {"kind": _kind_without_tolerance(question, answer)}
    tokens = answer_tokens(answer, entry)
    if tokens is None:
        raise TypeError(f"{question}: the solution gives {answer!r}, which is not {describe_kind(entry)}.")
    return entry | {"hash": digest(question, tokens[0])}


def _kind_without_tolerance(question: str, answer: object) -> str:
    """The kind of an answer that has no tolerance."""
    if isinstance(answer, bool | np.bool_):
        return "yes or no"
    if isinstance(answer, str):
        return "word"
    if isinstance(answer, int | np.integer):
        return "whole number"
    raise TypeError(f"{question}: the solution gives {answer!r}; a number that is not whole needs a tolerance.")


def describe_kind(entry: dict[str, Any]) -> str:
    """The kind of answer that an exercise asks for, in words."""
    if entry["kind"] == "number":
        return f"a number, right to {entry['tolerance']:g},"
    kinds = {"whole number": "a whole number", "word": 'a word, such as "control",', "yes or no": '"yes" or "no"'}
    return kinds[entry["kind"]]


def answer_tokens(answer: object, entry: dict[str, Any]) -> list[str] | None:
    """An answer as the texts to hash, the most likely first; None if it is of another kind."""
    if entry["kind"] in ("word", "yes or no"):
        text = " ".join(re.findall(r"\w+", str(answer).casefold())) if isinstance(answer, str | bool | np.bool_) else ""
        if entry["kind"] == "word":
            return [text] if text and isinstance(answer, str) else None
        return ["yes"] if text in YES else ["no"] if text in NO else None
    value = _as_number(answer)
    if value is None:
        return None
    if entry["kind"] == "whole number":
        return [str(round(value))] if value == round(value) else None
    multiple = value / entry["tolerance"]
    if not math.isfinite(multiple):
        return None
    nearest_multiple = round(multiple)
    # A right answer may have been rounded to the next multiple of the tolerance.
    return [str(nearest_multiple + shift) for shift in (0, -1, 1)]


def _as_number(answer: object) -> float | None:
    """A number of any library; None for anything else, including text."""
    if isinstance(answer, bool | np.bool_ | str | bytes):
        return None
    try:
        value = float(answer)  # type: ignore[arg-type]
    except Exception:  # An object of another library may raise any error.
        return None
    return value if math.isfinite(value) else None


def digest(question: str, token: str) -> str:
    """The salted hash of an answer; the question is the salt, so that equal answers have different hashes."""
    return hashlib.pbkdf2_hmac("sha256", token.encode(), f"secretome {question}".encode(), ITERATIONS).hex()[:32]
