"""Write the protocol of a new study from its table, and mark with CHOOSE what the table does not decide."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from secretome.cohort.draft_names import DOSE_UNIT, dose_unit, header_unit, unique_keys, without_unit
from secretome.cohort.files.words import limit_passed
from secretome.cohort.sampling_times import SamplingTimes
from secretome.cohort.simulation_draft import simulation_lines
from secretome.cohort.study_table import StudyTable
from secretome.cohort.units import factor

CONTROL_WORDS = ("control", "vehicle", "placebo", "saline", "sham", "untreated", "none", "ctrl", "veh", "baseline")
SCHEMA = "protocol.schema.json"
PANEL = "concentrations"
MIN_ENDPOINTS = 4  # concentrations in one unit that are suggested as one panel
SURVIVAL = "survival"  # the key of the endpoint that the columns of times and events state


@dataclass(frozen=True)
class DraftGroup:
    """A group of the draft: its key and label, the values of its columns, and its dose."""

    key: str
    label: str
    level: tuple[str, ...]
    dose: str
    series: str  # the values of the other columns


@dataclass(frozen=True)
class Draft:
    """A draft protocol: its groups and endpoints by key, and the text."""

    groups: dict[tuple[str, ...], DraftGroup]
    endpoints: dict[str, str]
    text: str


def draft_protocol(key: str, file: str, table: StudyTable, claimed: Sequence[str] = ()) -> Draft:
    """Write the protocol of a new study.

    Parameters
    ----------
    key : str
        The study's key.
    file : str
        The name of the file that the table was read from.
    table : StudyTable
        The table.
    claimed : sequence of str, optional
        The headers of the endpoints with suggested claims; all, if absent.

    Returns
    -------
    Draft
    """
    groups = _groups(table)
    endpoints = dict(zip(table.endpoints, unique_keys(without_unit(header) for header in table.endpoints), strict=True))
    controls, pairs, series = _comparisons(list(groups.values()), table)
    dose_column = next((name for name in table.group_columns if _doses(table, name)), "")
    measured = _one_assay(table, endpoints, series)
    # No planned test of a trend, an interaction or pairs adjusts for a baseline.
    simple = not table.paired and not series and len(controls) != 2
    with_baseline = simple and table.times is not None and _has_baselines(table, table.times)
    lines = [
        *_head(key, file, table, with_baseline=with_baseline),
        *_group_lines(groups.values(), controls, pairs, dose_unit(dose_column)),
        "",
        "endpoints:",
        *(line for header, name in endpoints.items() for line in _endpoint(header, name, table.endpoints[header])),
        *(_survival(table.survival.unit) if table.survival else ()),
        *(_panel(measured, pairs) if measured else ()),
        "",
        "# Suggestions: keep the claims that are made, put the direction right, and delete the others.",
        "claims:",
    ]
    for header, name in endpoints.items():
        if claimed and header not in claimed:
            continue
        own = PANEL if name in measured else ""
        lines += _claims(without_unit(header), name, pairs, series, panel=own)
        if len(controls) == 2 and not own:
            lines += _interaction(without_unit(header), name, pairs, table)
    if table.survival and not claimed:
        lines += _claims("Survival", SURVIVAL, pairs, (), higher="longer")
    linear = [name for header, name in endpoints.items() if _is_linear(header, table.endpoints[header])]
    if not with_baseline:
        lines += simulation_lines({level: group.key for level, group in groups.items()}, endpoints, linear, table)
    return Draft(groups, endpoints, "\n".join(lines) + "\n")


def _groups(table: StudyTable) -> dict[tuple[str, ...], DraftGroup]:
    """The groups in the order of the file."""
    levels = list(dict.fromkeys(table.levels))
    dosed = next((at for at, name in enumerate(table.group_columns) if _doses(table, name)), None)
    unit = dose_unit(table.group_columns[dosed]) if dosed is not None else ""
    labels = [
        " ".join(f"{value} {unit}".strip() if at == dosed else value for at, value in enumerate(one)) for one in levels
    ]
    found = {}
    for level, label, key in zip(levels, labels, unique_keys(" ".join(level) for level in levels), strict=True):
        dose = level[dosed] if dosed is not None else ""
        series = " ".join(value for at, value in enumerate(level) if at != dosed)
        found[level] = DraftGroup(key, label, level, dose, series)
    return found


def _doses(table: StudyTable, column: str) -> bool:
    """Whether a group column is of numbers, which are taken as doses."""
    at = table.group_columns.index(column)
    return all(re.fullmatch(r"\d+([.,]\d+)?", level[at]) for level in table.levels)


def _number(dose: str) -> float:
    return float(dose.replace(",", "."))


def _comparisons(
    groups: Sequence[DraftGroup], table: StudyTable
) -> tuple[list[DraftGroup], list[tuple[DraftGroup, DraftGroup]], list[list[DraftGroup]]]:
    """The controls, the pairs of a treated group with its control, and the series of three doses or more.

    Without a control, two kinds of treatment at several doses are compared at each dose. With a control in each level
    of another factor, such as sex, groups are compared within that level.
    """
    by_series: dict[str, list[DraftGroup]] = {}
    for group in groups:
        if group.dose and _number(group.dose) > 0:
            by_series.setdefault(group.series, []).append(group)
    for one in by_series.values():
        one.sort(key=lambda group: _number(group.dose))
    named = [group for group in groups if any(word in group.label.casefold() for word in CONTROL_WORDS)]
    zero = [group for group in groups if group.dose and _number(group.dose) == 0]
    series = [] if table.paired else [one for one in by_series.values() if len(one) >= 3]
    if not named and not zero and len(by_series) > 1:
        reference = next(iter(by_series))
        pairs = [
            (group, same)
            for kind, members in by_series.items()
            if kind != reference
            for group in members
            for same in by_series[reference]
            if _number(same.dose) == _number(group.dose)
        ]
        return [], pairs, series
    controls = named or zero or list(groups)
    if not table.paired and (within := _pairs_within(groups, controls, len(table.group_columns))):
        return controls, within, series
    control = controls[0]
    return [control], [(group, control) for group in groups if group is not control], series


def _pairs_within(
    groups: Sequence[DraftGroup], controls: Sequence[DraftGroup], columns: int
) -> list[tuple[DraftGroup, DraftGroup]]:
    """Each treated group with the control of the same level of the other factor; none if there is one factor."""
    if columns != 2 or len(controls) < 2:
        return []
    for treatment, other in ((0, 1), (1, 0)):
        own = {control.level[other]: control for control in controls}
        treated = [group for group in groups if group not in controls]
        if len({control.level[treatment] for control in controls}) == 1 and {one.level[other] for one in treated} <= {
            *own
        }:
            return [(group, own[group.level[other]]) for group in treated]
    return []


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _head(key: str, file: str, table: StudyTable, *, with_baseline: bool) -> Iterator[str]:
    yield f"# yaml-language-server: $schema={SCHEMA}"
    yield f"# The protocol of the study {key}, filled in from {file}."
    yield "# CHOOSE marks what the file does not say. Decide each, and delete the mark."
    if table.unused:
        yield f"# Columns of the file that are not used: {', '.join(table.unused)}."
    yield f"key: {key}  # the name of this folder"
    yield f"title: {_quoted(key.replace('_', ' ').capitalize())}  # CHOOSE"
    yield f"registered: {date.today().isoformat()}  # CHOOSE: the day on which the rules below were fixed"
    yield "setting: in vivo  # CHOOSE: in vivo or in vitro"
    yield "species: animal  # CHOOSE"
    yield "experimental_unit: animal  # CHOOSE: what was assigned to a group, such as mouse, cage or donor"
    if table.paired:
        yield "design: paired  # each animal was measured in every group"
        yield "by: animal"
    if table.times:
        yield from _times(table.times, with_baseline=with_baseline)
    yield ""
    yield "cohort:"
    yield "  file: cohorts/own.csv  # the animals of the file, with the keys below as names"
    yield ""
    yield "sources:"
    yield "  own:"
    yield "    citation: own"
    yield f"    text: {_quoted(f'the file {file}')}  # CHOOSE: who makes the claims, and where"
    yield "    licence: not stated  # CHOOSE"
    yield ""
    yield "groups:"


def _times(times: SamplingTimes, *, with_baseline: bool) -> Iterator[str]:
    """The hour that is analysed, and the baseline, commented out if the planned tests cannot adjust for it."""
    yield f"time: {times.last:g}  # CHOOSE: the hour whose values are analysed; those at other hours are not used"
    if with_baseline:
        yield f"baseline: {times.first:g}  # CHOOSE: the covariate, if it was measured before treatment, or no line"
    else:
        yield f"# baseline: {times.first:g}  # this needs a number of every animal, and claims of kind single or every"


def _has_baselines(table: StudyTable, times: SamplingTimes) -> bool:
    """Whether each animal that has a value at the last time has one above zero at the first."""
    rows = list(zip(table.animals, times.hours, strict=True))
    for values in table.endpoints.values():
        numbers = {row: text for row, text in zip(rows, values, strict=True) if text}
        for animal, hour in numbers:
            before = numbers.get((animal, times.first), "")
            if hour == times.last and not (re.fullmatch(r"\d+([.,]\d+)?", before) and _number(before) > 0):
                return False
    return True


def _group_lines(
    groups: Iterable[DraftGroup],
    controls: Sequence[DraftGroup],
    pairs: Sequence[tuple[DraftGroup, DraftGroup]],
    unit: str,
) -> Iterator[str]:
    compared = {other.key for _, other in pairs}
    for group in groups:
        yield f"  {group.key}:"
        yield f"    label: {_quoted(group.label)}"
        if group in controls:
            yield "    role: control  # CHOOSE: the group with which the others are compared"
        elif group.key in compared:
            yield "    role: reference  # CHOOSE: another treatment is compared with it"
        else:
            yield "    role: treated  # CHOOSE: treated, reference, control or sham"
        if group.dose:
            yield f"    dose: {_number(group.dose):g}"
            if unit:
                yield f"    dose_unit: {unit}"


def _endpoint(header: str, key: str, values: Sequence[str]) -> Iterator[str]:
    unit = header_unit(header)
    limits = any(limit_passed(value) or value[:1] in "<>" for value in values if value)
    kind = "concentration" if limits or factor(unit, unit) else "proportion" if unit.startswith("%") else "continuous"
    yield f"  {key}:"
    yield f"    label: {_quoted(without_unit(header))}"
    yield f"    unit: {_quoted(unit)}" if unit else '    unit: "as measured"  # CHOOSE'
    yield f"    kind: {kind}  # CHOOSE: concentration, titre, count, proportion or continuous"
    if kind == "continuous" and _is_linear(header, values):
        numbers = _plain_numbers(values)
        margin = float(f"{(max(numbers) - min(numbers)) / 10:.1g}")
        yield "    scale: linear  # groups are compared by differences, because some values are not above zero"
        yield "    equivalence_margin:  # CHOOSE: differences in the unit between which an effect is negligible"
        yield f"      low: {-margin:g}"
        yield f"      high: {margin:g}"
        yield "      reason: a tenth of the range of the values  # CHOOSE"
        return
    yield "    equivalence_margin:  # CHOOSE: ratios between which an effect is negligible"
    yield "      low: 0.80"
    yield "      high: 1.25"
    yield "      reason: a convention of bioequivalence"


def _plain_numbers(values: Sequence[str]) -> list[float]:
    return [_number(value) for value in values if re.fullmatch(r"-?\d+([.,]\d+)?", value)]


def _is_linear(header: str, values: Sequence[str]) -> bool:
    """Whether groups are to be compared by differences, because some values are not above zero."""
    unit, numbers = header_unit(header), _plain_numbers(values)
    limits = any(limit_passed(value) or value[:1] in "<>" for value in values if value)
    of_assay = limits or bool(factor(unit, unit)) or unit.startswith("%")
    return not of_assay and bool(numbers) and min(numbers) <= 0


def _survival(unit: str) -> Iterator[str]:
    yield f"  {SURVIVAL}:  # from the columns 'time' and 'event' of a cohort file"
    yield "    label: Survival"
    yield f"    unit: {unit}" if unit else "    unit: d  # CHOOSE: h or d"
    yield "    kind: survival"
    yield "    equivalence_margin:  # CHOOSE: hazard ratios between which an effect is negligible"
    yield "      low: 0.5"
    yield "      high: 2"
    yield "      reason: a hazard that is halved or doubled  # CHOOSE"


def _claims(
    label: str,
    endpoint: str,
    pairs: Sequence[tuple[DraftGroup, DraftGroup]],
    series: Sequence[Sequence[DraftGroup]],
    higher: str = "higher",
    panel: str = "",
) -> Iterator[str]:
    contrasts = [f"{group.key} vs {control.key}" for group, control in pairs]
    family = {"family": f"[{', '.join(contrasts)}]  # adjusted for these"} if len(contrasts) > 1 else {}
    for (group, control), contrast in zip(pairs, contrasts, strict=True):
        about = {
            "kind": "single",
            "contrast": contrast,
            **({"panel": f"{panel}  # adjusted for every test of the panel"} if panel else family),
        }
        sentence = f"{label} is {higher} in {group.label} than in {control.label}."
        yield from _claim(f"{endpoint}_{group.key}", sentence, endpoint, about)
    for doses in series:
        kind = doses[0].series
        about = {
            "kind": "trend",
            "contrast": f"trend {kind}".strip(),
            "doses": f"[{', '.join(group.key for group in doses)}]",
        }
        sentence = f"{label} rises with the dose{f' of {kind}' if kind else ''}."
        yield from _claim(f"{endpoint}_dose{f' {kind}' if kind else ''}", sentence, endpoint, about)


def _interaction(
    label: str, endpoint: str, pairs: Sequence[tuple[DraftGroup, DraftGroup]], table: StudyTable
) -> Iterator[str]:
    """The claim that one of two effects is larger, if each control has one treated group."""
    if len(pairs) != 2:
        return
    (one, _), (other, _) = pairs
    about = {
        "kind": "interaction",
        "contrast": " x ".join(DOSE_UNIT.sub("", without_unit(name)).replace("_", " ") for name in table.group_columns),
        "effects": f"[{', '.join(f'{group.key} vs {control.key}' for group, control in pairs)}]",
    }
    sentence = f"The effect on {label} is larger in {one.label} than in {other.label}."
    yield from _claim(f"{endpoint}_interaction", sentence, endpoint, about)


def _one_assay(table: StudyTable, endpoints: Mapping[str, str], series: Sequence[object]) -> list[str]:
    """The keys of the concentrations if the table holds several in one unit, as an assay of many cytokines gives."""
    if table.paired or series:  # pairs and trends are not tests of a panel
        return []
    units = {name: unit for header, name in endpoints.items() if (unit := header_unit(header))}
    of_assay = [name for name, unit in units.items() if factor(unit, unit)]
    return of_assay if len(of_assay) >= MIN_ENDPOINTS and len({units[name] for name in of_assay}) == 1 else []


def _panel(endpoints: Sequence[str], pairs: Sequence[tuple[DraftGroup, DraftGroup]]) -> Iterator[str]:
    yield ""
    yield "panels:"
    yield f"  {PANEL}:  # CHOOSE: everything that was measured together, because its tests are one family"
    yield "    label: Concentrations  # CHOOSE"
    yield f"    endpoints: [{', '.join(endpoints)}]"
    yield f"    contrasts: [{', '.join(f'{group.key} vs {control.key}' for group, control in pairs)}]"
    yield "    adjust: bonferroni  # CHOOSE: bonferroni or holm"


def _claim(key: str, sentence: str, endpoint: str, about: Mapping[str, str]) -> Iterator[str]:
    yield f"  {unique_keys([key])[0]}:"
    yield f"    sentence: {_quoted(sentence)}  # CHOOSE"
    yield f"    endpoint: {endpoint}"
    yield "    direction: up  # CHOOSE: up or down"
    yield from (f"    {name}: {value}" for name, value in about.items())
    yield "    source: own"
