"""Find the table in a file and its layout, and return it as one sheet of the same form for every layout."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from secretome.cohort.appearance import appearance_notes
from secretome.cohort.files.opening import read_bytes, read_grids
from secretome.cohort.files.sheet import Cell, Grid, Sheet, letters
from secretome.cohort.flags import name_flag_columns
from secretome.cohort.group_columns import by_group
from secretome.cohort.headers import Table, find_tables, is_unit_cell, likeliest, shortened, with_unit
from secretome.cohort.summary_rows import is_summary, without_summaries
from secretome.cohort.values import is_value
from secretome.cohort.vocabulary import LONG, Vocabulary
from secretome.protocol import InputError, Problem, nearest, sha256


def read_sheet(path: Path, vocabulary: Vocabulary, content: bytes | None = None, sheet: str | None = None) -> Sheet:
    """Read a file, or what it would hold, as one table of text.

    Parameters
    ----------
    path : Path
        Delimited text, a workbook or a Prism file.
    vocabulary : Vocabulary
        The names by which a table of this study is known.
    content : bytes, optional
        What the file would hold.
    sheet : str, optional
        The sheet, or Prism's table, to take.

    Raises
    ------
    InputError
        If the file cannot be read, holds no table, or more than one.
    """
    content = read_bytes(path) if content is None else content
    opened = read_grids(content, path)
    grids = opened.grids
    text = not any(grid.title for grid in grids)
    if text:
        whole = [grid for grid in (*grids, *opened.unusual) if find_tables(grid, vocabulary)]
        grids = whole[:1] or grids[:1] or opened.unusual[:1]
    if sheet is not None:
        grids = [_named(sheet, grids, path)]
    return _Finder(path, sha256(content), vocabulary, opened.unfit).sheet(grids)


def _named(name: str, grids: list[Grid], path: Path) -> Grid:
    titles = [grid.title for grid in grids]
    same = [grid for grid in grids if grid.title and grid.title.casefold().strip() == name.casefold().strip()]
    if len(same) == 1:
        return same[0]
    if not any(titles):
        raise InputError(
            [
                Problem(
                    path.name,
                    "",
                    f"text, which has no sheet {name!r}",
                    "a workbook or a Prism file",
                    "Leave --sheet out.",
                )
            ]
        )
    guess = nearest(name, titles)
    hint = f"The nearest is {guess!r}." if guess and not same else ""
    found = f"{len(same) or 'no'} sheet{'s' if len(same) > 1 else ''} {name!r}"
    raise InputError([Problem(path.name, "", found, f"one of {', '.join(map(repr, titles))}", hint)])


class _Finder:
    """Chooses among the tables of one file."""

    def __init__(self, path: Path, sha256: str, vocabulary: Vocabulary, unfit: list[Problem]) -> None:
        self.path = path
        self.sha256 = sha256
        self.vocabulary = vocabulary
        self.unfit = unfit

    def sheet(self, grids: list[Grid]) -> Sheet:
        tables = [table for grid in grids for table in find_tables(grid, self.vocabulary)]
        data = [table for table in tables if table.kind != "key"]
        grouped = [table for table in data if table.kind == "groups"]
        keys = [table for table in tables if table.kind == "key"]
        # A table without groups cannot be read alone, so it counts only beside a key or if there is no other table.
        if any(table.kind != "coded" for table in data) and not keys:
            data = [table for table in data if table.kind != "coded"]
        single = [table for table in data if table.kind != "groups"]
        if single and len({id(table.grid) for table in data}) > 1:
            self._refuse_several(data)
        if len(single) > 1:
            self._refuse_stacked(single)
        if single:
            keys = keys if single[0].kind == "coded" else []
            return self._with_others(self._plain(single[0], keys), grids, [single[0], *keys])
        if grouped:
            self._refuse_lost(grids, grouped)
            return self._with_others(self._grouped(grouped), grids, grouped)
        return self._plain(likeliest(grids, self.vocabulary, self.path), [])

    # -- one row per animal or measurement

    def _plain(self, table: Table, keys: list[Table]) -> Sheet:
        understood = [table.grid.understood]
        header, rows = self._with_unit_row(table.header, table.rows)
        rows, after = self._without_footer(header, rows, coded=table.kind == "coded")
        rows, summaries = self._without_summaries(header, rows)
        problems: list[Problem] = []
        if keys:
            header, rows, problems = self._decoded(header, rows, keys)
            understood.append(f"groups are taken from the sheet {keys[0].grid.title!r}")
        header = name_flag_columns(header, rows)
        unnamed = _unnamed(header, rows)
        used = [any(row[position].text.strip() for row in (header, *rows)) for position in range(len(header))]
        used = [keep and position not in unnamed for position, keep in enumerate(used)]
        understood += unnamed.values()
        header, *rows = (tuple(cell for cell, keep in zip(row, used, strict=True) if keep) for row in (header, *rows))
        problems += _header_problems(self.path, header, decimals=table.grid.delimiter == ",")
        if not rows and not problems:
            problems.append(Problem(self.path.name, "", "a header and no rows under it", "one row or more"))
        long = set(self.vocabulary.columns(header)) & set(LONG)
        layout = "one row per measurement" if long else "one row per animal, one column per endpoint"
        above = [row for row in table.grid.rows if row[0].row < min(cell.row for cell in table.header)]
        understood += [layout, f"{len(rows)} rows under the header in row {header[0].row}"]
        understood += _skipped("above", above) + _skipped("below", after) + summaries
        return Sheet(
            self.path, self.sha256, header, tuple(rows), tuple(understood), tuple(problems), table.grid.delimiter
        )

    def _with_unit_row(
        self, header: tuple[Cell, ...], rows: list[tuple[Cell, ...]]
    ) -> tuple[tuple[Cell, ...], list[tuple[Cell, ...]]]:
        """A row of units under the header moves into it; header cells may be merged down into that row."""
        if not rows:
            return header, rows
        below = [replace(cell, text="") if cell.kind == "merged" else cell for cell in rows[0]]
        columns = self.vocabulary.columns(header)
        stated = [cell for top, cell in zip(header, below, strict=True) if self._measures(top) and cell.text.strip()]
        named = [cell for column, cell in zip(columns, below, strict=True) if column == "group" and cell.text.strip()]
        others = [
            cell for top, cell in zip(header, below, strict=True) if not self._measures(top) and cell.text.strip()
        ]
        # Beside units, the column of animals may say 'no.'; an animal has a group.
        if (
            named
            or any(is_value(cell.text) for cell in stated)
            or (others and not any(is_unit_cell(cell.text) for cell in stated))
        ):
            return header, rows
        units = [cell.text.strip() if self._measures(top) else "" for top, cell in zip(header, below, strict=True)]
        return tuple(map(with_unit, header, units)), rows[1:]

    def _measures(self, header: Cell) -> bool:
        return self.vocabulary.column(header.text) == "value" or self.vocabulary.endpoint(header.text) is not None

    def _without_footer(
        self, header: tuple[Cell, ...], rows: list[tuple[Cell, ...]], *, coded: bool
    ) -> tuple[list[tuple[Cell, ...]], list[tuple[Cell, ...]]]:
        """Split off what an instrument writes below a table: after a gap, or alone in a row without value and group."""
        groups = [at for at, name in enumerate(self.vocabulary.columns(header)) if name == "group"]
        end = len(rows)
        for position in range(len(rows) - 1, -1, -1):
            row = rows[position]
            filled = [at for at, cell in enumerate(row) if cell.text.strip()]
            measured = [row[at] for at in filled if self._measures(header[at])]
            if any(is_value(cell.text) for cell in measured) or any(
                self.vocabulary.group(row[at].text) for at in groups
            ):
                break
            gap = row[0].row - (rows[position - 1] if position else header)[0].row > 1
            if gap or (len(filled) == 1 and not coded):
                end = position
        return rows[:end], rows[end:]

    def _without_summaries(
        self, header: tuple[Cell, ...], rows: list[tuple[Cell, ...]]
    ) -> tuple[list[tuple[Cell, ...]], list[str]]:
        columns = self.vocabulary.columns(header)
        measured = [at for at, cell in enumerate(header) if self._measures(cell)]
        naming = [at for at, name in enumerate(columns) if name in ("animal", "code")]
        groups = [at for at, name in enumerate(columns) if name == "group"]
        titles = [
            None
            if any(row[at].text.strip() for at in groups) and not any(is_summary(row[at].text) for at in groups)
            else next((row[at].text.strip() for at in (*naming, *groups) if row[at].text.strip()), "")
            for row in rows
        ]
        return without_summaries(rows, measured, titles)

    def _decoded(
        self, header: tuple[Cell, ...], rows: list[tuple[Cell, ...]], keys: list[Table]
    ) -> tuple[tuple[Cell, ...], list[tuple[Cell, ...]], list[Problem]]:
        """Each coded row with the animal and the group that the key gives it, and what is wrong with the codes."""
        if len(keys) > 1:
            self._refuse_several(keys)
        top, lines = keys[0].header, keys[0].rows
        ours, theirs = (
            {name: at for at, name in enumerate(self.vocabulary.columns(names)) if name is not None}
            for names in (header, top)
        )
        by = "code" if "code" in ours and "code" in theirs else "animal"
        added = [name for name in ("animal", "group") if name in theirs and name not in ours]
        problems: list[Problem] = []
        meaning: dict[str, list[Cell]] = {}
        for line in lines:
            code = line[theirs[by]]
            if code.text.strip() in meaning:
                expected = f"each {by} once in the key"
                problems.append(
                    Problem(
                        self.path.name, f"cell {code.name}", f"the {by} {code.text!r} again", expected, "Correct it."
                    )
                )
            meaning.setdefault(code.text.strip(), [line[theirs[name]] for name in added])
        joined = []
        for row in rows:
            code = row[ours[by]]
            if code.text.strip() not in meaning:
                expected = f"a {by} of the sheet {keys[0].grid.title!r}"
                problems.append(
                    Problem(self.path.name, f"cell {code.name}", f"the {by} {code.text!r}", expected, "Correct it.")
                )
            else:
                joined.append((*row, *meaning[code.text.strip()]))
        return (*header, *(top[theirs[name]] for name in added)), joined, problems

    # -- one column per group

    def _grouped(self, tables: list[Table]) -> Sheet:
        long = by_group([(table.grid, table.number) for table in tables], self.vocabulary, self.path, self.unfit)
        understood = (*(grid.understood for grid in long.used), *long.understood)
        return Sheet(
            self.path, self.sha256, long.header, long.rows, understood, tuple(long.problems), tables[0].grid.delimiter
        )

    def _refuse_lost(self, grids: list[Grid], grouped: list[Table]) -> None:
        """Refuse a sheet that is named after an endpoint but has no groups, if another sheet has groups."""
        problems = []
        for grid in grids:
            if all(table.grid is not grid for table in grouped) and (found := self.vocabulary.endpoint(grid.title)):
                groups = ", ".join(self.vocabulary.protocol.groups)
                remedy = "Correct the names of the groups, or take the other sheet alone with --sheet."
                row = f"a row that names two groups or more of {groups}"
                problems.append(
                    Problem(self.path.name, f"sheet {grid.title!r}", f"no groups for {found[0]}", row, remedy)
                )
        if problems:
            raise InputError(problems)

    def _with_others(self, sheet: Sheet, grids: list[Grid], tables: list[Table]) -> Sheet:
        """Add notes on the sheets that were not used, and on cells that are coloured or have a comment."""
        others = [grid.title for grid in grids if all(table.grid is not grid for table in tables)]
        said = [f"sheets without a table of this study, not used: {', '.join(map(repr, others))}"] if others else []
        group = next((at for at, name in enumerate(self.vocabulary.columns(sheet.header)) if name == "group"), None)
        said += appearance_notes(sheet, group, list({id(table.grid): table.grid for table in tables}.values()), grids)
        return replace(sheet, understood=(*sheet.understood, *said), unused=tuple(others))

    # -- more than one

    def _refuse_several(self, tables: list[Table]) -> None:
        titles = list(dict.fromkeys(table.grid.title for table in tables))
        found = f"{len(titles)} sheets that hold a table of this study: {', '.join(map(repr, titles))}"
        raise InputError(
            [
                Problem(
                    self.path.name,
                    "",
                    found,
                    "one",
                    f"Say which one: --sheet {titles[0]!r}; to use all, put their rows on one sheet.",
                )
            ]
        )

    def _refuse_stacked(self, tables: list[Table]) -> None:
        problems = []
        for table in tables[1:]:
            cell = table.header[0]
            remedy = (
                "Delete this row if the table goes on under it; otherwise put the tables on sheets or in files of "
                "their own."
            )
            problems.append(Problem(self.path.name, f"cell {cell.name}", "a second header", "one table", remedy))
        raise InputError(problems)


def _skipped(where: str, rows: list[tuple[Cell, ...]] | tuple[tuple[Cell, ...], ...]) -> list[str]:
    if not rows:
        return []
    quoted = [next(cell.text.strip() for cell in row if cell.text.strip())[:40] for row in rows]
    shown = "; ".join(map(repr, quoted[:3])) + ("; …" if len(quoted) > 3 else "")
    return [f"{len(rows)} line{'s' if len(rows) > 1 else ''} {where} the table skipped: {shown}"]


def _unnamed(header: tuple[Cell, ...], rows: list[tuple[Cell, ...]]) -> dict[int, str]:
    """The columns without a name that hold nothing to lose, by position, each with the sentence that tells of it.

    Programs write the numbers of rows before the first column, and people their remarks behind the last.
    """
    found = {}
    for at, cell in enumerate(header):
        texts = [row[at].text.strip() for row in rows]
        if cell.text.strip() or not any(texts):
            continue
        if at == 0 and texts in ([str(start + number) for number in range(len(rows))] for start in (0, 1)):
            found[at] = f"column {letters(cell.column)} has no name and counts the rows: not used"
        elif not any(map(is_value, filter(None, texts))):
            quoted = ", ".join(dict.fromkeys(repr(text[:40]) for text in texts if text))
            found[at] = (
                f"column {letters(cell.column)} has no name and holds no numbers: not used ({shortened(quoted)})"
            )
    return found


def _header_problems(path: Path, header: tuple[Cell, ...], *, decimals: bool) -> list[Problem]:
    """Headers that are empty or there twice; `decimals`: whether a decimal comma would cut a number in two."""
    seen: dict[str, Cell] = {}
    problems: list[Problem] = []
    for at, cell in enumerate(header):
        name, place = cell.text.strip().casefold(), f"cell {cell.name}"
        if not name and decimals and not any(other.text.strip() for other in header[at:]):
            found, expected = (
                f"rows that go on where the header ends, at column {letters(cell.column)}",
                "as many columns as the header has",
            )
            remedy = (
                "If decimals are written with a comma, separate the columns with semicolons; put text with a comma in "
                "quotation marks."
            )
            # Then no cell is sure to stand in its column.
            raise InputError([Problem(path.name, place, found, expected, remedy)])
        if not name:
            problems.append(
                Problem(
                    path.name, place, "an empty header over a filled column", "a name", "Name the column, or delete it."
                )
            )
        elif name in seen:
            remedy = f"It stands in {seen[name].name} too."
            problems.append(
                Problem(path.name, place, f"the header {cell.text.strip()!r} again", "each header once", remedy)
            )
        seen.setdefault(name, cell)
    return problems
