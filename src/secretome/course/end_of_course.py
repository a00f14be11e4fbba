"""The test at the end of the course: a task for each lesson, with other values for every student."""

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import nbformat
import numpy as np
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook
from numpy.random import Generator
from numpy.typing import NDArray
from scipy import stats as scipy_stats

from secretome import stats
from secretome.course.assignment import answer_cell
from secretome.course.exercise_data import values_as_text
from secretome.course.questions import Question, QuestionKind

Floats = NDArray[np.float64]
NAME, TITLE = "end_of_course", "Test at the end of the course"
EQUIVALENCE = ("equivalent", "different", "both", "neither")
MARGINS = 0.8, 1.25
UNITS = {
    "cage": "{m} mice live in each of {k} cages. The drug is mixed into the drinking water of half of the cages",
    "mouse": "{m} mice live in each of {k} cages. In every cage, mice are drawn at random, and these are injected",
    "litter": "{k} pregnant dams are drawn at random for treatment or none, and {m} pups of each are measured",
}
INTRODUCTION = (
    "# Test at the end of the course\n\nFor **{student}**.\n\n"
    "Each task is about one lesson. All values were made up for you; other students have others. The data are printed "
    "below, and are also in `data.csv`. Use any program, or paper; only the sheet `answers.csv` is marked.\n\n"
    "Give numbers with at least four digits. An answer from a list counts only with the right number of the same task."
)
ANSWERS = (
    "## Answers\n\nWrite the answers between the quotation marks and run the cell: it writes them into `answers.csv`. "
    "You may also fill in the column `answer` of that file yourself. Numbers may have a decimal point or a comma."
)


@dataclass(frozen=True)
class Task:
    """A task of one student.

    Attributes
    ----------
    text : str
        What is given.
    answers : mapping
        For each question, by its name, what is asked and the right answer.
    data : mapping, optional
        The values of each group.
    """

    text: str
    answers: Mapping[str, tuple[str, object]]
    data: Mapping[str, Iterable[float]] = field(default_factory=dict)


def _ranks(rng: Generator) -> Task:
    n = int(rng.integers(5, 8))
    groups = {"untreated": 2.0 ** rng.integers(3, 7, n), "treated": 2.0 ** rng.integers(5, 9, n)}
    p = stats.mann_whitney(groups["treated"], groups["untreated"]).pvalue
    return Task(
        "The titres of two groups of mice.", {"ranks.p": ("the exact two-sided p of the Mann-Whitney test", p)}, groups
    )


def _min_pvalues(rng: Generator) -> Task:
    n, groups = int(rng.integers(4, 8)), int(rng.integers(2, 10))
    p = min(1.0, groups * 2 / math.comb(2 * n, n))
    text = (
        f"{groups} treated groups are compared with one control by the exact Mann-Whitney test, with {n} animals in "
        "each group. No two values are equal. Each p is adjusted by Bonferroni's method."
    )
    answers: dict[str, tuple[str, object]] = {
        "min_pvalues.p": ("the smallest possible adjusted p", p),
        "min_pvalues.possible": ("can a group be significant at 5 %?", "yes" if p <= 0.05 else "no"),
    }
    return Task(text, answers)


def _effects(rng: Generator) -> Task:
    groups = _lognormal(rng, float(rng.uniform(0.4, 2.5)), 0.5, int(rng.integers(6, 10)))
    fit = stats.geometric_mean_ratio(groups["treated"], groups["untreated"])
    answers: dict[str, tuple[str, object]] = {
        "effects.ratio": ("the ratio of the geometric means, treated to untreated", fit.estimate),
        "effects.low": ("the lower limit of its 95 % interval, by Welch's t", fit.confidence_interval(0.95).low),
    }
    return Task("A cytokine in two groups of rats, in pg/mL.", answers, groups)


