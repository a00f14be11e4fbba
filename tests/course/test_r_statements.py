"""What the lessons say that R prints: each statement run by R and compared with the numbers in the text.

Marked `r`: run by `make test-r`, which needs Rscript; without R these tests fail and are never skipped.
"""

import subprocess

import pytest

from lessons_run import prose, ran

SCRIPT = """
show <- function(name, ...) cat(name, format(c(...), digits = 10), sep = "\\t", fill = FALSE, "\\n")
warned <- function(code) tryCatch({ code; "no warning" }, warning = conditionMessage)
rod <- c(22, 300, 75, 271, 300, 18, 300, 300, 163, 300, 300, 300)
show("rod", suppressWarnings(wilcox.test(rep(300, 12), rod)$p.value))
show("rod warning", warned(wilcox.test(rep(300, 12), rod)))
fit <- summary(glm(count ~ spray, family = quasipoisson, data = InsectSprays))
show("sprays", fit$dispersion, fit$coefficients["sprayC", 1])
wings <- c(58.5, 59.5, 77.8, 80.9, 84.0, 83.6, 70.1, 68.3, 69.8, 69.8, 56.0, 54.5, 50.7, 49.3, 63.8, 65.8,
           56.6, 57.5, 77.8, 79.2, 69.9, 69.2, 62.1, 64.5)
d <- data.frame(length = wings, cage = gl(3, 8), individual = gl(12, 2))
show("nested", summary(aov(length ~ cage / individual, d))[[1]][1, 4])
right <- summary(aov(length ~ cage + Error(individual), d))[[1]][[1]]
show("error term", right[1, 4], right[1, 5])
deaths <- rbind(c(4, 16), c(0, 20))
p <- function(...) suppressWarnings(chisq.test(deaths, ...)$p.value)
show("yates", p(), p(correct = FALSE))
library(survival)
hours <- c(rep(72, 20), 12, 12, 24, 24, rep(72, 16))
died <- c(rep(0, 20), 1, 1, 1, 1, rep(0, 16))
rats <- survdiff(Surv(hours, died) ~ rep(1:2, each = 20))
show("rats", rats$chisq, pchisq(rats$chisq, 1, lower.tail = FALSE))
values <- c(1, 2, 3, 4, 5, 7, 8, 9, 11)
groups <- gl(3, 3)
show("pairwise", pairwise.t.test(values, groups)$p.adjust.method, pairwise.wilcox.test(values, groups)$p.adjust.method)
show("power", power.t.test(delta = 1.2, power = 0.8)$note)
show("rounded", round(2.5))
"""


@pytest.fixture(scope="module")
def printed(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[str]]:
    """What R prints, by the name of the statement."""
    script = tmp_path_factory.mktemp("r") / "statements.R"
    script.write_text(SCRIPT, encoding="utf-8")
    run = ["Rscript", "--vanilla", str(script)]
    done = subprocess.run(run, capture_output=True, text=True, timeout=300, check=True)
    rows = [line.rstrip().split("\t") for line in done.stdout.splitlines()]
    return {row[0]: [cell.strip() for cell in row[1:]] for row in rows}


def numbers(printed: dict[str, list[str]], name: str) -> list[float]:
    return [float(cell) for cell in printed[name]]


@pytest.mark.r
def test_ranks_r_uses_the_approximation_with_ties_and_warns(printed: dict[str, list[str]]) -> None:
    assert numbers(printed, "rod") == pytest.approx([ran("ranks")["default"]])
    assert "ties" in printed["rod warning"][0]
    assert "`wilcox.test` gives the same p, with a warning" in prose("ranks")


@pytest.mark.r
def test_counts_dispersion_and_log_ratio_are_those_of_r(printed: dict[str, list[str]]) -> None:
    assert [f"{number:.6f}" for number in numbers(printed, "sprays")] == ["1.507713", "-1.940179"]
    assert "1.507713 and a log ratio of spray C to spray A of −1.940179" in prose("counts")


@pytest.mark.r
def test_cages_both_lines_of_the_table_are_those_of_r(printed: dict[str, list[str]]) -> None:
    assert numbers(printed, "nested") == pytest.approx([255.7], abs=0.05)
    assert numbers(printed, "error term") == pytest.approx([1.7409, 0.2295], abs=5e-5)
    assert "F = 255.7 for the wings" in prose("cages")
    assert "F = 1.7409, p = 0.2295" in prose("cages")


@pytest.mark.r
def test_auditing_r_corrects_for_continuity_and_rounds_to_even(printed: dict[str, list[str]]) -> None:
    page = ran("auditing")
    two_rates = page["chi2_contingency"](page["two_rates"]).pvalue  # type: ignore[operator]
    without = page["chi2_contingency"](page["two_rates"], correction=False).pvalue  # type: ignore[operator]
    assert numbers(printed, "yates") == pytest.approx([two_rates, without])
    assert numbers(printed, "rounded") == [round(2.5)] == [2]


@pytest.mark.r
def test_deaths_survdiff_uses_the_chi_square_distribution(printed: dict[str, list[str]]) -> None:
    curve = ran("deaths")["curve"]
    assert numbers(printed, "rats") == pytest.approx([curve.statistic, curve.pvalue])  # type: ignore[attr-defined]
    assert "log-rank chi-square of 4.333 and a p of 0.0374" in prose("deaths")


@pytest.mark.r
def test_multiplicity_pairwise_tests_of_r_use_holms_method(printed: dict[str, list[str]]) -> None:
    assert printed["pairwise"] == ["holm", "holm"]


@pytest.mark.r
def test_planning_the_note_of_power_t_test(printed: dict[str, list[str]]) -> None:
    assert printed["power"] == ["n is number in *each* group"]
    assert '"n is number in *each* group"' in prose("planning")
