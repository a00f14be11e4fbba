"""Protocols: every error states its key and line."""

import re
import shutil
from pathlib import Path

import pytest

from secretome.protocol import InputError, Problem, load_protocol, nearest, normalise, study_folder, study_names
from secretome.report import text as report_text

TREG = "treg_conditioned_medium"


def problems_of(tmp_path: Path, old: str, new: str, study: str = TREG) -> tuple[Problem, ...]:
    """The problems of a protocol in which `old` is replaced by `new`; each is in a line of the file."""
    folder = tmp_path / study
    folder.mkdir()
    text = (study_folder(study) / "protocol.yml").read_text(encoding="utf-8")
    assert old in text
    (folder / "protocol.yml").write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(InputError) as error:
        load_protocol(folder / "protocol.yml")
    assert all(problem.file == "protocol.yml" for problem in error.value.problems)
    assert all(re.fullmatch(r"line \d+", problem.place) for problem in error.value.problems)
    return error.value.problems


def states(problems: tuple[Problem, ...], text: str) -> bool:
    """Whether a problem has this text in what was found or expected."""
    return any(text in f"found {problem.found}; expected {problem.expected}" for problem in problems)


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        ("species: human", "spcies: human", "unknown key 'spcies'"),
        ("species: human\n", "", "no key 'species'"),
        ("kind: continuous", "kind: contnuous", "'contnuous' for 'endpoints.foxp3_cd25pos.kind'"),
        ("low: 0.80", "low: 1.80", "low (1.8) must be above zero and below high"),
        ("contrast: with_cm vs without", "contrast: with_cm vs with_out", "'with_out', which is not among the groups"),
        ("endpoint: foxp3_cd25pos", "endpoint: foxp3", "'foxp3' is not among the endpoints"),
        ("label: Without conditioned medium", "label: With conditioned medium", "cannot be told apart"),
        ("by: animal", "by: ''", "a paired design"),
        ("species: human", "species: human\nspecies: mouse", "'species' a second time"),
        ("species: human", "species: [human", "expected valid YAML"),
        ("key: treg_conditioned_medium", "key: other", "the folder's name as the key"),
        ("registered: 2026-11-23", "registered: autumn", "'autumn' for 'registered'"),
        ("  public: 2012", "  public: last year", "'last year' for 'cohort.public'"),
        ("  public: 2012", "", "needs 'public'"),
    ],
)
def test_faults_are_named(tmp_path: Path, old: str, new: str, sentence: str) -> None:
    assert states(problems_of(tmp_path, old, new), sentence)


def test_survival_times_are_refused_in_one_message(tmp_path: Path) -> None:
    (problem,) = problems_of(tmp_path, "kind: continuous", "kind: survival")
    assert problem.found == "'survival' for 'endpoints.foxp3_cd25pos.kind'"
    assert "secretome.stats.logrank" in problem.expected


@pytest.mark.parametrize(
    ("registered", "public", "after"),
    [
        ("2026-11-23", "2012", True),
        ("2026-11-23", "2026", True),
        ("2026-11-23", "2026-11-23", True),
        ("2026-11-23", "2026-11-24", False),
        ("2026-11-23", "2026-12", False),
        ("2026-11-23", "2027", False),
    ],
)
def test_rules_are_older_than_the_data_only_where_the_dates_show_it(
    tmp_path: Path, registered: str, public: str, after: bool
) -> None:
    """A year or a month can mean any of its days, so data of the year of the registration may be older than it."""
    folder = tmp_path / TREG
    folder.mkdir()
    text = (study_folder(TREG) / "protocol.yml").read_text(encoding="utf-8")
    text = text.replace("registered: 2026-11-23", f"registered: {registered}").replace(
        "public: 2012", f"public: {public}"
    )
    (folder / "protocol.yml").write_text(text, encoding="utf-8")
    protocol = load_protocol(folder / "protocol.yml")
    assert protocol.chosen_after_data == after
    assert report_text.registered_sentence(protocol).startswith("Rules chosen after the data were public") == after


