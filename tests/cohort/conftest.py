"""Every workbook that a test of cohorts reads is read by the libraries in Python alone too, with the same cells."""

from collections.abc import Iterator

import pytest

from secretome.cohort.files import calamine, excel
from secretome.cohort.files.sheet import Grid

read_grids = excel._grids
# The size up to which a workbook is read twice, in bytes, and the number of workbooks of one test.
MAX_SIZE, MAX_WORKBOOKS = 50_000, 30


@pytest.fixture(autouse=True)
def _both_readers_agree(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Compare the grids of the two readers, unless the first refuses the workbook."""
    compared = 0
    # Compared when the test has ended, because the package reports any error in between as a damaged workbook.
    different: list[tuple[list[Grid], list[Grid]]] = []

    def compare(content: bytes, *, separate_process: bool) -> Iterator[Grid]:
        nonlocal compared
        grids = list(read_grids(content, separate_process=separate_process))
        compared += 1
        if len(content) <= MAX_SIZE and compared <= MAX_WORKBOOKS:
            with pytest.MonkeyPatch.context() as without:
                without.setattr(calamine, "read_values", _not_installed)
                others = list(read_grids(content, separate_process=False))
            if others != grids:
                different.append((others, grids))
        return iter(grids)

    monkeypatch.setattr(excel, "_grids", compare)
    yield
    for others, grids in different:
        assert others == grids


def _not_installed(content: bytes, *, separate_process: bool) -> None:
    raise ModuleNotFoundError("No module named 'python_calamine'")
