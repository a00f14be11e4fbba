"""Names, units and keys in the headers of a new study's table."""

import re
from collections.abc import Iterable

UNIT = re.compile(r"\s*[(\[]([^()\[\]]+)[)\]]\s*$")
# A unit at the end of a header without brackets: of a dose, such as 'dose_mg', and of a measurement, as in 'IL6_pg_ml'.
DOSE_UNIT = re.compile(r"[\s_]((?:[mµμun]?g|[mµμ]?l|[mµμn]?mol)(?:[/_]kg)?)$", re.IGNORECASE)
END_UNIT = re.compile(
    r"[\s_]+(?:(?P<mass>(?:[fpnuµμm]?g|m?IU|[fpnuµμm]?mol))[\s_]*(?:/|per|_)?[\s_]*(?P<volume>[dmuµμ]?l)"
    r"|(?P<plain>kg|g|mg|mm|cm|um|µm|μm|pct|percent|%))$",
    re.IGNORECASE,
)
PER_CENT = {"pct": "%", "percent": "%"}


def dose_unit(header: str) -> str:
    """The unit of a dose in a header; empty if it states none.

    >>> dose_unit("dose_mg"), dose_unit("dose (mg/kg)"), dose_unit("dose")
    ('mg', 'mg/kg', '')
    """
    match = UNIT.search(header) or DOSE_UNIT.search(header)
    return match[1].replace("_", "/") if match else ""


def header_unit(header: str) -> str:
    """The unit of a measurement in a header, in brackets or at its end; empty if it states none.

    >>> header_unit("IL-6 (pg/mL)"), header_unit("IL6_pg_ml"), header_unit("weight g"), header_unit("IL6")
    ('pg/mL', 'pg/mL', 'g', '')
    """
    if match := UNIT.search(header):
        return match[1]
    if (match := END_UNIT.search(header)) is None:
        return ""
    if volume := match["volume"]:
        return f"{match['mass']}/{volume[:-1]}L"
    return PER_CENT.get(match["plain"].casefold(), match["plain"])


def without_unit(header: str) -> str:
    """A header without its unit.

    >>> without_unit("IL-6 (pg/mL)"), without_unit("IL6_pg_ml"), without_unit("Tooth length")
    ('IL-6', 'IL6', 'Tooth length')
    """
    return UNIT.sub("", header) if UNIT.search(header) else END_UNIT.sub("", header)


def unique_keys(names: Iterable[str]) -> list[str]:
    """A key for each name, such as ``il_6`` for ``IL-6``.

    >>> unique_keys(["IL-6", "il 6", "5 mg"])
    ['il_6', 'il_6_2', 'g5_mg']
    """
    keys: list[str] = []
    for name in names:
        plain = re.sub(r"[^a-z0-9]+", "_", name.casefold().replace("µ", "u").replace("μ", "u")).strip("_") or "x"
        key = plain if plain[0].isalpha() else f"g{plain}"
        while key in keys:
            key += "_2"
        keys.append(key)
    return keys
