"""Cohort files as laboratories write them: how they are read, and what is refused, by cell."""

from pathlib import Path

import pytest
from making import check_notes, check_refusals, pzfx, read, refused

from secretome import load_study
from secretome.cohort import Cohort, Study, cohort_id, read_cohort
from secretome.protocol import InputError, Protocol

DEATHS = "animal,group,il6,il4,time,event\n"
TREG = "treg_conditioned_medium"
HEADER = "animal,group,foxp3_cd25pos,foxp3_cd25neg\n"
PAIR = "a,without,3.45,2.12\na,with_cm,4.42,4.12\n"


def measured(cohort: Cohort) -> set[tuple[str, str, str, float]]:
    return set(cohort.values[["animal", "group", "endpoint", "value"]].itertuples(index=False, name=None))


def test_every_layout_and_locale_gives_the_same_cohort(tmp_path: Path, protocol: Protocol) -> None:
    files = {
        "wide.csv": (HEADER + PAIR).encode(),
        "bom-semicolon-comma.csv": b"\xef\xbb\xbf"
        + HEADER.replace(",", ";").encode()
        + b"a;without;3,45;2,12\r\na;With conditioned medium;4,42;4,12\r\n",
        "labels-tab.txt": (
            "Animal\tGroup\tCD25-positive FoxP3+ T cells (% of CD4+)\tfoxp3 "
            "CD25neg\na\tWITHOUT\t3.45\t2.12\na\twith-cm\t4.42\t4.12\n"
        ).encode("utf-16"),
        "long.csv": (
            b"animal,group,endpoint,value,unit\na,without,foxp3_cd25pos,3.45,% of CD4+\na,without,foxp3_cd25neg,2.12,\n"
            b"a,with_cm,foxp3_cd25pos,4.42,% OF CD4+\na,with_cm,foxp3_cd25neg,4.12,\n"
        ),
        "old-mac-empty-columns.csv": (HEADER[:-1] + ",,\r" + PAIR.replace("\n", ",,\r") + ",,,,,\r").encode(),
    }
    cohorts = []
    for name, content in files.items():
        (tmp_path / name).write_bytes(content)
        cohorts.append(read_cohort(tmp_path / name, protocol))
    assert all(measured(cohort) == measured(cohorts[0]) for cohort in cohorts)
    assert measured(cohorts[0]) == {
        ("a", "without", "foxp3_cd25pos", 3.45),
        ("a", "without", "foxp3_cd25neg", 2.12),
        ("a", "with_cm", "foxp3_cd25pos", 4.42),
        ("a", "with_cm", "foxp3_cd25neg", 4.12),
    }


def test_ids_stay_text(tmp_path: Path, protocol: Protocol) -> None:
    (tmp_path / "ids.csv").write_text(
        HEADER + PAIR.replace("a,", "1E5,") + PAIR.replace("a,", "007,"), encoding="utf-8"
    )
    assert set(read_cohort(tmp_path / "ids.csv", protocol).values["animal"]) == {"1E5", "007"}


def test_all_problems_are_reported_at_once_by_cell(protocol: Protocol) -> None:
    content = HEADER + "a,wihtout,3.45,2.12\n,with_cm,abc,ND\nb,without,-1,101\nb,with_cm,0,<2\n"
    assert {problem.place for problem in refused(protocol, content)} == {
        f"cell {cell}" for cell in ("B2", "A3", "C3", "D3", "C4", "D4", "C5", "D5")
    }


