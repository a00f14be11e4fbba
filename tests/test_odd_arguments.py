"""Unusual arguments of every command: a message and an exit code, no traceback, and no file is written."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from commands import assert_refused, secretome
from guinea_pigs import TOOTH, write_study
from rats import SEPSIS, TREG

FILES = (
    "empty.csv blank.csv binary.csv zeros.xlsx text.xlsx xml.pzfx archive.xlsx ole.xls header.csv utf16.csv nul.csv "
    "html.xls"
)
YAML = "deep.yml bomb.yml scalar.yml list.yml binary.yml"
PLACES = "folder.csv broken.csv loop.csv pipe.csv zero.csv absent.csv absent/cohort.csv file.csv/cohort.csv . .. / ~ -"
KINDS_OF_FILE = (*FILES.split(), *YAML.split(), *PLACES.split(), "a" * 300 + ".csv", "nul\0.csv", "", "\udcff.csv")
NUMBERS = ("nan", "inf", "-1", "0", "1e999", "99999999999999999999", "x", "", "1.5", "١", "--help-me")


@pytest.fixture
def odd(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with files of every odd kind."""
    monkeypatch.chdir(tmp_path)
    contents = {
        "empty.csv": b"",
        "blank.csv": b" \n\n \t\n",
        "binary.csv": bytes(range(256)) * 20,
        "zeros.xlsx": b"PK\x03\x04" + b"\0" * 500,
        "text.xlsx": b"animal,group\n",
        "xml.pzfx": b"<GraphPadPrismFile><Table>",
        "archive.xlsx": b"PK\x05\x06" + b"\0" * 18,
        "ole.xls": b"\xd0\xcf\x11\xe0" + b"\xff" * 1000,
        "header.csv": b"animal,group,il6,il4\n",
        "utf16.csv": b"\xff\xfea\0,",
        "nul.csv": b"animal,group,il6\n\0,\0,\0\n",
        "html.xls": b"<html><table></table></html>",
        "deep.yml": b"[" * 100_000,
        "bomb.yml": b"a0: &a0 [x, x]\n"
        + b"".join(b"a%d: &a%d [*a%d, *a%d]\n" % (n, n, n - 1, n - 1) for n in range(1, 40)),
        "scalar.yml": b"42",
        "list.yml": b"- 1\n- 2\n",
        "binary.yml": b"\xff\xfe\x00",
        "file.csv": b"animal,group,il6,il4\n1,sham,2,3\n",
    }
    for name, content in contents.items():
        (tmp_path / name).write_bytes(content)
    (tmp_path / "folder.csv").mkdir()
    (tmp_path / "broken.csv").symlink_to("nowhere")
    (tmp_path / "loop.csv").symlink_to("loop.csv")
    if hasattr(os, "mkfifo"):
        os.mkfifo(tmp_path / "pipe.csv")
    if Path("/dev/zero").exists():
        (tmp_path / "zero.csv").symlink_to("/dev/zero")
    return tmp_path


def commands(name: str) -> Iterator[tuple[object, ...]]:
    """Every command with an odd file or folder in each of its places."""
    yield ("check", SEPSIS, name)
    yield ("rerun", SEPSIS, name, "--out", "new")
    yield ("audit", name)
    yield ("publish", name)
    yield ("classroom", "make", SEPSIS, "--roster", name, "--out", "new")
    yield ("classroom", "make", name, "--roster", "header.csv", "--out", "new")
    yield ("classroom", "grade", name, ".")
    yield ("classroom", "grade", ".", name)
    yield ("classroom", name)
    yield (name, SEPSIS)
    yield ("check", name, "file.csv")
    yield ("power", name)
    yield ("unpublish", SEPSIS, name, "--why", "swapped")


@pytest.mark.parametrize("name", KINDS_OF_FILE)
def test_an_odd_file_is_refused_by_every_command(odd: Path, name: str) -> None:
    before = sorted(odd.rglob("*"))
    for arguments in commands(name):
        assert_refused(secretome(*arguments), arguments)
    assert sorted(odd.rglob("*")) == before


@pytest.mark.parametrize("number", NUMBERS)
def test_an_odd_number_is_refused_by_every_option(odd: Path, number: str) -> None:
    for arguments in (
        ("power", TREG, "--effect", number if number not in ("1.5",) else "-0.5"),
        ("power", TREG, "--target", number),
        ("power", TREG, "--cohorts", number),
        ("power", TREG, "-n", number or ","),
        ("simulate", TREG, "-n", number, "--out", "new.csv"),
        ("template", TREG, "-n", number, "--out", "new.xlsx"),
        ("rerun", TREG, "file.csv", "--jobs", number),
        ("rerun", TREG, "file.csv", "--shard", number),
        ("rerun", TREG, "file.csv", "-p", f"alpha={number}"),
        (
            "classroom",
            "make",
            TREG,
            "--roster",
            "file.csv",
            "--secret",
            number,
            "--out",
            "new",
        ),
        (
            "classroom",
            "make",
            TREG,
            "--roster",
            "file.csv",
            "--error-share",
            number if number != "0" else "2",
            "--out",
            "new",
        ),
    ):
        assert_refused(secretome(*arguments), arguments)
    assert not list(odd.glob("new*"))


