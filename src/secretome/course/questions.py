"""What a class is asked about a cohort, and the right answers."""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from secretome.analysis import analyse
from secretome.claims import ALPHA, adjudicate, examine
from secretome.claims.evidence import row_of
from secretome.cohort import Study
from secretome.course import text as words
from secretome.protocol import Protocol

WITHIN = 0.05
ABSOLUTE = 0.0005
# Programs print a small p as "<0.0001"; what is not shown to be smaller than this must be given as a number.
BOUND = 0.001
NOT_ESTIMABLE = "not estimable"
NONE = "none"


@dataclass(frozen=True)
class Question:
    """A question: its key, text, kind of answer and points; `choices` only if the answer is one of a list."""

    key: str
    asked: str
    kind: Literal["choice", "ratio", "p"]
    marks: int
    choices: tuple[str, ...] = ()

    @property
    def tolerance(self) -> str:
        """How near an answer must be, in words."""
        return words.tolerance(self.kind, self.choices, WITHIN, ABSOLUTE, BOUND)


def questions(protocol: Protocol) -> Iterator[Question]:
    """Every question about a cohort of a study, in the order of the sheet; the same for every student.

    >>> from secretome.protocol import load_protocol, study_folder
    >>> asked = list(questions(load_protocol(study_folder("treg_conditioned_medium") / "protocol.yml")))
    >>> len(asked), asked[0].key, sum(question.marks for question in asked)
    (10, 'fault', 15)
    """
    paired = protocol.design == "paired"
    yield Question("fault", words.asked_fault(), "choice", 2, tuple(words.FAULTS))
    yield Question("fault_group", words.asked_where(), "choice", 1, (NONE, *protocol.groups))
    for key, check in protocol.checks.items():
        yield Question(
            f"{key}.outcome",
            words.asked_check(check.sentence),
            "choice",
            1,
            ("passed", "not shown", "failed", "absent"),
        )
    for key, claim in protocol.claims.items():
        contrast = claim.judged_on[0]
        label = protocol.endpoints[claim.endpoint].label
        # Where values of a dose lie beyond a limit, a trend is a share of pairs and no ratio: it is asked of nobody.
        if not claim.over_doses:
            yield Question(f"{key}.ratio", words.asked_ratio(contrast, label, paired=paired), "ratio", 1)
        yield Question(f"{key}.p", words.asked_p(contrast, label, claim.published_test.method), "p", 1)
        decisions = ("supported", "contradicted", "inconclusive", "untestable")
        yield Question(f"{key}.verdict", words.asked_verdict(claim.sentence), "choice", 2, decisions)
        yield Question(f"{key}.reason", words.asked_reason(), "choice", 2, tuple(words.reasons(claim)))


def answers(study: Study) -> dict[str, str]:
    """The right answers about a cohort as it is, to six digits; what is wrong with the file cannot be told from it."""
    results = analyse(study, ("published", "planned"))
    verdicts = adjudicate(study, results, alpha=ALPHA).set_index("claim")
    found = {
        f"{row['check']}.outcome": str(row["outcome"]) for _, row in examine(study, results, alpha=ALPHA).iterrows()
    }
    for key, claim in study.protocol.claims.items():
        rows = results[(results["endpoint"] == claim.endpoint) & (results["contrast"] == claim.judged_on[0])]
        if not claim.over_doses:
            found[f"{key}.ratio"] = _number(row_of(rows, "planned", equivalence=False)["estimate"])
        found[f"{key}.p"] = _number(row_of(rows, "published", equivalence=False)["pvalue"])
        found[f"{key}.verdict"] = str(verdicts.loc[key, "verdict"])
        found[f"{key}.reason"] = words.reason_name(str(verdicts.loc[key, "rule"]))
    return found


def _number(value: float) -> str:
    return NOT_ESTIMABLE if math.isnan(value) else f"{value:.6g}"
