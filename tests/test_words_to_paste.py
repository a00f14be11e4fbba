"""The methods paragraph and the ARRIVE table: true of any cohort, and made of nothing that is typed."""

import ast
import csv
import platform
import re
import statistics
from importlib.metadata import version
from pathlib import Path

import pytest

from rats import Rats
from secretome import analyse, load_study
from secretome.claims import primary_results
from secretome.cohort import Study, read_cohort
from secretome.cohort.simulate import simulate, simulate_study, to_csv
from secretome.protocol import load_protocol, study_folder
from secretome.report import tables
from secretome.report import text as report_text

TREG, SEPSIS, HUMORAL = "treg_conditioned_medium", "sepsis_cytokines", "humoral_immunity"
WORDS = Path(report_text.__file__).parent
# The numbers of the items, as the checklist has them (Percie du Sert and others 2020, Table 1).
ITEMS = [
    "1a",
    "1b",
    "2a",
    "2b",
    "3a",
    "3b",
    "3c",
    "4a",
    "4b",
    "5",
    "6a",
    "6b",
    "7a",
    "7b",
    "8a",
    "8b",
    "9a",
    "9b",
    "9c",
    "9d",
    "10a",
    "10b",
]


def paragraph(study: Study, **settings: float) -> str:
    results = analyse(study, ("published", "planned"), **settings)  # type: ignore[arg-type]
    return report_text.methods_paragraph(study, results, **settings)


def answers(study: Study) -> dict[str, str]:
    return dict(tables.arrive_table(study, analyse(study, ("planned",)))[["Item", "Answer"]].to_numpy())


# -- what is said of every study


@pytest.mark.parametrize("name", [TREG, SEPSIS, HUMORAL])
def test_a_paragraph_names_what_the_protocol_names(name: str) -> None:
    study = load_study(name)
    protocol, text = study.protocol, paragraph(study)
    labels = [group.label for group in protocol.groups.values()] + [about.unit for about in protocol.endpoints.values()]
    reasons = [about.equivalence_margin.reason for about in protocol.endpoints.values()]
    stated = [claim.published_test.stated for claim in protocol.claims.values()]
    for needed in (
        protocol.species,
        protocol.setting,
        *labels,
        *reasons,
        *stated,
        *(report_text.lowercase_first(e.label) for e in protocol.endpoints.values()),
    ):
        assert needed in text, needed
    assert "\n" not in text
    assert "  " not in text
    assert ".." not in text
    assert "nan" not in text


@pytest.mark.parametrize("name", [TREG, SEPSIS, HUMORAL])
def test_simulated_animals_are_called_so_first_and_throughout(name: str) -> None:
    study = simulate_study(name, "null", n=5, seed=3)
    text = paragraph(study)
    assert text.startswith("SIMULATED DATA: all values were drawn by a computer (scenario null, seed 3)")
    unit = study.protocol.experimental_unit
    assert f"The experimental unit was the simulated {unit}." in text
    total = 5 * (1 if study.protocol.design == "paired" else len(study.protocol.groups))
    assert f"There were {total} simulated {study.protocol.units} " in text


def test_measured_animals_are_not(rats: Rats, donors: Path) -> None:
    for study in (rats(), load_study(TREG, cohort=donors)):
        assert "simulated" not in paragraph(study).casefold()
    assert "The claims were derived from these data" not in paragraph(load_study(TREG, cohort=donors))
    assert paragraph(load_study(TREG)).startswith(
        "The values were published individual data. The claims were derived from these data"
    )


def test_the_software_is_the_one_that_runs() -> None:
    named = {
        "secretome": "secretome",
        "SciPy": "scipy",
        "statsmodels": "statsmodels",
        "NumPy": "numpy",
        "pandas": "pandas",
    }
    versions = ", ".join(f"{name} {version(package)}" for name, package in named.items())
    assert report_text.software() == f"{versions} and Python {platform.python_version()}"
    text = paragraph(load_study(TREG))
    assert text.endswith(f"{report_text.software()}.")
    assert text.count("SciPy") == 1


def test_no_number_is_typed() -> None:
    """No text of the module holds a digit: every number of a paragraph is put in from protocol, cohort or settings."""
    for name in ("methods", "arrive"):
        tree = ast.parse((WORDS / f"{name}.py").read_text(encoding="utf-8"))
        allowed = {
            id(node.body[0].value)
            for node in ast.walk(tree)
            if isinstance(node, ast.Module | ast.FunctionDef) and isinstance(node.body[0], ast.Expr)
        }
        for node in ast.walk(tree):
            if isinstance(node, ast.Dict):
                allowed |= {id(key) for key in node.keys}  # the numbers of the items, and the guidelines' own citation
            if isinstance(node, ast.FormattedValue) and node.format_spec:
                allowed |= {id(part) for part in ast.walk(node.format_spec)}
        texts = [
            node.value
            for node in ast.walk(tree)
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in allowed
        ]
        assert [text for text in texts if re.search(r"\d", text) and text not in report_text.GUIDELINES.values()] == []


