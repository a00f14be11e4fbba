"""Protocols as dataclasses: written as JSON and built again, and described by a JSON schema."""

import json
import shutil
from collections.abc import Iterator
from dataclasses import FrozenInstanceError, replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from pydantic import TypeAdapter, ValidationError

from secretome.audit import ReportedTable, load_table, published_tables
from secretome.protocol import (
    Claim,
    InputError,
    Protocol,
    json_files,
    load_protocol,
    loading,
    notebooks_folder,
    read_json,
    study_folder,
    study_names,
    write_json,
)
from secretome.protocol.json_files import as_json, build

SEPSIS = "sepsis_cytokines"


def copied(name: str, tmp_path: Path) -> Path:
    """A copy of a study's protocol, in a folder that is named after the study."""
    (tmp_path / name).mkdir()
    return Path(shutil.copy(study_folder(name) / "protocol.yml", tmp_path / name))


@pytest.mark.parametrize("name", study_names())
def test_json_gives_the_same_protocol(name: str, tmp_path: Path) -> None:
    path = copied(name, tmp_path)
    assert write_json(path, load_protocol(path)) == path.with_name("protocol.json")
    validated, built = load_protocol(path), read_json(path, Protocol)
    assert built == validated
    # The types agree too: 10 and 10.0, or a list and a tuple, would be equal or hash differently.
    assert repr(built) == repr(validated)
    assert isinstance(built.registered, date)


@pytest.mark.parametrize("name", study_names())
def test_without_pydantic_the_json_is_read(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = copied(name, tmp_path)
    validated = load_protocol(path)
    write_json(path, load_protocol(path))
    monkeypatch.setattr(json_files, "has_pydantic", lambda: False)
    loading._read.cache_clear()
    assert load_protocol(path) == validated
    loading._read.cache_clear()


def test_json_of_another_version_is_refused(tmp_path: Path) -> None:
    path = copied(SEPSIS, tmp_path)
    write_json(path, load_protocol(path))
    path.write_text(path.read_text(encoding="utf-8") + "\n", encoding="utf-8")
    with pytest.raises(InputError) as error:
        read_json(path, Protocol)
    assert error.value.problems[0].file == "protocol.json"


def test_missing_json_is_reported(tmp_path: Path) -> None:
    with pytest.raises(InputError) as error:
        read_json(copied(SEPSIS, tmp_path), Protocol)
    assert "protocol.json" in error.value.problems[0].file


@pytest.mark.parametrize("name", published_tables())
def test_json_gives_the_same_table_of_reported_numbers(name: str, tmp_path: Path) -> None:
    path = Path(shutil.copy(notebooks_folder() / "published_cohorts" / "reported" / name, tmp_path))
    validated = load_table(path)
    write_json(path, validated)
    # Equal decimals may have other digits: 1.80 is not reported as 1.8.
    assert repr(read_json(path, ReportedTable)) == repr(validated)


def test_building_checks_what_the_dataclasses_check(sepsis: Protocol) -> None:
    content = as_json(sepsis)
    content["endpoints"]["il6"]["equivalence_margin"]["low"] = 2.0
    with pytest.raises(ValueError, match="must be above zero and below high"):
        build(Protocol, content)
    content = as_json(sepsis)
    content["claims"]["il6_falls_t1"]["colour"] = "blue"
    with pytest.raises(TypeError, match="colour"):
        build(Protocol, content)


def test_protocols_are_frozen_and_take_keywords_only(sepsis: Protocol) -> None:
    with pytest.raises(FrozenInstanceError):
        sepsis.title = "another"  # type: ignore[misc]
    with pytest.raises(TypeError):
        Claim("IL-6 falls")  # type: ignore[misc]
    with pytest.raises(ValueError, match="one claim or more"):
        replace(sepsis, claims={})


def objects(schema: Any) -> Iterator[dict[str, Any]]:
    """Every schema of an object with named keys."""
    if isinstance(schema, dict):
        if "properties" in schema:
            yield schema
        for member in schema.values():
            yield from objects(member)
    elif isinstance(schema, list):
        for member in schema:
            yield from objects(member)


def test_the_schema_states_every_rule() -> None:
    schema = TypeAdapter(Protocol).json_schema()
    assert all(each["additionalProperties"] is False for each in objects(schema))
    assert schema["required"][:3] == ["key", "title", "registered"]
    assert schema["properties"]["key"]["pattern"] == "^[a-z][a-z0-9_]*$"
    assert schema["properties"]["title"]["minLength"] == 1
    about = schema["$defs"]
    assert about["OwnCohort"]["properties"]["public"]["pattern"].startswith("^(")
    assert about["Simulation"]["properties"]["endpoints"]["additionalProperties"]["discriminator"]["propertyName"] == (
        "distribution"
    )
    assert about["Lognormal"]["properties"]["decimals"]["minimum"] == 0
    assert about["LognormalGroup"]["properties"]["cv"]["exclusiveMinimum"] == 0
    assert about["SlopeDifference"]["properties"]["doses"]["minItems"] == 3


@pytest.mark.parametrize(
    ("place", "value", "kind"),
    [
        (("key",), "Sepsis", "string_pattern_mismatch"),
        (("title",), "", "string_too_short"),
        (("colour",), "blue", "unexpected_keyword_argument"),
        (("simulation", "n"), 0, "greater_than_equal"),
        (("simulation", "endpoints", "il6", "distribution"), "uniform", "union_tag_invalid"),
        (("simulation", "endpoints", "il6", "lloq"), 0, "greater_than"),
        (("cohort", "public"), "last year", "string_pattern_mismatch"),
        (("endpoints", "il6", "kind"), "colour", "literal_error"),
        (("endpoints", "il6"), 3, "dataclass_type"),
    ],
)
def test_every_rule_is_validated(sepsis: Protocol, place: tuple[str, ...], value: object, kind: str) -> None:
    content = json.loads(json.dumps(as_json(sepsis)))
    inner = content
    for key in place[:-1]:
        inner = inner[key]
    inner[place[-1]] = value
    with pytest.raises(ValidationError) as error:
        TypeAdapter(Protocol).validate_python(content)
    assert [fault["type"] for fault in error.value.errors()] == [kind]


@pytest.fixture
def sepsis() -> Protocol:
    return load_protocol(study_folder(SEPSIS) / "protocol.yml")
