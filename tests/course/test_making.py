"""Classes: reproducible, with different cohorts, errors that can be found, and a key that agrees with a rerun."""

import hashlib
from decimal import Decimal
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy import stats as scipy_stats
from typer.testing import CliRunner

from light import notebooks_in, write_light_study
from secretome import adjudicate, analyse, load_study
from secretome.cli import app
from secretome.cohort.simulate import to_csv
from secretome.course.injected_errors import possible_errors
from secretome.course.make import draw_scenario, make_class, read_secret, student_cohort, student_seed
from secretome.course.roster import Roster, Student, folder_name
from secretome.protocol import InputError, Protocol, load_protocol, study_folder, study_names

SEPSIS, TREG = "sepsis_cytokines", "treg_conditioned_medium"


def secret(number: int) -> str:
    return f"{number:032x}"


def students(number: int) -> Roster:
    return Roster(tuple(Student(f"Student {n}", folder_name(f"Student {n}")) for n in range(1, number + 1)))


def protocol_of(name: str) -> Protocol:
    return load_protocol(study_folder(name) / "protocol.yml").simulated


def hashes(folder: Path) -> dict[str, str]:
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in folder.rglob("*")
        if path.is_file()
    }


def key_of(folder: Path) -> pd.DataFrame:
    return pd.read_csv(folder / "teacher" / "key.csv", dtype=str, keep_default_na=False)


def find_error(table: pd.DataFrame, book: dict[str, str], protocol: Protocol) -> tuple[str, set[str], str]:
    """The error that a careful reader finds from labels, sizes and repeated values."""
    wrong = table[table["group"] != table["note"].map(book)]
    if len(wrong):
        return "groups_exchanged", set(wrong["group"]), ""
    for endpoint, about in protocol.endpoints.items():
        logs = np.log10(table[endpoint].str.lstrip("<>").astype(float)).groupby(table["group"]).median()
        # A larger unit makes smaller numbers: a hundredfold or a thousandfold, and no effect of a study is thirtyfold.
        (far,) = [group for group in logs.index if logs[group] - logs.drop(group).median() < -1.5] or [None]
        if far:
            return "wrong_unit", {far}, endpoint
        # Counts that are not scaled up are small, and tied without a limit.
        small = protocol.simulation and getattr(protocol.simulation.endpoints[endpoint], "scaled_by", 0) == 1
        if about.kind in ("concentration", "count") and not small:
            for group, values in table.groupby("group")[endpoint]:
                seen = values[~values.str.contains("[<>]")].astype(float)
                if any((seen == end).sum() >= 3 for end in (seen.min(), seen.max())):
                    return "limit_without_sign", {str(group)}, endpoint
    return "nothing", set(), ""


def corrected(
    table: pd.DataFrame, book: dict[str, str], error: str, group: str, endpoint: str, protocol: Protocol
) -> pd.DataFrame:
    """The file corrected as the assignment says."""
    table, rows = table.copy(), table["group"] == group
    if error == "groups_exchanged":
        table["group"] = table["note"].map(book)
    if error == "wrong_unit":
        factor = 100 if protocol.endpoints[endpoint].unit.startswith("%") else 1000
        table.loc[rows, endpoint] = [
            ("<" if text[0] == "<" else "") + str(Decimal(text.lstrip("<")) * factor)
            for text in table.loc[rows, endpoint]
        ]
    if error == "limit_without_sign":
        values = table.loc[rows, endpoint].str.lstrip("<>").astype(float)
        sign, limit = ("<", values.min()) if (values == values.min()).sum() >= 3 else (">", values.max())
        at = rows & (table[endpoint].str.lstrip("<>").astype(float) == limit)
        table.loc[at, endpoint] = sign + table.loc[at, endpoint]
    return table


def numbers(table: pd.DataFrame, protocol: Protocol) -> list[list[object]]:
    cells = [
        [(text[0] if text[0] in "<>" else "", float(text.lstrip("<>"))) for text in table[key]]
        for key in protocol.endpoints
    ]
    return [table["group"].tolist(), *cells]


@pytest.mark.parametrize("name", study_names())
def test_every_error_can_be_found_and_corrected(name: str) -> None:
    protocol = protocol_of(name)
    met = set()
    for seed in range(60):
        cohort = student_cohort(protocol, seed, "as_published", 0.75)
        book = dict(zip(cohort.corrected["note"], cohort.corrected["group"], strict=True))
        error, groups, endpoint = find_error(cohort.handed_out, book, protocol)
        assert (error, groups, endpoint) == (cohort.error, set(cohort.groups), cohort.endpoint), seed
        again = corrected(cohort.handed_out, book, error, next(iter(groups), ""), endpoint, protocol)
        assert numbers(again, protocol) == numbers(cohort.corrected, protocol), seed
        met.add(error)
    assert met == set(possible_errors(protocol))


