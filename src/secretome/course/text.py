"""What a class is asked, and what it is told of its answers."""

from collections.abc import Iterable, Mapping, Sequence
from importlib import resources
from typing import Any

import jinja2

from secretome.claims import KINDS, Rule
from secretome.protocol import Claim, Protocol

FAULTS = {
    "nothing": "nothing is wrong with it",
    "groups_exchanged": "the labels of two groups have changed places",
    "unit_slip": "one group's values of one endpoint are written in a larger unit than the rest, so the "
    "numbers are smaller",
    "limit_typed": "one group was measured up to a limit only, and for values beyond it the limit itself is "
    "typed, without < or >",
}
_ABOUT = {
    "single": "A claim about one contrast",
    "every": "A claim that every contrast moves (each at p of at most 0.05, not adjusted; against the claim, "
    "each p times their number)",
    "unchanged": "A claim that nothing changes (inside by the 90 % intervals; outside by intervals at 1 - "
    "0.05/k for k contrasts)",
    "trend": "A claim of a dose dependence (a line through the mean logarithms over log dose, each group with "
    "its own spread; Jonckheere-Terpstra where a value of a dose lies beyond a limit)",
}
_RANK_TESTS = {
    "mann_whitney": "the exact Mann-Whitney test",
    "signed_rank": "the exact signed-rank test",
    "jonckheere_terpstra": "the exact Jonckheere-Terpstra test over the doses",
}


def reasons(claim: Claim) -> dict[str, str]:
    """The possible reasons for a claim's verdict, by the short name that students use, in the order of the rules.

    >>> from secretome.protocol import load_protocol, study_folder
    >>> claims = load_protocol(study_folder("sepsis_cytokines") / "protocol.yml").claims
    >>> reasons(claims["il4_rises_t2"])["not_significant"]
    'not significant and not shown to be negligible'
    """
    return {str(rule): rule.reason for rule in (Rule.CHECK_FAILED, *KINDS[claim.kind].rules)}


def reason_name(rule: str) -> str:
    """The short name of the rule that decided a claim."""
    # A change that does not vary is one reason, whether of groups or of pairs.
    return str(Rule.NO_SPREAD if rule == Rule.NO_SPREAD_OF_PAIRS else Rule(rule))


def asked_fault() -> str:
    """The question what is wrong with the file."""
    return "What is wrong with cohort.csv?"


def asked_where() -> str:
    """The question where it is wrong."""
    return "Which group is concerned? Of two groups that changed places, name either."


def asked_check(sentence: str) -> str:
    """The question about a check of the experiment."""
    return f"In the mended file, what became of the check: {sentence}"


def asked_ratio(contrast: str, endpoint: str, *, paired: bool) -> str:
    """The question for an effect."""
    mean = "geometric mean of the ratios within pairs" if paired else "ratio of the geometric means"
    return f"{endpoint}, {contrast}: the {mean}, by the planned test"


def asked_p(contrast: str, endpoint: str, method: str) -> str:
    """The question for the p of the test that stands for the authors'."""
    return f"{endpoint}, {contrast}: two-sided p of {_RANK_TESTS[method]}, not adjusted"


def asked_verdict(sentence: str) -> str:
    """The question for a verdict."""
    return f"Verdict: {sentence}"


def asked_reason() -> str:
    """The question for the reason of a verdict."""
    return "The reason of that verdict: the first rule that holds"


def tolerance(kind: str, choices: Iterable[str], within: float, absolute: float, bound: float) -> str:
    """How near an answer must be."""
    if kind == "ratio":
        return f"within {100 * within:g} %"
    if kind == "p":
        return (
            f"within {100 * within:g} % or {absolute:g}, whichever is wider; <{bound:g} or less is right where it is "
            "true"
        )
    return f"one of: {', '.join(choices)}"


def none_of(given: str, choices: Iterable[str]) -> str:
    """Why an answer that is not on the list has no marks."""
    return f"{given!r} is none of: {', '.join(choices)}"


def as_before_mending(reason: str) -> str:
    """The same, where the answer would be right of the file as it was handed out."""
    return f"{reason}; it fits the file as handed out, before mending"


def strange_rows(file: str, keys: Sequence[str]) -> str:
    """That a sheet answers what was not asked."""
    return f"{file}: not among the questions: {', '.join(repr(key[:40]) for key in keys)}"


def passed_over(files: Sequence[str]) -> str:
    """That files lay in the students' folders that are no sheets."""
    return f"Passed over, as they have no columns 'question' and 'answer': {', '.join(files)}"


NO_SHEET = "no sheet returned"
NOT_MARKED = "a sheet that could not be marked"
NO_ANSWER = "no answer"
ANSWERED_TWICE = "answered twice, and differently"
TORN = "the row has more cells than the header: an answer with a comma needs quotation marks"
NO_NUMBER = "not a number"
OUTSIDE = "outside the tolerance"
NOT_A_P = "no p value: one lies above 0 and is at most 1"
ANOTHER = "another answer is right"


def assignment(protocol: Protocol, student: str, questions: Iterable[Any], samples: Mapping[str, str]) -> str:
    """A student's assignment, as a percent notebook.

    Parameters
    ----------
    protocol : Protocol
        The study.
    student : str
        The name of the student's folder.
    questions : iterable
        The questions with their key, text, marks and tolerance.
    samples : mapping
        For each group, the samples that the laboratory's book says are its.
    """
    claims = list(protocol.claims.values())
    kinds = {claim.kind: claim for claim in claims}
    limits = {key: _limits(protocol, key) for key in protocol.endpoints}
    code = (resources.files("secretome.course") / "assignment.py.jinja").read_text(encoding="utf-8")
    environment = jinja2.Environment(
        trim_blocks=True, lstrip_blocks=True, keep_trailing_newline=True, undefined=jinja2.StrictUndefined
    )
    return environment.from_string(code).render(
        protocol=protocol,
        student=student,
        questions=list(questions),
        samples=samples,
        limits=limits,
        faults=FAULTS,
        rules={
            kind: [(name, reason, Rule(name).decision) for name, reason in reasons(claim).items()]
            for kind, claim in kinds.items()
        },
        about=_ABOUT,
        rank_tests=[_RANK_TESTS[name] for name in dict.fromkeys(claim.published_test.method for claim in claims)],
        families=sorted({len(claim.compared) for claim in claims if claim.kind == "single"} - {1}),
        zones={key: endpoint.equivalence_margin for key, endpoint in protocol.endpoints.items()},
    )


def _limits(protocol: Protocol, key: str) -> str:
    drawn = protocol.simulation.endpoints[key] if protocol.simulation else None
    low = getattr(drawn, "lloq", None) or (getattr(drawn, "lowest", None))
    high = getattr(drawn, "uloq", None) or (getattr(drawn, "highest", None))
    return f"{low:g} to {high:g}" if low and high else "not known"
