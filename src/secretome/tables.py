"""Tables that people read, made from results and verdicts."""

import html
import math
from collections.abc import Iterable, Mapping, Sequence

import pandas as pd

from secretome import words
from secretome.cohort import Study
from secretome.protocol import BetaBinomial, Distribution, DrawnGroup, GammaPoisson, LognormalGroup, Titre
from secretome.reported import OUTCOMES, Finding, Table


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


def results_table(study: Study, results: pd.DataFrame) -> pd.DataFrame:
    """Results of one endpoint as a reader wants them: method, effect with interval, p."""
    return pd.DataFrame(
        {
            "Method": results["method"].to_numpy(),
            "Effect": [words.effect(row, study.protocol.endpoints[row["endpoint"]].unit) for _, row in results.iterrows()],
            "p": [words.p_number(p) for p in results["pvalue_adjusted"].fillna(results["pvalue"])],
        }
    )


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


def agreement_table(study: Study, results: pd.DataFrame, contrasts: Sequence[tuple[str, str]], alpha: float) -> pd.DataFrame:
    """How many analyses of each contrast that were not planned answer as the planned one does."""
    rows = []
    together = {
        (claim.endpoint, contrast) for claim in study.protocol.claims.values() if claim.kind == "every" for contrast in claim.compared
    }
    for endpoint, contrast in contrasts:
        own = results[(results["endpoint"] == endpoint) & (results["contrast"] == contrast)]
        rows.append(
            (
                study.protocol.endpoints[endpoint].label,
                words.against(study, contrast),
                words.agreement_sentence(own, alpha, adjusted=(endpoint, contrast) not in together),
            )
        )
    return pd.DataFrame(rows, columns=["Measure", "Contrast", "Agreement"])


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


def reported_sources_table(printed: Mapping[str, Table]) -> pd.DataFrame:
    """The printed tables of the audit: where each is, and what its source says of n and of ±."""
    rows = []
    for table in printed.values():
        sizes = list(dict.fromkeys(str(group.n) for group in table.groups.values() if group.n))
        n = f"{', '.join(sizes)} a group" if sizes else f"{table.total} in all" if table.total else "not known"
        means = any(cell.spread is not None for endpoint in table.endpoints.values() for cell in endpoint.values.values())
        spread = {"sd": "SD", "se": "SE", "not said": "not said"}[table.spread] if means else "–"
        rows.append(
            (table.title, n if table.groups else "–", spread, table.note or "–", table.source.url or "none known", table.source.licence)
        )
    return pd.DataFrame(rows, columns=["Source", "n", "± is", "To know", "Address", "Licence"])


def findings_table(findings: Iterable[Finding]) -> pd.DataFrame:
    """Findings of one source: what was checked, with which outcome, in a sentence."""
    rows = [(finding.outcome, finding.check, words.finding_sentence(finding)) for finding in findings]
    return pd.DataFrame(rows, columns=["Outcome", "Check", "Finding"])


def outcomes_table(printed: Mapping[str, Table], findings: Sequence[Finding]) -> pd.DataFrame:
    """How many findings of each outcome every source has."""
    rows = [
        (printed[name].title, *(sum((one.file, one.outcome) == (name, outcome) for one in findings) for outcome in OUTCOMES))
        for name in by_outcome(printed, findings)
    ]
    return pd.DataFrame(rows, columns=["Source", *(outcome[0].upper() + outcome[1:] for outcome in OUTCOMES)])


def by_outcome(printed: Mapping[str, Table], findings: Sequence[Finding]) -> list[str]:
    """The files of an audit in order: those with most that differs first; those without a finding are left out."""
    counts = {name: tuple(sum((one.file, one.outcome) == (name, outcome) for one in findings) for outcome in OUTCOMES) for name in printed}
    return sorted((name for name in printed if any(counts[name])), key=lambda name: counts[name], reverse=True)


def spreads_table(rows: pd.DataFrame) -> pd.DataFrame:
    """Printed means and spreads, with the coefficient of variation."""
    said = rows["said"].map({"sd": "SD", "se": "SE", "not said": "not said"})
    cv = [words.number(value) if pd.notna(value) else "–" for value in rows["cv"]]
    return pd.DataFrame(
        {
            "Source": rows["source"],
            "Measure": rows["item"],
            "Group": rows["group"],
            "Mean ± spread": rows["mean"] + " ± " + rows["spread"],
            "Unit": rows["unit"].replace("", "–"),
            "± is": said,
            "n": rows["n"].replace("", "–"),
            "CV": [f"{value}, if SD" if what == "not said" else value for value, what in zip(cv, rows["said"], strict=True)],
        }
    )


def variances_table(rows: pd.DataFrame) -> pd.DataFrame:
    """Analyses of variance from printed summaries."""
    return pd.DataFrame(
        {
            "Source": rows["source"],
            "Measure": rows["item"],
            "± read as": rows["reading"].str.upper(),
            "n": [f"{n}{', shared equally' if shared else ''}" for n, shared in zip(rows["n"], rows["shared"], strict=True)],
            "F": [f"F({row['df_between']:.0f}, {row['df_within']:.0f}) = {words.number(row['statistic'])}" for _, row in rows.iterrows()],
            "p": [words.p_number(p) for p in rows["pvalue"]],
            "p, Welch": [words.p_number(p) for p in rows["pvalue_welch"]],
        }
    )


def reported_ratios_table(rows: pd.DataFrame) -> pd.DataFrame:
    """Treated over control from printed summaries, as geometric means and as means."""
    means = rows[["level"]].assign(estimate=rows["mean_ratio"], low=rows["mean_low"], high=rows["mean_high"])
    return pd.DataFrame(
        {
            "Source": rows["source"],
            "Measure": rows["item"],
            "Contrast": rows["treated"] + " against " + rows["control"].map(words.inside),
            "± read as": rows["reading"].str.upper(),
            "n": [f"{row['n_treated']} and {row['n_control']}" for _, row in rows.iterrows()],
            "Geometric means": [words.ratio(row) for _, row in rows.iterrows()],
            "Means": [words.ratio(row) for _, row in means.iterrows()],
            "p": [words.p_number(p) for p in rows["pvalue"]],
        }
    )


def odds_table(rows: pd.DataFrame) -> pd.DataFrame:
    """Odds ratios of death from counts."""
    return pd.DataFrame(
        {
            "Source": rows["source"],
            "Contrast": rows["treated"] + " against " + rows["control"].map(words.inside),
            "Dead": [
                f"{row['dead_treated']:.0f} of {row['n_treated']:.0f}, {row['dead_control']:.0f} of {row['n_control']:.0f}"
                for _, row in rows.iterrows()
            ],
            "Odds ratio": [words.ratio(row) for _, row in rows.iterrows()],
            "p, Fisher": [words.p_number(p) for p in rows["fisher"]],
            "p, chi-square": [words.p_number(p) for p in rows["chi_square"]],
        }
    )


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
