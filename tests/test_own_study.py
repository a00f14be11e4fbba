"""A study outside the book: made from a table, checked, rerun and refused by its folder."""

import csv
import json
import shutil
from pathlib import Path

import pandas as pd
import pytest

from commands import assert_refused, secretome
from secretome import adjudicate, analyse, load_study
from secretome.cohort.new_study import new_study
from secretome.protocol import InputError, load_protocol, study_folder
from secretome.protocol.key_docs import KEYS, key_docs
from secretome.protocol.schema import json_schema

# Lengths of odontoblasts under orange juice, in μm, at 0.5 and 2 mg a day (Crampton 1947, as in R's ToothGrowth).
LOW = [15.2, 21.5, 17.6, 9.7, 14.5, 10.0, 8.2, 9.4, 16.5, 9.7]
HIGH = [25.5, 26.4, 22.4, 24.5, 24.8, 30.9, 26.4, 27.3, 29.4, 23.0]


def table(folder: Path, header: str = "Group,Length (µm)", *, extra: str = "") -> Path:
    rows = [f"{name},{value}{extra}" for name, values in (("low", LOW), ("high", HIGH)) for value in values]
    path = folder / "teeth.csv"
    path.write_text("\n".join([header, *rows]), encoding="utf-8")
    return path


def test_new_study_from_table_can_be_loaded_analysed_and_decided(tmp_path: Path) -> None:
    folder = new_study("teeth", table(tmp_path), tmp_path).folder
    protocol = load_protocol(folder / "protocol.yml")
    assert {key: group.role for key, group in protocol.groups.items()} == {"low": "control", "high": "treated"}
    assert [(key, about.label, about.unit) for key, about in protocol.endpoints.items()] == [("length", "Length", "µm")]
    study = load_study(folder)
    values = study.cohort.values
    assert values.loc[values["group"] == "high", "value"].tolist() == HIGH
    verdict = adjudicate(study, analyse(study)).iloc[0]
    assert (verdict["claim"], verdict["verdict"], verdict["source_data"]) == ("length_high", "supported", True)


def test_numbers_that_may_be_doses_are_a_question(tmp_path: Path) -> None:
    file = table(tmp_path, "Group,Length (µm),dose", extra=",2")
    with pytest.raises(InputError) as refused:
        new_study("teeth", file, tmp_path)
    assert [problem.place for problem in refused.value.problems] == ["row 1"]
    assert not (tmp_path / "teeth").exists()
    made = new_study("teeth", file, tmp_path, ["Group", "dose"]).folder
    assert list(load_protocol(made / "protocol.yml").groups) == ["low_2", "high_2"]


@pytest.mark.parametrize("key", ["Teeth", "2teeth", "sepsis_cytokines", "a b"])
def test_unusable_key_is_refused(tmp_path: Path, key: str) -> None:
    with pytest.raises(InputError):
        new_study(key, table(tmp_path), tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["teeth.csv"]


def test_commands_take_the_folder_of_a_study(tmp_path: Path) -> None:
    assert secretome("new", "teeth", "--from", table(tmp_path), "--dir", tmp_path).exit_code == 0
    study = tmp_path / "teeth"
    assert_refused(secretome("new", "teeth", "--from", table(tmp_path), "--dir", tmp_path))
    new = tmp_path / "lab-a.csv"
    with new.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["animal", "group", "length"])
        rows = [(group, value) for group, values in (("low", LOW), ("high", HIGH)) for value in values]
        writer.writerows(
            [number, group, round(1.07 * value + number % 3, 1)] for number, (group, value) in enumerate(rows)
        )
    assert secretome("check", study, new).exit_code == 0
    done = secretome("rerun", study, new, "--out", tmp_path / "out")
    assert done.exit_code == 0, done.output
    # The verdicts are on suggestions that nobody has decided.
    protocol = study / "protocol.yml"
    marked = protocol.read_text(encoding="utf-8").count("  # CHOOSE")
    assert f"{marked} lines of protocol.yml marked CHOOSE" in " ".join(done.output.split())
    verdicts = pd.read_csv(tmp_path / "out" / "lab-a" / "verdicts.csv")
    assert verdicts[["study", "verdict", "source_data"]].values.tolist() == [["teeth", "supported", False]]
    provenance = json.loads((tmp_path / "out" / "lab-a" / "provenance.json").read_text(encoding="utf-8"))
    assert (provenance["study"], provenance["parameters"]) == ("teeth", {"alpha": 0.05, "level": 0.95, "seed": 1})
    assert_refused(secretome("publish", tmp_path / "out" / "lab-a"))


def test_copied_study_is_decided_by_its_own_protocol(tmp_path: Path) -> None:
    """Ratios of 1.4 and 1.5 are within the margin of the copy, not within that of the book."""
    source = study_folder("treg_conditioned_medium")
    copy = Path(shutil.copytree(source, tmp_path / source.name))
    protocol = copy / "protocol.yml"
    text = protocol.read_text(encoding="utf-8")
    wide = text.replace("low: 0.80", "low: 0.2").replace("high: 1.25", "high: 5.0")
    assert wide != text
    protocol.write_text(wide, encoding="utf-8")
    cohort = tmp_path / "donors.csv"
    simulate = ("simulate", copy, "--scenario", "as_published", "--out", cohort)
    assert secretome(*simulate).exit_code == 0
    study = load_study(copy, cohort=cohort)
    expected = adjudicate(study, analyse(study))
    assert set(expected["verdict"]) != {"supported"}
    assert secretome("rerun", copy, cohort, "--out", tmp_path / "out").exit_code == 0
    verdicts = pd.read_csv(tmp_path / "out" / "donors" / "verdicts.csv")
    assert verdicts[["claim", "verdict", "rule"]].equals(expected[["claim", "verdict", "rule"]].astype(str))
    # A page that names another study is refused before anything is run.
    page = copy / "analysis.py"
    page.write_text(page.read_text(encoding="utf-8").replace("study_folder: str", "folder_of_study: str"))
    assert_refused(secretome("rerun", copy, cohort, "--out", tmp_path / "again"))
    assert not (tmp_path / "again").exists()


def test_folder_without_protocol_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"protocol\.yml"):
        study_folder(tmp_path)
    assert_refused(secretome("check", tmp_path, table(tmp_path)))


def test_every_key_of_a_protocol_is_documented_once() -> None:
    """Fails if a key of a model has no meaning, or a meaning no key."""
    docs = list(key_docs())
    described = {(model, key) for model, keys in KEYS.items() for key in keys}
    assert [(doc.model, doc.key) for doc in docs] == list(dict.fromkeys((doc.model, doc.key) for doc in docs))
    assert {(doc.model, doc.key) for doc in docs if doc.meaning and doc.read_by} == described
    assert all(doc.meaning for doc in docs)
    schema = json_schema()
    assert schema["properties"]["species"]["description"] == KEYS["Protocol"]["species"][0]
    assert schema["$defs"]["Claim"]["properties"]["family"]["description"] == KEYS["Claim"]["family"][0]
    required = {doc.key for doc in docs if doc.model == "Protocol" and doc.default == "required"}
    assert required == set(schema["required"])


def test_schema_names_every_key_of_a_protocol() -> None:
    schema = json_schema()
    assert schema["additionalProperties"] is False
    assert {"key", "groups", "endpoints", "claims"} <= set(schema["required"]) <= set(schema["properties"])
    assert json.loads(secretome("schema").stdout) == schema
