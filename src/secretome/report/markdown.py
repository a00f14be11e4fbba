"""An executed notebook as HTML: its text, tables and figures, without its code and without a site builder."""

import html
import re
from collections.abc import Iterator, Mapping
from typing import Any

from markdown_it import MarkdownIt
from markdown_it.token import Token
from mdit_py_plugins.attrs import attrs_block_plugin, attrs_plugin
from mdit_py_plugins.colon_fence import colon_fence_plugin
from mdit_py_plugins.deflist import deflist_plugin
from mdit_py_plugins.myst_blocks import myst_block_plugin
from mdit_py_plugins.myst_role import myst_role_plugin

from secretome.report.render import GLUE, figure_html

# Cells that only make sense in the book, such as exercises, are left out of a report.
HIDDEN_TAGS = frozenset({"book-only", "remove-cell"})
# Roles that only a whole book can resolve; a report shows their text.
BOOK_ROLES = frozenset({"term", "doc", "ref", "numref"})
ADMONITIONS = frozenset(
    {"admonition", "attention", "caution", "danger", "error", "hint", "important", "note", "seealso", "tip", "warning"}
)


def notebook_html(notebook: Mapping[str, Any], sources: Mapping[str, str]) -> str:
    r"""Return the body of an executed notebook as HTML.

    Parameters
    ----------
    notebook : mapping
        The executed notebook, with the keys of a ``.ipynb`` file. Text cells are MyST Markdown.
    sources : mapping
        The text of each citation key.

    Returns
    -------
    str
        HTML without code cells, without cells tagged ``book-only`` or ``remove-cell``, and without the notebook's
        title.

    Raises
    ------
    ValueError
        If a text cell names a glued value that no cell has stored, or a role or directive that is not supported in a
        report.

    Examples
    --------
    >>> cell = {"cell_type": "markdown", "metadata": {}, "source": "The {term}`p-value` is *small*."}
    >>> notebook_html({"cells": [cell]}, {})
    '<p>The <span>p-value</span> is <em>small</em>.</p>\n'
    """
    markdown = _Markdown(_glued(notebook), sources)
    cells = (cell for cell in notebook["cells"] if HIDDEN_TAGS.isdisjoint(cell["metadata"].get("tags", [])))
    return "".join(
        markdown.render(cell["source"]) if cell["cell_type"] == "markdown" else _outputs(cell) for cell in cells
    )


