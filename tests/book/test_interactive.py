"""The permutation widget shows the numbers of the package for every assignment, by mouse, touch and keyboard."""

import re
from collections.abc import Iterator
from math import comb
from pathlib import Path

import numpy as np
import pytest
from built_pages import soup
from playwright.sync_api import Browser, Locator, Page

from secretome import stats

SIDES = {"both": "two-sided", "greater": "greater", "less": "less"}


@pytest.fixture
def page(site: Path, browser: Browser) -> Iterator[Page]:
    context = browser.new_context(
        offline=True, has_touch=True, reduced_motion="reduce", viewport={"width": 1000, "height": 1200}
    )
    opened = context.new_page()
    faults: list[str] = []
    opened.on("pageerror", lambda error: faults.append(str(error)))
    opened.goto((site / "book" / "interactive.html").as_uri())
    yield opened
    context.close()
    assert not faults


def tile(page: Page, position: int) -> Locator:
    return page.locator(".permutation-tile").nth(position)


def number(text: str) -> float:
    """A value as the test ranks it: one below a limit lies just below it, one above just above."""
    return float(text.lstrip("<>")) + {"<": -1e-3, ">": 1e-3}.get(text[0], 0)


def groups(page: Page) -> tuple[list[float], list[float]]:
    """What the page shows in each group, read from its animals' names."""
    return named(
        page.locator(".permutation-tile").evaluate_all("tiles => tiles.map(tile => tile.getAttribute('aria-label'))")
    )


def named(labels: list[str]) -> tuple[list[float], list[float]]:
    """The values of each group, from the names of its animals."""
    found: dict[str, list[float]] = {"treated": [], "control": []}
    for label in labels:
        value, group, _ = label.split(", ")
        found[group].append(number(value))
    return found["treated"], found["control"]


def agrees(page: Page) -> tuple[int, int]:
    """U, p, mid-p and the smallest p on the page are those of `stats.mann_whitney`, on each side; return the sizes."""
    # Asked for in one call, because each takes milliseconds.
    labels, cells, statistic = page.locator(".permutation").evaluate(
        """widget => {
          const all = (selector, read) => [...widget.querySelectorAll(selector)].map(read);
          const numbers = cell => [cell.parentElement.dataset.side, cell.dataset.number, Number(cell.dataset.value)];
          return [all('.permutation-tile', tile => tile.getAttribute('aria-label')),
            all('.permutation-numbers td', numbers), Number(widget.dataset.u)];
        }"""
    )
    treated, control = named(labels)
    shown = {(side, name): value for side, name, value in cells}
    assert len(shown) == 9
    for side, alternative in SIDES.items():
        expected = stats.mann_whitney(treated, control, alternative=alternative, method="exact")  # type: ignore[arg-type]
        assert statistic == expected.statistic
        for name in ("pvalue", "midp", "min_pvalue"):
            assert shown[side, name] == pytest.approx(getattr(expected, name), abs=1e-12), (
                side,
                name,
                treated,
                control,
            )
    return len(treated), len(control)


def type_in(page: Page, treated: list[str], control: list[str]) -> None:
    details = page.locator(".permutation-values")
    if details.get_attribute("open") is None:
        details.locator("summary").click()
    details.get_by_label("Treated").fill(" ".join(treated))
    details.get_by_label("Control").fill(" ".join(control))
    details.get_by_role("button").click()


def submit(page: Page, treated: list[str], control: list[str]) -> None:
    """The same as `type_in`, by the form alone and without the time that typing takes."""
    page.locator(".permutation-values form").evaluate(
        "(form, [treated, control]) => {"
        " form.elements.treated.value = treated; form.elements.control.value = control; form.requestSubmit() }",
        [" ".join(treated), " ".join(control)],
    )


def test_every_start_agrees_with_the_package(page: Page) -> None:
    starts = page.locator(".permutation-start option").count()
    assert starts >= 5
    for start in range(starts):
        page.locator(".permutation-start").select_option(index=start)
        agrees(page)


def test_random_assignments_with_ties_agree_with_the_package(page: Page) -> None:
    rng = np.random.default_rng(20)
    for _ in range(25):
        m = int(rng.integers(1, 7))
        n = int(rng.integers(1, 13 - m))
        values = [f"{value:g}" for value in rng.integers(-3, rng.integers(-2, 9), m + n)]
        if rng.random() < 0.3:
            # Limits at either end of the values.
            values = ["<-3" if value == "-3" else ">8" if value == "8" else value for value in values]
        submit(page, values[:m], values[m:])
        assert agrees(page) == (m, n)
        page.get_by_role("button", name="Assign at random").dispatch_event("click")
        assert agrees(page) == (m, n)


def drag(page: Page, position: int, lane: str) -> None:
    start = tile(page, position).bounding_box()
    target = page.locator(f"[data-lane={lane}]").bounding_box()
    assert start
    assert target
    page.mouse.move(start["x"] + start["width"] / 2, start["y"] + start["height"] / 2)
    page.mouse.down()
    page.mouse.move(start["x"] + 30, target["y"] + 20, steps=4)
    page.mouse.move(start["x"] + 60, target["y"] + target["height"] / 2, steps=4)
    page.mouse.up()


