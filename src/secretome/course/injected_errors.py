"""What may be wrong with a student's file: planted so that it can be found and mended, each with its truth."""

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

import numpy as np
import pandas as pd

from secretome.protocol import Protocol, sides

Fault = Literal["nothing", "groups_exchanged", "unit_slip", "limit_typed"]
FAULTS: tuple[Fault, ...] = ("nothing", "groups_exchanged", "unit_slip", "limit_typed")
# What a group's values are divided by where its unit slips.
THOUSANDTHS, FRACTIONS = 1000, 100
# Fewer equal values might be chance; more than this share of a group and ranks alone would be left.
FEWEST_AT_LIMIT = 3
SHARE_AT_LIMIT = 0.4


@dataclass(frozen=True)
class Planted:
    """A cohort as it is handed out and as it is once mended, what is wrong, in which groups, of which endpoint."""

    handed_out: pd.DataFrame
    mended: pd.DataFrame
    fault: Fault
    groups: tuple[str, ...] = ()
    endpoint: str = ""


def plant(clean: pd.DataFrame, protocol: Protocol, fault: Fault, rng: np.random.Generator) -> Planted:
    """Plant a fault in a cohort.

    Parameters
    ----------
    clean : DataFrame
        A cohort as `secretome.cohort.simulate.simulate` draws it, its cells text.
    protocol : Protocol
        Its study.
    fault : str
        One of `possible_faults`.
    rng : Generator
        Draws the group and the endpoint.
    """
    return _PLANTERS[fault](clean, protocol, rng)


def possible_faults(protocol: Protocol) -> tuple[Fault, ...]:
    """The faults that a study's files may have, the first being none.

    >>> from secretome.protocol import load_protocol, study_folder
    >>> possible_faults(load_protocol(study_folder("treg_conditioned_medium") / "protocol.yml"))
    ('nothing', 'groups_exchanged', 'unit_slip')
    """
    # A paired test omits pairs with a censored value, so a corrected file would have fewer pairs than measured.
    return FAULTS if protocol.design == "independent" and _saturable(protocol) else FAULTS[:-1]


def slip_factor(protocol: Protocol, endpoint: str) -> int:
    """What a slip of an endpoint's unit divides its values by: per cent become fractions, anything else thousands."""
    return FRACTIONS if protocol.endpoints[endpoint].unit.startswith("%") else THOUSANDTHS


def _nothing(clean: pd.DataFrame, _protocol: Protocol, _rng: np.random.Generator) -> Planted:
    return Planted(clean, clean, "nothing")


def _exchange(clean: pd.DataFrame, protocol: Protocol, _rng: np.random.Generator) -> Planted:
    """Exchange the labels of the two groups that show that the experiment worked or, without a check, of a claim."""
    checks = list(protocol.checks.values())
    one, other = sides(checks[0].contrast if checks else next(iter(protocol.claims.values())).judged_on[0])
    swapped = clean.assign(group=clean["group"].replace({one: other, other: one}))
    return Planted(swapped, clean, "groups_exchanged", (one, other))


def _slip(clean: pd.DataFrame, protocol: Protocol, rng: np.random.Generator) -> Planted:
    """One treated group's values of one endpoint are written in another unit."""
    # A titre has no unit that it could slip to, and a time none that would still be hours.
    endpoint, group, _ = _drawn(
        [arm for arm in _arms(protocol) if protocol.endpoints[arm[0]].kind not in ("titre", "survival")], rng
    )
    slipped = clean.copy()
    rows = slipped["group"] == group
    slipped.loc[rows, endpoint] = [
        _divided(text, slip_factor(protocol, endpoint)) for text in slipped.loc[rows, endpoint]
    ]
    return Planted(slipped, clean, "unit_slip", (group,), endpoint)


def _saturate(clean: pd.DataFrame, protocol: Protocol, rng: np.random.Generator) -> Planted:
    """Censor one treated group at a limit, on the side of the claimed change, with the limit typed as a value."""
    endpoint, group, side = _drawn(_saturable(protocol), rng)
    rows = clean.index[(clean["group"] == group) & (clean[endpoint] != "")]
    # Measured from the far end, so that both sides are one case: the smallest are those beyond the limit.
    sign = 1 if side == "<" else -1
    values = sign * np.array([float(text.lstrip("<>")) for text in clean.loc[rows, endpoint]])
    limit, beyond = _limit(values)
    text = np.format_float_positional(abs(limit), trim="-")
    handed_out, mended = clean.copy(), clean.copy()
    handed_out.loc[rows[beyond], endpoint] = text
    mended.loc[rows[beyond], endpoint] = side + text
    return Planted(handed_out, mended, "limit_typed", (group,), endpoint)


_PLANTERS: dict[Fault, Callable[[pd.DataFrame, Protocol, np.random.Generator], Planted]] = {
    "nothing": _nothing,
    "groups_exchanged": _exchange,
    "unit_slip": _slip,
    "limit_typed": _saturate,
}


def _arms(protocol: Protocol) -> list[tuple[str, str, str]]:
    """Endpoint and treated group of every contrast that decides a claim, and the side on which values pass a limit."""
    found: dict[tuple[str, str, str], None] = {}
    for claim in protocol.claims.values():
        side = {"up": ">", "down": "<", None: ""}[claim.direction]
        groups = claim.doses or [sides(contrast)[0] for contrast in claim.judged_on]
        found |= dict.fromkeys((claim.endpoint, group, side) for group in groups)
    return list(found)


def _saturable(protocol: Protocol) -> list[tuple[str, str, str]]:
    # A titre ties by its nature: equal values at its end are no sign of a limit.
    return [
        arm
        for arm in _arms(protocol)
        if arm[2] and protocol.endpoints[arm[0]].kind in ("concentration", "count", "continuous")
    ]


def _drawn(arms: list[tuple[str, str, str]], rng: np.random.Generator) -> tuple[str, str, str]:
    return arms[int(rng.integers(len(arms)))]


def _limit(values: np.ndarray) -> tuple[float, np.ndarray]:
    """A limit in as few digits as can be between two neighbouring values, and which values lie below it."""
    ordered = np.sort(values)
    least = max(FEWEST_AT_LIMIT, round(SHARE_AT_LIMIT * len(ordered)))
    # At most half of the group first, so that the model still sizes the effect.
    for counts in (range(least, len(ordered) // 2 + 1), range(least, len(ordered))):
        for digits in range(1, 7):
            for low, high in ((ordered[count - 1], ordered[count]) for count in counts):
                limit = float(f"{(low + high) / 2:.{digits}g}")
                # Strictly between: no value that was seen may look like the limit.
                if low < limit < high:
                    return limit, values < limit
    raise ValueError("the values of a group do not differ, so no limit fits between them.")


def _divided(text: str, factor: int) -> str:
    number = text.lstrip("<>")
    sign = text[: len(text) - len(number)]
    return f"{sign}{Decimal(number) / factor:f}" if number else text
