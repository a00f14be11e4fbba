"""Links each glossary term where a page first uses it: extensions that link terms link every use.

The glossary may give a term several names. What a page links by hand stays; words that everyday language also has are
linked by hand alone.
"""

from __future__ import annotations

import re
from typing import Any

from docutils import nodes
from sphinx import addnodes
from sphinx.transforms.post_transforms import SphinxPostTransform

GLOSSARY = "book/glossary"
# Inside these a link would be nested in a link, wrong in code, or a distraction.
CLOSED = (
    nodes.title,
    nodes.reference,
    nodes.literal,
    nodes.literal_block,
    nodes.raw,
    nodes.citation,
    nodes.math,
    nodes.caption,
    nodes.rubric,
    nodes.comment,
    nodes.system_message,
    addnodes.pending_xref,
    addnodes.desc,
)


def glossary_names(glossary: nodes.document) -> dict[str, str]:
    """Every name in the glossary, in lower case, with the anchor of the first name of its entry.

    Parameters
    ----------
    glossary : document
        The page of the glossary.

    Returns
    -------
    dict
    """
    names = {}
    for item in glossary.findall(nodes.definition_list_item):
        terms = [child for child in item.children if isinstance(child, nodes.term)]
        for term in terms:
            names[term.astext().casefold()] = terms[0]["ids"][0]
    return names


class LinkFirstUse(SphinxPostTransform):
    """Turns the first use of a term on a page into a link to the glossary."""

    default_priority = 5  # before references are resolved, so that those set by hand are still known
    formats = ("html",)

    def run(self, **kwargs: Any) -> None:  # noqa: ARG002  (docutils calls it with more)
        """Walk the page in reading order."""
        docname = self.env.docname
        if docname == GLOSSARY or GLOSSARY not in self.env.all_docs:
            return
        names: dict[str, str] = vars(self.env)["glossary_names"]
        by_hand = set(self.config.terms_linked_by_hand)
        open_names = {name for name in names if name not in by_hand}
        seen: set[str] = set()
        for node in list(self.document.findall(lambda node: isinstance(node, (nodes.Text, addnodes.pending_xref)))):
            if isinstance(node, addnodes.pending_xref):
                if node.get("reftype") == "term":
                    seen.add(names.get(node["reftarget"].casefold(), ""))
            elif open_names:
                self._link(node, names, open_names, seen)
                open_names = {name for name in open_names if names[name] not in seen}

    def _link(self, text: nodes.Text, names: dict[str, str], wanted: set[str], seen: set[str]) -> None:
        parent = text.parent
        while parent is not None:
            if isinstance(parent, CLOSED) or {"pasted-text", "opening", "what-next"} & set(
                getattr(parent, "attributes", {}).get("classes", [])
            ):
                return
            parent = parent.parent
        pattern = "|".join(re.escape(name) for name in sorted(wanted, key=len, reverse=True))
        parts: list[nodes.Node] = []
        rest = text.astext()
        done = 0
        for match in re.finditer(rf"(?<![\w-])({pattern})(?![\w-])", rest, re.IGNORECASE):
            anchor = names[match[1].casefold()]
            if anchor in seen:
                continue
            seen.add(anchor)
            uri = self.app.builder.get_relative_uri(self.env.docname, GLOSSARY) + f"#{anchor}"
            link = nodes.reference(
                "", "", nodes.inline("", match[0], classes=["std", "std-term"]), internal=True, refuri=uri
            )
            parts += [nodes.Text(rest[done : match.start()]), link]
            done = match.end()
        if parts:
            text.parent.replace(text, [*(part for part in parts if part.astext()), nodes.Text(rest[done:])])


def _keep_names(app: Any, doctree: nodes.document) -> None:
    """Keep the names with what Sphinx knows of all pages, so that a change of them is noticed."""
    if app.env.docname == GLOSSARY:
        app.env.glossary_names = glossary_names(doctree)


def _merge_names(app: Any, env: Any, docnames: list[str], other: Any) -> None:
    if GLOSSARY in docnames:
        env.glossary_names = other.glossary_names


def setup(app: Any) -> dict[str, bool]:
    """Register with Sphinx."""
    app.connect("doctree-read", _keep_names)
    app.connect("env-merge-info", _merge_names)
    app.add_config_value("terms_linked_by_hand", [], "env")
    app.add_post_transform(LinkFirstUse)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
