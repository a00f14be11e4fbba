"""Paired studies of three conditions: families of contrasts, claims that need several, and checks."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from drawn_cohorts import assert_decided_alike
from secretome import adjudicate, analyse
from secretome.claims import examine, specifications
from secretome.cohort import Study
from secretome.cohort.simulate import simulate, simulate_many, to_csv
from secretome.protocol import InputError, Protocol
from secretome.report import figures, text
from shaped_studies import read_text, write_protocol

STUDY = """\
design: paired
by: animal
groups:
  before: {label: Before, role: control}
  low: {label: Low dose, role: treated}
  high: {label: High dose, role: treated}
endpoints:
  share:
    label: Share
    unit: "%"
    kind: continuous
    equivalence_margin: {low: 0.8, high: 1.25, reason: a convention}
checks:
  dose:
    sentence: The high dose exceeds the low one.
    endpoint: share
    contrast: high vs low
    direction: up
    test: paired_t
    reason: a test
claims:
  rises_low:
    sentence: The low dose raises the share.
    endpoint: share
    kind: single
    direction: up
    contrast: low vs before
    family: &family [low vs before, high vs before]
    published_test: &test {method: signed_rank, stated: a test}
    source: own
  rises_high:
    sentence: The high dose raises the share.
    endpoint: share
    kind: single
    direction: up
    contrast: high vs before
    family: *family
    published_test: *test
    source: own
simulation:
  n: 8
  seed: 1
  endpoints:
    share:
      distribution: paired lognormal
      decimals: 6
      log_sd: 0.4
      log_ratio_sd: 0.25
      groups:
        before: {geometric_mean: 10, evidence: none}
        low: {geometric_mean: 13, evidence: none}
        high: {geometric_mean: 17, evidence: none}
  assumptions: []
  scenarios:
    as_published: {about: both doses raise the share}
    "null": {about: nothing happens, centres: {share: {low: 10, high: 10}}}
