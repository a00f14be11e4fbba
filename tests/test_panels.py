"""Panels: the tests of all endpoints of an assay as one family, from results to verdicts, sentences and the figure."""

from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from statsmodels.stats.multitest import multipletests

from approved import check_approved
from secretome import adjudicate, analyse, stats
from secretome.cohort import Study
from secretome.protocol import InputError, Protocol
from secretome.report import figures, text
from secretome.report.text.decision_rules import rule_words
from secretome.report.text.methods import methods_paragraph
from shaped_studies import read_text, write_protocol

MARGIN = "equivalence_margin: {low: 0.8, high: 1.25, reason: a test}"
NAMES = tuple(f"c{number}" for number in range(1, 13))
CLAIMED = {"c1": "down", "c2": "up", "c5": "down"}
# Differences of the mean logarithms; the drug is without effect on most.
EFFECTS = dict.fromkeys(NAMES, 0.0) | {"c1": -1.3, "c2": 0.9, "c3": 0.7, "c9": -0.6}


def rest(adjust: str = "bonferroni") -> str:
    """A protocol with twelve cytokines, of which three are claimed."""
    endpoints = "\n".join(
        f"  {name}: {{label: {name.upper()}, unit: pg/mL, kind: concentration, {MARGIN}}}" for name in NAMES
    )
    claims = "\n".join(
        f"  {name}_changes: {{sentence: {name.upper()} goes {way}., endpoint: {name}, kind: single, direction: {way}, "
        f"contrast: drug vs control, panel: plex, source: own}}"
        for name, way in CLAIMED.items()
    )
    return f"""\
groups:
  control: {{label: Control, role: control}}
  drug: {{label: Drug, role: treated}}
endpoints:
{endpoints}
panels:
  plex: {{label: Cytokines, endpoints: [{", ".join(NAMES)}], contrasts: [drug vs control], adjust: {adjust}}}
claims:
{claims}
"""


def table() -> pd.DataFrame:
    """Eight animals of each group."""
    rng = np.random.default_rng(12)
    rows = [
        (
            f"{group} {animal}",
            group,
            *(round(float(np.exp(4 + (group == "drug") * EFFECTS[name] + rng.normal(0, 0.45))), 2) for name in NAMES),
        )
        for group in ("control", "drug")
        for animal in range(1, 9)
    ]
    return pd.DataFrame(rows, columns=["animal", "group", *NAMES])


def study_of(tmp_path: Path, adjust: str) -> Study:
    protocol: Protocol = write_protocol(tmp_path, rest(adjust))
    return read_text(protocol, table().to_csv(index=False))


def planned_tests(results: pd.DataFrame) -> pd.DataFrame:
    planned = results[(results["analysis"] == "planned") & (results["alternative"] == "two-sided")]
    return planned.set_index("endpoint").loc[list(NAMES)]


@pytest.mark.parametrize("adjust", ["bonferroni", "holm"])
def test_p_is_adjusted_over_all_endpoints_and_intervals_are_simultaneous(tmp_path: Path, adjust: str) -> None:
    rows = planned_tests(analyse(study_of(tmp_path, adjust), ("planned",)))
    animals = table()
    drug, control = (animals.loc[animals["group"] == group] for group in ("drug", "control"))
    expected = [stats.geometric_mean_ratio(drug[name], control[name]) for name in NAMES]
    np.testing.assert_allclose(rows["pvalue"], [test.pvalue for test in expected])
    np.testing.assert_allclose(
        rows["pvalue_adjusted"], multipletests([test.pvalue for test in expected], method=adjust)[1]
    )
    low, high = zip(*(test.confidence_interval(1 - 0.05 / 12) for test in expected), strict=True)
    np.testing.assert_allclose(rows[["low_simultaneous", "high_simultaneous"]], np.column_stack([low, high]))


@pytest.mark.parametrize("adjust", ["bonferroni", "holm"])
def test_claims_are_decided_by_the_p_of_the_panel(tmp_path: Path, adjust: str) -> None:
    study = study_of(tmp_path, adjust)
    results = analyse(study)
    verdicts = adjudicate(study, results).set_index("claim")
    rows = planned_tests(results)
    for name in CLAIMED:
        verdict = verdicts.loc[f"{name}_changes"]
        assert verdict["pvalue_adjusted"] == rows.loc[name, "pvalue_adjusted"]
        assert (verdict["verdict"] == "supported") == (rows.loc[name, "pvalue_adjusted"] <= 0.05)
    assert set(verdicts["verdict"]) == {"supported", "inconclusive"}


