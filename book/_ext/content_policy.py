"""Gives the pages that calculate a content policy: they may load and run what the site holds, and nothing else.

The policy is part of the page, because many servers cannot be told to send it. The scripts that the theme writes into
the page are allowed by their hashes.
"""

from __future__ import annotations

import base64
import hashlib
import html
import re
from pathlib import Path
from typing import Any

# What such a page loads.
SCRIPT = "_static/try/start.js"
HANDLER = re.compile(r"<[^>]*\son[a-z]+=\"([^\"]*)\"")
INLINE_SCRIPT = re.compile(r"<script(?P<attributes>[^>]*)>(?P<content>.*?)</script>", re.DOTALL)


def content_policy(page: str) -> str:
    """Return the content policy of a page.

    Parameters
    ----------
    page : str
        The HTML of the page.

    Examples
    --------
    >>> content_policy('<script src="a.js"></script>').split("; ")[1]
    "script-src 'self' blob: 'wasm-unsafe-eval'"
    """
    inline = [
        match["content"]
        for match in INLINE_SCRIPT.finditer(page)
        if "src=" not in match["attributes"] and match["content"]
    ]
    # A handler, such as that of the theme's print button, is allowed by its hash only beside 'unsafe-hashes'.
    handlers = [html.unescape(content) for content in sorted(set(HANDLER.findall(page)))]
    inline += handlers
    hashes = [base64.b64encode(hashlib.sha256(script.encode()).digest()).decode() for script in inline]
    rules = (
        "default-src 'none'",
        " ".join(
            [
                "script-src 'self' blob: 'wasm-unsafe-eval'",
                *(["'unsafe-hashes'"] if handlers else []),
                *(f"'sha256-{each}'" for each in hashes),
            ]
        ),
        "worker-src 'self' blob:",
        "connect-src 'self'",
        # Figures and the theme bring styles inside their elements.
        "style-src 'self' 'unsafe-inline'",
        "img-src 'self' data:",
        "font-src 'self' data:",
        "base-uri 'none'",
        "form-action 'none'",
    )
    return "; ".join(rules)


def _add_policies(app: Any, exception: Exception | None) -> None:
    if exception is not None or app.builder.format != "html":
        return
    for path in Path(app.outdir).rglob("*.html"):
        page = path.read_text(encoding="utf-8")
        if SCRIPT not in page or "Content-Security-Policy" in page:
            continue
        policy = f'<meta http-equiv="Content-Security-Policy" content="{content_policy(page)}">'
        path.write_text(re.sub(r"<head>", f"<head>\n{policy}", page, count=1), encoding="utf-8")


def setup(app: Any) -> dict[str, bool]:
    """Register with Sphinx."""
    # After every extension that changes finished pages.
    app.connect("build-finished", _add_policies, priority=950)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
