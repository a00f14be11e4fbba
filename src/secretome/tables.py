"""Tables that people read, made from results and verdicts."""

import html
import math
from collections.abc import Mapping

import pandas as pd

from secretome import words
from secretome.cohort import Study
from secretome.protocol import BetaBinomial, Distribution, DrawnGroup, GammaPoisson, LognormalGroup, Protocol, Titre


def pairs_table(study: Study) -> pd.DataFrame:
    """Every measurement, one row per animal, one column per endpoint and group."""
    measured = study.cohort.values
    wide = measured.pivot(index="animal", columns=["endpoint", "group"], values="value").reindex(measured["animal"].unique())
    table = pd.DataFrame({study.protocol.experimental_unit: wide.index})
    for key, endpoint in study.protocol.endpoints.items():
        for group, arm in study.protocol.groups.items():
            if (key, group) in wide:
                table[f"{endpoint.label}, {endpoint.unit}, {words.inside(arm.label)}"] = _aligned(wide[key, group])
    return table


def design_table(study: Study) -> pd.DataFrame:
    """The groups of a study, what was done to them, and how many animals of this cohort are in each."""
    animals = study.cohort.values.drop_duplicates("animal")["group"].value_counts()
    groups = study.protocol.groups
    return pd.DataFrame(
        {
            "Group": [group.label for group in groups.values()],
            "Treatment": [group.treatment or "–" for group in groups.values()],
            "Dose": [f"{group.dose:g} {group.dose_unit}" if group.dose else "–" for group in groups.values()],
            "Route": [group.route or "–" for group in groups.values()],
            study.protocol.units.capitalize(): [int(animals.get(key, 0)) for key in groups],
        }
    )


def groups_table(study: Study) -> pd.DataFrame:
    """Every measurement, one row per animal, one column per endpoint, values beyond a limit as they stand in the file."""
    measured = study.cohort.values
    animals = measured.drop_duplicates("animal").set_index("animal")
    table = pd.DataFrame({study.protocol.experimental_unit: animals.index})
    table["group"] = [study.protocol.groups[group].label for group in animals["group"]]
    for key, endpoint in study.protocol.endpoints.items():
        rows = measured[measured["endpoint"] == key].set_index("animal").reindex(animals.index)
        limits = zip(_aligned(rows["value"]), rows["lower"], rows["upper"], strict=True)
        table[f"{endpoint.label}, {endpoint.unit}"] = [
            f"<{upper:g}" if lower == 0 < upper else f">{lower:g}" if math.isinf(upper) else value for value, lower, upper in limits
        ]
    if animals["dead"].any():
        hours = [f"at {hour:g} h" if hour >= 0 else "yes" for hour in animals["time"]]
        table["died before sampling"] = [hour if dead else "no" for hour, dead in zip(hours, animals["dead"], strict=True)]
    return table


def assumptions_table(study: Study) -> pd.DataFrame:
    """What a study's simulated animals are drawn from: every assumption beside the evidence for it."""
    plan, protocol = study.protocol.simulation, study.protocol
    rows: list[tuple[str, str, tuple[str, ...]]] = []
    if plan:
        for key, endpoint in plan.endpoints.items():
            about = protocol.endpoints[key]
            for name, group in endpoint.groups.items():
                rows.append(
                    (f"{about.label}, {protocol.groups[name].label}: {_drawn(endpoint, group, about.unit)}", group.evidence, group.sources)
                )
        rows += [(assumption.assumed, assumption.evidence, assumption.sources) for assumption in plan.assumptions]
        for name, scenario in plan.scenarios.items():
            if deaths := scenario.deaths:
                counts = ", ".join(f"{n} in {words.inside(protocol.groups[group].label)}" for group, n in deaths.counts.items())
                hours = ", ".join(f"{hour:g}" for hour in deaths.hours)
                risk = protocol.endpoints[deaths.risk_rises_with].label
                assumed = f"Scenario {name}: of {deaths.of}, {counts} die at {hours} hours, the likelier the higher their {risk}"
                rows.append((assumed, deaths.evidence, deaths.sources))
    return pd.DataFrame(
        {
            "Assumed": [assumed[0].upper() + assumed[1:] for assumed, _, _ in rows],
            "Evidence": [evidence[0].upper() + evidence[1:] for _, evidence, _ in rows],
            "Source": ["; ".join(protocol.sources[source].text for source in sources) or "–" for _, _, sources in rows],
        }
    )


def sources_table(study: Study) -> pd.DataFrame:
    """Where the facts of a protocol come from."""
    sources = study.protocol.sources.values()
    return pd.DataFrame(
        {
            "Source": [source.text for source in sources],
            "Address": [source.url or "none known" for source in sources],
            "Licence": [source.licence for source in sources],
        }
    )


def scenarios_table(study: Study) -> pd.DataFrame:
    """The worlds that a study's simulated animals can be drawn from."""
    scenarios = study.protocol.simulation.scenarios if study.protocol.simulation else {}
    return pd.DataFrame({"Scenario": list(scenarios), "What is true in it": [scenario.about for scenario in scenarios.values()]})


