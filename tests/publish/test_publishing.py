"""What may be published and what is refused; what stays when a rerun is withdrawn."""

import json
import re
import shutil
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest
from typer.testing import CliRunner, Result

from reruns import finished_rerun
from secretome.cli import app
from secretome.protocol import load_protocol, study_folder, study_names
from secretome.publish import scoreboard
from secretome.publish import text as publish_text
from secretome.publish.published_dir import KEPT

SEPSIS = "sepsis_cytokines"
Rename = Callable[..., Path]


def secretome(*arguments: object) -> Result:
    return CliRunner().invoke(app, [str(argument) for argument in arguments])


def change(folder: Path, **entries: object) -> None:
    path = folder / "provenance.json"
    path.write_text(json.dumps(json.loads(path.read_text(encoding="utf-8")) | entries), encoding="utf-8")


def kept(book: Path) -> set[str]:
    return {path.relative_to(book).as_posix() for path in book.rglob("*") if path.is_file()}


def test_a_published_rerun_counts_and_leaves_its_animals_at_home(run: Path, book: Path) -> None:
    result = secretome("publish", run)
    assert result.exit_code == 0, result.output
    folder = f"{SEPSIS}/published/lab-a"
    assert kept(book) == {f"{folder}/{name}" for name in (*KEPT, "history.json")}
    for name in KEPT:
        assert (book / folder / name).read_bytes() == (run / name).read_bytes()
    board = scoreboard()
    own = board[board["cohort"] == "lab-a"]
    assert own["counts"].all()
    assert set(own["n"]) == {32}
    protocols = {name: load_protocol(study_folder(name) / "protocol.yml") for name in study_names()}
    assert publish_text.headline(board, protocols).endswith("so far: 1.")
    # The values of the animals: none of the file's rows is in anything that is kept.
    values = set((run.parent.parent / "lab-a.csv").read_text(encoding="utf-8").splitlines()[1:])
    text = "\n".join(path.read_text(encoding="utf-8") for path in (book / folder).iterdir())
    assert not any(row in text for row in values)


def test_withdrawn_leaves_hash_day_and_reason_and_comes_back_only_if_it_is_said(
    run: Path, book: Path, copied: Rename
) -> None:
    sha256 = json.loads((run / "provenance.json").read_text(encoding="utf-8"))["cohort_sha256"]
    assert secretome("publish", run).exit_code == 0
    gone = secretome("unpublish", SEPSIS, "lab-a", "--why", "Two cages\nwere swapped.")
    assert gone.exit_code == 0, gone.output
    assert kept(book) == {f"{SEPSIS}/published/lab-a/history.json"}
    events = json.loads((book / SEPSIS / "published" / "lab-a" / "history.json").read_text(encoding="utf-8"))
    assert [event["what"] for event in events] == ["published", "withdrawn"]
    assert (events[1]["cohort_sha256"], events[1]["why"]) == (sha256, "Two cages were swapped.")
    assert re.fullmatch(r"\d{4}-\d\d-\d\d", events[1]["day"])
    assert "lab-a" not in set(scoreboard()["cohort"])
    # Neither under its own name nor, with the same animals, under another; nor another file under the name.
    for folder in (run, copied("lab-b"), copied("lab-a", "ab" * 32)):
        refused = secretome("publish", folder)
        assert refused.exit_code == 2, refused.output
        assert "withdrawn on" in refused.output
        assert "Two cages were swapped." in refused.output
        assert "--again" in refused.output
    assert secretome("publish", run, "--again").exit_code == 0
    events = json.loads((book / SEPSIS / "published" / "lab-a" / "history.json").read_text(encoding="utf-8"))
    assert [event["what"] for event in events] == ["published", "withdrawn", "published"]


def test_unpublish_asks_for_a_reason_and_a_published_cohort(run: Path, book: Path) -> None:
    assert secretome("publish", run).exit_code == 0
    for arguments, sentence in (
        ((SEPSIS, "lab-a", "--why", " "), "a reason in words"),
        ((SEPSIS, "lab-a", "--why", "x" * 501), "a reason in words"),
        ((SEPSIS, "lab-a", "--why", "a\x1b[31mb"), "a reason in words"),
        ((SEPSIS, "lab-b", "--why", "swapped"), "expected one of lab-a"),
        ((SEPSIS, "../lab-a", "--why", "swapped"), "expected one of lab-a"),
        (("humoral_immunity", "lab-a", "--why", "swapped"), "this study has none"),
        (("sepsis", "lab-a", "--why", "swapped"), "There is no study"),
    ):
        result = secretome("unpublish", *arguments)
        assert (result.exit_code, sentence in result.output) == (2, True), result.output
    assert len(kept(book)) == 5


