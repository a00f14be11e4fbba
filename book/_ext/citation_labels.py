"""References of docstrings, cited by the number that they stand under.

numpydoc gives each a long label so that two docstrings on a page do not share one, and takes it off again where it can:
not where MyST wraps the docstring, so it is done here.
"""

import re
from typing import Any

from docutils import nodes

LONG = re.compile(r"\[R[0-9a-f]{12}-(\d+)\]")


def _shorten(app: Any, doctree: nodes.document, docname: str) -> None:
    for text in list(doctree.findall(nodes.Text)):
        if LONG.search(text):
            text.parent.replace(text, nodes.Text(LONG.sub(r"[\1]", text)))


def setup(app: Any) -> dict[str, bool]:
    """Register with Sphinx."""
    app.connect("doctree-resolved", _shorten)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