def test_an_endpoint_without_values_stays_in_the_family(tmp_path: Path) -> None:
    protocol = write_protocol(tmp_path, rest("holm"))
    study = read_text(protocol, table().drop(columns="c12").to_csv(index=False))
    rows = planned_tests(analyse(study, ("planned",)))
    assert np.isnan(rows.loc["c12", "pvalue_adjusted"])
    smallest = rows["pvalue"].idxmin()
    np.testing.assert_allclose(rows.loc[smallest, "pvalue_adjusted"], 12 * rows.loc[smallest, "pvalue"])


def test_other_analyses_are_unadjusted_or_over_the_panel(tmp_path: Path) -> None:
    results = analyse(study_of(tmp_path, "bonferroni"), ("multiverse",))
    own = results[(results["endpoint"] == "c1") & (results["test"] == "student_t") & (results["scale"] == "log")]
    own = own.set_index("adjustment")
    assert set(own.index) == {"none", "bonferroni"}
    np.testing.assert_allclose(own.loc["bonferroni", "pvalue_adjusted"], 12 * own.loc["bonferroni", "pvalue"])


def test_sentences_and_figure_show_the_whole_panel(tmp_path: Path) -> None:
    study = study_of(tmp_path, "holm")
    results = analyse(study)
    rows = [row for _, row in planned_tests(results).reset_index().iterrows()]
    panel = study.protocol.panels["plex"]
    figure = figures.panel_figure(study, panel, rows, 0.05)
    (axes,) = figure.axes
    assert [label.get_text() for label in axes.get_yticklabels()] == [name.upper() for name in NAMES]
    check_approved(
        "sentences_on_panels",
        {
            "verdicts": [text.verdict_sentence(study, verdict) for _, verdict in adjudicate(study, results).iterrows()],
            "rule": "; ".join(rule_words(study.protocol, study.protocol.claims["c1_changes"], 0.05)),
            "caption": text.panel_caption(study, panel, 0.05),
            "alternative text": text.panel_alt(study, panel, rows),
            "methods": methods_paragraph(study, results).partition("The analyses were computed")[0],
        },
    )


def test_several_contrasts_are_headings_above_their_endpoints(tmp_path: Path) -> None:
    study = study_of(tmp_path, "holm")
    once = [row for _, row in planned_tests(analyse(study, ("planned",))).reset_index().iterrows()]
    other = "control vs drug"
    panel = replace(study.protocol.panels["plex"], contrasts=[once[0]["contrast"], other])
    # The rows come by endpoint, and are drawn by contrast.
    rows = [line for row in once for line in (row, row.copy())]
    for row in rows[1::2]:
        row["contrast"] = other
    figure = figures.panel_figure(study, panel, rows, 0.05)
    (axes,) = figure.axes
    assert [label.get_text() for label in axes.get_yticklabels()] == [name.upper() for name in NAMES] * 2
    headings = [(drawn.get_position()[1], drawn.get_text()) for drawn in axes.texts if drawn.get_text().strip()]
    assert headings == [(0, text.against(study, once[0]["contrast"])), (-13, text.against(study, other))]
    figure.draw_without_rendering()
    ticks = [label.get_window_extent() for label in axes.get_xticklabels()]
    assert all(left.x1 < right.x0 for left, right in pairwise(ticks))
    name = axes.xaxis.label.get_window_extent()
    assert name.x0 >= 0 and name.x1 <= figure.bbox.x1


@pytest.mark.parametrize(
    ("old", "new", "match"),
    [
        ("panel: plex", "panel: other", "other"),
        ("panel: plex, source", "source", "panel: plex"),
        ("contrast: drug vs control, panel", "contrast: control vs drug, panel", "not in its panel"),
        ("panel: plex, source", "panel: plex, family: [drug vs control], source", "family"),
        ("endpoints: [c1, ", "endpoints: [c99, ", "c99"),
        (
            "c4: {label: C4, unit: pg/mL, kind: concentration, equivalence_margin: {low: 0.8, high: 1.25",
            "c4: {label: C4, unit: g, kind: continuous, scale: linear, equivalence_margin: {low: -8, high: 8",
            "one scale",
        ),
    ],
)
def test_panels_that_contradict_claims_are_refused(tmp_path: Path, old: str, new: str, match: str) -> None:
    assert old in rest()
    with pytest.raises(InputError, match=match):
        write_protocol(tmp_path, rest().replace(old, new, 1))
