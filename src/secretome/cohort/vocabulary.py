"""The names that a file may use for columns, groups and endpoints: a key, a label, or a name that the user maps."""

import copy
import re
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache

from secretome.cohort.errors import quoted
from secretome.cohort.files.sheet import Cell
from secretome.cohort.units import canonical, is_unit
from secretome.protocol import Endpoint, Group, InputError, Problem, Protocol, name_key, nearest, spelling, with_micro

REQUIRED = ("animal", "group")
AUXILIARY = ("lloq", "uloq", "count", "exposure", "total")
OPTIONAL = (
    *("unit", "cage", "sex", "batch", "plate", "replicate", *AUXILIARY, "time", "event", "note", "exclude", "code"),
    *("origin", "scenario", "seed"),
)
LONG = ("endpoint", "value")
SURVIVAL_COLUMNS = ("time", "event")
COLUMNS = (*REQUIRED, *OPTIONAL, *LONG)
BRACKETS = re.compile(r"[\[({<（［【](.*)[\])}>）］】]\s*$")
# The limits of one endpoint's assay, such as 'lloq il6' or 'IL-6 ULOQ (pg/mL)'.
LIMIT_FIRST = re.compile(r"\s*(lloq|uloq)[\s_.:-]+(?:of\s+)?(.+)", re.IGNORECASE)
LIMIT_LAST = re.compile(r"\s*(.+?)[\s_.:-]+(lloq|uloq)\s*([\[(].*[\])])?\s*", re.IGNORECASE)
# The number of animals, which is often written after the name of a group.
SIZE = re.compile(r"\s*[\[(,]?\s*n\s*=\s*\d+\s*[\])]?\s*$", re.IGNORECASE)
# Other names of two columns, used if no column has the name itself and only one has another name.
ANIMAL_WORDS = ("animal", "subject", "rat", "mouse", "donor", "patient")
NUMBERS = ("", "id", "ids", "no", "nr", "num", "number", "name", "tag")
OTHER_NAMES = {
    "animal": frozenset({"id", *(word + number for word in ANIMAL_WORDS for number in NUMBERS)}),
    "group": frozenset(
        {"groups", "groupname", "treatment", "treatmentgroup", "experimentalgroup", "studygroup", "arm", "studyarm"}
    ),
}
# Other names of the column of sample ids, used only in a table for which there is a key.
SAMPLE_WORDS = ("sample", "specimen", "tube", "vial", "barcode", "code", "aliquot", "serum", "plasma")
SAMPLE_NAMES = frozenset(
    {"description", "uniquesampleid", "samplecode", *(word + number for word in SAMPLE_WORDS for number in NUMBERS)}
)
# A word for which an endpoint's label may have a short form; it is suggested, but not used.
LONG_FORMS = ((re.compile(r"interleukine?s?\b[\s-]*", re.IGNORECASE), "IL-"),)


class NameTable:
    """Names with their meanings, looked up first by spelling and then without neutral punctuation.

    A form that two names share is kept only if both have the same meaning.
    """

    def __init__(self, pairs: Iterable[tuple[str, str]]) -> None:
        pairs = list(pairs)
        self.by_spelling = _unique((spelling(name), meaning) for name, meaning in pairs)
        self.by_key = _unique((name_key(name), meaning) for name, meaning in pairs)


def _unique(pairs: Iterable[tuple[str, str]]) -> dict[str, str]:
    meanings: dict[str, set[str]] = {}
    for form, meaning in pairs:
        meanings.setdefault(form, set()).add(meaning)
    return {form: next(iter(names)) for form, names in meanings.items() if form and len(names) == 1}


