"""Find rows and columns that are summaries (means, spreads, counts), by their name or formula."""

import math
import re
import statistics
from collections.abc import Callable, Collection, Sequence
from contextlib import suppress

from secretome.cohort.files.sheet import Cell, Row
from secretome.protocol import name_key

# No id begins with one of these words. 'SD 4' may be a rat (Sprague-Dawley), 'n 1' too: those count only alone.
WORDS = frozenset(
    """
    mean means average median stdev stddev geomean mittelwert standardabweichung standardfehler moyenne médiane promedio
    mediana среднее медиана середнє медіана 平均 平均値 平均值
    """.split()
)
ALONE = frozenset(
    """
    avg sd sem standarddeviation standarderror se semean cv cv% %cv n count total sum geometricmean min minimum max
    maximum variance range ci lowerci upperci p pvalue ttest mittel stabw stdabw summe anzahl écarttype ecarttype
    erreurstandard erreurtype desviaciónestándar desviacionestandar errorestándar desviopadrão deviazionestandard
    стандартноеотклонение стоткл сумма стандартневідхилення rerata rata-rata ratarata simpanganbaku
    标准差 標準差 標準偏差 中央値 中位数 grandtotal totalgeneral gesamtergebnis
    """.split()
)
# A mean of two values or more is reported if chance would make it in one of ten thousand tables.
MIN_SURPRISE = 4.0
MIN_VALUES = 2
# In so many columns, numbers that equal the numbers of values above are no coincidence.
MIN_COUNTED = 3


def is_summary(text: str) -> bool:
    """Return whether a title names a summary.

    >>> is_summary("Mean ± SD"), is_summary("n = 12"), is_summary("n 1"), is_summary("CV (%)"), is_summary("SD 4")
    (True, True, False, True, False)
    """
    words = re.findall(r"[^\W\d_]+", text.casefold())
    if re.fullmatch(r"n\s*=\s*\d*", text.strip().casefold()):
        return True
    return bool(words) and (words[0] in WORDS or name_key(re.sub(r"[\[(][^\])]*[\])]\s*$", "", text)) in ALONE)


def count_references(formula: str, cells: Collection[tuple[int, int]]) -> int:
    """Return how many of some cells, given by row and column, a formula refers to.

    >>> count_references("=STDEV(A2:A4)/SQRT(3)", {(2, 1), (3, 1), (4, 1), (4, 2)})
    3
    >>> count_references("=B2*4", {(2, 2), (3, 2)})
    1
    """
    # Imported here, because only workbooks have formulas.
    from openpyxl.formula.tokenizer import Token, Tokenizer, TokenizerError
    from openpyxl.utils import range_boundaries

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
        # Names and cells of other sheets are not counted.
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
    """Return whether a cell is calculated from two or more other values of the same table."""
    same_sheet = re.compile(rf"('{re.escape(cell.sheet)}'|{re.escape(cell.sheet)})!")
    others = set(values) - {cell.position}
    return bool(cell.formula) and count_references(same_sheet.sub("", cell.formula), others) > 1


def typed_mean(rows: Sequence[Row], positions: Sequence[int]) -> Cell | None:
    """Return the first cell of a row that is, in every column, the mean or the median of the rows above.

    It is returned only if the values are so far apart, relative to their last digit, that an animal is unlikely to have
    this value by chance.
    """
    columns = [[row[at].text.strip().replace(",", ".") for row in rows] for at in positions]
    for number in range(MIN_VALUES, len(rows)):
        filled = [column[: number + 1] for column in columns if column[number]]
        for middle in (statistics.fmean, statistics.median):
            if filled and sum(_surprise(column[:-1], column[-1], middle) for column in filled) >= MIN_SURPRISE:
                return next(rows[number][at] for at in positions if rows[number][at].filled)
    return None


def typed_count(rows: Sequence[Row], positions: Sequence[int]) -> Cell | None:
    """Return the first cell of a row that is, in three columns or more, the number of values above; None if none is."""
    above = dict.fromkeys(positions, 0)
    for number, row in enumerate(rows):
        filled = [at for at in positions if row[at].filled]
        is_counted = number >= MIN_VALUES and len(filled) >= MIN_COUNTED
        if is_counted and all(row[at].text.strip() == str(above[at]) for at in filled):
            return row[filled[0]]
        for at in filled:
            above[at] += 1
    return None


def _surprise(above: Sequence[str], text: str, middle: Callable[[Sequence[float]], float]) -> float:
    """How unlikely it is that a number equals the mean or median of those above, as a decimal logarithm.

    Minus infinity if it does not equal it.
    """
    try:
        value, values = float(text), [float(each) for each in above if each]
    except ValueError:
        return -math.inf
    last_digit = 10.0 ** -len(text.partition(".")[2])
    # The last of seventeen stored digits may differ between programs.
    tolerance = max(last_digit * 0.5000001, 1e-12 * abs(value))
    if len(values) < MIN_VALUES or abs(middle(values) - value) > tolerance:
        return -math.inf
    return math.log10(max(1.0, (max(values) - min(values)) / last_digit))


def without_summaries(
    rows: Sequence[Row], positions: Sequence[int], titles: Sequence[str | None]
) -> tuple[list[Row], list[str]]:
    """Return the rows above the first summary, if only summaries follow, and a note on the others; otherwise all rows.

    `positions` are those of the columns of values. The title of a row is None if the row names its group, as only the
    row of an animal does.
    """
    filled = [[row[at] for at in positions if row[at].filled] for row in rows]
    values = {cell.position for cells in filled for cell in cells}

    def is_certain(title: str | None, cells: list[Cell]) -> bool:
        return is_summary(title or "") or (bool(cells) and all(summarises(cell, values) for cell in cells))

    def is_likely(title: str | None, cells: list[Cell]) -> bool:
        # A standard error may refer to a single cell, the standard deviation above it.
        has_formulas = all(cell.formula and count_references(cell.formula, values) for cell in cells)
        return is_certain(title, cells) or (title == "" and has_formulas)

    table = list(zip(titles, filled, strict=True))
    first = next((number for number, row in enumerate(table) if is_certain(*row)), len(rows))
    if first in (0, len(rows)) or not all(is_likely(*row) for row in table[first:]):
        return list(rows), []
    names = [title or next((cell.formula for cell in cells if cell.formula), "") for title, cells in table[first:]]
    summaries = ", ".join(f"{name!r} in row {row[0].row}" for name, row in zip(names, rows[first:], strict=True))
    return list(rows[:first]), [f"summaries under the table, left out: {summaries}"]
