"""Errors injected into students' files, with the corrected file and the description of each."""

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

import numpy as np
import pandas as pd

from secretome.protocol import GammaPoisson, Protocol, sides

Error = Literal["nothing", "groups_exchanged", "wrong_unit", "limit_without_sign"]
ERRORS: tuple[Error, ...] = ("nothing", "groups_exchanged", "wrong_unit", "limit_without_sign")
# With fewer, equal values could be due to chance; a larger share of a group would leave only ranks.
MIN_AT_LIMIT = 3
SHARE_AT_LIMIT = 0.4


@dataclass(frozen=True)
class StudentCohort:
    """A cohort as handed out and as corrected, with the injected error, its groups and its endpoint."""

    handed_out: pd.DataFrame
    corrected: pd.DataFrame
    error: Error
    groups: tuple[str, ...] = ()
    endpoint: str = ""


def inject_error(clean: pd.DataFrame, protocol: Protocol, error: Error, rng: np.random.Generator) -> StudentCohort:
    """Inject an error into a cohort.

    Parameters
    ----------
    clean : DataFrame
        A cohort as `secretome.cohort.simulate.simulate` draws it, with cells as text.
    protocol : Protocol
        Its study.
    error : str
        One of `possible_errors`.
    rng : Generator
        Draws the group and the endpoint.
    """
    if error == "nothing":
        return StudentCohort(clean, clean, error)
    return _INJECTORS[error](clean, protocol, rng)


def possible_errors(protocol: Protocol) -> tuple[Error, ...]:
    """The errors that a study's files may have; the first is none.

    >>> from secretome.protocol import load_protocol, study_folder
    >>> possible_errors(load_protocol(study_folder("treg_conditioned_medium") / "protocol.yml"))
    ('nothing', 'groups_exchanged', 'wrong_unit')
    """
    # A paired test omits pairs with a censored value, so a corrected file would have fewer pairs than measured.
    return ERRORS if protocol.design == "independent" and _with_possible_limit(protocol) else ERRORS[:-1]


def _exchange_groups(clean: pd.DataFrame, protocol: Protocol, _rng: np.random.Generator) -> StudentCohort:
    """Exchange the labels of the two groups of the first check or, without checks, of the first claim.

    Of a trend these are the highest and the lowest dose.
    """
    checks, claim = list(protocol.checks.values()), next(iter(protocol.claims.values()))
    one, other = sides(checks[0].contrast if checks else claim.decisive_contrasts[0])
    if claim.over_doses and not checks:
        one, other = claim.doses[-1], claim.doses[0]
    exchanged = clean.assign(group=clean["group"].replace({one: other, other: one}))
    return StudentCohort(exchanged, clean, "groups_exchanged", (one, other))


def _change_unit(clean: pd.DataFrame, protocol: Protocol, rng: np.random.Generator) -> StudentCohort:
    """Write one treated group's values of one endpoint in another unit: per cent as fractions, others in thousands."""
    # A titre has no other unit, and a time in another unit would not look like hours.
    contrasts = [
        contrast
        for contrast in _contrasts(protocol)
        if protocol.endpoints[contrast[0]].kind not in ("titre", "survival")
    ]
    endpoint, group, _ = contrasts[int(rng.integers(len(contrasts)))]
    factor = 100 if protocol.endpoints[endpoint].unit.startswith("%") else 1000
    handed_out = clean.copy()
    rows = handed_out["group"] == group
    handed_out.loc[rows, endpoint] = [_divide(text, factor) for text in handed_out.loc[rows, endpoint]]
    return StudentCohort(handed_out, clean, "wrong_unit", (group,), endpoint)


def _censor_without_sign(clean: pd.DataFrame, protocol: Protocol, rng: np.random.Generator) -> StudentCohort:
    """Censor one treated group at a limit, on the side of the claimed change, without the sign of the limit."""
    contrasts = _with_possible_limit(protocol)
    endpoint, group, sign = contrasts[int(rng.integers(len(contrasts)))]
    rows = clean.index[(clean["group"] == group) & (clean[endpoint] != "")]
    # Values to be censored above are negated, so that those below the limit are censored in both cases.
    factor = 1 if sign == "<" else -1
    values = factor * np.array([float(text.lstrip("<>")) for text in clean.loc[rows, endpoint]])
    limit, censored = _choose_limit(values)
    text = np.format_float_positional(abs(limit), trim="-")
    handed_out, corrected = clean.copy(), clean.copy()
    handed_out.loc[rows[censored], endpoint] = text
    corrected.loc[rows[censored], endpoint] = sign + text
    return StudentCohort(handed_out, corrected, "limit_without_sign", (group,), endpoint)


_INJECTORS: dict[Error, Callable[[pd.DataFrame, Protocol, np.random.Generator], StudentCohort]] = {
    "groups_exchanged": _exchange_groups,
    "wrong_unit": _change_unit,
    "limit_without_sign": _censor_without_sign,
}


def _contrasts(protocol: Protocol) -> list[tuple[str, str, str]]:
    """Endpoint and treated group of every contrast that decides a claim, and the sign of a limit on its side."""
    contrasts: dict[tuple[str, str, str], None] = {}
    for claim in protocol.claims.values():
        sign = "" if claim.direction is None else ">" if claim.rises else "<"
        groups = claim.doses or [sides(contrast)[0] for contrast in claim.decisive_contrasts]
        contrasts |= dict.fromkeys((claim.endpoint, group, sign) for group in groups)
    return list(contrasts)


def _with_possible_limit(protocol: Protocol) -> list[tuple[str, str, str]]:
    return [one for one in _contrasts(protocol) if one[2] and _may_have_limit(protocol, one[0])]


def _may_have_limit(protocol: Protocol, endpoint: str) -> bool:
    """Whether equal values at one end of a group would indicate a limit; titres and small counts are tied by nature."""
    drawn = protocol.simulation.endpoints[endpoint] if protocol.simulation else None
    if isinstance(drawn, GammaPoisson) and drawn.scaled_by == 1:
        return False
    return protocol.endpoints[endpoint].kind in ("concentration", "count")


def _choose_limit(values: np.ndarray) -> tuple[float, np.ndarray]:
    """A limit with few digits between two neighbouring values, and which values are below it."""
    ordered = np.sort(values)
    least = max(MIN_AT_LIMIT, round(SHARE_AT_LIMIT * len(ordered)))
    # At most half of the group is tried first, so that the censored model can still estimate the effect.
    for counts in (range(least, len(ordered) // 2 + 1), range(least, len(ordered))):
        for digits in range(1, 7):
            for low, high in ((ordered[count - 1], ordered[count]) for count in counts):
                limit = float(f"{(low + high) / 2:.{digits}g}")
                # No detected value may equal the limit.
                if low < limit < high:
                    return limit, values < limit
    raise ValueError("the values of a group do not differ, so no limit lies between them.")


def _divide(text: str, factor: int) -> str:
    number = text.lstrip("<>")
    sign = text[: len(text) - len(number)]
    return f"{sign}{Decimal(number) / factor:f}" if number else text