def test_other_settings_give_other_numbers(rats: Rats) -> None:
    """Two contrasts at 0.01: intervals at 1 - 0.01 / 2 = 99.5 %, the margin asked at 1 - 2 x 0.01 = 98 %."""
    text = paragraph(rats(), alpha=0.01, level=0.9)
    for needed in (
        "the error rate was 0.01 per claim (the protocol's is 0.05)",
        "intervals were at 99.5 %",
        "its 98 % interval",
        "intervals at 90 %",
    ):
        assert needed in text
    assert "95 %" not in text
    assert "97.5 %" not in text


# -- what depends on the cohort


def test_values_beyond_a_limit_are_told_only_where_there_are_any(rats: Rats) -> None:
    plain = paragraph(rats())
    assert "nondetect" not in plain
    assert "A claim about one contrast was tested by Welch's t test on logs. It" in plain
    assert "No animals or values were excluded. No value was missing." in plain
    some = paragraph(rats({"t1": ["<15.6", 61, 39, 75, 52, 44]}))
    assert "IL-6: 1 value below 15.6 pg/mL (150 µL secretome 1)." in some
    assert "Welch's t test on logs and by the censored lognormal model if a contrast contained nondetects. It" in some
    most = paragraph(rats({"t1": ["<15.6"] * 4 + [61, 39], "t2": ["<15.6"] * 6}))
    assert "by the exact Mann-Whitney test if more than half of a group were nondetects" in most
    assert "(a censored lognormal model gave the ratio and the values only bounded the ratio)" in most
    assert "(150 µL secretome 4, 300 µL secretome 6)" in most


def test_the_check_is_not_said_to_have_changed_its_test(rats: Rats) -> None:
    """Its protocol plans the ranks, whatever the values are."""
    assert '("Sepsis raises IL-6 above sham") by the exact Mann-Whitney test, at 0.05 without adjustment' in paragraph(
        rats()
    )


def test_deaths_exclusions_and_missing_values_are_counted(rats: Rats) -> None:
    """A file written for the purpose: one death, one rat left out, one value missing, sexes stated."""
    lines = ["animal,group,il6,il4,time,event,exclude,sex"]
    for group, il6 in rats.plain["il6"].items():
        il4 = rats.plain["il4"][group]
        lines += [
            f"{group}{i},{group},{a},{b},48,0,,{'f' if i % 2 else 'm'}"
            for i, (a, b) in enumerate(zip(il6, il4, strict=True))
        ]
    lines[lines.index("control0,control,92,17,48,0,,m")] = "control0,control,,,24,1,,m"
    lines[lines.index("t11,t1,61,16,48,0,,f")] = "t11,t1,61,16,48,0,haemolysed,f"
    lines[lines.index("t22,t2,41,24,48,0,,m")] = "t22,t2,41,,48,0,,m"
    study = rats.read("\n".join(lines))
    text = paragraph(study)
    assert "There were 23 rats in these groups: Sham (n = 6; no sepsis, no treatment), Septic control (n = 6" in text
    assert "150 µL secretome (n = 5; " in text
    assert (
        "Before sampling 1 rat died (Septic control 1). They had no values, so every planned comparison "
        "was among survivors at 48 h." in text
    )
    assert (
        "Values of 1 rat were excluded (150 µL secretome 1), for the reasons that the file states: haemolysed (1)."
        in text
    )
    assert "Other values were missing and were not replaced: IL-4, 300 µL secretome 1." in text
    assert "The file gave the sex as f in 11 and m in 12." in text
    told = answers(study)
    assert (
        "150 µL secretome 6, 300 µL secretome 6; 24 rats in total" in told["2a"]
    )  # the excluded rat was allocated too
    assert "haemolysed (1)" in told["3b"]
    assert "1 rat died" in told["3b"]
    assert (
        "IL-4, rats with a value: Sham 6; Septic control 5 (1 died before sampling); 150 µL secretome 5; 300 "
        "µL secretome 5" in told["3c"]
    )
    assert "Sex in the file: f 11 and m 12." in told["8a"]


def test_donors_without_both_values_are_counted(donors: Path) -> None:
    donors.write_text("\n".join(donors.read_text(encoding="utf-8").splitlines()[:12]), encoding="utf-8")
    text = paragraph(load_study(TREG, cohort=donors))
    assert "CD25-positive FoxP3+ T cells, 1 donor without both values" in text
    assert "paired by donor: Without conditioned medium (n = 6), With conditioned medium (n = 5)" in text


def test_groups_that_are_absent_leave_a_plain_word(rats: Rats) -> None:
    study = rats({"t2": []}, {"t2": []})
    text = paragraph(study)
    assert "300 µL secretome (n = 0; " in text
    assert "In this cohort 2 of 4 such contrasts could not be computed." in text
    assert "300 µL" not in answers(study)["1a"]


