"""Studies with a block: the reading of its column, the planned tests, and the sentences."""

import io
from pathlib import Path

import numpy as np
import openpyxl
import pytest
import statsmodels.formula.api as smf

from approved import check_approved
from secretome import adjudicate, analyse, stats
from secretome.analysis import Method
from secretome.claims import examine
from secretome.cohort.template import workbook
from secretome.protocol import InputError, Protocol
from secretome.report import text
from secretome.report.text.methods import methods_paragraph
from shaped_studies import CLAIMS, GROUPS_AND_ENDPOINTS, planned_row, read_text, write_protocol

CHECKS = """\
checks:
  works:
    {sentence: The high dose works, endpoint: weight, contrast: high vs low, direction: up, test: mann_whitney,
     reason: a test}
"""
REST = "block: litter\n" + GROUPS_AND_ENDPOINTS + CHECKS + CLAIMS
LITTERS = {"a": 0.0, "b": 30.0, "c": 80.0}
FIRST = "animal,group,litter,weight,il6"


@pytest.fixture
def protocol(tmp_path: Path) -> Protocol:
    return write_protocol(tmp_path, REST)


def rows(*, below: bool = False) -> list[str]:
    """Three animals of every group in each of three litters, which differ by far more than the groups."""
    rng = np.random.default_rng(11)
    lines = []
    for shift, group in enumerate(("control", "low", "high")):
        for at in range(9):
            litter = "abc"[at % 3]
            weight = 200 + LITTERS[litter] + 6 * shift + rng.normal(0, 3 * (1 + shift))
            il6 = np.exp(5 + LITTERS[litter] / 40 - 0.6 * shift + rng.normal(0, 0.2))
            shown = "<100" if below and il6 < 100 else f"{il6:.2f}"
            lines.append(f"{group} {at + 1},{group},{litter},{weight:.2f},{shown}")
    return lines


def test_planned_estimates_are_those_of_the_linear_model(protocol: Protocol) -> None:
    study = read_text(protocol, "\n".join([FIRST, *rows()]))
    results = analyse(study, ("planned",))
    for endpoint, contrast, number, transform in (
        ("weight", "high vs control", "estimate", lambda values: values),
        ("il6", "low vs control", "estimate", np.log),
    ):
        values = study.cohort.values[study.cohort.values["endpoint"] == endpoint]
        two = values[values["group"].isin(contrast.split(" vs "))]
        table = two.assign(y=transform(two["value"]), treated=(two["group"] != "control") * 1.0)
        fit = smf.ols("y ~ treated + C(litter)", table).fit()
        row = planned_row(results, endpoint, contrast)
        expected = fit.params["treated"] if endpoint == "weight" else np.exp(fit.params["treated"])
        assert row["test"] == Method.BLOCK
        np.testing.assert_allclose(row[number], expected)


def test_planned_rows_are_the_statistic_at_the_level_of_the_family(protocol: Protocol) -> None:
    study = read_text(protocol, "\n".join([FIRST, *rows()]))
    results = analyse(study, ("planned",))
    groups = dict(iter(study.cohort.values.query("endpoint == 'weight'").groupby("group")))
    test = stats.block_contrasts(
        [groups[side]["value"] for side in ("high", "control")],
        [groups[side]["litter"].tolist() for side in ("high", "control")],
        [[1, -1]],
    )
    row = planned_row(results, "weight", "high vs control")
    low, high = test.confidence_interval(0.975)
    np.testing.assert_allclose(
        [row[name] for name in ("statistic", "df", "pvalue", "pvalue_adjusted", "low", "high")],
        [test.statistic[0], test.df[0], test.pvalue[0], 2 * test.pvalue[0], low[0], high[0]],
    )
    inside = planned_row(results, "weight", "high vs control", equivalence=True)
    expected = max(test.against(-5, "greater")[1][0], test.against(5, "less")[1][0])
    np.testing.assert_allclose(inside["pvalue"], expected)
    # Without the block, the litters hide the difference.
    assert (
        row["pvalue_adjusted"]
        < 0.05
        < stats.mean_difference(groups["high"]["value"], groups["control"]["value"]).pvalue
    )


def test_a_check_by_ranks_ranks_within_blocks(protocol: Protocol) -> None:
    study = read_text(protocol, "\n".join([FIRST, *rows()]))
    results = analyse(study, ("planned",))
    row = planned_row(results, "weight", "high vs low")
    groups = dict(iter(study.cohort.values.query("endpoint == 'weight'").groupby("group")))
    expected = stats.van_elteren(
        *(groups[side]["value"] for side in ("high", "low")),
        *(groups[side]["litter"].tolist() for side in ("high", "low")),
    )
    assert (row["test"], row["pvalue"]) == (Method.VAN_ELTEREN, expected.pvalue)
    assert examine(study, results)["outcome"].tolist() == ["passed" if expected.pvalue <= 0.05 else "not shown"]


def test_nondetects_leave_the_decision_to_ranks_within_blocks_and_bound_the_ratio(protocol: Protocol) -> None:
    study = read_text(protocol, "\n".join([FIRST, *rows(below=True)]))
    results = analyse(study)
    row = planned_row(results, "il6", "high vs control")
    exact = planned_row(
        analyse(read_text(protocol, "\n".join([FIRST, *rows()])), ("planned",)), "il6", "high vs control"
    )
    assert row["test"] == Method.VAN_ELTEREN
    assert row["censored"] > 0
    # The bound holds for the values that were below the limit.
    assert row["low"] == 0 or row["low"] <= exact["estimate"]
    assert exact["estimate"] <= row["high"] < 1
    verdicts = adjudicate(study, results).set_index("claim")
    assert verdicts.loc["falls", "verdict"] == "supported"


