"""Show the output of a notebook's cell in Jupyter, or record it where there is no Jupyter, as in a browser."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

Output = dict[str, Any]

_recorded: ContextVar[list[Output] | None] = ContextVar("recorded", default=None)


def show(data: Mapping[str, str], metadata: Mapping[str, Any] | None = None) -> None:
    """Show one output.

    Parameters
    ----------
    data : mapping
        The output by MIME type.
    metadata : mapping, optional
        What a renderer needs besides the output.
    """
    outputs = _recorded.get()
    if outputs is None:
        # Imported here, because a browser has no IPython.
        from IPython.display import display

        display(dict(data), metadata=dict(metadata or {}), raw=True)
    else:
        outputs.append({"output_type": "display_data", "data": dict(data), "metadata": dict(metadata or {})})


@contextmanager
def recorded() -> Iterator[list[Output]]:
    """Record what is shown, as the outputs of a notebook's cell, instead of showing it.

    Examples
    --------
    >>> with recorded() as outputs:
    ...     show({"text/plain": "three rats"})
    >>> outputs
    [{'output_type': 'display_data', 'data': {'text/plain': 'three rats'}, 'metadata': {}}]
    """
    outputs: list[Output] = []
    token = _recorded.set(outputs)
    try:
        yield outputs
    finally:
        _recorded.reset(token)