def test_an_endpoint_without_values_is_said(rats: Rats) -> None:
    study = rats(il4={group: [] for group in ("sham", "control", "t1", "t2")})
    assert "The cohort had no value of IL-4." in paragraph(study)
    assert answers(study)["6a"] == "IL-6, pg/mL; sampled at 48 h"


def test_a_count_of_zero_leaves_it_to_the_ranks() -> None:
    protocol = load_protocol(study_folder(HUMORAL) / "protocol.yml")
    drawn = simulate(protocol, n=5, seed=2)
    drawn.loc[drawn.index[drawn["group"] == "im10"][0], "afc"] = "0"
    study = Study(protocol, read_cohort(Path("mice.csv"), protocol, to_csv(drawn)), source_data=False)
    text = paragraph(study)
    assert "by the exact Mann-Whitney test if a value was zero, which has no logarithm" in text
    assert "nondetect" not in text


def test_every_kind_of_claim_is_told() -> None:
    text = paragraph(load_study(HUMORAL))
    for needed in (
        "an intersection-union test over 6 contrasts, each tested by Welch's t test on logs, at 0.05 without "
        "adjustment",
        "tested at 0.00833",  # 0.05 / 6
        "an interval at 99.2 %",  # 1 - 0.05 / 6
        'above Thymalin") an effect inside the equivalence margins counted too',
        "by two one-sided Welch t tests on logs",
        "over 3 doses without the control",
        "(intervals at 97.5 %)",  # two steps
        "ratios of 0.50 and 2.00: one twofold dilution",
    ):
        assert needed in text, needed
    assert "A claim about one contrast" not in text


def test_the_deciding_rows_are_those_that_verdicts_rest_on() -> None:
    study = load_study(HUMORAL)
    results = analyse(study, ("planned",))
    rows = primary_results(study, results)
    compared = {
        (claim.endpoint, contrast)
        for claim in study.protocol.claims.values()
        for contrast in claim.compared or (claim.contrast,)
    }
    assert list(zip(rows["endpoint"], rows["contrast"], strict=True)) == list(
        dict.fromkeys(zip(rows["endpoint"], rows["contrast"], strict=True))
    )
    assert set(zip(rows["endpoint"], rows["contrast"], strict=True)) == compared
    assert set(rows.loc[rows["alternative"] == "equivalence", "endpoint"]) == {"phagocytosis"}
    with pytest.raises(ValueError, match="needs one planned row"):
        primary_results(study, results.iloc[:3])


# -- ARRIVE


@pytest.mark.parametrize("name", [SEPSIS, HUMORAL])
def test_every_item_has_an_answer_or_is_left_open(name: str) -> None:
    study = load_study(name)
    told = answers(study)
    assert list(told) == ITEMS
    assert all(told.values())
    # Neither protocol nor file can know these.
    alone = {item for item, answer in told.items() if answer == report_text.OPEN}
    assert alone == {"2b", "3a", "4a", "4b", "5", "8b", "9c", "9d", *(() if study.protocol.timeline else ("9b",))}
    assert told["1b"] == f"the simulated {study.protocol.experimental_unit}"
    assert study.protocol.species in told["8a"]
    assert told["8a"].endswith(report_text.OPEN)
    assert told["10b"].endswith(
        f"with an interval for {25 if name == HUMORAL else 4} of {25 if name == HUMORAL else 4} planned contrasts"
    )


def test_the_summary_is_that_of_the_file() -> None:
    """Medians and ranges of IL-4 by the standard library, from the file's own text;

    IL-6 of sham lies mostly below the limit.
    """
    with (study_folder(SEPSIS) / "cohorts" / "simulated-as-published.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    told = answers(load_study(SEPSIS))["10a"]
    for group, label in (
        ("sham", "Sham"),
        ("control", "Septic control"),
        ("t1", "150 µL secretome"),
        ("t2", "300 µL secretome"),
    ):
        own = [float(row["il4"]) for row in rows if row["group"] == group]
        middle, least, most = (report_text.number(value) for value in (statistics.median(own), min(own), max(own)))
        assert f"{label} {middle} ({least} to {most})" in told
    assert sum(row["il6"].startswith("<") for row in rows if row["group"] == "sham") > 6
    assert "Sham <15.6 (<15.6 to " in told


def test_cages_that_are_named_and_not_used_are_said(rats: Rats) -> None:
    text = "animal,group,il6,il4,cage\n1,sham,12,20,A\n2,control,80,18,A\n3,t1,40,18,B\n4,t2,30,20,B\n"
    assert answers(rats.read(text))["4b"].startswith("the file states the cage of animals, which no planned test uses.")


def test_a_bound_is_no_interval(rats: Rats) -> None:
    assert answers(rats({"t2": ["<15.6"] * 6}))["10b"].endswith("with an interval for 3 of 4 planned contrasts")


def test_arrive_is_for_animals(treg: Study) -> None:
    with pytest.raises(ValueError, match="for animals; the study treg_conditioned_medium is in vitro"):
        tables.arrive_table(treg, analyse(treg, ("planned",)))
