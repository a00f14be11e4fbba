"""Run the notebook of a study without Jupyter, for a report that is made in a browser.

The command line runs notebooks with papermill. Here the cells of ``analysis.py`` are run one after another, and what
`Page` shows is recorded.
"""

import json
import re
from collections.abc import Iterator, Mapping
from contextlib import redirect_stdout
from io import StringIO
from pathlib import Path
from typing import Any

from secretome.protocol import study_folder
from secretome.report.display import recorded

# The page of a study whose folder has no notebook.
DEFAULT_PAGE = Path(__file__).with_name("default_page.py.txt")
CELL = re.compile(r"# %%(?: \[(?P<kind>\w+)\])?(?P<options>.*)")
TAGS = re.compile(r"tags=(\[[^\]]*\])")
PARAMETERS = "parameters"

Cell = dict[str, Any]


def run_without_jupyter(name: str, parameters: Mapping[str, Any]) -> dict[str, list[Cell]]:
    """Return the executed notebook of a study, as `report_html` takes it.

    The values of expressions at the end of a cell are not shown; the notebooks show everything by `Page`.

    Parameters
    ----------
    name : str
        The study's key.
    parameters : mapping
        Values that replace those of the cell with the tag ``parameters``, such as ``cohort``, a file.

    Examples
    --------
    >>> notebook = run_without_jupyter("treg_conditioned_medium", {"alpha": 0.01})
    >>> sum(len(cell.get("outputs", [])) for cell in notebook["cells"]) > 20
    True
    """
    file = notebook_file(study_folder(name))
    source = file.read_text(encoding="utf-8")
    if file == DEFAULT_PAGE:
        parameters = {**parameters, "study_folder": str(study_folder(name))}
    variables: dict[str, Any] = {"__name__": "__main__"}
    cells = list(read_cells(source))
    for number, cell in enumerate(cells):
        if cell["cell_type"] == "code":
            _run(cell, f"<cell {number} of {name}>", variables)
            if PARAMETERS in cell["metadata"]["tags"]:
                variables |= parameters
    return {"cells": cells}


def notebook_file(folder: Path) -> Path:
    """The notebook of a study; the package's own page if the study's folder has none."""
    notebook = folder / "analysis.py"
    return notebook if notebook.exists() else DEFAULT_PAGE


def read_cells(source: str) -> Iterator[Cell]:
    r"""The cells of a notebook in the percent format, as in a ``.ipynb`` file, without its header.

    >>> next(read_cells("# %% [markdown]\n# # Results"))
    {'cell_type': 'markdown', 'metadata': {'tags': [], 'options': ''}, 'source': '# Results'}
    """
    lines = source.splitlines()
    starts = [at for at, line in enumerate(lines) if CELL.fullmatch(line)]
    for start, stop in zip(starts, [*starts[1:], len(lines)], strict=True):
        head = CELL.fullmatch(lines[start])
        assert head is not None
        tags = TAGS.search(head["options"])
        metadata = {"tags": json.loads(tags[1]) if tags else [], "options": head["options"].strip()}
        text = "\n".join(lines[start + 1 : stop]).strip("\n")
        if head["kind"] == "markdown":
            yield {"cell_type": "markdown", "metadata": metadata, "source": re.sub(r"(?m)^# ?", "", text)}
        else:
            yield {"cell_type": "code", "metadata": metadata, "source": text, "outputs": []}


def _run(cell: Cell, name: str, variables: dict[str, Any]) -> None:
    printed = StringIO()
    with recorded() as outputs, redirect_stdout(printed):
        exec(compile(cell["source"], name, "exec"), variables)
    if text := printed.getvalue():
        outputs.insert(0, {"output_type": "stream", "name": "stdout", "text": text})
    cell["outputs"] = outputs
