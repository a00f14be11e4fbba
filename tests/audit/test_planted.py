"""A sound table passes; each kind of error planted in it is found, and no other."""

import itertools
import math
import re
from pathlib import Path

import numpy as np
import pytest
from printed_tables import SOUND, altered, load

from secretome.audit import Finding, audit
from secretome.audit import text as audit_text
from secretome.audit.means import _possible_sd
from secretome.audit.models import Cell
from secretome.audit.summaries import Summary
from secretome.protocol import InputError


def found(folder: Path, *pieces: str) -> list[Finding]:
    return [finding for finding in audit({"table.yml": load(folder, altered(*pieces))}) if finding.outcome != "agrees"]


def test_a_sound_table_passes(tmp_path: Path) -> None:
    findings = audit({"table.yml": load(tmp_path, SOUND)})
    assert {finding.outcome for finding in findings} == {"agrees"}
    # Nothing passes by not being looked at.
    looked_at = {finding.check for finding in findings}
    assert len(looked_at) == 19, looked_at


@pytest.mark.parametrize(
    ("check", "outcome", "sentence", "pieces"),
    [
        ("counts", "differs", "p = 0.169 is printed", ["p: 0.069", "p: 0.169"]),
        (
            "percentages",
            "differs",
            "nearest share of whole animals is 25.0 % with n = 8",
            ["percent: 25}", "percent: 27}"],
        ),
        (
            "percentages",
            "differs",
            "9 animals are printed, and the group has 8",
            ["low: {count: 2, percent: 25}", "low: {count: 9}", "[{method: chi-square, p: 0.069}]", "[]"],
        ),
        ("deaths", "differs", "8 less 4 deaths by 72 h leaves 4", ["hour: 24", "hour: 72"]),
        ("deaths", "cannot tell", "at hours not printed", ["hour: 72\n", "\n"]),
        ("group sizes", "differs", "add up to 24", ["total: 24", "total: 20"]),
        ("test", "differs", "give p = 0.00261 by one-way ANOVA", ["statistic: 8.0, p: 0.003", "p: 0.03"]),
        ("statistic", "differs", "a statistic of 7.0 has p", ["statistic: 8.0", "statistic: 7.0"]),
        ("letters", "differs", "do not give 2 of them", ["spread: 20.0, letters: ab", "spread: 20.0, letters: c"]),
        ("difference", "differs", "100.0 − 60.0 is 40.0", ["difference: 40.0", "difference: 42.0"]),
        ("standard error", "differs", "3 groups give 10.0", ["standard_error: 10.0", "standard_error: 10.4"]),
        (
            "direction",
            "differs",
            "a fall is stated, and the printed values are 100 and 60",
            ["claimed: higher", "claimed: lower"],
        ),
        ("significance", "differs", "p = 0.065 does not fit it", ["claimed: not different", "claimed: different"]),
        ("whole numbers", "differs", "nearest mean of whole numbers is 2.500", ["mean: 2.50", "mean: 2.52"]),
        ("range", "differs", "8 values from 1 to 4 can have", ["spread: 1.07", "spread: 1.77"]),
        (
            "range",
            "differs",
            "the mean 4.25 is printed outside",
            ["mean: 2.50, spread: 1.07", "mean: 4.25, spread: 1.07"],
        ),
        ("attainable p", "differs", "the smallest p that these groups allow is 0.000155", ["p: 0.04,", "p: 0.00004,"]),
        (
            "attainable p",
            "differs",
            "times 400 comparisons, is 0.0622",
            ["method: mann-whitney, p: 0.04", "method: mann-whitney, family: 400, p: 0.04"],
        ),
        (
            "ratios",
            "differs",
            "3 is printed for Low dose over control",
            ["to: control, low: 2.0}", "to: control, low: 3.0}"],
        ),
        (
            "dilution",
            "cannot tell",
            "0.26 to 0.85 steps of a 2-fold dilution",
            ["low: 2.5, high: 4.2", "low: 1.2, high: 1.8"],
        ),
        ("correlation", "differs", "its p no smaller than 0.0833", ["points: 5", "points: 4"]),
        (
            "correlation",
            "differs",
            "at most 0.894",
            [
                "coefficient: 0.9, method: spearman, points: 5",
                "coefficient: 0.95, method: spearman, points: 4, doses: 2",
            ],
        ),
        ("interval", "differs", "on the log scale is 0.49", ["low: 0.20, high: 0.80", "low: 0.30, high: 0.80"]),
    ],
)
def test_an_error_is_found_alone(tmp_path: Path, check: str, outcome: str, sentence: str, pieces: list[str]) -> None:
    findings = found(tmp_path, *pieces)
    assert [(finding.check, finding.outcome) for finding in findings] == [(check, outcome)], [
        audit_text.finding_sentence(f) for f in findings
    ]
    assert sentence in audit_text.finding_sentence(findings[0])


def test_an_implausible_effect_is_pointed_at(tmp_path: Path) -> None:
    """Means of 100 and 60 with SD 4 lie 10 SD apart;

    the ANOVA and the rest of the row are changed with them, and differ too.
    """
    text = SOUND.replace("spread: 20.0", "spread: 4.0")
    checks = {
        finding.check: finding
        for finding in audit({"t": load(tmp_path, text)})
        if finding.item == "IL-6" and finding.outcome != "agrees"
    }
    assert checks["effect size"].outcome == "cannot tell"
    assert math.isclose(checks["effect size"].value("g", "sd"), 10 * (1 - 3 / (4 * 14 - 1)), rel_tol=1e-3)


