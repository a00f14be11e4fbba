"""Marks for one sheet: each lost mark with its reason, and each mistake counted once."""

import math
import re
from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

from secretome.claims import Rule
from secretome.course import text as words
from secretome.course.key import KeyRow
from secretome.course.numbers import NONE, PROBLEMS, read_number
from secretome.course.questions import BOUND, EITHER, NOT_ESTIMABLE, SMALL_P, WITHIN, Question
from secretome.course.returned_answers import AnswerSheet
from secretome.protocol import name_key, normalise

ERROR, ERROR_GROUP = "error", "error_group"
# What stands between the names of two groups.
BOTH = re.compile(r"\s*[,;/&+]\s*|\s+(?:and|or)\s+", re.IGNORECASE)
# One number may be right by chance; one to four digits, or two, rarely are.
NEEDED = 2
EXACT = 0.001
# If a ratio is inverted, its verdict and reason are the opposite ones.
OPPOSITE = {
    "supported": "contradicted",
    "contradicted": "supported",
    Rule.CLAIMED: Rule.OPPOSITE,
    Rule.OPPOSITE: Rule.CLAIMED,
    Rule.EVERY_CLAIMED: Rule.SOME_OPPOSITE,
    Rule.SOME_OPPOSITE: Rule.EVERY_CLAIMED,
}


@dataclass(frozen=True)
class Mark:
    """The marks of one answer: none if the teacher must decide; the reason for a lost mark, or how it was earned."""

    marks: float | None
    reason: str = ""


@dataclass(frozen=True)
class ComparedAnswer:
    """An answer compared with the key: right, wrong by known mistakes, wrong, blank, or for the teacher to decide."""

    status: Literal["right", "mistaken", "wrong", "blank", "undecided"]
    reason: str = ""
    mistakes: frozenset[str] = frozenset()
    # The number of the key that it matches, if any, and whether it does so closely.
    value: float = math.nan
    exact: bool = False


@dataclass
class _SheetSummary:
    """What a sheet shows.

    Attributes
    ----------
    evidence : dict
        How surely each number was calculated and not guessed, by question.
    needed : int
        The evidence that shows that the sheet was not filled in by guessing.
    calculated, undecided, inverted : set of str
        The claims with a number that is right or follows from a known mistake, with one that the teacher must read, and
        with an inverted ratio.
    reasons : dict
        The reason given for each verdict, by claim.
    counted : set of str
        The mistakes that have cost a mark.
    found_error : bool
        Whether the error in the file was named, or not asked for.
    """

    evidence: dict[str, int] = field(default_factory=dict)
    needed: int = NEEDED
    calculated: set[str] = field(default_factory=set)
    undecided: set[str] = field(default_factory=set)
    inverted: set[str] = field(default_factory=set)
    reasons: dict[str, str] = field(default_factory=dict)
    counted: set[str] = field(default_factory=set)
    found_error: bool = True

    @property
    def enough(self) -> bool:
        """Whether the numbers show that something was calculated."""
        return sum(self.evidence.values()) >= self.needed


def mark_sheet(rows: Sequence[KeyRow], sheet: AnswerSheet) -> list[Mark]:
    """The marks of a sheet, in the order of the key.

    A known mistake costs the marks of the first question that it affects. What can be guessed counts only on a sheet
    with a ratio to four digits, or two numbers, that are right or follow from a known mistake; a verdict and its reason
    need such a number of their claim.
    """
    compared = {
        row.question.key: compare_answer(
            row, sheet.answers.get(row.question.key, []), extra_cells=row.question.key in sheet.extra_cells
        )
        for row in rows
    }
    seen = _look_over([(row, compared[row.question.key]) for row in rows])
    seen.reasons = {row.question.claim: _given(sheet, row.question.key) for row in rows if _is(row, "reason")}
    return [_mark(row, compared[row.question.key], seen, _given(sheet, row.question.key)) for row in rows]


def _look_over(answers: Sequence[tuple[KeyRow, ComparedAnswer]]) -> _SheetSummary:
    """Find what was calculated."""
    numbers = [(row, compared) for row, compared in answers if row.question.kind != "choice"]
    estimated = {row.question.claim for row, _ in numbers if row.question.kind != "p" and row.answer != NOT_ESTIMABLE}
    # A number that is, say, the inverse of the right one in a single question may be so by chance.
    times = Counter(mistake for _, compared in numbers for mistake in compared.mistakes)
    repeated = {"uncorrected", *(mistake for mistake, number in times.items() if number > 1)}
    possible = [_evidence(row, _number(row.answer), estimated, exact=True) for row, _ in numbers]
    seen = _SheetSummary(needed=min(NEEDED, sum(possible)))
    for row, compared in numbers:
        claim = row.question.claim
        if compared.status == "right" or (compared.status == "mistaken" and compared.mistakes <= repeated):
            evidence = _evidence(row, compared.value, estimated, exact=compared.exact)
            seen.evidence[row.question.key] = evidence
            if evidence or claim not in estimated:
                seen.calculated.add(claim)
        if compared.status == "undecided":
            seen.undecided.add(claim)
        if "inverse" in compared.mistakes:
            seen.inverted.add(claim)
    return seen


