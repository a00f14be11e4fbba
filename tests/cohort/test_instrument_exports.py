"""Exports of plate readers and bead arrays, in the layouts of genuine public files (see public_files.csv).

The numbers are invented.
"""

import csv
import math
from pathlib import Path

import pytest
from making import xlsx

from secretome.cohort import Cohort, read_cohort
from secretome.cohort.sample_key import KeyFile
from secretome.protocol import InputError, Problem, Protocol

GROUPS = ("sham", "control", "t1", "t2")
IDS = [f"M{number}" for number in range(1, 9)]
KEY = ["sample,animal,group", *(f"{name},rat {at},{GROUPS[at % 4]}" for at, name in enumerate(IDS))]
IL6 = [20.5, 118.2, 61.3, 31.7, 18.4, 140.6, 70.9, 40.1]
IL4 = [24.1, 16.2, 18.8, 22.4, 26.3, 14.9, 19.5, 21.1]
XPONENT = "Program,xPONENT,,MAGPIX\nBuild,4.2.1324.0\nDate,05/17/2023,6:42 PM\n\nSN,123\nSamples,10\n\nResults\n"


def join(protocol: Protocol, content: bytes | str, name: str, key: list[str] | None = KEY, **names: str) -> Cohort:
    content = content.encode() if isinstance(content, str) else content
    file = KeyFile(Path("animals.csv"), "\n".join(key).encode()) if key else None
    return read_cohort(Path(name), protocol, content, names=names, key=file)


def refused(protocol: Protocol, content: bytes | str, name: str, key: list[str] | None = KEY) -> list[Problem]:
    with pytest.raises(InputError) as error:
        join(protocol, content, name, key)
    return list(error.value.problems)


def bounds(cohort: Cohort, endpoint: str = "il6") -> dict[str, tuple[float, float]]:
    rows = cohort.values[cohort.values["endpoint"] == endpoint]
    return {animal: (lower, upper) for animal, lower, upper in rows[["animal", "lower", "upper"]].to_numpy()}


def rats(values: list[float]) -> dict[str, tuple[float, float]]:
    return {f"rat {at}": (value, value) for at, value in enumerate(values)}


def section(kind: str, factor: float, names: list[str]) -> str:
    samples = [("Background0", 0.1, 0.1), ("Standard1", 900.5, 800.5), *zip(IDS, IL6, IL4, strict=True)]
    lines = [
        f'"{at + 1}(1,{"ABCDEFGHIJ"[at]}1)",{name},{factor * il6},{factor * il4},7.5,880'
        for at, (name, il6, il4) in enumerate(samples)
    ]
    return "\n".join([f"DataType:,{kind}", f"Location,Sample,{','.join(names)},Total Events", *lines, "", ""])


def test_results_of_xponent_are_read(sepsis_protocol: Protocol) -> None:
    names = ["IL-6", "IL-4", "TNF-a"]
    content = XPONENT + section("Median", 10, names) + section("Result", 1, names) + section("Count", 3, names)
    cohort = join(sepsis_protocol, content, "plate.csv")
    assert (bounds(cohort), bounds(cohort, "il4")) == (rats(IL6), rats(IL4))
    notes = " ".join(cohort.notes)
    assert "export of xPONENT" in notes
    assert "'TNF-a'" in notes
    assert "'Background0', 'Standard1'" in notes


def test_fluorescence_of_xponent_is_refused_by_name(sepsis_protocol: Protocol) -> None:
    content = XPONENT + section("Median", 10, ["IL-6", "IL-4", "TNF-a"])
    (problem,) = refused(sepsis_protocol, content, "plate.csv")
    assert "xPONENT" in problem.found
    assert "'Result'" in problem.remedy


def workbench(*, calculated: bool = True) -> str:
    header = "Sample,Assay,Well,Spot,Detection Range,Dilution,Concentration,Signal,Calc. Concentration"
    lines = [
        "S001,IL-6,A01,1,In Detection Range,,500,9000,512.5",
        "S001,GM-CSF,A01,2,In Detection Range,,500,9000,499.5",
    ]
    for at, (name, il6, il4) in enumerate(zip(IDS, IL6, IL4, strict=True)):
        flag, value = ("Below Fit Curve Range", "NaN") if at == 0 else ("In Detection Range", str(il6))
        lines += [f"{name},IL-6,B{at + 1:02},1,{flag},1,,812,{value}"]
        lines += [f"{name},IL-4,B{at + 1:02},2,In Detection Range,1,,612,{il4}"]
    rows = [",".join(line.split(",")[: None if calculated else -1]) for line in (header, *lines)]
    return "\n".join(["Plate_2BO40AW287,,", *rows])


