"""Every public function of the statistics has a place in the book."""

import re
from pathlib import Path

from secretome import stats

PAGES = Path(__file__).parents[2] / "book" / "statistics"


def test_every_public_name_is_on_a_page_and_every_function_in_the_table() -> None:
    text = "".join(page.read_text(encoding="utf-8") for page in PAGES.glob("*.md"))
    described = set(re.findall(r"auto(?:function|class):: (\w+)", text))
    # Types of arguments and of limits, which the pages describe in words.
    assert set(stats.__all__) - described == {"Alternative", "ConfidenceInterval"}
    table = (PAGES / "index.md").read_text(encoding="utf-8")
    functions = [name for name in stats.__all__ if name.islower()]
    assert [name for name in functions if f"stats.{name}`" not in table] == []
