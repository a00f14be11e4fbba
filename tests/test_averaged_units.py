"""Studies whose experimental unit is a cage or a litter: the animals of each are averaged to one value."""

import io
from pathlib import Path

import numpy as np
import openpyxl
import pandas as pd
import pytest
from scipy import stats as scipy_stats

from approved import check_approved
from secretome import adjudicate, analyse
from secretome.claims.conditions import conditions
from secretome.cohort.simulate import simulate, to_csv
from secretome.cohort.template import workbook
from secretome.protocol import InputError, Protocol
from secretome.report import text
from secretome.report.text.methods import methods_paragraph
from shaped_studies import read_text, write_protocol

REST = """\
unit: cage
groups:
  control: {label: Control, role: control}
  treated: {label: Treated, role: treated}
endpoints:
  il6: {label: IL-6, unit: pg/mL, kind: concentration, equivalence_margin: {low: 0.8, high: 1.25, reason: a test}}
  weight:
    {label: Weight, unit: g, kind: continuous, scale: linear, equivalence_margin: {low: -5, high: 5, reason: a test}}
  cells: {label: Cells, unit: per field, kind: count, equivalence_margin: {low: 0.8, high: 1.25, reason: a test}}
claims:
  falls:
    {sentence: The drug lowers IL-6, endpoint: il6, kind: single, direction: down, contrast: treated vs control,
     source: own}
  weight:
    {sentence: The weight does not change, endpoint: weight, kind: unchanged, contrasts: [treated vs control],
     source: own}
"""
FIRST = "animal,group,cage,il6,weight,cells"


@pytest.fixture
def protocol(tmp_path: Path) -> Protocol:
    # The rats of the other tests live in cages here.
    return write_protocol(tmp_path, REST, unit="cage")


def table() -> pd.DataFrame:
    """Four cages of two to four animals in each group."""
    rng = np.random.default_rng(21)
    rows = []
    for group, shift in (("control", 0.0), ("treated", -1.0)):
        for cage, size in enumerate((2, 3, 3, 4)):
            level = rng.normal(0, 0.2)
            for _ in range(size):
                il6 = round(float(np.exp(4 + shift + level + rng.normal(0, 0.3))), 2)
                weight, cells = round(200 + 20 * level + rng.normal(0, 5), 2), int(rng.poisson(2))
                rows.append((f"rat {len(rows) + 1}", group, f"{group} {cage + 1}", il6, weight, cells))
    return pd.DataFrame(rows, columns=FIRST.split(","))


def test_planned_test_is_that_of_the_cage_means(protocol: Protocol) -> None:
    animals = table()
    study = read_text(protocol, animals.to_csv(index=False))
    results = analyse(study, ("planned",))
    means = np.log(animals["il6"]).groupby([animals["group"], animals["cage"]]).mean()
    expected = scipy_stats.ttest_ind(means["treated"], means["control"], equal_var=False)
    row = planned(results, "il6")
    assert (row["n_treated"], row["n_control"]) == (4, 4)
    np.testing.assert_allclose(
        [row["pvalue"], row["df"], row["estimate"]],
        [expected.pvalue, expected.df, np.exp(means["treated"].mean() - means["control"].mean())],
    )
    weights = animals.groupby(["group", "cage"])["weight"].mean()
    np.testing.assert_allclose(
        planned(results, "weight")["estimate"], weights["treated"].mean() - weights["control"].mean()
    )


def test_counts_are_averaged_arithmetically_so_that_zeros_count(protocol: Protocol) -> None:
    animals = table()
    assert (animals["cells"] == 0).any()
    values = read_text(protocol, animals.to_csv(index=False)).cohort.values.query("endpoint == 'cells'")
    expected = animals.groupby("cage")["cells"].mean()
    np.testing.assert_allclose(values.set_index("animal")["value"], expected[values["animal"]])
    assert values["members"].tolist() == [2, 3, 3, 4] * 2


def test_nondetects_bound_the_mean_of_their_cage(protocol: Protocol) -> None:
    lines = [f"r{at},treated,{'abcd'[at // 2]},{value}" for at, value in enumerate(("<10", 40, 5, 20, 8, 8, 9, 9))]
    lines += [f"c{at},control,{'efgh'[at // 2]},{value}" for at, value in enumerate((50, 60, 70, 80, 90, 60, 50, 70))]
    values = read_text(protocol, "\n".join(["animal,group,cage,il6", *lines])).cohort.values.set_index("animal")
    np.testing.assert_allclose(values.loc["a", ["lower", "upper"]].astype(float), [0, 20])
    np.testing.assert_allclose(values.loc["b", ["lower", "upper"]].astype(float), [10, 10])


def test_losses_leave_the_other_animals_of_a_cage(protocol: Protocol) -> None:
    animals = table().astype({"il6": object}).assign(exclude="")
    animals.loc[0, "exclude"] = "haemolysed"
    animals.loc[3, "il6"] = ""
    study = read_text(protocol, animals.to_csv(index=False))
    values = study.cohort.values.query("endpoint == 'il6'").set_index("animal")
    kept = animals.drop([0, 3])
    logs = np.log(kept["il6"].astype(float)).groupby(kept["cage"]).mean()
    np.testing.assert_allclose(values["value"].astype(float), np.exp(logs[values.index]))
    assert study.cohort.excluded["exclude"].tolist() == ["haemolysed, rat 1"] * 3
    # Neither is a lost cage.
    assert conditions(study) == []


