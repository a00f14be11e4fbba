"""The decision rule of a claim in words."""

from dataclasses import dataclass

from secretome.protocol import Claim, Protocol
from secretome.report.text.effects import EffectWords, claim_effect_words, effect_words, margin_words
from secretome.report.text.numbers import p_number, percent


@dataclass(frozen=True)
class _Terms:
    """The parts of the rules that depend on the endpoint and the design."""

    protocol: Protocol
    claim: Claim
    alpha: float

    @property
    def words(self) -> EffectWords:
        """The words for the effect."""
        return effect_words(self.protocol.endpoints[self.claim.endpoint])

    @property
    def margin(self) -> str:
        """The equivalence margins."""
        limits = self.protocol.endpoints[self.claim.endpoint].equivalence_margin
        return f"{margin_words(limits)}{self.words.unit}"

    @property
    def on_scale(self) -> str:
        """The logarithmic scale, in words; empty on a linear one."""
        limits = self.protocol.endpoints[self.claim.endpoint].equivalence_margin
        return " on logarithms" if limits.scale == "log" else ""

    @property
    def within(self) -> str:
        """The block of the planned tests; empty if there is none."""
        return f", within {self.protocol.block}" if self.protocol.block else ""

    @property
    def survival(self) -> bool:
        """Whether the claim is about survival."""
        return self.protocol.is_survival(self.claim.endpoint)

    @property
    def test(self) -> str:
        """The planned test of a contrast."""
        if self.survival:
            return "log-rank permutation test"
        if self.protocol.baseline is not None:
            return f"analysis of covariance{self.on_scale}, with the value at {self.protocol.baseline:g} h as covariate"
        paired = self.protocol.design == "paired"
        return f"paired t{self.on_scale}" if paired else f"Welch's t{self.on_scale}{self.within}"

    @property
    def directions(self) -> tuple[str, str]:
        """The claimed side of no difference, and the other; a longer life has a hazard ratio below 1."""
        return ("above", "below") if self.claim.rises != self.survival else ("below", "above")

    def one_effect(self, short: str, p: str = "p") -> tuple[str, str]:
        """What supports, and what contradicts, a claim about one effect."""
        way, back = self.directions
        none, interval = self.words.none, f"{percent(1 - 2 * self.alpha)} interval"
        return (
            f"{p} ≤ {self.alpha:g}, {short} {way} {none}, and the {interval} not inside {self.margin}",
            f"{p} ≤ {self.alpha:g} and {short} {back} {none}; or {p} > {self.alpha:g} and the interval inside "
            f"{self.margin}",
        )


def rule_words(protocol: Protocol, claim: Claim, alpha: float) -> tuple[str, str, str]:
    """The planned test of a claim, what supports it, and what contradicts it."""
    terms = _Terms(protocol, claim, alpha)
    if claim.is_equivalence:
        return _equivalence(terms)
    if claim.over_doses:
        return _trend(terms)
    if claim.of_effects:
        short = claim_effect_words(protocol, claim).short
        return f"Welch's t of the {short}{terms.on_scale}{terms.within}", *terms.one_effect(short)
    if claim.together:
        return _every(terms)
    k = protocol.family_size(claim)
    family = f", p times {k}" if k > 1 else ""
    if claim.panel and protocol.panels[claim.panel].adjust == "holm":
        family = f", p by Holm's procedure over {k}"
    return f"{terms.test}{family}", *terms.one_effect(terms.words.short)


def _equivalence(terms: _Terms) -> tuple[str, str, str]:
    k, alpha = terms.protocol.family_size(terms.claim), terms.alpha
    t_tests = f"{'paired t' if terms.protocol.design == 'paired' else 't'} tests{terms.on_scale}{terms.within}"
    if terms.protocol.baseline is not None:
        t_tests = f"tests by {terms.test}"
    return (
        f"two one-sided {'likelihood ratio tests' if terms.survival else t_tests}, each of {k} groups",
        f"every {percent(1 - 2 * alpha)} interval lies inside {terms.margin}",
        f"an interval at {percent(1 - alpha / k)} lies entirely outside it",
    )


def _trend(terms: _Terms) -> tuple[str, str, str]:
    (way, back), alpha = terms.directions, terms.alpha
    comma = "," if terms.on_scale else ""
    return (
        f"Welch's t of the slope over {len(terms.claim.doses)} doses{comma}{terms.on_scale}",
        f"p ≤ {alpha:g}, slope {way} zero, and no significant reversal between adjacent doses",
        f"p ≤ {alpha:g}, slope {back} zero",
    )


def _every(terms: _Terms) -> tuple[str, str, str]:
    (way, back), alpha, short = terms.directions, terms.alpha, terms.words.short
    k, none, negligible = terms.protocol.family_size(terms.claim), terms.words.none, terms.claim.negligible
    small = f", and no {percent(1 - 2 * alpha)} interval inside {terms.margin}" if negligible else ""
    strict = p_number(alpha / k)
    flat = f", or one {short} inside {terms.margin} with a p of equivalence ≤ {strict}" if negligible else ""
    return (
        f"{terms.test}, each of {k} groups",
        f"every p ≤ {alpha:g} and every {short} {way} {none}{small}",
        f"one {short} {back} {none} with p ≤ {strict}{flat}",
    )
