"""The assumptions of a simulation in the protocol of a new study, as comments: they become valid without the '# '."""

import math
import re
import statistics
from collections.abc import Iterator, Mapping, Sequence

from secretome.cohort.files.words import DIED
from secretome.cohort.study_table import StudyTable

NUMBER = re.compile(r"(<?)\s*(-?\d+(?:[.,]\d+)?)")
EVIDENCE = "evidence: this file"
INTRODUCTION = (
    "",
    "# For `secretome simulate` and `secretome power`: delete the '# ' before each line below. The numbers are those",
    "# of the file. Replace them by what you expect of new animals, and state the evidence.",
)
# A spread of zero cannot be simulated.
MIN_CV = 0.05
Numbers = dict[str, list[float]]


def simulation_lines(
    groups: Mapping[tuple[str, ...], str], endpoints: Mapping[str, str], linear: Sequence[str], table: StudyTable
) -> list[str]:
    """Return the lines of a simulation, as comments; none if a group has too few numbers.

    Parameters
    ----------
    groups, endpoints : mapping
        The keys of the groups by the values of their columns, and of the endpoints by header.
    linear : sequence of str
        The keys of the endpoints on a linear scale.
    table : StudyTable
        The table of the study.
    """
    lines: list[str] = []
    for header, key in endpoints.items():
        own = _by_group(groups, table, header)
        if any(len(numbers) < 2 for numbers in own.values()):
            return []
        make = _paired if table.paired else _independent
        lines += [f"    {key}:", *(f"      {line}" for line in make(own, header, table, linear=key in linear))]
    if table.survival:
        lines += ["    survival:", *(f"      {line}" for line in _survival(groups, table))]
    n = max(1, round(len(table.levels) / max(1, len(groups) * (len(set(table.times.hours)) if table.times else 1))))
    text = [
        "simulation:",
        f"  n: {n}",
        "  seed: 1",
        "  endpoints:",
        *lines,
        "  assumptions:",
        "    - assumed: the distributions above",
        "      evidence: none",
        "  scenarios:",
        "    as_published:",
        "      about: the groups differ as in the file",
        *_null(groups, lines),
    ]
    return [*INTRODUCTION, *(f"# {line}" for line in text)]


def _by_group(groups: Mapping[tuple[str, ...], str], table: StudyTable, header: str) -> Numbers:
    """The numbers of each group, at the time that is analysed; half of the limit for a value below one."""
    own: Numbers = {key: [] for key in groups.values()}
    for at, (level, text) in enumerate(zip(table.levels, table.endpoints[header], strict=True)):
        match = NUMBER.fullmatch(text)
        if match and (table.times is None or table.times.hours[at] == table.times.last):
            number = float(match[2].replace(",", "."))
            own[groups[level]].append(number / 2 if match[1] else number)
    return own


def _shown(number: float) -> str:
    return f"{float(f'{number:.3g}'):g}"


def _log_sd(numbers: Sequence[float]) -> float:
    return max(statistics.stdev(map(math.log, numbers)), MIN_CV)


def _independent(own: Numbers, header: str, table: StudyTable, *, linear: bool) -> Iterator[str]:
    """The distribution of independent groups."""
    if linear:
        yield "distribution: normal"
        parts = {
            key: f"mean: {_shown(statistics.mean(numbers))}, sd: {_shown(statistics.stdev(numbers) or MIN_CV)}"
            for key, numbers in own.items()
        }
    else:
        yield "distribution: lognormal"
        limits = [match[2] for text in table.endpoints[header] if (match := NUMBER.fullmatch(text)) and match[1]]
        if limits:
            yield f"lloq: {max(float(limit.replace(',', '.')) for limit in limits):g}"
        parts = {
            key: f"geometric_mean: {_shown(statistics.geometric_mean(numbers))}, "
            f"cv: {_shown(math.sqrt(math.expm1(_log_sd(numbers) ** 2)))}"
            for key, numbers in own.items()
        }
    yield "groups:"
    yield from (f"  {key}: {{{part}, {EVIDENCE}}}" for key, part in parts.items())


def _paired(own: Numbers, header: str, table: StudyTable, *, linear: bool) -> Iterator[str]:
    """The distribution of pairs: that of the first group, and of the changes of the others from it."""
    values: dict[str, dict[tuple[str, ...], float]] = {}
    for animal, level, text in zip(table.animals, table.levels, table.endpoints[header], strict=True):
        if (match := NUMBER.fullmatch(text)) and not match[1]:
            number = float(match[2].replace(",", "."))
            values.setdefault(animal, {})[level] = number if linear else math.log(number)
    first, *others = dict.fromkeys(table.levels)
    changes = [[own[level] - own[first] for own in values.values() if {level, first} <= set(own)] for level in others]
    spread = max(statistics.stdev(own) if len(own) > 1 else MIN_CV for own in changes) or MIN_CV
    start = statistics.stdev(own[first] for own in values.values() if first in own) or MIN_CV
    names = ("sd", "difference_sd", "mean") if linear else ("log_sd", "log_ratio_sd", "geometric_mean")
    yield f"distribution: paired {'normal' if linear else 'lognormal'}"
    yield f"{names[0]}: {_shown(start)}"
    yield f"{names[1]}: {_shown(spread)}"
    yield "groups:"
    centre = statistics.mean if linear else statistics.geometric_mean
    yield from (f"  {key}: {{{names[2]}: {_shown(centre(numbers))}, {EVIDENCE}}}" for key, numbers in own.items())


def _survival(groups: Mapping[tuple[str, ...], str], table: StudyTable) -> Iterator[str]:
    """Exponential survival of each group, with the rate of deaths per time observed."""
    times = [float(text.replace(",", ".")) if text else math.nan for text in table.kept["time"]]
    died = [text.casefold() in DIED for text in table.kept["event"]]
    yield "distribution: weibull"
    known = [time for time in times if not math.isnan(time)]
    yield f"until: {max(known):g}"
    if all(time == int(time) for time in known):
        # The step in which the file states times; tied times are also simulated faster.
        yield f"every: {math.gcd(*map(int, known)) or 1}"
    yield "groups:"
    for level, key in groups.items():
        own = [at for at, each in enumerate(table.levels) if each == level and not math.isnan(times[at])]
        deaths = max(sum(died[at] for at in own), 0.5)
        yield f"  {key}: {{median: {_shown(math.log(2) * sum(times[at] for at in own) / deaths)}, {EVIDENCE}}}"


def _null(groups: Mapping[tuple[str, ...], str], lines: Sequence[str]) -> Iterator[str]:
    """The scenario in which all groups have the centre of the first."""
    yield '    "null":'
    yield "      about: no group differs from another"
    yield "      centres:"
    key, first = "", next(iter(groups.values()))
    for line in lines:
        if match := re.fullmatch(r"    (\w+):", line):
            key = match[1]
        elif match := re.match(rf"\s+{first}: {{(?:geometric_mean|mean|median): ([^,]+),", line):
            yield f"        {key}: {{{', '.join(f'{group}: {match[1]}' for group in groups.values())}}}"
