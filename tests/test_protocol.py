"""Protocols: every error states its key and line."""

import re
import shutil
from pathlib import Path

import pytest

from approved import check_approved
from secretome.protocol import InputError, Problem, load_protocol, nearest, normalise, study_folder, study_names
from secretome.report import text as report_text

TREG = "treg_conditioned_medium"


def problems_of(tmp_path: Path, old: str, new: str, study: str = TREG) -> tuple[Problem, ...]:
    """The problems of a protocol in which `old` is replaced by `new`; each is in a line of the file."""
    folder = tmp_path / study
    folder.mkdir(parents=True)
    text = (study_folder(study) / "protocol.yml").read_text(encoding="utf-8")
    assert old in text
    (folder / "protocol.yml").write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(InputError) as error:
        load_protocol(folder / "protocol.yml")
    assert all(problem.file == "protocol.yml" for problem in error.value.problems)
    assert all(re.fullmatch(r"line \d+", problem.place) for problem in error.value.problems)
    return error.value.problems


ERRORS = {
    "treg_conditioned_medium": (
        ("species: human", "spcies: human"),
        ("species: human\n", ""),
        ("kind: continuous", "kind: contnuous"),
        ("low: 0.80", "low: 1.80"),
        ("contrast: with_cm vs without", "contrast: with_cm vs with_out"),
        ("endpoint: foxp3_cd25pos", "endpoint: foxp3"),
        ("label: Without conditioned medium", "label: With conditioned medium"),
        ("by: animal", "by: ''"),
        ("species: human", "species: human\nspecies: mouse"),
        ("key: treg_conditioned_medium", "key: other"),
        ("registered: 2026-11-23", "registered: autumn"),
        ("  public: 2012", "  public: last year"),
        ("  public: 2012", ""),
    ),
    "sepsis_cytokines": (
        ("contrast: control vs sham", "contrast: control vs shame"),
        ("contrast: control vs sham", "contrast: t1 vs control"),
        ("endpoint: il6\n    contrast", "endpoint: il7\n    contrast"),
        ("family: *doses\n", "family: [t2 vs control, sham vs control]\n"),
        ("method: mann_whitney", "method: signed_rank"),
        ("source: companion\n", "source: companions\n"),
        ("their number.\n    source: abstract\n", "their number.\n    source: abstracts\n"),
        ("il4: {t2: 10.2}", "il4: {t3: 10.2}"),
        ("sources: [ligation, stroke", "sources: [ligation, strokes"),
        ("counts: {control: 4", "counts: {control: 40"),
        ("risk_rises_with: il6", "risk_rises_with: il7"),
        ("distribution: lognormal", "distribution: uniform"),
        ("geometric_mean: 14", "geometric_mean: -14"),
        ("      evidence: none\n", ""),
    ),
    "humoral_immunity": (
        ("kind: unchanged", "kind: every"),
        ("doses: [im10, im20, im50]", "doses: [im10, im50]"),
        ("doses: [im10, im20, im50]", "doses: [im50, im20, im10]"),
        ("doses: [im10, im20, im50]", "doses: [saline, im20, im50]"),
        ("doses: [im10, im20, im50]", "doses: [im10, im20, im5]"),
        ("method: jonckheere_terpstra", "method: mann_whitney"),
        ("contrasts: *all_doses\n    published_test: *ranks", "contrast: im10 vs saline\n    published_test: *ranks"),
        ("cv: {phagocytosis: 0.45}", "cv: {titre: 0.45}"),
    ),
}


def test_errors_in_protocols_are_refused_at_the_line(tmp_path: Path) -> None:
    cases = [(study, old, new) for study, edits in ERRORS.items() for old, new in edits]
    check_approved(
        "refused_protocols",
        {
            f"{study}: {' / '.join(new.split(chr(10))) or f'without {old.strip()}'}": problems_of(
                tmp_path / str(at), old, new, study
            )
            for at, (study, old, new) in enumerate(cases)
        },
    )


def test_invalid_yaml_is_refused_at_the_line(tmp_path: Path) -> None:
    (problem,) = problems_of(tmp_path, "species: human", "species: [human")
    assert "YAML" in problem.expected


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
    folder.mkdir(parents=True)
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


@pytest.mark.parametrize("name", study_names())
def test_every_source_is_in_the_bibliography(name: str) -> None:
    bibliography = (Path(__file__).parents[1] / "book" / "references.bib").read_text(encoding="utf-8")
    keys = set(re.findall(r"@\w+\{([^,]+),", bibliography))
    assert {source.citation for source in load_protocol(study_folder(name) / "protocol.yml").sources.values()} <= keys
