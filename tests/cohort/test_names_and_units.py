"""Names that the user maps, units, and wells of an animal: what is read, and what is refused, by cell."""

from pathlib import Path

import numpy as np
import pytest
from making import MAPPED, OTHER_NAMES, REPLICATES, WELLS, check_refusals, read

from approved import check_approved
from secretome import load_study
from secretome.cohort import Study
from secretome.cohort.simulate import simulate
from secretome.protocol import InputError, Protocol


def test_names_are_mapped_by_the_user(sepsis_protocol: Protocol) -> None:
    cohort = read(sepsis_protocol, OTHER_NAMES, "rats.csv", names=MAPPED)
    assert cohort.values["group"].tolist() == ["sham", "sham", "control", "control"]


def shifted(tmp_path: Path, protocol: Protocol, times: float, header: str = "il6") -> Path:
    """A cohort of the null scenario with its IL-6 in another unit."""
    table = simulate(protocol, "null", n=6, seed=5)[["animal", "group", "il6", "il4"]]
    table["il6"] = [("<" if "<" in value else "") + f"{float(value.strip('<>')) * times:.6g}" for value in table["il6"]]
    path = tmp_path / "shifted.csv"
    table.rename(columns={"il6": header}).to_csv(path, index=False)
    return path


@pytest.mark.parametrize(
    ("times", "is_refused"), [(1e-3, True), (0.1, False), (1, False), (10, False), (1e3, True), (1e6, True)]
)
def test_thousandfold_difference_is_refused_unless_the_unit_is_stated(
    tmp_path: Path, sepsis_protocol: Protocol, times: float, is_refused: bool
) -> None:
    path = shifted(tmp_path, sepsis_protocol, times)
    if is_refused:
        with pytest.raises(InputError) as error:
            load_study("sepsis_cytokines", cohort=path)
        assert [problem.expected for problem in error.value.problems] == ["IL-6 in pg/mL"]
        path = shifted(tmp_path, sepsis_protocol, times, "il6 (pg/mL)")
    assert len(load_study("sepsis_cytokines", cohort=path).cohort.values) == 48


def in_two_units(tmp_path: Path, protocol: Protocol, which: str, header: str = "il6") -> Path:
    """A cohort with IL-6 in ng/mL in one or two groups, in every second rat or in one rat, and in pg/mL elsewhere."""
    table = simulate(protocol, "null", n=6, seed=5)[["animal", "group", "il6", "il4"]].astype({"il6": object})
    levels = {"sham": 20.0, "control": 120.0, "t1": 60.0, "t2": 30.0}
    table["il6"] = [levels[group] * (1 + 0.05 * (at % 6)) for at, group in enumerate(table["group"])]
    slices = {"group": slice(18, None), "groups": slice(12, None), "rats": slice(None, None, 2), "rat": slice(8, 9)}
    table.loc[table.index[slices[which]], "il6"] /= 1000
    path = tmp_path / "two-units.csv"
    table.rename(columns={"il6": header}).to_csv(path, index=False)
    return path


@pytest.mark.parametrize(
    ("which", "place"),
    [
        ("group", "il6 in t2 and sham"),
        ("groups", "il6 in t2 and sham"),
        ("rats", "il6 in sham"),
        ("rat", "il6 in control"),
    ],
)
def test_values_in_two_units_are_refused_unless_the_unit_is_stated(
    tmp_path: Path, sepsis_protocol: Protocol, which: str, place: str
) -> None:
    with pytest.raises(InputError) as error:
        load_study("sepsis_cytokines", cohort=in_two_units(tmp_path, sepsis_protocol, which))
    assert [problem.place for problem in error.value.problems] == [place]
    stated = load_study("sepsis_cytokines", cohort=in_two_units(tmp_path, sepsis_protocol, which, "il6 (pg/mL)"))
    assert sum(note.startswith("il6 lies ") for note in stated.cohort.notes) == 1


def test_titres_and_counts_of_a_group_may_be_far_apart(tmp_path: Path) -> None:
    path = tmp_path / "nonresponder.csv"
    path.write_text("animal,group,afc,titre\n1,im10,60000,512\n2,im10,400,4\n3,im10,50000,256\n")
    assert len(load_study("humoral_immunity", cohort=path).cohort.values) == 6