@pytest.mark.parametrize(
    "place", ["file.csv", "file.csv/new.csv", "absent/new.csv", "folder.csv", "/dev/full/new.csv", "/proc/new.csv"]
)
def test_a_place_that_cannot_be_written_to_is_refused(odd: Path, place: str) -> None:
    roster = odd / "roster.csv"
    roster.write_text("student\nAnn\n", encoding="utf-8")
    before = sorted(odd.rglob("*"))
    assert_refused(secretome("simulate", TREG, "--out", place), place)
    if "/" in place:
        assert_refused(secretome("template", TREG, "--out", place.replace("new.csv", "new.xlsx")), place)
    if place not in ("folder.csv", "absent/new.csv"):  # an empty folder and a new one are good places
        assert_refused(secretome("classroom", "make", TREG, "--roster", roster, "--out", place), place)
    assert sorted(odd.rglob("*")) == before


def test_a_full_disk_gives_a_message(odd: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device", "new.csv")

    monkeypatch.setattr("secretome.cohort.simulate.to_csv", full)
    assert_refused(secretome("simulate", TREG, "--out", "new.csv"), "full")
    monkeypatch.setattr("secretome.cohort.simulate.to_csv", lambda *_: (_ for _ in ()).throw(MemoryError))
    assert_refused(secretome("simulate", TREG, "--out", "new.csv"), "memory")


def test_an_interruption_has_another_exit_code(odd: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("secretome.cohort.simulate.to_csv", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
    result = secretome("simulate", TREG, "--out", "new.csv")
    assert isinstance(result.exception, SystemExit)
    assert result.exit_code not in (0, 2)
    assert not list(odd.glob("new*"))


@pytest.fixture
def notebooks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "notebooks"
    monkeypatch.setattr("secretome.protocol.loading.notebooks_folder", lambda: folder)
    write_study(folder)
    return folder


def test_a_faulty_draft_is_named_and_the_other_studies_are_listed(notebooks: Path) -> None:
    write_study(notebooks, "a_draft")
    draft = notebooks / "a_draft" / "protocol.yml"
    draft.write_text(draft.read_text(encoding="utf-8").replace("species:", "spices:"), encoding="utf-8")
    result = secretome("studies")
    assert result.exit_code == 1
    assert result.stdout.startswith(f"{TOOTH}: ")
    assert len(result.stderr.strip().splitlines()) == 2  # the key that is missing, and the one that is unknown
    assert all(line.startswith("a_draft/protocol.yml, line ") for line in result.stderr.strip().splitlines())
    assert_refused(secretome("check", "a_draft", notebooks / TOOTH / "cohorts" / "crampton.csv"), "draft")


def test_study_without_notebook_is_rerun_with_the_default_page(notebooks: Path, tmp_path: Path) -> None:
    file = tmp_path / "teeth.csv"
    file.write_bytes((notebooks / TOOTH / "cohorts" / "crampton.csv").read_bytes())
    result = secretome("rerun", TOOTH, file, "--out", tmp_path / "new")
    assert result.exit_code == 0, result.output
    assert (tmp_path / "new" / "teeth" / "report.html").exists()


def test_a_study_without_simulation_has_no_power(notebooks: Path) -> None:
    result = secretome("power", TOOTH)
    assert_refused(result, "simulation")
    assert (result.stderr.count("expected"), "'simulation'" in result.stderr) == (1, True)
    assert_refused(secretome("simulate", TOOTH, "--out", "new.csv"), "simulation")


def test_a_study_without_a_control_group_has_power_and_no_share_of_the_effect(notebooks: Path) -> None:
    path = notebooks / TOOTH / "protocol.yml"
    groups = ", ".join(f"{group}: {{geometric_mean: {mean}, cv: 0.2, evidence: none}}" for group, mean in MEANS.items())
    simulation = {
        "n: 5\n  seed: 1\n  endpoints:": f"length: {{distribution: lognormal, groups: {{{groups}}}}}",
        "assumptions:": "- {assumed: lengths are lognormal, evidence: none}",
        "scenarios:": "as_published: {about: as in 1947}",
    }
    text = "".join(f"  {key}\n    {value}\n" for key, value in simulation.items())
    path.write_text(f"{path.read_text(encoding='utf-8')}simulation:\n{text}", encoding="utf-8")
    result = secretome("power", TOOTH, "-n", "5", "--cohorts", "100")
    assert result.exit_code == 0, result.output
    assert_refused(secretome("power", TOOTH, "-n", "5", "--cohorts", "100", "--effect", "0.5"), "share")


MEANS = {"oj05": 13.2, "oj1": 22.7, "oj2": 26.1, "vc05": 8.0, "vc1": 16.8, "vc2": 26.1}
