"""Colours of cells in workbooks, as text that can be compared and as names."""

import colorsys
from typing import Any

WHITE = "FFFFFF"
# The upper end of each range of hues, in degrees, with its name.
HUES = (
    (15, "red"),
    (45, "orange"),
    (70, "yellow"),
    (165, "green"),
    (200, "turquoise"),
    (255, "blue"),
    (290, "purple"),
    (345, "pink"),
    (360, "red"),
)


def color_key(color: Any) -> str:
    """Return the colour of a fill or font in an .xlsx file, as ``RRGGBB`` or ``theme N``; empty if there is none."""
    if color is None:
        return ""
    if color.type == "rgb" and isinstance(color.rgb, str):
        return color.rgb[-6:].upper()
    if color.type == "theme":
        tint = f" {color.tint:+.2f}" if color.tint else ""
        return WHITE if color.theme == 0 and not tint else f"theme {color.theme}{tint}"
    if color.type == "indexed":
        # Imported here, because only the metadata of workbooks need openpyxl.
        from openpyxl.styles.colors import COLOR_INDEX

        return str(COLOR_INDEX[color.indexed])[-6:].upper() if color.indexed < len(COLOR_INDEX) else ""
    return ""  # the colour of the system


def fill_key(fill: Any) -> str:
    """Return the colour of a cell's background; empty for no colour and for white.

    >>> from openpyxl.styles import PatternFill
    >>> fill_key(PatternFill("solid", fgColor="FFFF0000")), fill_key(PatternFill())
    ('FF0000', '')
    """
    if getattr(fill, "stop", None):
        return "gradient"
    if fill is None or not getattr(fill, "patternType", None):
        return ""
    key = color_key(fill.fgColor)
    return "" if key == WHITE else key or "pattern"


def color_name(key: str) -> str:
    """Return the name of a colour.

    >>> color_name("FF0000"), color_name("FFFF99"), color_name("808080"), color_name("theme 5 +0.40")
    ('red', 'yellow', 'grey', 'a theme colour')
    """
    if key.startswith("theme"):
        return "a theme colour"
    try:
        red, green, blue = (int(key[at : at + 2], 16) / 255 for at in (0, 2, 4))
    except ValueError:
        return "a pattern"
    hue, lightness, saturation = colorsys.rgb_to_hls(red, green, blue)
    if lightness < 0.08 or lightness > 0.97 or saturation < 0.15:
        return "black" if lightness < 0.08 else "white" if lightness > 0.97 else "grey"
    return next(name for end, name in HUES if hue * 360 <= end)