def _many_groups(rng: Generator) -> Task:
    from statsmodels.stats.multitest import multipletests

    pvalues = [round(float(p), 4) for p in rng.uniform(0.004, 0.06, 5)]
    adjusted = float(multipletests(pvalues, method="holm")[1][2])
    text = f"Five groups were compared with one control, with the p-values {_listed(pvalues)}."
    return Task(text, {"many_groups.p": ("the third p, adjusted by Holm's method", adjusted)})


def _doses(rng: Generator) -> Task:
    groups = {
        name: rng.integers(low, low + 12, 4).astype(float) for name, low in (("low", 1), ("middle", 3), ("high", 6))
    }
    pairs = stats.jonckheere_terpstra(list(groups.values())).statistic
    asked = "the number of increasing pairs of animals from different doses, J; a tie counts one half"
    return Task("Values of four mice at each of three doses.", {"doses.pairs": (asked, pairs)}, groups)


def _limits(rng: Generator) -> Task:
    steps = rng.integers(3, 9, 7)
    mean = float(2 ** steps.mean())
    asked = "the geometric mean of the titres, each taken as it is"
    return Task("The titres of seven mice.", {"limits.mean": (asked, mean)}, {"titres": 2.0**steps})


def _counts(rng: Generator) -> Task:
    plaques = rng.poisson(rng.gamma(4, float(rng.uniform(4, 12)), 8)).astype(float)
    dispersion = float(plaques.var(ddof=1) / plaques.mean())
    asked = "their variance divided by their mean; the variance divides by n − 1"
    return Task("The plaques of eight mice.", {"counts.dispersion": (asked, dispersion)}, {"plaques": plaques})


def _equivalence(rng: Generator) -> Task:
    ratio, spread = float(rng.choice([0.6, 0.9, 1.0, 1.12, 1.5])), float(rng.choice([0.08, 0.35]))
    groups = _lognormal(rng, ratio, spread, int(rng.integers(7, 13)), mean=25)
    fit = stats.geometric_mean_ratio(groups["treated"], groups["untreated"])
    low, high = fit.confidence_interval(0.90)
    inside, differs = MARGINS[0] < low and high < MARGINS[1], fit.pvalue <= 0.05
    shown = EQUIVALENCE[2 if inside and differs else 0 if inside else 1 if differs else 3]
    answers: dict[str, tuple[str, object]] = {
        "equivalence.high": ("the upper limit of the 90 % interval of the ratio, treated to untreated", high),
        "equivalence.shown": ("what is shown at 5 %, with margins of 0.80 and 1.25", shown),
    }
    return Task("Phagocytosis in two groups of mice, in per cent.", answers, groups)


def _deaths(rng: Generator) -> Task:
    treated, untreated = (int(n) for n in rng.integers(7, 16, 2))
    expected = treated / (treated + untreated) + treated / (treated + untreated - 1)
    text = (
        f"{treated} treated and {untreated} untreated rats are alive. An untreated rat dies, and an hour later another "
        "untreated rat; none was lost in between."
    )
    return Task(text, {"deaths.expected": ("the deaths that a log-rank test expects among the treated", expected)})


def _cages(rng: Generator) -> Task:
    unit = str(rng.choice(list(UNITS)))
    m, k, icc = int(rng.integers(4, 8)), 2 * int(rng.integers(3, 8)), round(float(rng.uniform(0.1, 0.6)), 2)
    design = UNITS[unit].format(m=m, k=k)
    text = (
        f"Design 1: {design}. Design 2: whole cages are treated, {k} in all with {m} mice each, and the mice of a cage "
        f"have an intraclass correlation of {icc:g}."
    )
    answers: dict[str, tuple[str, object]] = {
        "cages.effective": (
            "the number of independent mice that those of design 2 are worth",
            m * k / (1 + (m - 1) * icc),
        ),
        "cages.unit": ("the experimental unit of design 1", unit),
    }
    return Task(text, answers)


