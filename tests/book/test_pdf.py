"""The print edition of a study's page."""

import re
import shutil
from pathlib import Path

import pytest
from bs4 import BeautifulSoup
from playwright.sync_api import Browser

import pdf
from build import pages_in_contents

ROOT = Path(__file__).parents[2]


def test_a_study_is_printed_on_a4_with_its_outline(site: Path, browser: Browser, tmp_path: Path) -> None:
    printed = tmp_path / "donors.pdf"
    pdf.print_page(browser, site / "notebooks" / "treg_conditioned_medium" / "analysis.html", printed)
    content = printed.read_bytes()
    assert content.startswith(b"%PDF-")
    boxes = {tuple(map(float, found)) for found in re.findall(rb"/MediaBox\s*\[\s*0 0 ([\d.]+) ([\d.]+)\s*\]", content)}
    # 210 by 297 mm, in points, to Chromium's rounding to its own pixels.
    assert boxes
    assert all(abs(width - 210 / 25.4 * 72) < 1 and abs(height - 297 / 25.4 * 72) < 1 for width, height in boxes)
    assert 4 <= len(re.findall(rb"/Type\s*/Page\b", content)) <= 40
    # Bookmarks and a tree of headings for those who listen.
    assert b"/Outlines" in content
    assert b"/StructTreeRoot" in content


def test_the_file_is_offered_once_on_its_page(site: Path, tmp_path: Path) -> None:
    page = Path(shutil.copy(site / "notebooks" / "sepsis_cytokines" / "analysis.html", tmp_path))
    for _ in range(2):
        pdf.offer(page, "sepsis_cytokines.pdf")
    links = BeautifulSoup(page.read_bytes(), "html.parser").select(
        '.dropdown-download-buttons a[href="sepsis_cytokines.pdf"]'
    )
    assert [link.get_text(strip=True) for link in links] == [".pdf (A4)"]


def test_every_study_has_one() -> None:
    assert {path.parent.name for path in pdf.studies()} == {
        path.parent.name for path in (ROOT / "notebooks").glob("*/protocol.yml")
    }


@pytest.mark.slow
def test_the_whole_book_is_one_page_whose_links_stay_inside(site: Path) -> None:
    names = pages_in_contents()
    page = BeautifulSoup(pdf.combined(site, names), "html.parser")
    ids = [str(element["id"]) for element in page.find_all(id=True)]
    assert len(ids) == len(set(ids))
    assert {name.replace("/", "-") for name in names} <= set(ids)
    lost = [link["href"] for link in page.select('main a[href^="#"]') if str(link["href"])[1:] not in ids]
    assert not lost, lost[:5]