def contrasts_table(study: Study, results: pd.DataFrame) -> pd.DataFrame:
    """Results of many contrasts, one row each."""
    return pd.DataFrame(
        {
            "Measure": [study.protocol.endpoints[key].label for key in results["endpoint"]],
            "Contrast": [words.against(study, contrast) for contrast in results["contrast"]],
            "n": [f"{row['n_treated']} and {row['n_control']}" for _, row in results.iterrows()],
            "Effect": [words.effect(row, study.protocol.endpoints[row["endpoint"]].unit) for _, row in results.iterrows()],
            "p, not adjusted": [words.p_number(p) for p in results["pvalue"]],
        }
    )


def specifications_table(study: Study, specifications: pd.DataFrame) -> pd.DataFrame:
    """Every analysis of a claim: the contrast that it hangs on, the effect, p, and what it answers."""
    answers = {"claimed": "as claimed", "opposite": "the opposite", "open": "nothing significant", "none": "not computable"}
    known = specifications[specifications["answer"] != "none"]
    endpoint = study.protocol.endpoints[known["endpoint"].iloc[0]] if len(known) else None
    return pd.DataFrame(
        {
            "Analysis": [f"{row['method']}{_reading(row)}" for _, row in known.iterrows()],
            "Hangs on": [words.against(study, contrast) for contrast in known["contrast"]],
            "Effect": [words.effect(row, endpoint.unit) for _, row in known.iterrows()] if endpoint else [],
            "p": [words.p_number(p) for p in known["pvalue"]],
            "Finds": [answers[answer] for answer in known["answer"]],
        }
    )


def options_table(specifications: pd.DataFrame) -> pd.DataFrame:
    """What was chosen in analyses where a choice was to be made, and why somebody would choose it."""
    rows = [(words.HEADINGS[kind], name, reason) for kind, _, name, reason in words.options(specifications)]
    return pd.DataFrame(rows, columns=["Choice", "In the figure", "Why somebody would"])


def verdicts_table(study: Study, verdicts: pd.DataFrame) -> pd.DataFrame:
    """Verdicts as a reader wants them."""
    return pd.DataFrame(
        {
            "Claim": [study.protocol.claims[key].sentence for key in verdicts["claim"]],
            "Verdict": verdicts["verdict"].to_numpy(),
            "By the published test": verdicts["verdict_as_published"].to_numpy(),
            "Ratio": [words.ratio(row) for _, row in verdicts.iterrows()],
            "Rule that decided": verdicts["rule"].to_numpy(),
        }
    )


def scoreboard_table(board: pd.DataFrame, protocols: Mapping[str, Protocol]) -> pd.DataFrame:
    """Claims as rows, cohorts as columns: each cell the verdict, and the estimate with its interval."""
    cells: dict[tuple[str, str], dict[str, str]] = {}
    for _, row in board.iterrows():
        protocol = protocols[row["study"]]
        column = words.cohort_heading(protocol, row)
        cell = f"{row['verdict']}: {words.ratio(row)}" if not math.isnan(row["estimate"]) else str(row["verdict"])
        cells.setdefault((protocol.title, protocol.claims[row["claim"]].sentence), {})[column] = cell
    columns = list(dict.fromkeys(column for own in cells.values() for column in own))
    rows = [(title, sentence, *(own.get(column, "–") for column in columns)) for (title, sentence), own in cells.items()]
    return pd.DataFrame(rows, columns=["Study", "Claim", *columns])


def rules_table(protocol: Protocol, alpha: float) -> pd.DataFrame:
    """What each claim is asked, by which test, and what supports or contradicts it."""
    rules = [words.rule_words(protocol, claim, alpha) for claim in protocol.claims.values()]
    return pd.DataFrame(
        {
            "Claim": [claim.sentence for claim in protocol.claims.values()],
            "Planned test": [test for test, _, _ in rules],
            "Supported if": [supported for _, supported, _ in rules],
            "Contradicted if": [contradicted for _, _, contradicted in rules],
        }
    )


def worth_table(rates: pd.DataFrame, protocols: Mapping[str, Protocol], n: int) -> pd.DataFrame:
    """How often each claim is supported where it is true as published, and at worst where it is false; `rates` has a column truth."""
    rows = []
    own = rates[(rates["reading"] == "planned") & (rates["n"] == n)]
    for (study, claim), cells in own.groupby(["study", "claim"], sort=False):
        published = cells[cells["scenario"] == "as_published"].iloc[0]
        false = cells[cells["truth"] == "false"].sort_values("supported")
        worst = false.iloc[-1] if len(false) else None
        rows.append(
            (
                protocols[str(study)].claims[str(claim)].sentence,
                words.share(published["supported"], published["cohorts"]),
                "–" if worst is None else f"{words.share(worst['supported'], worst['cohorts'])}, in {worst['scenario']}",
                words.share(published["inconclusive"], published["cohorts"]),
            )
        )
    return pd.DataFrame(
        rows, columns=["Claim", "Supported where true as published", "Supported where false, at worst", "Left open where true"]
    )


