"""What a teacher should know about the marks of a class: guessing, equal sheets, and sheets without marks."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib import resources
from itertools import combinations

import jinja2
import numpy as np

from secretome.course.key import Key, KeyRow
from secretome.course.marking import mark_sheet
from secretome.course.numbers import read_number
from secretome.course.questions import BOUND, NOT_ESTIMABLE
from secretome.course.returned_answers import AnswerSheet

# Students have different animals, so that two sheets with equal numbers are unlikely.
MIN_EQUAL = 2
DIGITS = 3


@dataclass(frozen=True)
class Guessing:
    """What sheets earn that are filled in without looking at the data: the mean and the highest per cent."""

    mean: float
    highest: float


@dataclass(frozen=True)
class EqualSheets:
    """Two students with equal numbers, and the questions in which one of the numbers is not that of its student."""

    one: str
    other: str
    questions: tuple[str, ...]


def guessing(key: Key) -> Guessing:
    """The marks of students who give, to each question, the answer that is right for most of the others."""
    answers: dict[str, dict[str, list[str]]] = {student: {} for student in key.rows}
    columns: dict[str, dict[str, KeyRow]] = {}
    for student, rows in key.rows.items():
        for row in rows:
            columns.setdefault(row.question.key, {})[student] = row
    for question, column in columns.items():
        for student, answer in zip(column, _usual_answers(list(column.values())), strict=True):
            answers[student][question] = [answer]
    shares = []
    for student, rows in key.rows.items():
        marks = sum(mark.marks or 0 for mark in mark_sheet(rows, AnswerSheet("", answers[student])))
        shares.append(100 * marks / sum(row.marks for row in rows))
    return Guessing(sum(shares) / len(shares), max(shares))


def _usual_answers(rows: Sequence[KeyRow]) -> list[str]:
    """For each student, the answer to a question that is right for the most others."""
    question, right = rows[0].question, [row.answer for row in rows]
    choices = sorted(set(right))
    if question.kind == "choice":
        hits = np.array([[choice == answer for answer in right] for choice in choices])
    else:
        values = np.array([float(text) if text != NOT_ESTIMABLE else np.nan for text in right])
        given = np.array([float(text) if text != NOT_ESTIMABLE else np.nan for text in choices])
        hits = np.abs(given[:, None] - values) <= [question.allowance(value) for value in values]
        if question.kind == "p":
            choices, hits = [*choices, f"<{BOUND:f}".rstrip("0")], np.vstack([hits, values < BOUND])
    # An answer that only this student has would not be found without looking at the data.
    return [choices[int(np.argmax(hits.sum(axis=1) - hits[:, student]))] for student in range(len(rows))]


def equal_sheets(key: Key, sheets: Mapping[str, AnswerSheet]) -> list[EqualSheets]:
    """Pairs of students with equal numbers, of three digits or more, of which one is not its student's own number."""
    given = {student: dict(_numbers(key.rows[student], sheet)) for student, sheet in sheets.items()}
    pairs: list[tuple[int, EqualSheets]] = []
    for one, other in combinations(given, 2):
        equal, from_data = [], 0
        for question, (number, own) in given[one].items():
            match = given[other].get(question)
            if match and match[0] == number and not (own and match[1]):
                equal.append(question)
                from_data += own or match[1]
        # Exact tests have few small p-values, which many students share; a ratio is shared by chance only rarely.
        if len(equal) >= MIN_EQUAL and not all(question.endswith(".p") for question in equal):
            pairs.append((from_data, EqualSheets(one, other, tuple(equal))))
    # Numbers from the data of one of the two come first: those of neither may be the same guesses.
    pairs.sort(key=lambda pair: (-pair[0], -len(pair[1].questions), pair[1].one, pair[1].other))
    return [pair for _, pair in pairs]


def _numbers(rows: Sequence[KeyRow], sheet: AnswerSheet) -> Iterator[tuple[str, tuple[str, bool]]]:
    """The numbers of a sheet to three digits, by question, and whether each is that of the student's own data."""
    for row in rows:
        cells = [text for text in sheet.answers.get(row.question.key, []) if text]
        read = read_number(cells[0]) if cells and row.question.kind != "choice" else None
        if read and read.values and not read.bound and _digits(read.values[0]) >= DIGITS:
            number = f"{read.values[0]:.{DIGITS}g}"
            own = [
                f"{float(text):.{DIGITS}g}" for text in (row.answer, row.uncorrected) if text not in ("", NOT_ESTIMABLE)
            ]
            yield row.question.key, (number, number in own)


def _digits(value: float) -> int:
    """The number of significant digits with which a number was given."""
    return len(f"{abs(value):e}".partition("e")[0].replace(".", "").rstrip("0"))


def report_html(
    key: Key, summary: Sequence[Mapping[str, object]], shares: Mapping[str, str], equal: Sequence[EqualSheets]
) -> str:
    """The teacher's report as an HTML page that opens anywhere.

    Parameters
    ----------
    key : Key
        The key of the class.
    summary : sequence of mapping
        The rows of ``summary.csv``.
    shares : mapping
        For each question, how many sheets have full marks.
    equal : sequence of EqualSheets
        Pairs of sheets to compare.
    """
    template = (resources.files("secretome.course") / "class_report.html.jinja").read_text(encoding="utf-8")
    environment = jinja2.Environment(autoescape=True, trim_blocks=True, lstrip_blocks=True)
    return environment.from_string(template).render(
        key=key, summary=summary, shares=shares, equal=equal, guessing=guessing(key)
    )