def test_a_fault_carries_its_line(tmp_path: Path) -> None:
    problems = problems_of(tmp_path, "species: human", "spcies: human")
    lines = (study_folder(TREG) / "protocol.yml").read_text(encoding="utf-8").splitlines()
    assert f"line {lines.index('species: human') + 1}" in [problem.place for problem in problems]


def test_the_installed_protocol_is_the_studys(tmp_path: Path) -> None:
    shutil.copytree(study_folder(TREG), tmp_path / TREG)
    assert load_protocol(tmp_path / TREG / "protocol.yml").pair == ("with_cm", "without")


def test_names_are_compared_without_case_and_punctuation() -> None:
    assert normalise("With CM") == normalise("with_cm")
    assert nearest("wihtout", ["without", "with_cm"]) == "without"
    assert nearest("saline", ["without", "with_cm"]) is None


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        (
            "contrast: control vs sham",
            "contrast: control vs shame",
            "checks.sepsis: contrast 'control vs shame' names 'shame'",
        ),
        ("contrast: control vs sham", "contrast: t1 vs control", "is a claim's too"),
        (
            "endpoint: il6\n    contrast",
            "endpoint: il7\n    contrast",
            "checks.sepsis.endpoint 'il7' is not among the endpoints",
        ),
        ("family: *doses\n", "family: [t2 vs control, sham vs control]\n", "two different families"),
        ("method: mann_whitney", "method: signed_rank", "'signed_rank' does not fit the design or the claim"),
        ("source: companion\n", "source: companions\n", "a caveat's source 'companions' is not among the sources"),
        ("il4: {t2: 10.2}", "il4: {t3: 10.2}", "simulation.scenarios.reversed.centres.il4 names an endpoint or group"),
        ("sources: [ligation, stroke", "sources: [ligation, strokes", "names the source"),
        ("counts: {control: 4", "counts: {control: 40", "at most 12 each"),
        ("risk_rises_with: il6", "risk_rises_with: il7", "'il7' is not simulated"),
        ("distribution: lognormal", "distribution: normal", "found 'normal'"),
        ("geometric_mean: 14", "geometric_mean: -14", "-14 for 'simulation.endpoints.il6.groups.sham.geometric_mean'"),
        ("      evidence: none\n", "", "no key 'simulation.assumptions.3.evidence'"),
    ],
)
def test_faults_of_checks_caveats_and_assumptions_are_named(tmp_path: Path, old: str, new: str, sentence: str) -> None:
    assert states(problems_of(tmp_path, old, new, "sepsis_cytokines"), sentence)


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        ("kind: unchanged", "kind: every", "a claim of kind 'every' needs 'direction'"),
        ("doses: [im10, im20, im50]", "doses: [im10, im50]", "a trend needs three doses or more"),
        ("doses: [im10, im20, im50]", "doses: [im50, im20, im10]", "doses must rise from above zero"),
        ("doses: [im10, im20, im50]", "doses: [saline, im20, im50]", "doses must rise from above zero"),
        ("doses: [im10, im20, im50]", "doses: [im10, im20, im5]", "doses names 'im5', which is not among the groups"),
        ("method: jonckheere_terpstra", "method: mann_whitney", "'mann_whitney' does not fit the design or the claim"),
        (
            "contrasts: *arms\n    published_test: *ranks",
            "contrast: im10 vs saline\n    published_test: *ranks",
            "kind 'every' has no 'contrast'",
        ),
        (
            "cv: {phagocytosis: 0.45}",
            "cv: {titre: 0.45}",
            "simulation.scenarios.phagocytosis_wide.cv.titre is no endpoint",
        ),
    ],
)
def test_faults_of_claims_about_many_groups_are_named(tmp_path: Path, old: str, new: str, sentence: str) -> None:
    assert states(problems_of(tmp_path, old, new, "humoral_immunity"), sentence)


@pytest.mark.parametrize("name", study_names())
def test_every_source_is_in_the_bibliography(name: str) -> None:
    bibliography = (Path(__file__).parents[1] / "book" / "references.bib").read_text(encoding="utf-8")
    keys = set(re.findall(r"@\w+\{([^,]+),", bibliography))
    assert {source.citation for source in load_protocol(study_folder(name) / "protocol.yml").sources.values()} <= keys
