"""The versions that the book was built with, as a table."""

from __future__ import annotations

import platform
from importlib.metadata import version
from typing import Any

import pandas as pd
from docutils import nodes
from sphinx.util.docutils import SphinxDirective

from secretome.report import tables
from secretome.rerun.provenance import VERSIONED


class Versions(SphinxDirective):
    """Python, the packages that results depend on, and what builds the pages."""

    def run(self) -> list[nodes.Node]:
        """Make the table."""
        names = ("Python", *VERSIONED, "jupyter-book", "Sphinx")
        installed = [platform.python_version() if name == "Python" else version(name) for name in names]
        return [
            nodes.raw(
                "", tables.to_html(pd.DataFrame({"What": names, "Version": installed}), "Versions"), format="html"
            )
        ]


def setup(app: Any) -> dict[str, bool]:
    """Register with Sphinx."""
    app.add_directive("versions", Versions)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
