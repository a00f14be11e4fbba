"""Captions of figures, which can be read without the page."""

from collections.abc import Sequence

from secretome.analysis import BOUND, Method
from secretome.claims import adjusted
from secretome.cohort import Study
from secretome.protocol import Claim, Panel, sides
from secretome.report.text.effects import effect_words, margin_words
from secretome.report.text.numbers import Row, is_adjusted, lowercase_first, p_value, percent, ratio
from secretome.report.text.sentences import against, unit, units


def groups_caption(study: Study, endpoints: Sequence[str], rows: Sequence[Row]) -> str:
    """Caption of figures of groups that share their kind of interval."""
    known = [study.protocol.endpoints[endpoint] for endpoint in endpoints]
    survival = any(endpoint.kind == "survival" for endpoint in known)
    labels = " and ".join(endpoint.label for endpoint in known)
    values = study.cohort.values[study.cohort.values["endpoint"].isin(endpoints)]
    values = values[values["lower"].notna()]
    parts = [f"{labels} of every {unit(study)}, by group."]
    if survival:
        parts = [f"{labels}: the Kaplan-Meier estimate of the share of {units(study)} alive, by group."]
    if study.cohort.origin == "simulated":
        parts.append(f"The {study.protocol.units} are simulated, so the figure is not evidence.")
    mean = ", the mean of its animals" if study.protocol.unit else ""
    if survival:
        parts.append("A tick is an animal that was last seen alive then. Below the curves are the numbers at risk.")
    else:
        parts.append(
            f"Each point is one {study.protocol.experimental_unit}{mean}, the bar the median, n the number of values."
        )
    if not survival and (values["lower"] < values["upper"]).any():
        parts.append("An open triangle is a value beyond the limit of the assay, drawn at the limit.")
    if rows:
        controls = dict.fromkeys(study.protocol.groups[sides(row["contrast"])[1]].label for row in rows)
        to = lowercase_first(next(iter(controls))) if len(controls) == 1 else "the compared group"
        adjusted = any(is_adjusted(row) for row in rows)
        levels = {row["level"] for row in rows if row["effect"] != BOUND and row["level"] == row["level"]}
        level = f"the {'simultaneous ' if adjusted else ''}{percent(levels.pop())}" if len(levels) == 1 else "its"
        kind = "equivalence" if rows[0]["alternative"] == "equivalence" else "the difference"
        band = " and ".join(dict.fromkeys(margin_words(endpoint.equivalence_margin) for endpoint in known))
        words = effect_words(known[0])
        adjusts = any(row["test"] in (Method.ANCOVA, Method.TOST_ANCOVA) for row in rows)
        factor = f"the value at {study.protocol.baseline:g} h" if adjusts else study.protocol.block
        within = f", adjusted for {factor}," if factor else ""
        use = "which decides the claim"
        if all(row["test"] == Method.EFFECT for row in rows):
            use = "two effects whose difference the claim is about"
        parts.append(
            f"Lower panel: {words.name} against {to}{within} with {level} interval, {use}; the grey "
            f"band is the equivalence margin, {band}. The p-values are those of {kind}"
            f"{', adjusted for the number of contrasts' if adjusted else ', not adjusted'}."
        )
    return " ".join(parts)


def panel_caption(study: Study, panel: Panel, alpha: float) -> str:
    """Caption of the figure of a panel."""
    words = effect_words(study.protocol.endpoints[panel.endpoints[0]])
    how = "Holm's procedure" if panel.adjust == "holm" else "Bonferroni"
    against_what = "" if len(panel.contrasts) > 1 else f", {against(study, panel.contrasts[0])}"
    return (
        f"{panel.label}: {words.name} of every endpoint{against_what}, with {percent(1 - alpha / panel.size)} "
        f"intervals, which hold for all {panel.size} tests together. A filled square has an adjusted p of at most "
        f"{alpha:g} ({how}). The grey bands are the equivalence margins."
    )


def panel_alt(study: Study, panel: Panel, rows: Sequence[Row]) -> str:
    """Alternative text of the figure of a panel: every effect with its interval and p."""
    parts = [
        f"{study.protocol.endpoints[row['endpoint']].label}, {against(study, row['contrast'])}: "
        f"{ratio(adjusted(row))}, {p_value(row['pvalue_adjusted'], 'adjusted p')}"
        for row in rows
    ]
    return f"{panel.label}, effects with simultaneous intervals. {'; '.join(parts)}."


def paired_caption(study: Study, claims: Sequence[Claim], rows: Sequence[Row]) -> str:
    """Caption of figures of pairs."""
    endpoints = [study.protocol.endpoints[claim.endpoint] for claim in claims]
    labels = " and ".join(dict.fromkeys(endpoint.label for endpoint in endpoints))
    level = percent(rows[0]["level"])
    subject = study.protocol.experimental_unit
    return (
        f"{labels} of every {unit(study)}. A line joins the two values of one {subject}: solid blue lines change in "
        "the claimed direction, dashed orange lines in the opposite direction, dotted grey lines not at all. To the "
        f"right of each panel is the {effect_words(endpoints[0]).name} with its {level} interval, on an axis aligned "
        f"with the values; the grey band is the equivalence margin, {margin_words(endpoints[0].equivalence_margin)}."
    )


def design_caption(study: Study) -> str:
    """Caption of the drawing of a design."""
    animals = study.cohort.values.drop_duplicates("animal")
    crosses = f" A cross is the death of one {study.protocol.experimental_unit}." if animals["dead"].any() else ""
    return f"Design of the study with the {units(study)} of this cohort, one line per group; time in hours.{crosses}"


def curves_caption(study: Study, alpha: float) -> str:
    """Caption of specification curves."""
    return (
        f"Specification curves. Each column is one analysis of the same {units(study)}. From the top: the effect with "
        f"its interval, as a ratio or as a difference of means; p, with a dashed line at {alpha:g}; and the choices of "
        "the analysis. Analyses with the same kind of effect are in the order of p. Analyses of ranks without a ratio "
        "or difference show only p, and a test without an interval only its estimate. Blue supports the claim, orange "
        "supports the opposite, and open grey is inconclusive. The square is the planned analysis, the diamond the "
        "published one. The proportion of analyses that agree is not a probability."
    )
