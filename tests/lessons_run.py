"""Lessons run in this process, once each."""

from functools import cache

from secretome.course.lessons import read_lesson


@cache
def ran(name: str) -> dict[str, object]:
    """What a lesson's cells leave behind."""
    space: dict[str, object] = {}
    for cell in read_lesson(name).cells:
        if cell.cell_type == "code":
            exec(compile(cell.source, name, "exec"), space)
    return space


def prose(name: str) -> str:
    """The Markdown cells of a lesson, without line breaks."""
    return " ".join(" ".join(cell.source for cell in read_lesson(name).cells if cell.cell_type == "markdown").split())
