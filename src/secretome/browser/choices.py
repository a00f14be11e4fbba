"""The questions that a file leaves, each with its possible answers, from the problems of the command line."""

from collections.abc import Iterable

from secretome.browser.records import Record
from secretome.protocol import Choice, Problem, Protocol

MAX_QUESTIONS = 40
# The kinds of choice that state the meaning of a name.
NAMES = ("column", "group", "endpoint")


def questions(problems: Iterable[Problem], protocol: Protocol) -> list[Record]:
    """Return the questions that would solve some problems, each once.

    Parameters
    ----------
    problems : iterable of Problem
        The problems of a file.
    protocol : Protocol
        The study, whose labels describe the answers.

    Examples
    --------
    >>> from secretome.protocol import Choice, Problem, load_protocol, study_folder
    >>> protocol = load_protocol(study_folder("sepsis_cytokines") / "protocol.yml")
    >>> choice = Choice("group", ("CLP",), ("sham", "control"))
    >>> (question,) = questions([Problem("rats.csv", "cell B2", "the group 'CLP'", "a group", "", choice)], protocol)
    >>> question["name"], [key for key, label in question["options"]]
    ('CLP', ['sham', 'control'])
    """
    asked: dict[tuple[str, str], Record] = {}
    for problem in problems:
        if (choice := problem.choice) is None:
            continue
        for name in choice.names if choice.kind in NAMES else ("",):
            asked.setdefault(
                (choice.kind, name),
                {
                    "kind": choice.kind,
                    "name": name,
                    "place": problem.place if len(choice.names) == 1 else "",
                    "nearest": choice.nearest,
                    "options": _options(choice, protocol),
                },
            )
    return list(asked.values())[:MAX_QUESTIONS]


def _options(choice: Choice, protocol: Protocol) -> list[list[str]]:
    """The answers, each with its label."""
    labels: dict[str, str] = {}
    if choice.kind in NAMES:
        labels |= {key: endpoint.label for key, endpoint in protocol.endpoints.items()}
        labels |= {key: group.label for key, group in protocol.groups.items()}
    return [[option, labels.get(option, option)] for option in choice.options]
