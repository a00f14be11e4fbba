"""Read a YAML file as a typed model; every error states the key and the line."""

from collections.abc import Collection, Iterator
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import yaml

from secretome.protocol.fields import ContradictionsError
from secretome.protocol.files import InputError, Problem, read_regular_file
from secretome.protocol.json_files import has_pydantic
from secretome.protocol.plain_checks import Fault, FaultsError, build_checked, contradictions

if TYPE_CHECKING:
    from pydantic import TypeAdapter

# The loaders in C are ten times as fast, but not available everywhere. All of these loaders are safe.
LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
# Reads every value as text, so that a printed 1.80 keeps its zero.
TEXT_LOADER: Any = getattr(yaml, "CBaseLoader", yaml.BaseLoader)

# In bytes; the largest protocol of the book has 20 000.
MAX_BYTES = 1_000_000
MAX_NODES = 50_000
MAX_DEPTH = 50

Lines = dict[tuple[str, ...], int]
Model = TypeVar("Model")


def read_model(
    path: Path, model: type[Model], *, label: str, guide: str, loader: Any = LOADER, tags: Collection[str] = ()
) -> tuple[Model, Lines]:
    """Read a YAML file as a model.

    Parameters
    ----------
    path : Path
        The file.
    model : type
        A dataclass or another type that pydantic validates.
    label, guide : str
        What error messages call the file, such as "the protocol", and the document that lists its keys.
    loader : type, optional
        How values are read: as numbers and dates, or as text (`TEXT_LOADER`).
    tags : collection of str, optional
        The tags of the model's unions. Pydantic states them in the places of errors, but the file has no such keys.

    Returns
    -------
    model : Model
        The content.
    lines : dict
        The line of every key, by the keys that lead to it.

    Raises
    ------
    InputError
        If the file cannot be read, or with every key that is missing, unknown, repeated or wrong, and its line.
    """
    content, lines = _load(path, loader)
    if not has_pydantic():
        return _read_without_pydantic(path, model, content, lines, guide), lines
    # Imported here, because a browser has no pydantic.
    from pydantic import ValidationError

    try:
        return adapter(model).validate_python(content), lines
    except ValidationError as error:
        faults = [each for fault in error.errors() for each in _faults(fault, label, guide, tags)]
        raise InputError(
            Problem(path.name, line_of(fault.place, lines), fault.found, fault.expected) for fault in faults
        ) from error


def _read_without_pydantic(path: Path, model: type[Model], content: object, lines: Lines, guide: str) -> Model:
    try:
        return build_checked(model, content, guide)
    except FaultsError as error:
        raise InputError(
            Problem(path.name, line_of(fault.place, lines), fault.found, fault.expected) for fault in error.faults
        ) from error


# Kept, because pydantic takes a tenth of a second to prepare the validation of a protocol.
_adapters: dict[object, Any] = {}


def adapter(model: type[Model]) -> "TypeAdapter[Model]":
    """Return what validates a model, and describes it as a JSON schema."""
    from pydantic import TypeAdapter

    made: TypeAdapter[Model] = _adapters.get(model) or TypeAdapter(model)
    _adapters[model] = made
    return made


def _load(path: Path, loader: Any) -> tuple[Any, Lines]:
    """The content of a YAML file, and the line of every key."""
    lines: Lines = {}
    try:
        text = read_regular_file(path, largest=MAX_BYTES).decode("utf-8")
        _check_size(text, loader)
        root = yaml.compose(text, Loader=loader)
        content = yaml.load(text, Loader=loader)
        repeated = list(_index(root, (), lines)) if root else []
    except _TooLarge as error:
        expected = f"at most {MAX_NODES} keys and values, at most {MAX_DEPTH} levels deep, without aliases of aliases"
        raise InputError.of(path.name, f"line {error.line}", str(error), expected) from error
    except (yaml.YAMLError, UnicodeDecodeError, RecursionError) as error:
        mark = getattr(error, "problem_mark", None)
        found, line = str(getattr(error, "problem", None) or error), mark.line + 1 if mark else 1
        remedy = "Compare the indentation and the quotation marks of this line and of those above it."
        found = f"text that is not YAML ({found})"
        raise InputError.of(path.name, f"line {line}", found, "valid YAML in UTF-8", remedy) from error
    if repeated:
        raise InputError(
            Problem(path.name, f"line {line}", f"the key {'.'.join(key)!r} a second time", "each key once")
            for key, line in repeated
        )
    return content, lines


