"""Check the content of a YAML file against its dataclasses where pydantic is not available, as in a browser."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import MISSING, fields, is_dataclass
from datetime import date
from decimal import Decimal
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, NamedTuple, TypeVar, Union, get_args, get_origin, get_type_hints

from secretome.protocol.fields import Before, ContradictionsError, FieldRule

Model = TypeVar("Model")
Place = tuple[str, ...]
LIMITS: dict[str, tuple[Callable[[Any, Any], bool], str]] = {
    "ge": (lambda value, limit: value >= limit, "greater than or equal to {}"),
    "gt": (lambda value, limit: value > limit, "greater than {}"),
    "le": (lambda value, limit: value <= limit, "less than or equal to {}"),
    "lt": (lambda value, limit: value < limit, "less than {}"),
    "min_length": (lambda value, limit: len(value) >= limit, "at least {} long"),
}
TRUTH = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}


class Fault(NamedTuple):
    """One thing wrong with the content: where it is, what was found, and what was expected."""

    place: Place
    found: str
    expected: str


def contradictions(place: Place, error: ContradictionsError) -> Iterator[Fault]:
    """Yield a fault for each contradiction between the keys at a place, at the key with which its sentence begins."""
    where = f" in {'.'.join(place)!r}" if place else ""
    for sentence in error.sentences:
        first = sentence.split(maxsplit=1)[0].rstrip(":")
        found = f"a contradiction{where}: {sentence}"
        yield Fault((*place, *first.split(".")), found, "keys that agree with one another")


class FaultsError(ValueError):
    """Raised with every fault of the content."""

    def __init__(self, faults: list[Fault]) -> None:
        super().__init__("; ".join(f"{'.'.join(fault.place)}: {fault.found}" for fault in faults))
        self.faults = faults


def build_checked(model: type[Model], content: object, guide: str) -> Model:
    """Build a dataclass from what was read from a file.

    Parameters
    ----------
    model : type
        A dataclass.
    content : object
        The mappings, lists and values of the file; every value may be text.
    guide : str
        What error messages call the document that lists the keys.

    Raises
    ------
    FaultsError
        With every key that is missing, unknown or wrong.

    Examples
    --------
    >>> from secretome.protocol import Source
    >>> try:
    ...     build_checked(Source, {"citation": "sari-2025", "licence": ""}, "the guide")
    ... except FaultsError as error:
    ...     print(error)
    licence: '' for 'licence'; text: no key 'text'
    """
    checker = _Checker(guide)
    built: Model = checker.value(model, content, ())
    if checker.faults:
        raise FaultsError(checker.faults)
    return built


class _Checker:
    """Builds values, and collects the faults; a faulty value is None."""

    def __init__(self, guide: str) -> None:
        self.guide = guide
        self.faults: list[Fault] = []

    def refuse(self, place: Place, value: object, expected: str) -> None:
        name = ".".join(place) or "the file"
        found = f"{value!r} for {name!r}" if isinstance(value, str | int | float | bool | None) else name
        self.faults.append(Fault(place, found, expected))

    def value(self, kind: Any, value: Any, place: Place) -> Any:
        origin, arguments = get_origin(kind), get_args(kind)
        if origin is Annotated:
            return self._annotated(arguments[0], arguments[1:], value, place)
        if origin in (Union, UnionType):
            kinds = [each for each in arguments if each is not NoneType]
            return None if value is None else self.value(kinds[0], value, place)
        if origin is Literal:
            expected = " or ".join(map(repr, arguments))
            return self._converted(lambda text: arguments[arguments.index(text)], value, place, expected)
        if origin is dict:
            return {
                key: self.value(arguments[1], member, (*place, str(key))) for key, member in self._items(value, place)
            }
        if origin is tuple:
            if not isinstance(value, list | tuple):
                self.refuse(place, value, "a list")
                return None
            return tuple(self.value(arguments[0], member, (*place, str(at))) for at, member in enumerate(value))
        if isinstance(kind, type) and is_dataclass(kind):
            return value if isinstance(value, kind) else self._dataclass(kind, value, place)
        return self._plain(kind, value, place)

    def _annotated(self, kind: Any, rules: tuple[Any, ...], value: Any, place: Place) -> Any:
        before = len(self.faults)
        for rule in rules:
            if isinstance(rule, Before):
                try:
                    value = rule.function(value)
                except ValueError as error:
                    self.refuse(place, value, str(error))
                    return None
        built = self.value(kind, value, place)
        limits = [limit for rule in rules if isinstance(rule, FieldRule) for limit in rule.rule.items()]
        for name, limit in limits if len(self.faults) == before else []:
            if name in LIMITS and not LIMITS[name][0](built, limit):
                shown = str(built) if isinstance(built, Decimal) else built
                self.refuse(place, shown, LIMITS[name][1].format(limit))
                return None
        return built

    def _items(self, value: Any, place: Place) -> Iterator[tuple[str, Any]]:
        if isinstance(value, Mapping):
            yield from value.items()
        else:
            self.refuse(place, value, "keys with their values")

    def _dataclass(self, kind: Any, value: Any, place: Place) -> Any:
        before = len(self.faults)
        hints = get_type_hints(kind, include_extras=True)
        known = {field.name: field for field in fields(kind)}
        members = {}
        for name, member in self._items(value, place):
            if name in known:
                members[name] = self.value(hints[name], member, (*place, name))
            else:
                own = ".".join((*place, str(name)))
                self.faults.append(
                    Fault((*place, str(name)), f"the unknown key {own!r}", f"only the keys that {self.guide} lists")
                )
        for name, field in known.items() if isinstance(value, Mapping) else ():
            if name not in members and field.default is MISSING and field.default_factory is MISSING:
                self.faults.append(Fault((*place, name), f"no key {'.'.join((*place, name))!r}", "this key"))
        if len(self.faults) > before:
            return None
        try:
            return kind(**members)
        except ContradictionsError as error:
            self.faults.extend(contradictions(place, error))
            return None
        except ValueError as error:
            self.refuse(place, None if not place else {}, str(error))
            return None

    def _plain(self, kind: Any, value: Any, place: Place) -> Any:
        if kind is bool:
            return self._converted(lambda text: TRUTH[str(text).strip().casefold()], value, place, "true or false")
        if kind is date:
            return self._converted(
                lambda text: date.fromisoformat(str(text)), value, place, "a date such as 2026-03-01"
            )
        if kind is str:
            return value if isinstance(value, str) else self._converted(_text, value, place, "text")
        if kind is int:
            return self._converted(lambda text: int(str(text)), value, place, "a whole number")
        if kind is float:
            return self._converted(lambda text: float(str(text)), value, place, "a number")
        return value

    def _converted(self, convert: Callable[[Any], Any], value: Any, place: Place, expected: str) -> Any:
        try:
            return convert(value)
        except (ValueError, KeyError, TypeError):
            self.refuse(place, value, expected)
            return None


def _text(value: object) -> str:
    if not isinstance(value, int | float):
        raise TypeError("not text")
    return str(value)
