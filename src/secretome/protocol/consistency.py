"""Check that the parts of a protocol agree: names, designs, scales and families."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from secretome.protocol.names import name_key, sides
from secretome.protocol.simulation import Simulation, is_normal

if TYPE_CHECKING:
    from secretome.protocol.claims import Claim, Panel
    from secretome.protocol.models import Protocol

# The kinds whose values can be compared by differences: the others have values beyond a limit, or spread with the mean.
LINEAR_KINDS = ("continuous", "proportion")
# The published tests of two groups, of a trend, and of pairs.
TWO_GROUP_TESTS = ("mann_whitney", "student_t", "welch_t", "anova_dunnett", "anova_tukey", "kruskal_dunn")
TREND_TESTS = ("jonckheere_terpstra",)
PAIRED_TESTS = ("signed_rank", "paired_t")
SURVIVAL_TESTS = ("logrank", "fisher", "chi_square")
# Columns of cohort files that cannot be blocks or experimental units.
NOT_LABELS = (
    *(
        "animal",
        "group",
        "endpoint",
        "value",
        "unit",
        "replicate",
        "lloq",
        "uloq",
        "count",
        "exposure",
        "total",
        "time",
    ),
    *("event", "note", "exclude", "code", "origin", "scenario", "seed"),
)


def protocol_faults(protocol: Protocol) -> Iterator[str]:
    """Yield every contradiction between the parts of a protocol, with the key of the part."""
    yield from _unknown_names(protocol)
    yield from _colliding_names(protocol)
    yield from _design_faults(protocol)
    yield from _mixed_families(protocol)
    yield from _scale_faults(protocol)
    yield from _survival_faults(protocol)
    for key, name in (("block", protocol.block), ("unit", protocol.unit)):
        if name:
            yield from _column_faults(protocol, key, name)
    if protocol.time is not None and (protocol.sampling_hour is not None or protocol.survival):
        yield "time: the column 'time' states deaths in this study; leave out 'time', or 'sampling_hour' and survival"
    if protocol.block:
        yield from _block_faults(protocol)
    if protocol.baseline is not None:
        yield from _baseline_faults(protocol, protocol.baseline)
    for key, panel in protocol.panels.items():
        yield from _panel_faults(protocol, key, panel)
    for key, claim in protocol.claims.items():
        if claim.panel and claim.panel not in protocol.panels:
            yield f"claims.{key}.panel {claim.panel!r} is not among the panels"
    if protocol.simulation:
        names = set(protocol.groups), set(protocol.endpoints), set(protocol.sources)
        yield from protocol.simulation.faults(*names, paired=protocol.design == "paired")
        yield from _scale_faults_of_simulation(protocol, protocol.simulation)


def _design_faults(protocol: Protocol) -> Iterator[str]:
    paired = protocol.design == "paired"
    if not protocol.claims:
        yield "a study needs one claim or more"
    for name, check in protocol.checks.items():
        if (check.test == "paired_t") != paired:
            yield f"checks.{name}.test must be paired_t in a paired design, and only in a paired one"
    if paired != bool(protocol.by):
        yield "a paired design, and only a paired one, needs 'by': the column that makes the pairs"
    for key, claim in protocol.claims.items():
        methods: tuple[str, ...] = TWO_GROUP_TESTS
        if protocol.is_survival(claim.endpoint):
            methods = SURVIVAL_TESTS
        elif paired or claim.over_doses:
            methods = PAIRED_TESTS if paired else TREND_TESTS
        method = claim.published_method
        if claim.of_effects:
            yield from _interaction_faults(protocol, key, claim)
        elif paired and claim.over_doses:
            yield f"claims.{key}: a trend of pairs has no planned test; claim 'every' dose, or a 'single' one"
        elif method and method not in methods:
            yield (
                f"claims.{key}.published_test.method {method!r} does not fit the design or the claim; "
                f"{', '.join(methods)} do, or no published_test"
            )


def _interaction_faults(protocol: Protocol, key: str, claim: Claim) -> Iterator[str]:
    """Designs of which an interaction has no planned test."""
    place = f"claims.{key}"
    if claim.published_method:
        yield f"{place}.published_test: no published test of an interaction can be run; write 'method: not_stated'"
    if protocol.design == "paired":
        yield f"{place}: a paired study has two groups, and an interaction four; claim a 'single' contrast"
    if protocol.is_survival(claim.endpoint):
        yield f"{place}: an interaction of survival has no planned test; claim a 'single' contrast"


def _column_faults(protocol: Protocol, key: str, name: str) -> Iterator[str]:
    """What is wrong with the column of blocks or of experimental units."""
    names = {name_key(word) for endpoint, about in protocol.endpoints.items() for word in (endpoint, about.label)}
    examples = "sex, batch, litter or day" if key == "block" else "cage or litter"
    if name in NOT_LABELS or name_key(name) in names or not name_key(name):
        yield f"{key}: {name!r} is a column with another meaning; name one such as {examples}"
    if protocol.design == "paired":
        yield f"{key}: a paired design compares the values of one {protocol.experimental_unit}; leave out {key!r}"
    if protocol.survival:
        yield (
            f"{key}: survival ({protocol.survival}) has no planned test with a {key}; leave out {key!r}, or move "
            f"survival to a protocol without it"
        )
    if key == "unit" and name_key(protocol.experimental_unit) != name_key(name):
        yield f"experimental_unit must be {name!r}, because unit is {name} and n counts these"
    if key == "unit" and name == protocol.block:
        yield f"block: {name!r} is the experimental unit too; leave out one of the two"


def _block_faults(protocol: Protocol) -> Iterator[str]:
    without = "leave out 'block'"
    for key, claim in protocol.claims.items():
        if claim.over_doses:
            yield f"claims.{key}: a trend has no planned test with a block; claim 'every' dose, or {without}"
    for key in protocol.slopes:
        yield f"slopes.{key}: slopes have no planned test with a block; leave out 'slopes' or 'block'"
    if protocol.simulation:
        yield "simulation: animals are simulated without blocks; leave out 'simulation' or 'block'"


def _baseline_faults(protocol: Protocol, hour: float) -> Iterator[str]:
    """Designs of which no test adjusts for a baseline."""
    if protocol.time is None or protocol.time <= hour:
        yield "baseline: it needs a later 'time', the hour that is analysed; the baseline was measured before treatment"
    for key, found in (("block", protocol.block), ("unit", protocol.unit)):
        if found:
            yield f"baseline: no planned test has a baseline and a {key}; leave out 'baseline' or {key!r}"
    if protocol.design == "paired":
        yield "baseline: a paired design compares the values of one animal already; leave out 'baseline'"
    for key, claim in protocol.claims.items():
        if claim.over_doses or claim.of_effects:
            yield (
                f"claims.{key}: a claim of kind {claim.kind!r} has no planned test with a baseline; claim 'single' "
                "contrasts, or leave out 'baseline'"
            )
    for key in protocol.slopes:
        yield f"slopes.{key}: slopes have no planned test with a baseline; leave out 'slopes' or 'baseline'"
    if protocol.simulation:
        yield "simulation: animals are simulated without a baseline; leave out 'simulation' or 'baseline'"


def _scale_faults(protocol: Protocol) -> Iterator[str]:
    for key, endpoint in protocol.endpoints.items():
        scale = endpoint.scale or protocol.scale
        if scale == "linear" and endpoint.kind not in (*LINEAR_KINDS, "survival"):
            yield (
                f"endpoints.{key}: a {endpoint.kind} is compared on a log scale; write 'scale: log' there, or "
                "choose the kind 'continuous' if no value is below a limit of the assay"
            )
        elif endpoint.equivalence_margin.scale != ("log" if endpoint.kind == "survival" else scale):
            wanted = {
                "log": "ratios above zero, such as 0.8 and 1.25",
                "linear": f"differences in {endpoint.unit}, the lower below zero and the higher above it",
            }
            yield f"endpoints.{key}.equivalence_margin must be {wanted[scale]}, because the scale is {scale}"
    for key, claim in protocol.claims.items():
        about = protocol.endpoints.get(claim.endpoint)
        ratios = about is None or about.equivalence_margin.scale == "log"
        if claim.printed_range and ratios and claim.printed_range[0] <= 0:
            yield f"claims.{key}.printed_range must be two ratios above zero, the smaller first"


def _scale_faults_of_simulation(protocol: Protocol, simulation: Simulation) -> Iterator[str]:
    for key, drawn in simulation.endpoints.items():
        about = protocol.endpoints.get(key)
        if about is not None and (about.kind == "survival") != (drawn.distribution == "weibull"):
            yield f"simulation.endpoints.{key}.distribution must be weibull for survival, and only for survival"
            continue
        linear = about is not None and about.equivalence_margin.scale == "linear"
        if about is not None and linear != is_normal(drawn) and not (linear and drawn.distribution == "beta-binomial"):
            yield (
                f"simulation.endpoints.{key}.distribution {drawn.distribution!r} does not fit the "
                f"{'linear' if linear else 'log'} scale of the endpoint"
            )


def _survival_faults(protocol: Protocol) -> Iterator[str]:
    keys = [key for key in protocol.endpoints if protocol.is_survival(key)]
    if len(keys) > 1:
        yield f"endpoints: {' and '.join(keys)} are survival, and a cohort file has one pair of time and event"
    for key in keys:
        if protocol.endpoints[key].unit not in ("h", "d"):
            yield f"endpoints.{key}.unit must be h or d, because survival is a time"
        if protocol.endpoints[key].unit == "d" and protocol.sampling_hour is not None:
            yield f"endpoints.{key}.unit must be h, because sampling_hour is in hours"
        if protocol.design == "paired":
            yield f"endpoints.{key}: survival has no pairs"
    for name, claim in protocol.claims.items():
        if claim.over_doses and protocol.is_survival(claim.endpoint):
            yield f"claims.{name}: a trend of survival has no planned test; claim 'every' dose, or a 'single' one"
    for name, slope in protocol.slopes.items():
        if protocol.is_survival(slope.endpoint):
            yield f"slopes.{name}: survival has no slope on the dose"
    for name, check in protocol.checks.items():
        if (check.test == "logrank") != protocol.is_survival(check.endpoint):
            yield f"checks.{name}.test must be logrank for survival, and only for survival"


def _unknown_names(protocol: Protocol) -> Iterator[str]:
    if protocol.cohort.source and protocol.cohort.source not in protocol.sources:
        yield f"cohort.source {protocol.cohort.source!r} is not among the sources"
    for caveat in protocol.caveats:
        if caveat.source not in protocol.sources:
            yield f"a caveat's source {caveat.source!r} is not among the sources"
    for key, claim in protocol.claims.items():
        if claim.source not in protocol.sources:
            yield f"claims.{key}.source {claim.source!r} is not among the sources"
        if claim.form.has_family and claim.contrast not in claim.compared:
            yield f"claims.{key}.contrast {claim.contrast!r} is not in its own family"
        yield from _unknown_sides(protocol, f"claims.{key}", claim.endpoint, (*claim.compared, *claim.effects))
        yield from _unknown_doses(protocol, f"claims.{key}", claim.doses)
    for key, slope in protocol.slopes.items():
        yield from _unknown_sides(protocol, f"slopes.{key}", slope.endpoint, ())
        yield from _unknown_doses(protocol, f"slopes.{key}", slope.doses)
        yield from _unknown_doses(protocol, f"slopes.{key}", slope.other_doses)
    for key, check in protocol.checks.items():
        yield from _unknown_sides(protocol, f"checks.{key}", check.endpoint, (check.contrast,))


def _unknown_sides(protocol: Protocol, place: str, endpoint: str, contrasts: tuple[str, ...]) -> Iterator[str]:
    if endpoint not in protocol.endpoints:
        yield f"{place}.endpoint {endpoint!r} is not among the endpoints"
    for contrast in contrasts:
        treated, control = sides(contrast)
        if treated == control:
            yield f"{place}: contrast {contrast!r} compares a group with itself"
        for group in (treated, control):
            if group not in protocol.groups:
                yield f"{place}: contrast {contrast!r} names {group!r}, which is not among the groups"


def _unknown_doses(protocol: Protocol, place: str, groups: tuple[str, ...]) -> Iterator[str]:
    unknown = [group for group in groups if group not in protocol.groups]
    for group in unknown:
        yield f"{place}.doses names {group!r}, which is not among the groups"
    if not unknown:
        doses = [protocol.groups[group].dose or 0.0 for group in groups]
        if any(dose <= 0 for dose in doses) or doses != sorted(set(doses)):
            yield f"{place}.doses must rise from above zero; they are {doses}"


def _colliding_names(protocol: Protocol) -> Iterator[str]:
    for what, members in (("groups", protocol.groups), ("endpoints", protocol.endpoints)):
        owners: dict[str, str] = {}
        for key, member in members.items():
            for name in (key, member.label):
                owner = owners.setdefault(name_key(name), key)
                if owner != key:
                    yield f"{what}: {owner!r} and {key!r} cannot be told apart by {name!r}"


def _panel_faults(protocol: Protocol, key: str, panel: Panel) -> Iterator[str]:
    place = f"panels.{key}"
    for endpoint in panel.endpoints:
        yield from _unknown_sides(protocol, place, endpoint, panel.contrasts)
    known = [protocol.endpoints[name] for name in panel.endpoints if name in protocol.endpoints]
    scales = {(e.equivalence_margin.scale, e.unit if e.equivalence_margin.scale == "linear" else "") for e in known}
    if len(scales) > 1:
        yield f"{place}: effects in one figure need one scale; make a panel of the ratios, and one of each unit"
    if protocol.design == "paired" or any(e.kind == "survival" or e.optional for e in known):
        yield f"{place}: pairs, survival and optional endpoints have no panel; leave them out of it"
    if panel.adjust == "holm" and protocol.simulation:
        yield f"{place}.adjust: power is calculated for Bonferroni's adjustment; write 'adjust: bonferroni'"
    tests = {(endpoint, contrast) for endpoint in panel.endpoints for contrast in panel.contrasts}
    for name, claim in protocol.claims.items():
        own = {(claim.endpoint, contrast) for contrast in claim.compared}
        if claim.panel == key and not own <= tests:
            yield f"claims.{name}: {claim.contrast!r} of {claim.endpoint} is not in its panel {key!r}"
        elif claim.panel != key and own & tests:
            yield f"claims.{name}: contrasts of the panel {key!r} need claims of kind 'single' with 'panel: {key}'"
    for name, check in protocol.checks.items():
        if (check.endpoint, check.contrast) in tests:
            yield f"checks.{name}: contrast {check.contrast!r} of {check.endpoint} is in the panel {key!r} too"


def _mixed_families(protocol: Protocol) -> Iterator[str]:
    """Contrasts in two families: each would have two adjusted p-values, but its row has only one."""
    families: dict[tuple[str, str], tuple[str, ...]] = {}
    tests: dict[tuple[str, str], str] = {}
    for key, claim in protocol.claims.items():
        for contrast in claim.compared or (claim.contrast,):
            if tests.setdefault((claim.endpoint, contrast), claim.published_method) != claim.published_method:
                yield f"claims.{key}: contrast {contrast!r} of {claim.endpoint} has two published tests"
        for contrast in claim.compared:
            if set(families.setdefault((claim.endpoint, contrast), claim.compared)) != set(claim.compared):
                yield f"claims.{key}: contrast {contrast!r} of {claim.endpoint} stands in two different families"
    for key, check in protocol.checks.items():
        if (check.endpoint, check.contrast) in families:
            yield f"checks.{key}: contrast {check.contrast!r} of {check.endpoint} is a claim's too"
