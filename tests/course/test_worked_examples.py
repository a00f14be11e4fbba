"""The worked examples of the lessons, as their sources print them."""

import numpy as np
import pytest

from lessons_run import ran
from secretome import stats


def test_ranks_equal_bergmann_and_others() -> None:
    """Bergmann, Ludbrook & Spooren 2000: U = 102, exact p 0.0373; R's coin has p = 0.0372670807453416."""
    rod = ran("ranks")["rod"]
    assert isinstance(rod, stats.MannWhitneyResult)
    assert rod.statistic == 102
    assert rod.pvalue == pytest.approx(0.0372670807453416, abs=1e-12)
    # By hand: sums of three of the ranks 2, 2, 2, 4, 5, 6, counted over all twenty deals.
    assert ran("ranks")["far"] == 8


def test_min_pvalues_equal_the_table_of_york() -> None:
    """https://york.ac.uk/depts/maths/tables/mannwhitney.htm, lower pair of the diagonal, read there on its page."""
    assert ran("min_pvalues")["nearest"] == {4: 11, 5: 18, 6: 26, 7: 37, 8: 49, 9: 63, 10: 79}


def test_effects_equal_brunner_munzel_and_hollander_wolfe() -> None:
    """Pain scores: W = 3.1375, p = 0.005786, estimate 0.789; permeability: 0.305, -0.15 to 0.76."""
    space = ran("effects")
    pain, shown, shift = space["pain"], space["shown"], space["shift"]
    assert isinstance(pain, stats.SuperiorityResult)
    assert isinstance(shift, stats.HodgesLehmannResult)
    assert round(pain.estimate, 3) == 0.789
    assert tuple(pain.confidence_interval(0.95)) == pytest.approx(
        (0.558382348834462, 0.911286591593819), abs=1e-6
    )  # R's auRoc
    assert (round(shown.statistic, 4), round(shown.pvalue, 6)) == (3.1375, 0.005786)  # type: ignore[attr-defined]
    interval = shift.confidence_interval(0.95)
    assert [round(value, 3) for value in (shift.estimate, interval.low, interval.high)] == [0.305, -0.15, 0.76]


def test_many_groups_equal_the_guide_on_water_fleas() -> None:
    """EPA-821-R-02-013: rank sums 84, 63.5, 76, 55, critical 76; no effect shown at 3 %, an effect at 6 %."""
    assert ran("many_groups")["sums"] == [84, 63.5, 76, 55]
    fleas = ran("many_groups")["fleas"]
    assert isinstance(fleas, stats.SteelResult)
    assert [bool(p <= 0.05) for p in fleas.pvalue] == [False, True, True, True]


def test_false_alarms_equal_a_known_rate() -> None:
    """One group is one t test:

    5 %. Dunnett holds 5 % for any number; 20 000 trials know a share to 0.5 points, at three errors.
    """
    shares = ran("many_groups")["shares"]
    assert isinstance(shares, dict)
    assert shares["each at 5 %"][0] == pytest.approx(0.05, abs=0.005)
    assert shares["Dunnett"] == pytest.approx([0.05] * 7, abs=0.005)


def test_doses_equal_pmcmrplus_on_shirleys_mice() -> None:
    """R's PMCMRplus 1.9.10, shirleyWilliamsTest: 2.908, 3.219, 4.057 beyond Williams' 1.645, 1.716, 1.739; J = 476."""
    mice, jonckheere = ran("doses")["mice"], ran("doses")["jonckheere"]
    assert isinstance(mice, stats.StepDownResult)
    assert mice.statistic == pytest.approx([2.90772309908549, 3.2190771657083, 4.05743160760029], rel=1e-6)
    assert (mice.statistic > np.array(ran("doses")["critical"])).all()
    assert jonckheere.statistic == 476  # type: ignore[attr-defined]


def test_limits_equal_helsel_on_oahu() -> None:
    """Helsel's maximum-likelihood median 0.777; R's NADA has 0.776600661096452."""
    arsenic = ran("limits")["arsenic"]
    assert isinstance(arsenic, stats.CensoredLognormalResult)
    assert arsenic.geometric_mean[0] == pytest.approx(0.776600661096452, rel=1e-5)
