"""When each notebook was last executed and how long it took, as a table like any other of the book."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Any

import pandas as pd
from docutils import nodes
from myst_nb.sphinx_ import NbMetadataCollector
from sphinx.util.docutils import SphinxDirective

from secretome.report import tables


class runs(nodes.Element):  # type: ignore[misc]  # noqa: N801  (docutils names its nodes so)
    """The place of the table, filled when every page has been read."""


class Runs(SphinxDirective):
    """Each notebook, when it was executed, and the seconds it took."""

    def run(self) -> list[nodes.Node]:
        """Mark the place."""
        return [runs()]


def _fill(app: Any, doctree: nodes.document, docname: str) -> None:
    for place in list(doctree.findall(runs)):
        pages = sorted(app.env.found_docs)
        executed = {page: data for page in pages if (data := NbMetadataCollector.get_exec_data(app.env, page))}
        rows = [
            {
                "Page": app.env.titles[page].astext(),
                "Executed (UTC)": datetime.fromtimestamp(data["mtime"], UTC).strftime("%Y-%m-%d %H:%M"),
                "Seconds": f"{data['runtime']:.1f}",
                "Result": "succeeded" if data["succeeded"] else "failed",
            }
            for page, data in executed.items()
        ]
        shown = tables.to_html(pd.DataFrame(rows), "Notebooks")
        for page in executed:
            title = app.env.titles[page].astext()
            link = f'<a href="{app.builder.get_relative_uri(docname, page)}">'
            # Two pages may share a title, so each link is put in once, in the order of the rows.
            shown = re.sub(rf"(?<=>){re.escape(title)}(?=</t)", f"{link}{title}</a>", shown, count=1)
        place.replace_self(nodes.raw("", shown, format="html"))


def setup(app: Any) -> dict[str, bool]:
    """Register with Sphinx."""
    app.add_node(runs)
    app.add_directive("runs", Runs)
    app.connect("doctree-resolved", _fill)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
