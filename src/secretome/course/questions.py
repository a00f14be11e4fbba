"""The questions about a cohort, and the right answers."""

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Literal

from secretome.analysis import analyse
from secretome.claims import ALPHA, adjudicate, examine
from secretome.claims.evidence import row_of
from secretome.cohort import Study
from secretome.course import text as words
from secretome.protocol import Protocol

# A number is right within this share of it, or if it is rounded as programs round it.
WITHIN = {"ratio": 0.01, "number": 0.01, "p": 0.02}
ROUNDED_NUMBER = 0.005
# Three decimals of a p, and four if it is below the limit.
ROUNDED_P, ROUNDED_SMALL_P, SMALL_P = 0.0005, 0.00005, 0.01
# Programs write a small p as "<0.0001"; a larger bound than this is not accepted.
BOUND = 0.0001
QuestionKind = Literal["choice", "ratio", "number", "p"]
NOT_ESTIMABLE = "not estimable"
NONE = "none"
# Separates answers of which each is right.
EITHER = " or "


@dataclass(frozen=True)
class Question:
    """A question.

    Attributes
    ----------
    key, asked : str
        Its name, and its text.
    kind : str
        The kind of answer.
    marks : int
        The marks for a right answer.
    choices : tuple of str, optional
        The possible answers, if it is one of a list.
    labels : mapping, optional
        Other names of choices, each with its choice.
    claim : str, optional
        The claim that it is about.
    """

    key: str
    asked: str
    kind: QuestionKind
    marks: int
    choices: tuple[str, ...] = ()
    labels: Mapping[str, str] = field(default_factory=dict)
    claim: str = ""

    @property
    def tolerance(self) -> str:
        """The accepted answers, in words."""
        if self.kind == "choice":
            return f"one of: {', '.join(self.choices)}"
        within = f"within {100 * WITHIN[self.kind]:g} %"
        if self.kind != "p":
            return f"{within}, or rounded to two decimals"
        decimals = f"three decimals (four if it is below {SMALL_P:g})"
        return f"{within}, or rounded to {decimals}; <{BOUND:f}".rstrip("0") + " is accepted if it is true"

    def allowance(self, right: float) -> float:
        """How far a number may be from the right one."""
        rounded = ROUNDED_P if abs(right) >= SMALL_P else ROUNDED_SMALL_P
        return max(WITHIN[self.kind] * abs(right), rounded if self.kind == "p" else ROUNDED_NUMBER)


def questions(protocol: Protocol) -> Iterator[Question]:
    """Every question about a cohort of a study, in the order of the sheet; the same for every student.

    >>> from secretome.protocol import load_protocol, study_folder
    >>> asked = list(questions(load_protocol(study_folder("treg_conditioned_medium") / "protocol.yml")))
    >>> len(asked), asked[0].key, sum(question.marks for question in asked)
    (10, 'error', 15)
    """
    of_pairs, of_groups = "geometric mean of the ratios within pairs", "ratio of the geometric means"
    mean = of_pairs if protocol.design == "paired" else of_groups
    decisions = ("supported", "contradicted", "inconclusive", "untestable")
    outcomes = ("passed", "not shown", "failed", "absent")
    yield Question("error", "What is wrong with cohort.csv?", "choice", 2, tuple(words.ERRORS))
    where = "Which group is concerned? If two groups are exchanged, name either."
    labels = {group.label: key for key, group in protocol.groups.items()}
    yield Question("error_group", where, "choice", 1, (NONE, *protocol.groups), labels)
    for key, check in protocol.checks.items():
        asked = f"In the corrected file, the outcome of the check: {check.sentence}"
        yield Question(f"{key}.outcome", asked, "choice", 1, outcomes)
    for key, claim in protocol.claims.items():
        endpoint = protocol.endpoints[claim.endpoint]
        effect = f"{endpoint.label}, {claim.decisive_contrasts[0]}"
        # If values of a dose are beyond a limit, the trend is a share of pairs and not a ratio, so nobody is asked.
        if not claim.over_doses and endpoint.equivalence_margin.scale == "linear":
            yield Question(f"{key}.difference", f"{effect}: the difference of the means", "number", 1, claim=key)
        elif not claim.over_doses:
            yield Question(f"{key}.ratio", f"{effect}: the {mean}, by the planned test", "ratio", 1, claim=key)
        if test := words.RANK_TESTS.get(claim.published_method):
            yield Question(f"{key}.p", f"{effect}: two-sided p of {test}, not adjusted", "p", 1, claim=key)
        yield Question(f"{key}.verdict", f"Verdict: {claim.sentence}", "choice", 2, decisions, claim=key)
        reason = "The reason for that verdict: the first rule that holds"
        yield Question(f"{key}.reason", reason, "choice", 2, tuple(words.reasons(claim)), claim=key)


def answers(study: Study) -> dict[str, str]:
    """The right answers for a cohort as it is, to six digits, except those about the injected error."""
    results = analyse(study, ("published", "planned"))
    verdicts = adjudicate(study, results, alpha=ALPHA).set_index("claim")
    right = {
        f"{row['check']}.outcome": str(row["outcome"]) for _, row in examine(study, results, alpha=ALPHA).iterrows()
    }
    for key, claim in study.protocol.claims.items():
        rows = results[(results["endpoint"] == claim.endpoint) & (results["contrast"] == claim.decisive_contrasts[0])]
        if not claim.over_doses:
            linear = study.protocol.endpoints[claim.endpoint].equivalence_margin.scale == "linear"
            effect = "difference" if linear else "ratio"
            right[f"{key}.{effect}"] = _number(row_of(rows, "planned", equivalence=False)["estimate"])
        if claim.published_method in words.RANK_TESTS:
            right[f"{key}.p"] = _number(row_of(rows, "published", equivalence=False)["pvalue"])
        right[f"{key}.verdict"] = str(verdicts.loc[key, "verdict"])
        right[f"{key}.reason"] = words.reason_name(str(verdicts.loc[key, "rule"]))
    return right


def _number(value: float) -> str:
    return NOT_ESTIMABLE if math.isnan(value) else f"{value:.6g}"
