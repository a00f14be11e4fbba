"""Studies with a baseline: its reading, the analysis of covariance, and the sentences."""

import io
from pathlib import Path

import numpy as np
import openpyxl
import pandas as pd
import pytest
import statsmodels.formula.api as smf
from scipy import stats as scipy_stats

from approved import check_approved
from secretome import adjudicate, analyse, load_study, stats
from secretome.analysis import Method
from secretome.cohort.new_study import new_study
from secretome.cohort.template import workbook
from secretome.protocol import InputError, Protocol
from secretome.report import text
from secretome.report.text.decision_rules import rule_words
from secretome.report.text.methods import methods_paragraph
from shaped_studies import CLAIMS, GROUPS_AND_ENDPOINTS, planned_row, read_text, write_protocol

REST = "time: 24\nbaseline: 0\n" + GROUPS_AND_ENDPOINTS + CLAIMS
FIRST = "animal,group,time,weight,il6"


@pytest.fixture
def protocol(tmp_path: Path) -> Protocol:
    return write_protocol(tmp_path, REST)


def rows(*, below: bool = False) -> list[str]:
    """Seven animals of every group at three times, which differ from one another by far more than the groups."""
    rng = np.random.default_rng(4)
    lines = []
    for shift, group in enumerate(("control", "low", "high")):
        for at in range(7):
            weight, il6 = rng.normal(250, 30), np.exp(rng.normal(5, 0.8))
            for hour in (0, 24, 48):
                gained = 0 if hour == 0 else 8 * shift
                factor = 1 if hour == 0 else np.exp(-0.6 * shift)
                after = weight + gained + rng.normal(0, 3)
                concentration = il6 * factor * np.exp(rng.normal(0, 0.15))
                shown = "<30" if below and concentration < 30 and hour else f"{concentration:.2f}"
                lines.append(f"{group} {at + 1},{group},{hour},{after:.2f},{shown}")
    return lines


def wide(lines: list[str], endpoint: str, groups: tuple[str, str]) -> pd.DataFrame:
    """The values before and after of the animals of two groups, read by pandas alone."""
    table = pd.read_csv(io.StringIO("\n".join([FIRST, *lines])))
    table = table[table["group"].isin(groups)].pivot(index=["animal", "group"], columns="time", values=endpoint)
    return table.rename(columns={0: "before", 24: "after"}).reset_index()


@pytest.mark.parametrize(
    ("endpoint", "contrast", "transform"),
    [("weight", "high vs control", np.asarray), ("il6", "low vs control", np.log)],
)
def test_planned_and_other_estimates_are_those_of_linear_models(
    protocol: Protocol, endpoint: str, contrast: str, transform: "np.ufunc"
) -> None:
    results = analyse(read_text(protocol, "\n".join([FIRST, *rows()])))
    treated, control = contrast.split(" vs ")
    table = wide(rows(), endpoint, (treated, control))
    table = table.assign(
        y=transform(table["after"]), x=transform(table["before"]), treated=(table["group"] == treated) * 1.0
    )
    fit = smf.ols("y ~ treated + x", table).fit()
    row = planned_row(results, endpoint, contrast)
    back = np.exp if endpoint == "il6" else np.asarray
    assert row["test"] == Method.ANCOVA
    np.testing.assert_allclose(row["estimate"], back(fit.params["treated"]), rtol=1e-6)
    own = results[(results["endpoint"] == endpoint) & (results["contrast"] == contrast)].set_index("test")
    np.testing.assert_allclose(own.loc[Method.ANCOVA_POOLED, "pvalue"], fit.pvalues["treated"], rtol=1e-6)
    of_groups = [
        table["y"][table["group"] == group] - table["x"][table["group"] == group] for group in (treated, control)
    ]
    change = scipy_stats.ttest_ind(*of_groups, equal_var=False)
    np.testing.assert_allclose(own.loc[Method.CHANGE, "pvalue"], change.pvalue, rtol=1e-6)
    assert Method.WELCH in own.index


