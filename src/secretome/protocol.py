"""What a study is: groups, endpoints, contrasts and claims, read from ``protocol.yml`` into typed models."""

import difflib
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

Kind = Literal["concentration", "titre", "count", "proportion", "continuous", "survival"]
Origin = Literal["simulated", "published-summary", "published-individual", "measured"]
Text = Annotated[str, Field(min_length=1)]

ORIGINS: tuple[Origin, ...] = ("simulated", "published-summary", "published-individual", "measured")


@dataclass(frozen=True)
class Problem:
    """One thing wrong with a file: where, what was found, what was expected, and how to mend it."""

    file: str
    place: str
    found: str
    expected: str
    remedy: str = ""

    def __str__(self) -> str:
        where = f"{self.file}, {self.place}" if self.place else self.file
        return f"{where}: found {self.found}; expected {self.expected}." + (f" {self.remedy}" if self.remedy else "")


class Refusal(ValueError):
    """Raised when a file cannot be used; carries every problem found in it."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(map(str, self.problems)))


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Source(_Strict):
    """Where a fact comes from: a key of ``book/references.bib``, in words, and under which licence."""

    citation: Text
    text: Text
    url: Text
    licence: Text


class Group(_Strict):
    """One arm of the study."""

    label: Text
    role: Literal["control", "sham", "treated", "reference"]
    dose: float | None = None
    dose_unit: str = ""
    route: str = ""


class Zone(_Strict):
    """The zone of no effect, on the scale of the effect, and why it is where it is."""

    low: float
    high: float
    reason: Text

    @model_validator(mode="after")
    def _ordered(self) -> "Zone":
        if not 0 < self.low < self.high:
            raise ValueError(f"low ({self.low:g}) must be above zero and below high ({self.high:g})")
        return self


class Endpoint(_Strict):
    """One thing measured on every animal."""

    label: Text
    unit: Text
    kind: Kind
    lowest: float | None = None
    highest: float | None = None
    no_effect: Zone


class PublishedTest(_Strict):
    """The test that stands for what the authors did, and how far they say so."""

    method: Literal["signed_rank", "mann_whitney"]
    stated: Text


class Claim(_Strict):
    """A published claim, made something that a cohort can answer."""

    sentence: Text
    endpoint: Text
    direction: Literal["up", "down"]
    kind: Literal["single"]
    contrast: Text
    family: tuple[Text, ...] = ()
    published_test: PublishedTest
    printed_range: tuple[float, float] | None = None
    source: Text

    @model_validator(mode="after")
    def _range_ordered(self) -> "Claim":
        if self.printed_range and not 0 < self.printed_range[0] < self.printed_range[1]:
            raise ValueError("printed_range must be two ratios above zero, the smaller first")
        return self

    @property
    def compared(self) -> tuple[str, ...]:
        """The contrasts the claim is adjusted over: its family, or itself alone."""
        return self.family or (self.contrast,)

    @property
    def sides(self) -> tuple[str, str]:
        """The treated and the control group of the claim's contrast."""
        return sides(self.contrast)


class OwnCohort(_Strict):
    """The cohort that a study's page shows when no other is given."""

    file: Text
    source: Text


class Protocol(_Strict):
    """A whole study, as its ``protocol.yml`` states it."""

    key: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]
    title: Text
    setting: Literal["in vivo", "in vitro"]
    species: Text
    experimental_unit: Text
    design: Literal["independent", "paired"] = "independent"
    by: str = ""
    scale: Literal["log"] = "log"
    cohort: OwnCohort
    sources: dict[str, Source]
    groups: dict[str, Group]
    endpoints: dict[str, Endpoint]
    claims: dict[str, Claim]

    @model_validator(mode="after")
    def _names_agree(self) -> "Protocol":
        faults = [*self._unknown_names(), *self._colliding_names()]
        if not self.claims:
            faults.append("a study needs one claim or more")
        if self.design == "paired" and len({claim.contrast for claim in self.claims.values()}) > 1:
            faults.append("a paired study has one contrast")
        if (self.design == "paired") != bool(self.by):
            faults.append("a paired design, and only a paired one, needs 'by': the column that makes the pairs")
        if faults:
            raise ValueError("; ".join(faults))
        return self

    def _unknown_names(self) -> Iterator[str]:
        if self.cohort.source not in self.sources:
            yield f"cohort.source {self.cohort.source!r} is not among the sources"
        for key, claim in self.claims.items():
            if claim.endpoint not in self.endpoints:
                yield f"claims.{key}.endpoint {claim.endpoint!r} is not among the endpoints"
            if claim.source not in self.sources:
                yield f"claims.{key}.source {claim.source!r} is not among the sources"
            if claim.contrast not in claim.compared:
                yield f"claims.{key}.contrast {claim.contrast!r} is not in its own family"
            for contrast in claim.compared:
                treated, control = sides(contrast)
                if treated == control:
                    yield f"claims.{key}: contrast {contrast!r} compares a group with itself"
                for group in (treated, control):
                    if group not in self.groups:
                        yield f"claims.{key}: contrast {contrast!r} names {group!r}, which is not among the groups"

    def _colliding_names(self) -> Iterator[str]:
        for what, members in (("groups", self.groups), ("endpoints", self.endpoints)):
            owners: dict[str, str] = {}
            for key, member in members.items():
                for name in (key, member.label):
                    owner = owners.setdefault(normalise(name), key)
                    if owner != key:
                        yield f"{what}: {owner!r} and {key!r} cannot be told apart by {name!r}"

    @property
    def pair(self) -> tuple[str, str]:
        """Treated and control group of a paired study."""
        return next(iter(self.claims.values())).sides


