"""Files of reported tables: every fault by key and line, and the command."""

import re
from pathlib import Path
from typing import get_args

import pytest
from reported_tables import SOUND, load, with_errors
from typer.testing import CliRunner, Result

from secretome.audit import models
from secretome.audit.reported import ReportedP, Size
from secretome.cli import app
from secretome.protocol import InputError

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "book" / "reported.md").read_text(encoding="utf-8")


def command(*arguments: object) -> Result:
    return CliRunner().invoke(app, ["audit", *map(str, arguments)])


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        (
            "title: Made-up mice",
            "titel: Made-up mice",
            "unknown key 'titel'; expected only the keys that the book's page on reported tables",
        ),
        ("title: Made-up mice\n", "", "no key 'title'"),
        ("title: Made-up mice", "title: A\ntitle: B", "the key 'title' a second time"),
        ("total: 24", "total: many", "'many' for 'total'"),
        ("n: 8}\n  low", "n: ten}\n  low", "'ten' for 'groups.control.n'; expected a number of animals from 1 upwards"),
        (
            "mean: 100.0",
            "mean: '1,100'",
            "'1,100' for 'endpoints.il6.values.control.mean'; expected a number as reported",
        ),
        ("mean: 100.0", "mean: nan", "'nan' for 'endpoints.il6.values.control.mean'"),
        ("mean: 100.0, spread", "maen: 100.0, spread", "unknown key 'endpoints.il6.values.control.maen'"),
        ("p: 0.069", "p: p<0.05", "expected a p value as reported"),
        ("p: 0.069", "p: 1.5", "expected a p value as reported"),
        ("method: anova", "method: manova", "'manova' for 'endpoints.il6.comparisons.0.method'"),
        ("groups: [low, control]", "groups: [lo, control]", "the group 'lo' in 'endpoints.il6.comparisons.2.groups'"),
        ("groups: [low, control]", "groups: [low]", "two groups or more"),
        ("groups: [low, control]", "groups: [low, control, high]", "two 'groups' for the method 't'"),
        ("of: low, to: control", "of: low, to: contrl", "The nearest is 'control'."),
        ("low: 1, high: 4", "low: 4, high: 1", "the smaller first"),
        ("spread: sd", "spread: sem", "'sem' for 'spread'"),
        (
            "control: {mean: 100.0, spread: 20.0, letters: a}",
            "control: {}",
            "one of 'mean', 'median', 'count' and 'percent'",
        ),
        ("title: Made-up mice", "title: [Made-up mice", "expected valid YAML"),
        ("title: Made-up mice", "a: &a [*a]", "table.yml"),
        ("to: low, low: 1.5", "to: low, low: 0", "ratios above zero"),
        ("points: 5", "points: 5, doses: 6", "'points' with 'doses', and at least as many"),
        ("mean: 100.0", "mean: 1e400", "'1e400' for 'endpoints.il6.values.control.mean'"),
        ("count: 4,", "count: -4,", "'-4' for 'endpoints.deaths.values.control.count'"),
    ],
)
def test_faults_are_named_with_their_line(tmp_path: Path, old: str, new: str, sentence: str) -> None:
    with pytest.raises(InputError) as error:
        load(tmp_path, with_errors(old, new))
    message = str(error.value)
    assert sentence in message
    assert re.search(r"table\.yml, line \d+: ", message)


def test_a_fault_carries_its_line(tmp_path: Path) -> None:
    text = with_errors("method: chi-square", "method: chi", "of: low, to: control", "of: low, to: nobody")
    with pytest.raises(InputError) as error:
        load(tmp_path, text)
    line = next(number for number, line in enumerate(text.splitlines(), start=1) if "method: chi," in line)
    assert f"table.yml, line {line}: found 'chi'" in str(error.value)
    with pytest.raises(InputError) as error:
        load(tmp_path, text.replace("method: chi,", "method: fisher,"))
    line = next(number for number, line in enumerate(text.splitlines(), start=1) if "to: nobody" in line)
    assert f"table.yml, line {line}: found the group 'nobody'" in str(error.value)


