"""Check a student's answer without showing the right one."""

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from secretome.course.mistakes import MISTAKES, transformed
from secretome.course.numbers import CHANGED, PROBLEMS, SEVERAL, read_number
from secretome.protocol.loading import notebooks_folder
from secretome.protocol.names import nearest

YES = {"yes", "y", "true"}
NO = {"no", "n", "false"}
# The hashes keep a reader from seeing an answer by accident; they do not stop someone who tries all numbers.
ITERATIONS = 20_000
# The bytes that SHA-256 processes at a time.
BLOCK = 64
ARTICLES = {"a", "an", "the"}
# The message does not repeat a longer answer.
MAX_LENGTH = 80


@dataclass(frozen=True)
class AnswerCheck:
    """The result of checking an answer.

    Attributes
    ----------
    right : bool
        Whether the answer is right, to the tolerance stated in the exercise.
    message : str
        The same as a sentence; for another kind of answer, with the expected kind.
    mistake : str
        The name of the common mistake that leads to this answer, if it is one of `mistakes.MISTAKES`.
    """

    right: bool
    message: str
    mistake: str = ""

    def __repr__(self) -> str:
        """The sentence alone, for a notebook."""
        return self.message


def check(question: str, answer: object) -> AnswerCheck:
    """Check an answer to an exercise of the course.

    Answers are compared as salted hashes, so that nobody sees the right answer by accident. If a wrong answer is the
    result of a common mistake, the message says of which.

    Parameters
    ----------
    question : str
        The exercise, such as ``"ranks-1"``.
    answer : float, str, bool or array of one value
        A number, a word, or yes or no, as the exercise asks. A number may be text, with a decimal comma, a sign of per
        cent, a fraction such as 1/10 or words around it. One within the stated tolerance is accepted, and one that is
        off by twice the tolerance is not.

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
    >>> check("ranks-2", 0.05)
    Not yet: ranks-2. It looks like the result of a one-sided test: the two-sided one is asked for.
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
        return AnswerCheck(
            False, f"Not yet: {question} asks for {expected.rstrip(',')}, not {_shown(answer, exercise)}."
        )
    hashes = {digest(question, token) for token in tokens}
    if exercise["hash"] in hashes:
        return AnswerCheck(True, f"Right: {question} is solved.")
    if mistake := _mistake(question, answer, exercise, hashes):
        return AnswerCheck(False, f"Not yet: {question}. {MISTAKES[mistake]}", mistake)
    return AnswerCheck(False, f"Not yet: this is not the answer to {question}.")


def _mistake(question: str, answer: object, exercise: Mapping[str, Any], hashes: set[str]) -> str:
    """The name of the common mistake that gives this answer; empty if it is none."""
    for name, sealed in exercise.get("mistakes", {}).items():
        if hashes & set(sealed):
            return str(name)
    if exercise["kind"] == "number":
        for value in read_number(answer).values:
            for name, corrected in transformed(value):
                if any(digest(question, token) == exercise["hash"] for token in _tokens(corrected, exercise)):
                    return name
    return ""


def _shown(answer: object, exercise: Mapping[str, Any] | None = None) -> str:
    """An answer as text for a message, or its type if it is too long or cannot be shown, and why it was not read."""
    if exercise and exercise["kind"] in ("number", "whole number") and isinstance(answer, str):
        problem = read_number(answer).problem
        if problem in (SEVERAL, CHANGED):
            return f"{_shown(answer)}: {PROBLEMS[problem]}"
    try:
        text = repr(answer)
    except Exception:  # An object of a student's class may raise any error.
        text = ""
    return text if 0 < len(text) <= MAX_LENGTH and "\n" not in text else f"a value of type {type(answer).__name__}"


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


def hash_answer(
    question: str, answer: object, tolerance: float | None, mistakes: Mapping[str, object] | None = None
) -> dict[str, Any]:
    """The entry of a right answer: its kind, its tolerance, its hash, and the hashes of common wrong answers.

    Raises
    ------
    TypeError
        If the answer is neither a number, a word, nor yes or no, or a number that is not whole has no tolerance.
    ValueError
        If a mistake has an unknown name, or its result would be accepted as the right answer.
    """
    entry: dict[str, Any] = {"kind": "number", "tolerance": tolerance}
    if tolerance is None:
        entry = {"kind": _kind_without_tolerance(question, answer)}
    tokens = answer_tokens(answer, entry)
    if tokens is None:
        raise TypeError(f"{question}: the solution gives {answer!r}, which is not {describe_kind(entry)}.")
    sealed = {}
    for name, results in (mistakes or {}).items():
        wrong = [answer_tokens(result, entry) for result in (results if isinstance(results, list) else [results])]
        if name not in MISTAKES or any(not found or tokens[0] in found for found in wrong):
            raise ValueError(f"{question}: the mistake {name!r} is unknown, or its result {results!r} would be right.")
        sealed[name] = [digest(question, found[0]) for found in wrong if found]
    return entry | {"hash": digest(question, tokens[0])} | ({"mistakes": sealed} if sealed else {})


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
        return f"a number, correct to within {entry['tolerance']:g},"
    kinds = {"whole number": "a whole number", "word": 'a word, such as "control",', "yes or no": '"yes" or "no"'}
    return kinds[entry["kind"]]


def answer_tokens(answer: object, entry: Mapping[str, Any]) -> list[str] | None:
    """An answer as the texts to hash, the most likely first; None if it is of another kind."""
    if entry["kind"] in ("word", "yes or no"):
        words = re.findall(r"\w+", str(answer).casefold()) if isinstance(answer, str | bool | np.bool_) else []
        text = " ".join(words)
        if entry["kind"] == "word":
            without = " ".join(word for word in words if word not in ARTICLES)
            return list(dict.fromkeys((text, without or text))) if text and isinstance(answer, str) else None
        return ["yes"] if text in YES else ["no"] if text in NO else None
    tokens = [token for value in read_number(answer).values for token in _tokens(value, entry)]
    return list(dict.fromkeys(tokens)) or None


def _tokens(value: float, entry: Mapping[str, Any]) -> list[str]:
    """A number as the texts to hash; none if a whole number is asked for and it is not one."""
    if entry["kind"] == "whole number":
        return [str(round(value))] if value == round(value) else []
    nearest_multiple = round(value / entry["tolerance"])
    # A right answer may have been rounded to the next multiple of the tolerance.
    return [str(nearest_multiple + shift) for shift in (0, -1, 1)]


def digest(question: str, token: str) -> str:
    """The salted hash of an answer; the question is the salt, so that equal answers have different hashes."""
    return derive_key(token.encode(), f"secretome {question}".encode()).hex()[:32]


def derive_key(password: bytes, salt: bytes) -> bytes:
    """The first block of PBKDF2 with SHA-256, as hashlib calculates it with OpenSSL, which browsers lack.

    >>> derive_key(b"mouse", b"salt") == hashlib.pbkdf2_hmac("sha256", b"mouse", b"salt", ITERATIONS)
    True
    """
    if hasattr(hashlib, "pbkdf2_hmac"):
        return hashlib.pbkdf2_hmac("sha256", password, salt, ITERATIONS)
    return derive_key_in_python(password, salt)


def derive_key_in_python(password: bytes, salt: bytes) -> bytes:
    """The same without OpenSSL, for passwords of at most 64 bytes or the hash of a longer one."""
    block = (password if len(password) <= BLOCK else hashlib.sha256(password).digest()).ljust(BLOCK, b"\0")
    inner, outer = (hashlib.sha256(bytes(byte ^ mask for byte in block)) for mask in (0x36, 0x5C))

    def code(text: bytes) -> bytes:
        within, around = inner.copy(), outer.copy()
        within.update(text)
        around.update(within.digest())
        return around.digest()

    last = code(salt + (1).to_bytes(4, "big"))
    total = int.from_bytes(last, "big")
    for _ in range(ITERATIONS - 1):
        last = code(last)
        total ^= int.from_bytes(last, "big")
    return total.to_bytes(len(last), "big")
