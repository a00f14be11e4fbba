"""The pages of the course: plans, notation, pictures, and links to Binder agree with the lessons."""

import re
from pathlib import Path

import pytest

from lesson_pages import as_page
from page_identity import REPOSITORY, binder_address
from secretome.course.check_answer import read_exercises
from secretome.course.lessons import lesson_names, read_lesson

ROOT = Path(__file__).parents[2]
TEACHING = (ROOT / "book" / "teaching.md").read_text(encoding="utf-8")
NOTATION = (ROOT / "book" / "notation.md").read_text(encoding="utf-8")
LESSON = re.compile(r"methods/(\w+)/lesson")
BEFORE = re.compile(r"^\| .+ \| (\d+) minutes \|", re.MULTILINE)


def rows(text: str, heading: str) -> list[list[str]]:
    """The rows of the table below a heading, without that of its titles."""
    section = re.search(rf"^### {heading}\n(.*?)(?=^#|\Z)", text, re.DOTALL | re.MULTILINE)
    assert section is not None
    table = [line for line in section[1].splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in table[2:]]


def exercises(lesson: str, listed: str) -> set[str]:
    return {f"{lesson}-{number}" for number in re.findall(r"\d+", listed)}


@pytest.mark.parametrize("plan", ["Half a day", "A day"])
def test_a_plan_has_time_for_each_lesson_and_its_exercises_exist(plan: str) -> None:
    listed = rows(TEACHING, plan)
    stated = re.search(rf"^### {plan}\n\n.*?(\d+) minutes", TEACHING, re.MULTILINE)
    assert stated is not None
    assert sum(int(minutes) for minutes, *_ in listed) == int(stated[1])
    lessons = [(LESSON.search(what), minutes, numbers) for minutes, what, numbers in listed]
    found = [(match[1], int(minutes), numbers) for match, minutes, numbers in lessons if match]
    assert len(found) == {"Half a day": 4, "A day": 8}[plan]
    for lesson, minutes, numbers in found:
        reading = BEFORE.search(read_lesson(lesson).cells[0].source)
        assert reading is not None
        assert int(reading[1]) <= minutes
        assert exercises(lesson, numbers) <= set(read_exercises(lesson))
        assert numbers


def test_the_semester_has_each_lesson_once_with_all_of_its_exercises() -> None:
    listed = rows(TEACHING, "A semester")
    assert [row[0] for row in listed] == [str(week) for week in range(1, 15)]
    lessons = [match[1] for row in listed if (match := LESSON.search(row[1]))]
    assert sorted(lessons) == lesson_names()
    contents = LESSON.findall((ROOT / "_toc.yml").read_text(encoding="utf-8"))
    assert lessons == contents
    for lesson, (_, _, _, in_class, at_home, _) in zip(lessons, listed, strict=True):
        assert exercises(lesson, in_class) | exercises(lesson, at_home) == set(read_exercises(lesson))
        assert not exercises(lesson, in_class) & exercises(lesson, at_home)


def test_each_symbol_of_the_notation_is_used_in_its_lesson_and_no_lesson_is_left_out() -> None:
    named, unused = set(), []
    for line in NOTATION.splitlines():
        if not (match := LESSON.search(line)):
            continue
        lesson = match[1]
        named.add(lesson)
        text = "\n".join(cell.source for cell in read_lesson(lesson).cells)
        symbol = line.strip("|").split("|")[0].strip()
        for part in symbol.replace("`", "").split(", "):
            pattern = rf"(?<![\w.]){re.escape(part)}(?!\w)".replace(r"n_effective", r"n_\\text\{effective\}")
            # A word may begin a sentence; a letter is written in one way.
            if not re.search(pattern, text, re.IGNORECASE if len(part) > 3 else 0):
                unused.append((part, lesson))
    assert not unused
    assert sorted(named) == lesson_names()


@pytest.mark.parametrize("name", lesson_names())
def test_each_picture_of_a_lesson_is_explained_below(name: str) -> None:
    code = "\n".join(cell.source for cell in read_lesson(name).cells if cell.cell_type == "code")
    captions = re.findall(r'^    caption="([^"]+)",$', code, re.MULTILINE)
    assert len(captions) == code.count("page.figure(") >= 1
    assert all(caption.endswith(".") for caption in captions)


@pytest.mark.parametrize(
    ("repository", "expected"),
    [
        ("https://github.com/lab/book", "https://mybinder.org/v2/gh/lab/book/main"),
        ("https://github.com/lab/book.git", "https://mybinder.org/v2/gh/lab/book/main"),
        ("https://gitlab.com/group/lab/book/", "https://mybinder.org/v2/gl/group%2Flab%2Fbook/main"),
        ("https://example.org/lab/book", ""),
        ("", ""),
    ],
)
def test_binder_addresses(repository: str, expected: str) -> None:
    """As the form of mybinder.org writes them."""
    assert binder_address(repository) == expected


def test_a_lesson_offers_binder_if_the_repository_is_known(monkeypatch: pytest.MonkeyPatch) -> None:
    import nbformat

    def offered() -> list[str]:
        page = as_page(nbformat.v4.new_notebook(cells=list(read_lesson("ranks").cells)))
        return re.findall(r'href="(https://mybinder[^"]+)"', page.cells[0].source)

    monkeypatch.delenv(REPOSITORY, raising=False)
    assert offered() == []
    monkeypatch.setenv(REPOSITORY, "https://github.com/lab/book")
    opened = "?urlpath=lab/tree/_build/lessons/ranks-exercises.ipynb"
    assert offered() == [f"https://mybinder.org/v2/gh/lab/book/main{opened}"]
    assert "write_notebooks(Path('_build/lessons'))" in (ROOT / ".binder" / "postBuild").read_text(encoding="utf-8")
