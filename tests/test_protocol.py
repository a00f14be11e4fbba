"""Protocols: every fault by key and line."""

import shutil
from pathlib import Path

import pytest

from secretome.protocol import Refusal, load_protocol, nearest, normalise, study_folder

TREG = "treg_conditioned_medium"


def altered(tmp_path: Path, old: str, new: str) -> str:
    folder = tmp_path / TREG
    folder.mkdir()
    text = (study_folder(TREG) / "protocol.yml").read_text(encoding="utf-8")
    assert old in text
    (folder / "protocol.yml").write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(Refusal) as refusal:
        load_protocol(folder / "protocol.yml")
    return str(refusal.value)


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        ("species: human", "spcies: human", "unknown key 'spcies'"),
        ("species: human\n", "", "no key 'species'"),
        ("kind: continuous", "kind: contnuous", "'contnuous' for 'endpoints.foxp3_cd25pos.kind'"),
        ("low: 0.80", "low: 1.80", "low (1.8) must be above zero and below high"),
        ("contrast: with_cm vs without", "contrast: with_cm vs with_out", "'with_out', which is not among the groups"),
        ("endpoint: foxp3_cd25pos", "endpoint: foxp3", "'foxp3' is not among the endpoints"),
        ("label: Without conditioned medium", "label: With conditioned medium", "cannot be told apart"),
        ("by: animal", "by: ''", "a paired design"),
        ("species: human", "species: human\nspecies: mouse", "'species' a second time"),
        ("species: human", "species: [human", "expected valid YAML"),
        ("key: treg_conditioned_medium", "key: other", "the folder's name as the key"),
    ],
)
def test_faults_are_named(tmp_path: Path, old: str, new: str, sentence: str) -> None:
    message = altered(tmp_path, old, new)
    assert sentence in message
    assert "protocol.yml, line " in message


def test_a_fault_carries_its_line(tmp_path: Path) -> None:
    message = altered(tmp_path, "species: human", "spcies: human")
    lines = (study_folder(TREG) / "protocol.yml").read_text(encoding="utf-8").splitlines()
    assert f"line {lines.index('species: human') + 1}" in message


def test_the_installed_protocol_is_the_studys(tmp_path: Path) -> None:
    shutil.copytree(study_folder(TREG), tmp_path / TREG)
    assert load_protocol(tmp_path / TREG / "protocol.yml").pair == ("with_cm", "without")


def test_names_are_compared_without_case_and_punctuation() -> None:
    assert normalise("With CM") == normalise("with_cm")
    assert nearest("wihtout", ["without", "with_cm"]) == "without"
    assert nearest("saline", ["without", "with_cm"]) is None
