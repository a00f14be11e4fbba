"""The methods paragraph of a run, from the protocol and the analyses of the cohort."""

import platform
from collections.abc import Iterator

import pandas as pd

from secretome.claims import ALPHA, MIN_N
from secretome.cohort import Study
from secretome.protocol import EquivalenceMargin, sides
from secretome.report.text.claim_methods import in_quotes, methods_of, planned_sentences
from secretome.report.text.effects import margin_limits
from secretome.report.text.numbers import count, listed, lowercase_first, percent
from secretome.report.text.sentences import ORIGIN, censoring_sentence, unit, units, units_counted

# The libraries on which the numbers depend, with their usual names.
SOFTWARE = {
    "secretome": "secretome",
    "scipy": "SciPy",
    "statsmodels": "statsmodels",
    "numpy": "NumPy",
    "pandas": "pandas",
}


def methods_paragraph(study: Study, results: pd.DataFrame, *, alpha: float = ALPHA, level: float = 0.95) -> str:
    """Return a paragraph for the methods section of a paper.

    Parameters
    ----------
    study : Study
        A protocol with a cohort.
    results : DataFrame
        The results of `analyse` with the analysis ``planned``; other analyses are described too if present.
    alpha, level : float
        The error rate per claim, and the level of intervals that do not decide a claim, as given to `analyse`.

    Returns
    -------
    str
        One paragraph, in the past tense.

    Raises
    ------
    ValueError
        If the results lack a planned row of a claim.

    Examples
    --------
    >>> from secretome import analyse, load_study
    >>> study = load_study("treg_conditioned_medium")
    >>> print(methods_paragraph(study, analyse(study))[:74])
    The values were published individual data. The claims were derived from th
    """
    sentences = [
        *_origin(study),
        *_groups(study),
        *_endpoints(study),
        *losses(study),
        *_limits(study),
        *_scales(study),
        *_blocks(study),
        *_baseline(study),
        _error_rate(alpha),
        *planned_sentences(study, results, alpha),
        *_margins(study, alpha),
        *_checks_and_slopes(study, results, alpha),
        *_published(study, results, level),
        f"The analyses were computed with {software()}.",
    ]
    return " ".join(sentences)


def software() -> str:
    """The software on which results depend, each with its version; a browser has no statsmodels."""
    installed = [f"{name} {shown}" for package, name in SOFTWARE.items() if (shown := _version(package))]
    return listed([*installed, f"Python {platform.python_version()}"])


def _version(package: str) -> str:
    # Imported here, because it loads the standard library's e-mail package.
    from importlib.metadata import PackageNotFoundError, version

    try:
        return version(package)
    except PackageNotFoundError:
        return ""


def losses(study: Study) -> Iterator[str]:
    """Animals without a value: deaths, exclusions, and missing values."""
    values, excluded, protocol = study.cohort.values, study.cohort.excluded, study.protocol
    if protocol.unit and (died := int(values.groupby("animal")["died"].max().sum())):
        yield (
            f"Before sampling {count(died, 'animal')} died. They had no values, and each {protocol.unit} was "
            "represented by the others."
        )
    animals = values.drop_duplicates("animal")
    compared = "comparison of values" if protocol.survival else "comparison"
    if animals["dead"].any():
        among = f", so every planned {compared} was {protocol.population}" if protocol.population else ""
        dead = by_group(study, animals[animals["dead"]])
        yield (
            f"Before sampling {units_counted(study, int(animals['dead'].sum()))} died ({dead}). They had no "
            f"values{among}."
        )
    elif protocol.sampling_hour is not None and not (protocol.unit and values["died"].any()):
        yield (
            f"No death before sampling was recorded, and every {compared} was "
            f"{protocol.population or 'of all animals'}."
        )
    if excluded.empty:
        yield f"No {'animals' if protocol.unit else protocol.units} or values were excluded."
    else:
        reasons = [f"{reason} ({rows['animal'].nunique()})" for reason, rows in excluded.groupby("exclude", sort=False)]
        who = units_counted(study, excluded["animal"].nunique())
        yield (
            f"Values of {who} were excluded ({by_group(study, excluded)}), for the reasons that the file states: "
            f"{listed(reasons)}."
        )
    if lost := list(_missing(study)):
        yield f"Other values were missing and were not replaced: {'; '.join(lost)}."
    else:
        other = "" if excluded.empty and not animals["dead"].any() else "other "
        yield (f"No {other}{protocol.unit} was without a value." if protocol.unit else f"No {other}value was missing.")


