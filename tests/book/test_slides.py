"""Slides of the lessons: each fits its window, is printed on one sheet, and shows what the lesson's page shows."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from axe import COLOURS, LEVELS, violations
from bs4 import BeautifulSoup
from built_pages import soup
from playwright.sync_api import Browser, Page

from secretome.course.lessons import is_solution, lesson_names, read_lesson
from slide_parts import Part, as_html, divided, sentences

# One lesson in `make test`; the others are left to `make test-slow`.
LESSONS = [pytest.param(name, marks=[pytest.mark.slow] * (name != "limits")) for name in lesson_names()]
WIDTH, HEIGHT = 1280, 720
# Shows each slide, and lists what lies outside the window, ends below the page number, scrolls, or has small letters.
FAULTS = """([width, height]) => [...document.querySelectorAll('.slides section:not(.stack)')].flatMap(slide => {
  const {h, v} = Reveal.getIndices(slide), found = [], name = slide.querySelector('h1, h2').textContent;
  Reveal.slide(h, v);
  for (const part of slide.querySelectorAll('*')) {
    const box = part.getBoundingClientRect();
    if (!box.width || part.closest('mjx-container')) continue;
    if (box.left < 0 || box.top < 0 || box.right > width + 1 || box.bottom > height + 1)
      found.push(`${name}: ${part.tagName} ends at ${box.right}, ${box.bottom}`);
    if (part.tagName === 'PRE' && part.scrollWidth > part.clientWidth) found.push(`${name}: code is cut off`);
    const size = parseFloat(getComputedStyle(part).fontSize);
    if (part.closest('svg') ? part.tagName === 'text' && box.height < 14 : size < 16)
      found.push(`${name}: small type, ${part.textContent.slice(0, 30)}`);
  }
  return found;
})"""


@contextmanager
def opened(browser: Browser, site: Path, name: str, mode: Any = "light") -> Iterator[Page]:
    """The slides of a lesson, opened from disk without a network; no script fails and nothing is asked for."""
    context = browser.new_context(
        offline=True, color_scheme=mode, viewport={"width": WIDTH, "height": HEIGHT}, reduced_motion="reduce"
    )
    page = context.new_page()
    faults: list[str] = []
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.on("console", lambda message: faults.append(message.text) if message.type == "error" else None)
    page.on("request", lambda request: faults.append(request.url) if request.url.startswith("http") else None)
    page.goto((site / "notebooks" / "methods" / name / "slides.html").as_uri())
    page.wait_for_function("Reveal.isReady()")
    page.evaluate("document.fonts.ready.then(() => true)")
    yield page
    context.close()
    assert not faults


@pytest.mark.parametrize("name", LESSONS)
def test_slides_fit_the_window_and_are_printed_one_on_a_sheet(site: Path, browser: Browser, name: str) -> None:
    with opened(browser, site, name) as page:
        slides = page.locator(".slides section:not(.stack)").count()
        assert slides > 20
        assert page.evaluate(FAULTS, [WIDTH, HEIGHT]) == []
        printed = page.pdf(prefer_css_page_size=True, print_background=True)
    sheets = re.findall(rb"/Type\s*/Page\b", printed)
    boxes = {tuple(map(float, found)) for found in re.findall(rb"/MediaBox\s*\[\s*0 0 ([\d.]+) ([\d.]+)\s*\]", printed)}
    assert len(sheets) == slides
    # 1280 by 720 pixels are 960 by 540 points.
    assert all(abs(width - 960) < 1 and abs(height - 540) < 1 for width, height in boxes)


@pytest.mark.slow
@pytest.mark.parametrize("mode", ["light", "dark"])
def test_slides_are_accessible(site: Path, browser: Browser, mode: str) -> None:
    with opened(browser, site, "limits", mode) as page:
        for _ in range(page.locator(".slides section:not(.stack)").count() - 1):
            assert not violations(page, COLOURS if mode == "dark" else LEVELS)
            page.keyboard.press("Space")
        assert page.evaluate("Reveal.isLastSlide()")


@pytest.mark.parametrize("name", lesson_names())
def test_slides_have_each_figure_exercise_question_and_main_point_of_the_page(site: Path, name: str) -> None:
    folder = f"notebooks/methods/{name}"
    page, slides = soup(site, f"{folder}/lesson"), soup(site, f"{folder}/slides")
    titles = [title.get_text() for title in slides.select("h1, h2")]
    exercises = sum(is_solution(cell) for cell in read_lesson(name).cells)
    for start in ("Exercise", "Solution"):
        assert len({title for title in titles if re.match(rf"{start} \d", title)}) == exercises
    assert len(slides.select("svg")) == len(page.select("article figure svg"))
    assert len(slides.select("ol.options > li")) == 2 * len(page.select("details.quiz"))
    points = [point.get_text() for point in page.select(".take-aways li")]
    shown = [
        item.get_text()
        for title in slides.select("h2")
        if title.get_text() == "Main points"
        for item in title.parent.select("li")
    ]  # type: ignore[union-attr]
    assert [text.split() for text in shown] == [text.split() for text in points]
    assert "Common mistakes" in titles


@pytest.mark.parametrize("name", lesson_names())
def test_slides_say_that_animals_are_simulated_where_the_page_does(site: Path, name: str) -> None:
    folder = f"notebooks/methods/{name}"
    sections = [note.find_parent("section") for note in soup(site, f"{folder}/lesson").select("p.simulated")]
    for section in sections:
        heading = section.select("h2")[0].contents[0].strip()  # type: ignore[union-attr,union-attr]
        slides = [
            slide
            for slide in soup(site, f"{folder}/slides").select("section:has(> h2)")
            if slide.h2.get_text() == heading
        ]  # type: ignore[union-attr]
        assert slides
        assert all(slide.select(".simulated") for slide in slides)


@pytest.mark.parametrize("name", lesson_names())
def test_slides_are_linked_from_their_lesson_and_from_the_teachers_page(site: Path, name: str) -> None:
    assert soup(site, f"notebooks/methods/{name}/lesson").select('article a[href="slides.html"]')
    assert soup(site, "book/teaching").select(f'article a[href="../notebooks/methods/{name}/slides.html"]')


@pytest.mark.parametrize(
    ("html", "expected"),
    [
        ("<p>One. Two.</p>", ["One.", "Two."]),
        ("<p>By Cauchemez (2012). It fell to 0.5. Three</p>", ["By Cauchemez (2012).", "It fell to 0.5.", "Three"]),
        ("<p><b>Bold.</b> Next &lt;15.6. End.</p>", ["<b>Bold.</b>", "Next &lt;15.6.", "End."]),
        ("<p>A ratio: <i>one. Two</i> more. And</p>", ["A ratio: <i>one. Two</i> more.", "And"]),
    ],
)
def test_a_paragraph_is_divided_between_sentences(html: str, expected: list[str]) -> None:
    paragraph = BeautifulSoup(html, "html.parser").p
    assert paragraph is not None
    assert sentences(paragraph) == expected


def test_parts_fill_slides_in_order_and_what_introduces_stays() -> None:
    parts = [Part(str(number), 100, leads=number == 3) for number in range(1, 9)]
    slides = divided(parts, room=400)
    assert [part for slide in slides for part in slide] == parts
    assert all(sum(part.height for part in slide) <= 400 for slide in slides)
    assert not any(slide[-1].leads for slide in slides)
    figure = Part("figure", float("inf"))
    assert divided([parts[0], figure, parts[1]]) == [[parts[0]], [figure], [parts[1]]]
    assert as_html([Part("a", 1, "ul"), Part("b", 1, "ul"), Part("<p>", 1)]) == "<ul><li>a</li><li>b</li></ul><p>"