def test_cohorts_of_donors_are_refused_at_the_cell(protocol: Protocol) -> None:
    start = "animal,group,foxp3_cd25pos"
    long = "animal,group,endpoint,value"
    check_refusals(
        "refused_cohorts_of_donors",
        protocol,
        {
            "several wrong cells": (
                HEADER + "a,wihtout,3.45,2.12\n,with_cm,abc,ND\nb,without,-1,101\nb,with_cm,0,<2\n",
                "cell B2; cell A3; cell C3; cell D3; cell C4; cell D4; cell C5; cell D5",
            ),
            "empty file": ("", ""),
            "single column": ("one\ntwo\n", "row 1"),
            "header alone": (HEADER, "cell A1"),
            "no column group": ("animal,foxp3_cd25pos\na,1\n", "row 1"),
            "no measurements": ("animal,group,note\na,without,x\n", "row 1"),
            "value without endpoint": ("animal,group,value\na,without,1\n", "row 1"),
            "misspelt endpoint": ("animal,group,foxp3_cd25po\na,without,1\n", "cell C1"),
            "column animal twice": (f"{start},Animal\na,without,1,a\n", "cell D1"),
            "no donor in both groups": (HEADER + "a,without,3.45,2.12\nb,with_cm,4.42,4.12\n", ""),
            "no donor with one endpoint in both groups": (HEADER + "a,without,3,\na,with_cm,,3\n", ""),
            "row twice": (HEADER + PAIR + "a,without,3.5,2.2\n", "cell C4; cell D4"),
            "thousands or decimals": (HEADER + 'a,without,"1,250",1\na,with_cm,"2,500",1\n', "cell C2"),
            "unit of values": ("animal,group,endpoint,value (ng/mL)\na,without,foxp3_cd25pos,3\n", "cell D1"),
            "unit in a column": (f"{long},unit\na,without,foxp3_cd25pos,3,ng/mL\n", "cell E2"),
            "unit in a header": (f"{start} (pg/mL)\na,without,3\n", "cell C1"),
            "column group twice": ("animal,group,Group.,foxp3_cd25pos\na,without,with_cm,3\n", "cell C1"),
            "unknown column of numbers": (f"{start},CD25+ FoxP3+\na,without,3,2\na,with_cm,4,3\n", "cell D1"),
            "quotation mark out of place": (f'{start},note\na,without,3,"spilt\na,with_cm,4,\n', ""),
            "exclude without a reason": (f"{start},exclude\na,without,3,no\na,with_cm,3,\n", "cell D2"),
            "unknown origin": (f"{start},origin\na,without,3,made up\na,with_cm,4,measured\n", "cell D1"),
            "damaged workbook": (b"PK\x03\x04rest", "", "book.csv"),
            "binary file": (b"\x00\x01\x02", "", "binary.csv"),
            "group columns without row titles": (
                pzfx({"foxp3 cd25pos": {"without": [3.45, 2.1], "with_cm": [4.42, 3.5]}}),
                "cell 'foxp3 cd25pos'!A title",
                "donors.pzfx",
            ),
        },
    )


@pytest.mark.parametrize(("name", "found"), [("absent.csv", "no readable file"), (".", "a folder")])
def test_path_without_a_file_is_refused(tmp_path: Path, protocol: Protocol, name: str, found: str) -> None:
    with pytest.raises(InputError) as error:
        read_cohort(tmp_path / name, protocol)
    assert [problem.found.startswith(found) for problem in error.value.problems] == [True]


EXCLUDED = HEADER[:-1] + ",exclude\na,without,3,2,\na,with_cm,4,3,\nb,without,3,2,haemolysed\nb,with_cm,4,3,\n"


def test_excluded_row_is_left_out(protocol: Protocol) -> None:
    cohort = read(protocol, EXCLUDED)
    assert set(cohort.excluded["exclude"]) == {"haemolysed"}
    assert len(cohort.excluded) == 2


def test_excluded_rows_cause_no_problem(tmp_path: Path, protocol: Protocol) -> None:
    """A spilt sample that was measured again; and marks for nothing are no reason."""
    path = tmp_path / "again.csv"
    path.write_text(
        HEADER[:-1] + ",exclude\na,without,??,2,spilt\na,without,3,2,-\na,with_cm,4,3,NA\n", encoding="utf-8"
    )
    cohort = read_cohort(path, protocol)
    assert len(cohort.excluded) == 2
    assert len(cohort.values) == 4


