"""Where a line may break: not inside a number with its unit, a p with its value, or the name of a cytokine.

The text itself is left as it is, so that what is copied, searched for or read aloud has no odd characters in it.
"""

import re

# Text in which a line never breaks, or breaks by rules of its own.
WHOLE = frozenset({"button", "code", "math", "option", "pre", "script", "style", "svg", "textarea", "title"})
TAG = re.compile(r"(<!--.*?-->|<[^<>]+>)", re.DOTALL)
NUMBER = r"[−-]?\d+(?:\.\d+)?"
UNIT = r"(?:%|pg/mL|ng/mL|µL/kg|µL|mL|mm|mg|kg|h|hours?|minutes?)(?!\w)"
TOGETHER = re.compile(
    rf"(?<!\w)\w{{1,3}}(?:\([\d., ]+\))? (?:=|&lt;|&gt;|≤|≥) {NUMBER}"  # p = 0.02, t(21.8) = 4.85, n = 12
    rf"|(?:{NUMBER} )?± {NUMBER}(?: {UNIT})?"
    rf"|(?<!\S)\+ {NUMBER}(?: {UNIT})?"
    rf"|{NUMBER} {UNIT}"
    r"|\b\d+ of \d+\b"
    r"|\b[A-Z]{2,4}-(?:\d+[α-ω]?|[α-ω])(?!\w)"  # IL-6, IL-1β, TNF-α
    r"|\b(?:Table|Tables|Figure|Figures|Exercise) \d+"
    r"|\b[TB] cells?\b"
)


def unbroken(page: str) -> str:
    """HTML in which a line breaks only where a reader would break it.

    Parameters
    ----------
    page : str
        HTML, or a part of a page.

    Returns
    -------
    str

    Examples
    --------
    >>> unbroken("<p>with n = 12, IL-6 fell (p &lt; 0.01)</p>").count('<span class="unbroken">')
    3
    >>> unbroken("<code>n = 12</code>")
    '<code>n = 12</code>'
    """
    parts = TAG.split(page)
    inside: list[str] = []
    mathematical = False
    for place, part in enumerate(parts):
        if place % 2 == 0:
            if not inside and not mathematical:
                parts[place] = TOGETHER.sub(r'<span class="unbroken">\g<0></span>', part)
            continue
        named = re.match(r"<(/?)(\w+)", part)
        mathematical = 'class="math' in part
        if named is None or part.endswith("/>") or named[2] not in WHOLE:
            continue
        if not named[1]:
            inside.append(named[2])
        elif inside:
            inside.pop()
    return "".join(parts)
