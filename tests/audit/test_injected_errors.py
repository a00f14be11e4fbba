"""A sound table passes; each kind of injected error is found, and no other."""

import itertools
import math
import re
from pathlib import Path

import numpy as np
import pytest
from pydantic import TypeAdapter
from reported_tables import SOUND, load, with_errors

from approved import check_approved
from secretome.audit import CHECKS, Finding, audit
from secretome.audit import text as audit_text
from secretome.audit.models import ReportedCell
from secretome.audit.plausibility import _possible_sd
from secretome.audit.summaries import Summary
from secretome.protocol import InputError


def disagreeing(folder: Path, *pieces: str) -> list[Finding]:
    return [
        finding for finding in audit({"table.yml": load(folder, with_errors(*pieces))}) if finding.outcome != "agrees"
    ]


def test_a_sound_table_passes(tmp_path: Path) -> None:
    findings = audit({"table.yml": load(tmp_path, SOUND)})
    assert {finding.outcome for finding in findings} == {"agrees"}
    # Every check of one table has run, except that of an n after deaths.
    assert {finding.check for finding in findings} == set(CHECKS) - {"deaths"}


@pytest.mark.parametrize(
    ("check", "outcome", "expected", "pieces"),
    [
        ("counts", "differs", {"chi-square": 0.0695}, ["p: 0.069", "p: 0.169"]),
        ("percentages", "differs", {"nearest percentage": 25}, ["percent: 25}", "percent: 27}"]),
        (
            "percentages",
            "differs",
            {"n": 8},
            ["low: {count: 2, percent: 25}", "low: {count: 9}", "[{method: chi-square, p: 0.069}]", "[]"],
        ),
        ("deaths", "differs", {"at the start": 8, "dead": 4, "alive": 4}, ["hour: 24", "hour: 72"]),
        ("deaths", "cannot tell", {"alive": 4}, ["hour: 72\n", "\n"]),
        ("group sizes", "differs", {"sum": 24}, ["total: 24", "total: 20"]),
        ("test", "differs", {"anova": 0.00261}, ["statistic: 8.0, p: 0.003", "p: 0.03"]),
        # F(2, 21) = 7 has the p (1 + 2 * 7 / 21) ** -10.5.
        ("statistic", "differs", {"p": (5 / 3) ** -10.5}, ["statistic: 8.0", "statistic: 7.0"]),
        (
            "letters",
            "differs",
            # t = 2 on 21 degrees of freedom.
            {"pairs": 3, "Control against Low dose": 0.0586, "Low dose against High dose": 0.0586},
            ["spread: 20.0, letters: ab", "spread: 20.0, letters: c"],
        ),
        ("difference", "differs", {"difference": 40}, ["difference: 40.0", "difference: 42.0"]),
        ("standard error", "differs", {"standard error": 10}, ["standard_error: 10.0", "standard_error: 10.4"]),
        ("direction", "differs", {"first": 100, "second": 60}, ["claimed: higher", "claimed: lower"]),
        ("significance", "differs", {"p": 0.065}, ["claimed: not different", "claimed: different"]),
        ("whole numbers", "differs", {"nearest mean": 2.5}, ["mean: 2.50", "mean: 2.52"]),
        ("range", "differs", {"largest sd": math.sqrt(1.5**2 * 8 / 7)}, ["spread: 1.07", "spread: 1.77"]),
        ("range", "differs", {}, ["mean: 2.50, spread: 1.07", "mean: 4.25, spread: 1.07"]),
        ("minimum p-value", "differs", {"minimum": 2 / 12870}, ["p: 0.04,", "p: 0.00004,"]),
        (
            "minimum p-value",
            "differs",
            {"minimum": 400 * 2 / 12870},
            ["method: mann-whitney, p: 0.04", "method: mann-whitney, family: 400, p: 0.04"],
        ),
        ("ratios", "differs", {"from the lower limits": 2}, ["to: control, low: 2.0}", "to: control, low: 3.0}"]),
        ("dilution", "cannot tell", {"steps": math.log2(1.2)}, ["low: 2.5, high: 4.2", "low: 1.2, high: 1.8"]),
        ("correlation", "differs", {"spearman minimum": 2 / 24}, ["points: 5", "points: 4"]),
        (
            "correlation",
            "differs",
            {"largest spearman": math.sqrt(0.8)},
            [
                "coefficient: 0.9, method: spearman, points: 5",
                "coefficient: 0.95, method: spearman, points: 4, doses: 2",
            ],
        ),
        ("interval", "differs", {"middle": math.sqrt(0.24)}, ["low: 0.20, high: 0.80", "low: 0.30, high: 0.80"]),
    ],
)
def test_an_injected_error_is_the_only_finding(
    tmp_path: Path, check: str, outcome: str, expected: dict[str, float], pieces: list[str]
) -> None:
    (finding,) = disagreeing(tmp_path, *pieces)
    assert (finding.check, finding.outcome) == (check, outcome)
    first = {value.name: value.value for value in reversed(finding.recalculated)}
    assert {name: first[name] for name in expected} == pytest.approx(expected, rel=2e-3)
    assert len(first) == len(expected) or check != "letters"
    assert finding.details.get("outside") == ("mean" if (check, expected) == ("range", {}) else None)
    sentence = audit_text.finding_sentence(finding)
    assert audit_text.CLAIMS.get(finding.reported, finding.reported) in sentence


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
    table = load(tmp_path, with_errors("spread: sd", "spread: not stated", "statistic: 8.0, p: 0.003", "p: 0.38"))
    finding = next(one for one in audit({"t": table}) if one.check == "test" and not one.groups)
    assert (finding.outcome, [value.spread for value in finding.recalculated]) == ("agrees", ["se"])


def test_units_are_compared_across_a_series(tmp_path: Path) -> None:
    def across(unit: str, factor: int = 1) -> list[Finding]:
        one = with_errors("title: Made-up mice", "title: First\nseries: mice")
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
    assert silent == {"counts", "percentages", "test", "letters", "standard error", "statistic", "minimum p-value"}
    shared = audit({"t": load(tmp_path, SOUND.replace(", n: 8}", "}"))})
    assert {finding.outcome for finding in shared} == {"agrees"}
    sentences = dict.fromkeys(map(audit_text.finding_sentence, (*findings, *shared)))
    check_approved("findings_without_group_sizes", {"no group sizes, then a total alone": sentences})


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
        cell = TypeAdapter(ReportedCell).validate_python(
            {"mean": f"{mean:.6f}", "spread": f"{sd:.6f}", "low": low, "high": high}
        )
        least, most = _possible_sd(cell, Summary(mean, sd, n), low, high)
        assert least - 1e-6 <= sd <= most + 1e-6
    # All but the ends in the middle is the least; half at each end the greatest, where n is even.
    middle = (low + high) / 2
    cell = TypeAdapter(ReportedCell).validate_python({"mean": f"{middle}", "low": low, "high": high})
    least, most = _possible_sd(cell, Summary(middle, 1, n), low, high)
    assert math.isclose(least, np.std([low, *[middle] * (n - 2), high], ddof=1))
    if n % 2 == 0:
        assert most >= np.std([low] * (n // 2) + [high] * (n // 2), ddof=1)


def test_one_animal_may_carry_the_sum() -> None:
    """Without an upper limit, n values from 0 with mean m have SD m * sqrt(n) at most: all in one."""
    _, most = _possible_sd(TypeAdapter(ReportedCell).validate_python({"mean": "2.0000"}), Summary(2, 1, 9), 0, None)
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
