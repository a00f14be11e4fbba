"""Addresses that lead on: pages that have moved, and a study's folder, which leads to its page.

`moved_pages` in the settings maps an address to the page that it leads to, both without an ending. An address that a
page already has is refused: it would be written over.
"""

from __future__ import annotations

import html
import posixpath
from pathlib import Path
from typing import Any

from sphinx.errors import ExtensionError

PAGE = """<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<title>This page has moved</title>
<meta http-equiv="refresh" content="0; url={to}">
<link rel="canonical" href="{to}">
</head>
<body><main><h1>This page has moved</h1><p>It is now <a href="{to}">here</a>.</p></main></body>
</html>
"""


def _lead_on(app: Any, exception: Exception | None) -> None:
    if exception is not None or app.builder.format != "html":
        return
    for old, new in app.config.moved_pages.items():
        if old in app.env.all_docs or new not in app.env.all_docs:
            raise ExtensionError(f"moved_pages: {old!r} must be no page, and {new!r} must be one.")
        to = posixpath.relpath(f"{new}.html", posixpath.dirname(old))
        target = Path(app.outdir) / f"{old}.html"
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(PAGE.format(to=html.escape(to)), encoding="utf-8")


def setup(app: Any) -> dict[str, bool]:
    """Register with Sphinx."""
    app.add_config_value("moved_pages", {}, "html")
    app.connect("build-finished", _lead_on)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