def test_cages_have_no_warning_and_two_cages_no_verdict(protocol: Protocol) -> None:
    animals = table()
    study = read_text(protocol, animals.to_csv(index=False))
    assert conditions(study) == []
    assert not analyse(study)["test"].str.contains("cage").any()
    two = read_text(protocol, animals[~animals["cage"].isin(["treated 3", "treated 4"])].to_csv(index=False))
    verdicts = adjudicate(two, analyse(two, ("planned",)))
    assert verdicts["rule"].tolist() == ["too_few", "some_too_few"]


def test_cages_that_cannot_be_units_are_refused(protocol: Protocol) -> None:
    animals = table()
    changed = {
        "no column": animals.rename(columns={"cage": "box"}),
        "an empty cell": animals.assign(cage=[*animals["cage"][:-1], ""]),
        "cages of two groups": animals.assign(cage=animals["cage"].str[-1]),
        "one cage of two groups": animals.assign(cage=animals["cage"].replace("treated 1", "control 1")),
    }
    messages = {}
    for name, one in changed.items():
        with pytest.raises(InputError) as error:
            read_text(protocol, one.to_csv(index=False))
        messages[name] = error.value.problems
        assert len(messages[name]) <= 3  # one for each endpoint of a cell
    check_approved("refused_cages", messages)


def test_sentences_name_the_unit(protocol: Protocol) -> None:
    study = read_text(protocol, table().to_csv(index=False))
    results = analyse(study)
    check_approved(
        "sentences_on_cages",
        {
            "notes": study.cohort.notes,
            "methods": methods_paragraph(study, results).partition("The analyses were computed")[0],
            "results": [
                text.result_sentence(study, row) for _, row in results[results["analysis"] == "planned"].iterrows()
            ],
            "caption": text.groups_caption(study, ["weight"], [planned(results, "weight")]),
        },
    )


def test_deaths_of_animals_are_reported_though_no_cage_is_lost(tmp_path: Path) -> None:
    protocol = write_protocol(tmp_path, f"sampling_hour: 24\n{REST}", unit="cage")
    animals = table().astype(object).assign(event=0, time="").astype(object)
    animals.loc[2, ["il6", "weight", "cells", "event", "time"]] = ["", "", "", 1, 12]
    study = read_text(protocol, animals.to_csv(index=False))
    paragraph = methods_paragraph(study, analyse(study, ("planned",)))
    assert "1 animal died" in paragraph
    assert "No death" not in paragraph


def test_simulated_cages_are_read_back_as_units(tmp_path: Path) -> None:
    simulation = """\
simulation:
  n: 5
  seed: 1
  assumptions: []
  endpoints:
    il6:
      distribution: lognormal
      decimals: 2
      groups:
        control: {geometric_mean: 50, cv: 0.4, evidence: none}
        treated: {geometric_mean: 20, cv: 0.4, evidence: none}
  scenarios: {as_published: {about: as claimed}}
"""
    protocol = write_protocol(tmp_path, REST + simulation, unit="cage")
    study = read_text(protocol, to_csv(simulate(protocol, n=5, seed=3)).decode())
    assert study.cohort.values["animal"].nunique() == 10


def test_the_template_has_a_row_for_the_first_animal_of_each_cage(tmp_path: Path) -> None:
    write_protocol(tmp_path, REST, unit="cage")
    folder = tmp_path / "shaped"
    (folder / "cohorts").mkdir()
    (folder / "cohorts" / "own.csv").write_text(table().to_csv(index=False), encoding="utf-8")
    book = openpyxl.load_workbook(io.BytesIO(workbook(folder, n=3, seed=1)))
    assert [cell.value for cell in book["key"][1]][:4] == ["code", "animal", "group", "cage"]
    assert {row[3] for row in book["key"].iter_rows(min_row=2, max_row=7, values_only=True)} == {
        f"cage {number}" for number in range(1, 7)
    }


@pytest.mark.parametrize(
    ("old", "new", "key"),
    [
        ("unit: cage\n", "unit: weight\n", "unit"),
        ("unit: cage\n", "unit: litter\n", "experimental_unit"),
        ("unit: cage\n", "unit: cage\nblock: cage\n", "block"),
        ("unit: cage\n", "unit: cage\ndesign: paired\nby: animal\n", "unit"),
        ("kind: concentration, equiv", "kind: survival, equiv", "unit"),
    ],
)
def test_designs_without_such_units_are_refused(tmp_path: Path, old: str, new: str, key: str) -> None:
    with pytest.raises(InputError, match=key):
        write_protocol(tmp_path, REST.replace(old, new), unit="cage")


def planned(results: pd.DataFrame, endpoint: str) -> pd.Series:
    """The planned test of an endpoint."""
    chosen = results[(results["analysis"] == "planned") & (results["endpoint"] == endpoint)]
    return chosen[chosen["alternative"] == "two-sided"].iloc[0]