def _multiplicity(rng: Generator) -> Task:
    k, alpha = int(rng.integers(4, 25)), float(rng.choice([0.01, 0.02, 0.05, 0.1]))
    asked = "the probability of at least one significant result, as a fraction"
    text = f"{k} independent tests at {100 * alpha:g} %, without any effect."
    return Task(text, {"multiplicity.probability": (asked, 1 - (1 - alpha) ** k)})


def _planning(rng: Generator) -> Task:
    from statsmodels.stats.power import TTestIndPower

    difference, tests = round(float(rng.uniform(0.6, 1.6)), 2), int(rng.integers(1, 6))
    power = float(rng.choice([0.8, 0.85, 0.9]))
    n = math.ceil(TTestIndPower().solve_power(difference, power=power, alpha=0.05 / tests))
    text = (
        f"Means that differ by {difference:g} SD are to be detected with a power of {100 * power:g} % by Student's t "
        f"test of two groups, two-sided, with 5 % divided by {tests}."
    )
    return Task(text, {"planning.n": ("the smallest number of animals in each group", n)})


def _auditing(rng: Generator) -> Task:
    n, error = int(rng.integers(6, 13)), np.round(rng.uniform(0.4, 1.2, 2), 2)
    mean = 10 + np.round(rng.uniform(0, 1, 2) * [0, 1] + [0, 1.5], 2)
    p = scipy_stats.ttest_ind_from_stats(mean[1], error[1] * n**0.5, n, mean[0], error[0] * n**0.5, n).pvalue
    text = (
        f"A paper prints {mean[0]:g} ± {error[0]:g} and {mean[1]:g} ± {error[1]:g}, as mean ± standard error, with "
        f"{n} mice in each group."
    )
    return Task(text, {"auditing.p": ("the two-sided p of Student's t test", p)})


def _pooling(rng: Generator) -> Task:
    k = int(rng.integers(3, 6))
    # Far enough apart that the interval is not narrower than that of a common effect.
    ratios = np.round(np.linspace(0.4, 1.3, k) * rng.uniform(0.85, 1.15, k), 2)
    error = round(float(rng.uniform(0.1, 0.2)), 2)
    high = float(np.exp(stats.random_effects(np.log(ratios), [error] * k).confidence_interval(0.95).high))
    text = (
        f"{k} laboratories find the ratios {_listed(ratios)}. Each log ratio has a standard error of {error:g} on the "
        "scale of natural logarithms."
    )
    asked = "the upper limit of the 95 % interval of the mean ratio, by Hartung and Knapp"
    return Task(text, {"pooling.ratio": (asked, high)})


_DRAW: dict[str, Callable[[Generator], Task]] = {
    "Ranks, and what exact means": _ranks,
    "Minimum attainable p-values": _min_pvalues,
    "Effect sizes with intervals": _effects,
    "Many groups against one control": _many_groups,
    "Dose trends": _doses,
    "Titres and detection limits": _limits,
    "Counts that vary more than chance": _counts,
    'When "no difference" is the claim': _equivalence,
    "Deaths before the measurement": _deaths,
    "Cages, litters and the experimental unit": _cages,
    "Multiple testing": _multiplicity,
    "Sample size and power": _planning,
    "Auditing a paper's numbers": _auditing,
    "Pooling cohorts": _pooling,
}
_LESSONS = [draw.__name__.strip("_") for draw in _DRAW.values()]
_KINDS: dict[str, QuestionKind] = {
    "p": "p",
    "ratio": "ratio",
    "possible": "choice",
    "shown": "choice",
    "unit": "choice",
}
_CHOICES = {"min_pvalues.possible": ("yes", "no"), "equivalence.shown": EQUIVALENCE, "cages.unit": tuple(UNITS)}


