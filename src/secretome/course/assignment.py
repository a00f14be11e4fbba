"""What a student gets beside the cohort: the notebook and the sheet of answers."""

from collections.abc import Sequence

import jupytext
import nbformat
import pandas as pd

from secretome.course import text as words
from secretome.course.questions import Question
from secretome.course.sheets import written
from secretome.protocol import Protocol

# The row of the sheet that says whose it is, so that a file may be renamed.
STUDENT = "student"


def notebook(protocol: Protocol, student: str, questions: Sequence[Question], clean: pd.DataFrame) -> bytes:
    """The assignment as an .ipynb file, the same bytes each time.

    Parameters
    ----------
    protocol : Protocol
        The study.
    student : str
        The student's id.
    questions : sequence of Question
        What is asked.
    clean : DataFrame
        The cohort with each sample in its true group: the laboratory's book is made from it.
    """
    samples = {
        str(group): f"{notes.iloc[0]} to {notes.iloc[-1]}"
        for group, notes in clean.groupby("group", sort=False)["note"]
    }
    made = jupytext.reads(words.assignment(protocol, student, questions, samples), fmt="py:percent")
    # Cells get random ids, and a notebook made twice would differ.
    for number, cell in enumerate(made.cells, 1):
        cell["id"] = f"cell-{number}"
    made.metadata.pop("jupytext", None)
    return str(nbformat.writes(made)).encode() + b"\n"


def answer_sheet(student: str, questions: Sequence[Question]) -> bytes:
    """The sheet to fill in: a row per question, with its marks and how near an answer must be."""
    whose = {
        "question": STUDENT,
        "answer": student,
        "marks": "",
        "tolerance": "leave this row as it is",
        "asked": "whose sheet this is",
    }
    asked = [
        {"question": q.key, "answer": "", "marks": q.marks, "tolerance": q.tolerance, "asked": q.asked}
        for q in questions
    ]
    return written([whose, *asked])
