"""The comparison with approved texts: what it accepts, what it refuses, and that no text is left over."""

from pathlib import Path

import pytest

import approved
from approved import APPROVED, check_approved


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(approved, "APPROVED", tmp_path)
    monkeypatch.delenv("APPROVE", raising=False)
    return tmp_path


def test_changed_sentence_is_refused_with_the_difference_until_it_is_approved(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder / "family.txt").write_text("# one\nfirst\nsecond\n", encoding="utf-8")
    check_approved("family", {"one": ["first", "second"]})
    with pytest.raises(AssertionError) as error:
        check_approved("family", {"one": ["first", "third"]})
    assert {"-second", "+third"} <= set(str(error.value).splitlines())
    assert "APPROVE=1" in str(error.value)
    monkeypatch.setenv("APPROVE", "1")
    check_approved("family", {"one": ["first", "third"]})
    monkeypatch.delenv("APPROVE")
    check_approved("family", {"one": ["first", "third"]})


def test_every_approved_text_is_compared_by_a_test() -> None:
    tests = "\n".join(path.read_text(encoding="utf-8") for path in APPROVED.parent.rglob("test_*.py"))
    assert [path.stem for path in APPROVED.iterdir() if f'"{path.stem}"' not in tests] == []
