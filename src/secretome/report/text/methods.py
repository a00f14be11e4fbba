"""The methods paragraph of a run, from the protocol and the analyses of the cohort."""

import platform
from collections.abc import Iterable, Iterator, Sequence

import pandas as pd

from secretome.analysis import ANY_RANK_TEST, BOUND, RATE_RATIO, RATIO_BY_MODEL, Method
from secretome.claims import ALPHA, FEWEST, primary_results
from secretome.cohort import Study
from secretome.protocol import Claim, EquivalenceMargin, sides
from secretome.report.text.effects import margin_words
from secretome.report.text.numbers import Row, count, lowercase_first, p_number, percent
from secretome.report.text.sentences import ORIGIN, against, censoring_sentence, unit, units, units_counted

# The libraries on which the numbers depend, with their usual names.
SOFTWARE = {
    "secretome": "secretome",
    "scipy": "SciPy",
    "statsmodels": "statsmodels",
    "numpy": "NumPy",
    "pandas": "pandas",
}
# Tests whose names begin with a person's or with a number.
NAMED_AFTER_PEOPLE = {
    Method.WELCH,
    Method.STUDENT,
    Method.DUNNETT_ALL,
    Method.TUKEY,
    Method.DUNN,
    Method.SLOPE,
    Method.ADJACENT_DOSES,
    Method.SLOPE_DIFFERENCE,
    Method.TOST_WELCH,
    Method.TOST_CENSORED_MODEL,
    Method.TOST_QUASI_POISSON,
    Method.TOST_PAIRED,
}
# The estimate of the effect if a rank test decides.
SIZES = {BOUND: "the values only bounded the ratio", RATIO_BY_MODEL: "a censored lognormal model gave the ratio"}


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
        *_whence(study),
        *_who(study),
        *_measured(study),
        *losses(study),
        *_limits(study),
        *_scales(study),
        _error_rate(alpha),
        *(sentence for kind in KINDS for sentence in _planned(study, results, kind, alpha)),
        *_zones(study, alpha),
        *_besides(study, results, alpha),
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


def listed(items: Iterable[str]) -> str:
    """Things one after another.

    >>> listed(["sham", "control", "treated"]), listed(["sham"])
    ('sham, control and treated', 'sham')
    """
    things = list(items)
    return f"{', '.join(things[:-1])} and {things[-1]}" if len(things) > 1 else "".join(things)


def losses(study: Study) -> Iterator[str]:
    """Animals without a value: deaths, exclusions, and missing values."""
    values, excluded, protocol = study.cohort.values, study.cohort.excluded, study.protocol
    animals = values.drop_duplicates("animal")
    if animals["dead"].any():
        among = f", so every planned comparison was {protocol.population}" if protocol.population else ""
        dead = by_group(study, animals[animals["dead"]])
        yield (
            f"Before sampling {units_counted(study, int(animals['dead'].sum()))} died ({dead}). They had no "
            f"values{among}."
        )
    elif protocol.sampling_hour is not None:
        yield (
            "No death before sampling was recorded, and every comparison was "
            f"{protocol.population or 'of all animals'}."
        )
    if excluded.empty:
        yield "No animals or values were excluded."
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
        yield "No value was missing." if excluded.empty and not animals["dead"].any() else "No other value was missing."


def by_group(study: Study, rows: pd.DataFrame) -> str:
    """The number of animals of these rows in each group, without empty groups."""
    counts = rows.groupby("group")["animal"].nunique()
    return ", ".join(f"{group.label} {counts[key]}" for key, group in study.protocol.groups.items() if key in counts)


def planned_methods(study: Study, rows: pd.DataFrame) -> str:
    """The tests of planned rows and, if another test replaced the usual one, the reason."""
    ranks = rows["test"].isin(ANY_RANK_TEST)
    zero = pd.Series([_has_zero(study, row) for _, row in rows.iterrows()], index=rows.index, dtype=bool)
    none = (rows["effect"] == BOUND) & zero & ~ranks
    model = rows["effect"].isin([RATIO_BY_MODEL, BOUND]) & ~ranks & ~none
    counts = rows["effect"] == RATE_RATIO
    causes = {
        "": ~ranks & ~model & ~none & ~counts,
        " if a contrast contained nondetects": model,
        " if more than half of a group were nondetects, or too few values were observed to fit a model": ranks & ~zero,
        " if a value was zero, which has no logarithm": (ranks & zero) | counts,
    }
    parts = []
    for cause, own in causes.items():
        size = listed(SIZES[effect] for effect in rows.loc[own & ranks, "effect"].unique() if effect in SIZES)
        parts += [
            f"by {_the(row)}{cause}{f' ({size})' if size else ''}"
            for _, row in rows[own].drop_duplicates("method").iterrows()
        ]
    if none.any():
        parts.append("without a test if a value was zero, which has no logarithm")
    return listed(parts)


