"""The fields of protocols: standard dataclasses, with the rules by which pydantic validates a file.

The dataclasses do not need pydantic. It validates ``protocol.yml`` on the command line; in a browser, where pydantic is
not available, the same dataclasses are built from a protocol that was validated before (`json_files`).
"""

from collections.abc import Callable
from typing import Annotated, Any, ClassVar


class Strict:
    """Base of the dataclasses of files: pydantic refuses unknown keys, so that misspelt ones are noticed."""

    __pydantic_config__: ClassVar[dict[str, str]] = {"extra": "forbid"}


class FieldRule:
    """A rule for the values of a field, with the arguments of ``pydantic.Field``.

    Examples
    --------
    >>> from pydantic import TypeAdapter
    >>> TypeAdapter(Annotated[float, FieldRule(gt=0)]).json_schema()
    {'exclusiveMinimum': 0, 'type': 'number'}
    """

    def __init__(self, **rule: Any) -> None:
        self.rule = rule

    def __get_pydantic_core_schema__(self, source: Any, handler: Any) -> Any:
        """The schema of the field, which pydantic asks for."""
        if "discriminator" in self.rule:
            from pydantic import Field

            return handler.generate_schema(Annotated[source, Field(**self.rule)])
        schema = limited = handler(source)
        while limited["type"].startswith("function-"):
            limited = limited["schema"]
        limited.update(self.rule)
        return schema


class Before:
    """A function that checks or converts the value in the file before it is validated.

    Examples
    --------
    >>> from pydantic import TypeAdapter
    >>> TypeAdapter(Annotated[str, Before(str)]).validate_python(2012)
    '2012'
    """

    def __init__(self, function: Callable[[object], object]) -> None:
        self.function = function

    def __get_pydantic_core_schema__(self, source: Any, handler: Any) -> Any:
        """The schema of the field, which pydantic asks for."""
        from pydantic_core.core_schema import no_info_before_validator_function

        return no_info_before_validator_function(self.function, handler(source))


Text = Annotated[str, FieldRule(min_length=1)]
Positive = Annotated[float, FieldRule(gt=0)]
NotNegative = Annotated[int, FieldRule(ge=0)]


class ContradictionsError(ValueError):
    """Raised with every contradiction between the keys of a file; each sentence begins with a key, if it has one."""

    def __init__(self, *sentences: str) -> None:
        self.sentences = sentences
        super().__init__("; ".join(self.sentences))
