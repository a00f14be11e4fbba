"""Replace sample codes by the animals and groups that a key on another sheet states."""

from __future__ import annotations

from secretome.cohort.errors import ErrorCollector
from secretome.cohort.files.sheet import Cell, Row
from secretome.cohort.headers import Table
from secretome.cohort.vocabulary import Vocabulary


def decode_samples(
    header: Row, rows: list[Row], key: Table, vocabulary: Vocabulary, errors: ErrorCollector
) -> tuple[Row, list[Row]]:
    """Return a table of samples with the animal and the group that the key states, without the rows of unknown codes.

    Duplicate and unknown codes are problems.
    """
    samples, coded = _positions(header, vocabulary), _positions(key.header, vocabulary)
    column = "code" if "code" in samples and "code" in coded else "animal"
    added = [name for name in ("animal", "group") if name in coded and name not in samples]
    cells: dict[str, list[Cell]] = {}
    for row in key.rows:
        code = row[coded[column]]
        if code.text.strip() in cells:
            errors.add(code, f"the {column} {code.text!r} again", f"each {column} once in the key", "Correct it.")
        cells.setdefault(code.text.strip(), [row[coded[name]] for name in added])
    decoded = []
    for row in rows:
        code = row[samples[column]]
        if code.text.strip() in cells:
            decoded.append((*row, *cells[code.text.strip()]))
        else:
            expected = f"a {column} of the sheet {key.grid.title!r}"
            errors.add(code, f"the {column} {code.text!r}", expected, "Correct it.")
    return (*header, *(key.header[coded[name]] for name in added)), decoded


def _positions(header: Row, vocabulary: Vocabulary) -> dict[str, int]:
    return {name: at for at, name in enumerate(vocabulary.columns(header)) if name is not None}