def rates_table(rates: pd.DataFrame, verdict: str) -> pd.DataFrame:
    """The share of one verdict in every scenario, one column per group size."""
    cells = [words.share(row[verdict], row["cohorts"]) for _, row in rates.iterrows()]
    wide = rates.assign(cell=cells).pivot(index=["scenario", "truth"], columns="n", values="cell")
    wide = wide.rename(columns=lambda n: f"n = {n}").rename_axis(None, axis="columns").reset_index()
    return wide.rename(columns={"scenario": "Scenario", "truth": "The claim is there"})


def calibration_table(rows: pd.DataFrame) -> pd.DataFrame:
    """Shares of simulated trials, one column per group size; what misses its promise by more than chance is marked in words."""
    shown = rows.assign(cell=[f"{100 * row['share']:.1f} %{_missed(row)}" for _, row in rows.iterrows()])
    wide = shown.pivot(index=["world", "what", "by"], columns="n", values="cell").fillna("–").reset_index()
    names = {"world": "Data", "what": "What", "by": "By whom", **{n: f"n = {n}" for n in sorted(rows["n"].unique())}}
    return wide.rename(columns=names).rename_axis(None, axis="columns")[list(names.values())]


def calibration_ranges(rows: pd.DataFrame) -> pd.DataFrame:
    """The lowest and the highest share of each method over all data and group sizes, and where these were found."""
    found = []
    for (what, by), own in rows.groupby(["what", "by"], sort=True):
        least, most = (own.iloc[int(position)] for position in (own["share"].argmin(), own["share"].argmax()))
        ends = [f"{100 * row['share']:.1f} %{_missed(row)}: {row['world']}, n = {row['n']}" for row in (least, most)]
        found.append((what, by, *ends))
    return pd.DataFrame(found, columns=["What", "By whom", "Lowest", "Highest"])


def missed(rows: pd.DataFrame) -> pd.DataFrame:
    """The shares that miss their promise by more than twice the simulation's error: sizes above 5 %, coverages below 93 %."""
    return rows[[bool(_missed(row)) for _, row in rows.iterrows()]]


def speed_table(rows: pd.DataFrame) -> pd.DataFrame:
    """Times of one call beside those of others, and how many times as fast ours is."""
    return pd.DataFrame(
        {
            "Work": rows["work"],
            "Ours, ms": [words.number(value) for value in rows["ours_ms"]],
            "Against": rows["against"],
            "Theirs, ms": [words.number(value) for value in rows["theirs_ms"]],
            "Theirs over ours": [words.number(value) for value in rows["ratio"]],
        }
    )


def growth_table(rows: pd.DataFrame) -> pd.DataFrame:
    """Milliseconds of one call, one column per group size."""
    wide = rows.assign(ms=[words.number(value) for value in rows["ms"]]).pivot(index="call", columns="n", values="ms").fillna("–")
    return wide.rename(columns=lambda n: f"n = {n}").rename_axis(None, axis="columns").rename_axis("One call, ms").reset_index()


def to_html(table: pd.DataFrame, caption: str) -> str:
    """A table as HTML that scrolls on a narrow screen and is announced by its caption; every text is escaped."""
    safe = html.escape(caption)
    body = table.to_html(index=False, escape=True, border=0, justify="left", classes="table", render_links=True)
    body = body.replace("<thead>", f"<caption>{safe}</caption>\n  <thead>", 1).replace("<th>", '<th scope="col">')
    return f'<div class="table-scroll" role="region" tabindex="0" aria-label="{safe}">\n{body}\n</div>'


def _aligned(values: pd.Series) -> list[str]:
    """Values to one number of decimals, the most that any of them needs; a missing one is a dash."""
    decimals = max((len(f"{value:g}".partition(".")[2]) for value in values.dropna()), default=0)
    return ["–" if pd.isna(value) else f"{value:.{decimals}f}" for value in values]


def _reading(row: words.Row) -> str:
    return "" if row["reading"] == "multiverse" else f" (as {row['reading']})"


def _drawn(endpoint: Distribution, group: DrawnGroup, unit: str) -> str:
    """What the values of a group are drawn from, in words."""
    if isinstance(endpoint, GammaPoisson):
        return f"mean count {group.centre:g}, scaled up {endpoint.scaled_by:g} times, animals varying by {100 * endpoint.cv:g} %"
    if isinstance(endpoint, Titre):
        return f"mean of {group.centre:g} twofold steps, standard deviation {endpoint.sd:g}"
    if isinstance(endpoint, BetaBinomial):
        return f"mean {group.centre:g} % of {endpoint.cells} cells, coefficient of variation {endpoint.cv:g}"
    spread = f", coefficient of variation {group.cv:g}" if isinstance(group, LognormalGroup) else ""
    return f"geometric mean {group.centre:g} {unit}{spread}"


def _missed(row: words.Row) -> str:
    if row["kind"] == "size" and row["share"] > 0.05 + 2 * row["error"]:
        return " (too often)"
    return " (too rarely)" if row["kind"] == "coverage" and row["share"] < 0.93 - 2 * row["error"] else ""