def by_group(study: Study, rows: pd.DataFrame) -> str:
    """The number of animals of these rows in each group, without empty groups."""
    counts = rows.groupby("group")["animal"].nunique()
    return ", ".join(f"{group.label} {counts[key]}" for key, group in study.protocol.groups.items() if key in counts)


def _origin(study: Study) -> Iterator[str]:
    cohort, protocol = study.cohort, study.protocol
    if cohort.origin == "simulated":
        made = f"scenario {cohort.scenario or 'not stated'}, seed {cohort.seed or 'not stated'}"
        yield (
            f"SIMULATED DATA: all values were drawn by a computer ({made}), no {protocol.experimental_unit} was "
            "measured, and the results are not evidence."
        )
    elif cohort.origin != "measured":
        yield f"The values were {ORIGIN[cohort.origin]}."
    if study.source_data:
        which = (
            "The claims were derived from these data"
            if protocol.claims_from_cohort
            else "These data were public when the claims were chosen"
        )
        yield f"{which}, so the verdicts are not a test of them."


def _groups(study: Study) -> Iterator[str]:
    """Species, unit and groups.

    The species in the protocol need not be that of a new cohort, so the sentence attributes it to the protocol.
    """
    values, protocol = study.cohort.values, study.protocol
    yield (
        f'The study was {protocol.setting}, by the protocol "{protocol.title}", which gave the species as '
        f"{protocol.species}."
    )
    sexes = values[values["sex"] != ""].groupby("sex")["animal"].nunique()
    if len(sexes):
        yield f"The file gave the sex as {listed(f'{sex} in {n}' for sex, n in sexes.items())}."
    counts = values.groupby("group")["animal"].nunique()
    groups = []
    for key, group in protocol.groups.items():
        treatment = f"; {group.treatment}" if group.treatment else ""
        groups.append(f"{group.label} (n = {counts.get(key, 0)}{treatment})")
    paired = f", paired by {protocol.experimental_unit}" if protocol.design == "paired" else ""
    total = units_counted(study, values["animal"].nunique())
    yield (
        f"The experimental unit was the {unit(study)}. There were {total} in these groups{paired}: {', '.join(groups)}."
    )
    if protocol.unit:
        sizes = values.loc[values["members"] > 0, "members"]
        size = f"{sizes.min()}" if sizes.min() == sizes.max() else f"{sizes.min()} to {sizes.max()}"
        yield (
            f"Each {protocol.unit} had one value of an endpoint, the mean of its animals with a value ({size}): "
            "geometric for concentrations, titres and other values compared on a logarithmic scale, arithmetic for "
            "counts, proportions and values on a linear scale."
        )
    if protocol.timeline:
        yield (
            "The protocol's timeline was: "
            f"{'; '.join(f'{event.hour:g} h, {event.what}' for event in protocol.timeline)}."
        )


def _endpoints(study: Study) -> Iterator[str]:
    protocol, values = study.protocol, study.cohort.values
    known = set(values.loc[values["lower"].notna(), "endpoint"])
    hour = "" if protocol.sampling_hour is None else f", sampled at {protocol.sampling_hour:g} h"
    if protocol.time is not None:
        hour = f", of which the values at {protocol.time:g} h were analysed"
    named = {key: f"{lowercase_first(about.label)} ({about.unit})" for key, about in protocol.endpoints.items()}
    # Survival is observed until the sampling, and not sampled.
    survival = named.pop(protocol.survival, "") if hour and len(named) > 1 else ""
    yield f"Endpoints were {listed(named.values())}{hour}{f', and {survival}' if survival else ''}."
    if absent := [lowercase_first(about.label) for key, about in protocol.endpoints.items() if key not in known]:
        yield f"The cohort had no value of {listed(absent)}."


