"""The book's reported tables: every recalculated number, against R or, where a comment says so, manual arithmetic."""

import math
import re
from pathlib import Path

import numpy as np
import pytest
from reported_tables import SOUND, findings, only, tables

from approved import check_approved
from secretome.audit import CHECKS, CHECKS_BETWEEN_REPORTS, audit, load_table, pvalues, ratios, reanalysis
from secretome.audit import text as audit_text
from secretome.audit.counts import _freeman_halton, count_pvalues
from secretome.audit.summaries import Summary, anova, standardised_difference, t_test
from secretome.audit.text import CLAIMS, SENTENCES

ROOT = Path(__file__).parents[2]


def near(value: float, rounded: str) -> bool:
    """Whether a value rounds to the given digits."""
    return abs(value - float(rounded)) <= 0.5 * 10.0 ** -len(rounded.partition(".")[2]) * (1 + 1e-9)


# -- counts: R's chisq.test(correct = FALSE) and fisher.test


@pytest.mark.parametrize(
    ("item", "outcome", "reported", "chi_square"),
    [
        ("Deaths", "agrees", "0.181", "0.1812"),
        ("Death or ascites", "agrees", "0.02", "0.0204"),
        ("Dark", "differs", "0.230", "0.144"),
    ],
)
def test_chi_square_from_the_counts_of_the_ligated_rats(
    item: str, outcome: str, reported: str, chi_square: str
) -> None:
    finding = only("pmc4212921", "counts", item)
    assert (finding.outcome, finding.reported) == (outcome, reported)
    assert near(finding.value("chi-square"), chi_square)
    if outcome == "differs":
        # Fisher's exact p, 0.219, does not agree either.
        assert near(finding.value("fisher"), "0.219")


def test_fisher_on_the_deaths_of_two_groups() -> None:
    assert near(count_pvalues([(4, 6), (1, 9)])["fisher"], "0.303")


def test_fisher_of_several_groups_agrees_with_two() -> None:
    """A third group without animals of either kind changes nothing:

    2 x 2 by SciPy against the enumeration for more groups.
    """
    exact = _freeman_halton([(4, 6), (1, 9), (0, 0)])
    assert exact is not None
    assert math.isclose(exact, count_pvalues([(4, 6), (1, 9)])["fisher"], rel_tol=1e-9)
    # A crowd is left to chi-square.
    assert "fisher" not in count_pvalues([(60, 60)] * 6)


@pytest.mark.parametrize("method", ["fisher", "log-rank"])
def test_counts_with_too_many_tables_are_not_compared(tmp_path: Path, method: str) -> None:
    groups = "".join(f"  g{at}: {{label: Group {at}, role: treated, n: 20}}\n" for at in range(5))
    values = ", ".join(f"g{at}: {{count: {8 + at}}}" for at in range(5))
    file = tmp_path / "mice.yml"
    file.write_text(
        f"{SOUND[: SOUND.index('groups:')].replace('total: 24', 'total: 100')}groups:\n{groups}endpoints:\n"
        f"  deaths:\n    label: Deaths\n    quantity: deaths\n    deaths: true\n    values: {{{values}}}\n"
        f"    comparisons: [{{method: {method}, claimed: not different}}]\n"
    )
    (finding,) = [finding for finding in audit({file.name: load_table(file)}) if finding.check == "counts"]
    assert (finding.outcome, finding.details["missing"]) == ("cannot tell", "tables")


def test_survival_of_the_endotoxin_rats() -> None:
    """Implied deaths 0, 8 and 4 of 20.

    Chi-square 10.00, 4.44, 1.90, and Fisher 0.003, 0.106, 0.301: the order of the log-rank tests.
    """
    for treated, control, statistic, p, fisher, outcome in (
        ("Sham", "Organ failure", 10.00, "0.0017", "0.003", "agrees"),
        ("Sham", "Organ failure and stem cells", 4.444, "0.0374", "0.106", "cannot tell"),
        ("Organ failure and stem cells", "Organ failure", 1.905, "0.1207", "0.301", "agrees"),
    ):
        finding = only("mc-cem-20180907", "counts", "Survival", treated, control)
        assert (finding.outcome, finding.reported) == (outcome, p)
        # On one degree of freedom the p of chi-square is erfc(sqrt(chi-square / 2)).
        assert math.isclose(finding.value("chi-square"), math.erfc(math.sqrt(statistic / 2)), rel_tol=2e-3)
        assert near(finding.value("fisher"), fisher)
        assert only("mc-cem-20180907", "statistic", "Survival", treated, control).outcome == "agrees"
    deaths = reanalysis.odds({name: table for name, table in tables().items() if name.startswith("mc-cem")}).iloc[0]
    assert (deaths["dead_treated"], deaths["dead_control"]) == (4, 8)


