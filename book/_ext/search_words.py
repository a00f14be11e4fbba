"""Lets the search find pages by words that they do not use, and show excerpts without a network.

`book/search_words.yml` lists words, each with its pages, the best page first. They enter Sphinx's index as main
entries, which rank first. Sphinx fetches the excerpts below results from the pages, which a page opened from disk may
not do, so the text of all pages is also written as a script, which the search page loads.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import yaml
from bs4 import BeautifulSoup

WORDS = "book/search_words.yml"
GLOSSARY = "book/glossary"
TEXTS = "search_texts.js"
# Characters of a page: what follows is found, but without an excerpt.
MAX_LENGTH = 12_000
DRAWING = re.compile("<svg.*?</svg>", re.DOTALL)


def _add_words(app: Any) -> Iterable[Any]:
    words: dict[str, list[str]] = yaml.safe_load((Path(app.srcdir) / WORDS).read_text(encoding="utf-8"))
    entries = app.builder.indexer._index_entries
    # A word of the list leads to its pages, not first to its definition.
    defined = entries.get(GLOSSARY, [])
    entries[GLOSSARY] = [(word, place, "" if word.lower() in words else main) for word, place, main in defined]
    for word, pages in words.items():
        for rank, page in enumerate(pages):
            if page not in app.env.found_docs:
                raise ValueError(f"{WORDS}: there is no page {page!r}; expected the name of a page, as in _toc.yml.")
            own = [entry for entry in entries.get(page, []) if entry[0].rstrip() != word]
            # The closer an entry is to the query in length, the higher it ranks: spaces keep the order of the list.
            entries[page] = [*own, (word + " " * rank, "", "main")]
    return []


def page_text(page: str) -> str:
    """The running text of a page's article, without what is folded, drawings and scripts.

    >>> page_text("<article><p>Ten   rats</p><svg><text>1</text></svg></article>")
    'Ten rats'
    """
    # Drawings and the lists of pages beside the article are most of a page, and would take most of the time.
    own = DRAWING.sub("", page[page.find("<article") : page.rfind("</article>")])
    article = BeautifulSoup(own, "html.parser").select_one("article")
    if article is None:
        return ""
    for unread in article.select("script, style, .headerlink, .export, .cell_input, .prev-next-area"):
        unread.decompose()
    return re.sub(r"\s+", " ", article.get_text(" ")).strip()[:MAX_LENGTH]


def _write_texts(app: Any, exception: Exception | None) -> None:
    if exception is not None or app.builder.format != "html":
        return
    site = Path(app.outdir)
    texts = {
        page: page_text((site / f"{page}.html").read_text(encoding="utf-8"))
        for page in sorted(app.env.found_docs)
        if (site / f"{page}.html").is_file()
    }
    content = f"window.searchTexts = {json.dumps(texts, ensure_ascii=False)};\n"
    (site / "_static" / TEXTS).write_text(content, encoding="utf-8", newline="\n")


def setup(app: Any) -> dict[str, bool]:
    """Register with Sphinx."""
    # Before `quoted` keeps the entries.
    app.connect("html-collect-pages", _add_words, priority=400)
    app.connect("build-finished", _write_texts, priority=800)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