def test_notes_on_other_columns_and_exclusions_match_the_approved_text(
    protocol: Protocol, sepsis_protocol: Protocol
) -> None:
    more = HEADER[:-1] + ",weight\n" + PAIR.replace("\n", ",20\n")
    died = DEATHS + "1,control,,,24,1\n2,sham,14,25,48,0\n"
    check_notes(
        "notes_on_columns",
        {
            "excluded row": read(protocol, EXCLUDED),
            "column that is not used": read(protocol, more),
            "European export with limits": read(sepsis_protocol, EUROPEAN),
            "death before sampling": read(sepsis_protocol, died),
        },
    )


@pytest.mark.parametrize(
    ("stem", "name"), [("Lab export", "Lab-export"), ("a/b", "b"), ("Ünï", None), ("..x", None), ("x" * 65, None)]
)
def test_cohort_id_is_the_stem_of_the_file(stem: str, name: str | None) -> None:
    if name:
        assert cohort_id(Path(f"{stem}.csv")) == name
    else:
        with pytest.raises(InputError, match="Rename the file"):
            cohort_id(Path(f"{stem}.csv"))


def test_study_cohort_is_source_data_in_any_layout_and_a_new_one_is_not(tmp_path: Path, donors: Path) -> None:
    own = load_study(TREG)
    copy = tmp_path / "copy.csv"
    rows = own.cohort.values[["animal", "group", "endpoint", "value"]]
    rows[rows["animal"] != "donor 3"].to_csv(copy, index=False)
    assert own.source_data
    assert load_study(TREG, cohort=copy).source_data
    assert not load_study(TREG, cohort=donors).source_data


def test_file_with_another_hash_is_refused(donors: Path) -> None:
    with pytest.raises(InputError) as error:
        load_study(TREG, cohort=donors, sha256="0" * 64)
    assert ["hash" in problem.found for problem in error.value.problems] == [True]


def test_unknown_study_is_refused_with_the_nearest_name() -> None:
    with pytest.raises(ValueError, match=TREG):
        load_study("treg_conditoned_medium")


# -- limits of the assay, and deaths: the sepsis study


EUROPEAN = (
    b"\xef\xbb\xbfAnimal;Group;IL-6 (pg/mL);IL-4\r\n"
    b"1;Sham;<15,6;25,1\r\n2;sham;< 15,6;31\r\n3;CONTROL;>1000;17,4\r\n4;control;131,5;\r\n"
    b"5;150 \xc2\xb5L secretome;\xe2\x89\xa47,8;20\r\n6;T2;35,0;27,5\r\n"
)


def test_european_export_with_limits_is_read(sepsis_protocol: Protocol) -> None:
    il6 = read(sepsis_protocol, EUROPEAN).values.query("endpoint == 'il6'")
    assert list(zip(il6["lower"], il6["upper"], strict=True)) == [
        (0, 15.6),
        (0, 15.6),
        (1000, float("inf")),
        (131.5, 131.5),
        (0, 7.8),
        (35, 35),
    ]


@pytest.mark.parametrize(
    ("row", "dead"),
    [
        ("1,control,,,24,1", True),
        ("1,control,,,,yes", True),
        ("1,control,,,48,died", True),
        ("1,control,,9,60,1", False),
        ("1,control,,9,48,0", False),
        ("1,control,,9,48,", False),
        ("1,control,,9,,alive", False),
    ],
)
def test_death_before_sampling_by_time_and_event(sepsis_protocol: Protocol, row: str, dead: bool) -> None:
    cohort = read(sepsis_protocol, DEATHS + row + "\n2,sham,14,25,48,0\n")
    values = cohort.values[cohort.values["endpoint"] != "survival"]
    assert list(values["dead"]) == [dead, dead, False, False]