def test_calculated_concentrations_of_workbench_are_read(sepsis_protocol: Protocol) -> None:
    content = workbench().replace("Calc. Concentration", "Calc. Concentration,Detection Limits: Calc. Low").splitlines()
    content = [line + ",1.25" if "B0" in line and "IL-6" in line else line for line in content]
    cohort = join(sepsis_protocol, "\n".join(content), "plate.csv")
    assert bounds(cohort) == rats(IL6) | {"rat 0": (0, 1.25)}
    assert bounds(cohort, "il4") == rats(IL4)
    assert any("2 rows of standards left out" in note for note in cohort.notes)


def test_words_of_workbench_without_a_limit_are_asked(sepsis_protocol: Protocol) -> None:
    (problem,) = refused(sepsis_protocol, workbench(), "plate.csv")
    assert (problem.place, problem.found) == ("cell I5", "'Below Fit Curve Range'")
    assert "<15.6" in problem.remedy


def test_signals_of_workbench_are_refused_by_name(sepsis_protocol: Protocol) -> None:
    (problem,) = refused(sepsis_protocol, workbench(calculated=False), "plate.csv")
    assert "Discovery Workbench" in problem.found
    assert "Calc. Concentration" in problem.remedy


def bioplex(title: str, first: str = "OOR <") -> bytes:
    rows = [["Bio-Plex Manager 6.2"], [], ["Type", "Well", "Outlier", "Description", "IL-6 (19)", "IL-4 (52)"]]
    rows += [["B", "A1", 0, "", "***", "***"], ["S1", "B1", 0, "", 900.5, 800.5]]
    rows += [
        [f"X{at}", f"C{at}", 0, name, il6 if at else first, il4]
        for at, (name, il6, il4) in enumerate(zip(IDS, IL6, IL4, strict=True))
    ]
    return xlsx({title: [list(map(str, row)) for row in rows]})


def test_observed_concentrations_of_bioplex_are_read(sepsis_protocol: Protocol) -> None:
    (problem,) = refused(sepsis_protocol, bioplex("Obs Conc"), "plate.xlsx")
    assert (problem.place, problem.found) == ("cell 'Obs Conc'!E6", "'OOR <'")
    cohort = join(sepsis_protocol, bioplex("Obs Conc", "<5"), "plate.xlsx")
    assert bounds(cohort) == rats(IL6) | {"rat 0": (0, 5)}
    assert bounds(cohort, "il4") == rats(IL4)


def test_fluorescence_of_bioplex_is_refused_by_name(sepsis_protocol: Protocol) -> None:
    (problem,) = refused(sepsis_protocol, bioplex("FI - Bkgd"), "plate.xlsx")
    assert "'Obs Conc'" in problem.remedy


SOFTMAX = ["##BLOCKS= 3", "Plate:\tPlate1\t1.3\tPlateFormat\tEndpoint\tAbsorbance", "\t25.0\t0.656\t0.645", "~End"]
STANDARDS = ["Group: Std", "Sample\tConc\tBackCalcConc\tWells\tOD", "St1\t320.0\t319.9\tA1\t1.785", "\t\t\tA2\t1.672"]


def softmax(*, results: bool = True) -> str:
    header = ["Sample", "Well", "Values", *(["Result", "MeanResult"] if results else [])]
    group = ["Group: Unknowns", "\t".join(header)]
    for at, (name, il6) in enumerate(zip(IDS, IL6, strict=True)):
        # Two wells of one sample, with the name in the first row only.
        group += ["\t".join([name, f"A{at}", "0.38", f"{il6}", f"{il6}"][: len(header)])]
        group += ["\t".join(["", f"B{at}", "0.38", f"{il6}", ""][: len(header)])]
    columns = ["", "Group Column\tFormula Name\tFormula", "1\tSample", "~End"]
    return "\r\n".join([*SOFTMAX, *STANDARDS, "", *columns, *group, *columns])


