"""An empty workbook for a laboratory, with randomized groups and sample codes that blind those who measure."""

import io
from typing import NamedTuple

import numpy as np
from openpyxl import Workbook
from openpyxl.styles import Font
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from secretome.cohort import load_study
from secretome.protocol import Protocol

TEXT = "@"  # a cell of text keeps 007 and 1E5 as they are typed


def workbook(name: str, *, n: int | None = None, seed: int | None = None) -> bytes:
    """A workbook to fill in.

    Parameters
    ----------
    name : str
        The study's key.
    n : int, optional
        Animals per group, or pairs; by default as many as in the largest group of the study's own cohort.
    seed : int, optional
        The seed of the randomization, which the workbook states; a new one by default.

    Returns
    -------
    bytes
        An .xlsx file with the sheets ``samples`` (code, one column per endpoint), ``key`` (code, animal, group) and
        ``instructions``.

    Raises
    ------
    ValueError
        If `n` is not between 1 and 1000, or `seed` is negative.

    Examples
    --------
    >>> workbook("sepsis_cytokines", n=6, seed=3)[:2]
    b'PK'
    """
    study = load_study(name)
    protocol = study.protocol
    n = int(study.cohort.values.groupby("group")["animal"].nunique().max()) if n is None else n
    if not 1 <= n <= 1000:
        raise ValueError(f"n must be a whole number from 1 to 1000; it is {n}.")
    if seed is not None and seed < 0:
        raise ValueError(f"seed must be a whole number from 0 upwards; it is {seed}.")
    seed = int(np.random.default_rng().integers(2**31)) if seed is None else seed
    samples = randomize_samples(protocol, n, np.random.default_rng(seed))
    book = Workbook()
    sheet, key = book.active, book.create_sheet("key")
    assert isinstance(sheet, Worksheet)
    sheet.title = "samples"
    _fill_samples(sheet, protocol, samples)
    _fill_key(key, protocol, samples)
    instructions = book.create_sheet("instructions")
    for line in _instructions(protocol, seed):
        instructions.append([line])
    instructions.column_dimensions["A"].width = 140
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


class Sample(NamedTuple):
    """The code of a sample, its animal and group, and its hour, if the protocol has a baseline."""

    code: str
    animal: str
    group: str
    time: float | None = None


def randomize_samples(protocol: Protocol, n: int, rng: np.random.Generator) -> list[Sample]:
    """Return every sample in random order.

    In an unpaired study the groups are randomized; `n` is the number of animals per group, or of pairs. With a baseline
    each animal has two samples.
    """
    groups = list(protocol.groups)
    unit = protocol.experimental_unit
    if protocol.design == "paired":
        pairs = [(f"{unit} {number:0{len(str(n))}d}", group) for number in range(1, n + 1) for group in groups]
    else:
        total = n * len(groups)
        order_of_groups = rng.permutation(np.repeat(groups, n))
        pairs = [
            (f"{unit} {number:0{len(str(total))}d}", str(group))
            for number, group in enumerate(order_of_groups, start=1)
        ]
    hours = [None] if protocol.baseline is None else [protocol.baseline, protocol.time]
    drawn = [(*pair, hour) for pair in pairs for hour in hours]
    order = rng.permutation(len(drawn))
    return [Sample(f"S{number:0{len(str(len(drawn)))}d}", *drawn[int(at)]) for number, at in enumerate(order, start=1)]


def _fill_samples(sheet: Worksheet, protocol: Protocol, samples: list[Sample]) -> None:
    unit = protocol.endpoints[protocol.survival].unit if protocol.survival else "h"
    deaths = [f"time ({unit})", "event"] if protocol.sampling_hour is not None or protocol.survival else []
    assayed = [endpoint for endpoint in protocol.endpoints.values() if endpoint.kind != "survival"]
    endpoints = [f"{endpoint.label} ({endpoint.unit})" for endpoint in assayed]
    hours = ["time (h)"] if protocol.baseline is not None else []
    sheet.append(["code", *hours, *endpoints, *deaths, "exclude", "note"])
    for sample in samples:
        sheet.append([sample.code, sample.time] if hours else [sample.code])
    if deaths:
        column = get_column_letter(len(endpoints) + 3)
        _add_choices(
            sheet, '"0,1"', f"{column}2:{column}{len(samples) + 1}", "0 or empty, or 1 for a death before sampling"
        )
    _format_sheet(sheet)


