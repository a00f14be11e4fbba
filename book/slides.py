"""Make slides from the pages of the lessons, for reveal.js.

    python book/slides.py

The book must have been built. The slides of a lesson are written beside its page, as ``slides.html``. They have the
numbers of the page, because they are made from it, and they load nothing from the network.
"""

from __future__ import annotations

import html
import re
import shutil
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from importlib.resources import as_file, files
from pathlib import Path
from typing import Any

from bs4 import BeautifulSoup
from bs4.element import PageElement, Tag

from build import BUILD, pages_in_contents
from slide_parts import LEFT_OUT, ROOM, TEXT_GAP, TEXT_LINE, as_html, divided, parts_of

LESSONS = "notebooks/methods/"
NOTE_HEIGHT = TEXT_LINE + TEXT_GAP
PAGE = """<!DOCTYPE html>
<html lang="en" data-theme="light">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Slides: {title}</title>
<link rel="stylesheet" href="{static}/fonts.css">
<link rel="stylesheet" href="{static}/pygments.css">
<link rel="stylesheet" href="{static}/slides/reveal.css" media="screen">
<link rel="stylesheet" href="{static}/shared.css">
<link rel="stylesheet" href="{static}/slides/slides.css">
<noscript><link rel="stylesheet" href="{static}/slides/unscripted.css"></noscript>
</head>
<body>
<main class="reveal"><div class="slides">
{slides}
</div></main>
{mathematics}<script src="{static}/slides/reveal.js"></script>
<script src="{static}/slides/start.js"></script>
</body>
</html>
"""


@dataclass(frozen=True)
class Slide:
    """A slide: its title, and its body as HTML."""

    title: str
    body: str
    tag: str = "h2"


def main() -> int:
    """Make the slides of every lesson, or say in one line what is missing."""
    pages = [BUILD / "html" / f"{page}.html" for page in lesson_pages()]
    if missing := [page.relative_to(BUILD).as_posix() for page in pages if not page.is_file()]:
        print(f"{', '.join(missing)}: not built. Run `make book`, then try again.", file=sys.stderr)
        return 1
    for file in write_slides(BUILD / "html"):
        print(f"Made {file.relative_to(BUILD.parent)}.")
    return 0


def lesson_pages() -> list[str]:
    """The pages of the lessons, in the order of the table of contents."""
    return [page for page in pages_in_contents() if page.startswith(LESSONS)]


def write_slides(site: Path) -> list[Path]:
    """Write the slides of every lesson of a built site.

    Parameters
    ----------
    site : Path
        The folder of the site.

    Returns
    -------
    list of Path
        The written files.
    """
    for name in ("reveal.js", "reveal.css"):
        with as_file(files("sphinx_revealjs") / "_static" / "revealjs" / "dist" / name) as file:
            shutil.copyfile(file, site / "_static" / "slides" / name)
    written = []
    for page in lesson_pages():
        file = (site / page).with_name("slides.html")
        file.write_text(slide_page((site / f"{page}.html").read_text(encoding="utf-8")), encoding="utf-8")
        written.append(file)
    return written


def slide_page(page: str) -> str:
    """The page with the slides of a lesson.

    Parameters
    ----------
    page : str
        The HTML of the lesson's page.
    """
    parsed = BeautifulSoup(page, "html.parser")
    article = parsed.select("article > section")[0]
    for unused in article.select(LEFT_OUT):
        # A solution is folded on the page and shown on a slide.
        if not unused.decomposed and not unused.find_parent(class_="tag_solution"):
            unused.decompose()
    for link in article.select('a[href^="#"]'):
        link["href"] = f"lesson.html{link['href']}"
    for named in article.select("[id]"):
        if not named.find_parents("svg"):
            del named["id"]
    stacks = list(_stacks(article))
    title = stacks[0][0].title
    scripts = [str(script) for script in parsed.select('script[src*="mathjax"]')] if article.select(".math") else []
    return PAGE.format(
        title=html.escape(title),
        static="../../../_static",
        slides="\n".join(_as_stack(stack) for stack in stacks),
        mathematics="".join(f"{script}\n" for script in scripts),
    )


def _as_stack(stack: Sequence[Slide]) -> str:
    slides = [
        f"<section>\n<{slide.tag}>{html.escape(slide.title)}</{slide.tag}>\n{slide.body}\n</section>" for slide in stack
    ]
    return slides[0] if len(slides) == 1 else "<section>\n{}\n</section>".format("\n".join(slides))