def test_the_secret_is_drawn_kept_and_read_again(tmp_path: Path) -> None:
    for folder in ("first", "second"):
        make_class(TREG, students(1), tmp_path / folder)
    one, other = (read_secret(tmp_path / folder / "teacher" / "secret.txt") for folder in ("first", "second"))
    assert one != other
    make_class(TREG, students(1), tmp_path / "again", secret=one)
    assert hashes(tmp_path / "first") == hashes(tmp_path / "again")
    written = b"".join(path.read_bytes() for path in (tmp_path / "first" / "students").rglob("*.*"))
    assert one.encode() not in written
    for content in ("", "7341", "g" * 32):
        (tmp_path / "secret.txt").write_text(content, encoding="utf-8")
        with pytest.raises(InputError):
            read_secret(tmp_path / "secret.txt")


@pytest.mark.parametrize("name", study_names())
def test_scenarios_vary_within_a_class(name: str) -> None:
    """Of 240 students a tenth of the even share or less would be nine standard deviations too few."""
    protocol = protocol_of(name)
    assert protocol.simulation
    seeds = [student_seed(name, student, secret(3)) for student in students(240).students]
    drawn = [draw_scenario(protocol, seed) for seed in seeds]
    shares = {scenario: drawn.count(scenario) for scenario in protocol.simulation.scenarios}
    assert min(shares.values()) > 0.3 * 240 / len(shares)
    assert len(set(seeds)) == 240


def test_equal_names_with_different_numbers_have_different_animals() -> None:
    one, other = (Student("Ann Lee", f"Ann-Lee-{number}", number) for number in ("1", "2"))
    assert student_seed(TREG, one, secret(1)) != student_seed(TREG, other, secret(1))


def test_the_share_of_errors_is_as_requested() -> None:
    protocol = protocol_of(TREG)
    # Of 400 a standard deviation is at most 10; none at 0 and all at 1.
    for share, cohorts, most_apart in ((0.0, 50, 0), (0.5, 400, 40), (1.0, 50, 0)):
        with_error = sum(
            student_cohort(protocol, seed, "as_published", share).error != "nothing" for seed in range(cohorts)
        )
        assert abs(with_error - cohorts * share) <= most_apart


def test_a_class_made_twice_is_the_same_and_every_cohort_differs(tmp_path: Path) -> None:
    for folder in ("first", "second"):
        make_class(TREG, students(8), tmp_path / folder, secret=secret(7))
    first = hashes(tmp_path / "first")
    assert first == hashes(tmp_path / "second")
    cohorts = [digest for name, digest in first.items() if name.endswith("cohort.csv")]
    assert len(set(cohorts)) == len(cohorts) == 8
    # The name decides, and not who else is in the class; another secret is another class.
    make_class(TREG, Roster(students(8).students[7:8]), tmp_path / "late", secret=secret(7))
    make_class(TREG, students(1), tmp_path / "other", secret=secret(8))
    late, other = hashes(tmp_path / "late"), hashes(tmp_path / "other")
    assert {name: first[name] for name in late if name.startswith("students")} == {
        n: d for n, d in late.items() if n.startswith("students")
    }
    assert other["students/Student-1/cohort.csv"] != first["students/Student-1/cohort.csv"]
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".")] == []


@pytest.mark.parametrize("name", study_names())
def test_a_cohort_says_that_it_is_made_up_and_no_more(name: str) -> None:
    cohort = student_cohort(protocol_of(name), 3, "null", 1.0)
    assert set(cohort.handed_out["origin"]) == {"simulated"}
    assert not {"scenario", "seed"} & set(cohort.handed_out.columns)