def test_origin_scenario_and_seed_are_kept(tmp_path: Path, sepsis_protocol: Protocol) -> None:
    path = tmp_path / "copy of a made-up file.csv"
    path.write_text(
        "animal,group,il6,il4,origin,scenario,seed\n1,sham,12,25,simulated,null,7\n2,control,90,17,simulated,null,7\n"
    )
    cohort = read_cohort(path, sepsis_protocol)
    assert (cohort.origin, cohort.scenario, cohort.seed) == ("simulated", "null", "7")


def test_deaths_limits_and_numbers_of_rats_are_refused_at_the_cell(sepsis_protocol: Protocol) -> None:
    start = "animal,group,il6,il4\n"
    alive = "2,sham,14,25,48,0\n"
    both = "animal,group,endpoint,value,time,event\n1,control,il6,,24,1\n1,control,il4,17,48,0\n2,sham,il6,12,48,0\n"
    check_refusals(
        "refused_deaths_limits_and_numbers",
        sepsis_protocol,
        {
            "words for a limit, and numbers below zero": (
                start + "1,sham,ND,25\n2,sham,<0,25\n3,sham,-4,25\n",
                "cell C2; cell C3; cell C4",
            ),
            "value of a dead rat": (DEATHS + "1,control,80,,24,1\n" + alive, "cell C2"),
            "time in words": (DEATHS + "1,control,,,soon,1\n" + alive, "cell E2"),
            "time below zero": (DEATHS + "1,control,,,-3,1\n" + alive, "cell E2"),
            "event in words": (DEATHS + "1,control,,,24,perhaps\n" + alive, "cell F2"),
            "both dead and alive": (both, "cell D3"),
            "thousands or decimals": (
                "animal;group;il6;il4\n1;sham;1.250;25,1\n2;sham;1.100;31,5\n",
                "cell C2",
            ),
            "thousands with a comma": (start + '1,sham,"1,250",25.5\n2,sham,12.5,20\n', "cell C2"),
            "other unit without brackets": ("animal,group,IL-6 ng/mL,il4\n1,sham,14,25\n", "cell C1"),
            "time in days": ("animal,group,il6,il4,time (days),event\n1,sham,14,25,3,1\n", "cell E1; cell C2; cell D2"),
            "out of range": (start + "1,sham,OOR <,25\n", "cell C2"),
            "not detected": (start + "1,sham,not detected,25\n", "cell C2"),
            "zero": (start + "1,sham,0,25\n", "cell C2"),
        },
    )


@pytest.mark.parametrize("header", ["IL-6 pg/mL", "il6_pg_ml", "IL-6 (pg/ml)", "il6"])
def test_unit_without_brackets_is_read(tmp_path: Path, sepsis_protocol: Protocol, header: str) -> None:
    path = tmp_path / "unit.csv"
    path.write_text(f"animal,group,{header},il4,time (h),Origin\n1,sham,14,25,48,Measured\n", encoding="utf-8")
    assert read_cohort(path, sepsis_protocol).values["value"].tolist() == [14, 25]


def test_simulated_animals_without_their_origin_are_refused(tmp_path: Path, sepsis: Study) -> None:
    rows = sepsis.cohort.path.read_text(encoding="utf-8").splitlines()
    path = tmp_path / "mine.csv"
    path.write_text("\n".join(row.rsplit(",", 3)[0] for row in rows), encoding="utf-8")
    with pytest.raises(InputError) as error:
        load_study("sepsis_cytokines", cohort=path)
    assert "'simulated'" in error.value.problems[0].found
    # A single rat that happens to have the same two values is nobody's copy.
    path.write_text(
        "\n".join(
            [rows[0].rsplit(",", 3)[0], rows[1].rsplit(",", 3)[0], "a,control,91,17", "b,t1,50,20", "c,t2,30,25"]
        ),
        encoding="utf-8",
    )
    assert load_study("sepsis_cytokines", cohort=path).cohort.origin == "measured"