def _stacks(article: Tag) -> Iterator[list[Slide]]:
    """The slides in order; those of a list are shown one below another."""
    yield [_title_slide(article)]
    for section in article.find_all("section", recursive=False):
        title = _title(section)
        if title == "Exercises":
            for exercise in section.find_all("section", recursive=False):
                yield _exercise_slides(exercise)
        elif title == "Quiz":
            points = [box.extract() for box in section.select(".take-aways")]
            yield from _quiz_slides(section)
            yield from ([slide] for box in points for slide in _box_slides(box))
        else:
            yield from ([slide] for slide in _section_slides(section))


def _title(section: Tag) -> str:
    return section.find(re.compile("^h[1-6]$")).get_text(strip=True)  # type: ignore[union-attr]


def _title_slide(article: Tag) -> Slide:
    question, opening = article.select("p")[0], article.select(".opening")[0]
    links = (
        '<p class="links"><a href="lesson.html">The lesson</a>. Arrow keys turn the slides; those below a slide are '
        "its solution or answers.</p>"
    )
    return Slide(_title(article), f"{question}\n{opening}\n{links}", "h1")


def _section_slides(section: Tag) -> list[Slide]:
    title = _title(section)
    slides = []
    plain: list[PageElement] = []
    for child in section.children:
        box = child.get_attribute_list("class") if isinstance(child, Tag) else []
        if "admonition" in box or "take-aways" in box:
            slides += [*_slides(title, plain), *_box_slides(child)]
            plain = []
        else:
            plain.append(child)
    return slides + _slides(title, plain)


def _box_slides(box: Any) -> list[Slide]:
    """A box of the page, such as that of the common mistakes, under its own heading."""
    heading = box.select(".admonition-title, p")[0].extract()
    return _slides(heading.get_text(strip=True), list(box.children))


def _slides(title: str, elements: Sequence[PageElement], *, by_sentence: bool = True) -> list[Slide]:
    """Elements of the page on as many slides as they need; each says that its animals are simulated, if they are."""
    parts = list(parts_of(elements, by_sentence=by_sentence))
    notes = [part for part in parts if 'class="simulated"' in part.html]
    others = [part for part in parts if part not in notes]
    room = ROOM - NOTE_HEIGHT if notes else ROOM
    return [Slide(title, as_html([*notes[:1], *content])) for content in divided(others, room)]


def _exercise_slides(exercise: Tag) -> list[Slide]:
    """The exercise, and below it the solution, the reason and the steps in other programs."""
    title = f"Exercise {_title(exercise)}"
    statement: list[PageElement] = []
    solution: list[PageElement] = []
    programs: list[PageElement] = []
    for child in exercise.children:
        if not isinstance(child, Tag) or child.name == "h3":
            continue
        classes = child.get_attribute_list("class")
        if "programs" in classes:
            programs += list(child.children)[1:]
        elif "tag_solution" in classes or "why" in classes or child.name == "details":
            for summary in child.select("summary"):
                summary.decompose()
            solution.append(child)
        else:
            statement.append(child)
    return [
        *_slides(title, statement, by_sentence=False),
        *_slides(f"Solution {_title(exercise)}", [*solution, *programs], by_sentence=False),
    ]


def _quiz_slides(quiz: Tag) -> Iterator[list[Slide]]:
    """Each question with its options, and below it the same with the reasons."""
    question = ""
    options: list[str] = []
    reasons: list[str] = []

    def slides() -> list[Slide]:
        listed = [f'<ol class="options">{"".join(items)}</ol>' for items in (options, reasons)]
        return [Slide("Quiz", f"<p>{question}</p>{listed[0]}"), Slide("Answers", f"<p>{question}</p>{listed[1]}")]

    for child in quiz.find_all(["p", "details"], recursive=False):
        if child.name == "p":
            if options:
                yield slides()
            question, options, reasons = child.decode_contents(), [], []
        else:
            summary = child.summary.extract().decode_contents()  # type: ignore[union-attr]
            reason = " ".join(paragraph.decode_contents() for paragraph in child.select("p"))
            options.append(f"<li>{summary}</li>")
            reasons.append(f"<li>{summary}<br>{reason}</li>")
    yield slides()


if __name__ == "__main__":
    sys.exit(main())
