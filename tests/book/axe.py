"""Deque's accessibility rules, run on an opened page."""

from typing import Any

from axe_playwright_python.sync_playwright import Axe

LEVELS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
# Which rules depend on colours, the slow one first.
CONTRAST = "color-contrast"
COLOURS = [CONTRAST, "link-in-text-block"]
# As the theme's own switch does it.
SWITCH = "mode => Object.assign(document.documentElement.dataset, {mode, theme: mode})"
# What contrast depends on: the colours and letters of an element with a text of its own, and the backgrounds behind it.
LOOKS = """() => {
  const backgrounds = new Map();
  const behind = e => {
    if (!e) return '';
    if (!backgrounds.has(e)) {
      const {backgroundColor, backgroundImage, opacity, filter} = getComputedStyle(e);
      const own = [backgroundColor, backgroundImage, opacity, filter].join();
      backgrounds.set(e, behind(e.parentElement) + (own === 'rgba(0, 0, 0, 0),none,1,none' ? '' : `>${own}`));
    }
    return backgrounds.get(e);
  };
  window.looks ??= new Map();
  for (const e of document.querySelectorAll('body *')) {
    if (![...e.childNodes].some(node => node.nodeType === Node.TEXT_NODE && node.data.trim())) continue;
    const s = getComputedStyle(e);
    const look = [e.tagName, s.color, s.fill, s.fontSize, s.fontWeight, s.textShadow, behind(e)].join();
    window.looks.set(e, (window.looks.get(e) ?? '') + look);
  }
}"""
# In a drawing the rule reads a colour that is not the one of the letters.
KEEP_ONE_TEXT_OF_EACH_LOOK = """() => {
  document.querySelectorAll('svg').forEach(e => e.replaceChildren());
  const kept = new Set();
  for (const [e, look] of window.looks)
    if (kept.has(look)) e.childNodes.forEach(node => { if (node.nodeType === Node.TEXT_NODE) node.data = ''; });
    else if (e.checkVisibility()) kept.add(look);
}"""


def violations(page: Any, rules: list[str] = LEVELS, *, but: list[str] | None = None) -> list[str]:
    """Return the rules that a page breaks, each with the first places where it does."""
    left = {rule: {"enabled": False} for rule in but or []}
    options = {"preload": False, "resultTypes": ["violations"], "runOnly": rules, "rules": left}
    found = Axe().run(page, options=options)
    return [
        f"{each['id']} at {[node['target'] for node in each['nodes']][:3]}" for each in found.response["violations"]
    ]


def switch(page: Any, mode: str) -> None:
    """Show a page light or dark."""
    page.emulate_media(color_scheme=mode)
    page.evaluate(SWITCH, mode)


def violations_light_and_dark(page: Any) -> list[str]:
    """Return the rules that a page breaks in the light, and those on colour that it breaks in the dark.

    Contrast takes most of the time, so that of texts that look the same in both modes one is kept for it. The page is
    of no use afterwards.
    """
    found = violations(page, but=[CONTRAST])
    page.evaluate(LOOKS)
    switch(page, "dark")
    found += violations(page, COLOURS[1:])
    page.evaluate(LOOKS)
    page.evaluate(KEEP_ONE_TEXT_OF_EACH_LOOK)
    found += violations(page, [CONTRAST])
    switch(page, "light")
    return found + violations(page, [CONTRAST])