def test_planned_rows_are_the_statistic_at_the_level_of_the_family(protocol: Protocol) -> None:
    results = analyse(read_text(protocol, "\n".join([FIRST, *rows()])), ("planned",))
    table = wide(rows(), "weight", ("high", "control"))
    sides = [table[table["group"] == group] for group in ("high", "control")]
    test = stats.ancova_contrasts([side["after"] for side in sides], [side["before"] for side in sides], [[1, -1]])
    row = planned_row(results, "weight", "high vs control")
    low, high = test.confidence_interval(0.975)
    np.testing.assert_allclose(
        [row[name] for name in ("statistic", "df", "pvalue", "pvalue_adjusted", "low", "high")],
        [test.statistic[0], test.df[0], test.pvalue[0], 2 * test.pvalue[0], low[0], high[0]],
    )
    inside = planned_row(results, "weight", "high vs control", equivalence=True)
    np.testing.assert_allclose(inside["pvalue"], max(test.against(-5, "greater")[1][0], test.against(5, "less")[1][0]))
    # The values after the treatment alone do not show the difference.
    assert row["pvalue_adjusted"] < 0.05 < stats.mean_difference(*(side["after"] for side in sides)).pvalue


def test_a_contrast_with_a_nondetect_is_not_adjusted(protocol: Protocol) -> None:
    study = read_text(protocol, "\n".join([FIRST, *rows(below=True)]))
    results = analyse(study)
    row = planned_row(results, "il6", "high vs control")
    assert (row["test"], row["censored"] > 0) == (Method.CENSORED_MODEL, True)
    assert planned_row(results, "weight", "high vs control")["test"] == Method.ANCOVA
    assert len(adjudicate(study, results)) == 2


def test_wells_of_a_baseline_are_averaged(tmp_path: Path) -> None:
    only_il6 = REST.replace(REST[REST.index("  weight:") : REST.index("  il6:")], "")
    only_il6 = only_il6.replace(only_il6[only_il6.index("  gains:") : only_il6.index("  falls:")], "")
    lines = ["animal,group,time,il6,replicate"]
    for line in rows():
        *about, _, value = line.split(",")
        lines += [f"{','.join(about)},{float(value) * factor},{well}" for well, factor in ((1, 0.9), (2, 1 / 0.9))]
    values = read_text(write_protocol(tmp_path, only_il6), "\n".join(lines)).cohort.values
    expected = wide(rows(), "il6", ("control", "low")).set_index("animal")
    found = values[values["group"] != "high"].set_index("animal")
    np.testing.assert_allclose(found["baseline"], expected["before"].loc[found.index])
    np.testing.assert_allclose(found["value"], expected["after"].loc[found.index])


CELLS = {
    "no baseline of an animal": lambda lines: lines[1:],
    "an empty baseline": lambda lines: [lines[0].rsplit(",", 1)[0] + ",", *lines[1:]],
    "a nondetect as baseline": lambda lines: [lines[0].rsplit(",", 1)[0] + ",<30", *lines[1:]],
}


def test_baselines_that_cannot_be_used_are_refused_at_their_cells(protocol: Protocol) -> None:
    messages = {}
    for name, change in CELLS.items():
        with pytest.raises(InputError) as error:
            read_text(protocol, "\n".join([FIRST, *change(rows())]))
        messages[name] = error.value.problems
    with pytest.raises(InputError) as error:
        read_text(protocol, "\n".join([FIRST, *rows()]).replace("time", "note"))
    messages["no column of times"] = error.value.problems
    places = {name: [problem.place for problem in problems] for name, problems in messages.items()}
    assert places == {
        "no baseline of an animal": ["cell D2", "cell E2"],
        "an empty baseline": ["cell E3"],
        "a nondetect as baseline": ["cell E2"],
        "no column of times": ["row 1"],
    }
    check_approved("refused_baselines", messages)


def test_sentences_name_the_covariate(protocol: Protocol) -> None:
    study = read_text(protocol, "\n".join([FIRST, *rows()]))
    results = analyse(study)
    of_plan = results[results["analysis"] == "planned"]
    check_approved(
        "sentences_on_baselines",
        {
            "notes": study.cohort.notes,
            "methods": methods_paragraph(study, results).partition("The analyses were computed")[0],
            "results": [text.result_sentence(study, row) for _, row in of_plan.iterrows()],
            "caption": text.groups_caption(study, ["weight"], [of_plan.iloc[0]]),
            "rules": [*rule_words(protocol, protocol.claims["gains"], 0.05)],
            "rules of every group": [*rule_words(protocol, protocol.claims["falls"], 0.05)],
        },
    )


