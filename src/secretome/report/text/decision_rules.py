"""The decision rule of a claim in words."""

from secretome.protocol import Claim, Protocol
from secretome.report.text.effects import claim_effect_words, effect_words
from secretome.report.text.numbers import p_number, percent


def rule_words(protocol: Protocol, claim: Claim, alpha: float) -> tuple[str, str, str]:
    """The planned test of a claim, what supports it, and what contradicts it."""
    limits, words = (
        protocol.endpoints[claim.endpoint].equivalence_margin,
        effect_words(protocol.endpoints[claim.endpoint]),
    )
    margin, k = f"{limits.low:g} to {limits.high:g}{words.unit}".replace("-", "−"), protocol.family_size(claim)
    on_scale = " on logarithms" if limits.scale == "log" else ""
    within = f", within {protocol.block}" if protocol.block else ""
    survival = protocol.is_survival(claim.endpoint)
    paired = protocol.design == "paired"
    of_groups = f"paired t{on_scale}" if paired else f"Welch's t{on_scale}{within}"
    if protocol.baseline is not None:
        within = f", with the value at {protocol.baseline:g} h as covariate"
        of_groups = f"analysis of covariance{on_scale}{within}"
    t_tests = f"{'paired t' if paired else 't'} tests{on_scale}{within}"
    if claim.is_equivalence:
        return (
            f"two one-sided {'likelihood ratio tests' if survival else t_tests}, each of {k} groups",
            f"every {percent(1 - 2 * alpha)} interval lies inside {margin}",
            f"an interval at {percent(1 - alpha / k)} lies entirely outside it",
        )
    way, back = ("above", "below") if claim.rises != survival else ("below", "above")
    if claim.over_doses:
        return (
            f"Welch's t of the slope over {len(claim.doses)} doses{',' if on_scale else ''}{on_scale}",
            f"p ≤ {alpha:g}, slope {way} zero, and no significant reversal between adjacent doses",
            f"p ≤ {alpha:g}, slope {back} zero",
        )
    if claim.of_effects:
        short = claim_effect_words(protocol, claim).short
        return (
            f"Welch's t of the {short}{on_scale}{within}",
            f"p ≤ {alpha:g}, {short} {way} {words.none}, and the {percent(1 - 2 * alpha)} interval not inside {margin}",
            f"p ≤ {alpha:g} and {short} {back} {words.none}; or p > {alpha:g} and the interval inside {margin}",
        )
    if claim.together:
        small = " and none lies inside the equivalence margins" if claim.negligible else ""
        flat = f", or lies inside {margin} at {p_number(alpha / k)}" if claim.negligible else ""
        return (
            f"{'log-rank permutation test' if survival else of_groups}, each of {k} groups",
            f"every p ≤ {alpha:g}, every {words.short} {way} {words.none}{small}",
            f"one {words.short} {back} {words.none} with p ≤ {p_number(alpha / k)}{flat}",
        )
    family = f", p times {k}" if k > 1 else ""
    if claim.panel and protocol.panels[claim.panel].adjust == "holm":
        family = f", p by Holm's procedure over {k}"
    test = f"{'paired t' if paired else 'Welch’s t'}{on_scale}{within}"
    test = "log-rank permutation test" if survival else of_groups if protocol.baseline is not None else test
    return (
        f"{test}{family}",
        f"p ≤ {alpha:g}, {words.short} {way} {words.none}, and the {percent(1 - 2 * alpha)} interval not inside "
        f"{margin}",
        f"p ≤ {alpha:g} and {words.short} {back} {words.none}; or p > {alpha:g} and the interval inside {margin}",
    )
