"""Titres as intervals: the true titre lies between two dilutions."""

import numpy as np
from numpy.typing import ArrayLike

from secretome.stats._inputs import MAX_VALUE, Floats, as_complete, as_real

# The largest distance, in dilutions, of a printed titre from its dilution: 1:32 after 1:10 is 10**0.5 rounded.
DILUTION_TOLERANCE = 0.05


def titre_bounds(
    titre: ArrayLike, *, fold: float = 2.0, lowest: float | None = None, highest: float | None = None
) -> tuple[Floats, Floats]:
    """Bounds of the true titre, between the last positive dilution and the next one, which was negative.

    Parameters
    ----------
    titre : array_like, 1-D
        The reciprocal of the last positive dilution of each animal, such as 64 for 1:64; 0 for none.
    fold : float, default 2
        The factor between two dilutions.
    lowest, highest : float, optional
        The first and the last dilution on the plate: a titre of 0 lies below `lowest`, and one of `highest` has no
        upper bound.

    Returns
    -------
    lower, upper : (n,) arrays
        For `censored_lognormal`.

    Raises
    ------
    ValueError
        If a titre is negative, or 0 without a `lowest`, or below `lowest` or above `highest`; if the titres and both
        ends are not all dilutions of one series with this fold (up to the rounding of printed titres, a twentieth of a
        dilution on the log scale); if `fold` is not above 1.

    See Also
    --------
    censored_lognormal : what the limits are for

    References
    ----------
    .. [1] Nauta JJP (2006). Eliminating bias in the estimation of the geometric mean of HI titres. Biologicals
       34:183-186.

    Examples
    --------
    >>> from secretome import stats
    >>> lower, upper = stats.titre_bounds([0, 4, 64, 4096], lowest=2, highest=4096)
    >>> lower.tolist(), upper.tolist()
    ([0.0, 4.0, 64.0, 4096.0], [2.0, 8.0, 128.0, inf])
    """
    lower = as_complete(titre, "titre")
    if not as_real(fold, "fold") > 1:
        raise ValueError(f"fold must be above 1; it is {fold!r}.")
    if (lower < 0).any() or lower.max() > MAX_VALUE / fold:
        raise ValueError(f"titre must hold numbers from 0 to {MAX_VALUE:g}.")
    ends = {name: as_real(end, name) for name, end in (("lowest", lowest), ("highest", highest)) if end is not None}
    if any(end <= 0 for end in ends.values()):
        raise ValueError("lowest and highest must be above 0.")
    positive = lower > 0
    if "lowest" not in ends and not positive.all():
        raise ValueError("a titre of 0 needs 'lowest': below which dilution it lies.")
    first = ends.get("lowest", ends.get("highest", float(lower[positive].min(initial=np.inf))))
    dilutions = (np.log(lower[positive]) - np.log(first)) / np.log(fold)
    top = (np.log(ends["highest"]) - np.log(first)) / np.log(fold) if "highest" in ends else np.inf
    _check_dilutions(lower[positive], dilutions, fold, first)
    if np.isfinite(top):
        _check_dilutions(np.array([ends["highest"]]), np.array([top]), fold, first)
    if "lowest" in ends and (min(dilutions.min(initial=0), top) < -DILUTION_TOLERANCE):
        raise ValueError(f"a titre lies below the first dilution on the plate, {ends['lowest']:g}.")
    if (dilutions > top + DILUTION_TOLERANCE).any():
        raise ValueError(f"a titre lies above the last dilution on the plate, {ends['highest']:g}.")
    upper = np.full(lower.size, ends.get("lowest", np.nan))
    upper[positive] = np.where(np.rint(dilutions) == np.rint(top), np.inf, fold * lower[positive])
    return lower, upper


def _check_dilutions(titres: Floats, dilutions: Floats, fold: float, first: float) -> None:
    """Raise an error for titres that are not dilutions of the series, rounded or not (such as 1:32 after 1:10)."""
    off = np.abs(dilutions - np.rint(dilutions)) > DILUTION_TOLERANCE
    if off.any():
        examples = ", ".join(f"{titre:g}" for titre in np.unique(titres[off])[:3])
        raise ValueError(
            f"every titre must be a dilution on one plate, {first:g} times a power of {fold:g}; {examples} is not."
        )
