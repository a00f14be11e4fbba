"""Execute the notebook of a study without Jupyter, for the report."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from secretome.cohort import Study
from secretome.protocol import study_folder
from secretome.report.page import collect_outputs

CELL = re.compile(r"^# %%(?P<kind> \[markdown\])?(?: tags=(?P<tags>\[.*?\]))?[^\n]*\n", re.MULTILINE)
PARAMETERS = "parameters"


class Node(dict[str, Any]):
    """A part of a notebook whose entries are attributes too."""

    def __getattr__(self, name: str) -> Any:
        """Return an entry."""
        try:
            return self[name]
        except KeyError as error:
            raise AttributeError(name) from error


def execute_notebook(study: Study) -> Node:
    """Execute the notebook of a study on its cohort, and return it with its outputs.

    Parameters
    ----------
    study : Study
        The study with the cohort.
    """
    source = (study_folder(study.key) / "analysis.py").read_text(encoding="utf-8")
    cells = list(read_cells(source))
    namespace: dict[str, Any] = {"__name__": "__main__"}
    for cell in cells:
        if cell.cell_type != "code":
            continue
        with collect_outputs() as outputs:
            exec(compile(cell.source, "analysis.py", "exec"), namespace)
        cell["outputs"] = [Node(output) for output in outputs]
        if PARAMETERS in cell.metadata["tags"]:
            namespace |= _inputs(study)
    return Node(cells=cells)


def _inputs(study: Study) -> Mapping[str, Any]:
    cohort = study.cohort
    return {
        "cohort": str(cohort.path),
        "cohort_sha256": cohort.sha256,
        "cohort_sheet": cohort.sheet,
        "cohort_names": cohort.names,
        "cohort_decimal": cohort.decimal,
    }


def read_cells(source: str) -> Iterator[Node]:
    r"""Yield the cells of a notebook in the percent format.

    >>> code, text = read_cells('# %% tags=["remove-cell"]\nx = 1\n\n# %% [markdown]\n# ## Title\n')
    >>> code.source, code.metadata, text.source
    ('x = 1', {'tags': ['remove-cell']}, '## Title')
    """
    matches = list(CELL.finditer(source))
    ends = [match.start() for match in matches[1:]] + [len(source)]
    for match, end in zip(matches, ends, strict=True):
        text = source[match.end() : end].strip("\n")
        tags = re.findall(r'"([^"]+)"', match["tags"] or "")
        if match["kind"]:
            yield Node(cell_type="markdown", source=re.sub(r"^# ?", "", text, flags=re.MULTILINE), metadata=_tags(tags))
        else:
            yield Node(cell_type="code", source=text, metadata=_tags(tags), outputs=[])


def _tags(tags: list[str]) -> Node:
    return Node(tags=tags)
