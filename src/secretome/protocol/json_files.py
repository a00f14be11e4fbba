"""Write the validated content of a YAML file as JSON, and build the same dataclasses from it without pydantic.

A browser has no pydantic. What it reads is written from valid files when they are packed, with the hash of each file,
so that a file that has changed since is refused.
"""

import json
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, TypeVar, Union, get_args, get_origin, get_type_hints

from secretome.protocol.files import InputError, read_regular_file, sha256

SUFFIX = ".json"
# The key that tells the members of a union apart.
TAG = "distribution"
WRITE_AGAIN = "Write the file again with `secretome.protocol.write_json`."

Model = TypeVar("Model")


def write_json(path: Path, content: object, target: Path | None = None) -> Path:
    """Write what was read from a YAML file as JSON.

    Parameters
    ----------
    path : Path
        The YAML file, such as ``protocol.yml``.
    content : dataclass
        Its validated content, as `load_protocol` returns it.
    target : Path, optional
        The file to write; ``protocol.json`` beside ``protocol.yml`` by default.

    Returns
    -------
    Path
        The file that was written.
    """
    target = target or path.with_suffix(SUFFIX)
    text = json.dumps({"sha256": sha256(path.read_bytes()), "content": as_json(content)}, ensure_ascii=False)
    target.write_text(f"{text}\n", encoding="utf-8", newline="\n")
    return target


def read_json(path: Path, model: type[Model]) -> Model:
    """Read the content of a YAML file from the JSON beside it.

    Parameters
    ----------
    path : Path
        The YAML file, such as ``protocol.yml``.
    model : type
        The dataclass of its content.

    Raises
    ------
    InputError
        If there is no such JSON, or it was written from another version of the YAML file.
    """
    source = path.with_suffix(SUFFIX)
    expected = f"the content of {path.name} as JSON, because pydantic, which validates {path.name}, is not installed"
    stored = json.loads(read_regular_file(source, expected))
    if stored["sha256"] != sha256(read_regular_file(path)):
        raise InputError.of(source.name, "", f"another version of {path.name}", "the version beside it", WRITE_AGAIN)
    return build(model, stored["content"])


def has_pydantic() -> bool:
    """Whether pydantic is installed, so that YAML files can be validated."""
    try:
        import pydantic  # noqa: F401
    except ImportError:
        return False
    return True


def as_json(value: Any) -> Any:
    """A dataclass as values that JSON can hold; fields at their default are left out.

    Examples
    --------
    >>> from secretome.protocol import Source
    >>> as_json(Source(citation="sari-2025", text="Sari 2025", licence="CC BY 4.0"))
    {'citation': 'sari-2025', 'text': 'Sari 2025', 'licence': 'CC BY 4.0'}
    """
    if is_dataclass(value):
        members = ((field, getattr(value, field.name)) for field in fields(value))
        return {field.name: as_json(member) for field, member in members if member != field.default}
    if isinstance(value, Mapping):
        return {key: as_json(member) for key, member in value.items()}
    if isinstance(value, tuple):
        return [as_json(member) for member in value]
    if isinstance(value, Decimal):
        return str(value)
    return value.isoformat() if isinstance(value, date) else value


def build(model: type[Model], value: Any) -> Model:
    """Build a dataclass from what `as_json` returned for it; nothing but what the dataclasses check is validated.

    Examples
    --------
    >>> from secretome.protocol import Source
    >>> build(Source, {"citation": "sari-2025", "text": "Sari 2025", "licence": "CC BY 4.0"}).licence
    'CC BY 4.0'
    """
    built: Model = _build(model, value)
    return built


def _build(kind: Any, value: Any) -> Any:
    origin, arguments = get_origin(kind), get_args(kind)
    if origin is Annotated:
        return _build(arguments[0], value)
    if isinstance(kind, type) and is_dataclass(kind):
        hints = get_type_hints(kind)
        # A name that the dataclass does not have is left to it to refuse.
        members: dict[str, Any] = {name: _build(hints.get(name), member) for name, member in value.items()}
        return kind(**members)
    if origin in (Union, UnionType):
        return None if value is None else _build(_member(arguments, value), value)
    if origin is dict:
        return {key: _build(arguments[1], member) for key, member in value.items()}
    if origin is tuple:
        kinds = arguments[:1] * len(value) if arguments[-1] is Ellipsis else arguments
        return tuple(_build(each, member) for each, member in zip(kinds, value, strict=True))
    if kind is Decimal:
        return Decimal(value)
    return date.fromisoformat(value) if kind is date else value


def _member(kinds: tuple[Any, ...], value: Any) -> Any:
    """The type of a union that a value has: the only one besides None, or the one with its tag."""
    kinds = tuple(kind for kind in kinds if kind is not NoneType)
    if len(kinds) == 1:
        return kinds[0]
    return next(kind for kind in kinds if get_type_hints(kind)[TAG] == Literal[value[TAG]])
