"""The names that a file may use for columns, groups and endpoints: a key, a label, or a name that the user maps."""

import re
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache

from secretome.cohort.files.sheet import Cell
from secretome.cohort.units import canonical, is_unit
from secretome.protocol import Endpoint, Group, InputError, Problem, Protocol, name_key, nearest, spelling

REQUIRED = ("animal", "group")
BESIDE = ("lloq", "uloq", "count", "exposure", "total")
OPTIONAL = (
    *("unit", "cage", "sex", "batch", "plate", "replicate", *BESIDE, "time", "event", "note", "exclude", "code"),
    *("origin", "scenario", "seed"),
)
LONG = ("endpoint", "value")
COLUMNS = (*REQUIRED, *OPTIONAL, *LONG)
BRACKETS = re.compile(r"[\[(](.*)[\])]\s*$")
# How many animals a group has is often written behind its name.
SIZE = re.compile(r"\s*[\[(,]?\s*n\s*=\s*\d+\s*[\])]?\s*$", re.IGNORECASE)
# Other names of two columns, believed where no column has the name itself and no two have another.
KIN = ("animal", "subject", "rat", "mouse", "donor", "patient")
NUMBERS = ("", "id", "ids", "no", "nr", "num", "number", "name", "tag")
OTHER_NAMES = {
    "animal": frozenset({"id", *(kin + number for kin in KIN for number in NUMBERS)}),
    "group": frozenset(
        {"groups", "groupname", "treatment", "treatmentgroup", "experimentalgroup", "studygroup", "arm", "studyarm"}
    ),
}
# A word for which an endpoint's label may have a short form; it is suggested, but not used.
LONG_FORMS = ((re.compile(r"interleukine?s?\b[\s-]*", re.IGNORECASE), "IL-"),)


class NameTable:
    """Names with their meanings, looked up first by spelling and then without neutral punctuation.

    Parameters
    ----------
    pairs : iterable of (str, str)
        Names and their meanings. A form that two names share is found only if both have the same meaning.
    """

    def __init__(self, pairs: Iterable[tuple[str, str]]) -> None:
        pairs = list(pairs)
        self.by_spelling = _unique((spelling(name), meaning) for name, meaning in pairs)
        self.by_key = _unique((name_key(name), meaning) for name, meaning in pairs)


def _unique(pairs: Iterable[tuple[str, str]]) -> dict[str, str]:
    meanings: dict[str, set[str]] = {}
    for form, meaning in pairs:
        meanings.setdefault(form, set()).add(meaning)
    return {form: next(iter(found)) for form, found in meanings.items() if form and len(found) == 1}


