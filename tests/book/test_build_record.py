"""What decides whether a build has anything to do."""

import os
from pathlib import Path

import pytest

import build
import site_builder
from build_record import BuildRecord, read_inputs, read_outputs

Pages = set[str] | None
CONTENTS = "format: jb-book\nroot: book/index\nchapters:\n  - file: notebooks/one/analysis.py\n"


@pytest.fixture
def checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A small checkout, whose site is two files."""
    for name, text in {
        "_toc.yml": CONTENTS,
        "requirements.txt": "numpy==2",
        "book/index.md": "# Hello",
        "notebooks/one/analysis.py": "1 + 1",
        "notebooks/one/cohort.csv": "animal,group",
        "src/secretome/__init__.py": "",
        "tests/test_one.py": "",
        "book/reruns/index.md": "# Written by the build",
    }.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text, encoding="utf-8")
    monkeypatch.setattr(build, "ROOT", tmp_path)
    monkeypatch.setattr(build, "BUILD", tmp_path / "_build")
    return tmp_path


@pytest.fixture
def builds(checkout: Path, monkeypatch: pytest.MonkeyPatch) -> list[Pages]:
    """For each build that was made: the pages that had changed, or None if every page was asked for."""
    made: list[Pages] = []

    def build_site(changed_pages: Pages) -> bool:
        made.append(changed_pages)
        for name in ("index.html", "page.html"):
            (checkout / "_build" / "html").mkdir(exist_ok=True)
            (checkout / "_build" / "html" / name).write_text("<html>", encoding="utf-8")
        return True

    monkeypatch.setattr(site_builder, "build", build_site)
    return made


def test_a_second_build_has_nothing_to_do(builds: list[Pages]) -> None:
    assert [build.main(), build.main()] == [0, 0]
    assert builds == [None]


@pytest.mark.parametrize(
    ("name", "only_text"),
    [
        ("book/index.md", True),
        ("notebooks/one/analysis.py", True),
        ("notebooks/one/cohort.csv", False),
        ("src/secretome/__init__.py", False),
        ("requirements.txt", False),
        ("_toc.yml", False),
        ("book/new.md", False),
    ],
)
def test_a_changed_input_is_noticed(checkout: Path, builds: list[Pages], name: str, only_text: bool) -> None:
    build.main()
    file = checkout / name
    file.write_text((file.read_text(encoding="utf-8") if file.exists() else "") + "\n# changed", encoding="utf-8")
    build.main()
    assert builds == [None, {name} if only_text else None]


def test_text_and_data_that_changed_together_are_no_change_of_text(checkout: Path, builds: list[Pages]) -> None:
    build.main()
    for name in ("book/index.md", "notebooks/one/cohort.csv"):
        (checkout / name).write_text("changed", encoding="utf-8")
    build.main()
    assert builds == [None, None]


def test_what_no_page_is_made_from_starts_no_build(checkout: Path, builds: list[Pages]) -> None:
    build.main()
    for name in ("tests/test_one.py", "book/reruns/index.md", "notebooks/one/analysis.ipynb", ".hidden"):
        (checkout / name).write_text("changed", encoding="utf-8")
    build.main()
    assert builds == [None]


@pytest.mark.parametrize("name", ["index.html", "page.html"])
@pytest.mark.parametrize("cut", [True, False])
def test_a_file_of_the_site_that_is_gone_or_cut_short_is_noticed(
    checkout: Path, builds: list[Pages], name: str, cut: bool
) -> None:
    build.main()
    file = checkout / "_build" / "html" / name
    if cut:
        file.write_text("", encoding="utf-8")
    else:
        file.unlink()
    build.main()
    # Sphinx cannot be asked for one page of a site that lacks a file.
    assert builds == [None, None]


def test_a_changed_page_of_a_site_that_lacks_a_file_asks_for_every_page(checkout: Path, builds: list[Pages]) -> None:
    build.main()
    (checkout / "book" / "index.md").write_text("changed", encoding="utf-8")
    (checkout / "_build" / "html" / "page.html").unlink()
    build.main()
    assert builds == [None, None]


def test_another_environment_is_noticed(builds: list[Pages], monkeypatch: pytest.MonkeyPatch) -> None:
    build.main()
    monkeypatch.setattr("build_record._environment", lambda: "another Python")
    build.main()
    assert builds == [None, None]


def test_a_build_that_failed_or_was_broken_off_leaves_no_record(
    checkout: Path, builds: list[Pages], monkeypatch: pytest.MonkeyPatch
) -> None:
    build.main()
    (checkout / "book" / "index.md").write_text("changed", encoding="utf-8")

    def fail(changed_pages: Pages) -> bool:
        return False

    def break_off(changed_pages: Pages) -> bool:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(site_builder, "build", fail)
        assert build.main() == 1
        patch.setattr(site_builder, "build", break_off)
        with pytest.raises(KeyboardInterrupt):
            build.main()
    build.main()
    assert builds == [None, None]


def test_an_input_that_changes_during_the_build_is_built_again(
    checkout: Path, builds: list[Pages], monkeypatch: pytest.MonkeyPatch
) -> None:
    made = site_builder.build

    def edited(changed_pages: Pages) -> bool:
        (checkout / "book" / "index.md").write_text("edited meanwhile", encoding="utf-8")
        return made(changed_pages)

    with monkeypatch.context() as patch:
        patch.setattr(site_builder, "build", edited)
        build.main()
    build.main()
    assert builds == [None, {"book/index.md"}]


def test_a_record_that_cannot_be_read_is_none(checkout: Path, builds: list[Pages]) -> None:
    build.main()
    (checkout / "_build" / ".record.json").write_text('{"inputs": {"a"', encoding="utf-8")
    build.main()
    assert builds == [None, None]
    record = BuildRecord(checkout / "_build" / ".record.json")
    assert record.changed(read_inputs(checkout)) == set()
    assert record.outputs == read_outputs(checkout / "_build" / "html")


def test_folder_holds_what_was_written_last_and_keeps_the_time_of_equal_files(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(site_builder, "BUILD", tmp_path)
    folder = tmp_path / "made"

    def write(files: dict[str, str]) -> dict[str, int]:
        def fill(new: Path) -> None:
            for name, text in files.items():
                (new / name).write_text(text, encoding="utf-8")

        site_builder.update_folder(folder, fill)
        assert {path.name: path.read_text(encoding="utf-8") for path in folder.iterdir()} == files
        return {path.name: path.stat().st_mtime_ns for path in folder.iterdir()}

    write({"same.md": "1", "changed.md": "1", "gone.md": "1"})
    os.utime(folder / "same.md", ns=(5, 5))
    assert write({"same.md": "1", "changed.md": "2"})["same.md"] == 5