@pytest.mark.parametrize(
    "content", [b"", b"[]", b"title", b"\xff\xfe", b"- 1\n- 2", b"a: !!python/object:os.system {}"]
)
def test_what_is_no_table_is_refused(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "x.yml").write_bytes(content)
    result = command(tmp_path / "x.yml")
    assert result.exit_code == 2
    assert "Traceback" not in result.output
    assert "x.yml" in result.output


def test_numbers_keep_their_digits(tmp_path: Path) -> None:
    table = load(tmp_path, SOUND)
    assert str(table.endpoints["score"].values["control"].mean) == "2.50"
    assert str(ReportedP("<", table.endpoints["deaths"].comparisons[0].p.value)) == "< 0.069"
    ranged = load(
        tmp_path, with_errors("{label: High dose, role: treated, n: 8}", "{label: High dose, role: treated, n: 8 to 9}")
    )
    assert ranged.groups["high"].n == Size(8, 9)


def test_the_command_groups_by_file_with_what_differs_first(tmp_path: Path) -> None:
    first, second = tmp_path / "first.yml", tmp_path / "second.yml"
    first.write_text(with_errors("difference: 40.0", "difference: 42.0"), encoding="utf-8")
    second.write_text(SOUND, encoding="utf-8")
    result = command(first, second)
    assert result.exit_code == 0
    lines = result.stdout.splitlines()
    assert lines[0] == f"{first}: Made-up mice"
    assert lines[1].startswith("  differs: IL-6, control against high dose: a difference of 42.0 is reported")
    middle = lines.index(f"{second}: Made-up mice")
    assert lines[middle - 1] == "  25 findings: 1 differs, 0 cannot tell, 24 agree."
    assert lines[-1] == "  25 findings: 0 differ, 0 cannot tell, 25 agree."


def test_files_that_cannot_be_read_are_refused_and_the_others_done(tmp_path: Path) -> None:
    sound, bad = tmp_path / "sound.yml", tmp_path / "bad.yml"
    sound.write_text(SOUND, encoding="utf-8")
    bad.write_text(with_errors("subject: mouse", "subjects: mouse"), encoding="utf-8")
    some = command(sound, bad, tmp_path / "absent.yml", tmp_path)
    assert some.exit_code == 1
    assert "sound.yml: Made-up mice" in some.stdout
    assert "unknown key 'subjects'" in some.stderr
    assert "absent.yml: found no readable file" in some.stderr
    none = command(bad)
    assert (none.exit_code, none.stdout) == (2, "")
    assert "Example:" in CliRunner().invoke(app, ["audit", "--help"]).output


def test_the_example_of_the_book_prints_what_the_book_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    example, shown = (re.search(rf"```{kind}\n(.*?)```", PAGE, re.DOTALL) for kind in ("yaml", "text"))
    assert example is not None
    assert shown is not None
    monkeypatch.chdir(tmp_path)
    Path("example.yml").write_text(example[1], encoding="utf-8")
    result = command("example.yml")
    assert result.exit_code == 0
    assert [line for line in result.stdout.splitlines() if not line.startswith("  agrees")] == shown[1].splitlines()


def test_the_book_lists_every_key_and_every_choice() -> None:
    for model in (
        models.Table,
        models.Group,
        models.Cell,
        models.Comparison,
        models.Endpoint,
        models.Ratio,
        models.Correlation,
        models.Estimate,
    ):
        for key in model.__dataclass_fields__:
            assert f"`{key}`" in PAGE or f"`{key}:" in PAGE, (model.__name__, key)
    for choices in (models.Spread, models.Method, models.Claimed):
        for choice in get_args(choices):
            assert f"`{choice}`" in PAGE, choice
