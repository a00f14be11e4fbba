"""Every analysis of a claim: trends, equivalence, and what they answer together."""

import warnings
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from matplotlib.text import Text
from scipy import stats as scipy_stats
from statsmodels.stats.weightstats import ttost_ind

from approved import check_approved
from secretome import analyse, load_study
from secretome.analysis import Adjustment, Dose, Method, Nondetects, Scale, Specification, specification_of
from secretome.analysis.specification import TESTS
from secretome.claims import ADJUSTED, AS_CLAIMED, specifications
from secretome.cohort import Study
from secretome.cohort.simulate import simulate_study
from secretome.protocol import study_names
from secretome.report import figures, tables, text

HUMORAL = "humoral_immunity"


@pytest.fixture(scope="module")
def mice() -> tuple[Study, pd.DataFrame]:
    study = load_study(HUMORAL)
    return study, analyse(study)


def values(study: Study, endpoint: str, *groups: str) -> list[np.ndarray]:
    rows = study.cohort.values.query("endpoint == @endpoint")
    return [rows.loc[rows["group"] == group, "value"].to_numpy() for group in groups]


def row_of(
    results: pd.DataFrame,
    contrast: str,
    test: Method,
    scale: Scale,
    *,
    dose: Dose = Dose.NONE,
    adjustment: Adjustment = Adjustment.NONE,
    endpoint: str = "afc",
) -> pd.Series:
    codes = {"contrast": contrast, "test": test, "scale": scale, "dose": dose, "adjustment": adjustment}
    found = results
    for column, code in (codes | {"endpoint": endpoint, "analysis": "multiverse"}).items():
        found = found[found[column] == code]
    assert len(found) == 1
    return found.iloc[0]


@pytest.mark.parametrize("logs", [True, False])
@pytest.mark.parametrize(
    ("axis", "x"),
    [(Dose.LOG, np.log([10, 20, 50])), (Dose.LINEAR, np.array([10.0, 20, 50])), (Dose.RANK, np.arange(3.0))],
)
def test_slopes_are_least_squares_with_the_errors_of_statsmodels(
    mice: tuple[Study, pd.DataFrame], axis: Dose, x: np.ndarray, logs: bool
) -> None:
    """The regression line is ordinary least squares;

    one spread for all doses is the same slope with the error within doses.
    """
    study, results = mice
    groups = values(study, "afc", "im10", "im20", "im50")
    y = np.log(np.concatenate(groups)) if logs else np.concatenate(groups)
    places = np.repeat(x, [len(group) for group in groups])
    fit = sm.OLS(y, sm.add_constant(places)).fit()
    scale = Scale.LOG if logs else Scale.LINEAR
    line = row_of(results, "trend im", Method.REGRESSION, scale, dose=axis)
    assert line["pvalue"] == pytest.approx(fit.pvalues[1])
    span = fit.params[1] * (x[-1] - x[0])
    assert line["estimate"] == pytest.approx(np.exp(span) if logs else span)
    within = sm.OLS(y, sm.add_constant(pd.get_dummies(places).to_numpy(dtype=float)[:, 1:])).fit()
    error = np.sqrt(within.mse_resid * (1 / ((places - places.mean()) ** 2).sum()))
    pooled = row_of(results, "trend im", Method.SLOPE_POOLED, scale, dose=axis)
    assert pooled["pvalue"] == pytest.approx(2 * scipy_stats.t.sf(abs(fit.params[1] / error), within.df_resid))


def test_spearman_over_animals_is_scipys_and_its_p_a_permutation(mice: tuple[Study, pd.DataFrame]) -> None:
    study, results = mice
    groups = values(study, "afc", "im10", "im20", "im50")
    row = row_of(results, "trend im", Method.SPEARMAN, Scale.RANK)
    assert row["estimate"] == pytest.approx(
        scipy_stats.spearmanr(np.repeat([10, 20, 50], 8), np.concatenate(groups)).statistic
    )
    assert row["pvalue"] == pytest.approx(2 / 10_000)


