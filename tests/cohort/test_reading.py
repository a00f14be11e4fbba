"""Cohort files as laboratories write them: how they are read, and what is refused, by cell."""

from pathlib import Path

import pytest

from secretome import load_study
from secretome.cohort import Cohort, Study, cohort_id, read_cohort
from secretome.protocol import InputError, Protocol

TREG = "treg_conditioned_medium"
HEADER = "animal,group,foxp3_cd25pos,foxp3_cd25neg\n"
PAIR = "a,without,3.45,2.12\na,with_cm,4.42,4.12\n"


def refused(path: Path, content: str, protocol: Protocol) -> list[str]:
    path.write_text(content, encoding="utf-8")
    with pytest.raises(InputError) as error:
        read_cohort(path, protocol)
    return [str(problem) for problem in error.value.problems]


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


def test_all_problems_are_reported_at_once_by_cell(tmp_path: Path, protocol: Protocol) -> None:
    content = HEADER + "a,wihtout,3.45,2.12\n,with_cm,abc,ND\nb,without,-1,101\nb,with_cm,0,<2\n"
    problems = refused(tmp_path / "bad.csv", content, protocol)
    text = "\n".join(problems)
    assert "cell B2: found the group 'wihtout'" in text
    assert "The nearest is 'without'" in text
    assert "cell A3: found no animal" in text
    assert "cell C3: found 'abc'" in text
    assert "cell D3: found 'ND'" in text
    assert "cell C4: found '-1'; expected a value above zero" in text
    assert "cell D4: found '101'; expected at most 100" in text
    assert "cell C5: found '0'" in text
    assert "cell D5: found '<2'; expected a number" in text
    assert len(problems) == 8


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        ("", "an empty file"),
        ("one\ntwo\n", "a single column"),
        (HEADER, "no rows under it"),
        ("animal,foxp3_cd25pos\na,1\n", "no column 'group'"),
        ("animal,group,note\na,without,x\n", "no measurements"),
        ("animal,group,value\na,without,1\n", "without 'endpoint'"),
        ("animal,group,foxp3_cd25po\na,without,1\n", "the nearest is 'foxp3_cd25pos'"),
        ("animal,group,foxp3_cd25pos,Animal\na,without,1,a\n", "again"),
        (HEADER + "a,without,3.45,2.12\nb,with_cm,4.42,4.12\n", "no donor with a value in both"),
        (HEADER + PAIR + "a,without,3.5,2.2\n", "a second time"),
        (HEADER + 'a,without,"1,250",1\na,with_cm,"2,500",1\n', "only one possible meaning"),
        ("animal,group,endpoint,value (ng/mL)\na,without,foxp3_cd25pos,3\n", "the unit 'ng/mL'"),
        ("animal,group,Group.,foxp3_cd25pos\na,without,with_cm,3\n", "a second column 'group'"),
        ("animal,group,foxp3_cd25pos,CD25+ FoxP3+\na,without,3,2\na,with_cm,4,3\n", "which contains numbers"),
        ('animal,group,foxp3_cd25pos,note\na,without,3,"spilt\na,with_cm,4,\n', "a quotation mark out of place"),
        (HEADER + "a,without,3,\na,with_cm,,3\n", "no donor with a value in both"),
        ("animal,group,endpoint,value,unit\na,without,foxp3_cd25pos,3,ng/mL\n", "the unit 'ng/mL'"),
        ("animal,group,foxp3_cd25pos (pg/mL)\na,without,3\n", "the unit 'pg/mL'"),
        ("animal,group,foxp3_cd25pos,exclude\na,without,3,no\na,with_cm,3,\n", "Leave the cell empty to keep"),
        ("animal,group,foxp3_cd25pos,origin\na,without,3,made up\na,with_cm,4,measured\n", "the origins"),
    ],
)
def test_invalid_cohorts_are_refused(tmp_path: Path, protocol: Protocol, content: str, sentence: str) -> None:
    assert sentence in "\n".join(refused(tmp_path / "bad.csv", content, protocol))


def test_binary_files_are_refused(tmp_path: Path, protocol: Protocol) -> None:
    (tmp_path / "book.csv").write_bytes(b"PK\x03\x04rest")
    (tmp_path / "binary.csv").write_bytes(b"\x00\x01\x02")
    for name, sentence in (
        ("book.csv", "damaged workbook"),
        ("binary.csv", "binary"),
        ("absent.csv", "no readable file"),
        (".", "a folder"),
    ):
        with pytest.raises(InputError, match=sentence):
            read_cohort(tmp_path / name if name != "." else tmp_path, protocol)


