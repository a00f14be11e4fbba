"""Find the export of an instrument in a file: its samples with wells and concentrations."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from secretome.cohort.bead_array_exports import (
    read_bioplex,
    read_workbench,
    read_xponent,
    refuse_fluorescence,
    refuse_intelliflex,
    refuse_methodical_mind,
)
from secretome.cohort.export_tables import Export
from secretome.cohort.files.sheet import Grid
from secretome.cohort.plate_reader_exports import read_gen5, read_softmax, refuse_readings
from secretome.cohort.vocabulary import Vocabulary

Reader = Callable[[Grid, Vocabulary, Path], Export | None]
READERS: tuple[Reader, ...] = (
    read_xponent,
    read_workbench,
    read_bioplex,
    read_softmax,
    read_gen5,
    refuse_intelliflex,
    refuse_methodical_mind,
)


def find_export(grids: Sequence[Grid], vocabulary: Vocabulary, path: Path) -> Export | None:
    """Return the export that a file is; None if it is another file.

    Raises
    ------
    InputError
        If the export contains no concentrations, or does not state which endpoint they are.
    """
    for grid in (grid for grid in grids if grid.rows):
        for read in READERS:
            if export := read(grid, vocabulary, path):
                return export
    refuse_fluorescence(grids, path)
    refuse_readings(grids, path)
    return None