def test_the_routes_differ_by_the_difference_of_their_slopes(mice: tuple[Study, pd.DataFrame]) -> None:
    """Satterthwaite's formula written out."""
    study, results = mice
    logs = [np.log(group) for group in values(study, "afc", "im10", "im20", "im50", "sc10", "sc20", "sc50")]
    x = np.log([10, 20, 50])
    weights = (x[-1] - x[0]) * (x - x.mean()) / ((x - x.mean()) ** 2).sum()
    weights = np.concatenate([weights, -weights])
    parts = np.array([weight**2 * group.var(ddof=1) / 8 for weight, group in zip(weights, logs, strict=True)])
    row = results[results["contrast"] == "trend im vs trend sc"].iloc[0]
    difference = sum(weight * group.mean() for weight, group in zip(weights, logs, strict=True))
    assert row["estimate"] == pytest.approx(np.exp(difference))
    assert row["df"] == pytest.approx(parts.sum() ** 2 / (parts**2 / 7).sum())
    assert row["pvalue"] == pytest.approx(2 * scipy_stats.t.sf(abs(difference) / np.sqrt(parts.sum()), row["df"]))


def test_other_tests_of_equivalence_are_statsmodels(mice: tuple[Study, pd.DataFrame]) -> None:
    study, results = mice
    treated, saline = values(study, "phagocytosis", "sc50", "saline")
    student = row_of(results, "sc50 vs saline", Method.TOST_STUDENT, Scale.LOG, endpoint="phagocytosis")
    assert student["pvalue"] == pytest.approx(
        ttost_ind(treated, saline, 0.8, 1.25, usevar="pooled", transform=np.log)[0]
    )
    plain = row_of(
        results,
        "sc50 vs saline",
        Method.TOST_WELCH,
        Scale.LINEAR,
        adjustment=Adjustment.BONFERRONI,
        endpoint="phagocytosis",
    )
    low, high = -0.2 * saline.mean(), 0.25 * saline.mean()
    assert plain["pvalue"] == pytest.approx(ttost_ind(treated, saline, low, high, usevar="unequal")[0])
    assert plain["pvalue_adjusted"] == pytest.approx(min(1, 6 * plain["pvalue"]))
    family = row_of(results, "sc50 vs saline", Method.TOST_FAMILY_SPREAD, Scale.LOG, endpoint="phagocytosis")
    logs = [
        np.log(group)
        for group in values(study, "phagocytosis", "saline", "im10", "im20", "im50", "sc10", "sc20", "sc50")
    ]
    fit = sm.OLS(np.concatenate(logs), pd.get_dummies(np.repeat(np.arange(7), 8)).to_numpy(dtype=float)).fit()
    contrast = [-1, 0, 0, 0, 0, 0, 1]
    sides = [
        scipy_stats.t.sf((fit.t_test(contrast).effect[0] - np.log(0.8)) / fit.t_test(contrast).sd[0, 0], fit.df_resid),
        scipy_stats.t.cdf(
            (fit.t_test(contrast).effect[0] - np.log(1.25)) / fit.t_test(contrast).sd[0, 0], fit.df_resid
        ),
    ]
    assert family["pvalue"] == pytest.approx(max(sides))


@pytest.mark.parametrize("name", study_names())
def test_every_claim_has_its_curve_and_no_analysis_twice(name: str) -> None:
    study = load_study(name)
    results = analyse(study)
    for key, claim in study.protocol.claims.items():
        found = specifications(study, results, key)
        assert found["pvalue"].is_monotonic_increasing
        assert (found["analysis"] == "planned").sum() == (found["analysis"] == "published").sum() == 1
        # Pairs leave few analyses that differ.
        assert (7 if study.protocol.design == "paired" else 15) <= len(found) <= 40
        choices = found[["question", "analysis", "test", "scale", "dose", "adjustment", "nondetects"]]
        assert not choices.duplicated().any()
        # Each is named and reasoned: a choice that the words do not know would leave a hole in the figure.
        for kind in text.HEADINGS:
            made = set(found[kind]) - {""}
            if len(made) > 1:
                assert made == {option for own, option, *_ in text.options(found) if own == kind}
        sentence = text.specification_sentence(claim, found)
        asked = found[found["question"] == AS_CLAIMED]
        counted = sum(int(part.split()[0]) for part in sentence.partition(" others, ")[2].partition(".")[0].split(", "))
        assert f"Of {len(asked) - 1} others" in sentence
        assert counted == len(asked) - 1
        assert len(tables.specifications_table(study, found)) == len(found)
        # The published test of a claim that nothing changes is one of a difference, and has a curve with its like.
        # Each panel of a figure has a band behind the two.
        drawn = [figures.specification_figure(study, rows, 0.05) for _, rows in found.groupby("question")]
        bands = [len(axes.patches) for figure in drawn for axes in figure.axes]
        assert sum(bands) == 2 * 3  # effects, p-values, choices


