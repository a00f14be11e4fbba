"""The methods paragraph and the ARRIVE table: true of any cohort, and made of nothing that is typed."""

import ast
import csv
import difflib
import platform
import re
import statistics
from importlib.metadata import version
from pathlib import Path

import pytest

from approved import check_approved
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


def sentences(study: Study, **settings: float) -> list[str]:
    """The sentences of the paragraph, without the versions of the software."""
    return paragraph(study, **settings).replace(report_text.software(), "(software)").replace(". ", ".\n").splitlines()


def changes(before: list[str], after: list[str]) -> list[str]:
    """The lines that differ."""
    return [line for line in difflib.ndiff(before, after) if line.startswith(("- ", "+ "))]


def answers(study: Study) -> dict[str, str]:
    return dict(tables.arrive_table(study, analyse(study, ("planned",)))[["Item", "Answer"]].to_numpy())


def with_losses(rats: Rats) -> Study:
    """One death, one rat excluded, one value missing, sexes stated."""
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
    return rats.read("\n".join(lines))


def with_a_count_of_zero() -> Study:
    protocol = load_protocol(study_folder(HUMORAL) / "protocol.yml")
    drawn = simulate(protocol, n=5, seed=2)
    drawn.loc[drawn.index[drawn["group"] == "im10"][0], "afc"] = "0"
    return Study(protocol, read_cohort(Path("mice.csv"), protocol, to_csv(drawn)), source_data=False)


def without_il4(rats: Rats) -> Study:
    return rats(il4={group: [] for group in ("sham", "control", "t1", "t2")})


# -- sentences about every study


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


def test_measured_animals_are_not_called_simulated(rats: Rats, donors: Path) -> None:
    for study in (rats(), load_study(TREG, cohort=donors)):
        assert "simulated" not in paragraph(study).casefold()


def test_methods_paragraphs_match_the_approved_text(rats: Rats, donors: Path) -> None:
    """Paragraphs on rats that differ from the plain ones are approved by the sentences that differ."""
    incomplete = donors.with_name("incomplete.csv")
    incomplete.write_text("\n".join(donors.read_text(encoding="utf-8").splitlines()[:12]), encoding="utf-8")
    most_censored = {"t1": ["<15.6"] * 4 + [61, 39], "t2": ["<15.6"] * 6}
    studies = {
        **{f"simulated {name}": simulate_study(name, "null", n=5, seed=3) for name in (TREG, SEPSIS, HUMORAL)},
        "source data of donors": load_study(TREG),
        "measured donors, one without both values": load_study(TREG, cohort=incomplete),
        "measured rats": rats(),
        "mice, one with a count of zero": with_a_count_of_zero(),
    }
    changed = {
        "one value below the limit": rats({"t1": ["<15.6", 61, 39, 75, 52, 44]}),
        "most values below the limit": rats(most_censored),
        "death, exclusion and missing value": with_losses(rats),
        "absent group": rats({"t2": []}, {"t2": []}),
        "absent endpoint": without_il4(rats),
    }
    plain = sentences(rats())
    check_approved(
        "methods_paragraphs",
        {case: sentences(study) for case, study in studies.items()}
        | {case: changes(plain, sentences(study)) for case, study in changed.items()}
        | {"other error rate and level": changes(plain, sentences(rats(), alpha=0.01, level=0.9))},
    )


def test_arrive_answers_match_the_approved_text(rats: Rats) -> None:
    """Answers on rats that differ from the plain ones are approved by the answers that differ."""
    cages = "animal,group,il6,il4,cage\n1,sham,12,20,A\n2,control,80,18,A\n3,t1,40,18,B\n4,t2,30,20,B\n"
    changed = {
        "death, exclusion and missing value": with_losses(rats),
        "absent group": rats({"t2": []}, {"t2": []}),
        "absent endpoint": without_il4(rats),
        "cages": rats.read(cages),
        "group below the limit": rats({"t2": ["<15.6"] * 6}),
    }
    plain = list(map(": ".join, answers(rats()).items()))
    cases = {
        "simulated mice": map(": ".join, answers(load_study(HUMORAL)).items()),
        "measured rats": plain,
        **{case: changes(plain, list(map(": ".join, answers(study).items()))) for case, study in changed.items()},
    }
    check_approved(
        "arrive_answers",
        {case: [line.replace(report_text.software(), "(software)") for line in lines] for case, lines in cases.items()},
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
    assert {"99.5 %", "98 %", "90 %"} == set(re.findall(r"[\d.]+ %", text))


# -- what depends on the cohort


def test_levels_of_the_humoral_claims_are_calculated_from_the_number_of_contrasts() -> None:
    """0.05 / 6 and 1 - 0.05 / 6 for six contrasts; 1 - 0.05 / 2 for two adjacent-dose contrasts."""
    text = paragraph(load_study(HUMORAL))
    assert all(level in text for level in ("0.00833", "99.2 %", "97.5 %"))


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
    answered = answers(study)
    assert list(answered) == ITEMS
    assert all(answered.values())
    # Neither protocol nor file can know these.
    alone = {item for item, answer in answered.items() if answer == report_text.OPEN}
    assert alone == {"2b", "3a", "4a", "4b", "5", "8b", "9c", "9d", *(() if study.protocol.timeline else ("9b",))}
    assert answered["1b"] == f"the simulated {study.protocol.experimental_unit}"
    assert study.protocol.species in answered["8a"]
    assert answered["8a"].endswith(report_text.SEVERAL_OPEN)
    assert answered["10b"].endswith(
        f"with an interval for {25 if name == HUMORAL else 4} of {25 if name == HUMORAL else 4} planned contrasts"
    )


def test_the_summary_is_that_of_the_file() -> None:
    """Medians and ranges of IL-4 by the standard library, from the file's own text;

    IL-6 of sham lies mostly below the limit.
    """
    with (study_folder(SEPSIS) / "cohorts" / "simulated-as-published.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    answered = answers(load_study(SEPSIS))["10a"]
    for group, label in (
        ("sham", "Sham"),
        ("control", "Septic control"),
        ("t1", "150 µL secretome"),
        ("t2", "300 µL secretome"),
    ):
        own = [float(row["il4"]) for row in rows if row["group"] == group]
        middle, least, most = (report_text.number(value) for value in (statistics.median(own), min(own), max(own)))
        assert f"{label} {middle} ({least} to {most})" in answered
    assert sum(row["il6"].startswith("<") for row in rows if row["group"] == "sham") > 6
    assert "Sham <15.6 (<15.6 to " in answered


def test_arrive_table_of_a_study_without_animals_is_refused(treg: Study) -> None:
    with pytest.raises(ValueError, match=TREG):
        tables.arrive_table(treg, analyse(treg, ("planned",)))