def drop_report(folder: Path) -> None:
    (folder / "report.html").unlink()


def link_results(folder: Path) -> None:
    (folder / "results.csv").rename(folder / "elsewhere.csv")
    (folder / "results.csv").symlink_to(folder / "elsewhere.csv")


def edit_verdict(folder: Path) -> None:
    path = folder / "verdicts.csv"
    path.write_text(path.read_text(encoding="utf-8").replace("inconclusive", "supported", 1), encoding="utf-8")


def edit_p(folder: Path) -> None:
    """A p of the planned analysis made small: the verdicts kept beside it no longer follow."""
    table = pd.read_csv(folder / "results.csv")
    table.loc[table["analysis"] == "planned", ["pvalue", "pvalue_adjusted"]] = 0.9
    table.to_csv(folder / "results.csv", index=False)


def cut_results(folder: Path) -> None:
    path = folder / "results.csv"
    path.write_text("\n".join(path.read_text(encoding="utf-8").splitlines()[:3]), encoding="utf-8")


def another_cohorts_results(folder: Path) -> None:
    path = folder / "results.csv"
    path.write_text(path.read_text(encoding="utf-8").replace(",lab-a,", ",lab-z,"), encoding="utf-8")


def no_columns(folder: Path) -> None:
    (folder / "results.csv").write_text("a,b\n1,2\n", encoding="utf-8")


def empty(folder: Path) -> None:
    (folder / "results.csv").write_bytes(b"")


def broken_json(folder: Path) -> None:
    (folder / "provenance.json").write_text('{"study": ', encoding="utf-8")


def says(**entries: object) -> Callable[[Path], None]:
    return lambda folder: change(folder, **entries)


@pytest.mark.parametrize(
    ("damage", "sentence"),
    [
        (drop_report, "report.html: found no such file"),
        (link_results, "results.csv: found a link"),
        (edit_verdict, "verdicts.csv that do not follow from results.csv"),
        (edit_p, "verdicts.csv that do not follow from results.csv"),
        (cut_results, "verdicts.csv that do not follow from results.csv"),
        (another_cohorts_results, "rows of another study or cohort"),
        (no_columns, "missing or further columns: "),
        (empty, "a table that cannot be read"),
        (broken_json, "provenance.json"),
        (says(protocol_sha256="0" * 64), "another protocol.yml than the book's"),
        (says(notebook_sha256="0" * 64), "another analysis.py than the book's"),
        (says(parameters={"alpha": 0.01, "level": 0.95, "seed": 1}), "found alpha = 0.01; expected alpha = 0.05"),
        (says(parameters={"alpha": 0.05, "level": 0.9, "seed": 2}), "found seed = 2; expected seed = 1"),
        (says(study="../sepsis_cytokines"), "found '../sepsis_cytokines'"),
        (says(cohort="../../lab-a"), "the cohort '../../lab-a' in the folder 'lab-a'"),
        (says(cohort="lab-b"), "the cohort 'lab-b' in the folder 'lab-a'"),
        (says(cohort_sha256="<script>"), "cohort_sha256: found '<script>'"),
        (says(source_data="no"), "source_data: found 'no'"),
        (says(files={"report.html": "0" * 64}), "report.html: found a file that was changed after the run"),
        (says(finished=None), "finished: found None"),
    ],
)
def test_what_is_not_a_whole_unaltered_rerun_is_refused(
    copied: Rename, book: Path, damage: Callable[[Path], None], sentence: str
) -> None:
    sound, folder = copied("sound", "cd" * 32), copied("lab-a")
    damage(folder)
    result = secretome("publish", sound, folder)
    assert result.exit_code == 2, result.output
    assert sentence in result.output
    assert "Traceback" not in result.output
    assert not kept(book)  # the sound one waits until all are


def test_everything_that_speaks_against_it_is_told_at_once(copied: Rename, book: Path, tmp_path: Path) -> None:
    one, two = copied("one"), copied("two", "ee" * 32)
    change(one, protocol_sha256="0" * 64, parameters={"alpha": 0.01, "level": 0.9, "seed": 1})
    edit_verdict(one)
    drop_report(two)
    result = secretome("publish", one, two, tmp_path / "nowhere")
    assert result.exit_code == 2
    lines = result.output.strip().splitlines()
    assert len(lines) == 6, result.output
    assert not kept(book)


