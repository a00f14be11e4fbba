"""The names that a file may use: columns, groups and endpoints, by key, by label, or by a name that the user maps to one."""

import re
from collections.abc import Mapping, Sequence

from secretome.cohort.sheet import Cell
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
# How many animals a group has is often written behind its name.
SIZE = re.compile(r"\s*[\[(,]?\s*n\s*=\s*\d+\s*[\])]?\s*$", re.IGNORECASE)
# Other names of two columns, believed where no column has the name itself and no two have another.
KIN = ("animal", "subject", "rat", "mouse", "donor", "patient")
NUMBERS = ("", "id", "ids", "no", "nr", "num", "number", "name", "tag")
OTHER_NAMES = {
    "animal": frozenset({"id", *(kin + number for kin in KIN for number in NUMBERS)}),
    "group": frozenset({"groups", "groupname", "treatment", "treatmentgroup", "experimentalgroup", "studygroup", "arm", "studyarm"}),
}


class Vocabulary:
    """What the names of a file mean in a study.

    Parameters
    ----------
    protocol : Protocol
        The study.
    mapped : mapping, optional
        Names of the file that the study does not know, each with the group, endpoint or column it stands for.

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
        self.columns_by_name = dict(COLUMNS)
        known = {**COLUMNS, **self.groups, **self.endpoints}
        problems = []
        for old, new in self.mapped.items():
            form, meant = normalise(old), normalise(new)
            if not form or form in known:
                expected = "a name that the study does not know itself" + ("" if form else ", with a letter or a digit")
                problems.append(Problem("--map", "", f"{old!r} to be read as {new!r}", expected))
            if not any(meant in members for members in (self.groups, self.endpoints, COLUMNS)):
                candidates = [*protocol.groups, *protocol.endpoints]
                guess = nearest(new, [*candidates, *COLUMNS.values()])
                hint = f"The nearest is {guess!r}." if guess else ""
                expected = f"one of {', '.join(candidates)}, a label of one, or a column such as animal"
                problems.append(Problem("--map", "", f"{new!r} after '='", expected, hint))
        if problems:
            raise Refusal(problems)
        for members in (self.groups, self.endpoints, self.columns_by_name):
            members |= {normalise(old): members[normalise(new)] for old, new in self.mapped.items() if normalise(new) in members}

    @property
    def understood(self) -> tuple[str, ...]:
        """What became of the mapped names, in sentences."""
        return tuple(
            f"{old!r} is read as {new!r}, as --map says" if normalise(old) in self._met else f"--map: no name {old!r} was met in the file"
            for old, new in self.mapped.items()
        )

    def column(self, text: str) -> str | None:
        """The column that every study knows by this header, or that it is mapped to."""
        return self._find(normalise(text), self.columns_by_name) or self._find(normalise(BRACKETS.sub("", text)), self.columns_by_name)

    def columns(self, header: Sequence[Cell]) -> list[str | None]:
        """The column that each cell of a header names: by its name, or by an obvious other one where that leaves no doubt."""
        found = [self.column(cell.text) for cell in header]
        for column in OTHER_NAMES:
            others = [at for at, cell in enumerate(header) if found[at] is None and other_name(cell.text) == column]
            if column not in found and len(others) == 1:
                found[others[0]] = column
        return found

    def group(self, text: str) -> str | None:
        """The group of this name."""
        return self._find(normalise(text), self.groups) or self._find(normalise(SIZE.sub("", text)), self.groups)

    def near(self, text: str, members: Sequence[str] | None = None) -> str | None:
        """The name of the study that a name comes near to, or that stands in it among other words; of certain names, or of all.

        A bare number comes near to nothing: the nearest to '1' would be 't1'.
        """
        if not re.search(r"[^\W\d]", text):
            return None
        known = [name for of in (labelled(self.protocol.groups), labelled(self.protocol.endpoints)) for pair in of for name in pair]
        candidates = members if members is not None else [*known, *REQUIRED, *LONG]
        words = f" {' '.join(_words(text))} "
        inside = [name for name in candidates if f" {' '.join(_words(name))} " in words]
        return nearest(text, candidates) or max(inside, key=len, default=None)

    def endpoint(self, text: str) -> tuple[str, str] | None:
        """The endpoint of this name, and the unit that stands behind the name; an empty unit where there is none."""
        bare = self._find(normalise(BRACKETS.sub("", text)), self.endpoints)
        whole = self._find(normalise(text), self.endpoints)
        # A name that is mapped as a whole may end in a unit like any other.
        if whole and normalise(text) not in names(self.protocol.endpoints):
            return whole, in_brackets(text)
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


def _words(text: str) -> list[str]:
    return re.findall(r"[^\W_]+", text.casefold())


def names(members: Mapping[str, Group] | Mapping[str, Endpoint]) -> dict[str, str]:
    """Every accepted form of each key: the key itself and its label."""
    return {normalise(name): key for key, label in labelled(members) for name in (key, label)}


def labelled(members: Mapping[str, Group] | Mapping[str, Endpoint]) -> list[tuple[str, str]]:
    """Each key with its label."""
    return [(key, member.label) for key, member in members.items()]


def other_name(text: str) -> str:
    """The column that a header names in other words; nothing where it names none.

    >>> other_name("Rat ID"), other_name("Mouse no."), other_name("#"), other_name("Treatment group"), other_name("Ratio")
    ('animal', 'animal', 'animal', 'group', '')
    """
    # Nothing is left of a number sign in a name without punctuation.
    form = normalise(BRACKETS.sub("", text)) or ("id" if text.strip() in ("#", "№") else "")
    return next((column for column, others in OTHER_NAMES.items() if form in others), "")


def in_brackets(header: str) -> str:
    """What stands in brackets at the end of a header: a unit."""
    found = BRACKETS.search(header)
    return found[1] if found else ""
