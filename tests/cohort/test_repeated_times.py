"""Files with several times of one animal: the time of the protocol is analysed, or the file is refused once."""

from pathlib import Path

import pandas as pd
import pytest

from approved import check_approved
from secretome import analyse
from secretome.protocol import InputError
from secretome.report.text.methods import methods_paragraph
from shaped_studies import read_text, write_protocol

REST = """\
groups:
  control: {label: Control, role: control}
  treated: {label: Treated, role: treated}
endpoints:
  il6: {label: IL-6, unit: pg/mL, kind: concentration, equivalence_margin: {low: 0.8, high: 1.25, reason: a test}}
claims:
  falls:
    {sentence: The drug lowers IL-6, endpoint: il6, kind: single, direction: down, contrast: treated vs control,
     source: own}
"""


def table(times: tuple[int, ...] = (0, 24, 48)) -> pd.DataFrame:
    """Three animals of each group at each time; values tell the animal and the time."""
    rows = [
        (f"r{animal}", group, time, 100 * animal + time)
        for animal, group in enumerate(("control", "treated") * 3, start=1)
        for time in times
    ]
    return pd.DataFrame(rows, columns=["animal", "group", "time", "il6"])


def test_the_time_of_the_protocol_is_analysed_and_the_others_reported(tmp_path: Path) -> None:
    protocol = write_protocol(tmp_path, f"time: 24\n{REST}")
    study = read_text(protocol, table().to_csv(index=False))
    cohort = study.cohort
    assert cohort.values["value"].tolist() == [124, 224, 324, 424, 524, 624]
    assert "values at 24 h were analysed" in methods_paragraph(study, analyse(study, ("planned",)))
    (note,) = [note for note in cohort.notes if "not used" in note]
    assert "12 values at 0, 48 h" in note


def test_files_of_one_time_need_no_column_of_times(tmp_path: Path) -> None:
    protocol = write_protocol(tmp_path, f"time: 24\n{REST}")
    one = table((24,))
    assert len(read_text(protocol, one.to_csv(index=False)).cohort.values) == 6
    notes = read_text(protocol, one.drop(columns="time").to_csv(index=False)).cohort.notes
    assert sum("24 h" in note for note in notes) == 1


def test_files_that_do_not_tell_the_time_are_refused(tmp_path: Path) -> None:
    times = write_protocol(tmp_path, f"time: 24\n{REST}")
    none = write_protocol(tmp_path, REST, key="without")
    without = table().astype({"time": object})
    without.loc[1, "time"] = ""
    messages = {}
    for name, protocol, animals in (
        ("another time", times, table((0, 48))),
        ("a value without a time", times, without),
        ("no time in the protocol", none, table()),
    ):
        with pytest.raises(InputError) as error:
            read_text(protocol, animals.to_csv(index=False))
        messages[name] = error.value.problems
        assert len(messages[name]) == 1
    check_approved("refused_times", messages)


@pytest.mark.parametrize("rest", ["sampling_hour: 24\n", ""])
def test_a_time_beside_deaths_is_refused(tmp_path: Path, rest: str) -> None:
    kind = REST if rest else REST.replace("unit: pg/mL, kind: concentration", "unit: h, kind: survival")
    with pytest.raises(InputError, match="time:"):
        write_protocol(tmp_path, f"time: 24\n{rest}{kind}")