class _TooLarge(Exception):
    """Raised for a file that would take too long to read, with the line at which a limit is exceeded."""

    def __init__(self, found: str, line: int) -> None:
        super().__init__(found)
        self.line = line


def _check_size(text: str, loader: Any) -> None:
    """Refuse nesting that is too deep for the parser and aliases that multiply, in one pass that stores only sizes."""
    sizes: dict[str, int] = {}
    stack: list[tuple[str | None, int]] = []
    nodes = 0
    for event in yaml.parse(text, Loader=loader):
        line = event.start_mark.line + 1 if event.start_mark else 1
        if isinstance(event, yaml.CollectionStartEvent):
            stack.append((event.anchor, nodes))
        elif isinstance(event, yaml.CollectionEndEvent):
            anchor, before = stack.pop()
            if anchor:
                sizes[anchor] = nodes - before
        elif isinstance(event, yaml.AliasEvent):
            if any(event.anchor == anchor for anchor, _ in stack):
                raise _TooLarge(f"the alias {event.anchor!r} inside itself", line)
            nodes += sizes.get(str(event.anchor), 1)
        elif not isinstance(event, yaml.ScalarEvent):
            continue
        nodes += 1
        if nodes > MAX_NODES or len(stack) > MAX_DEPTH:
            found = "too many keys and values" if nodes > MAX_NODES else "keys with too many levels"
            raise _TooLarge(found, line)


def line_of(place: tuple[str, ...], lines: Lines) -> str:
    """The line of a key, or of the nearest one around it."""
    known = next(place[:end] for end in range(len(place), -1, -1) if place[:end] in lines or end == 0)
    return f"line {lines.get(known, 1)}"


def _index(node: yaml.Node, place: tuple[str, ...], lines: Lines) -> Iterator[tuple[tuple[str, ...], int]]:
    """Store the line of every key below `node`; yield repeated keys, which YAML itself would accept."""
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


def _faults(fault: Any, label: str, guide: str, tags: Collection[str]) -> Iterator[Fault]:
    """Yield what pydantic found as faults in the words of this package."""
    place = tuple(part for part in map(str, fault["loc"]) if part not in tags)
    name = ".".join(place) or label
    error = fault.get("ctx", {}).get("error")
    if isinstance(error, ContradictionsError):
        yield from contradictions(place, error)
        return
    if fault["type"] == "missing":
        found, expected = f"no key {name!r}", "this key"
    elif fault["type"] == "union_tag_invalid":
        found = f"{fault['ctx']['tag']!r} for '{name}.distribution'"
        expected = f"one of {fault['ctx']['expected_tags']}"
    elif fault["type"] in ("extra_forbidden", "unexpected_keyword_argument"):
        found, expected = f"the unknown key {name!r}", f"only the keys that {guide} lists"
    else:
        # A reported number has been read as text and converted before its size is checked.
        value = str(fault["input"]) if isinstance(fault["input"], Decimal) else fault["input"]
        shown = repr(value) if isinstance(value, str | int | float | bool | None) else name
        message = fault["msg"].removeprefix("Value error, ").removeprefix("Input should be ")
        if fault["type"] == "dataclass_type":
            message = f"a valid dictionary or instance of {fault['ctx']['class_name']}"
        found, expected = f"{shown} for {name!r}" if shown != name else name, message
    yield Fault(place, found, expected)
