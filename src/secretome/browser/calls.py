"""The one function that the worker of the page calls, with JSON in and out."""

import json

from secretome.browser.session import Session

METHODS = ("read", "decide", "explore", "figures", "draw", "table", "report")
_session = Session()


def call(method: str, options: str) -> str:
    """Call a method of the session and return its result as JSON.

    Parameters
    ----------
    method : str
        One of `METHODS`.
    options : str
        The keyword arguments as a JSON object.

    Examples
    --------
    >>> import json
    >>> answer = json.loads(call("read", '{"study": "treg_conditioned_medium"}'))
    >>> answer["understood"]["origin"], answer["problems"]
    ('published-individual', [])
    """
    if method not in METHODS:
        raise ValueError(f"found the method {method!r}; expected one of {', '.join(METHODS)}.")
    return json.dumps(getattr(_session, method)(**json.loads(options)), allow_nan=False, ensure_ascii=False)
