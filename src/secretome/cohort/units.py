"""Compare and convert units as laboratories write them."""

import re
from functools import lru_cache

PREFIXES = {
    "": 1.0,
    "f": 1e-15,
    "p": 1e-12,
    "n": 1e-9,
    "μ": 1e-6,
    "u": 1e-6,
    "m": 1e-3,
    "c": 1e-2,
    "d": 1e-1,
    "k": 1e3,
}
_PART = r"([fpnμumcdk]?)(g|mol|l|iu|u)"
_CONCENTRATION = re.compile(rf"{_PART}/{_PART}")


# Kept, because the units of a study are compared with every header of a file.
@lru_cache(maxsize=4096)
def canonical(unit: str) -> str:
    """Return a unit without case and spaces and with one form of 'per'; '/' and '%' are kept.

    >>> canonical("pg mL-1"), canonical("µg/ML")
    ('pg/ml', 'μg/ml')
    """
    text = (
        re.sub(r"[\s^·]", "", re.sub(r"(?<=[^\W_])_(?=[^\W_])", "/", unit.casefold()))
        .replace("⁻¹", "-1")
        .replace("−", "-")
    )
    return re.sub(rf"^(.+?)({_PART})-1$", r"\1/\2", text)


def factor(stated: str, expected: str) -> float | None:
    """Return the factor that converts a value to the expected unit; None if it is unknown.

    >>> factor("ng/mL", "pg/mL"), factor("µg/L", "pg/mL"), factor("IU/mL", "pg/mL")
    (1000.0, 1000.0, None)
    """
    parts = [_CONCENTRATION.fullmatch(canonical(unit)) for unit in (stated, expected)]
    if parts[0] is None or parts[1] is None or parts[0].group(2, 4) != parts[1].group(2, 4):
        return None
    one, other = (PREFIXES[part[1]] / PREFIXES[part[3]] for part in parts if part)
    return float(f"{one / other:.6g}")


def is_unit(text: str) -> bool:
    """Return whether a text is only a unit.

    >>> is_unit("pg/mL"), is_unit("% of CD4+"), is_unit("12/13"), is_unit("rat 1"), is_unit("19")
    (True, True, False, False, False)
    """
    return bool(re.fullmatch(r"[^\W\d]{1,6}\s?/\s?[^\W\d]{1,6}|%.*|[^\W\d]{1,5}\s+mL-1", text.strip(), re.IGNORECASE))
