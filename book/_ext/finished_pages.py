"""Names tables and arrows for screen readers in the finished HTML: Sphinx, pandas and the theme leave them without.

What belongs together also stays on one line.

A table written in Markdown, or shown by pandas, has neither a name nor headers that say what they head. It gets the
heading that it stands under and its columns as a name, and scopes; one of pandas also the book's own look, a frame to
scroll in and itself as a file.
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pandas as pd
from bs4 import BeautifulSoup
from bs4.element import Tag

from secretome.report.breaks import unbroken
from secretome.report.tables.markup import csv_link

PIECE = re.compile(r"<h[1-6][^>]*>(?P<heading>.*?)<a class=\"headerlink\"|<table\b.*?</table>", re.DOTALL)

# MyST-NB states the result of a notebook by a picture, which not every computer can show.
RESULTS = {"<p>✅</p>": "<p>succeeded</p>", "<p>❌</p>": "<p>failed</p>"}

SOURCE = re.compile(r'(?P<link>href="[^"]*_sources/(?:[^"]+/)?(?P<folder>[^"/]+)/(?P<file>[^"/]+)") target="_blank"')


def named_tables(page: str) -> str:
    """A page whose tables have names and whose headers have scopes.

    Parameters
    ----------
    page : str
        The HTML of a page's article.

    Returns
    -------
    str
    """
    heading = ""

    def finish(match: re.Match[str]) -> str:
        nonlocal heading
        if match["heading"] is not None:
            heading = BeautifulSoup(match["heading"], "html.parser").get_text(" ", strip=True)
            return match[0]
        table = BeautifulSoup(match[0], "html.parser").table
        return match[0] if table is None or table.caption or table.get("aria-label") else _finished(table, heading)

    return PIECE.sub(finish, page)


def _finished(table: Tag, heading: str) -> str:
    of_pandas = "dataframe" in table.get_attribute_list("class")
    # The name of pandas' index stands on a line of its own, which holds nothing else.
    for row in table.select("thead tr:nth-of-type(n + 2)") if of_pandas else []:
        first, *others = row.select("th")
        if not any(cell.get_text(strip=True) for cell in others):
            table.select("thead tr th")[0].string = first.get_text(strip=True)
            row.decompose()
    for header in table.select("th"):
        header["scope"] = "col" if header.find_parent("thead") else "row"
    columns = [header.get_text(" ", strip=True) for header in table.select("thead th")]
    name = f"{heading}: {', '.join(filter(None, columns))}".strip(": ")
    table["aria-label"] = name
    if not of_pandas:
        return str(table)
    table["class"] = "table"
    for attribute in ("border", "style"):
        del table[attribute]
    frame = BeautifulSoup("", "html.parser").new_tag(
        "div", attrs={"class": "table-scroll", "role": "region", "tabindex": "0"}
    )
    frame["aria-label"] = name
    frame.append(table)
    rows = [[cell.get_text(strip=True) for cell in row.select("th, td")] for row in table.select("tbody tr")]
    return f'{frame}\n<p class="export">{csv_link(pd.DataFrame(rows, columns=pd.Index(columns)), heading)}</p>'


def _finish(app: Any, pagename: str, template: str, context: dict[str, Any], doctree: Any) -> None:
    if "body" in context:
        for mark, text in RESULTS.items():
            context["body"] = context["body"].replace(mark, text)
        context["body"] = unbroken(named_tables(context["body"]))


def _name_arrows(app: Any, pagename: str, template: str, context: dict[str, Any], doctree: Any) -> None:
    """Name the arrows of the sidebar that open the pages below a page: the theme leaves them to the eye alone."""
    listed = context.get("generate_toctree_html")
    if listed is None:
        return

    def named(*arguments: Any, **options: Any) -> BeautifulSoup:
        contents = BeautifulSoup(str(listed(*arguments, **options)), "html.parser")
        for summary in contents.select("li > details > summary"):
            link = summary.find_previous("a")
            summary["aria-label"] = f"Pages under {link.get_text(strip=True)}" if link else "Pages"
        return contents

    context["generate_toctree_html"] = named


def _save_sources(app: Any, exception: Exception | None) -> None:
    """Let the button for a page's source save a file: the theme would open it in another tab, as a wall of text.

    A browser does so too if the page was opened from disk, so each file is also written as a script, which
    `export.js` can read.
    """
    if exception is not None or app.builder.format != "html":
        return
    site = Path(app.outdir)
    for path in site.rglob("*.html"):
        path.write_text(
            SOURCE.sub(r'\g<link> download="\g<folder>-\g<file>"', path.read_text(encoding="utf-8")), encoding="utf-8"
        )
    for path in [
        file for folder in ("_sources", "_downloads") for file in (site / folder).rglob("*.*") if file.suffix != ".js"
    ]:
        path.with_name(f"{path.name}.js").write_text(
            f"saveText({json.dumps(path.read_text(encoding='utf-8'))});\n", encoding="utf-8"
        )


def setup(app: Any) -> dict[str, bool]:
    """Register with Sphinx."""
    # After the theme, whose function is wrapped.
    app.connect("html-page-context", _name_arrows, priority=900)
    app.connect("html-page-context", _finish, priority=950)
    app.connect("build-finished", _save_sources)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
