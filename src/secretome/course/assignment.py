"""The assignment of a student: the notebook and the answer sheet."""

from collections.abc import Mapping, Sequence
from importlib import resources

import jinja2
import jupytext
import nbformat
import pandas as pd

from secretome.claims import Rule
from secretome.course import text as words
from secretome.course.questions import Question
from secretome.course.sheets import csv_bytes
from secretome.protocol import Protocol

# The rows of the sheet that name the student and show for whom the sheet was made, so that a file may be renamed.
STUDENT, CODE = "student", "code"


def notebook(protocol: Protocol, student: str, questions: Sequence[Question], corrected: pd.DataFrame) -> bytes:
    """The assignment as an .ipynb file, the same bytes each time.

    Parameters
    ----------
    protocol : Protocol
        The study.
    student : str
        The student's id.
    questions : sequence of Question
        The questions.
    corrected : DataFrame
        The cohort with each sample in its true group, for the laboratory notebook.
    """
    samples = {
        str(group): f"{notes.iloc[0]} to {notes.iloc[-1]}"
        for group, notes in corrected.groupby("group", sort=False)["note"]
    }
    made = jupytext.reads(_render(protocol, student, questions, samples), fmt="py:percent")
    # Random ids of cells would differ each time.
    for number, cell in enumerate(made.cells, 1):
        cell["id"] = f"cell-{number}"
    made.metadata.pop("jupytext", None)
    return str(nbformat.writes(made)).encode() + b"\n"


def answer_cell(questions: Sequence[Question]) -> str:
    """The code of the cell that writes a student's answers into the sheet."""
    rows = "".join(f'    "{question.key}": "",\n' for question in questions)
    return (
        f"answers = {{\n{rows}}}\n"
        'sheet = pd.read_csv("answers.csv", dtype=str, keep_default_na=False)\n'
        "for question, answer in answers.items():\n"
        "    if str(answer).strip():\n"
        '        sheet.loc[sheet["question"] == question, "answer"] = str(answer)\n'
        'sheet.to_csv("answers.csv", index=False)\n'
        'sheet[["question", "answer"]]'
    )


def answer_sheet(student: str, code: str, questions: Sequence[Question]) -> bytes:
    """The answer sheet: one row per question, with its marks and the accepted answers."""
    columns = ("question", "answer", "marks", "tolerance", "asked")
    owners = [
        (STUDENT, student, "", "do not change this row", "the student of this sheet"),
        (CODE, code, "", "do not change this row", "shows that the sheet was made for this student"),
    ]
    rows = [(question.key, "", question.marks, question.tolerance, question.asked) for question in questions]
    return csv_bytes([dict(zip(columns, row, strict=True)) for row in (*owners, *rows)])


def _render(protocol: Protocol, student: str, questions: Sequence[Question], samples: Mapping[str, str]) -> str:
    """The assignment as a percent notebook; `samples` has the samples of each group by the laboratory notebook."""
    claims = list(protocol.claims.values())
    kinds = {claim.kind: claim for claim in claims}
    scales = {endpoint.equivalence_margin.scale for endpoint in protocol.endpoints.values()}
    template = (resources.files("secretome.course") / "assignment.py.jinja").read_text(encoding="utf-8")
    environment = jinja2.Environment(
        trim_blocks=True, lstrip_blocks=True, keep_trailing_newline=True, undefined=jinja2.StrictUndefined
    )
    return environment.from_string(template).render(
        protocol=protocol,
        student=student,
        questions=questions,
        answer_cell=answer_cell(questions),
        samples=samples,
        limits={key: _limits(protocol, key) for key in protocol.endpoints},
        errors=words.ERRORS,
        rules={
            kind: [(name, reason, Rule(name).decision) for name, reason in words.reasons(claim).items()]
            for kind, claim in kinds.items()
        },
        about=words.CLAIM_DESCRIPTIONS,
        rank_tests=[
            words.RANK_TESTS[name]
            for name in dict.fromkeys(claim.published_method for claim in claims)
            if name in words.RANK_TESTS
        ],
        families=sorted({len(claim.compared) for claim in claims if claim.form.has_family} - {1}),
        effect="difference" if scales == {"linear"} else "ratio",
        margins={key: endpoint.equivalence_margin for key, endpoint in protocol.endpoints.items()},
    )


def _limits(protocol: Protocol, key: str) -> str:
    simulated = protocol.simulation.endpoints[key] if protocol.simulation else None
    low = getattr(simulated, "lloq", None) or getattr(simulated, "lowest", None)
    high = getattr(simulated, "uloq", None) or getattr(simulated, "highest", None)
    return f"{low:g} to {high:g}" if low and high else "not known"