def test_sensitivity_analyses_include_one_variance_and_no_block(protocol: Protocol) -> None:
    study = read_text(protocol, "\n".join([FIRST, *rows()]))
    results = analyse(study, ("multiverse",))
    values = study.cohort.values.query("endpoint == 'weight' and group != 'low'")
    fit = smf.ols("value ~ treated + C(litter)", values.assign(treated=(values["group"] == "high") * 1.0)).fit()
    own = results[(results["endpoint"] == "weight") & (results["contrast"] == "high vs control")].set_index("test")
    np.testing.assert_allclose(own.loc[Method.BLOCK_POOLED, "pvalue"], fit.pvalues["treated"])
    assert {Method.VAN_ELTEREN, Method.WELCH} <= set(own.index)


CELLS = {
    "an empty cell": lambda lines: [lines[0].replace(",a,", ",,"), *lines[1:]],
    "two spellings": lambda lines: [lines[0].replace(",a,", ",A,"), *lines[1:]],
    "no litter of both groups": lambda lines: [
        line.replace(",a,", ",d,").replace(",b,", ",e,").replace(",c,", ",f,") if line.startswith("control") else line
        for line in lines
    ],
    "as many litters as animals": lambda lines: [
        line if at % 9 == 0 else line.replace(f",{line.split(',')[2]},", f",l{at},") for at, line in enumerate(lines)
    ],
}


def test_blocks_that_cannot_be_used_are_refused_at_their_cells(protocol: Protocol) -> None:
    messages = {}
    for name, change in CELLS.items():
        with pytest.raises(InputError) as error:
            read_text(protocol, "\n".join([FIRST, *change(rows())]))
        messages[name] = error.value.problems
    with pytest.raises(InputError) as error:
        read_text(protocol, "\n".join([FIRST, *rows()]).replace("litter", "box"))
    messages["no column"] = error.value.problems
    assert [problem.place for problem in messages["an empty cell"]] == ["cell C2"]
    assert [problem.place for problem in messages["no column"]] == ["row 1"]
    assert [problem.place for problem in messages["no litter of both groups"]] == ["column 'litter'"]
    check_approved("refused_blocks", messages)


def test_factors_that_the_protocol_does_not_name_are_mentioned_once(tmp_path: Path) -> None:
    protocol = write_protocol(tmp_path, REST.replace("block: litter\n", ""))
    lines = [
        f"{FIRST},sex,cage,operator,date",
        *(f"{line},{'fm'[at % 2]},{at // 3},{'XY'[at % 2]},2026-01-0{at % 2 + 1}" for at, line in enumerate(rows())),
    ]
    notes = read_text(protocol, "\n".join(lines)).cohort.notes
    for name in ("litter", "sex", "operator", "date"):
        (about,) = [note for note in notes if f"column {name!r}" in note]
        assert f"block: {name}" in about
    assert not any("'cage'" in note for note in notes)


def test_a_factor_beside_the_block_is_mentioned_without_advice(protocol: Protocol) -> None:
    lines = [f"{FIRST},sex", *(f"{line},{'fm'[at % 2]}" for at, line in enumerate(rows()))]
    notes = read_text(protocol, "\n".join(lines)).cohort.notes
    (about,) = [note for note in notes if "column 'sex'" in note]
    assert "block:" not in about
    assert not any("column 'litter'" in note for note in notes)


def test_sentences_name_the_block(protocol: Protocol) -> None:
    study = read_text(protocol, "\n".join([FIRST, *rows(below=True)]))
    results = analyse(study)
    planned = results[results["analysis"] == "planned"]
    check_approved(
        "sentences_on_blocks",
        {
            "methods": methods_paragraph(study, results).partition("The analyses were computed")[0],
            "results": [text.result_sentence(study, row) for _, row in planned.iterrows()],
            "caption": text.groups_caption(study, ["weight"], [planned.iloc[0]]),
        },
    )


def test_the_template_asks_for_the_block_in_the_key(protocol: Protocol, tmp_path: Path) -> None:
    folder = tmp_path / "shaped"
    (folder / "cohorts").mkdir()
    (folder / "cohorts" / "own.csv").write_text("\n".join([FIRST, *rows()]), encoding="utf-8")
    book = openpyxl.load_workbook(io.BytesIO(workbook(folder, n=2, seed=1)))
    assert [cell.value for cell in book["key"][1]][:4] == ["code", "animal", "group", "litter"]


@pytest.mark.parametrize(
    ("old", "new", "key"),
    [
        ("block: litter", "block: group", "block"),
        ("block: litter", "block: IL-6", "block"),
        ("block: litter\n", "block: litter\ndesign: paired\nby: animal\n", "block"),
        (
            "kind: every, direction: down,\n     contrasts: [low vs control, high vs control]",
            "kind: trend, direction: down, contrast: trend, doses: [control, low, high]",
            "claims.falls",
        ),
        ("kind: concentration, equiv", "kind: survival, equiv", "block"),
    ],
)
def test_designs_without_a_test_with_blocks_are_refused(tmp_path: Path, old: str, new: str, key: str) -> None:
    with pytest.raises(InputError, match=f"{key}:"):
        write_protocol(tmp_path, REST.replace(old, new))