def draw_tasks(seed: int) -> dict[str, Task]:
    """The tasks of a student, by the title of their lesson.

    >>> draw_tasks(1)["Multiple testing"].text
    '8 independent tests at 10 %, without any effect.'
    """
    # Each task has its own random stream, so that a change of one does not change the others.
    return {title: draw(np.random.default_rng([seed, number])) for number, (title, draw) in enumerate(_DRAW.items())}


def end_questions() -> list[Question]:
    """The questions of the test, the same for every student: two marks for a number, one for a choice.

    >>> len(end_questions()), sum(question.marks for question in end_questions())
    (18, 33)
    """
    return [
        Question(name, asked, kind, 1 if kind == "choice" else 2, _CHOICES.get(name, ()), claim=name.partition(".")[0])
        for task in draw_tasks(0).values()
        for name, (asked, _) in task.answers.items()
        for kind in [_KINDS.get(name.partition(".")[2], "number")]
    ]


def data_rows(tasks: Mapping[str, Task]) -> list[dict[str, object]]:
    """The data of a student's tasks, a row for each value."""
    return [
        {"lesson": lesson, "group": group, "number": number, "value": text}
        for lesson, task in zip(_LESSONS, tasks.values(), strict=True)
        for group, values in task.data.items()
        for number, text in enumerate(values_as_text(map(float, values)), 1)
    ]


def key_rows(tasks: Mapping[str, Task], questions: Sequence[Question]) -> list[dict[str, object]]:
    """The rows of the key that are a student's, with the text of each task."""
    return [
        {
            "study": NAME,
            "question": question.key,
            "answer": answer if isinstance(answer, str) else f"{answer:.6g}",
            "uncorrected": "",
            "marks": question.marks,
            "asked": f"{task.text} Asked: {asked}",
        }
        for question, (task, (asked, answer)) in zip(
            questions, ((task, answer) for task in tasks.values() for answer in task.answers.values()), strict=True
        )
    ]


def notebook(tasks: Mapping[str, Task], student: str, questions: Sequence[Question]) -> bytes:
    """The test as an .ipynb file, the same bytes each time."""
    asked = {question.key: question for question in questions}
    cells = [new_markdown_cell(INTRODUCTION.format(student=student))]
    for number, (title, task) in enumerate(tasks.items(), 1):
        lines = [f"## {number}. {title}", "", task.text, ""]
        if task.data:
            width = max(map(len, task.data)) + 1
            shown = (
                f"{name + ':':<{width}} {'  '.join(values_as_text(map(float, values)))}"
                for name, values in task.data.items()
            )
            lines += ["```text", *shown, "```", ""]
        for name, (text, _) in task.answers.items():
            marks = "1 mark" if asked[name].marks == 1 else f"{asked[name].marks} marks"
            lines.append(f"- `{name}` ({marks}): {text} ({asked[name].tolerance})")
        cells.append(new_markdown_cell("\n".join(lines)))
    cells.append(new_code_cell('import pandas as pd\n\ndata = pd.read_csv("data.csv")\ndata.head()'))
    cells += [new_markdown_cell(ANSWERS), new_code_cell(answer_cell(questions))]
    for number, cell in enumerate(cells, 1):
        # Random ids would differ each time.
        cell["id"] = f"cell-{number}"
    kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
    return str(nbformat.writes(new_notebook(cells=cells, metadata={"kernelspec": kernel}))).encode() + b"\n"


def _lognormal(rng: Generator, ratio: float, spread: float, n: int, *, mean: float = 60) -> dict[str, Floats]:
    """Two groups of lognormal values with one decimal."""
    logs = {name: rng.normal(np.log(mean * by), spread, n) for name, by in (("untreated", 1), ("treated", ratio))}
    return {name: np.asarray(np.round(np.exp(values), 1), dtype=float) for name, values in logs.items()}


def _listed(numbers: Iterable[float]) -> str:
    texts = [f"{number:g}" for number in numbers]
    return f"{', '.join(texts[:-1])} and {texts[-1]}"