def compare_answer(row: KeyRow, given: Sequence[str], *, extra_cells: bool = False) -> ComparedAnswer:
    """Compare one answer with the key.

    Parameters
    ----------
    row : KeyRow
        The row of the key.
    given : sequence of str
        The cells of the sheet that answer the question.
    extra_cells : bool
        Whether the row has more cells than the header, so that the answer is ambiguous.
    """
    if extra_cells:
        return ComparedAnswer("undecided", words.EXTRA_CELLS)
    filled = [text for text in given if text]
    if not filled:
        return ComparedAnswer("blank", words.NO_ANSWER)
    # This comparison keeps decimal points and signs: 1.5 is not 15, and -2 is not 2.
    if len({name_key(text) for text in filled}) > 1:
        return ComparedAnswer("undecided", words.ANSWERED_TWICE)
    return (_compare_choice if row.question.kind == "choice" else _compare_number)(row, filled[0])


def _mark(row: KeyRow, compared: ComparedAnswer, seen: _SheetSummary, given: str) -> Mark:
    if row.question.key == ERROR and compared.status in ("wrong", "blank"):
        # What follows from the error is not counted again.
        seen.counted.add("uncorrected")
    if row.question.key == ERROR:
        seen.found_error = compared.status in ("right", "undecided")
    if row.question.claim and row.question.kind == "choice" and not compared.mistakes <= seen.counted:
        # A wrong verdict may be that of the uncorrected file by chance, if its numbers are those of the right one.
        compared = replace(compared, status="wrong")
    if compared.status in ("right", "mistaken") and (blocked := _without_numbers(row, seen)):
        return blocked
    if compared.status == "wrong" and (followed := _followed(row, given, seen)):
        return Mark(row.marks, followed)
    if compared.status == "mistaken":
        new = compared.mistakes - seen.counted
        seen.counted |= compared.mistakes
        if not new:
            return Mark(row.marks, words.COUNTED_ONCE.format(reason=compared.reason))
    marks = {"right": row.marks, "undecided": None}.get(compared.status, 0)
    return Mark(marks, compared.reason)


def _evidence(row: KeyRow, value: float, estimated: Collection[str], *, exact: bool) -> int:
    """How surely a number was calculated and not guessed.

    Exact tests have few small p-values, which many students share, so these are evidence only if no other number is.
    """
    if math.isnan(value):
        return 0
    if row.question.kind != "p":
        return 2 if exact else 1
    return int(SMALL_P <= value < 1 or (exact and not estimated))


def _without_numbers(row: KeyRow, seen: _SheetSummary) -> Mark | None:
    """The mark of a right answer that may have been guessed, on a sheet without numbers that show a calculation."""
    if seen.evidence.get(row.question.key):
        return None
    if row.question.key == ERROR_GROUP and not seen.found_error:
        return Mark(0, words.NO_ERROR)
    claim = row.question.claim if row.question.kind == "choice" else ""
    if seen.enough and (not claim or claim in seen.calculated):
        return None
    undecided = claim in seen.undecided or (not seen.enough and seen.undecided)
    return Mark(None, words.NUMBERS_UNDECIDED) if undecided else Mark(0, words.NO_NUMBERS)


def _followed(row: KeyRow, given: str, seen: _SheetSummary) -> str:
    """Why a wrong verdict or reason keeps its marks: it follows from an earlier mistake; empty if it does not."""
    claim = row.question.claim
    if row.question.kind != "choice" or claim not in seen.calculated or not seen.enough:
        return ""
    opposite = OPPOSITE.get(row.answer, "")
    if claim in seen.inverted and normalise(given) == normalise(opposite):
        return words.FOLLOWS_INVERSE
    if _is(row, "verdict") and (rule := _rule(seen.reasons.get(claim, ""))) and normalise(given) == str(rule.decision):
        return words.FOLLOWS_REASON
    return ""


def _rule(reason: str) -> Rule | None:
    return next((rule for rule in Rule if normalise(rule) == normalise(reason)), None)


def _is(row: KeyRow, part: str) -> bool:
    return row.question.key.endswith(f".{part}")


