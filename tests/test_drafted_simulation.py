"""The simulation that `secretome new` writes as comments is valid once they are removed."""

import re
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from commands import assert_refused, secretome
from secretome import load_study
from secretome.cohort.new_study import new_study
from secretome.cohort.simulate import simulate
from secretome.protocol import load_protocol

RNG = np.random.default_rng(8)
GROUPS = ("control", "drug")


def lognormal() -> str:
    rows = [f"{group},{RNG.lognormal(4 - at, 0.4):.1f}" for at, group in enumerate(GROUPS) for _ in range(6)]
    return "\n".join(["group,IL6_pg_ml", *rows, "control,<8", "drug,<8"])


def normal() -> str:
    rows = [f"{group},{RNG.normal(at, 1):.2f}" for at, group in enumerate(GROUPS) for _ in range(8)]
    return "\n".join(["group,score", *rows])


def survival() -> str:
    rows = [f"{group},{RNG.integers(5, 48)},{int(RNG.random() < 0.7)}" for group in GROUPS for _ in range(8)]
    return "\n".join(["group,time (h),died", *rows])


def panel() -> str:
    header = ",".join(["group", *(f"IL-{number} (pg/mL)" for number in range(1, 13))])
    return "\n".join(
        [header, *(",".join([group, *(f"{v:.1f}" for v in RNG.lognormal(3, 0.5, 12))]) for group in GROUPS * 5)]
    )


def pairs() -> str:
    rows = []
    for donor in range(7):
        value = RNG.lognormal(2, 0.5)
        rows += [f"D{donor},{group},{value * (1 + at) * RNG.lognormal(0, 0.1):.2f}" for at, group in enumerate(GROUPS)]
    return "\n".join(["donor,group,cells (%)", *rows])


def uncomment(protocol: Path) -> None:
    text = protocol.read_text(encoding="utf-8")
    head, mark, rest = text.partition("# simulation:\n")
    assert mark
    protocol.write_text(head + re.sub(r"^# ", "", mark + rest, flags=re.MULTILINE), encoding="utf-8")


@pytest.mark.parametrize("table", [lognormal, normal, survival, pytest.param(panel, marks=pytest.mark.slow), pairs])
def test_uncommented_simulation_is_valid_and_draws_like_the_file(tmp_path: Path, table: Callable[[], str]) -> None:
    (tmp_path / "lab.csv").write_text(table(), encoding="utf-8")
    folder = new_study("lab", tmp_path / "lab.csv", tmp_path, paired=True if table is pairs else None).folder
    assert load_protocol(folder / "protocol.yml").simulation is None
    uncomment(folder / "protocol.yml")
    own = load_study(folder)
    drawn = tmp_path / "drawn.csv"
    simulate(own.protocol, n=400, seed=2).to_csv(drawn, index=False)
    values = load_study(folder, cohort=drawn).cohort.values
    for endpoint in own.protocol.endpoints:
        if table is survival:
            assert set(values["endpoint"]) == {endpoint}
            continue
        for group in own.protocol.groups:
            medians = [
                each.loc[(each["endpoint"] == endpoint) & (each["group"] == group), "value"].median()
                for each in (own.cohort.values, values)
            ]
            spread = own.cohort.values.loc[own.cohort.values["endpoint"] == endpoint, "value"].std()
            assert abs(medians[0] - medians[1]) < spread
    null = simulate(own.protocol, "null", n=3)
    assert set(null["scenario"]) == {"null"}


def test_power_and_simulate_say_what_to_add(tmp_path: Path) -> None:
    (tmp_path / "lab.csv").write_text(lognormal(), encoding="utf-8")
    folder = new_study("lab", tmp_path / "lab.csv", tmp_path).folder
    for command in (("power", folder, "-n", "8"), ("simulate", folder, "--out", tmp_path / "drawn.csv")):
        refused = secretome(*command)
        assert_refused(refused)
        assert "as_published" in refused.stderr
    uncomment(folder / "protocol.yml")
    shown = secretome("power", folder, "-n", "8", "--cohorts", "100")
    assert shown.exit_code == 0, shown.output
