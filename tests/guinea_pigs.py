"""A study with one endpoint and unpaired animals, which tests write into a folder of their own.

Tooth lengths: Crampton EW (1947) Journal of Nutrition 33:491-504, as R's data set ToothGrowth. Micronuclei: Adler ID,
Kliesch U (1990) Mutation Research 234:115-123, as the data set Mutagenicity of R's package mratios.
"""

from pathlib import Path

TOOTH = "tooth_growth"
LENGTHS: dict[str, tuple[float, ...]] = {
    "oj05": (15.2, 21.5, 17.6, 9.7, 14.5, 10, 8.2, 9.4, 16.5, 9.7),
    "oj1": (19.7, 23.3, 23.6, 26.4, 20, 25.2, 25.8, 21.2, 14.5, 27.3),
    "oj2": (25.5, 26.4, 22.4, 24.5, 24.8, 30.9, 26.4, 27.3, 29.4, 23),
    "vc05": (4.2, 11.5, 7.3, 5.8, 6.4, 10, 11.2, 11.2, 5.2, 7),
    "vc1": (16.5, 16.5, 15.2, 17.3, 22.5, 17.3, 13.6, 14.5, 18.8, 15.5),
    "vc2": (23.6, 18.5, 33.9, 25.5, 26.4, 32.5, 26.7, 21.5, 23.3, 29.5),
}
MICRONUCLEI: dict[str, tuple[int, ...]] = {
    "vehicle": (1, 2, 2, 2, 3, 3, 5),
    "hydro30": (2, 4, 4, 4, 5),
    "hydro50": (4, 6, 6, 7, 8),
    "hydro75": (9, 12, 13, 18, 18),
    "hydro100": (13, 20, 22, 22, 23),
    "cyclo25": (15, 20, 32, 33),
}
PROTOCOL = """\
key: {key}
title: Vitamin C and the teeth of guinea pigs
setting: in vivo
species: guinea pig
experimental_unit: guinea pig
registered: 2026-11-29
cohort: {{file: cohorts/crampton.csv, source: data, public: 1947}}
sources:
  data: {{citation: crampton-1947, text: Crampton (1947), licence: facts only}}
groups:
  oj05: {{label: Orange juice low, role: treated, dose: 0.5}}
  oj1: {{label: Orange juice middle, role: treated, dose: 1}}
  oj2: {{label: Orange juice high, role: treated, dose: 2}}
  vc05: {{label: Ascorbic acid low, role: reference}}
  vc1: {{label: Ascorbic acid middle, role: reference}}
  vc2: {{label: Ascorbic acid high, role: reference}}
endpoints:
  length:
    label: Tooth length
    unit: um
    kind: continuous
    lowest: 0
    equivalence_margin: {{low: 0.80, high: 1.25, reason: the bioequivalence convention}}
claims:
  longer_at_1:
    sentence: Orange juice gives longer teeth than ascorbic acid at the middle dose.
    endpoint: length
    direction: up
    kind: single
    contrast: oj1 vs vc1
    published_test: {{method: mann_whitney, stated: an exercise}}
    source: data
"""


def write_study(notebooks: Path, key: str = TOOTH, origin: str = "measured") -> Path:
    """Write the study's protocol and its own cohort; return its folder."""
    folder = notebooks / key
    (folder / "cohorts").mkdir(parents=True)
    (folder / "protocol.yml").write_text(PROTOCOL.format(key=key), encoding="utf-8")
    rows = [
        f"{group}-{at},{group},{value},{origin}" for group, values in LENGTHS.items() for at, value in enumerate(values)
    ]
    (folder / "cohorts" / "crampton.csv").write_text("\n".join(["animal,group,length,origin", *rows]), encoding="utf-8")
    return folder