def _missing(study: Study) -> Iterator[str]:
    """The animals of each endpoint that are alive, not excluded and without a value; in a paired study, the halves."""
    values = study.cohort.values
    living = values[~values["animal"].isin(values.loc[values["dead"], "animal"])]
    for key, about in study.protocol.endpoints.items():
        rows = living[living["endpoint"] == key]
        known = rows[rows["lower"].notna()]
        if known.empty:
            continue
        if study.protocol.design == "paired":
            pairs = [study.pairs(key, *sides(contrast)) for contrast in study.protocol.contrasts_of(key)]
            lost = {animal for one in pairs for animal in one.index[one.isna().any(axis="columns")]}
            values_of_all = "both values" if len(pairs) == 1 else "all values"
            if lost:
                yield f"{lowercase_first(about.label)}, {units_counted(study, len(lost))} without {values_of_all}"
            continue
        left = living[~living["animal"].isin([*known["animal"], *_excluded(study, key)])]
        if not left.empty:
            yield f"{lowercase_first(about.label)}, {by_group(study, left)}"


def _excluded(study: Study, endpoint: str) -> set[str]:
    excluded = study.cohort.excluded
    return set(excluded.loc[excluded["endpoint"] == endpoint, "animal"])


def _limits(study: Study) -> Iterator[str]:
    """The treatment of nondetects; empty if there are none."""
    values = study.cohort.values
    censored = values[(values["lower"] < values["upper"]) & (values["endpoint"] != study.protocol.survival)]
    if censored.empty:
        return
    counts = [censoring_sentence(study, key) for key in study.protocol.endpoints if key in set(censored["endpoint"])]
    titres = any(study.protocol.endpoints[key].kind == "titre" for key in set(censored["endpoint"]))
    steps = "; a titre was treated as an interval from its dilution to the next" if titres else ""
    yield (
        "In the planned tests, values below or above the limit of the assay (nondetects) were not replaced by a "
        "number: models treated them as censored, and rank tests tied all values below the highest lower limit as "
        f"lowest and all above the lowest upper limit as highest{steps}. The nondetects were: {'; '.join(counts)}."
    )


def _scales(study: Study) -> Iterator[str]:
    """The scales on which values were compared, and the effects that belong to them."""
    survival = [about for about in study.protocol.endpoints.values() if about.kind == "survival"]
    endpoints = [about for about in study.protocol.endpoints.values() if about.kind != "survival"]
    if survival:
        yield (
            f"{survival[0].label} was compared by the hazard ratio of Cox's model, with Efron's method for ties and "
            "profile likelihood intervals; animals that did not die were censored when last seen alive."
        )
    if not endpoints:
        return
    linear = [about for about in endpoints if about.equivalence_margin.scale == "linear"]
    logs = [about for about in endpoints if about.equivalence_margin.scale == "log"]
    if not linear:
        yield "Values were compared on a logarithmic scale, and effects were given as ratios with confidence intervals."
        return
    of_logs, of_linear = (
        f"Values of {listed(lowercase_first(about.label) for about in chosen)}" if linear and logs else "Values"
        for chosen in (logs, linear)
    )
    if logs:
        yield f"{of_logs} were compared on a logarithmic scale, and effects were given as ratios."
    yield f"{of_linear} were compared on a linear scale, and effects were given as differences of means."
    yield "Effects were given with confidence intervals."


def _blocks(study: Study) -> Iterator[str]:
    """The block of the planned tests, and how the animals were divided between its labels."""
    name = study.protocol.block
    if not name:
        return
    animals = study.cohort.values.drop_duplicates("animal")
    counts = listed(f"{label} {n}" for label, n in animals[name].value_counts(sort=False).items())
    yield (
        f"The planned tests compared {units(study)} within {name} ({counts}): the linear model had a constant for each "
        f"group and each {name}, which assumes that {name} shifts all groups alike, and a variance for each group "
        "(Satterthwaite's degrees of freedom). Effects and intervals were adjusted accordingly."
    )


