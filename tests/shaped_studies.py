"""Protocols of studies of other shapes than the book's, which tests write and load."""

from pathlib import Path

import pandas as pd

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


# Two endpoints of three groups, and a claim on each.
GROUPS_AND_ENDPOINTS = """\
groups:
  control: {label: Control, role: control}
  low: {label: Low dose, role: treated}
  high: {label: High dose, role: treated}
endpoints:
  weight:
    {label: Weight, unit: g, kind: continuous, scale: linear,
     equivalence_margin: {low: -5, high: 5, reason: a test}}
  il6: {label: IL-6, unit: pg/mL, kind: concentration, equivalence_margin: {low: 0.8, high: 1.25, reason: a test}}
"""
CLAIMS = """\
claims:
  gains:
    {sentence: The high dose adds weight, endpoint: weight, kind: single, direction: up, contrast: high vs control,
     family: [low vs control, high vs control], source: own}
  falls:
    {sentence: Every dose lowers IL-6, endpoint: il6, kind: every, direction: down,
     contrasts: [low vs control, high vs control], source: own}
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


def planned_row(results: pd.DataFrame, endpoint: str, contrast: str, *, equivalence: bool = False) -> pd.Series:
    """The planned test of a contrast, or its test of equivalence."""
    chosen = results[
        (results["analysis"] == "planned")
        & (results["endpoint"] == endpoint)
        & (results["contrast"] == contrast)
        & ((results["alternative"] == "equivalence") == equivalence)
    ]
    assert len(chosen) == 1
    return chosen.iloc[0]