def test_results_of_softmax_are_read(sepsis_protocol: Protocol) -> None:
    content = softmax().encode("utf-16")
    cohort = join(sepsis_protocol, content, "plate.txt", Result="il6")
    assert bounds(cohort) == rats(IL6)
    assert any("'Std'" in note for note in cohort.notes)
    (problem,) = refused(sepsis_protocol, content, "plate.txt")
    assert "--map 'Result=il6'" in problem.remedy


def test_optical_densities_of_softmax_are_refused_by_name(sepsis_protocol: Protocol) -> None:
    (problem,) = refused(sepsis_protocol, softmax(results=False), "plate.txt")
    assert "SoftMax Pro" in problem.found
    assert "'Result'" in problem.remedy


def gen5(*, results: bool = True) -> str:
    lines = [
        "",
        "Software Version\t3.12.08",
        "",
        "Plate Number\tPlate 1",
        "Time\t10:14:27 AM",
        "",
        "Layout",
        "\t1\t2\t3",
    ]
    wells = [IDS[:3], IDS[3:6], [*IDS[6:], "BLK"]]
    values = [list(map(str, IL6[:3])), list(map(str, IL6[3:6])), [*map(str, IL6[6:]), "<0.000"]]
    for letter, names in zip("ABC", wells, strict=True):
        lines += ["\t".join([letter, *names, "Well ID"]), "\t1\t1\t1\tConc/Dil"]
    lines += ["", "Results", "\t1\t2\t3"]
    for letter, row in zip("ABC", values, strict=True):
        lines += ["\t".join([letter, "0.5", "0.6", "0.7", "450nm:450"])]
        lines += ["\t".join(["", *row, "[Concentration]"])] if results else []
    return "\n".join([*lines, "", "StdCurve Fitting Results", "", "Curve Name\tCurve Formula"])


def test_concentrations_of_gen5_are_read(sepsis_protocol: Protocol) -> None:
    cohort = join(sepsis_protocol, gen5(), "plate.txt", Concentration="il6")
    assert bounds(cohort) == rats(IL6)
    assert any("'BLK'" in note for note in cohort.notes)


def test_optical_densities_of_gen5_are_refused_by_name(sepsis_protocol: Protocol) -> None:
    (problem,) = refused(sepsis_protocol, gen5(results=False), "plate.txt")
    assert "Gen5" in problem.found
    assert "standard curve" in problem.remedy


@pytest.mark.parametrize(
    ("program", "sheets"),
    [
        ("SkanIt", {"Absorbance 1_01": [["Measurement results"], ["x.skax"], ["Abs", 1, 2], ["A", 1.7455, 1.6148]]}),
        ("Magellan", {"Magellan Sheet 1": [["Well positions", "Label1"], ["", "0s"], ["A1", 0.0557], ["A2", 0.064]]}),
    ],
)
def test_optical_densities_are_refused_by_name(
    sepsis_protocol: Protocol, program: str, sheets: dict[str, list[list[object]]]
) -> None:
    for key in (KEY, None):
        (problem,) = refused(sepsis_protocol, xlsx(sheets), "plate.xlsx", key)
        assert program in problem.found
        assert program in problem.remedy


def test_export_without_a_key_asks_for_it(sepsis_protocol: Protocol) -> None:
    content = XPONENT + section("Result", 1, ["IL-6", "IL-4", "TNF-a"])
    (problem,) = refused(sepsis_protocol, content, "plate.csv", None)
    assert "--key" in problem.remedy


def test_unmatched_well_of_an_export_is_refused_by_cell(sepsis_protocol: Protocol) -> None:
    content = XPONENT + section("Result", 1, ["IL-6", "IL-4", "TNF-a"])
    problems = refused(sepsis_protocol, content, "plate.csv", [*KEY[:-1], "M9,rat 9,t2"])
    assert {(problem.file, problem.place) for problem in problems} == {
        ("plate.csv", "cell B20"),
        ("animals.csv", "cell A9"),
    }


