"""Cohorts that a simulation draws together, decided together and one by one."""

from collections.abc import Iterator

from secretome import adjudicate, analyse
from secretome.cohort import Study
from secretome.cohort.simulate import Drawn
from secretome.power.many_cohorts import decide_cohorts
from secretome.protocol import Protocol
from shaped_studies import read_text


def one_by_one(protocol: Protocol, drawn: Drawn) -> Iterator[Study]:
    """Each drawn cohort as a study that is read from the text of a file."""
    cohorts = len(next(iter(next(iter(drawn.values())).values()))[0])
    paired = protocol.design == "paired"
    for position in range(cohorts):
        rows = ["animal,group,endpoint,value"]
        for endpoint, groups in drawn.items():
            for group, (lower, upper) in groups.items():
                for animal, (low, high) in enumerate(zip(lower[position], upper[position], strict=True)):
                    text = repr(float(low)) if low == high else f"<{high:g}" if low == 0 else f">{low:g}"
                    rows.append(f"{'' if paired else group}{animal},{group},{endpoint},{text}")
        yield read_text(protocol, "\n".join(rows))


def assert_decided_alike(protocol: Protocol, drawn: Drawn, cohorts: int) -> None:
    """All drawn cohorts together have the rules and published verdicts of each alone."""
    decided = decide_cohorts(protocol, drawn, 0.05, published=cohorts)
    for position, study in enumerate(one_by_one(protocol, drawn)):
        verdicts = adjudicate(study, analyse(study, ("published", "planned"))).set_index("claim")
        assert set(decided) == set(verdicts.index)
        for claim, (rules, published) in decided.items():
            alone = verdicts.loc[claim]
            together = (rules[position], published[position])
            assert together == (alone["rule"], alone["verdict_as_published"]), (position, claim)