def sides(contrast: str) -> tuple[str, str]:
    """The treated and the control group of a contrast.

    >>> sides("with_cm vs without")
    ('with_cm', 'without')
    """
    treated, _, control = contrast.partition(" vs ")
    return treated, control


def normalise(name: str) -> str:
    """A name without case, spaces and punctuation, for comparing names."""
    return re.sub(r"[\W_]+", "", name.casefold())


def nearest(name: str, names: Iterable[str]) -> str | None:
    """The one of `names` most like `name`, or None when none is near."""
    by_form = {normalise(candidate): candidate for candidate in names}
    found = difflib.get_close_matches(normalise(name), by_form, n=1, cutoff=0.6)
    return by_form[found[0]] if found else None


def notebooks_folder() -> Path:
    """Where the studies are: in the installed package, else in the repository."""
    installed = Path(__file__).parent / "_notebooks"
    return installed if installed.is_dir() else Path(__file__).parents[2] / "notebooks"


def study_names() -> list[str]:
    """The keys of the studies there are."""
    return sorted(path.parent.name for path in notebooks_folder().glob("*/protocol.yml"))


def study_folder(name: str) -> Path:
    """The folder of a study.

    Raises
    ------
    ValueError
        If there is no such study; the nearest name is suggested.
    """
    names = study_names()
    if name not in names:
        guess = nearest(name, names)
        hint = f" Did you mean {guess}?" if guess else ""
        raise ValueError(f"There is no study {name!r}; the studies are {', '.join(names)}.{hint}")
    return notebooks_folder() / name


def load_protocol(path: Path) -> Protocol:
    """Read a ``protocol.yml``.

    Raises
    ------
    Refusal
        With every key that is missing, unknown or wrong, and its line.
    """
    try:
        text = path.read_text(encoding="utf-8")
        root = yaml.compose(text, Loader=yaml.SafeLoader)
        content = yaml.safe_load(text)
    except (yaml.YAMLError, UnicodeDecodeError, RecursionError) as error:
        mark = getattr(error, "problem_mark", None)
        found = str(getattr(error, "problem", None) or error)
        raise Refusal([Problem(path.name, f"line {mark.line + 1 if mark else 1}", found, "valid YAML in UTF-8")]) from error
    lines: dict[tuple[str, ...], int] = {}
    repeated = list(_index(root, (), lines)) if root else []
    if repeated:
        raise Refusal(
            Problem(path.name, f"line {line}", f"the key {'.'.join(key)!r} a second time", "each key once") for key, line in repeated
        )
    try:
        protocol = Protocol.model_validate(content)
    except ValidationError as error:
        raise Refusal(_problem(path, fault, lines) for fault in error.errors()) from error
    if protocol.key != path.parent.name:
        found = f"key {protocol.key!r} in the folder {path.parent.name!r}"
        raise Refusal([Problem(path.name, "line 1", found, "the folder's name as the key")])
    return protocol


def _index(node: yaml.Node, place: tuple[str, ...], lines: dict[tuple[str, ...], int]) -> Iterator[tuple[tuple[str, ...], int]]:
    """Note the line of every key below `node`; yield keys that stand twice, which YAML itself would let pass."""
    lines.setdefault(place, node.start_mark.line + 1)
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            inner = (*place, str(key.value))
            if inner in lines:
                yield inner, key.start_mark.line + 1
            lines[inner] = key.start_mark.line + 1
            yield from _index(value, inner, lines)
    elif isinstance(node, yaml.SequenceNode):
        for position, value in enumerate(node.value):
            yield from _index(value, (*place, str(position)), lines)


def _problem(path: Path, fault: Any, lines: dict[tuple[str, ...], int]) -> Problem:
    place = tuple(map(str, fault["loc"]))
    known = next(place[:end] for end in range(len(place), -1, -1) if place[:end] in lines or end == 0)
    name = ".".join(place) or "the protocol"
    if fault["type"] == "missing":
        found, expected = f"no key {name!r}", "this key"
    elif fault["type"] == "extra_forbidden":
        found, expected = f"the unknown key {name!r}", "only the keys that the contributing guide lists"
    else:
        shown = repr(fault["input"]) if isinstance(fault["input"], str | int | float | bool | None) else name
        message = fault["msg"].removeprefix("Value error, ").removeprefix("Input should be ")
        found, expected = f"{shown} for {name!r}" if shown != name else name, message
    return Problem(path.name, f"line {lines.get(known, 1)}", found, expected)