def test_the_dead_are_not_in_n() -> None:
    for item in ("IL-6 at 72 h", "White blood cells at 72 h"):
        finding = only("pmc4212921", "deaths", item)
        assert (finding.outcome, finding.reported, finding.value("alive")) == ("differs", "10", 6)
    # No check is made of the hours before.
    assert not [finding for finding in findings() if finding.check == "deaths" and "18 h" in finding.item]


# -- means and spreads: R's pf() and pt() on the printed summaries


def test_letters_at_18_hours() -> None:
    finding = only("pmc4212921", "letters", "IL-6 at 18 h")
    assert finding.outcome == "differs"
    assert near(finding.value("Ligation against Ligation and melatonin", "sd"), "0.48")
    assert only("pmc4212921", "letters", "White blood cells at 72 h").outcome == "agrees"


def test_a_normal_curve_of_ligated_rats_lies_below_zero() -> None:
    finding = only("pmc4212921", "shape", "IL-6 at 18 h")
    assert finding.outcome == "cannot tell"
    assert near(finding.value("share below", "sd"), "0.15")


@pytest.mark.parametrize(
    ("item", "sd", "se"), [("TNF-α", 7e-9, "0.096"), ("IL-4", 7e-8, "0.16"), ("IL-10", 2e-4, "0.55")]
)
def test_neither_reading_gives_the_p_of_the_aflatoxin_rats(item: str, sd: float, se: str) -> None:
    finding = next(
        finding
        for finding in findings()
        if (finding.file, finding.check, finding.item, finding.groups) == ("pmc9210847.yml", "test", item, ())
    )
    assert finding.outcome == "differs"
    assert float(f"{finding.value('anova', 'sd'):.0e}") == sd
    assert near(finding.value("anova", "se"), se)


@pytest.mark.parametrize(
    ("item", "statistic", "p"), [("IL-6", "14.97", 6.6e-5), ("IL-10", "21.84", 6.7e-6), ("IL-1β", "13.77", 1.1e-4)]
)
def test_variance_of_the_silicosis_rats(item: str, statistic: str, p: float) -> None:
    rows = reanalysis.variances(tables())
    row = rows[(rows["file"] == "silicosis-2018.yml") & (rows["item"] == item)].iloc[0]
    assert (row["df_between"], row["df_within"]) == (3, 16)
    assert near(row["statistic"], statistic)
    assert float(f"{row['pvalue']:.1e}") == p


def test_variance_of_the_stroke_rats() -> None:
    rows = reanalysis.variances(tables())
    row = rows[(rows["file"] == "unissula-43590.yml") & (rows["spread"] == "sd")].iloc[0]
    assert near(row["statistic"], "26.6")
    assert float(f"{row['pvalue']:.1e}") == 1.9e-6
    assert (row["n"], row["equal_shares"]) == (5, True)


def test_the_lupus_mice_have_another_difference_and_another_standard_error() -> None:
    """79.67 - 19.94 = 59.73. Mean variance of 8.30, 18.24, 6.41 is 147.6, and the root of 2 / 7 of it 6.49."""
    pair = ("Pristane", "Pristane with secretome")
    finding = only("ums-5840", "difference", "IL-1β", *pair)
    assert (finding.outcome, finding.reported) == ("differs", "61.31")
    assert near(finding.value("difference"), "59.73")
    for item, groups in (
        ("IL-1β", ("Control", "Pristane")),
        ("Caspase-1", ("Control", "Pristane")),
        ("Caspase-1", pair),
    ):
        assert only("ums-5840", "difference", item, *groups).outcome == "agrees"
    for item, error in (("IL-1β", "6.49"), ("Caspase-1", "6.89")):
        finding = only("ums-5840", "standard error", item, *pair)
        assert (finding.outcome, finding.reported) == ("differs", "6.69")
        assert near(finding.value("standard error", "sd"), error)
    rows = reanalysis.variances(tables())
    rows = rows[(rows["file"] == "ums-5840.yml") & (rows["spread"] == "sd")]
    assert [f"{value:.1f}" for value in rows["statistic"]] == ["53.9", "53.8"]
    assert float(f"{rows['pvalue'].iloc[0]:.1e}") == 2.5e-8


def test_the_lesion_of_the_leishmania_mice() -> None:
    finding = only("ijms-49654", "test", "Size")
    assert (finding.outcome, finding.reported) == ("differs", "0.092")
    assert near(finding.value("t", "sd"), "0.009")
    assert near(finding.value("t", "se"), "0.37")
    # In the order of the sentence the lesion that is called smaller has the larger mean.
    assert only("ijms-49654", "direction", "Size").outcome == "differs"
    assert only("ijms-49654", "direction", "IL-10").outcome == "agrees"


