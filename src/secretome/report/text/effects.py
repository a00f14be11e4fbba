"""The words for the effect on an endpoint: a ratio of geometric means, or a difference of means."""

from collections.abc import Iterable
from typing import NamedTuple

from secretome.protocol import Claim, Endpoint, EquivalenceMargin, Protocol


class EffectWords(NamedTuple):
    """The name of an effect, a short form of it, the value of no effect, and the unit with a space before it."""

    name: str
    short: str
    none: str
    unit: str


def effect_words(endpoint: Endpoint) -> EffectWords:
    """The words for the planned effect on an endpoint.

    >>> from secretome import load_study
    >>> effect_words(load_study("sepsis_cytokines").protocol.endpoints["il6"])
    EffectWords(name='geometric mean ratio', short='ratio', none='1', unit='')
    """
    if endpoint.kind == "survival":
        return EffectWords("hazard ratio", "hazard ratio", "1", "")
    if endpoint.equivalence_margin.scale == "linear":
        return EffectWords("mean difference", "difference", "0", f" {endpoint.unit}")
    return EffectWords("geometric mean ratio", "ratio", "1", "")


def claim_effect_words(protocol: Protocol, claim: Claim) -> EffectWords:
    """The words for the effect that a claim is about: of an interaction, the ratio of two ratios or the difference."""
    endpoint = protocol.endpoints[claim.endpoint]
    words = effect_words(endpoint)
    if not claim.of_effects:
        return words
    short = "difference of differences" if endpoint.equivalence_margin.scale == "linear" else "ratio of ratios"
    return words._replace(name=short, short=short)


def effects_title(endpoints: Iterable[Endpoint]) -> str:
    """The title of a column of effects on these endpoints.

    >>> from secretome import load_study
    >>> effects_title(load_study("sepsis_cytokines").protocol.endpoints.values())
    'Ratio'
    """
    names = {effect_words(endpoint).short.capitalize() for endpoint in endpoints}
    return names.pop() if len(names) == 1 else "Effect"


def scale_words(endpoint: Endpoint) -> str:
    """The scale of an endpoint's axis."""
    return f"{'linear' if endpoint.equivalence_margin.scale == 'linear' else 'log'} scale"


def margin_words(margin: EquivalenceMargin) -> str:
    """The equivalence margins in numbers.

    >>> margin_words(EquivalenceMargin(low=0.8, high=1.25, reason="a convention"))
    '0.80 to 1.25'
    >>> margin_words(EquivalenceMargin(low=-2, high=2, reason="a convention"))
    '−2 to 2'
    """
    return " to ".join(margin_limits(margin))


def margin_limits(margin: EquivalenceMargin) -> tuple[str, str]:
    """The lower and the upper equivalence margin in numbers."""
    if margin.scale == "linear":
        return f"{margin.low:g}".replace("-", "−"), f"{margin.high:g}".replace("-", "−")
    return f"{margin.low:.2f}", f"{margin.high:.2f}"
