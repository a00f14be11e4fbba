"""The examples of the guide to reruns are read by the commands below them."""

import csv
import io
import re
import shlex
from dataclasses import dataclass
from pathlib import Path

import pytest
from making import xlsx

from secretome.cohort import read_cohort
from secretome.protocol import load_protocol, study_folder

GUIDE = Path(__file__).parents[2] / "book" / "rerun.md"
PART = re.compile(
    r"^```\{spreadsheet\}[^\n]*\n(?P<table>.*?)^```$|^    secretome rerun (?P<command>[^\n]+)$",
    re.MULTILINE | re.DOTALL,
)


@dataclass(frozen=True)
class Example:
    """The tables above a command, each with the names of its sheets, and the words of the command."""

    tables: list[tuple[list[list[str]], list[str]]]
    words: list[str]

    def option(self, name: str) -> list[str]:
        return [value for word, value in zip(self.words, self.words[1:], strict=False) if word == name]


def table_of(text: str) -> tuple[list[list[str]], list[str]]:
    lines = text.strip().splitlines()
    sheets = [name.strip() for name in lines[0].removeprefix(":sheets:").split(",")] if lines[0][0] == ":" else []
    return list(csv.reader(line for line in lines[bool(sheets) :] if line)), sheets


def examples() -> list[Example]:
    text = GUIDE.read_text()
    text = text[text.index("(rerun-examples)=") : text.index("(rerun-content)=")]
    found, tables = [], []
    for match in PART.finditer(text):
        if match["table"]:
            tables.append(table_of(match["table"]))
        else:
            found.append(Example(tables, shlex.split(match["command"])))
            tables = []
    return found


EXAMPLES = examples()


def content_of(rows: list[list[str]], sheets: list[str]) -> bytes:
    if not sheets:
        text = io.StringIO()
        csv.writer(text).writerows(rows)
        return text.getvalue().encode()
    # The other sheets have other numbers; on a sheet of another group they are other animals.
    return xlsx(
        {
            sheet: [[number(cell, at) if line else cell for cell in row] for line, row in enumerate(rows)]
            for at, sheet in enumerate(sheets)
        }
    )


def number(text: str, at: int) -> object:
    return round(float(text) * (1 + at / 8), 2) if re.fullmatch(r"\d+\.\d+", text) else text


def test_every_example_has_a_command() -> None:
    assert len(EXAMPLES) >= 15
    assert all(example.tables for example in EXAMPLES)


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: " ".join(example.words))
def test_example_of_the_guide_is_read(example: Example, tmp_path: Path) -> None:
    study, name = example.words[:2]
    path = tmp_path / name
    path.write_bytes(content_of(*example.tables[0]))
    key = None
    for file in example.option("--key"):
        key = tmp_path / file
        key.write_bytes(content_of(example.tables[1][0], ["key"]))
    cohort = read_cohort(
        path,
        load_protocol(study_folder(study) / "protocol.yml"),
        sheet=next(iter(example.option("--sheet")), None),
        names=dict(option.split("=") for option in example.option("--map")),
        decimal=next(iter(example.option("--decimal")), None),
        key=key,
    )
    assert set(cohort.values["group"]) <= set(load_protocol(study_folder(study) / "protocol.yml").groups)
    rows, sheets = example.tables[0]
    if "replicate" in rows[0] or example.option("--sheet"):
        return  # the values are means of wells, or those of a sheet that is not shown
    measured = cohort.values["value"].dropna()
    shown = {float(cell.replace(",", ".")) for row in rows for cell in row if re.fullmatch(r"\d+[.,]\d+", cell)}
    assert set(measured[measured % 1 > 0]) <= shown or sheets
    assert len(measured) >= 2