class _Markdown:
    """MyST Markdown to HTML, with the roles and directives that make sense outside a book."""

    def __init__(self, glued: Mapping[str, str], sources: Mapping[str, str]) -> None:
        self._glued = glued
        self._sources = sources
        self._ids: set[str] = set()
        self._parser = MarkdownIt("commonmark", {"html": True, "typographer": False}).enable(["table", "strikethrough"])
        for plugin in (
            attrs_plugin,
            attrs_block_plugin,
            colon_fence_plugin,
            deflist_plugin,
            myst_block_plugin,
            myst_role_plugin,
        ):
            self._parser.use(plugin)
        for kind, render in (
            ("myst_role", self._role),
            ("fence", self._fence),
            ("colon_fence", self._fence),
            ("myst_target", _nothing),
            ("myst_line_comment", _nothing),
            ("myst_block_break", _nothing),
            ("image", self._alternative_text),
        ):
            # The parser adds each rule to its renderer as a method; these rules do not need it.
            self._parser.add_render_rule(kind, lambda _, *args, render=render: render(*args))

    def render(self, text: str) -> str:
        tokens = self._parser.parse(text)
        return str(self._parser.renderer.render(list(self._with_ids(tokens)), self._parser.options, {}))

    def _with_ids(self, tokens: list[Token]) -> Iterator[Token]:
        """Give each heading an id, and remove the title, which the report already has."""
        title = False
        for place, token in enumerate(tokens):
            if token.type in ("heading_open", "heading_close") and token.tag == "h1":
                title = token.type == "heading_open"
            elif not title:
                if token.type == "heading_open":
                    token.attrSet("id", self._unique(tokens[place + 1].content))
                yield token

    def _unique(self, heading: str) -> str:
        stem = re.sub(r"[^a-z0-9]+", "-", heading.casefold()).strip("-") or "section"
        name, number = stem, 1
        while name in self._ids:
            number += 1
            name = f"{stem}-{number}"
        self._ids.add(name)
        return name

    def _role(self, tokens: list[Token], place: int, *_: Any) -> str:
        name, text = tokens[place].meta["name"], tokens[place].content
        titled = re.fullmatch(r"(.+?)\s*<[^<>]+>", text, re.DOTALL)
        shown = titled[1] if titled else text
        if name == "glue:text":
            return f'<span class="pasted-text">{html.escape(self._value(text))}</span>'
        if name == "cite":
            shown = f"({self._sources.get(shown, shown)})"
        elif name == "doc":
            shown += " (a page of the book)"
        elif name not in BOOK_ROLES:
            raise ValueError(
                f"the role {{{name}}} is not supported in a report; tag its cell 'book-only' or write the text without "
                "the role."
            )
        return f"<span>{html.escape(shown)}</span>"

    def _value(self, key: str) -> str:
        if key not in self._glued:
            raise ValueError(f"the text uses the value {key!r}, which no cell of the notebook stores.")
        return self._glued[key]

    def _fence(self, tokens: list[Token], place: int, *_: Any) -> str:
        token = tokens[place]
        directive = re.match(r"\{([\w-]+)\}\s*(.*)", token.info.strip())
        if directive is None:
            return f'<pre class="code literal-block"><code>{html.escape(token.content)}</code></pre>\n'
        name, title = directive.groups()
        if name not in ADMONITIONS:
            raise ValueError(f"the directive {{{name}}} is not supported in a report; tag its cell 'book-only'.")
        body = re.sub(r"\A(?::[\w-]+:.*\n)+", "", token.content)
        heading = self._parser.renderInline(title) if title else name.capitalize()
        return (
            f'<aside class="admonition {name}">\n<p '
            f'class="admonition-title">{heading}</p>\n{self.render(body)}</aside>\n'
        )

    @staticmethod
    def _alternative_text(tokens: list[Token], place: int, *_: Any) -> str:
        """The alternative text of an image: a report is a single file without separate images."""
        return html.escape(tokens[place].content)


def _nothing(*_: Any) -> str:
    return ""


def _glued(notebook: Mapping[str, Any]) -> dict[str, str]:
    """The text of each value that a cell has stored for the prose."""
    stored = {}
    for output in (output for cell in notebook["cells"] for output in cell.get("outputs", [])):
        record = output.get("metadata", {}).get(GLUE)
        if record:
            data = output["data"]
            prefix = record.get("mime_prefix", "")
            stored[record["name"]] = str(data.get(f"{prefix}text/plain", data.get("text/plain", "")))
    return stored


def _outputs(cell: Mapping[str, Any]) -> str:
    if cell["cell_type"] != "code":
        return ""
    shown = "".join(_output(output) for output in cell["outputs"] if not output.get("metadata", {}).get(GLUE))
    return f'<div class="cell_output">\n{shown}</div>\n' if shown else ""


def _output(output: Mapping[str, Any]) -> str:
    """One output in the richest form that a report can show."""
    if output["output_type"] == "stream":
        return _verbatim(output["text"])
    data, metadata = output.get("data", {}), output.get("metadata", {})
    if "image/svg+xml" in data:
        about = metadata.get("image/svg+xml", {})
        return figure_html(
            data["image/svg+xml"], about.get("alt", data.get("text/plain", "")), about.get("name", "figure")
        )
    if "text/html" in data:
        return f'<div class="output text_html">{data["text/html"]}</div>\n'
    if "image/png" in data:
        encoded = "".join(data["image/png"].split())
        return f'<img alt="{html.escape(data.get("text/plain", ""))}" src="data:image/png;base64,{encoded}">\n'
    return _verbatim(data["text/plain"]) if "text/plain" in data else ""


def _verbatim(text: str) -> str:
    return f"<pre>{html.escape(text)}</pre>\n"
