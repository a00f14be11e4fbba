"""Sentences on when the rules of a study were registered, and whether its data were already public."""

from datetime import date

from secretome.cohort import Study
from secretome.protocol import Protocol

MONTHS = tuple("January February March April May June July August September October November December".split())


def registered_sentence(protocol: Protocol) -> str:
    """When the rules of a protocol were registered, and whether the data of its own cohort were already public.

    >>> from secretome.protocol import load_protocol, study_folder
    >>> registered_sentence(load_protocol(study_folder("treg_conditioned_medium") / "protocol.yml"))[:76]
    'Rules chosen after the data were public: the data have been public since 201'
    >>> registered_sentence(load_protocol(study_folder("sepsis_cytokines") / "protocol.yml"))[:87]
    'The rules were registered on 25 November 2026. No individual animal data are public; th'
    """
    day, public = _day(protocol.registered.isoformat()), protocol.cohort.public
    if protocol.chosen_after_data:
        since = f"the data have been public since {_day(public)}"
        return f"Rules chosen after the data were public: {since}, and the rules were registered on {day}."
    if public:
        return f"The rules were registered on {day}, before the data were made public ({_day(public)})."
    if protocol.simulation is None:
        return f"The rules were registered on {day}. The protocol does not state when its data were made public."
    return (
        f"The rules were registered on {day}. No individual animal data are public; the cohort of the book is "
        "simulated."
    )


def registration_sentence(study: Study) -> str:
    """When the rules were registered, for any cohort; the date of its measurement may be unknown.

    >>> from secretome import load_study
    >>> registration_sentence(load_study("sepsis_cytokines"))
    'The rules were registered on 25 November 2026. The cohort is simulated, so the date of the rules does not matter.'
    """
    if study.source_data:
        return registered_sentence(study.protocol)
    registered = f"The rules were registered on {_day(study.protocol.registered.isoformat())}."
    if study.cohort.origin == "simulated":
        return f"{registered} The cohort is simulated, so the date of the rules does not matter."
    return (
        f"{registered} The file does not state when its data were collected, so it is unknown whether the rules were "
        "registered before."
    )


def _day(written: str) -> str:
    """A date in words, as precise as it is known.

    >>> _day("2012"), _day("2012-10"), _day("2026-11-23")
    ('2012', 'October 2012', '23 November 2026')
    """
    year, month, day = (*written.split("-"), "", "")[:3]
    if day:
        date.fromisoformat(written)  # a day that does not exist is an error
    return " ".join(part for part in (day.lstrip("0"), MONTHS[int(month) - 1] if month else "", year) if part)
