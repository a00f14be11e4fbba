"""Decides which pages are written again; Sphinx alone would leave old titles and numbers on other pages.

Sphinx writes the pages that it has read. Other pages show what a page exports: its title, headings, labels, glossary
terms, citations, figure numbers and glued values. If any of these changed, every page is written again. The index for
the search is completed too: Sphinx would lose its entries of functions and keep words that no page holds any more.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Collection, Iterable
from pathlib import Path
from typing import Any

from docutils import nodes

# Attributes of the environment that describe the run and not the pages.
NOT_OF_PAGES = frozenset(
    {
        "_pickled_doctree_cache",
        "_write_doc_doctree_cache",
        "all_docs",
        "app",
        "config",
        "config_status",
        "config_status_extra",
        "dependencies",
        "domains",
        "events",
        "external_site_map",
        "intersphinx_cache",
        "myst_config",
        "mystnb_config",
        "nb_new_exec_data",
        "original_image_uri",
        "project",
        "ref_context",
        "sd_config",
        "settings",
        "temp_data",
        "toc_num_entries",
        "version",
    }
)
# A line's number and a page's length change with its text, and no other page shows them.
NOT_SHOWN_ELSEWHERE = frozenset({"line", "lineno", "wordcount"})
INDEX_ENTRIES = "index_entries.json"


def exported(env: Any) -> dict[str, str]:
    """What pages export, as one text for each part of the environment.

    Parameters
    ----------
    env : BuildEnvironment
        Sphinx's environment after pages were read.

    Returns
    -------
    dict of str
        Everything that the environment holds of pages. An attribute that an extension adds is compared too.
    """
    parts = {name: value for name, value in vars(env).items() if name not in NOT_OF_PAGES}
    parts = {name: value for name, value in parts.items() if not name.startswith("_search_index_")}
    return {name: repr(_plain(value)) for name, value in parts.items()}


def _plain(value: Any) -> Any:
    """Return the value as lists and texts that do not depend on the order in which pages were read."""
    if isinstance(value, nodes.Node):
        return value.pformat()
    if isinstance(value, tuple) and hasattr(value, "_asdict"):
        return _plain(value._asdict())
    if isinstance(value, list | tuple):
        items = [_plain(item) for item in value]
        # Citations are listed in the order in which pages were read.
        return sorted(items) if value and hasattr(value[0], "docname") else items
    if isinstance(value, set | frozenset):
        return sorted(repr(_plain(item)) for item in value)
    if isinstance(value, dict):
        # Under the same key, a text or a place is no line number: a glossary may hold the term "line".
        kept = (
            (repr(_plain(key)), _plain(item))
            for key, item in value.items()
            if key not in NOT_SHOWN_ELSEWHERE or isinstance(item, str | tuple)
        )
        # A page that exports nothing may have an empty entry or none.
        return sorted(((key, item) for key, item in kept if item), key=lambda pair: pair[0])
    shown: Any = type(value).__repr__
    if shown is object.__repr__ and hasattr(value, "__dict__"):
        return [type(value).__name__, _plain(vars(value))]
    return value if isinstance(value, str | int | float | bool) else repr(value)


def _add_changed(app: Any, env: Any, *found: set[str]) -> Collection[str]:
    """Read again what the build found changed: a file may have changed and kept an old time."""
    return list(app.config.changed_pages)


def _remember(app: Any, env: Any, docnames: list[str]) -> None:
    app.exported_before = exported(env)


def _write_all_if_exports_changed(app: Any, env: Any) -> Iterable[str]:
    before = getattr(app, "exported_before", None)
    if before is None or before == exported(env):
        return []
    # Files that only the old pages led to go with them; the static files were just written and depend on no page.
    for path in Path(app.outdir).iterdir():
        if path.name != "_static":
            shutil.rmtree(path) if path.is_dir() else path.unlink()
    return sorted(env.found_docs)


def _load_index_entries(app: Any, builder: Any) -> None:
    file = Path(app.doctreedir) / INDEX_ENTRIES
    if builder.format == "html" and (Path(app.outdir) / builder.searchindex_filename).is_file() and file.is_file():
        kept = json.loads(file.read_text(encoding="utf-8"))
        builder.env._search_index_index_entries = {
            page: [tuple(entry) for entry in entries] for page, entries in kept.items()
        }


def _complete_index(app: Any) -> Iterable[Any]:
    indexer = app.builder.indexer
    for words in (indexer._mapping, indexer._title_mapping):
        for word in [word for word, pages in words.items() if not pages]:
            del words[word]
    (Path(app.doctreedir) / INDEX_ENTRIES).write_text(json.dumps(indexer._index_entries), encoding="utf-8")
    return []


def setup(app: Any) -> dict[str, bool]:
    """Register with Sphinx."""
    app.add_config_value("changed_pages", [], "")
    app.connect("env-get-outdated", _add_changed)
    app.connect("env-before-read-docs", _remember)
    # After the handlers that collect citations and number figures.
    app.connect("env-get-updated", _write_all_if_exports_changed, priority=900)
    app.connect("write-started", _load_index_entries)
    app.connect("html-collect-pages", _complete_index)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