def test_an_unexplained_spread_is_read_both_ways(tmp_path: Path) -> None:
    """As SE, ± 20 with n = 8 is an SD of 56.6, and F is a eighth of 8."""
    table = load(tmp_path, altered("spread: sd", "spread: not said", "statistic: 8.0, p: 0.003", "p: 0.38"))
    finding = next(one for one in audit({"t": table}) if one.check == "test" and not one.groups)
    assert (finding.outcome, [value.reading for value in finding.recomputed]) == ("agrees", ["se"])
    assert "if ± is an SE" in audit_text.finding_sentence(finding)


def test_units_are_compared_across_a_series(tmp_path: Path) -> None:
    def across(unit: str, factor: int = 1) -> list[Finding]:
        one = altered("title: Made-up mice", "title: First\nseries: mice")
        two = one.replace("title: First", "title: Second").replace("unit: pg/mL", f"unit: {unit}")
        for mean in (100, 80, 60):
            two = two.replace(f"mean: {mean}.0", f"mean: {mean * factor}.0")
        tables = {"one": load(tmp_path, one, "one.yml"), "two": load(tmp_path, two, "two.yml")}
        return [finding for finding in audit(tables) if finding.check == "units across reports"]

    assert {finding.outcome for finding in across("pg/mL")} == {"agrees"}
    assert {finding.outcome for finding in across("ng/mL")} == {"differs"}
    assert {finding.outcome for finding in across("ng/L")} == {"agrees"}
    assert {finding.outcome for finding in across("pg/dL", 100)} == {"agrees"}
    assert {finding.outcome for finding in across("units")} == {"cannot tell"}
    assert {finding.file for finding in across("ng/mL")} == {"one"}


def test_what_is_not_printed_cannot_be_told(tmp_path: Path) -> None:
    text = SOUND.replace(", n: 8}", "}").replace("total: 24\n", "")
    findings = audit({"t": load(tmp_path, text)})
    assert not [finding for finding in findings if finding.outcome == "differs"]
    silent = {finding.check for finding in findings if finding.outcome == "cannot tell"}
    assert silent == {"counts", "percentages", "test", "letters", "standard error", "statistic", "attainable p"}
    shared = audit({"t": load(tmp_path, SOUND.replace(", n: 8}", "}"))})
    assert {finding.outcome for finding in shared} == {"agrees"}
    assert any("24 animals shared equally" in audit_text.finding_sentence(finding) for finding in shared)


@pytest.mark.parametrize(("low", "high", "n"), [(0, 3, 4), (0, 4, 5), (1, 5, 6)])
def test_possible_spreads_by_brute_force(low: int, high: int, n: int) -> None:
    """Every set of whole numbers with both ends in it:

    none lies outside the bounds, and values in between come near the least.
    """
    every = [
        set_
        for set_ in itertools.combinations_with_replacement(range(low, high + 1), n)
        if low in set_ and high in set_
    ]
    for values in every:
        mean, sd = float(np.mean(values)), float(np.std(values, ddof=1))
        cell = Cell.model_validate({"mean": f"{mean:.6f}", "spread": f"{sd:.6f}", "low": low, "high": high})
        least, most = _possible_sd(cell, Summary(mean, sd, n), low, high)
        assert least - 1e-6 <= sd <= most + 1e-6
    # All but the ends in the middle is the least; half at each end the greatest, where n is even.
    middle = (low + high) / 2
    cell = Cell.model_validate({"mean": f"{middle}", "low": low, "high": high})
    least, most = _possible_sd(cell, Summary(middle, 1, n), low, high)
    assert math.isclose(least, np.std([low, *[middle] * (n - 2), high], ddof=1))
    if n % 2 == 0:
        assert most >= np.std([low] * (n // 2) + [high] * (n // 2), ddof=1)


def test_one_animal_may_carry_the_sum() -> None:
    """Without an upper limit, n values from 0 with mean m have SD m * sqrt(n) at most: all in one."""
    _, most = _possible_sd(Cell.model_validate({"mean": "2.0000"}), Summary(2, 1, 9), 0, None)
    assert math.isclose(most, np.std([18.0, *[0.0] * 8], ddof=1), rel_tol=1e-3)


def test_no_number_breaks_the_audit(tmp_path: Path) -> None:
    """Every number of the sound table replaced by an awkward one:

    the file is refused, or every finding has its sentence.
    """
    rng = np.random.default_rng(7)
    awkward = ["0", "0.00", "1", "-1", "2", "7", "0.5", "100", "99.9", "1e9", "1e-9", "3", "8"]
    audited = 0
    for _ in range(400):
        text = re.sub(
            r"(?<=[ :])\d+(\.\d+)?(?=[,}\n])",
            lambda match: str(rng.choice(awkward)) if rng.random() < 0.06 else match[0],
            SOUND,
        )
        try:
            table = load(tmp_path, text)
        except InputError:
            continue
        audited += 1
        for finding in audit({"table.yml": table}):
            assert "nan" not in audit_text.finding_sentence(finding)
    assert audited > 100
