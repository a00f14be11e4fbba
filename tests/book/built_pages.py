"""Pages of the built site, parsed once for all tests of a process."""

from functools import cache
from pathlib import Path

from bs4 import BeautifulSoup


@cache
def soup(site: Path, page: str) -> BeautifulSoup:
    """A page by its address without the ending. Tests read it and do not change it."""
    return BeautifulSoup((site / f"{page}.html").read_bytes(), "html.parser")
