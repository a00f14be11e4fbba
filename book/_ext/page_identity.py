"""Adds to every page its version, a description for search engines and messengers, and a link to its source.

Links to the source appear if an environment variable gives the address of the repository, and the page's own address in
its head if another gives that of the site. The last box of a page names the next page, and the link at the page's foot
leads to the same one.
"""

from __future__ import annotations

import html
import os
import posixpath
from importlib.metadata import version
from typing import Any
from urllib.parse import quote

from bs4 import BeautifulSoup
from docutils import nodes

REPOSITORY, SITE = "SECRETOME_REPOSITORY", "SECRETOME_SITE"
MAX_LENGTH = 200
BINDER_HOSTS = {"https://github.com/": "gh", "https://gitlab.com/": "gl"}


def description(doctree: nodes.document) -> str:
    """The beginning of a page's first paragraph, not longer than a search engine shows.

    Parameters
    ----------
    doctree : document
        The page as it will be written.
    """
    for paragraph in doctree.findall(nodes.paragraph):
        parent = paragraph.parent
        text = " ".join(paragraph.astext().split())
        if isinstance(parent, nodes.section) and len(text) > 40:
            return text if len(text) <= MAX_LENGTH else text[:MAX_LENGTH].rpartition(" ")[0] + " …"
    return ""


def head(title: str, about: str, address: str) -> str:
    """The tags of a page's head: its description, and what a messenger shows of a link to it.

    >>> head("Dose trends", "Whether values rise.", "").count("<meta")
    6
    """
    tags = {"og:title": title, "og:description": about, "og:type": "article", "og:site_name": "The Secretome Notebooks"}
    if address:
        tags["og:url"] = address
    lines = [
        f'<meta name="description" content="{html.escape(about)}">',
        '<meta name="twitter:card" content="summary">',
    ]
    lines += [f'<meta property="{name}" content="{html.escape(text)}">' for name, text in tags.items()]
    return "\n".join(lines)


def _identify(app: Any, pagename: str, template: str, context: dict[str, Any], doctree: Any) -> None:
    if doctree is None:
        return
    site = os.environ.get(SITE, "").rstrip("/")
    title = BeautifulSoup(str(context.get("title", "")), "html.parser").get_text()
    address = f"{site}/{pagename}.html" if site else ""
    context["metatags"] = f"{context.get('metatags', '')}\n{head(title, description(doctree), address)}"
    _lead_on(app, pagename, context)


def _lead_on(app: Any, pagename: str, context: dict[str, Any]) -> None:
    """Point the "next" link in the footer to the page that the last box of a page names."""
    _, _, box = str(context.get("body", "")).partition('class="what-next')
    link = BeautifulSoup(box, "html.parser").select_one("a.reference.internal")
    if link is None or not context.get("next"):
        return
    page = posixpath.normpath(posixpath.join(posixpath.dirname(pagename), str(link["href"]).partition("#")[0]))
    target = page.removesuffix(".html")
    if target in app.env.titles and target != pagename:
        context["next"] = {
            "link": app.builder.get_relative_uri(pagename, target),
            "title": html.escape(app.env.titles[target].astext()),
        }


def _configure(app: Any, config: Any) -> None:
    """State the version in the footer, and link to the repository if its address is known."""
    options = config.html_theme_options
    parts = [f"Version {version('secretome')}.", options.get("extra_footer", "")]
    if repository := os.environ.get(REPOSITORY, "").rstrip("/"):
        options |= {
            "repository_url": repository,
            "repository_branch": "main",
            "use_repository_button": True,
            "use_source_button": True,
            "use_edit_page_button": True,
            "use_issues_button": True,
        }
        parts.append(f'<a href="{repository}">Source</a>.')
        if binder := binder_address(repository):
            parts.append(f'<a href="{binder}">Run on Binder</a>.')
    options["extra_footer"] = " ".join(parts)


def binder_address(repository: str, notebook: str = "") -> str:
    """The address at which Binder runs the repository, or a notebook of it; empty if Binder does not know its host.

    >>> binder_address("https://github.com/lab/book", "a/b.ipynb")
    'https://mybinder.org/v2/gh/lab/book/main?urlpath=lab/tree/a/b.ipynb'
    >>> binder_address("https://example.org/lab/book")
    ''
    """
    for host, code in BINDER_HOSTS.items():
        if repository.startswith(host):
            name = repository.removeprefix(host).rstrip("/").removesuffix(".git")
            # Of a repository of GitLab, Binder expects the name as one part of the address.
            place = quote(name, safe="/" if code == "gh" else "")
            opened = f"?urlpath=lab/tree/{quote(notebook)}" if notebook else ""
            return f"https://mybinder.org/v2/{code}/{place}/main{opened}"
    return ""


def setup(app: Any) -> dict[str, bool]:
    """Register with Sphinx."""
    app.connect("config-inited", _configure)
    # After the boxes are written.
    app.connect("html-page-context", _identify, priority=960)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