def test_a_name_or_a_file_is_published_once(run: Path, copied: Rename, book: Path) -> None:
    assert secretome("publish", run).exit_code == 0
    before = kept(book)
    for folder, sentence in (
        (run, "'lab-a', which is taken"),
        (copied("LAB-A", "ab" * 32), "'LAB-A', which is taken"),
        (copied("lab-b"), "the same file as the cohort 'lab-a'"),
        (copied("simulated-as-published", "ab" * 32), "which is taken"),  # the study's own
    ):
        result = secretome("publish", folder)
        assert (result.exit_code, sentence in result.output) == (2, True), result.output
    twice = secretome("publish", copied("lab-c", "ac" * 32), copied("lab-d", "ac" * 32))
    assert (twice.exit_code, "the same file as the cohort 'lab-c'" in twice.output) == (2, True), twice.output
    assert kept(book) == before


def test_the_same_measurements_in_another_file_are_not_published_twice(run: Path, copied: Rename, book: Path) -> None:
    sha256 = json.loads((run / "provenance.json").read_text(encoding="utf-8"))["cohort_values_sha256"]
    assert secretome("publish", run).exit_code == 0
    before = kept(book)
    again = copied("lab-b", "ab" * 32)
    change(again, cohort_values_sha256=sha256)
    result = secretome("publish", again)
    assert (result.exit_code, "the same measurements as the cohort 'lab-a'" in result.output) == (2, True), (
        result.output
    )
    assert kept(book) == before
    assert secretome("unpublish", SEPSIS, "lab-a", "--why", "swapped").exit_code == 0
    result = secretome("publish", again)
    assert (result.exit_code, "withdrawn on" in result.output) == (2, True), result.output


def test_source_data_under_another_name_are_published_as_source_data_and_not_counted(
    run: Path, copied: Rename, book: Path, tmp_path: Path
) -> None:
    folder = copied("lab-b", "ab" * 32)
    change(folder, source_data=True)
    verdicts = pd.read_csv(folder / "verdicts.csv")
    verdicts.assign(source_data=True).to_csv(folder / "verdicts.csv", index=False, lineterminator="\n")
    result = secretome("publish", folder)
    assert result.exit_code == 0, result.output
    board = scoreboard()
    own = board[board["cohort"] == "lab-b"]
    assert len(own) == 3
    assert not own["counts"].any()


def test_a_link_to_a_rerun_is_not_followed(run: Path, book: Path, tmp_path: Path) -> None:
    (tmp_path / "lab-a").symlink_to(run)
    result = secretome("publish", tmp_path / "lab-a")
    assert (result.exit_code, "found a link" in result.output) == (2, True), result.output
    assert not kept(book)


def test_a_cohort_with_animals_left_out_is_refused(run: Path, book: Path, tmp_path: Path) -> None:
    rows = (run.parent.parent / "lab-a.csv").read_text(encoding="utf-8").splitlines()
    cohort = tmp_path / "lab-x.csv"
    cohort.write_text(
        "\n".join([f"{rows[0]},exclude", f"{rows[1]},haemolysed", *(f"{row}," for row in rows[2:])]), encoding="utf-8"
    )
    result = secretome("publish", finished_rerun(SEPSIS, cohort, tmp_path / "out"))
    assert (result.exit_code, "excluded animals" in result.output) == (2, True), result.output


def test_simulated_animals_may_be_published_and_never_count(run: Path, copied: Rename, book: Path) -> None:
    folder = copied("made-up", "ab" * 32)
    change(folder, cohort_origin="simulated", cohort_scenario="as_published")
    verdicts = pd.read_csv(folder / "verdicts.csv")
    verdicts.assign(origin="simulated").to_csv(folder / "verdicts.csv", index=False, lineterminator="\n")
    result = secretome("publish", folder)
    assert result.exit_code == 0, result.output
    assert "is simulated" in result.output
    board = scoreboard()
    assert not board["counts"].any()
    assert len(board[board["cohort"] == "made-up"]) == 3


def test_the_installed_package_has_no_book_to_publish_in(
    run: Path, book: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        "secretome.publish.publishing.notebooks_folder", lambda: Path("site-packages/secretome/_notebooks")
    )
    result = secretome("publish", run)
    assert (result.exit_code, "a checkout of the book" in result.output) == (2, True), result.output


def test_a_damaged_published_rerun_is_named(run: Path, book: Path) -> None:
    assert secretome("publish", run).exit_code == 0
    folder = book / SEPSIS / "published" / "lab-a"
    (folder / "history.json").write_text('[{"day": "yesterday"}]', encoding="utf-8")
    result = secretome("unpublish", SEPSIS, "lab-a", "--why", "swapped")
    assert (result.exit_code, "lab-a/history.json" in result.output) == (2, True), result.output
    shutil.rmtree(folder)
