"""What the in-browser page calls gives the command line's results, problems and choices."""

import json
from pathlib import Path

import pytest

from dropped_files import FILES, MEANINGS, ambiguous, as_two_sheets, coded_samples, with_three_problems
from rats import SEPSIS, TREG
from reruns import finished_rerun
from secretome.browser import Session
from secretome.browser.calls import call
from secretome.course.check_answer import derive_key, derive_key_in_python
from secretome.course.live import run_exercise
from secretome.power import claim_rates
from secretome.power.tables import power_table
from secretome.protocol import load_protocol, study_folder
from studies import studies


def written(folder: Path, name: str, content: bytes) -> str:
    path = folder / name
    path.write_bytes(content)
    return str(path)


@pytest.mark.parametrize("study", studies(quick=[TREG]))
def test_own_cohort_gives_tables_of_a_rerun(study: str, tmp_path: Path) -> None:
    from secretome import load_study

    session = Session()
    assert not session.read(study)["problems"]
    verdicts = session.decide()["verdicts"]
    done = finished_rerun(study, load_study(study).cohort.path, tmp_path / "out")
    for name in ("results", "verdicts"):
        assert session.table(name) == (done / f"{name}.csv").read_text(encoding="utf-8")
    assert [verdict["claim"] for verdict in verdicts] == list(session.verdicts["claim"])
    assert [verdict["verdict"] for verdict in verdicts] == list(session.verdicts["verdict"])
    json.dumps(session.explore(), allow_nan=False)


@pytest.mark.parametrize("name", FILES)
def test_every_kind_of_file_gives_the_same_verdicts(name: str, tmp_path: Path) -> None:
    session = Session()
    read = session.read(SEPSIS, written(tmp_path, name, FILES[name]()))
    assert read["problems"] == []
    assert [group["counts"]["il6"]["values"] for group in read["understood"]["groups"]] == [12, 12, 12, 12]
    assert {verdict["verdict"] for verdict in session.decide()["verdicts"]} == {"supported"}


def test_unknown_names_are_questions_that_solve_the_problems(tmp_path: Path) -> None:
    session = Session()
    path = written(tmp_path, "rats.csv", with_three_problems())
    read = session.read(SEPSIS, path)
    assert read["understood"] is None
    assert {(each["kind"], each["name"]) for each in read["questions"]} == {
        ("column", "interleukin four"),
        ("group", "healthy rats"),
        ("group", "low"),
    }
    for each in read["questions"]:
        assert MEANINGS[each["name"]] in dict(each["options"])
    assert session.read(SEPSIS, path, names=MEANINGS)["problems"] == []


def test_several_sheets_are_a_question(tmp_path: Path) -> None:
    session = Session()
    path = written(tmp_path, "rats.xlsx", as_two_sheets())
    (question,) = session.read(SEPSIS, path)["questions"]
    assert question["kind"] == "sheet"
    assert question["options"] == [["First run", "First run"], ["Second run", "Second run"]]
    assert session.read(SEPSIS, path, sheet="Second run")["problems"] == []


def test_ambiguous_decimal_mark_is_a_question(tmp_path: Path) -> None:
    path = written(tmp_path, "rats.csv", ambiguous())
    (question,) = Session().read(SEPSIS, path)["questions"]
    assert (question["kind"], [mark for mark, _ in question["options"]]) == ("decimal", ["point", "comma"])
    assert Session().read(SEPSIS, path, decimal="comma")["problems"] == []


def test_samples_without_groups_are_a_question_for_the_key(tmp_path: Path) -> None:
    path, key = (written(tmp_path, f"{name}.csv", content) for name, content in coded_samples().items())
    (question,) = Session().read(SEPSIS, path)["questions"]
    assert (question["kind"], question["options"]) == ("key", [])
    session = Session()
    assert session.read(SEPSIS, path, key=key)["problems"] == []
    assert "key.csv" in session.report()


def test_power_is_that_of_the_command_line() -> None:
    answer = json.loads(call("power", json.dumps({"study": SEPSIS, "claim": "il4_rises_t2", "sizes": "12; 8, 12"})))
    protocol = load_protocol(study_folder(SEPSIS) / "protocol.yml")
    expected = power_table(claim_rates(protocol, "il4_rises_t2", [8, 12], cohorts=1000))
    assert answer["titles"] == list(expected.columns)
    assert answer["rows"] == [list(map(str, row)) for row in expected.itertuples(index=False)]


@pytest.mark.parametrize("sizes", ["", "2", "8.5", "201", "1 " * 7, "many", "-8"])
def test_sizes_that_cannot_be_simulated_are_named(sizes: str) -> None:
    answer = json.loads(call("power", json.dumps({"study": SEPSIS, "claim": "il4_rises_t2", "sizes": sizes})))
    assert "expected" in answer["problem"]
    assert "rows" not in answer


def test_cell_with_an_error_names_its_line() -> None:
    for code, kind in (("x = 1\n1 / 0", "ZeroDivisionError in line 2"), ("x = (", "SyntaxError in line 1")):
        ran = run_exercise("ranks-1", code)
        assert kind in ran["error"]
        assert not ran["right"]
    assert "SystemExit" in run_exercise("ranks-1", "raise SystemExit")["error"]


def test_cell_prints_and_shows_its_last_line() -> None:
    ran = run_exercise("ranks-1", "print('two')\nanswer = comb(4, 2)\nanswer")
    assert "NameError" in ran["error"]  # the name is in the solution, which the reader does not see
    ran = run_exercise("ranks-1", "from math import comb\nprint('two')\nanswer = comb(8, 4)\nanswer")
    assert (ran["output"], ran["error"], ran["right"]) == ("two\n70", "", True)


@pytest.mark.parametrize("password", [b"", b"0.05", b"m" * 64, b"m" * 65])
def test_key_without_openssl_is_that_of_hashlib(password: bytes) -> None:
    assert derive_key_in_python(password, b"salt") == derive_key(password, b"salt")


def test_calls_refuse_other_methods() -> None:
    with pytest.raises(ValueError, match="_study"):
        call("_study", "{}")