def test_limits_are_infinite_above(sepsis_protocol: Protocol) -> None:
    content = workbench().replace("Below Fit Curve Range,1,,812,NaN", "Above Fit Curve Range,1,,812,>1000")
    cohort = join(sepsis_protocol, content.replace("Above Fit Curve Range", "In Detection Range"), "plate.csv")
    assert bounds(cohort)["rat 0"] == (1000, math.inf)


def test_unit_of_xponent_is_compared(sepsis_protocol: Protocol) -> None:
    units = "DataType:,Units\nAnalyte:,IL-6,IL-4,TNF-a\nBeadID:,19,52,61\nUnits:,ng/mL,pg/mL,pg/mL\n"
    content = XPONENT + section("Result", 1, ["IL-6", "IL-4", "TNF-a"]) + units
    (problem,) = refused(sepsis_protocol, content, "plate.csv")
    assert problem.found == "the unit 'ng/mL'"
    cohort = join(sepsis_protocol, content.replace("ng/mL", "pg/mL"), "plate.csv")
    assert cohort.units_stated == {"il6", "il4"}


def test_limits_of_xponent_are_read(sepsis_protocol: Protocol) -> None:
    content = XPONENT + section("Result", 1, ["IL-6", "IL-4", "TNF-a"])
    content = content.replace(",20.5,", ",< 1.30,").replace(",118.2,", ",> 5850,")
    expected = rats(IL6) | {"rat 0": (0, 1.3), "rat 1": (5850, math.inf)}
    assert bounds(join(sepsis_protocol, content, "plate.csv")) == expected


def test_control_of_the_kit_is_left_out_if_the_key_says_so(sepsis_protocol: Protocol) -> None:
    content = XPONENT + section("Result", 1, ["IL-6", "IL-4", "TNF-a"]).replace("Background0", "Control1")
    (problem,) = refused(sepsis_protocol, content, "plate.csv")
    assert "'exclude'" in problem.remedy
    key = [KEY[0] + ",exclude", *(f"{line}," for line in KEY[1:]), "Control1,,,control of the kit"]
    cohort = join(sepsis_protocol, content, "plate.csv", key)
    assert bounds(cohort) == rats(IL6)
    assert any("'Control1' (control of the kit)" in note for note in cohort.notes)


def test_limits_in_the_key_censor_words(sepsis_protocol: Protocol) -> None:
    content = workbench()
    (problem,) = refused(sepsis_protocol, content, "plate.csv")
    assert "in every row of the key 'animals.csv', in columns named 'lloq'" in problem.remedy
    key = [KEY[0] + ",lloq", *(f"{line},1.5" for line in KEY[1:])]
    assert bounds(join(sepsis_protocol, content, "plate.csv", key))["rat 0"] == (0, 1.5)


def test_limits_of_each_endpoint_in_the_key(sepsis_protocol: Protocol) -> None:
    content = bioplex("Obs Conc")
    key = [KEY[0] + ",lloq il6,lloq il4", *(f"{line},5,2" for line in KEY[1:])]
    assert bounds(join(sepsis_protocol, content, "plate.xlsx", key))["rat 0"] == (0, 5)


def test_bioplex_with_all_values_on_one_sheet_is_read(sepsis_protocol: Protocol) -> None:
    rows = [["Plate 1"], [None] * 3 + ["IL-6 (19)", None, "IL-4 (52)", None]]
    rows += [["Type", "Well", "Description", "FI", "Obs Conc", "FI", "Obs Conc"], ["B", "A1", "", 15.3, "", 14.1, ""]]
    rows += [
        [f"X{at}", f"C{at}", name, 100, il6, 90, il4]
        for at, (name, il6, il4) in enumerate(zip(IDS, IL6, IL4, strict=True))
    ]
    cohort = join(sepsis_protocol, xlsx({"Results": rows}), "plate.xlsx")
    assert (bounds(cohort), bounds(cohort, "il4")) == (rats(IL6), rats(IL4))


def test_value_that_softmax_flags_is_asked(sepsis_protocol: Protocol) -> None:
    content = softmax().replace("Sample\tWell\tValues", "Sample\tWell\tR")
    content = content.replace("M2\tA1\t0.38", "M2\tA1\tR").replace("0.38\t", "\t")
    with pytest.raises(InputError) as error:
        join(sepsis_protocol, content, "plate.txt", Result="il6")
    assert error.value.problems[0].found == f"'{IL6[1]} (out of range)'"