@pytest.mark.parametrize("number", [1, pytest.param(4, marks=pytest.mark.slow)])
@pytest.mark.parametrize("name", study_names())
def test_the_key_agrees_with_an_independent_analysis_of_every_file(name: str, number: int, tmp_path: Path) -> None:
    make_class(name, students(number), tmp_path / "class", secret=secret(11), error_share=1.0)
    key = key_of(tmp_path / "class")
    for student, rows in key.groupby("id"):
        own = tmp_path / "class" / "teacher" / "corrected" / f"{student}.csv"
        handed_out = tmp_path / "class" / "students" / str(student) / "cohort.csv"
        assert own.exists() == (rows["error"].iloc[0] != "nothing")
        right = rows.set_index("question")
        # The file as it was handed out is read without complaint: nothing but looking finds what is wrong with it.
        columns = {handed_out: ["uncorrected"]}
        columns.setdefault(own if own.exists() else handed_out, []).append("answer")
        for path, same in columns.items():
            study = load_study(name, cohort=path)
            verdicts = adjudicate(study, analyse(study, ("published", "planned"))).set_index("claim")["verdict"]
            # A claim on an endpoint that the simulation does not draw is not asked, even if a file has it.
            verdicts = verdicts[list(protocol_of(name).claims)]
            for column in same:
                assert {claim: right.loc[f"{claim}.verdict", column] for claim in verdicts.index} == dict(verdicts)


def test_the_key_agrees_with_the_command_that_reruns(tmp_path: Path) -> None:
    make_class(TREG, students(8), tmp_path / "class", secret=secret(1))
    key = key_of(tmp_path / "class")
    errors = key.drop_duplicates("error").set_index("error")["id"]
    assert set(errors.index) == {"nothing", "groups_exchanged", "wrong_unit"}
    sound = tmp_path / f"{errors['nothing']}.csv"
    sound.write_bytes((tmp_path / "class" / "students" / errors["nothing"] / "cohort.csv").read_bytes())
    files = [
        sound,
        *(
            tmp_path / "class" / "teacher" / "corrected" / f"{errors[error]}.csv"
            for error in ("groups_exchanged", "wrong_unit")
        ),
    ]
    write_light_study(tmp_path / "notebooks")
    with notebooks_in(tmp_path / "notebooks"):
        done = CliRunner().invoke(app, ["rerun", TREG, *map(str, files), "--out", str(tmp_path / "reruns")])
    assert done.exit_code == 0, done.output
    for file in files:
        verdicts = pd.read_csv(tmp_path / "reruns" / file.stem / "verdicts.csv")
        right = key[key["id"] == file.stem].set_index("question")["answer"]
        assert [right[f"{claim}.verdict"] for claim in verdicts["claim"]] == verdicts["verdict"].tolist()
        # To six digits, as the key prints them.
        assert np.allclose(
            [float(right[f"{claim}.ratio"]) for claim in verdicts["claim"]], verdicts["estimate"], rtol=5e-6
        )


def test_numbers_of_the_key_are_those_of_scipy(tmp_path: Path) -> None:
    make_class(TREG, students(4), tmp_path / "class", secret=secret(5))
    key = key_of(tmp_path / "class")
    claims = protocol_of(TREG).claims
    for student, rows in key.groupby("id"):
        own = tmp_path / "class" / "teacher" / "corrected" / f"{student}.csv"
        table = pd.read_csv(own if own.exists() else tmp_path / "class" / "students" / str(student) / "cohort.csv")
        right = rows.set_index("question")["answer"]
        for claim, about in claims.items():
            wide = table.pivot(index="animal", columns="group", values=about.endpoint)
            assert float(right[f"{claim}.ratio"]) == pytest.approx(
                scipy_stats.gmean(wide["with_cm"] / wide["without"]), rel=1e-5
            )
            # Without ties and zeros, which differences to two decimals may have, SciPy's exact p is the exact p.
            change = (wide["with_cm"] - wide["without"]).round(2)
            if change.abs().is_unique and (change != 0).all():
                assert float(right[f"{claim}.p"]) == pytest.approx(
                    scipy_stats.wilcoxon(change, method="exact").pvalue, rel=1e-5
                )


def test_names_stay_data(tmp_path: Path) -> None:
    names = ["=1+1", "<img src=x onerror=alert(1)>", "{{ 7 * 7 }}", "[x](javascript:alert)", "@sum"]
    make_class(TREG, Roster(tuple(Student(name, folder_name(name)) for name in names)), tmp_path / "class")
    key = key_of(tmp_path / "class")
    assert set(key["student"]) == {"'=1+1", "'@sum", *names[1:4]}
    written = b"".join(path.read_bytes() for path in (tmp_path / "class" / "students").rglob("*") if path.is_file())
    assert not any(name.encode() in written for name in names)
    # What jinja would make of the third name, had it been run.
    assert b"For **7-7**" in written


def test_simulated_cohorts_are_read_by_their_own_study(tmp_path: Path) -> None:
    cohort = student_cohort(protocol_of(SEPSIS), 4, "deaths", 1.0)
    (tmp_path / "cohort.csv").write_bytes(to_csv(cohort.handed_out))
    assert load_study(SEPSIS, cohort=tmp_path / "cohort.csv").cohort.origin == "simulated"