"""
RISES_HIGH = STUDY[STUDY.index("  rises_high:") : STUDY.index("simulation:")]
EVERY = (
    STUDY.replace(RISES_HIGH, "")
    .replace("kind: single", "kind: every")
    .replace("    contrast: low vs before\n    family: &family", "    contrasts:")
)
UNCHANGED = EVERY.replace("kind: every\n    direction: up", "kind: unchanged")
VALUES = {
    "before": (12.1, 9.8, 15.3, 11.2, 8.7, 13.9),
    "low": (15.0, 13.2, 16.1, 14.9, 11.0, 14.2),
    "high": (18.4, 12.9, 21.7, 17.3, 9.9, 20.2),
}


def cohort(without: tuple[str, int] = ("", 0)) -> str:
    rows = [
        f"d{i},{group},{value}"
        for group, values in VALUES.items()
        for i, value in enumerate(values)
        if (group, i) != without
    ]
    return "\n".join(["animal,group,share", *rows])


def study_of(folder: Path, source: str = STUDY, **options: tuple[str, int]) -> Study:
    return read_text(write_protocol(folder, source), cohort(**options))


def planned(results: pd.DataFrame, alternative: str = "two-sided") -> pd.DataFrame:
    rows = results[(results["analysis"] == "planned") & (results["alternative"] == alternative)]
    return rows.set_index("contrast")


def test_family_of_pairs_is_adjusted_together_as_by_r(tmp_path: Path) -> None:
    # R: p <- sapply(list(y, z), \(v) t.test(log(v), log(x), paired = TRUE)$p.value); p.adjust(p, "bonferroni");
    # exp(t.test(log(y), log(x), paired = TRUE, conf.level = 0.975)$conf.int), with x, y, z as in VALUES.
    rows = planned(results := analyse(study := study_of(tmp_path)))
    assert rows["pvalue_adjusted"][:2].tolist() == pytest.approx([0.02556611334415124, 0.00169878978560277], rel=1e-9)
    assert rows.loc["low vs before", ["low", "high"]].tolist() == pytest.approx([1.03083921900012, 1.40209316027866])
    assert rows.loc["high vs before", ["low", "high"]].tolist() == pytest.approx([1.20133567309854, 1.61120433075510])
    assert set(rows["level"][:2]) == {0.975}
    assert adjudicate(study, results)["verdict"].tolist() == ["supported", "supported"]


def test_every_contrast_of_pairs_is_tested_without_adjustment(tmp_path: Path) -> None:
    rows = planned(results := analyse(study := study_of(tmp_path, EVERY)))
    assert rows["pvalue"][:2].tolist() == pytest.approx([0.012783056672075618, 0.000849394892801385], rel=1e-9)
    # R: exp(t.test(log(y), log(x), paired = TRUE)$conf.int), and with conf.level = 0.975.
    first = rows.loc["low vs before"]
    assert first[["low", "high"]].tolist() == pytest.approx([1.06098087150064, 1.36226076937919])
    assert first[["low_simultaneous", "high_simultaneous"]].tolist() == pytest.approx([1.0308392190, 1.4020931603])
    verdict = adjudicate(study, results).iloc[0]
    assert (verdict["verdict"], verdict["contrast"]) == ("supported", "low vs before")
    unchanged = study_of(tmp_path, UNCHANGED)
    assert adjudicate(unchanged, analyse(unchanged)).loc[0, "rule"] == "some_not_equivalent"


def test_check_of_pairs_is_a_paired_t_test(tmp_path: Path) -> None:
    results = analyse(study := study_of(tmp_path), ("planned",))
    check = examine(study, results).iloc[0]
    # R: t.test(log(z), log(y), paired = TRUE)$p.value
    assert check["pvalue"] == pytest.approx(0.102808051765158, rel=1e-9)
    assert check["outcome"] == "not shown"


def test_half_pairs_are_left_out_contrast_by_contrast(tmp_path: Path) -> None:
    results = analyse(study := study_of(tmp_path, without=("low", 2)))
    rows = planned(results)
    assert rows["n_treated"].to_dict() == {"low vs before": 5, "high vs before": 6, "high vs low": 5}
    assert "1 rat without all values" in text.methods_paragraph(study, results)


@pytest.mark.parametrize("source", [STUDY, EVERY, UNCHANGED])
def test_many_cohorts_of_pairs_are_decided_like_single_ones(tmp_path: Path, source: str) -> None:
    protocol = write_protocol(tmp_path, source)
    drawn = simulate_many(protocol, "as_published", n=6, cohorts=6, rng=np.random.default_rng(4))
    assert_decided_alike(protocol, drawn, 6)


def test_simulated_conditions_share_the_first_value_of_their_animal(tmp_path: Path) -> None:
    protocol = write_protocol(tmp_path, STUDY)
    table = simulate(protocol, n=400, seed=2)
    wide = np.log(
        table.assign(share=table["share"].astype(float)).pivot(index="animal", columns="group", values="share")
    )
    assert np.exp(wide.mean()).to_dict() == pytest.approx({"before": 10, "low": 13, "high": 17}, rel=0.04)
    for group in ("low", "high"):
        assert (wide[group] - wide["before"]).std() == pytest.approx(0.25, rel=0.1)
    assert len(read_text(protocol, to_csv(table).decode()).cohort.values) == 1200


def test_specifications_and_figures_of_each_contrast(tmp_path: Path) -> None:
    study = study_of(tmp_path)
    results = analyse(study)
    for key in study.protocol.claims:
        curve = specifications(study, results, key)
        assert not curve.duplicated(["question", "test", "scale", "adjustment"]).any()
        assert set(curve["adjustment"]) == {"none", "bonferroni"}
    rows = planned(results)
    claim = study.protocol.claims["rises_low"]
    for contrast, last in (("low vs before", "Low dose"), ("high vs before", "High dose")):
        row = rows.loc[contrast].copy()
        row["contrast"] = contrast
        left = figures.paired_figure(study, claim, row).axes[0]
        assert [label.get_text() for label in left.get_xticklabels()] == ["Before", last]
        assert last in text.result_sentence(study, row)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("test: paired_t", "test: welch"),
        ("kind: single", "kind: trend"),
        ("contrast: high vs low", "contrast: low vs before"),
    ],
)
def test_what_has_no_test_of_pairs_is_refused(tmp_path: Path, old: str, new: str) -> None:
    with pytest.raises(InputError):
        protocol: Protocol = write_protocol(tmp_path, STUDY.replace(old, new))
        assert protocol
