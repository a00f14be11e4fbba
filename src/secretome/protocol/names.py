"""Names that people type: contrasts taken apart, names compared without case and punctuation, the nearest one suggested."""

import difflib
import re
from collections.abc import Iterable


def sides(contrast: str) -> tuple[str, str]:
    """The treated and the control group of a contrast.

    >>> sides("with_cm vs without")
    ('with_cm', 'without')
    """
    treated, _, control = contrast.partition(" vs ")
    return treated, control


def normalise(name: str) -> str:
    """A name without case, spaces and punctuation, for comparing names."""
    return re.sub(r"[\W_]+", "", name.casefold())


def nearest(name: str, names: Iterable[str], cutoff: float = 0.6) -> str | None:
    """The one of `names` most like `name`, or None when none is near: `cutoff` is 1 for the same letters, and 0 for none in common."""
    by_form = {normalise(candidate): candidate for candidate in names}
    found = difflib.get_close_matches(normalise(name), by_form, n=1, cutoff=cutoff)
    return by_form[found[0]] if found else None