@pytest.mark.slow
def test_animals_move_by_mouse(page: Page) -> None:
    page.locator(".permutation-start").select_option(index=3)
    tile(page, 0).scroll_into_view_if_needed()
    rng = np.random.default_rng(21)
    for position in rng.permutation(12)[:8]:
        was = str(tile(page, position).get_attribute("data-group"))
        to = {"treated": "control", "control": "treated"}[was]
        drag(page, position, to)
        assert tile(page, position).get_attribute("data-group") == to
        agrees(page)
        # Let go where it was, it stays; pressed, it goes across.
        drag(page, position, to)
        assert tile(page, position).get_attribute("data-group") == to
        tile(page, position).click()
        assert tile(page, position).get_attribute("data-group") == was
        tile(page, position).tap()
        assert tile(page, position).get_attribute("data-group") == to
        agrees(page)


def test_animals_move_by_keyboard_and_the_page_says_so(page: Page) -> None:
    page.locator(".permutation-start").select_option(index=2)
    focused = "document.activeElement.getAttribute('aria-label')"
    page.get_by_role("button", name="Reset").focus()
    page.keyboard.press("Tab")
    assert page.evaluate(focused) == "<16, treated, rank 2.5"
    assert page.locator(".permutation-tile[tabindex='0']").count() == 1
    page.keyboard.press("End")
    assert page.evaluate(focused) == "61, treated, rank 10"
    page.keyboard.press("ArrowDown")
    assert page.evaluate(focused) == "61, control, rank 10"
    agrees(page)
    status = page.locator(".permutation-status[role=status]").inner_text()
    treated, control = groups(page)
    expected = stats.mann_whitney(treated, control)
    # The animal, its new group, the sizes of the groups, U and p.
    stated = re.findall(r"\d+(?:\.\d+)?|treated|control", status)
    assert stated[:7] == ["61", "control", "4", "treated", "6", "control", f"{expected.statistic:g}"]
    assert f"{expected.pvalue:.3f}" in stated
    for key, group in (("ArrowUp", "treated"), ("Enter", "control"), ("Space", "treated"), ("ArrowUp", "treated")):
        page.keyboard.press(key)
        assert f", {group}," in page.evaluate(focused)
        agrees(page)
    page.keyboard.press("ArrowLeft")
    assert page.evaluate(focused).startswith("55,")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.type") == "radio"


def test_a_group_is_never_emptied(page: Page) -> None:
    type_in(page, ["5"], ["1", "2"])
    tile(page, 2).click()
    assert tile(page, 2).get_attribute("data-group") == "treated"
    assert page.locator(".permutation-status[role=status]").inner_text()
    agrees(page)


@pytest.mark.parametrize(
    ("treated", "code"),
    [
        ("", "empty"),
        ("1 two", "not-a-number"),
        ("12,5 3", "decimal-comma"),
        ("1 2 3 4 5 6 7 8 9 10 11 12 13", "too-many"),
        ("<16 4", "unordered"),
        ("1234567", "too-long"),
        ("<img/src=x>", "not-a-number"),
    ],
)
def test_what_cannot_be_read_is_explained_and_changes_nothing(page: Page, treated: str, code: str) -> None:
    before = groups(page)
    type_in(page, [treated], ["1"])
    error = page.locator(f".permutation-error[role=alert][data-code={code}]")
    assert error.inner_text()
    assert groups(page) == before


def test_the_words_say_what_the_bars_show(page: Page) -> None:
    for side, alternative in SIDES.items():
        page.locator(f"input[name=permutation-side][value={side}]").check()
        treated, control = groups(page)
        expected = stats.mann_whitney(treated, control, alternative=alternative)  # type: ignore[arg-type]
        sentence = page.locator(".permutation-sentence").inner_text()
        counted, total = map(int, re.search(r"p = (\d+)/(\d+)", sentence).groups())  # type: ignore[union-attr]
        assert total == comb(8, 4)
        assert counted / total == pytest.approx(expected.pvalue)
        assert sentence in str(page.locator(".permutation-null").get_attribute("aria-label"))
        rows = page.locator(".permutation-table tbody tr").evaluate_all(
            "rows => rows.map(row => [...row.cells].map(cell => cell.textContent))"
        )
        assert sum(int(row[1]) for row in rows) == total
        assert sum(int(row[1]) for row in rows if row[3] == "yes") == counted
        assert page.locator(".permutation-column").count() == len(rows)
        assert page.locator(".permutation-column.counted").count() == sum(row[3] == "yes" for row in rows)


def test_the_solution_is_right(site: Path) -> None:
    """Compares the page with exact p-values for groups of three and of four; ties only remove extreme permutations."""
    text = " ".join(soup(site, "book/interactive").get_text().split())
    three, four = (stats.mann_whitney(range(n, 2 * n), range(n)) for n in (3, 4))
    assert three.min_pvalue == three.pvalue == pytest.approx(2 / comb(6, 3))
    assert f"2 of {comb(6, 3)}, which is {three.min_pvalue:g}" in text
    assert f"2 of {comb(8, 4)} is {four.min_pvalue:.4f}" in text


def test_the_script_runs_on_its_own_page_alone(site: Path) -> None:
    pages = [
        page.relative_to(site).as_posix()
        for page in site.rglob("*.html")
        if "permutation_widget.js" in page.read_text(encoding="utf-8")
    ]
    assert pages == ["book/interactive.html"]