class Vocabulary:
    """What the names of a file mean in a study.

    Parameters
    ----------
    protocol : Protocol
        The study.
    mapped : mapping, optional
        Names in the file, each with its group, endpoint or column. They take precedence over the study's own names.

    Raises
    ------
    InputError
        If a name is mapped to something that the study does not have, or is mapped twice.
    """

    def __init__(self, protocol: Protocol, mapped: Mapping[str, str] | None = None) -> None:
        self.protocol = protocol
        self.mapped = dict(mapped or {})
        self._own = {
            "group": NameTable((name, key) for key, label in labelled(protocol.groups) for name in (key, label)),
            "endpoint": NameTable((name, key) for key, label in labelled(protocol.endpoints) for name in (key, label)),
            "column": NameTable((column, column) for column in COLUMNS),
        }
        # The meaning of each mapped name, by kind of name.
        meanings = {old: {kind: self._meaning(new, kind) for kind in self._own} for old, new in self.mapped.items()}
        self._refuse_unfit(meanings)
        self._said = {
            kind: NameTable((old, meant) for old, found in meanings.items() if (meant := found[kind]) is not None)
            for kind in self._own
        }
        self._spelt = {spelling(old): old for old in self.mapped}
        self._keys = {name_key(old): old for old in self.mapped}
        self._met: dict[str, str] = {}

    def _meaning(self, name: str, kind: str) -> str | None:
        own = self._own[kind]
        return own.by_spelling.get(spelling(name)) or own.by_key.get(name_key(name))

    def _refuse_unfit(self, meanings: Mapping[str, Mapping[str, str | None]]) -> None:
        protocol = self.protocol
        problems = []
        spelt: dict[str, str] = {}
        for old, new in self.mapped.items():
            if not name_key(old):
                expected = "a name in the file, with a letter, a digit or a sign such as +"
                problems.append(Problem("--map", "", f"{old!r} to be read as {new!r}", expected))
            other = spelt.setdefault(spelling(old), old)
            if meanings[other] != meanings[old]:
                found = f"{other!r} to be read as {self.mapped[other]!r}, and {old!r} as {new!r}"
                problems.append(
                    Problem(
                        "--map",
                        "",
                        found,
                        "one meaning for a name, regardless of case and spaces",
                        "Remove one of the two options.",
                    )
                )
            if not any(meanings[old].values()):
                candidates = [*protocol.groups, *protocol.endpoints]
                guess = nearest(new, [*candidates, *COLUMNS])
                hint = f"The nearest is {guess!r}." if guess else ""
                expected = f"one of {', '.join(candidates)}, a label of one, or a column such as animal"
                problems.append(Problem("--map", "", f"{new!r} after '='", expected, hint))
        if problems:
            raise InputError(problems)

    @property
    def understood(self) -> tuple[str, ...]:
        """What became of the mapped names, in sentences."""
        return tuple(
            f"{self._met[old]!r} is read as {new!r}, as set by --map"
            if old in self._met
            else f"--map: the name {old!r} is not in the file"
            for old, new in self.mapped.items()
        )

    def is_mapped(self, text: str) -> bool:
        """Whether the user mapped this name."""
        return spelling(text) in self._spelt

    def column(self, text: str) -> str | None:
        """The column that every study knows by this header, or that it is mapped to."""
        return self._find(text, "column") or self._find(BRACKETS.sub("", text), "column", unless=text)

    def columns(self, header: Sequence[Cell]) -> list[str | None]:
        """The column that each cell of a header names, by its name or by an unambiguous other name."""
        found = [self.column(cell.text) for cell in header]
        for column in OTHER_NAMES:
            others = [
                at
                for at, cell in enumerate(header)
                if found[at] is None and other_name(cell.text) == column and not self.is_mapped(cell.text)
            ]
            if column not in found and len(others) == 1:
                found[others[0]] = column
        return found

    def group(self, text: str) -> str | None:
        """The group of this name."""
        return self._find(text, "group") or self._find(SIZE.sub("", text), "group", unless=text)

    def near(self, text: str, members: Sequence[str] | None = None) -> str | None:
        """The name of the study, or of `members`, that is similar to a text or is one of its words.

        A number alone has no similar name, because the nearest to '1' would be 't1'. Names with
        different numbers are not similar: 'IL-8' is not 'IL-6'.
        """
        if not re.search(r"[^\W\d]", text):
            return None
        known = [
            name
            for of in (labelled(self.protocol.groups), labelled(self.protocol.endpoints))
            for pair in of
            for name in pair
        ]
        candidates = list(members if members is not None else [*known, *REQUIRED, *LONG])
        for form, short in LONG_FORMS:
            found = self._find(form.sub(short, text), "endpoint") if form.search(text) else None
            if found in candidates:
                return found
            text = form.sub(short, text)
        words = f" {' '.join(_words(text))} "
        inside = [name for name in candidates if f" {' '.join(_words(name))} " in words]
        return nearest_of_numbers(text, candidates) or max(inside, key=len, default=None)

    def endpoint(self, text: str) -> tuple[str, str] | None:
        """The endpoint of this name, and the unit that stands behind the name; an empty unit where there is none."""
        stated = in_brackets(text)
        whole = self._find(text, "endpoint")
        if self.is_mapped(text):
            # A name that is mapped as a whole may end in a unit; other text in its brackets is part of the name.
            return (whole, stated if self._may_be_unit(stated) else "") if whole else None
        if whole:
            return whole, ""
        bare = self._find(BRACKETS.sub("", text), "endpoint") if BRACKETS.search(text) else None
        return (bare, stated) if bare else self._with_unit(text)

    def _may_be_unit(self, text: str) -> bool:
        return is_unit(text) or any(
            canonical(text) == canonical(endpoint.unit) for endpoint in self.protocol.endpoints.values()
        )

    def _with_unit(self, text: str) -> tuple[str, str] | None:
        """An endpoint and what follows it, where that is a unit written without brackets."""
        for key, endpoint in self.protocol.endpoints.items():
            for name in (key, endpoint.label):
                rest = _followed(name).match(text)
                if rest and (
                    name_key(rest[1]) == name_key(endpoint.unit) or canonical(rest[1]) == canonical(endpoint.unit)
                ):
                    return key, endpoint.unit
                if rest and re.fullmatch(r"\S{1,6}\s?[/_]\s?\S{1,4}|%", rest[1].strip()):
                    return key, rest[1].strip()
        return None

    def _find(self, text: str, kind: str, unless: str = "") -> str | None:
        """The meaning of a name, if it is of a kind.

        A name that the user mapped has only that meaning, even if more text follows it.
        """
        if unless and self.is_mapped(unless):
            return None
        form, key = spelling(text), name_key(text)
        said, own = self._said[kind], self._own[kind]
        if form in self._spelt:
            self._note(self._spelt[form], self._spelt[form])
            return said.by_spelling.get(form)
        if form in own.by_spelling:
            return own.by_spelling[form]
        if key in said.by_key:
            self._note(self._keys[key], text.strip())
            return said.by_key[key]
        return own.by_key.get(key)

    def _note(self, old: str, text: str) -> None:
        if self._met.get(old) != old:
            self._met[old] = text


