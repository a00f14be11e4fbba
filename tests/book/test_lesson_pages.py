"""Lessons as pages: solutions and quizzes folded, exercises to download."""

from pathlib import Path

import jupytext
import pytest
from built_pages import soup

from lesson_pages import as_page
from secretome.course.lessons import lesson_names, read_lesson

MARKED = """# %% [markdown] tags=["quiz"]
# ## Quiz
#
# **Two and two?**
#
# - [ ] three
#   Too few.
# - [x] four,
#   whatever the weather
#   Count them
#   twice.

# %% [markdown]
# ### 1. Four fingers

# %% tags=["solution"] exercise="own-1" difficulty=2
answer = 4

# %% [markdown] tags=["solution"]
# Two fingers, twice.

# %% [markdown]
# - [ ] a list of things to do
#   is no quiz
"""


def test_only_what_is_marked_is_folded() -> None:
    quiz, heading, form, solution, why, other = as_page(jupytext.reads(MARKED, fmt="py:percent")).cells
    assert heading.source == "### 1. Four fingers\n\n*Difficulty 2 of 3.*"
    assert quiz.source.count(":class: dropdown quiz") == 2
    assert "::::{admonition} three\n:class: dropdown quiz\n\n**No.** Too few.\n::::" in quiz.source
    assert "**Right.** whatever the weather Count them twice." in quiz.source
    assert "live-st" in form.source
    assert "hide-cell" in solution.metadata["tags"]
    assert why.source.startswith("::::{admonition} Why\n:class: dropdown why")
    assert "dropdown" not in other.source


@pytest.mark.parametrize("name", lesson_names())
def test_a_lesson_opens_with_its_answers_closed(site: Path, name: str) -> None:
    page = soup(site, f"notebooks/methods/{name}/lesson")
    cells = read_lesson(name).cells
    solutions = [fold for fold in page.select("details") if "Show the solution" in fold.get_text()]
    assert len(solutions) == sum("exercise" in cell.metadata for cell in cells)
    quiz = page.select("details.quiz")
    assert len(quiz) == sum(cell.source.count("\n- [") for cell in cells if "quiz" in cell.metadata.get("tags", []))
    assert not any(fold.has_attr("open") for fold in [*solutions, *quiz])
    assert all(fold.select_one("strong").get_text() in ("Right.", "No.") for fold in quiz)  # type: ignore[union-attr]
    offered = [str(link["href"]) for link in page.select("a.download")]
    # Exercises that state their numbers need no file of data.
    without_data = {"auditing", "min_pvalues", "planning", "pooling"}
    data = [] if name in without_data else ["data.csv"]
    assert sorted(address.rpartition("-")[2] for address in offered) == [*data, "exercises.ipynb", "solutions.ipynb"]
    opening = page.select_one(".opening")
    assert opening is not None
    assert f"{opening.select('.reading-time')[0].get_text()} | " in read_lesson(name).cells[0].source
    points = page.select(".take-aways li")
    assert len(points) >= 2
    assert all(point.select('a[href^="#lesson-"]') for point in points)
    drawing = page.select_one("figure.drawing svg")
    assert drawing is not None
    assert any(digit.isdigit() for digit in str(drawing["aria-label"]))
