"""What each page says about itself: description, version, source, and the same next page twice."""

from pathlib import Path

import pytest
import yaml
from bs4 import BeautifulSoup

import secretome
from build import pages_in_contents

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("page", pages_in_contents())
def test_a_page_has_a_description_a_version_and_one_next_page(site: Path, page: str) -> None:
    parsed = BeautifulSoup((site / f"{page}.html").read_bytes(), "html.parser")
    for name in ('meta[name="description"]', 'meta[property="og:title"]', 'meta[property="og:description"]'):
        assert parsed.select(name), name
    assert f"Version {secretome.__version__}" in parsed.select("footer.bd-footer-content")[0].get_text()
    named = parsed.select_one(".what-next a.reference.internal")
    foot = parsed.select_one(".prev-next-footer a.right-next")
    if named is not None and foot is not None:
        place = (site / page).parent
        assert (place / str(named["href"]).partition("#")[0]).resolve() == (place / str(foot["href"])).resolve()


def test_the_version_is_that_of_the_citation_file() -> None:
    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))
    assert citation["version"] == secretome.__version__


def test_no_part_is_named_as_one_of_its_pages_and_there_are_few(site: Path) -> None:
    front = BeautifulSoup((site / "index.html").read_bytes(), "html.parser")
    captions = [caption.get_text(strip=True) for caption in front.select(".bd-sidebar-primary p.caption")]
    names = [link.get_text(strip=True) for link in front.select(".bd-sidebar-primary nav.bd-links a")]
    assert len(captions) <= 9
    assert not set(captions) & set(names)
    assert len(names) == len(set(names))


def test_the_front_page_says_for_whom_and_what_is_simulated_before_its_figure(site: Path) -> None:
    front = BeautifulSoup((site / "index.html").read_bytes(), "html.parser")
    figure = front.select_one("figure.numbered")
    assert figure is not None
    before = figure.find_all_previous(class_=["buttons", "real-or-simulated"])
    assert len(before) == 2
    assert len(front.select(".buttons a")) == 3
    assert "Simulated, no evidence" in before[0].get_text()
