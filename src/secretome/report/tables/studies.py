"""Tables of a study: its design, its animals, the assumptions of its simulation, and its sources."""

import math

import pandas as pd

from secretome.cohort import Study
from secretome.protocol import (
    BetaBinomial,
    Distribution,
    DrawnGroup,
    GammaPoisson,
    LognormalGroup,
    NormalGroup,
    PairedNormalGroup,
    Titre,
    Weibull,
)
from secretome.report import text


def pairs_table(study: Study) -> pd.DataFrame:
    """Every measurement, one row per animal, one column per endpoint and group."""
    measured = study.cohort.values
    wide = measured.pivot(index="animal", columns=["endpoint", "group"], values="value").reindex(
        measured["animal"].unique()
    )
    table = pd.DataFrame({study.protocol.experimental_unit: wide.index})
    for key, endpoint in study.protocol.endpoints.items():
        for name, group in study.protocol.groups.items():
            if (key, name) in wide:
                title = f"{endpoint.label}, {endpoint.unit}, {text.lowercase_first(group.label)}"
                table[title] = _aligned(wide[key, name])
    return table


def design_table(study: Study) -> pd.DataFrame:
    """The groups of a study, what was done to them, and how many animals of this cohort are in each.

    A column that would be empty is left out.
    """
    animals = study.cohort.values.drop_duplicates("animal")["group"].value_counts()
    groups = study.protocol.groups
    table = pd.DataFrame(
        {
            "Group": [group.label for group in groups.values()],
            "Treatment": [group.treatment or "–" for group in groups.values()],
            "Dose": [f"{group.dose:g} {group.dose_unit}" if group.dose else "–" for group in groups.values()],
            "Route": [group.route or "–" for group in groups.values()],
            study.protocol.units.capitalize(): [int(animals.get(key, 0)) for key in groups],
        }
    )
    return table.loc[:, (table != "–").any()]


def groups_table(study: Study) -> pd.DataFrame:
    """Every measurement, one row per animal, one column per endpoint, with censored values as in the file."""
    measured = study.cohort.values
    animals = measured.drop_duplicates("animal").set_index("animal")
    table = pd.DataFrame({study.protocol.experimental_unit: animals.index})
    table["group"] = [study.protocol.groups[group].label for group in animals["group"]]
    for key, endpoint in study.protocol.endpoints.items():
        rows = measured[measured["endpoint"] == key].set_index("animal").reindex(animals.index)
        limits = zip(_aligned(rows["value"]), rows["lower"], rows["upper"], strict=True)
        above = "alive at {:g}" if endpoint.kind == "survival" else ">{:g}"
        table[f"{endpoint.label}, {endpoint.unit}"] = [
            f"<{upper:g}" if lower == 0 < upper else above.format(lower) if math.isinf(upper) else value
            for value, lower, upper in limits
        ]
    if animals["dead"].any():
        hours = [f"at {hour:g} h" if hour >= 0 else "yes" for hour in animals["time"]]
        table["died before sampling"] = [
            hour if dead else "no" for hour, dead in zip(hours, animals["dead"], strict=True)
        ]
    return table


def assumptions_table(study: Study) -> pd.DataFrame:
    """The assumptions of a study's simulation, each with its evidence."""
    plan, protocol = study.protocol.simulation, study.protocol
    rows: list[tuple[str, str, tuple[str, ...]]] = []
    if plan:
        for key, endpoint in plan.endpoints.items():
            about = protocol.endpoints[key]
            for name, group in endpoint.groups.items():
                rows.append(
                    (
                        f"{about.label}, {protocol.groups[name].label}: {_drawn(endpoint, group, about.unit)}",
                        group.evidence,
                        group.sources,
                    )
                )
        rows += [(assumption.assumed, assumption.evidence, assumption.sources) for assumption in plan.assumptions]
        for name, scenario in plan.scenarios.items():
            if deaths := scenario.deaths:
                counts = ", ".join(
                    f"{n} in {text.lowercase_first(protocol.groups[group].label)}" for group, n in deaths.counts.items()
                )
                hours = ", ".join(f"{hour:g}" for hour in deaths.hours)
                risk = protocol.endpoints[deaths.risk_rises_with].label
                assumed = (
                    f"Scenario {name}: of {deaths.of}, {counts} die at {hours} hours, with a higher probability for a "
                    f"higher {risk}"
                )
                rows.append((assumed, deaths.evidence, deaths.sources))
    return pd.DataFrame(
        {
            "Assumed": [assumed[0].upper() + assumed[1:] for assumed, _, _ in rows],
            "Evidence": [evidence[0].upper() + evidence[1:] for _, evidence, _ in rows],
            "Source": ["; ".join(protocol.sources[source].text for source in sources) or "–" for _, _, sources in rows],
        }
    )


def sources_table(study: Study) -> pd.DataFrame:
    """The sources of the facts in a protocol."""
    sources = study.protocol.sources.values()
    return pd.DataFrame(
        {
            "Source": [source.text for source in sources],
            "Address": [source.url or "none known" for source in sources],
            "Licence": [source.licence for source in sources],
        }
    )


def scenarios_table(study: Study) -> pd.DataFrame:
    """The scenarios of a study's simulation."""
    scenarios = study.protocol.simulation.scenarios if study.protocol.simulation else {}
    return pd.DataFrame(
        {"Scenario": list(scenarios), "Description": [scenario.about for scenario in scenarios.values()]}
    )


def _aligned(values: pd.Series) -> list[str]:
    """Values with equal numbers of decimals; a missing value is a dash."""
    decimals = max((len(f"{value:g}".partition(".")[2]) for value in values.dropna()), default=0)
    return ["–" if pd.isna(value) else f"{value:.{decimals}f}" for value in values]


def _drawn(endpoint: Distribution, group: DrawnGroup, unit: str) -> str:
    """The distribution of the values of a group, in words."""
    if isinstance(endpoint, GammaPoisson):
        return (
            f"mean count {group.centre:g}, multiplied by {endpoint.scaled_by:g}, coefficient of variation between "
            f"animals {100 * endpoint.cv:g} %"
        )
    if isinstance(endpoint, Titre):
        return f"mean of {group.centre:g} twofold dilution steps, standard deviation {endpoint.sd:g}"
    if isinstance(endpoint, BetaBinomial):
        return f"mean {group.centre:g} % of {endpoint.cells} cells, coefficient of variation {endpoint.cv:g}"
    if isinstance(group, PairedNormalGroup):
        sd = f", standard deviation {group.sd:g} {unit}" if isinstance(group, NormalGroup) else ""
        return f"mean {group.centre:g} {unit}{sd}"
    if isinstance(endpoint, Weibull):
        visits = f", visits every {endpoint.every:g} {unit}" if endpoint.every else ""
        return f"median survival {group.centre:g} {unit}, Weibull shape {endpoint.shape:g}{visits}"
    spread = f", coefficient of variation {group.cv:g}" if isinstance(group, LognormalGroup) else ""
    return f"geometric mean {group.centre:g} {unit}{spread}"