def test_fraction_among_percentages_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "fraction.csv"
    path.write_text("animal,group,phagocytosis\n1,saline,44\n2,saline,0.47\n3,saline,52\n")
    with pytest.raises(InputError) as error:
        load_study("humoral_immunity", cohort=path)
    assert [problem.place for problem in error.value.problems] == ["phagocytosis in saline"]


def test_values_on_another_scale_are_refused_or_noted_with_the_approved_sentence(
    tmp_path: Path, sepsis_protocol: Protocol, treg: Study
) -> None:
    rows = treg.cohort.values[["animal", "group", "endpoint", "value"]]
    fractions = tmp_path / "fractions.csv"
    rows.assign(value=rows["value"] / 100).to_csv(fractions, index=False)
    sentences: dict[str, object] = {}
    for case, study, path in (
        ("fractions instead of percent", "treg_conditioned_medium", fractions),
        ("a thousand times too large", "sepsis_cytokines", shifted(tmp_path, sepsis_protocol, 1e3)),
        ("a group in another unit", "sepsis_cytokines", in_two_units(tmp_path, sepsis_protocol, "group")),
    ):
        with pytest.raises(InputError) as error:
            load_study(study, cohort=path)
        sentences[case] = error.value.problems
    stated = load_study("sepsis_cytokines", cohort=shifted(tmp_path, sepsis_protocol, 1e3, "il6 (pg/mL)"))
    check_approved("values_on_another_scale", sentences | {"the same with the unit": stated.cohort.notes})


def test_unit_with_an_exponent_is_read(sepsis_protocol: Protocol) -> None:
    assert read(sepsis_protocol, "animal,group,il6_pgml-1,il4\n1,sham,14,25\n", "rats.csv").units_stated == {"il6"}


def test_wells_become_one_value_per_animal(sepsis_protocol: Protocol) -> None:
    cohort = read(sepsis_protocol, REPLICATES, "rats.csv")
    il6 = cohort.values[cohort.values["endpoint"] == "il6"]
    # sqrt(10 * 40) = 20; below sqrt(20 * 45) = 30, for any value under the limit; one value stays.
    assert np.allclose(il6[["lower", "upper"]], [[20, 20], [0, 30], [60, 60]], rtol=1e-12)
    assert cohort.values[(cohort.values["endpoint"] == "il4")]["value"].tolist() == [25, 8, 20]


def test_names_units_wells_and_times_are_refused_at_the_cell(sepsis_protocol: Protocol) -> None:
    mappings = {
        "to an unknown name": {"CLP": "contrl"},
        "twice": {"CLP": "control", "clp": "t1"},
        "of no name": {"()": "t2"},
    }
    check_refusals(
        "refused_names_units_wells_and_times",
        sepsis_protocol,
        {
            "unknown group": (OTHER_NAMES.replace(",Interleukin four", ",il4"), "cell B3"),
            **{f"--map {case}": (OTHER_NAMES, "", "", {"names": names}) for case, names in mappings.items()},
            **{
                f"unit {unit}": (f"animal,group,il6 ({unit}),il4\n1,sham,14,25\n", "cell C1")
                for unit in ("ng/mL", "ug/L", "fg/mL", "IU/mL")
            },
            "replicate given twice": (WELLS + "1,sham,10,25,1\n1,sham,40,25,1\n", "cell C2; cell C3; cell D2; cell D3"),
            "replicates without numbers": (WELLS + "1,sham,10,25,\n1,sham,40,25,\n", "cell C3; cell D3"),
            "wells below and above limits": (WELLS + "1,sham,<10,25,1\n1,sham,>40,25,2\n", "cell C2"),
            "mean as an animal": (WELLS + "Mean,sham,10,25,\n", "cell A2"),
            "two times of an animal": (
                "animal,group,il6,time\n1,sham,10,24\n1,sham,40,48\n2,control,90,48\n",
                "cell D1",
            ),
        },
    )
