"""The quizzes of the lessons as questions in Moodle XML, which the question bank of Moodle imports."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from xml.etree import ElementTree as Tree

from markdown_it import MarkdownIt

from secretome.course.lessons import Lesson, lesson_names, plain_text, read_lesson, tags

ASKED = re.compile(r"^\*\*(.+?)\*\*\n\n((?:- \[[ x]\] .+\n(?:  .+\n)*)+)", re.MULTILINE)
OPTION = re.compile(r"^- \[([ x])\] (.+)\n((?:  .+\n)*)", re.MULTILINE)


@dataclass(frozen=True)
class QuizQuestion:
    """A question with one right option: its text, and for each option its text, whether it is right, and why."""

    asked: str
    options: tuple[tuple[str, bool, str], ...]


def quiz_questions(lesson: Lesson) -> Iterator[QuizQuestion]:
    """The questions of a lesson's quiz.

    >>> first = next(quiz_questions(read_lesson("ranks")))
    >>> first.asked, [right for _, right, _ in first.options]
    ('All six values of an experiment are equal. The exact p is', [False, False, True])
    """
    for cell in lesson.cells:
        if "quiz" in tags(cell):
            text = plain_text(lesson, cell.source) + "\n"
            for asked in ASKED.finditer(text):
                options = tuple(
                    (option[2], option[1] == "x", " ".join(option[3].split())) for option in OPTION.finditer(asked[2])
                )
                yield QuizQuestion(asked[1], options)


def moodle_xml() -> bytes:
    """The quizzes of all lessons as an XML file, with a category for each lesson; the same bytes each time."""
    quiz = Tree.Element("quiz")
    for name in lesson_names():
        lesson = read_lesson(name)
        category = Tree.SubElement(quiz, "question", type="category")
        _text(category, "category", f"$course$/top/{lesson.title.replace('/', '//')}")
        for number, question in enumerate(quiz_questions(lesson), 1):
            _add_question(quiz, f"{name} {number}", question)
    Tree.indent(quiz)
    return bytes(Tree.tostring(quiz, encoding="utf-8", xml_declaration=True)) + b"\n"


def _add_question(quiz: Tree.Element, name: str, question: QuizQuestion) -> None:
    element = Tree.SubElement(quiz, "question", type="multichoice")
    _text(element, "name", name)
    _text(element, "questiontext", _html(question.asked), format="html")
    for tag, value in (
        ("defaultgrade", "1"),
        ("single", "true"),
        ("shuffleanswers", "true"),
        ("answernumbering", "abc"),
    ):
        Tree.SubElement(element, tag).text = value
    for option, right, reason in question.options:
        answer = _text(element, "answer", _html(option), fraction="100" if right else "0", format="html")
        _text(answer, "feedback", _html(reason), format="html")


def _text(parent: Tree.Element, tag: str, text: str, **attributes: str) -> Tree.Element:
    element = Tree.SubElement(parent, tag, attributes)
    Tree.SubElement(element, "text").text = text
    return element


def _html(text: str) -> str:
    return str(MarkdownIt("commonmark").renderInline(text))
