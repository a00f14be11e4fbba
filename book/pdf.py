"""Print the page of each study and the whole book as A4 PDFs, and offer them on the pages.

    python book/pdf.py

The book must have been built, and Chromium must be installed. The files lie in ``_build/pdf`` and, beside the pages
that offer them, in ``_build/html``. A page that is built anew offers none until it is printed again, so that a file
never says other than its page.
"""

from __future__ import annotations

import posixpath
import re
import shutil
import sys
from collections.abc import Sequence
from pathlib import Path

from bs4 import BeautifulSoup
from playwright.sync_api import Browser, PdfMargins, sync_playwright

from build import BUILD, ROOT, notebooks_in_contents, pages_in_contents

FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
FOOTER = """<div style="width: 100%; padding: 0 17mm; display: flex; justify-content: space-between;
font: 7.5pt sans-serif; color: #555">
<span class="title"></span><span><span class="pageNumber"></span> / <span class="totalPages"></span></span></div>"""
BOOK = "the-secretome-notebooks.pdf"
SIDES: PdfMargins = {"top": "18mm", "right": "17mm", "bottom": "20mm", "left": "17mm"}


def main() -> int:
    """Print every study's page, or say in one line what is missing."""
    chromium = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    pages = {path.parent.name: BUILD / "html" / path.relative_to(ROOT).with_suffix(".html") for path in studies()}
    missing = [page.relative_to(ROOT).as_posix() for page in pages.values() if not page.is_file()]
    if chromium is None or missing:
        lacking = (
            "No Chromium was found. Install it"
            if chromium is None
            else f"{', '.join(missing)} is not built. Run `make book`"
        )
        print(f"{lacking}, then try again.", file=sys.stderr)
        return 1
    folder = BUILD / "pdf"
    folder.mkdir(exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        for name, page in pages.items():
            printed = folder / f"{name}.pdf"
            print_page(browser, page, printed)
            shutil.copyfile(printed, page.with_name(printed.name))
            offer(page, printed.name)
            print(f"Printed {printed.relative_to(ROOT)}.")
        print_book(browser, BUILD / "html", folder / BOOK)
        browser.close()
    return 0


def studies() -> list[Path]:
    """The notebooks of the table of contents that tell a study."""
    return [path for path in notebooks_in_contents() if path.with_name("protocol.yml").is_file()]


def print_book(browser: Browser, site: Path, target: Path) -> None:
    """Print all pages as one file, in the order of the table of contents, and offer it on the front page."""
    together = site / "whole-book.html"
    together.write_text(combined(site, pages_in_contents()), encoding="utf-8")
    try:
        print_page(browser, together, target)
    finally:
        together.unlink()
    shutil.copyfile(target, site / BOOK)
    offer(site / "index.html", BOOK)
    print(f"Printed {target.relative_to(ROOT)}.")


def combined(site: Path, pages: Sequence[str]) -> str:
    """Return the articles of all pages as one page in the folder of the site, links between them included.

    Parameters
    ----------
    site : Path
        The built site.
    pages : sequence of str
        The names of the pages, in order; the first one gives the styles.
    """
    head = BeautifulSoup((site / "index.html").read_bytes(), "html.parser").head
    for script in head.select("script") if head else []:
        script.decompose()
    articles = [_article(site, page, set(pages)) for page in pages]
    body = "\n".join(article for article in articles if article)
    main = f'<body><main class="bd-main">{body}</main></body>'
    return f'<!DOCTYPE html><html lang="en" data-theme="light">{head}{main}</html>'


def _article(site: Path, page: str, pages: set[str]) -> str:
    """One page's article, whose ids begin with the name of the page."""
    parsed = BeautifulSoup((site / f"{page}.html").read_bytes(), "html.parser").select_one("article")
    if parsed is None:
        return ""
    for unprinted in parsed.select("script, .export, .headerlink, .prev-next-area"):
        unprinted.decompose()
    folder, mark = posixpath.dirname(page), _mark(page)
    text = re.sub(r'(\bid="|\b(?:xlink:)?href="#|url\(#|aria-labelledby=")', rf"\g<1>{mark}--", str(parsed))

    def lead(match: re.Match[str]) -> str:
        target, anchor = posixpath.normpath(posixpath.join(folder, match[2])), match[3]
        if target in pages:
            return f'{match[1]}"#{_mark(target)}{f"--{anchor}" if anchor else ""}"'
        return match[0]

    text = re.sub(r'(href=)"([^":#]+)\.html(?:#([^"]*))?"', lead, text)
    text = re.sub(
        r'(src=")(?![a-z]+:)([^"]+)', lambda one: one[1] + posixpath.normpath(posixpath.join(folder, one[2])), text
    )
    return f'<div id="{mark}" style="break-before: page">{text}</div>'


def _mark(page: str) -> str:
    return page.replace("/", "-")


def print_page(browser: Browser, page: Path, target: Path) -> None:
    """Print one page from disk, offline and in the colours of paper; folded parts stay folded and are in the files."""
    context = browser.new_context(offline=True, color_scheme="light", reduced_motion="reduce")
    context.add_init_script("localStorage.setItem('mode', 'light'); localStorage.setItem('theme', 'light')")
    opened = context.new_page()
    opened.goto(page.as_uri())
    opened.emulate_media(media="print")
    opened.pdf(
        path=target,
        format="A4",
        margin=SIDES,
        print_background=True,
        display_header_footer=True,
        header_template="<span></span>",
        footer_template=FOOTER,
        tagged=True,
        outline=True,
    )
    context.close()


def offer(page: Path, name: str) -> None:
    """Put the file into the page's download menu, once."""
    parsed = BeautifulSoup(page.read_bytes(), "html.parser")
    menu = parsed.select_one(".dropdown-download-buttons .dropdown-menu")
    if menu is None or menu.select(f'a[href="{name}"]'):
        return
    item = parsed.new_tag("li")
    link = parsed.new_tag("a", attrs={"class": "btn btn-sm dropdown-item", "href": name, "download": name})
    text = parsed.new_tag("span", attrs={"class": "btn__text-container"})
    text.string = ".pdf (A4)"
    link.append(text)
    item.append(link)
    menu.append(item)
    page.write_bytes(parsed.encode())


if __name__ == "__main__":
    sys.exit(main())
