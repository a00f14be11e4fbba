"""Makes the boxes at both ends of a page, with the reading time of the built page: no extension counts figures.

The boxes state what to know before, how long the page takes, what to take away, and where to go next.

````
```{opening}
:needs: {doc}`What a verdict means <verdicts>`
- read a paired experiment
```
````

The minutes are counted from the page as it is built. Cells of a notebook that hold these boxes are tagged `book-only`:
a report leaves them out.
"""

from __future__ import annotations

import math
import re
from typing import Any, ClassVar

from bs4 import BeautifulSoup
from docutils import nodes
from docutils.parsers.rst import directives
from sphinx.util.docutils import SphinxDirective

# What a careful reader of technical prose reads, and how long a figure is looked at.
WORDS_PER_MINUTE = 200
MINUTES_PER_FIGURE = 0.5
DRAWING = re.compile(r"<svg\b.*?</svg>", re.DOTALL)
WORD = re.compile(r"\w[\w'’.,-]*")


class reading_time(nodes.inline):  # type: ignore[misc]  # noqa: N801  (docutils names its nodes so)
    """The place of the minutes, filled when the page is whole."""


class Opening(SphinxDirective):
    """Before you start, how long, and what a reader will be able to do."""

    has_content = True
    # The minutes of a lesson include its code, which is not counted.
    option_spec: ClassVar[dict[str, Any]] = {"needs": directives.unchanged, "minutes": directives.positive_int}

    def run(self) -> list[nodes.Node]:
        """Make the box."""
        facts = nodes.paragraph(classes=["opening-facts"])
        facts += reading_time(classes=["reading-time"], minutes=self.options.get("minutes"))
        needs, messages = self.state.inline_text(self.options.get("needs", "nothing"), self.lineno)
        facts += nodes.inline("", "", nodes.strong("", "Before you start: "), *needs)
        box = nodes.container(classes=["opening"])
        box += facts
        box += nodes.paragraph("", "", nodes.strong("", "You will be able to"))
        self.state.nested_parse(self.content, self.content_offset, box)
        return [box, *messages]


class TakeAways(SphinxDirective):
    """What to remember, each with a link to the paragraph that shows it."""

    has_content = True

    def run(self) -> list[nodes.Node]:
        """Make the box."""
        box = nodes.container(classes=["take-aways"])
        box += nodes.paragraph("", "", nodes.strong("", "Main points"))
        self.state.nested_parse(self.content, self.content_offset, box)
        return [box]


class Next(SphinxDirective):
    """Where to go from here."""

    has_content = True

    def run(self) -> list[nodes.Node]:
        """Make the line."""
        box = nodes.container(classes=["what-next"])
        self.state.nested_parse(self.content, self.content_offset, box)
        first = box.next_node(nodes.paragraph)
        if first is not None:
            first.insert(0, nodes.strong("", "Next: "))
        return [box]


def minutes(doctree: nodes.document) -> int:
    """How long a page takes to read: its prose, lists and figures, without code and what is folded away.

    Parameters
    ----------
    doctree : document
        The page as it will be written.

    Returns
    -------
    int
        Minutes, at least one.
    """
    prose = [paragraph.astext() for paragraph in doctree.findall(nodes.paragraph)]
    figures = 0
    for raw in doctree.findall(nodes.raw):
        # Drawings are most of a page's markup, and their text is not counted.
        page = BeautifulSoup(DRAWING.sub("", raw.astext()), "html.parser")
        figures += len(page.select("figure:not(.panels figure)"))
        for unread in page.select("details, table, script, style"):
            unread.decompose()
        prose.append(page.get_text(" "))
    return max(
        1, math.ceil(sum(len(WORD.findall(text)) for text in prose) / WORDS_PER_MINUTE + MINUTES_PER_FIGURE * figures)
    )


def _fill_minutes(app: Any, doctree: nodes.document, docname: str) -> None:
    for place in list(doctree.findall(reading_time)):
        taken = place["minutes"] or minutes(doctree)
        place.replace_self(nodes.inline("", f"{taken} minutes" if taken > 1 else "1 minute", classes=["reading-time"]))


def setup(app: Any) -> dict[str, bool]:
    """Register with Sphinx."""
    app.add_node(reading_time)
    app.add_directive("opening", Opening)
    app.add_directive("take-aways", TakeAways)
    app.add_directive("next", Next)
    app.connect("doctree-resolved", _fill_minutes, priority=900)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