def test_the_template_has_two_samples_of_each_animal(protocol: Protocol, tmp_path: Path) -> None:
    folder = tmp_path / "shaped"
    (folder / "cohorts").mkdir()
    (folder / "cohorts" / "own.csv").write_text("\n".join([FIRST, *rows()]), encoding="utf-8")
    book = openpyxl.load_workbook(io.BytesIO(workbook(folder, n=2, seed=1)))
    samples, key = (list(book[name].values) for name in ("samples", "key"))
    assert samples[0][:2] == ("code", "time (h)")
    times = {row[0]: row[1] for row in samples[1:]}
    of_animals: dict[str, list[float]] = {}
    for code, animal, *_ in key[1:]:
        of_animals.setdefault(animal, []).append(times[code])
    assert len(of_animals) == 6
    assert {tuple(sorted(hours)) for hours in of_animals.values()} == {(0, 24)}
    # Filled in, the workbook is read as it is.
    rng = np.random.default_rng(2)
    for line in book["samples"].iter_rows(min_row=2):
        line[2].value, line[3].value = round(float(rng.normal(250, 9)), 1), round(float(rng.lognormal(4, 1)), 1)
    book.save(tmp_path / "filled.xlsx")
    values = load_study(folder, cohort=tmp_path / "filled.xlsx").cohort.values
    assert values["baseline"].notna().all()
    assert len(values) == 12


@pytest.mark.parametrize(
    ("old", "new", "key"),
    [
        ("time: 24\n", "", "baseline"),
        ("baseline: 0", "baseline: 30", "baseline"),
        ("baseline: 0", "baseline: 0\nblock: sex", "baseline"),
        (
            "kind: every, direction: down,\n     contrasts: [low vs control, high vs control]",
            "kind: interaction, direction: down, contrast: a x b, effects: [low vs control, high vs control]",
            "claims.falls",
        ),
    ],
)
def test_designs_without_a_test_with_a_baseline_are_refused(tmp_path: Path, old: str, new: str, key: str) -> None:
    with pytest.raises(InputError, match=key):
        write_protocol(tmp_path, REST.replace(old, new))


def long_table(header: str = "time (h)", first: str = "0") -> str:
    """The rows of two groups as a laboratory writes them, at two times."""
    lines = [f"rat,treatment,{header},IL-6 (pg/mL)"]
    for at in range(12):
        lines += [f"r{at},{'ab'[at % 2]}x,{hour},{value + at}" for hour, value in ((first, 80), ("24", 40))]
    return "\n".join(lines)


@pytest.mark.parametrize("header", ["time (h)", "Time", "hours", "time point (h)", "sampling time [h]"])
def test_new_study_of_two_times_suggests_time_and_baseline(tmp_path: Path, header: str) -> None:
    (tmp_path / "rats.csv").write_text(long_table(header), encoding="utf-8")
    study = load_study(new_study("rats", tmp_path / "rats.csv", tmp_path).folder)
    assert (study.protocol.time, study.protocol.baseline) == (24, 0)
    assert study.cohort.values["baseline"].tolist() == [80.0 + at for at in range(12)]


def test_new_study_with_a_baseline_that_is_no_number_has_it_as_a_comment(tmp_path: Path) -> None:
    (tmp_path / "rats.csv").write_text(long_table().replace(",80", ",<90"), encoding="utf-8")
    folder = new_study("rats", tmp_path / "rats.csv", tmp_path).folder
    assert load_study(folder).protocol.baseline is None
    assert "# baseline: 0" in (folder / "protocol.yml").read_text(encoding="utf-8")


def test_times_in_days_are_a_question(tmp_path: Path) -> None:
    (tmp_path / "rats.csv").write_text(long_table("time (days)"), encoding="utf-8")
    with pytest.raises(InputError) as error:
        new_study("rats", tmp_path / "rats.csv", tmp_path)
    assert [(problem.place, "hours" in problem.expected) for problem in error.value.problems] == [("row 1", True)]


def test_a_baseline_that_tells_the_groups_apart_leaves_no_estimate(protocol: Protocol) -> None:
    table = pd.read_csv(io.StringIO("\n".join([FIRST, *rows()])))
    before = table["time"] == 0
    table.loc[before, "weight"] = table["group"].map({"control": 200.0, "low": 210.0, "high": 220.0})[before]
    results = analyse(read_text(protocol, table.to_csv(index=False)))
    own = results[results["endpoint"].eq("weight") & results["contrast"].eq("high vs control")]
    adjusted = own[own["test"].isin([Method.ANCOVA, Method.ANCOVA_POOLED])]
    assert len(adjusted) == 2
    assert adjusted[["estimate", "pvalue"]].isna().all(axis=None)