def _fill_key(sheet: Worksheet, protocol: Protocol, samples: list[Sample]) -> None:
    header = ["code", "animal", "group", *protocol.label_columns]
    sheet.append(header)
    for code, animal, group, _ in samples:
        # The experimental unit was randomized; its first animal has its name, and the others are added below.
        sheet.append([code, animal, group, *(animal if name == protocol.unit else None for name in header[3:])])
    # The groups are listed in the sheet, because a list inside the rule may contain only 255 characters.
    first = len(header) + 2
    for number, group in enumerate(protocol.groups, start=2):
        sheet.cell(number, first, group)
        sheet.cell(number, first + 1, protocol.groups[group].label)
    sheet.cell(1, first, "groups to choose from")
    sheet.cell(1, first + 1, "that is")
    letter = get_column_letter(first)
    choices = f"${letter}$2:${letter}${len(protocol.groups) + 1}"
    _add_choices(sheet, choices, f"C2:C{len(samples) + 1}", "one of the groups of the study")
    _format_sheet(sheet)


def _add_choices(sheet: Worksheet, choices: str, where: str, expected: str) -> None:
    rule = DataValidation(
        type="list", formula1=choices, allow_blank=True, showErrorMessage=True, error=f"Choose {expected}."
    )
    rule.add(where)
    sheet.add_data_validation(rule)


def _format_sheet(sheet: Worksheet) -> None:
    sheet.freeze_panes = "B2"
    for column in sheet.iter_cols():
        top = column[0]
        top.font = Font(bold=True)
        sheet.column_dimensions[get_column_letter(top.column)].width = max(12, len(str(top.value or "")) + 2)
        for cell in column[1:]:
            if top.value in ("code", "animal", "group", "exclude", "note"):
                cell.number_format = TEXT


def _instructions(protocol: Protocol, seed: int) -> list[str]:
    """The lines of the sheet of instructions."""
    units = protocol.units
    measured = ", ".join(f"{endpoint.label} in {endpoint.unit}" for endpoint in protocol.endpoints.values())
    lines = [
        f"{protocol.title}: a sheet for new {units}.",
        f"Measured: {measured}.",
        "Sheet 'samples' is for those who measure. It contains no groups: give them a copy of that sheet only.",
        f"Sheet 'key' says which {protocol.experimental_unit} and group is behind a code. Groups were randomized with "
        f"seed {seed}.",
        f"Write your names of the {units} into the column 'animal' of the key. Change a group only if the animal "
        "received another treatment.",
        "Write one number per cell, in the unit of the header. Leave a missing value empty.",
    ]
    if protocol.unit:
        lines.append(
            f"Each row is the first animal of one {protocol.unit}. Add a row for each further animal, in both sheets: "
            f"a separate code and id, and the same group and {protocol.unit}."
        )
    if protocol.baseline is not None:
        lines.append(
            f"Each {protocol.experimental_unit} has two samples: at {protocol.baseline:g} h, before the treatment, and "
            f"at {protocol.time:g} h."
        )
    if protocol.block:
        lines.append(f"Write the {protocol.block} of each {protocol.experimental_unit} into the key, in every row.")
    if protocol.survival:
        lines.append(
            f"Write into 'time' when each {protocol.experimental_unit} died or was last seen alive, and into 'event' 1 "
            "if it died then, otherwise 0."
        )
    if any(endpoint.kind not in ("continuous", "survival") for endpoint in protocol.endpoints.values()):
        lines.append(
            "Write a value below or above a limit of the assay with its limit: <15.6 or >1000. 'ND' is not enough."
        )
    if protocol.sampling_hour is not None:
        lines.append(
            f"A death before sampling at {protocol.sampling_hour:g} h: event 1, time the hour of the observation, and "
            "no value."
        )
    lines += [
        "To leave a sample out, write the reason into 'exclude'. Its row stays, and the report says so.",
        f"Then: secretome check {protocol.key} FILE.xlsx, with both sheets in one file.",
    ]
    return lines