def _whence(study: Study) -> Iterator[str]:
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
        yield "The claims were derived from these data, so the verdicts are not a test of them."


def _who(study: Study) -> Iterator[str]:
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
    if protocol.timeline:
        yield (
            "The protocol's timeline was: "
            f"{'; '.join(f'{event.hour:g} h, {event.what}' for event in protocol.timeline)}."
        )


def _measured(study: Study) -> Iterator[str]:
    protocol, values = study.protocol, study.cohort.values
    known = set(values.loc[values["lower"].notna(), "endpoint"])
    hour = "" if protocol.sampling_hour is None else f", sampled at {protocol.sampling_hour:g} h"
    yield (
        "Endpoints were "
        f"{listed(f'{lowercase_first(about.label)} ({about.unit})' for about in protocol.endpoints.values())}{hour}."
    )
    if absent := [lowercase_first(about.label) for key, about in protocol.endpoints.items() if key not in known]:
        yield f"The cohort had no value of {listed(absent)}."


def _missing(study: Study) -> Iterator[str]:
    """The animals of each endpoint that are alive, not excluded and without a value; in a paired study, the halves."""
    values = study.cohort.values
    living = values[~values["dead"]]
    for key, about in study.protocol.endpoints.items():
        rows = living[living["endpoint"] == key]
        known = rows[rows["lower"].notna()]
        if known.empty:
            continue
        if study.protocol.design == "paired":
            pairs = study.pairs(key, *study.protocol.pair)
            if half := int(pairs.isna().any(axis="columns").sum()):
                yield f"{lowercase_first(about.label)}, {units_counted(study, half)} without both values"
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
    censored = values[values["lower"] < values["upper"]]
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
    endpoints = study.protocol.endpoints.values()
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


def _error_rate(alpha: float) -> str:
    stated = "" if alpha == ALPHA else f" (the protocol's is {ALPHA:g})"
    return f"Tests of a difference were two-sided, and the error rate was {alpha:g} per claim{stated}."


def _planned(study: Study, results: pd.DataFrame, kind: str, alpha: float) -> Iterator[str]:
    """How the claims of one kind were tested and decided; empty if there are none."""
    claims = [claim for claim in study.protocol.claims.values() if claim.kind == kind]
    if not claims:
        return
    rows = primary_results(study, results, kind)
    yield from KINDS[kind](claims, planned_methods(study, rows), alpha)
    if kind == "single":
        yield from _families(study, claims, alpha)
    if lost := int(rows["pvalue"].isna().sum()):
        yield f"In this cohort {lost} of {count(len(rows), 'such contrast')} could not be computed."


def _single(claims: Sequence[Claim], methods: str, alpha: float) -> Iterator[str]:
    adjusted = "the adjusted p" if any(len(claim.compared) > 1 for claim in claims) else "p"
    yield (
        f"A claim about one contrast was tested {methods}. It was supported if {adjusted} was at most "
        f"{alpha:g} in the claimed direction and the {percent(1 - 2 * alpha)} interval was not inside the equivalence "
        f"margins, contradicted if {adjusted} was at most {alpha:g} in the other direction, or above {alpha:g} with "
        "that interval inside the equivalence margins, and otherwise inconclusive."
    )


def _families(study: Study, claims: Sequence[Claim], alpha: float) -> Iterator[str]:
    families = [family for family in dict.fromkeys(claim.compared for claim in claims) if len(family) > 1]
    if not families:
        yield "Each such claim had one contrast, so p values were not adjusted."
    for family in families:
        names, k = listed(against(study, contrast) for contrast in family), len(family)
        yield (
            f"Within an endpoint, the contrasts {names} were one family: p values were multiplied by {k} (Bonferroni), "
            f"and intervals were at {percent(1 - alpha / k)}."
        )


def _every(claims: Sequence[Claim], methods: str, alpha: float) -> Iterator[str]:
    number, levels = _number(claims), _levels(claims, alpha)
    stricter = _either(p_number(alpha / len(claim.compared)) for claim in claims)
    yield (
        f"A claim that every group differs was an intersection-union test over {number} contrasts, each tested "
        f"{methods}, at {alpha:g} without adjustment. It was supported if every contrast was significant in "
        f"the claimed direction and none negligible, contradicted if one contrast, tested at {stricter}, was "
        "significant in the other direction, or negligible and not significant, and otherwise inconclusive."
    )
    yield (
        f"Each contrast is reported with its p and {percent(1 - alpha)} interval, which the claim uses, and, for each "
        f"group alone, with its p multiplied by {number} and a simultaneous interval at {levels}."
    )
    for claim in claims:
        if not claim.negligible:
            yield f"For one claim ({_quoted(claim.sentence)}) an effect inside the equivalence margins counted too."


