"""Quizzes in Moodle XML, by the elements that Moodle's question/format/xml/format.php reads."""

import defusedxml.ElementTree

from secretome.course.lessons import lesson_names, read_lesson
from secretome.course.moodle_quiz import moodle_xml, quiz_questions


def test_every_question_of_every_lesson_is_in_the_file_with_one_right_option() -> None:
    quiz = defusedxml.ElementTree.fromstring(moodle_xml())
    asked = [question for question in quiz if question.get("type") == "multichoice"]
    written = sum(cell.source.count("- [x] ") for name in lesson_names() for cell in read_lesson(name).cells)
    assert len(asked) == written >= 42
    assert len(quiz) == len(asked) + len(lesson_names())
    assert len({question.findtext("name/text") for question in asked}) == len(asked)
    for question in asked:
        fractions = [answer.get("fraction") for answer in question.findall("answer")]
        assert sorted(fractions) == ["0"] * (len(fractions) - 1) + ["100"]
        assert question.findtext("single") == "true"
        texts = [question.findtext("questiontext/text"), *(one.findtext("text") for one in question.findall("answer"))]
        texts += [answer.findtext("feedback/text") for answer in question.findall("answer")]
        assert all(text and "{" not in text and "- [" not in text for text in texts), texts


def test_no_option_of_a_lesson_is_lost() -> None:
    for name in lesson_names():
        lesson = read_lesson(name)
        options = sum(cell.source.count("- [ ] ") + cell.source.count("- [x] ") for cell in lesson.cells)
        assert sum(len(question.options) for question in quiz_questions(lesson)) == options


def test_the_same_lessons_give_the_same_bytes() -> None:
    assert moodle_xml() == moodle_xml()
