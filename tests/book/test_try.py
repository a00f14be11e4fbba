"""The in-browser page: files become verdicts in Chromium, questions are answered, and nothing leaves the site."""

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import expect
from try_page import (
    STATUS,
    Visit,
    answer,
    assert_equal_tables,
    choose,
    downloaded,
    drop,
    payload,
    read_again,
    verdicts,
    wait_for_end,
    wait_for_problems,
    wait_for_verdicts,
)

from dropped_files import (
    FILES,
    MEANINGS,
    ambiguous,
    as_two_sheets,
    coded_samples,
    command_line_tables,
    numbers,
    rats,
    with_three_problems,
)
from rats import SEPSIS

OLD_WORKBOOK = Path(__file__).parents[1] / "cohort" / "marked.xls"


@pytest.mark.slow
def test_csv_downloads_equal_rerun(visit: Visit, tmp_path: Path) -> None:
    page, content = visit.page, FILES["rats.csv"]()
    (tmp_path / "rats.csv").write_bytes(content)
    drop(page, SEPSIS, "rats.csv", content)
    wait_for_end(page)
    expected = command_line_tables(SEPSIS, tmp_path / "rats.csv")
    for name, table in expected.items():
        assert_equal_tables(numbers(downloaded(page, f"{name}.csv")), table)
    assert verdicts(page) == dict(zip(expected["verdicts"]["claim"], expected["verdicts"]["verdict"], strict=True))
    assert page.locator("#try-figures svg").count() == 2
    assert page.locator("#try-curves svg").count() == 3


@pytest.mark.slow
@pytest.mark.parametrize("name", [name for name in FILES if name != "rats.csv"])
def test_other_files_give_verdicts_of_csv(visit: Visit, name: str) -> None:
    drop(visit.page, SEPSIS, name, FILES[name]())
    wait_for_verdicts(visit.page)
    assert set(verdicts(visit.page).values()) == {"supported"}


@pytest.mark.slow
def test_old_workbook_is_read(visit: Visit) -> None:
    drop(visit.page, SEPSIS, OLD_WORKBOOK.name, OLD_WORKBOOK.read_bytes())
    wait_for_problems(visit.page)
    # The strike is in the format of the cell, which only the reader of old workbooks knows.
    expect(visit.page.locator("#try-understood tbody tr").first).to_contain_text("Data!C2")
    expect(visit.page.locator("#try-understood tbody tr").first).to_contain_text("struck out")


@pytest.mark.slow
def test_pasted_cells_of_a_spreadsheet_give_verdicts(visit: Visit) -> None:
    page = visit.page
    choose(page, SEPSIS)
    page.get_by_text("Paste a table").click()
    # A spreadsheet copies cells with tabs between columns; the European form of numbers is that of the reader.
    page.locator("textarea").fill(rats().to_csv(index=False, sep="\t", decimal=","))
    page.get_by_role("button", name="Read the pasted table").click()
    wait_for_verdicts(page)
    assert set(verdicts(page).values()) == {"supported"}


@pytest.mark.slow
def test_empty_paste_asks_for_a_table(visit: Visit) -> None:
    page = visit.page
    if not page.locator("textarea").is_visible():
        page.get_by_text("Paste a table").click()
    page.locator("textarea").fill(" ")
    page.get_by_role("button", name="Read the pasted table").click()
    expect(page.locator(STATUS)).to_contain_text("Paste")


@pytest.mark.slow
def test_problems_are_solved_by_choosing_names(visit: Visit) -> None:
    page = visit.page
    drop(page, SEPSIS, "rats.csv", with_three_problems())
    wait_for_problems(page)
    expect(page.locator("#try-choices select")).to_have_count(len(MEANINGS))
    assert page.locator("#try-understood tbody tr").count() == len(MEANINGS)
    for select in page.locator("#try-choices select").all():
        select.select_option(MEANINGS[select.get_attribute("data-name") or ""])
    read_again(page)
    wait_for_verdicts(page)
    assert set(verdicts(page).values()) == {"supported"}
    # An answer can be taken back.
    page.locator("#try-choices select").first.select_option("")
    read_again(page)
    wait_for_problems(page)
    assert page.locator("#try-understood tbody tr").count() == 1


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "content", "kind", "options", "chosen"),
    [
        ("rats.xlsx", as_two_sheets, "sheet", ["First run", "Second run"], "Second run"),
        ("rats.csv", ambiguous, "decimal", ["point", "comma"], "comma"),
    ],
)
def test_question_is_answered(
    visit: Visit, name: str, content: Callable[[], bytes], kind: str, options: list[str], chosen: str
) -> None:
    page = visit.page
    drop(page, SEPSIS, name, content())
    wait_for_problems(page)
    listed = page.locator(f"select[data-choice={kind}] option")
    assert listed.evaluate_all("options => options.map(option => option.value)") == ["", *options]
    answer(page, kind, chosen)
    read_again(page)
    wait_for_verdicts(page)
    assert page.locator(f"select[data-choice={kind}]").input_value() == chosen


@pytest.mark.slow
def test_key_of_samples_gives_their_groups(visit: Visit) -> None:
    page, files = visit.page, coded_samples()
    drop(page, SEPSIS, "plate.csv", files["plate"])
    wait_for_problems(page)
    page.locator("input[name=key]").set_input_files(payload("key.csv", files["key"]))
    wait_for_verdicts(page)
    assert set(verdicts(page).values()) == {"supported"}
    page.get_by_role("button", name="Remove the key").click()
    wait_for_problems(page)
