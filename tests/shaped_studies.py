"""Protocols of studies of other shapes than the book's, which tests write and load."""

from pathlib import Path

from secretome.cohort import Study, read_cohort
from secretome.protocol import Protocol, load_protocol

HEAD = """\
key: {key}
title: A study that a test writes
registered: 2026-11-29
setting: in vivo
species: rat
experimental_unit: {unit}
cohort: {{file: cohorts/own.csv}}
sources:
  own: {{citation: own, text: the test, licence: not stated}}
"""


def write_protocol(folder: Path, rest: str, key: str = "shaped", unit: str = "rat") -> Protocol:
    """Write a protocol whose head is the same in all tests, and load it."""
    path = folder / key / "protocol.yml"
    path.parent.mkdir(exist_ok=True)
    path.write_text(HEAD.format(key=key, unit=unit) + rest, encoding="utf-8")
    return load_protocol(path)


def read_text(protocol: Protocol, text: str, name: str = "cohort.csv") -> Study:
    """A study with the cohort of a file's text."""
    return Study(protocol, read_cohort(Path(name), protocol, text.encode()), source_data=False)