def test_excluded_row_is_noted_and_left_out(tmp_path: Path, protocol: Protocol) -> None:
    path = tmp_path / "excluded.csv"
    path.write_text(
        HEADER[:-1] + ",exclude\n" + "a,without,3,2,\na,with_cm,4,3,\nb,without,3,2,haemolysed\nb,with_cm,4,3,\n",
        "utf-8",
    )
    cohort = read_cohort(path, protocol)
    assert set(cohort.excluded["exclude"]) == {"haemolysed"}
    assert len(cohort.excluded) == 2
    assert "2 excluded" in cohort.notes[-1]
    assert "excluded: b in without, 2 values (haemolysed)" in cohort.notes


def test_excluded_rows_cause_no_problem(tmp_path: Path, protocol: Protocol) -> None:
    """A spilt sample that was measured again; and marks for nothing are no reason."""
    path = tmp_path / "again.csv"
    path.write_text(
        HEADER[:-1] + ",exclude\na,without,??,2,spilt\na,without,3,2,-\na,with_cm,4,3,NA\n", encoding="utf-8"
    )
    cohort = read_cohort(path, protocol)
    assert len(cohort.excluded) == 2
    assert len(cohort.values) == 4


def test_unknown_columns_are_noted_and_not_used(tmp_path: Path, protocol: Protocol) -> None:
    path = tmp_path / "more.csv"
    path.write_text(HEADER[:-1] + ",weight\n" + PAIR.replace("\n", ",20\n"), encoding="utf-8")
    assert "column 'weight' was not used" in read_cohort(path, protocol).notes


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
    with pytest.raises(InputError, match="hash"):
        load_study(TREG, cohort=donors, sha256="0" * 64)


def test_unknown_study_is_refused_with_the_nearest_name() -> None:
    with pytest.raises(ValueError, match="Did you mean treg_conditioned_medium"):
        load_study("treg_conditoned_medium")


# -- limits of the assay, and deaths: the sepsis study


def test_european_export_with_limits_is_read(tmp_path: Path, sepsis_protocol: Protocol) -> None:
    path = tmp_path / "export.csv"
    path.write_bytes(
        b"\xef\xbb\xbfAnimal;Group;IL-6 (pg/mL);IL-4\r\n"
        b"1;Sham;<15,6;25,1\r\n2;sham;< 15,6;31\r\n3;CONTROL;>1000;17,4\r\n4;control;131,5;\r\n"
        b"5;150 \xc2\xb5L secretome;\xe2\x89\xa47,8;20\r\n6;T2;35,0;27,5\r\n"
    )
    cohort = read_cohort(path, sepsis_protocol)
    il6 = cohort.values[cohort.values["endpoint"] == "il6"]
    assert list(zip(il6["lower"], il6["upper"], strict=True)) == [
        (0, 15.6),
        (0, 15.6),
        (1000, float("inf")),
        (131.5, 131.5),
        (0, 7.8),
        (35, 35),
    ]
    assert "1 values missing, 4 censored, 0 excluded" in cohort.notes
    assert "decimals are written with a comma" in cohort.notes


def test_word_for_a_limit_without_the_limit_is_refused(tmp_path: Path, sepsis_protocol: Protocol) -> None:
    problems = refused(
        tmp_path / "nd.csv", "animal,group,il6,il4\n1,sham,ND,25\n2,sham,<0,25\n3,sham,-4,25\n", sepsis_protocol
    )
    assert [problem.split(":")[0].split(", ")[1] for problem in problems] == ["cell C2", "cell C3", "cell C4"]
    assert "Write the limit itself" in problems[0]


DEATHS = "animal,group,il6,il4,time,event\n"


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
def test_death_before_sampling_by_time_and_event(
    tmp_path: Path, sepsis_protocol: Protocol, row: str, dead: bool
) -> None:
    path = tmp_path / "fates.csv"
    path.write_text(DEATHS + row + "\n2,sham,14,25,48,0\n", encoding="utf-8")
    cohort = read_cohort(path, sepsis_protocol)
    assert list(cohort.values["dead"]) == [dead, dead, False, False]
    assert ("dead before sampling: sham 0, control 1, t1 0, t2 0" in cohort.notes) == dead


