"""The commands of the page *Add your own study*, typed one after another as a reader would."""

import re
import shutil
from pathlib import Path

import pandas as pd
import pytest
import yaml

from commands import assert_refused, secretome

BOOK = Path(__file__).parents[1] / "book"
PAGE = (BOOK / "own_study.md").read_text(encoding="utf-8")


def decided(protocol: str, choices: dict[str, object]) -> str:
    """The text of a protocol with the values of the page, each in the line of its key."""
    lines = protocol.splitlines()

    def write(part: dict[str, object], start: int, indent: str) -> None:
        for key, value in part.items():
            at = next(number for number in range(start, len(lines)) if lines[number].startswith(f"{indent}{key}:"))
            if isinstance(value, dict):
                write(value, at + 1, f"{indent}  ")
            else:
                lines[at] = f"{indent}{key}: {value}"

    write(choices, 0, "")
    return "\n".join(lines) + "\n"


def test_commands_of_the_tutorial_lead_from_a_table_to_verdicts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    commands = [line.split()[1:] for line in re.findall(r"^ {4}(secretome .+)$", PAGE, re.MULTILINE)]
    names = [command[0] for command in commands]
    assert names == ["new", "new", "check", "rerun", "template"]
    shutil.copy(BOOK / "teeth.csv", tmp_path)
    monkeypatch.chdir(tmp_path)
    question, new, check, rerun, template = commands
    assert_refused(secretome(*question))
    assert secretome(*new).exit_code == 0
    protocol = tmp_path / "teeth" / "protocol.yml"
    choices = re.search(r"```yaml\n(.*?)```", PAGE, re.DOTALL)
    claim = re.search(r"delete the claim `(\w+)`", PAGE)
    assert choices is not None
    assert claim is not None
    text = decided(protocol.read_text(encoding="utf-8"), yaml.safe_load(choices[1]))
    text, deleted = re.subn(rf"^  {claim[1]}:\n(?: {{4}}.*\n)+", "", text, flags=re.MULTILINE)
    assert deleted == 1
    protocol.write_text(text, encoding="utf-8")
    checked = secretome(*check)
    assert checked.exit_code == 0, checked.output
    done = secretome(*rerun)
    assert done.exit_code == 0, done.output
    folder = tmp_path / "reruns" / "teeth" / "own"
    assert (folder / "report.html").is_file()
    verdicts = pd.read_csv(folder / "verdicts.csv").set_index("claim")
    assert verdicts["verdict"].to_dict() == {
        "tooth_len_oj_0_5": "supported",
        "tooth_len_oj_1": "supported",
        "tooth_len_dose_vc": "supported",
        "tooth_len_dose_oj": "supported",
    }
    assert verdicts["source_data"].all()
    assert secretome(*template).exit_code == 0
    assert (tmp_path / "sheet.xlsx").is_file()
