"""Whether a cohort is recognised as one that is known already, and a new one is not."""

from collections.abc import Sequence
from decimal import Decimal
from itertools import combinations
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from guinea_pigs import LENGTHS, MICRONUCLEI, TOOTH, write_study
from secretome import load_study
from secretome.cohort.copies import _match_distribution, compare, find_copy, sample_of, values_sha256
from secretome.protocol import InputError

KINDS = {"length": "continuous", "micronuclei": "count", "titre": "titre"}


def table(groups: dict[str, Sequence[float]], endpoint: str) -> pd.DataFrame:
    """Values as `Cohort.values` holds them."""
    rows = [
        (f"{group} {at}", group, endpoint, value, value)
        for group, values in groups.items()
        for at, value in enumerate(values)
    ]
    return pd.DataFrame(rows, columns=["animal", "group", "endpoint", "lower", "upper"])


TEETH, MICE = table(LENGTHS, "length"), table(MICRONUCLEI, "micronuclei")


@pytest.fixture
def notebooks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of studies that holds the one study of this file."""
    folder = tmp_path / "notebooks"
    monkeypatch.setattr("secretome.protocol.loading.notebooks_folder", lambda: folder)
    return folder


def write(path: Path, values: pd.DataFrame) -> Path:
    values.rename(columns={"lower": "length"})[["animal", "group", "length"]].to_csv(path, index=False)
    return path


def new_lengths(rng: np.random.Generator) -> pd.DataFrame:
    """New guinea pigs: normal values with the mean and SD of each group, recorded with one decimal."""
    return table(
        {group: np.round(rng.normal(np.mean(own), np.std(own), len(own)), 1) for group, own in LENGTHS.items()},
        "length",
    )


def new_counts(rng: np.random.Generator) -> pd.DataFrame:
    """New mice: Poisson counts with the mean of each group."""
    return table({group: rng.poisson(np.mean(own), len(own)) for group, own in MICRONUCLEI.items()}, "micronuclei")


def part(values: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    return values.sample(len(values) // 2, random_state=rng)


def with_new(values: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    return pd.concat(
        [values, new_lengths(rng).sample(12, random_state=rng).assign(animal=[f"new {at}" for at in range(12)])]
    )


def rounded(values: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    return values.assign(lower=values["lower"].round(), upper=values["upper"].round())


def exchanged(values: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    return values.assign(group=values["group"].map(dict(zip(LENGTHS, reversed(LENGTHS), strict=True))))


def reordered(values: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    return values.sample(frac=1, random_state=rng).assign(animal=range(len(values)))


def converted(values: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    return values.assign(lower=values["lower"] * 0.001 / 0.001, upper=values["upper"] * 0.001 / 0.001)


@pytest.mark.parametrize("change", [reordered, part, with_new, rounded, exchanged, converted])
def test_changed_copy_of_precise_values_is_recognised(change) -> None:  # type: ignore[no-untyped-def]
    copy = change(TEETH, np.random.default_rng(1))
    overlap = find_copy(sample_of(copy), sample_of(TEETH), KINDS)
    assert overlap is not None
    assert overlap.matched >= min(len(copy), len(TEETH)) * 0.9


def test_copy_of_31_counts_is_recognised_and_half_a_copy_is_not() -> None:
    """Half of a set of coarse values may agree by chance."""
    assert find_copy(sample_of(MICE), sample_of(MICE), KINDS)
    assert not find_copy(sample_of(part(MICE, np.random.default_rng(1))), sample_of(MICE), KINDS)


@pytest.mark.parametrize(("draw", "source"), [(new_lengths, TEETH), (new_counts, MICE)], ids=["lengths", "counts"])
def test_new_animals_are_not_a_copy(draw, source: pd.DataFrame) -> None:  # type: ignore[no-untyped-def]
    rng = np.random.default_rng(17)
    overlaps = [compare(sample_of(draw(rng)), sample_of(source), KINDS) for _ in range(40)]
    assert sum(overlap.matched for overlap in overlaps) > 40  # some values agree by chance
    assert not any(overlap.is_copy for overlap in overlaps)
    assert not any(find_copy(sample_of(draw(rng)), sample_of(source), KINDS) for _ in range(40))


def test_equal_titres_of_a_small_study_are_not_a_copy() -> None:
    titres = table({"a": [8, 16, 16, 32, 8], "b": [64, 64, 32, 64, 128]}, "titre")
    assert not find_copy(sample_of(titres), sample_of(titres), KINDS)


def test_six_values_with_four_digits_are_a_copy() -> None:
    small = table({"a": [12.31, 17.72, 9.56], "b": [41.2, 38.94, 55.67]}, "length")
    overlap = find_copy(sample_of(small), sample_of(small), KINDS)
    assert overlap is not None
    assert (overlap.matched, overlap.size) == (6, 6)


@pytest.mark.parametrize(
    ("one", "other"), [([1, 1, 2, 3], [1, 2, 2, 4]), ([5, 5, 5], [5, 5, 6, 7]), ([1, 2, 3], [1, 2, 3])]
)
def test_match_distribution_equals_enumeration(one: list[int], other: list[int]) -> None:
    pooled = [*one, *other]
    counts: dict[int, int] = {}
    for taken in combinations(range(len(pooled)), len(one)):
        first = [pooled[at] for at in taken]
        second = [pooled[at] for at in range(len(pooled)) if at not in taken]
        matched = sum(min(first.count(value), second.count(value)) for value in set(pooled))
        counts[matched] = counts.get(matched, 0) + 1
    tied = [pooled.count(value) for value in set(pooled) if pooled.count(value) > 1]
    expected = [counts.get(at, 0) / sum(counts.values()) for at in range(max(counts) + 1)]
    found = _match_distribution(tied, len(one), len(other))
    assert found[: len(expected)] == pytest.approx(expected, abs=1e-12)
    assert found.sum() == pytest.approx(1, abs=1e-12)


def test_values_hash_ignores_order_and_names_and_not_a_value() -> None:
    assert values_sha256(reordered(TEETH, np.random.default_rng(2))) == values_sha256(TEETH)
    other = TEETH.assign(lower=TEETH["lower"].where(TEETH.index > 0, 99.9), upper=TEETH["upper"])
    assert values_sha256(other) != values_sha256(TEETH)


def test_sample_of_rounds_limits_to_six_digits() -> None:
    limits = pd.DataFrame(
        [("a", "sham", "il6", 0.0, 15.6), ("b", "sham", "il6", 1234567.8, np.inf)], columns=TEETH.columns
    )
    assert sample_of(limits) == {
        ("sham", "il6"): [(Decimal(0), Decimal("15.6")), (Decimal("1.23457E6"), Decimal("Infinity"))]
    }


def test_own_cohort_is_source_data_by_path_by_content_and_in_another_layout(notebooks: Path, tmp_path: Path) -> None:
    own = write_study(notebooks) / "cohorts" / "crampton.csv"
    assert load_study(TOOTH).source_data
    same = tmp_path / "same.csv"
    same.write_bytes(own.read_bytes())
    assert load_study(TOOTH, cohort=same).source_data
    copy = write(tmp_path / "mine.csv", reordered(TEETH, np.random.default_rng(3)))
    assert load_study(TOOTH, cohort=copy).cohort.origin == "measured"
    assert load_study(TOOTH, cohort=copy).source_data
    assert not load_study(TOOTH, cohort=write(tmp_path / "new.csv", new_lengths(np.random.default_rng(4)))).source_data


def test_simulated_values_without_their_origin_are_refused(notebooks: Path, tmp_path: Path) -> None:
    own = write_study(notebooks, origin="simulated") / "cohorts" / "crampton.csv"
    copy = write(tmp_path / "mine.csv", reordered(TEETH, np.random.default_rng(3)))
    with pytest.raises(InputError) as refused:
        load_study(TOOTH, cohort=copy)
    assert [(problem.file, problem.place) for problem in refused.value.problems] == [("mine.csv", "")]
    same = tmp_path / "same.csv"
    same.write_bytes(own.read_bytes())
    assert load_study(TOOTH, cohort=same).cohort.origin == "simulated"
    assert (
        load_study(TOOTH, cohort=write(tmp_path / "new.csv", new_lengths(np.random.default_rng(4)))).cohort.origin
        == "measured"
    )


def test_repr_of_a_study_is_one_short_line(notebooks: Path) -> None:
    write_study(notebooks)
    assert repr(load_study(TOOTH)) == "<Study tooth_growth: cohort crampton (measured), 60 guinea pigs>"
