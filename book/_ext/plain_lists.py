"""Repairs HTML of Sphinx that screen readers misread, and folds boxes without a script; no extension does either.

Entries of a bibliography carry a role that is deprecated, inside a list that then has no items: they become an ordinary
list. numpydoc gives references of docstrings long labels, and takes them off again, but not where MyST wraps the
docstring: here they get their numbers back. A box with the class `dropdown`, such as a solution of sphinx-exercise,
needs the script of sphinx-togglebutton: it becomes `details`, which every browser folds and opens for a search.
The signature of a class loses its private fields.
"""

from __future__ import annotations

import inspect
import re
from typing import Any

from docutils import nodes
from sphinx_exercise.nodes import solution_node

BIBLIOGRAPHY = "book/bibliography"
LONG_LABEL = re.compile(r"\[R[0-9a-f]{12}-(\d+)\]")


class folded(nodes.Element):  # type: ignore[misc]  # noqa: N801  (docutils names its nodes so)
    """A box that opens when its heading is pressed."""


class heading(nodes.TextElement):  # type: ignore[misc]  # noqa: N801
    """The heading of a box that folds."""


def _list_citations(doctree: nodes.document, *, numbered: bool) -> None:
    for parent in list(doctree.findall(lambda node: any(isinstance(child, nodes.citation) for child in node.children))):
        children: list[nodes.Node] = []
        for child in parent.children:
            if not isinstance(child, nodes.citation):
                children.append(child)
                continue
            if not (
                children and isinstance(children[-1], nodes.bullet_list) and "references" in children[-1]["classes"]
            ):
                children.append(nodes.bullet_list(classes=["references"]))
            children[-1].append(_entry(child, numbered=numbered))
        parent.children = []
        parent.extend(children)
        # The list that a bibliography put around its entries is now the list itself.
        parent.attributes.pop("role", None)


def _entry(citation: nodes.citation, *, numbered: bool) -> nodes.list_item:
    label, *body = citation.children
    first = body[0] if body and isinstance(body[0], nodes.paragraph) else nodes.paragraph()
    if numbered:
        first.insert(0, [nodes.strong("", label.astext(), classes=["reference-label"]), nodes.Text(" ")])
    rest = body[1:] if body and first is body[0] else body
    return nodes.list_item("", first, *rest, ids=citation["ids"], names=citation["names"])


def _fold(doctree: nodes.document) -> None:
    for box in list(
        doctree.findall(
            lambda node: isinstance(node, (solution_node, nodes.admonition)) and "dropdown" in node["classes"]
        )
    ):
        title, *body = box.children
        inside = folded(
            "", *body, classes=["folded", *(name for name in box["classes"] if name != "dropdown")], ids=box["ids"]
        )
        # A link inside what is pressed could not be pressed.
        inside.insert(0, heading("", title.astext()))
        box.replace_self(inside)


def _shorten_labels(app: Any, doctree: nodes.document, docname: str) -> None:
    for text in list(doctree.findall(nodes.Text)):
        if LONG_LABEL.search(text):
            text.parent.replace(text, nodes.Text(LONG_LABEL.sub(r"[\1]", text)))


def _mend(app: Any, doctree: nodes.document, docname: str) -> None:
    if app.builder.format == "html":
        # References of a docstring are cited by number; those of the book by author and year.
        _list_citations(doctree, numbered=docname != BIBLIOGRAPHY)
        _fold(doctree)


def _open_folded(self: Any, node: folded) -> None:
    self.body.append(self.starttag(node, "details"))


def _close_folded(self: Any, node: folded) -> None:
    self.body.append("</details>\n")


def _open_heading(self: Any, node: heading) -> None:
    self.body.append("<summary>")


def _close_heading(self: Any, node: heading) -> None:
    self.body.append("</summary>\n")


def _without_private_fields(
    app: Any, what: str, name: str, described: Any, options: Any, signature: str | None, returned: str | None
) -> tuple[str, str | None] | None:
    """The signature of a class without fields whose names begin with an underscore; None if it has none."""
    if what != "class" or not signature or "_" not in signature:
        return None
    fields = inspect.signature(described).parameters.values()
    public = [field.replace(annotation=field.empty) for field in fields if not field.name.startswith("_")]
    return None if len(public) == len(fields) else (str(inspect.Signature(public)), returned)


def setup(app: Any) -> dict[str, bool]:
    """Register with Sphinx."""
    app.add_node(folded, html=(_open_folded, _close_folded))
    app.add_node(heading, html=(_open_heading, _close_heading))
    app.connect("autodoc-process-signature", _without_private_fields)
    app.connect("doctree-resolved", _shorten_labels)
    app.connect("doctree-resolved", _mend, priority=800)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