def _given(sheet: AnswerSheet, question: str) -> str:
    return next((text for text in sheet.answers.get(question, []) if text), "")


def _compare_choice(row: KeyRow, given: str) -> ComparedAnswer:
    if _is_choice(row.question, row.answer, given):
        return ComparedAnswer("right")
    if row.uncorrected and _is_choice(row.question, row.uncorrected, given):
        return ComparedAnswer(
            "mistaken", words.BEFORE_CORRECTION.format(reason=words.ANOTHER), mistakes=frozenset({"uncorrected"})
        )
    if any(_is_choice(row.question, choice, given) for choice in row.question.choices):
        return ComparedAnswer("wrong", words.ANOTHER)
    choices = ", ".join(row.question.choices)
    return ComparedAnswer("wrong", words.NOT_A_CHOICE.format(given=given[:60], choices=choices))


def _is_choice(question: Question, right: str, given: str) -> bool:
    """Whether a text names the right choice, by its name or its label; punctuation is ignored."""
    # Unless two choices would then be equal.
    unique = len(set(map(normalise, question.choices))) == len(set(question.choices))
    form = normalise if unique else name_key
    named = {form(label): form(choice) for label, choice in question.labels.items()}
    accepted = {form(answer) for answer in right.split(EITHER)}

    def names(text: str) -> bool:
        return named.get(form(text), form(text)) in accepted

    # Of two groups that were exchanged, a student may name either, or both.
    return names(given) or (len(accepted) > 1 and all(map(names, BOTH.split(given.strip()))))


def _compare_number(row: KeyRow, given: str) -> ComparedAnswer:
    if normalise(given) == normalise(NOT_ESTIMABLE):
        return ComparedAnswer("right") if row.answer == NOT_ESTIMABLE else ComparedAnswer("wrong", words.ANOTHER)
    read = read_number(given)
    if read.problem:
        return ComparedAnswer("wrong" if read.problem == NONE else "undecided", PROBLEMS[read.problem])
    if row.answer == NOT_ESTIMABLE and not row.uncorrected:
        return ComparedAnswer("wrong", words.ANOTHER)
    if read.bound and row.question.kind == "p":
        exact = float(row.answer) if row.answer != NOT_ESTIMABLE else 1.0
        is_right = exact < read.values[0] <= BOUND
        return ComparedAnswer("right") if is_right else ComparedAnswer("wrong", words.OUTSIDE)
    for mistakes, right in _expected(row):
        off = [abs(value - right) for value in read.values if _is_near(row.question, value, right, mistakes)]
        if off:
            exact = min(off) <= EXACT * abs(right)
            if not mistakes:
                return ComparedAnswer("right", value=right, exact=exact)
            names = " and ".join(words.MARKED_MISTAKES[name] for name in sorted(mistakes))
            return ComparedAnswer("mistaken", f"{words.OUTSIDE}; {names}", mistakes, right, exact)
    if row.question.kind == "p" and not any(0 < value <= 1 for value in read.values):
        return ComparedAnswer("wrong", words.NOT_A_P)
    return ComparedAnswer("wrong", words.OUTSIDE if row.answer != NOT_ESTIMABLE else words.ANOTHER)


def _expected(row: KeyRow) -> Iterator[tuple[frozenset[str], float]]:
    """The right number without a mistake, then the results of known mistakes, the simplest first."""
    files = [(frozenset[str](), row.answer), (frozenset({"uncorrected"}), row.uncorrected)]
    known = [(mistakes, float(text)) for mistakes, text in files if text not in ("", NOT_ESTIMABLE)]
    yield from known
    for mistakes, value in known:
        yield mistakes | {"per_cent"}, 100 * value
        if row.question.kind == "p":
            yield mistakes | {"one_sided"}, value / 2
        elif row.question.kind == "ratio" and value > 0:
            yield mistakes | {"inverse"}, 1 / value
            for base in (math.e, 2, 10):
                yield mistakes | {"log_scale"}, math.log(value, base)


def _number(answer: str) -> float:
    return math.nan if answer == NOT_ESTIMABLE else float(answer)


def _is_near(question: Question, value: float, right: float, mistakes: frozenset[str]) -> bool:
    if question.kind == "p" and not 0 < value <= (100 if "per_cent" in mistakes else 1):
        return False
    # The rounding allowed for a small p may include half of it, the one-sided p.
    within = question.allowance(right) if mistakes <= {"uncorrected"} else WITHIN[question.kind] * abs(right)
    # The factor includes an answer that was rounded onto the limit.
    return abs(value - right) <= within * (1 + 1e-9)
