"""Where the studies are, and how a ``protocol.yml`` is read."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml
from pydantic import ValidationError

from secretome.protocol.models import Protocol
from secretome.protocol.names import nearest
from secretome.protocol.problems import Problem, Refusal
from secretome.protocol.simulation import DISTRIBUTIONS

# The loader in C, where there is one, is ten times as fast; both are safe.
LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def notebooks_folder() -> Path:
    """Where the studies are: in the installed package, else in the repository."""
    installed = Path(__file__).parents[1] / "_notebooks"
    return installed if installed.is_dir() else Path(__file__).parents[3] / "notebooks"


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
        root = yaml.compose(text, Loader=LOADER)
        content = yaml.load(text, Loader=LOADER)
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
    # Pydantic names the member of a union within the place; the file knows no such key.
    place = tuple(part for part in map(str, fault["loc"]) if part not in DISTRIBUTIONS)
    known = next(place[:end] for end in range(len(place), -1, -1) if place[:end] in lines or end == 0)
    name = ".".join(place) or "the protocol"
    if fault["type"] == "missing":
        found, expected = f"no key {name!r}", "this key"
    elif fault["type"] == "union_tag_invalid":
        found, expected = f"{fault['ctx']['tag']!r} for '{name}.distribution'", f"one of {fault['ctx']['expected_tags']}"
    elif fault["type"] == "extra_forbidden":
        found, expected = f"the unknown key {name!r}", "only the keys that the contributing guide lists"
    else:
        shown = repr(fault["input"]) if isinstance(fault["input"], str | int | float | bool | None) else name
        message = fault["msg"].removeprefix("Value error, ").removeprefix("Input should be ")
        found, expected = f"{shown} for {name!r}" if shown != name else name, message
    return Problem(path.name, f"line {lines.get(known, 1)}", found, expected)
