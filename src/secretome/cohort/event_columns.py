"""Columns of times and events: when animals were last observed, and whether they had died."""

from __future__ import annotations

import math
import re
from contextlib import suppress

from secretome.cohort.columns import TIME_WORDS, Columns
from secretome.cohort.errors import ErrorCollector
from secretome.cohort.files.sheet import Row
from secretome.cohort.files.words import DIED, MISSING, SURVIVED
from secretome.cohort.replicates import Measurement
from secretome.cohort.values import NotAValueError, parse


class EventColumns:
    """Reads the columns 'time' and 'event' of one sheet."""

    def __init__(self, columns: Columns, errors: ErrorCollector) -> None:
        self.columns = columns
        self.errors = errors
        self.sampling_hour = columns.protocol.sampling_hour
        self.unit = columns.vocabulary.time_unit

    def status(self, row: Row) -> dict[str, object]:
        """When an animal was last observed, and whether it had died before sampling."""
        time, event = self.columns.text(row, "time"), self.columns.text(row, "event").casefold()
        hour = math.nan
        if time.casefold() not in MISSING:
            unit = r"\s*(h|hrs?|hours?)$" if self.unit == "h" else r"\s*(d|days?)$"
            number = re.sub(unit, "", time, flags=re.IGNORECASE)
            with suppress(NotAValueError):
                hour = parse(number, "," if "," in number else ".").observed
            if not hour >= 0:
                words = TIME_WORDS[self.unit]
                expected = f"{words}, as a number from 0 upwards, or an empty cell"
                remedy = f"Convert it to {words}; rename the column if it contains a time of day."
                self.errors.add(row[self.columns.named["time"]], repr(time), expected, remedy)
        if event not in MISSING | DIED | SURVIVED:
            expected = "1 for a death, 0 or an empty cell for none"
            self.errors.add(row[self.columns.named["event"]], repr(event), expected)
        dead = self.sampling_hour is not None and event in DIED and not hour > self.sampling_hour
        return {"time": hour, "dead": dead, "event": event in DIED}

    def check(self, measurements: list[Measurement]) -> list[str]:
        """Refuse contradictory events; return a note on unplanned times."""
        included = [each for each in measurements if not each.record["exclude"]]
        self._check_deaths(included)
        return self._check_times(included)

    def _check_deaths(self, measurements: list[Measurement]) -> None:
        dead: dict[str, bool] = {}
        for record, cell in measurements:
            animal = record["animal"]
            if record["dead"] and not math.isnan(record["lower"]):
                found = f"a value of {animal!r}, which died before it was sampled at {self.sampling_hour:g} h"
                remedy = "Empty the cell, or correct 'event' and 'time'."
                self.errors.add(cell, found, "no value of a dead animal", remedy)
            # A study of survival refuses any two times or events of one animal.
            if dead.setdefault(animal, record["dead"]) != record["dead"] and not self.columns.states_survival:
                found = f"{animal!r} both dead and alive"
                self.errors.add(cell, found, "one event in all its rows", "Correct 'event' and 'time'.")

    def _check_times(self, measurements: list[Measurement]) -> list[str]:
        """Refuse unplanned times, unless a column 'event' states whether they are of deaths or of another sampling."""
        planned = self.sampling_hour
        alive = (record for record, _ in measurements if not record["dead"] and not record.get("event"))
        hours = {record["time"] for record in alive if record["time"] >= 0}
        unplanned = sorted(hours - {planned})
        if planned is None or not unplanned:
            return []
        times = f"{', '.join(f'{hour:g}' for hour in unplanned[:5])}{', …' if len(unplanned) > 5 else ''} h"
        if "event" in self.columns.named:
            return [f"last observed alive at {times}, where the protocol samples at {planned:g} h"]
        remedy = "Add 'event': 1 where the animal died then, 0 where it was sampled then, which is not the planned "
        header = self.columns.sheet.header[self.columns.named["time"]]
        found = f"a column 'time' with {times} and no column 'event'"
        self.errors.add(header, found, f"{planned:g} h, or both columns", f"{remedy}{planned:g} h.")
        return []