@pytest.mark.parametrize(("item", "g"), [("IL-10", "-11.0"), ("IL-12", "11.7")])
def test_effects_of_the_leishmania_mice(item: str, g: str) -> None:
    finding = only("ijms-49654", "effect size", item)
    assert finding.outcome == "cannot tell"
    assert near(finding.value("g", "sd"), g)
    # By hand: the difference over the root of the mean variance, times 1 - 3 / (4 * 18 - 1).
    first, second = (
        cell for cell in tables()["ijms-49654.yml"].endpoints[item.lower().replace("-", "")].values.values()
    )
    pooled = math.sqrt((float(first.spread) ** 2 + float(second.spread) ** 2) / 2)
    by_hand = float(first.mean - second.mean) / pooled * (1 - 3 / 71)
    assert math.isclose(finding.value("g", "sd"), by_hand, rel_tol=1e-4)


def test_antibody_after_flagellin() -> None:
    resting, dividing, alone = (1.704, 0.070), (1.606, 0.089), (1.289, 0.029)
    root = math.sqrt(6)
    assert near(t_test(Summary(*resting, 6), Summary(*dividing, 6)).pvalue, "0.060")
    assert near(t_test(Summary(1.704, 0.070 * root, 6), Summary(1.606, 0.089 * root, 6)).pvalue, "0.41")
    for factor in (1, root):
        assert t_test(Summary(1.704, 0.070 * factor, 6), Summary(alone[0], alone[1] * factor, 6)).pvalue < 0.001
    assert only("jnsbm-3170", "test").outcome == "agrees"


def test_stars_of_the_endotoxin_mice() -> None:
    """(588 - 247) / hypot(67, 176) is 1.81, which no t test of 9 or 10 a group calls significant at 5 %."""
    finding = only("pmc127621", "test", "TNF-α at 4 h")
    assert finding.outcome == "differs"
    assert {value.n for value in finding.recalculated} == {9, 10}
    assert all(0.05 < value.value < 0.1 for value in finding.recalculated)


def test_coefficients_of_variation_of_the_exosome_rats() -> None:
    rows = reanalysis.spreads(tables())
    assert [f"{value:.2f}" for value in rows[rows["file"] == "unissula-34609.yml"]["cv"]] == ["0.45", "0.44", "0.43"]
    clp = rows[
        (rows["file"] == "pmc4212921.yml") & (rows["group"] == "Ligation") & rows["item"].str.contains("IL-6 at [167]")
    ]
    assert [f"{value:.2f}" for value in clp["cv"]] == ["0.57", "0.97", "0.53"]


# -- what papers say


@pytest.mark.parametrize(("item", "p"), [("TGF-β", "0.056"), ("IL-6", "0.47")])
def test_a_p_above_its_own_limit(item: str, p: str) -> None:
    finding = only("ijmra-v6i10-23", "significance", item)
    assert (finding.outcome, finding.reported) == ("differs", p)


def test_five_rats_in_four_groups() -> None:
    finding = only("ijmra-v6i10-44", "group sizes")
    assert (finding.outcome, finding.reported, finding.value("groups"), finding.value("needed")) == (
        "differs",
        "5",
        4,
        8,
    )


@pytest.mark.parametrize(("group", "ratio"), [("Control", 440.68 / 387.05), ("Pristane", 2964.26 / 2152.92)])
def test_hscrp_is_a_thousandfold_apart(group: str, ratio: float) -> None:
    finding = only("ums-4340", "units across reports", "hs-CRP", group)
    assert finding.outcome == "differs"
    assert math.isclose(finding.value("ratio"), 1000 * ratio)
    assert only("ums-4340", "difference").outcome == "agrees"


def test_ratios_of_the_humoral_reports() -> None:
    """3 / 1.2 = 2.50 and 10.5 / 4.1 = 2.56 agree with one another, and not with the 4 of the other report."""
    within = only("moskalov-koshova", "ratios")
    assert within.outcome == "agrees"
    assert near(within.value("from the lower limits"), "2.50")
    assert near(within.value("from the upper limits"), "2.56")
    between = only("moskalov-2023", "ratios across reports")
    assert (between.outcome, between.reported) == ("differs", "4")


def test_titres_rise_by_less_than_a_dilution() -> None:
    for item, low, high in (("Antibody titre, into muscle", "0.32", "0.96"), ("Antibody titre, under", "0.40", "0.60")):
        finding = only("moskalov-2023", "dilution", item)
        assert finding.outcome == "cannot tell"
        assert near(finding.recalculated[0].value, low)
        assert near(finding.recalculated[1].value, high)
    assert [f"{ratios.dilution_steps(ratio):.2f}" for ratio in (3, 10.5)] == ["1.58", "3.39"]


