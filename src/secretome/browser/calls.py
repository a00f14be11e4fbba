"""The one function that the worker of a page calls, with JSON in and out."""

import json
from importlib import import_module

from secretome.browser.session import Session

METHODS = ("read", "decide", "explore", "figures", "draw", "table", "report")
# What the other pages call, by the module that has it; loaded on the first use, because a page needs one of them.
FUNCTIONS = {
    "audit_text": "secretome.audit.live",
    "power": "secretome.power.live",
    "run_exercise": "secretome.course.live",
}
_session = Session()


def call(name: str, options: str) -> str:
    """Call a method of the session, or a function, and return its result as JSON.

    Parameters
    ----------
    name : str
        One of `METHODS` or `FUNCTIONS`.
    options : str
        The keyword arguments as a JSON object.

    Examples
    --------
    >>> import json
    >>> answer = json.loads(call("read", '{"study": "treg_conditioned_medium"}'))
    >>> answer["understood"]["origin"], answer["problems"]
    ('published-individual', [])
    """
    if name in FUNCTIONS:
        function = getattr(import_module(FUNCTIONS[name]), name)
    elif name in METHODS:
        function = getattr(_session, name)
    else:
        raise ValueError(f"found the function {name!r}; expected one of {', '.join((*METHODS, *FUNCTIONS))}.")
    return json.dumps(function(**json.loads(options)), allow_nan=False, ensure_ascii=False)
