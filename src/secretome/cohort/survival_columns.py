"""The columns of times and events in the table of a new study, and the question if a code may mean two things."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from secretome.cohort.files.words import DIED, MISSING, SURVIVED
from secretome.protocol import InputError, name_key

TIMES = re.compile(
    r"(survival|follow_?up)?_*(times?|days?|hours?|hrs?|weeks?|months?)(_*(to|of|until)_*(death|event))?"
    r"|survival|futime|follow_?up|surv_?time"
)
# Headers under which 1 is a death, one under which it may be anything, and those under which 1 is none.
DEATHS = frozenset("event events died dead death deaths deceased".split())
CODES = frozenset("status fustat outcome".split())
OPPOSITE = frozenset("alive survived censored censor cens".split())
DEATH_WORDS = frozenset("dead died death alive survived".split())
UNITS = {"h": r"h|hrs?|hours?", "d": r"d|days?"}
# Units in which survival cannot be written.
OTHER_UNITS = r"w|wks?|weeks?|mo|months?|y|yrs?|years?|min|minutes?"
BRACKETS = re.compile(r"\s*[(\[]([^()\[\]]+)[)\]]\s*$")


@dataclass(frozen=True)
class SurvivalColumns:
    """The headers of the columns of times and events, and the unit of the times: h, d, or empty if none is stated."""

    time: str
    event: str
    unit: str


def find_survival(columns: Mapping[str, Sequence[str]], file: Path) -> SurvivalColumns | None:
    """Return the columns that state survival; None if there is no column of times or none of events.

    Raises
    ------
    InputError
        If several columns may be of times or of events, or the codes of events or the unit of times are not certain.
    """
    times = [name for name, values in columns.items() if TIMES.fullmatch(_word(name)) and _are_times(values)]
    events = [name for name, values in columns.items() if _may_be_event(name, values)]
    if not times or not events:
        return None
    for what, found in (("times of death", times), ("events", events)):
        if len(found) > 1:
            remedy = "Keep one of them, or name the measurements with --endpoint; then survival is not used."
            raise InputError.of(
                file.name, "row 1", f"{len(found)} columns that may be {what}: {', '.join(found)}", "one", remedy
            )
    _check_codes(events[0], columns[events[0]], file)
    return SurvivalColumns(times[0], events[0], _unit(times[0], file))


def states_deaths(header: str, texts: Sequence[str]) -> bool:
    """Return whether a column states which animals died, by its header or its words.

    >>> states_deaths("Status", ["dead", "alive", ""]), states_deaths("Died", ["yes", "no"]), states_deaths("x", ["x"])
    (True, True, False)
    """
    words = {text.casefold() for text in texts} - MISSING
    named = _word(header) in DEATHS | {"mortality"} or _word(header).startswith(("alive", "survived"))
    # If every animal lived, there is no death to hide.
    lived = DIED if counts_survivors(header) and not words & DEATH_WORDS else SURVIVED
    is_known = words <= DIED | SURVIVED and (named or bool(words & DEATH_WORDS))
    return is_known and not words <= lived


def is_time_of_death(header: str) -> bool:
    """Return whether a header names the times of deaths.

    >>> is_time_of_death("Time of death (h)"), is_time_of_death("died at"), is_time_of_death("Survival (h)")
    (True, True, True)
    >>> is_time_of_death("hour"), is_time_of_death("Deaths")
    (False, False)
    """
    return (
        re.fullmatch(
            r"survival(_(time|hours?|days?))*|(time|hours?|days?)_(of|to|until)_death|died_(at|on)|death_(time|hours?)",
            _word(header),
        )
        is not None
    )


def counts_survivors(header: str) -> bool:
    """Return whether 'yes' under this header means that an animal lived.

    >>> counts_survivors("Alive at 48 h"), counts_survivors("Died")
    (True, False)
    """
    return _word(header).startswith(tuple(OPPOSITE))


def _word(header: str) -> str:
    """A header in small letters without its unit, with ``_`` between its words."""
    return re.sub(r"[^a-z]+", "_", BRACKETS.sub("", header).casefold()).strip("_")


def _are_times(values: Sequence[str]) -> bool:
    known = [value for value in values if value.casefold() not in MISSING]
    return bool(known) and all(re.fullmatch(r"\d+([.,]\d+)?", value) for value in known)


def _may_be_event(header: str, values: Sequence[str]) -> bool:
    """Whether a header names events; a column called status must also have their words or codes."""
    word, codes = _word(header), _codes(values)
    if word in DEATHS | OPPOSITE or name_key(header) == "event":
        return True
    return word in CODES and bool(codes) and codes <= DIED | SURVIVED | {"2"}


def _codes(values: Sequence[str]) -> set[str]:
    return {value.casefold() for value in values} - MISSING


def _check_codes(header: str, values: Sequence[str], file: Path) -> None:
    """Ask where 1 may mean a death or none, or where words are not known."""
    codes = _codes(values)
    # 'dead' and 'alive' mean the same under any header; 1 and yes do not.
    spoken = codes <= {"dead", "died", "death", "alive", "survived"}
    if codes <= DIED | SURVIVED and (spoken or _word(header) not in OPPOSITE):
        return
    found = f"the column {header!r} with {', '.join(sorted(codes))}, of which it is not certain what means a death"
    remedy = "Write 1 for an animal that died at its time and 0 for one that was last seen alive then."
    raise InputError.of(
        file.name, f"column {header!r}", found, "1 for a death and 0 for none, or dead and alive", remedy
    )


def _unit(header: str, file: Path) -> str:
    stated = match[1] if (match := BRACKETS.search(header)) else ""
    words = [stated.strip().casefold()] if stated else _word(header).split("_")
    for unit, names in UNITS.items():
        if any(re.fullmatch(names, word) for word in words):
            return unit
    if any(re.fullmatch(OTHER_UNITS, word) for word in words):
        remedy = "Convert the times, and name the unit in the header, such as 'time (d)'."
        raise InputError.of(file.name, "row 1", f"times in {header!r}", "times in hours or days", remedy)
    return ""