def test_correlations_without_a_number_of_points() -> None:
    finding = only("moskalov-2023", "correlation", "Antibody-forming")
    assert finding.outcome == "cannot tell"
    assert finding.value("points by pearson") == 4
    # After 1 the highest coefficient is 1 - 12 / (k (k^2 - 1)): 0.983 for 9 points, and 0.988, or 0.99, for 10.
    assert finding.value("points by spearman") == 10


@pytest.mark.parametrize(
    ("coefficient", "points", "p"), [(0.99, 4, "0.010"), (0.97, 4, "0.030"), (0.99, 3, "0.090"), (0.97, 3, "0.156")]
)
def test_pearson_p(coefficient: float, points: int, p: str) -> None:
    assert near(pvalues.pearson_p(coefficient, points), p)


def test_spearman_over_few_points() -> None:
    """Two of the k! orders are in perfect order; the sum of squared differences takes every even value but 4 of 3."""
    assert [f"{pvalues.spearman_p(1.0, points):.3f}" for points in (3, 4)] == ["0.333", "0.083"]
    for points in range(3, 8):
        scale = points * (points**2 - 1)
        sums = (0, 2, 6, 8) if points == 3 else range(0, scale // 3 + 1, 2)
        possible = np.unique(pvalues._every_spearman(points))
        assert np.allclose(possible, sorted(1 - 6 * total / scale for total in sums), atol=1e-12)
    # Over animals in four equal dose groups, tied doses keep it below 1: at sqrt((1 - 1/16) / (1 - 1/N^2)).
    for n in (5, 6, 10):
        assert math.isclose(pvalues.largest_spearman(4 * n, 4), math.sqrt((1 - 1 / 16) / (1 - 1 / (4 * n) ** 2)))
        assert 0.968 < pvalues.largest_spearman(4 * n, 4) < 0.970


@pytest.mark.parametrize(
    ("n", "p"), [(4, "0.0286"), (5, "0.0079"), (6, "0.0022"), (7, "0.00058"), (8, "0.00016"), (10, "0.000011")]
)
def test_the_smallest_p_of_ranks(n: int, p: str) -> None:
    """Two orders of the two groups in all (2n over n)."""
    assert near(pvalues.min_mann_whitney_p(n, n), p)
    assert math.isclose(pvalues.min_mann_whitney_p(n, n), 2 / math.comb(2 * n, n))


def test_intervals_of_the_meta_analyses() -> None:
    for file, middle in (
        ("lalu-2016", math.sqrt(0.18 * 0.40)),
        ("sun-2020", math.sqrt(0.22 * 0.38)),
        ("ge-2022", math.sqrt(0.27 * 0.44)),
    ):
        finding = only(file, "interval")
        assert finding.outcome == "agrees"
        assert math.isclose(finding.value("middle"), middle)


# -- the whole


def test_every_check_has_its_sentence_and_its_line_in_the_book() -> None:
    assert set(SENTENCES) == set(CHECKS) | set(CHECKS_BETWEEN_REPORTS)
    page = (ROOT / "book" / "reported.md").read_text(encoding="utf-8").partition("## The checks")[2]
    for name in SENTENCES:
        assert name.removesuffix(" across reports") in page, name


def test_every_finding_is_one_sentence_with_what_is_printed() -> None:
    """The first finding of each check and outcome is in the approved text."""
    first: dict[str, str] = {}
    for finding in findings():
        sentence = audit_text.finding_sentence(finding)
        first.setdefault(f"{finding.check}: {finding.outcome}", sentence)
        assert sentence.endswith(".")
        assert not re.search(r"\.\s+[A-Z]|nan|None|\{|\n", sentence), sentence
        shown = finding.reported.replace("-", "−").removeprefix("< ").removeprefix("≤ ").removeprefix("> ")
        if finding.reported not in CLAIMS and finding.check not in ("ratios",):
            assert shown in sentence, sentence
    check_approved("findings", dict(sorted(first.items())))


def test_every_source_is_in_the_bibliography() -> None:
    bibliography = (ROOT / "book" / "references.bib").read_text(encoding="utf-8")
    for name, table in tables().items():
        assert f"{{{table.source.citation}," in bibliography, name
        assert name == f"{table.source.citation}.yml"


def test_identities_of_the_computing() -> None:
    """F of two groups is t squared; g of equal spreads is the difference over the spread, corrected."""
    first, second = Summary(10, 2, 7), Summary(13, 3, 9)
    assert math.isclose(anova([first, second]).statistic, t_test(first, second).statistic ** 2)
    assert math.isclose(
        standardised_difference(Summary(0, 2, 10), Summary(4, 2, 10)), -2 * (1 - 3 / (4 * 18 - 1)), rel_tol=1e-4
    )