def _unchanged(claims: Sequence[Claim], methods: str, alpha: float) -> Iterator[str]:
    yield (
        f"A claim that nothing changes was a test of equivalence in each of {_number(claims)} contrasts, {methods}. It "
        f"was supported if every {percent(1 - 2 * alpha)} interval lay inside the equivalence margins, "
        f"contradicted if an interval at {_levels(claims, alpha)} lay entirely outside, and otherwise inconclusive."
    )


def _trend(claims: Sequence[Claim], methods: str, alpha: float) -> Iterator[str]:
    doses, levels = (
        _either(len(claim.doses) for claim in claims),
        _either(percent(1 - alpha / len(claim.adjacent)) for claim in claims),
    )
    yield (
        f"A claim of a dependence on the dose was tested {methods}, over {doses} doses without the control. It was "
        f"supported if p was at most {alpha:g} in the claimed direction and no contrast of neighbouring doses showed a "
        f"change in the opposite direction (intervals at {levels}), contradicted if p was at most {alpha:g} in the "
        "other direction, and otherwise inconclusive."
    )


KINDS = {"single": _single, "every": _every, "unchanged": _unchanged, "trend": _trend}


def _number(claims: Iterable[Claim]) -> str:
    return _either(len(claim.compared) for claim in claims)


def _levels(claims: Iterable[Claim], alpha: float) -> str:
    return _either(percent(1 - alpha / len(claim.compared)) for claim in claims)


def _either(values: Iterable[object]) -> str:
    """What several claims share, once; what they do not, side by side."""
    return " or ".join(dict.fromkeys(map(str, values)))


def _quoted(sentence: str) -> str:
    return f'"{sentence.rstrip(".")}"'


def _zones(study: Study, alpha: float) -> Iterator[str]:
    shared: dict[EquivalenceMargin, list[str]] = {}
    for about in study.protocol.endpoints.values():
        shared.setdefault(about.equivalence_margin, []).append(lowercase_first(about.label))
    for margin, labels in shared.items():
        words = "ratios of {} and {}" if margin.scale == "log" else "differences of {} and {}"
        units = {about.unit for about in study.protocol.endpoints.values() if about.equivalence_margin == margin}
        unit = "" if margin.scale == "log" else f" {' or '.join(sorted(units))}"
        limits = words.format(*margin_words(margin).split(" to "))
        yield f"The equivalence margins for {listed(labels)} were {limits}{unit}: {margin.reason}."
    yield f"An effect was negligible if its {percent(1 - 2 * alpha)} interval lay inside the equivalence margins."
    yield (
        f"A claim was untestable with fewer than {FEWEST} values in a group, or if the minimum attainable p of an "
        "exact test was above the error rate."
    )


def _besides(study: Study, results: pd.DataFrame, alpha: float) -> Iterator[str]:
    """The checks of the experiment, and questions on which no claim depends."""
    planned = results[(results["analysis"] == "planned") & (results["alternative"] != "equivalence")]
    for check in study.protocol.checks.values():
        rows = planned[(planned["endpoint"] == check.endpoint) & (planned["contrast"] == check.contrast)]
        label = lowercase_first(study.protocol.endpoints[check.endpoint].label)
        yield (
            f"The validity of the experiment was checked first ({_quoted(check.sentence)}) by {_tests(rows)}, at "
            f"{alpha:g} without adjustment; after a failed check the claims on {label} would have been untestable."
        )
    for slopes in study.protocol.slopes.values():
        rows = planned[planned["contrast"] == slopes.contrast]
        yield f"A question on which no claim depends ({_quoted(slopes.question)}) was tested by {_tests(rows)}."


def _published(study: Study, results: pd.DataFrame, level: float) -> Iterator[str]:
    """The authors' presumed tests, and the sensitivity analysis."""
    rows = results[results["analysis"] == "published"]
    if not rows.empty:
        yield (
            f"In addition, the original authors' presumed tests were run ({_tests(rows)}; intervals "
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


def _tests(rows: pd.DataFrame) -> str:
    return listed(_the(row) for _, row in rows.drop_duplicates("method").iterrows())


def _the(row: Row) -> str:
    """The method of a row after "by"; a test named after a person has no article."""
    return row["method"] if row["test"] in NAMED_AFTER_PEOPLE else f"the {row['method']}"


def _has_zero(study: Study, row: Row) -> bool:
    values = study.cohort.values
    groups = sides(row["contrast"]) if " vs " in row["contrast"] else ()
    return bool(((values["endpoint"] == row["endpoint"]) & values["group"].isin(groups) & (values["upper"] == 0)).any())
