"""Whether a student's answer is right, without showing what is."""

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
# Slow enough that trying every number takes longer than thinking, and too quick to notice once.
ROUNDS = 20_000
# A longer answer is not repeated in the message.
LONGEST = 80


@dataclass(frozen=True)
class Checked:
    """What is said of an answer.

    Attributes
    ----------
    right : bool
        Whether the answer is right, to the tolerance stated in the exercise.
    said : str
        The same as a sentence, and what kind of answer is expected where another came.
    """

    right: bool
    said: str

    def __repr__(self) -> str:
        """The sentence alone: it is what a notebook shows."""
        return self.said


def check(question: str, answer: object) -> Checked:
    """Say whether an answer to an exercise of the course is right.

    Answers are compared as salted hashes, made by running the solutions: nobody meets an answer by accident.

    Parameters
    ----------
    question : str
        The exercise, such as ``"ranks-1"``.
    answer : float, str or bool
        A number, a word, or yes or no, as the exercise asks. A number within the stated tolerance is accepted, and one
        that is off by twice the tolerance is not.

    Returns
    -------
    Checked
        It shows as one sentence.

    Examples
    --------
    >>> from secretome.course import check
    >>> check("ranks-1", 19)
    Not yet: this is not the answer to ranks-1.
    >>> check("ranks-1", ...)
    No answer yet: put a whole number in place of the three dots.
    """
    if not isinstance(question, str):
        return Checked(
            False, f'Write the exercise in quotation marks, such as check("ranks-1", 19), not {_shown(question)}.'
        )
    known = sheet(question.rpartition("-")[0])
    if question not in known:
        every = [name for lesson in lessons_folder().glob("*/answers.json") for name in sheet(lesson.parent.name)]
        guess = nearest(question, every)
        return Checked(False, f"There is no exercise {question!r}." + (f" Did you mean {guess!r}?" if guess else ""))
    right = known[question]
    if answer is ...:
        return Checked(False, f"No answer yet: put {asked(right)} in place of the three dots.")
    given = tokens(answer, right)
    if given is None:
        return Checked(False, f"Not yet: {question} asks for {asked(right).rstrip(',')}, not {_shown(answer)}.")
    if any(digest(question, token) == right["hash"] for token in given):
        return Checked(True, f"Right: {question} is solved.")
    return Checked(False, f"Not yet: this is not the answer to {question}.")


def _shown(answer: object) -> str:
    """An answer for a message; its type if it is too long or cannot be shown."""
    try:
        text = repr(answer)
    except Exception:  # An object of the student's own class may raise any error.
        text = ""
    return text if 0 < len(text) <= LONGEST and "\n" not in text else f"a value of type {type(answer).__name__}"


def lessons_folder() -> Path:
    """Where the lessons are, one folder each."""
    return notebooks_folder() / "methods"


def sheet(lesson: str) -> dict[str, dict[str, Any]]:
    """The exercises of a lesson, each with the kind of answer, the tolerance of a number, and the answer's hash."""
    file = lessons_folder() / lesson / "answers.json"
    # A question's name is typed by hand: it must not lead out of the folder.
    if not re.fullmatch(r"\w+", lesson) or not file.is_file():
        return {}
    found: dict[str, dict[str, Any]] = json.loads(file.read_text(encoding="utf-8"))
    return found


def sealed(question: str, answer: object, tolerance: float | None) -> dict[str, Any]:
    """What the sheet holds of a right answer.

    Raises
    ------
    TypeError
        If the answer is neither a number, a word, nor yes or no, or a number that is not whole has no tolerance.
    """
    entry: dict[str, Any] = {"kind": "number", "tolerance": tolerance}
    if tolerance is None:
        entry = {"kind": kind_of(question, answer)}
    given = tokens(answer, entry)
    if given is None:
        raise TypeError(f"{question}: the solution gives {answer!r}, which is not {asked(entry)}.")
    return entry | {"hash": digest(question, given[0])}


def kind_of(question: str, answer: object) -> str:
    """The kind of an answer that has no tolerance."""
    if isinstance(answer, bool | np.bool_):
        return "yes or no"
    if isinstance(answer, str):
        return "word"
    if isinstance(answer, int | np.integer):
        return "whole number"
    raise TypeError(f"{question}: the solution gives {answer!r}; a number that is not whole needs a tolerance.")


def asked(entry: dict[str, Any]) -> str:
    """What an exercise asks for, in words."""
    if entry["kind"] == "number":
        return f"a number, right to {entry['tolerance']:g},"
    return {"whole number": "a whole number", "word": 'a word, such as "control",', "yes or no": '"yes" or "no"'}[
        entry["kind"]
    ]


def tokens(answer: object, entry: dict[str, Any]) -> list[str] | None:
    """An answer as text to be hashed, the likeliest first; None where it is of another kind."""
    if entry["kind"] in ("word", "yes or no"):
        text = " ".join(re.findall(r"\w+", str(answer).casefold())) if isinstance(answer, str | bool | np.bool_) else ""
        if entry["kind"] == "word":
            return [text] if text and isinstance(answer, str) else None
        return ["yes"] if text in YES else ["no"] if text in NO else None
    value = as_number(answer)
    if value is None:
        return None
    if entry["kind"] == "whole number":
        return [str(round(value))] if value == round(value) else None
    steps = value / entry["tolerance"]
    if not math.isfinite(steps):
        return None
    step = round(steps)
    # A right answer near the edge of its rounding may have been rounded to the step beside it.
    return [str(step), str(step - 1), str(step + 1)]


def as_number(answer: object) -> float | None:
    """A number, whatever library made it; None for anything else, text included."""
    if isinstance(answer, bool | np.bool_ | str | bytes):
        return None
    try:
        value = float(answer)  # type: ignore[arg-type]
    except Exception:  # An object of another library may raise any error.
        return None
    return value if math.isfinite(value) else None


def digest(question: str, token: str) -> str:
    """The salted hash of an answer; the question is the salt, so that two equal answers do not look alike."""
    return hashlib.pbkdf2_hmac("sha256", token.encode(), f"secretome {question}".encode(), ROUNDS).hex()[:32]