class Vocabulary:
    """The names of a study and those that the user maps to them, which take precedence.

    Raises
    ------
    InputError
        If a name is mapped to something that the study does not have, or is mapped twice.
    """

    def __init__(self, protocol: Protocol, mapped: Mapping[str, str] | None = None) -> None:
        # Survival is read from the columns 'time' and 'event', and has no column of its own.
        self.survival = protocol.survival
        self.survival_optional = bool(self.survival) and protocol.endpoints[self.survival].optional
        self.time_unit = protocol.endpoints[self.survival].unit if self.survival else "h"
        protocol = protocol.without([self.survival])
        self.protocol = protocol
        self.columns_of_study = tuple(dict.fromkeys([*COLUMNS, *protocol.label_columns]))
        self.mapped = dict(mapped or {})
        self.has_samples = False
        self._study_names = {
            "group": NameTable((name, key) for key, group in protocol.groups.items() for name in (key, group.label)),
            "endpoint": NameTable(
                (name, key) for key, endpoint in protocol.endpoints.items() for name in (key, endpoint.label)
            ),
            "column": NameTable((column, column) for column in self.columns_of_study),
        }
        # The meaning of each mapped name, by kind of name.
        kinds = tuple(self._study_names)
        meanings = {old: {kind: self._meaning(new, kind) for kind in kinds} for old, new in self.mapped.items()}
        self._refuse_invalid(meanings)
        self._mapped_names = {
            kind: NameTable(
                (old, meaning) for old, by_kind in meanings.items() if (meaning := by_kind[kind]) is not None
            )
            for kind in kinds
        }
        self._spellings = {spelling(old): old for old in self.mapped}
        self._keys = {name_key(old): old for old in self.mapped}
        self._used: dict[str, str] = {}

    def _meaning(self, name: str, kind: str) -> str | None:
        names = self._study_names[kind]
        return names.by_spelling.get(spelling(name)) or names.by_key.get(name_key(name))

    def _refuse_invalid(self, meanings: Mapping[str, Mapping[str, str | None]]) -> None:
        problems = []
        names: dict[str, str] = {}

        def add(found: str, expected: str, remedy: str = "") -> None:
            problems.append(Problem("--map", "", found, expected, remedy))

        for old, new in self.mapped.items():
            if not name_key(old):
                expected = "a name in the file, with a letter, a digit or a sign such as +"
                add(f"{old!r} to be read as {new!r}", expected)
            other = names.setdefault(spelling(old), old)
            if meanings[other] != meanings[old]:
                found = f"{other!r} to be read as {self.mapped[other]!r}, and {old!r} as {new!r}"
                expected = "one meaning for a name, regardless of case and spaces"
                add(found, expected, "Remove one of the two options.")
            if not any(meanings[old].values()):
                candidates = [*self.protocol.groups, *self.protocol.endpoints]
                guess = nearest(new, [*candidates, *self.columns_of_study])
                expected = f"one of {', '.join(candidates)}, a label of one, or a column such as animal"
                add(f"{new!r} after '='", expected, f"The nearest is {guess!r}." if guess else "")
        if problems:
            raise InputError(problems)

    @property
    def notes(self) -> tuple[str, ...]:
        """Sentences about the mapped names."""
        return tuple(
            f"{self._used[old]!r} is read as {new!r}, as stated"
            if old in self._used
            else f"the name {old!r}, stated to mean {new!r}, is not in the file"
            for old, new in self.mapped.items()
        )

    def with_samples(self) -> "Vocabulary":
        """The same names, and common names for sample ids read as 'code', for tables that a key explains."""
        other = copy.copy(self)
        other.has_samples = True
        return other

    def is_mapped(self, text: str) -> bool:
        """Whether the user mapped this name."""
        return spelling(text) in self._spellings

    def column(self, text: str) -> str | None:
        """The column of this name, or the column to which the name is mapped."""
        return self._find(text, "column") or self._find(BRACKETS.sub("", text), "column", unless=text)

    def columns(self, header: Sequence[Cell]) -> list[str | None]:
        """The column that each cell of a header names, by its name or by an unambiguous other name."""
        columns = [self.column(cell.text) for cell in header]
        for column in (*OTHER_NAMES, *(("code",) if self.has_samples else ())):
            others = [
                at
                for at, cell in enumerate(header)
                if columns[at] is None and _may_name(cell.text, column) and not self.is_mapped(cell.text)
            ]
            if column not in columns and len(others) == 1:
                columns[others[0]] = column
        return columns

    def group(self, text: str) -> str | None:
        """The group of this name."""
        return self._find(text, "group") or self._find(SIZE.sub("", text), "group", unless=text)

    def similar(self, text: str, candidates: Sequence[str] | None = None) -> str | None:
        """The candidate, or name of the study, that is similar to a text or is one of its words.

        A number alone has no similar name, because the nearest to '1' would be 't1'. Names with different numbers are
        not similar: 'IL-8' is not 'IL-6'.
        """
        if not re.search(r"[^\W\d]", text):
            return None
        if candidates is None:
            protocol = self.protocol
            candidates = [*keys_and_labels(protocol.groups), *keys_and_labels(protocol.endpoints), *REQUIRED, *LONG]
        for form, short in LONG_FORMS:
            key = self._find(form.sub(short, text), "endpoint") if form.search(text) else None
            if key in candidates:
                return key
            text = form.sub(short, text)
        same = [name for name in candidates if sorted(_words(name)) == sorted(_words(text))]
        if same:
            return same[0]
        words = f" {' '.join(_words(text))} "
        contained = [name for name in candidates if f" {' '.join(_words(name))} " in words]
        return nearest_with_same_numbers(text, candidates) or max(contained, key=len, default=None)

    def endpoint(self, text: str) -> tuple[str, str] | None:
        """The endpoint of this name, and the unit after the name; an empty unit if there is none."""
        unit = unit_in_brackets(text)
        key = self._find(text, "endpoint")
        if self.is_mapped(text):
            # A mapped name may end in a unit; other text in its brackets is part of the name.
            return (key, unit if self._may_be_unit(unit) else "") if key else None
        if key:
            return key, ""
        key = self._find(BRACKETS.sub("", text), "endpoint") if BRACKETS.search(text) else None
        return (key, unit) if key else self._with_unit(text)

    def limit(self, text: str) -> tuple[str, str] | None:
        """The limit ('lloq' or 'uloq') and the endpoint that a header such as 'IL-6 LLOQ' names."""
        first, last = LIMIT_FIRST.fullmatch(text), LIMIT_LAST.fullmatch(text)
        if not (first or last) or self.is_mapped(text):
            return None
        name, rest = (first[1], first[2]) if first else (last[2], f"{last[1]} {last[3] or ''}") if last else ("", "")
        endpoint = self.endpoint(rest.strip())
        unit_is_known = endpoint and (not endpoint[1] or canonical(endpoint[1]) == canonical(self._unit(endpoint[0])))
        return (name.casefold(), endpoint[0]) if endpoint and unit_is_known else None

    def _unit(self, endpoint: str) -> str:
        return self.protocol.endpoints[endpoint].unit

    def _may_be_unit(self, text: str) -> bool:
        return is_unit(text) or any(
            canonical(text) == canonical(endpoint.unit) for endpoint in self.protocol.endpoints.values()
        )

    def _with_unit(self, text: str) -> tuple[str, str] | None:
        """An endpoint and a unit after it without brackets."""
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
        mapped, names = self._mapped_names[kind], self._study_names[kind]
        if form in self._spellings:
            self._note(self._spellings[form], self._spellings[form])
            return mapped.by_spelling.get(form)
        if form in names.by_spelling:
            return names.by_spelling[form]
        if key in mapped.by_key:
            self._note(self._keys[key], text.strip())
            return mapped.by_key[key]
        return names.by_key.get(key)

    def _note(self, old: str, text: str) -> None:
        if self._used.get(old) != old:
            self._used[old] = text