def _baseline(study: Study) -> Iterator[str]:
    """The covariate of the planned tests."""
    hour = study.protocol.baseline
    if hour is None:
        return
    yield (
        f"The planned tests were analyses of covariance, with the value of each {study.protocol.experimental_unit} at "
        f"{hour:g} h as covariate, on the scale of the endpoint: the linear model had a constant and a variance for "
        "each group (Satterthwaite's degrees of freedom), and one slope on the covariate, which all groups shared. A "
        "contrast with a value beyond a limit of the assay, or with a zero on a logarithmic scale, was not adjusted."
    )


def _error_rate(alpha: float) -> str:
    stated = "" if alpha == ALPHA else f" (the protocol's is {ALPHA:g})"
    return f"Tests of a difference were two-sided, and the error rate was {alpha:g} per claim{stated}."


def _margins(study: Study, alpha: float) -> Iterator[str]:
    shared: dict[EquivalenceMargin, list[str]] = {}
    for about in study.protocol.endpoints.values():
        shared.setdefault(about.equivalence_margin, []).append(lowercase_first(about.label))
    for margin, labels in shared.items():
        words = "ratios of {} and {}" if margin.scale == "log" else "differences of {} and {}"
        units = {about.unit for about in study.protocol.endpoints.values() if about.equivalence_margin == margin}
        unit = "" if margin.scale == "log" else f" {' or '.join(sorted(units))}"
        limits = words.format(*margin_limits(margin))
        yield f"The equivalence margins for {listed(labels)} were {limits}{unit}: {margin.reason}."
    yield f"An effect was negligible if its {percent(1 - 2 * alpha)} interval lay inside the equivalence margins."
    yield (
        f"A claim was untestable with fewer than {MIN_N} values in a group, or if the minimum attainable p of an "
        "exact test was above the error rate."
    )


def _checks_and_slopes(study: Study, results: pd.DataFrame, alpha: float) -> Iterator[str]:
    """The checks of the experiment, and questions on which no claim depends."""
    planned = results[(results["analysis"] == "planned") & (results["alternative"] != "equivalence")]
    for check in study.protocol.checks.values():
        rows = planned[(planned["endpoint"] == check.endpoint) & (planned["contrast"] == check.contrast)]
        label = lowercase_first(study.protocol.endpoints[check.endpoint].label)
        yield (
            f"The validity of the experiment was checked first ({in_quotes(check.sentence)}) by {methods_of(rows)}, at "
            f"{alpha:g} without adjustment; after a failed check the claims on {label} would have been untestable."
        )
    for slopes in study.protocol.slopes.values():
        rows = planned[planned["contrast"] == slopes.contrast]
        yield f"A question on which no claim depends ({in_quotes(slopes.question)}) was tested by {methods_of(rows)}."


def _published(study: Study, results: pd.DataFrame, level: float) -> Iterator[str]:
    """The authors' presumed tests, and the sensitivity analysis."""
    rows = results[results["analysis"] == "published"]
    if not rows.empty:
        yield (
            f"In addition, the original authors' presumed tests were run ({methods_of(rows)}; intervals "
            f"at {percent(level)}, or the next higher level that an exact test can reach). {_stated(study)}"
        )
    elif any(claim.published_test and not claim.published_method for claim in study.protocol.claims.values()):
        yield f"No test of the original authors was run. {_stated(study)}"
    if (results["analysis"] == "multiverse").any():
        yield (
            f"In a sensitivity analysis, other reasonable analyses of the same {units(study)} were run; they did not "
            "decide the claims."
        )


def _stated(study: Study) -> str:
    tests = (claim.published_test for claim in study.protocol.claims.values())
    return f"What was known of their tests: {'; '.join(dict.fromkeys(test.stated for test in tests if test))}."
