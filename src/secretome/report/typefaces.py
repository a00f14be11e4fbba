"""The fonts of the book and reports, inside the style sheet: a browser may refuse a font file to a page from disk."""

import base64
from importlib import resources

# Family, style, weights, file, and the letters for which a browser should look into it.
FACES = (
    (
        "Source Sans 3",
        "normal",
        "200 900",
        "source-sans-3-latin-wght-normal",
        "U+0000-00FF, U+2000-206F, U+20AC, U+2190-2193, U+2212",
    ),
    (
        "Source Sans 3",
        "italic",
        "200 900",
        "source-sans-3-latin-wght-italic",
        "U+0000-00FF, U+2000-206F, U+20AC, U+2212",
    ),
    ("Source Sans 3", "normal", "200 900", "source-sans-3-greek-wght-normal", "U+0370-03FF"),
    (
        "Source Serif 4",
        "normal",
        "200 900",
        "source-serif-4-latin-wght-normal",
        "U+0000-00FF, U+2000-206F, U+20AC, U+2212",
    ),
)


def font_faces(*, italic: bool = True) -> str:
    """The rules of the type, each with its font file inside.

    Parameters
    ----------
    italic : bool
        Whether to bring the slanted letters too. Without them a browser slants the upright ones, and a report is
        smaller.

    Returns
    -------
    str
        A style sheet.

    Examples
    --------
    >>> font_faces(italic=False)[:37], len(font_faces(italic=False).splitlines())
    ('@font-face{font-family:"Source Sans 3', 3)
    """
    folder = resources.files("secretome.report") / "fonts"
    rules = []
    for family, style, weight, name, letters in FACES:
        if style == "italic" and not italic:
            continue
        data = base64.b64encode((folder / f"{name}.woff2").read_bytes()).decode()
        rules.append(
            f'@font-face{{font-family:"{family}";font-style:{style};font-weight:{weight};font-display:swap;unicode-range:{letters};'
            f'src:url("data:font/woff2;base64,{data}") format("woff2")}}'
        )
    return "\n".join(rules) + "\n"
