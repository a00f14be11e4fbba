"""When animals were seen last, and whether they were dead by then."""

import math
import re
from contextlib import suppress
from typing import cast

from secretome.cohort.columns import Columns, ErrorCollector
from secretome.cohort.files.sheet import Cell
from secretome.cohort.replicates import Record
from secretome.cohort.values import MISSING, Unreadable, parse

DIED = {"1": True, "yes": True, "y": True, "true": True, "dead": True, "died": True, "death": True}
LIVED = {"0": False, "no": False, "n": False, "false": False, "alive": False, "survived": False}
EVENTS = DIED | LIVED


class EventColumns:
    """Reads the columns 'time' and 'event' of one sheet."""

    def __init__(self, columns: Columns, errors: ErrorCollector) -> None:
        self.columns = columns
        self.errors = errors
        self.protocol = columns.protocol

    def of(self, row: tuple[Cell, ...]) -> dict[str, object]:
        """When the animal was last seen, and whether it was dead when the others were sampled."""
        time, event = self.columns.text(row, "time"), self.columns.text(row, "event").casefold()
        hour = math.nan
        if time.casefold() not in MISSING:
            number = re.sub(r"\s*(h|hrs?|hours?)$", "", time, flags=re.IGNORECASE)
            with suppress(Unreadable):
                hour = parse(number, "," if "," in number else ".").seen
            if not hour >= 0:
                cell = row[self.columns.named["time"]]
                self.errors.about(
                    cell,
                    repr(time),
                    "hours, as a number from 0 upwards, or an empty cell",
                    "Convert it to hours; rename the column if it holds a time of day.",
                )
        if event not in MISSING and event not in EVENTS:
            cell = row[self.columns.named["event"]]
            self.errors.about(cell, repr(event), "1 for a death, 0 or an empty cell for none")
        sampled = self.protocol.sampling_hour
        dead = sampled is not None and EVENTS.get(event, False) and not hour > sampled
        return {"time": hour, "dead": dead}

    def check(self, records: list[tuple[Record, Cell]]) -> list[str]:
        """Refuse fates that cannot be, and say at what other times than the planned one animals were seen."""
        self._check_deaths(records)
        return self._check_times(records)

    def _check_times(self, records: list[tuple[Record, Cell]]) -> list[str]:
        """Refuse unplanned times unless a column 'event' says whether they are of deaths or of another sampling."""
        planned = self.protocol.sampling_hour
        hours = [
            record["time"]
            for record, _ in records
            if not record["exclude"] and not record["dead"] and record["time"] >= 0
        ]
        other = sorted({hour for hour in hours if hour != planned})
        if planned is None or not other:
            return []
        told = f"{', '.join(f'{hour:g}' for hour in other[:5])}{', …' if len(other) > 5 else ''} h"
        if "event" in self.columns.named:
            return [f"last seen alive at {told}, where the protocol samples at {planned:g} h"]
        remedy = (
            "Add 'event': 1 where the animal died then, 0 where it was sampled then, which is not the planned "
            f"{planned:g} h."
        )
        header = self.columns.sheet.header[self.columns.named["time"]]
        self.errors.about(
            header, f"a column 'time' with {told} and no column 'event'", f"{planned:g} h, or both columns", remedy
        )
        return []

    def _check_deaths(self, records: list[tuple[Record, Cell]]) -> None:
        hour = self.protocol.sampling_hour
        fates: dict[object, object] = {}
        for record, cell in records:
            if record["exclude"]:
                continue
            animal = record["animal"]
            if record["dead"] and not math.isnan(cast(float, record["lower"])):
                found = f"a value of {animal!r}, which died before it was sampled at {hour:g} h"
                self.errors.about(
                    cell, found, "no value of a dead animal", "Empty the cell, or correct 'event' and 'time'."
                )
            if fates.setdefault(animal, record["dead"]) != record["dead"]:
                self.errors.about(
                    cell, f"{animal!r} both dead and alive", "one fate in all its rows", "Correct 'event' and 'time'."
                )