def nearest_of_numbers(name: str, names: Iterable[str], cutoff: float = 0.6) -> str | None:
    """The nearest of those names that hold the same numbers in the same order.

    >>> nearest_of_numbers("IL-8", ["IL-6", "IL-4"]), nearest_of_numbers("IL4x", ["IL-6", "IL-4"])
    (None, 'IL-4')
    """
    numbers = re.findall(r"\d+", name)
    return nearest(name, [other for other in names if re.findall(r"\d+", other) == numbers], cutoff)


def map_option(name: str, meaning: str) -> str:
    """The option that maps one name to another.

    >>> print(map_option("CLP", "control"))
    --map 'CLP=control'
    """
    text = f"{name.strip()}={meaning}"
    if "'" not in text:
        return f"--map '{text}'"
    return '--map "' + re.sub(r'([\\"$`])', r"\\\1", text) + '"'


# Kept, because every cell of a header is compared with every endpoint.
@lru_cache(maxsize=1024)
def _followed(name: str) -> re.Pattern[str]:
    """The pattern of a name that more text follows."""
    return re.compile(rf"\s*{re.escape(name)}[\s,_]+(\S.*)$", re.IGNORECASE)


def _words(text: str) -> list[str]:
    return re.findall(r"[^\W_]+", text.casefold())


def labelled(members: Mapping[str, Group] | Mapping[str, Endpoint]) -> list[tuple[str, str]]:
    """Each key with its label."""
    return [(key, member.label) for key, member in members.items()]


# Kept, because a header is looked at once for each column that has other names, and again with each row below it.
@lru_cache(maxsize=8192)
def other_name(text: str) -> str:
    """The column that a header names in other words; nothing where it names none.

    >>> [other_name(text) for text in ("Rat ID", "Mouse no.", "#", "Treatment group", "Ratio")]
    ['animal', 'animal', 'animal', 'group', '']
    """
    form = "id" if text.strip() in ("#", "№") else name_key(BRACKETS.sub("", re.sub("[#№]", " no", text)))
    return next((column for column, others in OTHER_NAMES.items() if form in others), "")


def in_brackets(header: str) -> str:
    """What stands in brackets at the end of a header: a unit."""
    found = BRACKETS.search(header)
    return found[1] if found else ""
