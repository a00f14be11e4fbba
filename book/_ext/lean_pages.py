"""Leaves out scripts and files that no page uses and embeds the typefaces: the theme has no settings for these.

It also names the part of the book that a page belongs to, and drops a column of contents that would be empty.
"""

from __future__ import annotations

import shutil
from importlib import resources
from pathlib import Path
from typing import Any

import yaml
from docutils import nodes

from secretome.report.typefaces import font_faces

# Live code loads from the network, and its script declares a constant twice. Tabs are not used, only `details`.
UNUSED = ("thebe", "sphinx-design", "design-tabs", "togglebutton", "toggleHint")
# They store nothing about the pages: one adds a script, one is for another builder, and one numbers the chapters after
# all pages are read.
PARALLEL = {"sphinx-mathjax-offline", "sphinx_jupyterbook_latex", "sphinx_multitoc_numbering"}
# Icons of the theme that icons.css draws, maps for those who debug the theme, and parts of its templates.
NOT_SHIPPED = (
    "scripts/fontawesome*",
    "**/*.map",
    "vendor/fontawesome",
    "locales",
    "sphinx-thebe*",
    "design-tabs.js",
    "togglebutton.*",
    "*.html",
)


def _write_fonts(app: Any) -> None:
    static = Path(app.outdir) / "_static"
    static.mkdir(parents=True, exist_ok=True)
    (static / "fonts.css").write_text(font_faces(), encoding="utf-8")
    licence = resources.files("secretome.report") / "fonts" / "LICENSE"
    (static / "fonts-LICENSE.txt").write_text(licence.read_text(encoding="utf-8"), encoding="utf-8")
    app.add_css_file("fonts.css")


def _drop_unused(app: Any, pagename: str, template: str, context: dict[str, Any], doctree: Any) -> None:
    mathematical = doctree is not None and any(
        doctree.findall(lambda node: isinstance(node, nodes.math | nodes.math_block))
    )
    unused = UNUSED if mathematical else (*UNUSED, "mathjax", "MathJax")
    for kind in ("script_files", "css_files"):
        context[kind] = [file for file in context[kind] if not any(word in str(vars(file)) for word in unused)]


def _set_part(app: Any, pagename: str, template: str, context: dict[str, Any], doctree: Any) -> None:
    """Name the part of the book that a page belongs to, and omit a column of contents with fewer than two lines."""
    contents = yaml.safe_load((Path(app.srcdir) / "_toc.yml").read_text(encoding="utf-8"))
    for part in contents["parts"]:
        if pagename in _files(part["chapters"]):
            context["part_name"] = part["caption"]
    toc = app.env.tocs.get(pagename)
    lines = [] if toc is None else [link for link in toc.findall() if link.tagname == "reference"]
    if len(lines) < 4:  # the title is one of them
        context["meta"] = {**(context.get("meta") or {}), "html_theme.sidebar_secondary.remove": True}


def _files(chapters: list[dict[str, Any]]) -> list[str]:
    """The pages of a part, with those below them."""
    own = [chapter["file"].removesuffix(".py") for chapter in chapters if "file" in chapter]
    return own + [name for chapter in chapters for name in _files(chapter.get("sections", []))]


def _leave_out(app: Any, exception: Exception | None) -> None:
    static = Path(app.outdir) / "_static"
    for pattern in NOT_SHIPPED:
        for path in list(static.glob(pattern)):
            shutil.rmtree(path) if path.is_dir() else path.unlink()


def _declare_safe(app: Any) -> None:
    """Declare that extensions without a declaration allow pages to be read in parallel."""
    for name in PARALLEL & app.extensions.keys():
        app.extensions[name].parallel_read_safe = True


def setup(app: Any) -> dict[str, bool]:
    """Register with Sphinx."""
    app.connect("builder-inited", _declare_safe)
    app.connect("builder-inited", _write_fonts)
    app.connect("html-page-context", _set_part, priority=100)
    app.connect("html-page-context", _drop_unused, priority=900)
    app.connect("build-finished", _leave_out, priority=900)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
