"""A notebook that an editor saves is the same script, without metadata to delete by hand."""

from pathlib import Path

import jupytext
import pytest
from jupytext.config import load_jupytext_config

from build import notebooks_in_contents

ROOT = Path(__file__).parents[2]
# What JupyterLab writes into a notebook that it opens with ipykernel.
KERNEL = {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"}


@pytest.mark.parametrize("path", notebooks_in_contents(), ids=lambda path: path.relative_to(ROOT).as_posix())
def test_notebook_saved_by_an_editor_is_the_same_script(path: Path) -> None:
    config = load_jupytext_config(str(path))
    notebook = jupytext.read(path, config=config)
    notebook.metadata |= {"kernelspec": KERNEL, "language_info": {"name": "python", "version": "3.11.7"}}
    for cell in notebook.cells:
        cell.metadata["editable"] = True
        if cell.cell_type == "code":
            cell.execution_count = 1
    assert jupytext.writes(notebook, fmt="py:percent", config=config) == path.read_text(encoding="utf-8")


def test_scripts_are_paired_with_notebooks_that_git_ignores() -> None:
    config = load_jupytext_config(str(ROOT / "notebooks" / "ledger" / "analysis.py"))
    assert "ipynb,py:percent" in config.formats
    assert "notebooks/**/*.ipynb" in (ROOT / ".gitignore").read_text(encoding="utf-8").splitlines()
