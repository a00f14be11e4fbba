"""Tables of what was measured of the statistics."""

import pandas as pd

from secretome.protocol import load_protocol, study_folder
from secretome.report import text

# The title of the column of each warning.
WARNINGS = {
    "censored_unequal_spread": "Most values censored, unequal spread",
    "unequal_losses": "Unequal proportions of missing values",
    "unequal_n_skewed": "Unequal sizes, skewed values",
}


def calibration_table(rows: pd.DataFrame) -> pd.DataFrame:
    """Shares of simulated trials, one column per group size; those clearly outside their limits are noted."""
    shown = rows.assign(cell=[f"{100 * row['share']:.1f} %{_missed(row)}" for _, row in rows.iterrows()])
    wide = shown.pivot(index=["world", "what", "by"], columns="n", values="cell").fillna("–").reset_index()
    names = {"world": "Data", "what": "Quantity", "by": "Method", **{n: f"n = {n}" for n in sorted(rows["n"].unique())}}
    return wide.rename(columns=names).rename_axis(None, axis="columns")[list(names.values())]


def calibration_ranges(rows: pd.DataFrame) -> pd.DataFrame:
    """The lowest and the highest share of each method over all data and group sizes, and where these were found."""
    found = []
    for (what, by), shares in rows.groupby(["what", "by"], sort=True):
        least, most = (shares.iloc[int(position)] for position in (shares["share"].argmin(), shares["share"].argmax()))
        ends = [f"{100 * row['share']:.1f} %{_missed(row)}: {row['world']}, n = {row['n']}" for row in (least, most)]
        found.append((what, by, *ends))
    return pd.DataFrame(found, columns=["Quantity", "Method", "Lowest", "Highest"])


def missed(rows: pd.DataFrame) -> pd.DataFrame:
    """The sizes above 5 % and coverages below 95 % by more than twice the simulation's standard error."""
    return rows[[bool(_missed(row)) for _, row in rows.iterrows()]]


def conditions_table(rows: pd.DataFrame) -> pd.DataFrame:
    """Shares of cohorts in which a false claim is supported under each condition, and that get the warning."""
    often = [" (too often)" if row["supported"] > 0.025 + 2 * row["error"] else "" for _, row in rows.iterrows()]
    return pd.DataFrame(
        {
            "Condition": rows["condition"],
            "n": rows["n"],
            "Analysis": rows["analysis"],
            "Supported": [f"{100 * share:.1f} %{mark}" for share, mark in zip(rows["supported"], often, strict=True)],
            "Error, % points": [f"{100 * error:.1f}" for error in rows["error"]],
            "Cohorts": rows["cohorts"],
            "Warned": [f"{100 * share:.0f} %" for share in rows["warned"]],
        }
    )


def alarms_table(rows: pd.DataFrame) -> pd.DataFrame:
    """Shares of ordinary cohorts that get each warning, one column per warning."""
    shown = rows.assign(cell=[f"{100 * share:.1f} %" for share in rows["warned"]])
    wide = shown.pivot(index=["condition", "n"], columns="analysis", values="cell").reset_index()
    names = {column: WARNINGS[column] for column in wide.columns if column in WARNINGS}
    wide["condition"] = wide["condition"].map(_cohorts_in_words)
    return wide.rename(columns={"condition": "Cohorts", **names}).rename_axis(None, axis="columns")


def designs_table(rows: pd.DataFrame) -> pd.DataFrame:
    """Shares of false "supported" and of intervals that cover, design by design."""
    shown = rows[["supported", "covered"]].astype(float)
    often = [
        " (too often)" if share > 0.025 + 2 * error and "hazard ratio" not in condition else ""
        for share, error, condition in zip(shown["supported"], rows["error"], rows["condition"], strict=True)
    ]
    rarely = [
        _too_rarely(share, (share * (1 - share) / trials) ** 0.5)
        for share, trials in zip(shown["covered"], rows["cohorts"], strict=True)
    ]
    return pd.DataFrame(
        {
            "Analysis": rows["design"],
            "Treated and control": rows["condition"],
            "Supported": [f"{100 * share:.1f} %{mark}" for share, mark in zip(shown["supported"], often, strict=True)],
            "Intervals that cover": [
                "–" if pd.isna(share) else f"{100 * share:.1f} %{mark}"
                for share, mark in zip(shown["covered"], rarely, strict=True)
            ],
            "Cohorts": rows["cohorts"],
        }
    )