def test_a_claim_about_all_is_answered_by_the_weakest() -> None:
    """One group shows no effect: every analysis that could detect it leaves the claim open."""
    study = simulate_study(HUMORAL, "one_null_arm", n=40, seed=2)
    found = specifications(study, analyse(study), "afc_rises")
    assert set(found["answer"]) == {"open"}
    assert set(found["contrast"]) == {"im10 vs saline"}
    assert set(found["question"]) == {AS_CLAIMED, ADJUSTED}


@pytest.mark.slow
def test_the_opposite_is_found_by_all() -> None:
    study = simulate_study(HUMORAL, "reversed", n=40, seed=2)
    results = analyse(study)
    for key in ("afc_rises", "afc_dose_im"):
        # Few plaques leave a zero here and there, and a zero has no logarithm.
        counts = specifications(study, results, key)["answer"].value_counts()
        assert set(counts.index) <= {"opposite", "none"}
        assert counts["opposite"] > counts.get("none", 0)
    published = specifications(study, results, "phagocytosis_unchanged").query("analysis == 'published'").iloc[0]
    assert published["answer"] == "opposite"


def test_a_cohort_without_the_groups_has_no_curve() -> None:
    study = load_study(HUMORAL)
    rows = study.cohort.values
    few = replace(study, cohort=replace(study.cohort, values=rows[rows["group"].isin(["saline", "im10"])]))
    found = specifications(few, analyse(few), "afc_rises")
    assert set(found["answer"]) == {"none"}
    asked = found[found["question"] == AS_CLAIMED]
    drawn = figures.specification_figure(few, asked, 0.05)
    words = [label.get_text() for label in drawn.findobj(Text) if " " in label.get_text()]
    assert tables.specifications_table(few, found).empty
    claim = few.protocol.claims["afc_rises"]
    absent = (text.specification_sentence(claim, found), text.specification_alt(few, claim, asked), *words)
    results = analyse(study)
    shown = {}
    for key, one in study.protocol.claims.items():
        own = specifications(study, results, key)
        shown[key] = (
            text.specification_sentence(one, own),
            text.specification_alt(study, one, own[own["question"] == AS_CLAIMED]),
        )
    check_approved("specification_sentences", {"no groups": absent, **shown})


def test_names_of_specifications_are_unique_and_complete(mice: tuple[Study, pd.DataFrame]) -> None:
    """Every test has a name; the codes of a row give its name, with what replaces nondetects and the adjustment."""
    assert set(TESTS) == set(Method)
    assert len(set(TESTS.values())) == len(Method)
    for _, row in mice[1].iterrows():
        chosen = specification_of(row.to_dict())
        assert row["method"] in {chosen.name(state_adjustment=stated) for stated in (True, False)}
    dunnett = Specification(Method.DUNNETT_ALL, Scale.LOG, Dose.NONE, Adjustment.DUNNETT, Nondetects.HALF_LIMIT)
    names = [dunnett.name(below=below, above=above) for below in (False, True) for above in (False, True)]
    assert len(set(names)) == 4
    assert all(name.startswith(dunnett.label) for name in names)


def test_a_zero_leaves_the_analyses_on_logs_out_without_a_word_of_numpy(tmp_path: Path) -> None:
    cohort = load_study(HUMORAL).cohort.path
    table = pd.read_csv(cohort, dtype=str)
    table.loc[table.index[table["group"] == "im20"][0], "phagocytosis"] = "0"
    table.to_csv(tmp_path / "mice.csv", index=False)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        results = analyse(load_study(HUMORAL, cohort=tmp_path / "mice.csv"))
    rows = results[(results["endpoint"] == "phagocytosis") & (results["test"] == Method.TOST_FAMILY_SPREAD)]
    assert len(rows) and rows["pvalue"].isna().all()
    plain = results[
        (results["endpoint"] == "phagocytosis")
        & (results["test"] == Method.TOST_STUDENT)
        & (results["scale"] == Scale.LINEAR)
        & (results["adjustment"] == Adjustment.NONE)
    ]
    assert plain["pvalue"].notna().sum() == 5