def test_unit_of_the_standards_of_softmax_is_compared(sepsis_protocol: Protocol) -> None:
    content = softmax().replace("Sample\tConc\t", "Sample\tConcentration ng/mL\t")
    with pytest.raises(InputError) as error:
        join(sepsis_protocol, content, "plate.txt", Result="il6")
    assert error.value.problems[0].found == "the unit 'ng/mL'"


def test_diluted_samples_of_softmax_need_their_adjusted_result(sepsis_protocol: Protocol) -> None:
    content = softmax().replace("Sample\tWell\tValues", "Sample\tWell\tDilution").replace("\t0.38\t", "\t10\t")
    with pytest.raises(InputError) as error:
        join(sepsis_protocol, content, "plate.txt", Result="il6")
    assert "'AdjResult'" in error.value.problems[0].remedy
    adjusted = content.replace("Result\tMeanResult", "Result\tAdjResult")
    assert bounds(join(sepsis_protocol, adjusted, "plate.txt", AdjResult="il6")) == rats(IL6)


def test_diluted_samples_of_gen5_are_refused(sepsis_protocol: Protocol) -> None:
    content = gen5().replace("\t1\t1\t1\tConc/Dil", "\t10\t10\t10\tConc/Dil")
    with pytest.raises(InputError) as error:
        join(sepsis_protocol, content, "plate.txt", Concentration="il6")
    assert "'10'" in error.value.problems[0].found


def test_every_plate_of_gen5_is_read(sepsis_protocol: Protocol) -> None:
    first, second = gen5(), gen5().partition("Plate Number")[2]
    other = second
    for at, name in enumerate(IDS):
        other = other.replace(name, f"N{at}")
    key = [*KEY, *(f"N{at},rat {at + 8},{GROUPS[at % 4]}" for at in range(8))]
    cohort = join(sepsis_protocol, f"{first}\nPlate Number{other}", "plate.txt", key, Concentration="il6")
    assert bounds(cohort) == rats(IL6 + IL6)


def test_readings_show_the_decimal_mark_of_results(sepsis_protocol: Protocol) -> None:
    content = gen5()
    for value in IL6:
        content = content.replace(f"{value}\t", f"{value:.3f}\t")
    assert bounds(join(sepsis_protocol, content, "plate.txt", Concentration="il6")) == rats(IL6)


@pytest.mark.parametrize(
    ("program", "content"),
    [
        ("Gen5", "Software Version\t3.12.08\n\nPlate Number\tPlate 1\nTime\t5:27:40 AM\nReader Type:\tn/a\n"),
        ("INTELLIFLEX", "PLATE NAME,WELL LOCATION,SAMPLE ID,R25: RP1 MEDIAN,R25: RP1 COUNT\nP1,A1,M1,110.5,50\n"),
        (
            "an MSD instrument",
            "FileName :\tx.txt\nStack ID :\t0.1\nSpots Per Well:\t1\nDet Param:\tStandard\n\t1\t2\nA\t12895\t10144\n",
        ),
    ],
)
def test_other_exports_without_concentrations_are_refused_by_name(
    sepsis_protocol: Protocol, program: str, content: str
) -> None:
    for key in (KEY, None):
        (problem,) = refused(sepsis_protocol, content, "plate.txt", key)
        assert program in problem.found


def test_export_of_standards_only_is_refused(sepsis_protocol: Protocol) -> None:
    content = XPONENT + section("Result", 1, ["IL-6", "IL-4", "TNF-a"])
    content = "\n".join(line for line in content.splitlines() if ",M" not in line)
    problems = refused(sepsis_protocol, content, "plate.csv", [*KEY[:1], "Z1,rat 1,sham"])
    assert any("'Z1'" in problem.found for problem in problems)


def test_log_of_public_files_names_source_situation_and_outcome() -> None:
    with (Path(__file__).parent / "public_files.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) >= 30
    assert all(row["source"] and row["situation"] and row["outcome"] for row in rows)
    assert len({row["source"] for row in rows}) == len(rows)