@pytest.mark.parametrize(
    ("rows", "sentence"),
    [
        ("1,control,80,,24,1", "cell C2: found a value of '1', which died before it was sampled at 48 h"),
        ("1,control,,,soon,1", "cell E2: found 'soon'; expected hours"),
        ("1,control,,,-3,1", "cell E2: found '-3'; expected hours"),
        ("1,control,,,24,perhaps", "cell F2: found 'perhaps'; expected 1 for a death"),
    ],
)
def test_contradictory_deaths_are_refused(tmp_path: Path, sepsis_protocol: Protocol, rows: str, sentence: str) -> None:
    problems = refused(tmp_path / "wrong.csv", DEATHS + rows + "\n2,sham,14,25,48,0\n", sepsis_protocol)
    assert any(sentence in problem for problem in problems), problems


def test_animal_both_dead_and_alive_is_refused(tmp_path: Path, sepsis_protocol: Protocol) -> None:
    text = "animal,group,endpoint,value,time,event\n1,control,il6,,24,1\n1,control,il4,17,48,0\n2,sham,il6,12,48,0\n"
    assert any("both dead and alive" in problem for problem in refused(tmp_path / "fate.csv", text, sepsis_protocol))


def test_origin_scenario_and_seed_are_kept(tmp_path: Path, sepsis_protocol: Protocol) -> None:
    path = tmp_path / "copy of a made-up file.csv"
    path.write_text(
        "animal,group,il6,il4,origin,scenario,seed\n1,sham,12,25,simulated,null,7\n2,control,90,17,simulated,null,7\n"
    )
    cohort = read_cohort(path, sepsis_protocol)
    assert (cohort.origin, cohort.scenario, cohort.seed) == ("simulated", "null", "7")


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (
            "animal;group;il6;il4\n1;sham;1.250;25,1\n2;sham;1.100;31,5\n",
            "cell C2: found '1.250'; expected a number with only one possible meaning",
        ),
        ("animal,group,IL-6 ng/mL,il4\n1,sham,14,25\n", "cell C1: found the unit 'ng/mL'; expected 'pg/mL' for il6"),
        (
            "animal,group,il6,il4,time (days),event\n1,sham,14,25,3,1\n",
            "cell E1: found the unit 'days'; expected hours",
        ),
        ("animal,group,il6,il4\n1,sham,OOR <,25\n", "Write the limit itself"),
        ("animal,group,il6,il4\n1,sham,not detected,25\n", "Write the limit itself"),
        ("animal,group,il6,il4\n1,sham,0,25\n", "if the assay detected nothing, write its limit"),
        ('animal,group,il6,il4\n1,sham,"1,250",25.5\n2,sham,12.5,20\n', "1250 if it separates thousands"),
    ],
)
def test_remedies_keep_the_information(tmp_path: Path, sepsis_protocol: Protocol, text: str, sentence: str) -> None:
    problems = refused(tmp_path / "spoilt.csv", text, sepsis_protocol)
    assert any(sentence in problem for problem in problems), problems


@pytest.mark.parametrize("header", ["IL-6 pg/mL", "il6_pg_ml", "IL-6 (pg/ml)", "il6"])
def test_unit_without_brackets_is_read(tmp_path: Path, sepsis_protocol: Protocol, header: str) -> None:
    path = tmp_path / "unit.csv"
    path.write_text(f"animal,group,{header},il4,time (h),Origin\n1,sham,14,25,48,Measured\n", encoding="utf-8")
    assert read_cohort(path, sepsis_protocol).values["value"].tolist() == [14, 25]


def test_simulated_animals_without_their_origin_are_refused(tmp_path: Path, sepsis: Study) -> None:
    rows = sepsis.cohort.path.read_text(encoding="utf-8").splitlines()
    path = tmp_path / "mine.csv"
    path.write_text("\n".join(row.rsplit(",", 3)[0] for row in rows), encoding="utf-8")
    with pytest.raises(InputError, match="the study's own simulated cohort, without origin 'simulated'"):
        load_study("sepsis_cytokines", cohort=path)
    # A single rat that happens to have the same two values is nobody's copy.
    path.write_text(
        "\n".join(
            [rows[0].rsplit(",", 3)[0], rows[1].rsplit(",", 3)[0], "a,control,91,17", "b,t1,50,20", "c,t2,30,25"]
        ),
        encoding="utf-8",
    )
    assert load_study("sepsis_cytokines", cohort=path).cohort.origin == "measured"