def design_conditions_table(rows: pd.DataFrame) -> pd.DataFrame:
    """Shares of false "supported" with and without a condition of a design, and of cohorts that get its warning."""
    measured = rows["supported"].notna()
    often = [" (too often)" if mark else "" for mark in rows["supported"] > 0.025 + 2 * rows["error"]]
    return pd.DataFrame(
        {
            "Analysis": rows["design"],
            "Treated and control": [
                condition if known else _cohorts_in_words(condition)
                for condition, known in zip(rows["condition"], measured, strict=True)
            ],
            "Supported": [
                f"{100 * share:.1f} %{mark}" if known else "–"
                for share, mark, known in zip(rows["supported"], often, measured, strict=True)
            ],
            "Warned": [f"{100 * share:.1f} %" for share in rows["warned"]],
            "Cohorts": rows["cohorts"],
        }
    )


def speed_table(rows: pd.DataFrame) -> pd.DataFrame:
    """Times of one call beside those of others, and how many times as fast ours is."""
    return pd.DataFrame(
        {
            "Work": rows["work"],
            "secretome, ms": [text.number(value) for value in rows["ours_ms"]],
            "Compared with": rows["against"],
            "Its time, ms": [text.number(value) for value in rows["theirs_ms"]],
            "Ratio": [text.number(value) for value in rows["ratio"]],
        }
    )


def growth_table(rows: pd.DataFrame) -> pd.DataFrame:
    """Milliseconds of one call, one column per group size."""
    wide = (
        rows.assign(ms=[text.number(value) for value in rows["ms"]])
        .pivot(index="call", columns="n", values="ms")
        .fillna("–")
    )
    return (
        wide.rename(columns=lambda n: f"n = {n}")
        .rename_axis(None, axis="columns")
        .rename_axis("One call, ms")
        .reset_index()
    )


def reruns_table(rows: pd.DataFrame) -> pd.DataFrame:
    """Seconds per cohort by each way of running, overall and after the first cohort, and their ratio to ours."""
    first = rows.loc[rows["cohorts"] == 1, ["study", "way", "seconds"]]
    begun = rows.merge(first, on=["study", "way"], suffixes=("", "_of_one"))
    further = (begun["seconds"] - begun["seconds_of_one"]) / (begun["cohorts"] - 1)
    over = further / further.groupby([begun["study"], begun["cohorts"]]).transform("first")
    return pd.DataFrame(
        {
            "Study": begun["study"].map(_title),
            "Method": begun["way"],
            "Cohorts": begun["cohorts"],
            "Seconds per cohort": [text.number(value) for value in begun["seconds"] / begun["cohorts"]],
            "Ratio to secretome": [text.number(value) for value in begun["ratio"]],
            "Seconds per further cohort": ["–" if pd.isna(value) else text.number(value) for value in further],
            "Ratio, further cohort": ["–" if pd.isna(value) else text.number(value) for value in over],
            "Processor seconds per cohort": [text.number(value) for value in begun["cpu_seconds"] / begun["cohorts"]],
            "Largest process, MB": [f"{value:.0f}" for value in begun["memory_mb"]],
        }
    )


def browser_table(rows: pd.DataFrame) -> pd.DataFrame:
    """Seconds from the click to each step of the in-browser page, and the memory, for first and later visits."""
    names = {
        "ready": "Software ready, s",
        "verdicts": "Verdicts, s",
        "specification curves": "Sensitivity analysis, s",
        "report": "Figures and report, s",
        "longest task of the page": "Longest task of the page, s",
        "memory": "Largest process, MB",
    }
    wide = rows.pivot(index=["study", "visit"], columns="step", values="value")[list(names)].reset_index()
    for step in names:
        digits = 0 if step == "memory" else 2 if step.startswith("longest") else 1
        wide[step] = [f"{value:.{digits}f}" for value in wide[step]]
    wide["study"] = wide["study"].map(_title)
    return wide.rename(columns={"study": "Study", "visit": "Visit", **names}).rename_axis(None, axis="columns")


def _title(study: str) -> str:
    return load_protocol(study_folder(study) / "protocol.yml").title


def _cohorts_in_words(condition: str) -> str:
    """A study, a scenario and what else is true of the cohorts, from keys after commas."""
    study, scenario, *others = condition.split(", ")
    words = text.scenario_words(load_protocol(study_folder(study) / "protocol.yml"), scenario)
    return f"{_title(study)}: {', '.join([words, *others])}"


def _missed(row: text.Row) -> str:
    if row["kind"] == "size" and row["share"] > 0.05 + 2 * row["error"]:
        return " (too often)"
    return _too_rarely(row["share"], row["error"]) if row["kind"] == "coverage" else ""


def _too_rarely(share: float, error: float) -> str:
    """The mark of a coverage below 95 % by more than twice its standard error."""
    return " (too rarely)" if share < 0.95 - 2 * error else ""