def nearest_with_same_numbers(name: str, names: Iterable[str], cutoff: float = 0.6) -> str | None:
    """Return the nearest of the names with the same numbers in the same order.

    >>> nearest_with_same_numbers("IL-8", ["IL-6", "IL-4"]), nearest_with_same_numbers("IL4x", ["IL-6", "IL-4"])
    (None, 'IL-4')
    """
    numbers = re.findall(r"\d+", name)
    return nearest(name, [other for other in names if re.findall(r"\d+", other) == numbers], cutoff)


def map_option(name: str, meaning: str) -> str:
    """Return the option that maps one name to another.

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


def map_options(names: Iterable[str], meaning: str) -> str:
    """Return the options that map several names to one."""
    return " ".join(map_option(name, meaning) for name in names)


def combined_columns(names: Iterable[str], group: str) -> str:
    """How to state the groups if two columns make them."""
    return (
        f"If {quoted(names, ' and ')} together make the groups, write them into one column 'group', with the names of "
        f"the study, such as {group!r}."
    )


def required_column(column: str, likely: Iterable[str]) -> str:
    """How to state which column contains the animals or the groups."""
    if likely:
        return f"State which one it is: {' or '.join(map_option(name, column) for name in likely)}."
    return "Number the animals in a separate column." if column == "animal" else "Give every animal its group."


def _words(text: str) -> list[str]:
    return re.findall(r"[^\W_]+", with_micro(text.casefold()))


def keys_and_labels(members: Mapping[str, Group] | Mapping[str, Endpoint]) -> list[str]:
    """Return the key and the label of each group or endpoint."""
    return [name for key, member in members.items() for name in (key, member.label)]


# Kept, because a header is looked at once for each column that has other names, and again with each row below it.
@lru_cache(maxsize=8192)
def other_name(text: str) -> str:
    """Return the column that a header names by another common name; empty if there is none.

    >>> [other_name(text) for text in ("Rat ID", "Mouse no.", "#", "Treatment group", "Ratio")]
    ['animal', 'animal', 'animal', 'group', '']
    """
    form = "id" if text.strip() in ("#", "№") else name_key(BRACKETS.sub("", re.sub("[#№]", " no", text)))
    return next((column for column, others in OTHER_NAMES.items() if form in others), "")


def _may_name(text: str, column: str) -> bool:
    """Whether a header is another common name of a column."""
    if column != "code":
        return other_name(text) == column
    return name_key(BRACKETS.sub("", re.sub("[#№]", " no", text))) in SAMPLE_NAMES


def unit_in_brackets(header: str) -> str:
    """Return the text in brackets at the end of a header."""
    match = BRACKETS.search(header)
    return match[1] if match else ""
