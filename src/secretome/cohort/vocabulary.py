"""The names that a file may use: columns, groups and endpoints, by key, by label, or by a name that the user maps to one."""

import re
from collections.abc import Mapping

from secretome.cohort.units import canonical
from secretome.protocol import Endpoint, Group, Problem, Protocol, Refusal, nearest, normalise

REQUIRED = ("animal", "group")
BESIDE = ("lloq", "uloq", "count", "exposure", "total")
OPTIONAL = (
    *("unit", "cage", "sex", "batch", "plate", "replicate", *BESIDE, "time", "event", "note", "exclude", "code"),
    *("origin", "scenario", "seed"),
)
LONG = ("endpoint", "value")
COLUMNS = {normalise(column): column for column in (*REQUIRED, *OPTIONAL, *LONG)}
BRACKETS = re.compile(r"[\[(](.*)[\])]\s*$")


class Vocabulary:
    """What the names of a file mean in a study.

    Parameters
    ----------
    protocol : Protocol
        The study.
    mapped : mapping, optional
        Names of the file that the protocol does not know, each with the group or endpoint it stands for.

    Raises
    ------
    Refusal
        If a mapped name is one of the study's already, or what it stands for is none.
    """

    def __init__(self, protocol: Protocol, mapped: Mapping[str, str] | None = None) -> None:
        self.protocol = protocol
        self.mapped = dict(mapped or {})
        self.groups = names(protocol.groups)
        self.endpoints = names(protocol.endpoints)
        self._met: set[str] = set()
        known = {**COLUMNS, **self.groups, **self.endpoints}
        problems = []
        for old, new in self.mapped.items():
            form, meant = normalise(old), normalise(new)
            if not form or form in known:
                problems.append(Problem("--map", "", f"{old!r} to be read as {new!r}", "a name that the study does not know itself"))
            if meant not in self.groups and meant not in self.endpoints:
                candidates = [*protocol.groups, *protocol.endpoints]
                guess = nearest(new, candidates)
                hint = f"The nearest is {guess!r}." if guess else ""
                problems.append(Problem("--map", "", f"{new!r} after '='", f"one of {', '.join(candidates)}, or its label", hint))
        if problems:
            raise Refusal(problems)
        for members in (self.groups, self.endpoints):
            members |= {normalise(old): members[normalise(new)] for old, new in self.mapped.items() if normalise(new) in members}

    @property
    def understood(self) -> tuple[str, ...]:
        """What became of the mapped names, in sentences."""
        return tuple(
            f"{old!r} is read as {new!r}, as --map says" if normalise(old) in self._met else f"--map: no name {old!r} was met in the file"
            for old, new in self.mapped.items()
        )

    def column(self, text: str) -> str | None:
        """The column that every study knows by this header."""
        return COLUMNS.get(normalise(BRACKETS.sub("", text)) or normalise(text))

    def group(self, text: str) -> str | None:
        """The group of this name."""
        return self._find(normalise(text), self.groups)

    def endpoint(self, text: str) -> tuple[str, str] | None:
        """The endpoint of this name, and the unit that stands behind the name; an empty unit where there is none."""
        bare = self._find(normalise(BRACKETS.sub("", text)), self.endpoints)
        whole = self._find(normalise(text), self.endpoints)
        # Brackets that a label has of its own hold no unit; "(%)" is one, though nothing of it is left in a name.
        if bare and not (whole and normalise(in_brackets(text))):
            return bare, in_brackets(text)
        return (whole, "") if whole else self._with_unit(text)

    def _with_unit(self, text: str) -> tuple[str, str] | None:
        """An endpoint and what follows it, where that is a unit written without brackets."""
        for key, endpoint in self.protocol.endpoints.items():
            for name in (key, endpoint.label):
                rest = re.match(rf"\s*{re.escape(name)}[\s,_]+(\S.*)$", text, re.IGNORECASE)
                if rest and (normalise(rest[1]) == normalise(endpoint.unit) or canonical(rest[1]) == canonical(endpoint.unit)):
                    return key, endpoint.unit
                if rest and re.fullmatch(r"\S{1,6}\s?[/_]\s?\S{1,4}|%", rest[1].strip()):
                    return key, rest[1].strip()
        return None

    def _find(self, form: str, members: Mapping[str, str]) -> str | None:
        if form in members:
            self._met.add(form)
        return members.get(form) if form else None


def names(members: Mapping[str, Group] | Mapping[str, Endpoint]) -> dict[str, str]:
    """Every accepted form of each key: the key itself and its label."""
    return {normalise(name): key for key, member in members.items() for name in (key, member.label)}


def in_brackets(header: str) -> str:
    """What stands in brackets at the end of a header: a unit."""
    found = BRACKETS.search(header)
    return found[1] if found else ""
