"""What may be published and what is refused; what stays when a rerun is withdrawn."""

import json
import re
import shutil
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

from approved import check_approved
from commands import assert_refused, secretome
from reruns import finished_rerun
from secretome.protocol import load_protocol, study_folder, study_names
from secretome.publish import scoreboard
from secretome.publish import text as publish_text
from secretome.publish.published_dir import KEPT

SEPSIS = "sepsis_cytokines"
Rename = Callable[..., Path]


def change(folder: Path, **entries: object) -> None:
    path = folder / "provenance.json"
    path.write_text(json.dumps(json.loads(path.read_text(encoding="utf-8")) | entries), encoding="utf-8")


def kept(book: Path) -> set[str]:
    return {path.relative_to(book).as_posix() for path in book.rglob("*") if path.is_file()}


def refused(*folders: object, command: str = "publish") -> list[str]:
    """The messages with which the command refuses, without the folders of the test."""
    result = secretome(command, *folders)
    assert_refused(result)
    paths = {str(path.parent) for path in folders if isinstance(path, Path)}
    text = result.stderr.strip()
    for path in sorted(paths, key=len, reverse=True):
        text = text.replace(f"{path}/", "")
    return text.splitlines()


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
        (message,) = refused(folder)
        assert events[1]["day"] in message
        assert events[1]["why"] in message
        assert "--again" in message
    assert secretome("publish", run, "--again").exit_code == 0
    events = json.loads((book / SEPSIS / "published" / "lab-a" / "history.json").read_text(encoding="utf-8"))
    assert [event["what"] for event in events] == ["published", "withdrawn", "published"]


def test_unpublish_without_a_reason_or_a_published_cohort_is_refused(run: Path, book: Path) -> None:
    assert secretome("publish", run).exit_code == 0
    cases = {
        "empty reason": (SEPSIS, "lab-a", "--why", " "),
        "long reason": (SEPSIS, "lab-a", "--why", "x" * 501),
        "control characters": (SEPSIS, "lab-a", "--why", "a\x1b[31mb"),
        "other cohort": (SEPSIS, "lab-b", "--why", "swapped"),
        "other folder": (SEPSIS, "../lab-a", "--why", "swapped"),
        "study without published cohorts": ("humoral_immunity", "lab-a", "--why", "swapped"),
        "unknown study": ("sepsis", "lab-a", "--why", "swapped"),
    }
    check_approved(
        "refused_unpublish", {case: refused(*arguments, command="unpublish") for case, arguments in cases.items()}
    )
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


DAMAGES: dict[str, Callable[[Path], None]] = {
    "no report": drop_report,
    "link in place of results": link_results,
    "verdict changed": edit_verdict,
    "p of the planned analysis changed": edit_p,
    "results cut short": cut_results,
    "results of another cohort": another_cohorts_results,
    "other columns": no_columns,
    "empty table": empty,
    "damaged provenance": broken_json,
    "other protocol": says(protocol_sha256="0" * 64),
    "other notebook": says(notebook_sha256="0" * 64),
    "other error rate": says(parameters={"alpha": 0.01, "level": 0.95, "seed": 1}),
    "other level and seed": says(parameters={"alpha": 0.05, "level": 0.9, "seed": 2}),
    "study in another folder": says(study="../sepsis_cytokines"),
    "cohort in another folder": says(cohort="../../lab-a"),
    "other name of the cohort": says(cohort="lab-b"),
    "hash that is none": says(cohort_sha256="<script>"),
    "source data in words": says(source_data="no"),
    "report changed": says(files={"report.html": "0" * 64}),
    "not finished": says(finished=None),
}


def with_an_excluded_animal(run: Path, folder: Path) -> Path:
    rows = (run.parent.parent / "lab-a.csv").read_text(encoding="utf-8").splitlines()
    cohort = folder / "lab-x.csv"
    cohort.write_text(
        "\n".join([f"{rows[0]},exclude", f"{rows[1]},haemolysed", *(f"{row}," for row in rows[2:])]), encoding="utf-8"
    )
    return finished_rerun(SEPSIS, cohort, folder / "out")


@pytest.mark.slow
def test_damaged_or_altered_reruns_are_refused_and_nothing_is_published(
    run: Path, copied: Rename, book: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sound = copied("sound", "cd" * 32)
    messages = {}
    for case, damage in DAMAGES.items():
        folder = copied("lab-a")
        damage(folder)
        messages[case] = refused(sound, folder)
        shutil.rmtree(folder)
        assert not kept(book)  # the sound one waits until all are
    (tmp_path / "lab-a").symlink_to(run)
    messages["link to a rerun"] = refused(tmp_path / "lab-a")
    messages["excluded animal"] = refused(with_an_excluded_animal(run, tmp_path))
    monkeypatch.setattr(
        "secretome.publish.publishing.notebooks_folder", lambda: Path("site-packages/secretome/_notebooks")
    )
    messages["installed package without the book"] = refused(run)
    assert not kept(book)
    check_approved("refused_reruns", messages)


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
    sha256 = json.loads((run / "provenance.json").read_text(encoding="utf-8"))["cohort_values_sha256"]
    same_values = copied("lab-e", "ad" * 32)
    change(same_values, cohort_values_sha256=sha256)
    check_approved(
        "refused_second_publications",
        {
            "same rerun": refused(run),
            "name that differs by case": refused(copied("LAB-A", "ab" * 32)),
            "same file under another name": refused(copied("lab-b")),
            "name of the study's own cohort": refused(copied("simulated-as-published", "ab" * 32)),
            "same file twice": refused(copied("lab-c", "ac" * 32), copied("lab-d", "ac" * 32)),
            "same measurements in another file": refused(same_values),
        },
    )
    assert kept(book) == before


def test_the_same_measurements_in_another_file_are_not_published_twice(run: Path, copied: Rename, book: Path) -> None:
    sha256 = json.loads((run / "provenance.json").read_text(encoding="utf-8"))["cohort_values_sha256"]
    assert secretome("publish", run).exit_code == 0
    before = kept(book)
    again = copied("lab-b", "ab" * 32)
    change(again, cohort_values_sha256=sha256)
    assert "'lab-a'" in refused(again)[0]
    assert kept(book) == before
    assert secretome("unpublish", SEPSIS, "lab-a", "--why", "swapped").exit_code == 0
    assert "--again" in refused(again)[0]


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


def test_simulated_animals_may_be_published_and_never_count(run: Path, copied: Rename, book: Path) -> None:
    folder = copied("made-up", "ab" * 32)
    change(folder, cohort_origin="simulated", cohort_scenario="as_published")
    verdicts = pd.read_csv(folder / "verdicts.csv")
    verdicts.assign(origin="simulated").to_csv(folder / "verdicts.csv", index=False, lineterminator="\n")
    result = secretome("publish", folder)
    assert result.exit_code == 0, result.output
    assert "simulated" in result.output
    board = scoreboard()
    assert not board["counts"].any()
    assert len(board[board["cohort"] == "made-up"]) == 3


def test_a_damaged_published_rerun_is_named(run: Path, book: Path) -> None:
    assert secretome("publish", run).exit_code == 0
    folder = book / SEPSIS / "published" / "lab-a"
    (folder / "history.json").write_text('[{"day": "yesterday"}]', encoding="utf-8")
    result = secretome("unpublish", SEPSIS, "lab-a", "--why", "swapped")
    assert (result.exit_code, "lab-a/history.json" in result.output) == (2, True), result.output
    shutil.rmtree(folder)
