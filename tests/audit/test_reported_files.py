"""Files of reported tables: every fault by key and line, and the command."""

import re
import sys
from pathlib import Path
from typing import get_args

import pytest
from reported_tables import SOUND, load, with_errors
from typer.testing import CliRunner, Result

from approved import check_approved
from secretome.audit import models
from secretome.audit.reported import ReportedP, Size
from secretome.cli import app
from secretome.protocol import InputError, Problem

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "book" / "reported.md").read_text(encoding="utf-8")


def command(*arguments: object) -> Result:
    return CliRunner().invoke(app, ["audit", *map(str, arguments)])


ERRORS = (
    ("title: Made-up mice", "titel: Made-up mice"),
    ("title: Made-up mice\n", ""),
    ("title: Made-up mice", "title: A\ntitle: B"),
    ("total: 24", "total: many"),
    ("n: 8}\n  low", "n: ten}\n  low"),
    ("mean: 100.0", "mean: '1,100'"),
    ("mean: 100.0", "mean: nan"),
    ("mean: 100.0, spread", "maen: 100.0, spread"),
    ("p: 0.069", "p: p<0.05"),
    ("p: 0.069", "p: 1.5"),
    ("method: anova", "method: manova"),
    ("groups: [low, control]", "groups: [lo, control]"),
    ("groups: [low, control]", "groups: [low]"),
    ("groups: [low, control]", "groups: [low, control, high]"),
    ("of: low, to: control", "of: low, to: contrl"),
    ("low: 1, high: 4", "low: 4, high: 1"),
    ("spread: sd", "spread: sem"),
    ("control: {mean: 100.0, spread: 20.0, letters: a}", "control: {}"),
    ("title: Made-up mice", "a: &a [*a]"),
    ("to: low, low: 1.5", "to: low, low: 0"),
    ("points: 5", "points: 5, doses: 6"),
    ("mean: 100.0", "mean: 1e400"),
    ("count: 4,", "count: -4,"),
)


def test_tables_are_checked_in_the_same_way_without_pydantic(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    expected = load(tmp_path, SOUND)
    refused = {(old, new): places(tmp_path, with_errors(old, new)) for old, new in ERRORS}
    monkeypatch.setitem(sys.modules, "pydantic", None)
    assert load(tmp_path, SOUND) == expected
    for (old, new), lines in refused.items():
        assert places(tmp_path, with_errors(old, new)) == lines, new


def places(folder: Path, content: str) -> list[str]:
    """The lines at which a table is refused."""
    with pytest.raises(InputError) as error:
        load(folder, content)
    return sorted(problem.place for problem in error.value.problems)


def test_errors_in_tables_are_refused_at_the_line(tmp_path: Path) -> None:
    problems: dict[str, tuple[Problem, ...]] = {}
    for old, new in ERRORS:
        with pytest.raises(InputError) as error:
            load(tmp_path, with_errors(old, new))
        problems[" / ".join(new.split("\n")) or f"without {old.strip()}"] = error.value.problems
        for problem in error.value.problems:
            assert problem.file == "table.yml"
            assert re.fullmatch(r"line \d+", problem.place)
    check_approved("refused_tables", problems)


@pytest.mark.parametrize(
    ("old", "new"), [("method: chi-square", "method: chi"), ("of: low, to: control", "of: low, to: nobody")]
)
def test_problem_has_the_line_of_the_wrong_value(tmp_path: Path, old: str, new: str) -> None:
    text = with_errors(old, new)
    line = next(number for number, line in enumerate(text.splitlines(), start=1) if new in line)
    with pytest.raises(InputError) as error:
        load(tmp_path, text)
    assert error.value.problems[0].place == f"line {line}"


def test_number_out_of_range_is_stated_as_reported(tmp_path: Path) -> None:
    with pytest.raises(InputError) as error:
        load(tmp_path, with_errors("mean: 100.0, spread: 20.0", "mean: 100.0, spread: -20.0"))
    assert [problem.found for problem in error.value.problems] == ["'-20.0' for 'endpoints.il6.values.control.spread'"]


def test_invalid_yaml_is_refused_at_the_line(tmp_path: Path) -> None:
    with pytest.raises(InputError) as error:
        load(tmp_path, with_errors("title: Made-up mice", "title: [Made-up mice"))
    assert [(problem.place, "YAML" in problem.expected) for problem in error.value.problems] == [("line 3", True)]


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


def test_the_command_groups_by_file_with_what_differs_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("first.yml").write_text(with_errors("difference: 40.0", "difference: 42.0"), encoding="utf-8")
    Path("second.yml").write_text(SOUND, encoding="utf-8")
    result = command("first.yml", "second.yml")
    assert result.exit_code == 0
    lines = result.stdout.splitlines()
    assert [line.partition(":")[0] for line in lines if not line.startswith(" ")] == ["first.yml", "second.yml"]
    # 25 findings of each file, and a line that counts them.
    outcomes = [line.strip().partition(":")[0] for line in lines[1:27]]
    assert outcomes == ["differs", *["agrees"] * 24, "25 findings"]
    check_approved("audit_command", {"two files": [line for line in lines if not line.startswith("  agrees")]})


def test_files_that_cannot_be_read_are_refused_and_the_others_done(tmp_path: Path) -> None:
    sound, bad = tmp_path / "sound.yml", tmp_path / "bad.yml"
    sound.write_text(SOUND, encoding="utf-8")
    bad.write_text(with_errors("subject: mouse", "subjects: mouse"), encoding="utf-8")
    some = command(sound, bad, tmp_path / "absent.yml", tmp_path)
    assert some.exit_code == 1
    assert "sound.yml" in some.stdout
    assert all(name in some.stderr for name in ("bad.yml", "'subjects'", "absent.yml"))
    none = command(bad)
    assert (none.exit_code, none.stdout) == (2, "")


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
        models.ReportedTable,
        models.ReportedGroup,
        models.ReportedCell,
        models.ReportedComparison,
        models.ReportedEndpoint,
        models.ReportedRatio,
        models.ReportedCorrelation,
        models.ReportedEstimate,
    ):
        for key in model.__dataclass_fields__:
            assert f"`{key}`" in PAGE or f"`{key}:" in PAGE, (model.__name__, key)
    for choices in (models.Spread, models.ReportedMethod, models.Claimed):
        for choice in get_args(choices):
            assert f"`{choice}`" in PAGE, choice
