"""Deque's accessibility rules, run on an opened page."""

from typing import Any

from axe_playwright_python.sync_playwright import Axe

LEVELS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
# The rules whose outcome depends on colours.
COLOURS = ["color-contrast", "link-in-text-block"]


def violations(page: Any, rules: list[str] = LEVELS) -> list[str]:
    """Return the rules that a page breaks, each with the first places where it does."""
    found = Axe().run(page, options={"preload": False, "resultTypes": ["violations"], "runOnly": rules})
    return [
        f"{each['id']} at {[node['target'] for node in each['nodes']][:3]}" for each in found.response["violations"]
    ]
