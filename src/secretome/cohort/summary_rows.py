"""What stands under or beside a table and is no animal: means, spreads, counts, by name or by formula."""

import math
import re
import statistics
from collections.abc import Callable, Collection, Sequence
from contextlib import suppress

from openpyxl.formula import Tokenizer
from openpyxl.formula.tokenizer import Token, TokenizerError
from openpyxl.utils import range_boundaries

from secretome.cohort.files.sheet import Cell
from secretome.protocol import name_key

# No id begins with one of these words. 'SD 4' may be a rat (Sprague-Dawley), 'n 1' too: those count only alone.
WORDS = frozenset("mean means average median stdev stddev geomean mittelwert moyenne promedio".split())
ALONE = frozenset(
    """
    avg sd sem standarddeviation standarderror se semean cv cv% %cv n count total sum geometricmean min minimum max
    maximum variance range ci lowerci upperci p pvalue ttest
    """.split()
)
# A mean is looked for under three values or more, and believed where chance would make it once in ten thousand tables.
SURPRISE = 4.0
MANY = 3


def is_summary(text: str) -> bool:
    """Whether a title says that its row or column is a summary.

    >>> is_summary("Mean ± SD"), is_summary("n = 12"), is_summary("n 1"), is_summary("CV (%)"), is_summary("SD 4")
    (True, True, False, True, False)
    """
    words = re.findall(r"[^\W\d_]+", text.casefold())
    if re.fullmatch(r"n\s*=\s*\d*", text.strip().casefold()):
        return True
    return bool(words) and (words[0] in WORDS or name_key(re.sub(r"[\[(][^\])]*[\])]\s*$", "", text)) in ALONE)


def taken_in(formula: str, cells: Collection[tuple[int, int]]) -> int:
    """How many of some cells, given by row and column, a formula refers to.

    >>> taken_in("=STDEV(A2:A4)/SQRT(3)", {(2, 1), (3, 1), (4, 1), (4, 2)}), taken_in("=B2*4", {(2, 2), (3, 2)})
    (3, 1)
    """
    areas = []
    try:
        tokens = Tokenizer(formula).items
    except TokenizerError:
        return 0
    for token in tokens:
        if token.type != Token.OPERAND or token.subtype != Token.RANGE:
            continue
        # A whole column of a table of Excel's own; '@' is the cell of this row alone.
        if re.fullmatch(r"\w+\[[^@]+\]", token.value) and "#This Row" not in token.value:
            return len(cells)
        # A name, or a cell of another sheet, has no place here.
        with suppress(ValueError, TypeError):
            areas.append(range_boundaries(token.value))
    # A whole column or row has no bounds in the other direction.
    return sum(
        any(
            (top or 1) <= row <= (bottom or row) and (left or 1) <= column <= (right or column)
            for left, top, right, bottom in areas
        )
        for row, column in cells
    )


def summarises(cell: Cell, values: Collection[tuple[int, int]]) -> bool:
    """Whether the value of a cell is worked out from two other values or more of the same table."""
    own = re.compile(rf"('{re.escape(cell.sheet)}'|{re.escape(cell.sheet)})!")
    return bool(cell.formula) and taken_in(own.sub("", cell.formula), set(values) - {(cell.row, cell.column)}) > 1


def typed_mean(rows: Sequence[tuple[Cell, ...]], positions: Sequence[int]) -> Cell | None:
    """The first cell of a row that is, in every column, the mean or the median of the rows above.

    It is believed only where values lie so far apart, for the digits they are shown with, that no animal would come
    there by chance.
    """
    columns = [[row[at].text.strip().replace(",", ".") for row in rows] for at in positions]
    for number in range(MANY, len(rows)):
        filled = [column[: number + 1] for column in columns if column[number]]
        for middle in (statistics.fmean, statistics.median):
            if filled and sum(_surprise(column[:-1], column[-1], middle) for column in filled) >= SURPRISE:
                return next(rows[number][at] for at in positions if rows[number][at].text.strip())
    return None


def _surprise(above: Sequence[str], shown: str, middle: Callable[[Sequence[float]], float]) -> float:
    """How unlikely it is that a number equals the mean or median of those above, as a decimal logarithm.

    Minus infinity if it does not equal it.
    """
    try:
        value, values = float(shown), [float(text) for text in above if text]
    except ValueError:
        return -math.inf
    step = 10.0 ** -len(shown.partition(".")[2])
    if len(values) < MANY or abs(middle(values) - value) > step * 0.5000001:
        return -math.inf
    return math.log10(max(1.0, (max(values) - min(values)) / step))


def without_summaries(
    rows: Sequence[tuple[Cell, ...]], positions: Sequence[int], titles: Sequence[str | None]
) -> tuple[list[tuple[Cell, ...]], list[str]]:
    """Leave out the summaries directly under a table, and say which they were.

    Parameters
    ----------
    rows : sequence of tuple of Cell
        The rows under the header.
    positions : sequence of int
        Where values stand.
    titles : sequence of str, optional
        The title of each row; none where the row names its group, as only an animal's does.

    Returns
    -------
    rows : list of tuple of Cell
        The rows above the first summary, if nothing but summaries stands under it; otherwise all of them.
    said : list of str
        The sentence that tells of the others.
    """
    filled = [[row[at] for at in positions if row[at].text.strip()] for row in rows]
    values = {(cell.row, cell.column) for cells in filled for cell in cells}

    def sure(title: str | None, cells: list[Cell]) -> bool:
        return is_summary(title or "") or (bool(cells) and all(summarises(cell, values) for cell in cells))

    def likely(title: str | None, cells: list[Cell]) -> bool:
        # The standard error is worked out from the standard deviation above it, and from nothing else.
        return sure(title, cells) or (
            title == "" and all(cell.formula and taken_in(cell.formula, values) for cell in cells)
        )

    table = list(zip(titles, filled, strict=True))
    first = next((number for number, row in enumerate(table) if sure(*row)), len(rows))
    if first in (0, len(rows)) or not all(likely(*row) for row in table[first:]):
        return list(rows), []
    names = [title or next((cell.formula for cell in cells if cell.formula), "") for title, cells in table[first:]]
    shown = ", ".join(f"{name!r} in row {row[0].row}" for name, row in zip(names, rows[first:], strict=True))
    return list(rows[:first]), [f"summaries under the table, left out: {shown}"]
