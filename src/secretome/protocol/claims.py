"""Models of the claims, checks and differences of slopes in ``protocol.yml``, and the kinds of claims."""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Annotated, Literal, NamedTuple, TypeVar

from secretome.protocol.fields import ContradictionsError, FieldRule, Strict, Text
from secretome.protocol.names import sides

Direction = Literal["up", "down"]
# What a claim states: that a response changes in the claimed direction, that it differs in either direction, or that
# it stays inside the equivalence margins.
Goal = Literal["rise_or_fall", "difference", "equivalence"]
Item = TypeVar("Item")


@dataclass(frozen=True, kw_only=True)
class PublishedTest(Strict):
    """The test presumed to be the authors', and what they state about it; ``not_stated`` if none is presumed."""

    method: Literal[
        "signed_rank",
        "paired_t",
        "mann_whitney",
        "jonckheere_terpstra",
        "student_t",
        "welch_t",
        "anova_dunnett",
        "anova_tukey",
        "kruskal_dunn",
        "logrank",
        "fisher",
        "chi_square",
        "not_stated",
    ]
    stated: Text


class ClaimForm(NamedTuple):
    """What the claims of a kind state, and so which keys they have and how their contrasts are used."""

    goal: Goal
    together: bool  # about several contrasts, all of which it needs
    over_doses: bool  # about a series of doses
    of_effects: bool = False  # about the difference of two effects

    @property
    def has_family(self) -> bool:
        """Whether p is adjusted over the other contrasts of a family."""
        return not (self.together or self.over_doses or self.of_effects)


class PerKind(dict[str, Item]):
    """One item for each kind of claim; asking for the item of a kind that has none says what is missing, and where.

    Examples
    --------
    >>> words = PerKind("description", "my_module.WORDS", {"single": "one contrast"})
    >>> words["trend"]
    Traceback (most recent call last):
    KeyError: "claims of kind 'trend' have no description yet: add it to my_module.WORDS"
    """

    def __init__(self, what: str, place: str, items: Mapping[str, Item]) -> None:
        super().__init__(items)
        self._what, self._place = what, place

    def __missing__(self, kind: str) -> Item:
        raise KeyError(f"claims of kind {kind!r} have no {self._what} yet: add it to {self._place}")


CLAIM_FORMS = PerKind(
    "form",
    "secretome.protocol.claims.CLAIM_FORMS",
    {
        "single": ClaimForm("rise_or_fall", together=False, over_doses=False),
        "every": ClaimForm("rise_or_fall", together=True, over_doses=False),
        "unchanged": ClaimForm("equivalence", together=True, over_doses=False),
        "trend": ClaimForm("rise_or_fall", together=False, over_doses=True),
        "interaction": ClaimForm("rise_or_fall", together=False, over_doses=False, of_effects=True),
    },
)


@dataclass(frozen=True, kw_only=True)
class Claim(Strict):
    """A published claim in a form that a cohort can test.

    `single`: one `contrast`, adjusted over its `family`, or over all endpoints of a `panel`. `every`: all
    `contrasts` change in one direction. `unchanged`: all `contrasts` are inside the equivalence margins. `trend`:
    the response changes with the `doses`, which are in ascending order; `contrast` is its name. `interaction`: the
    first of two `effects`, each a contrast, is higher than the second, or lower; `contrast` is its name. If
    `negligible` is false, an effect inside the equivalence margins still counts. Survival that goes ``up`` is
    longer: the hazard ratio is below 1.
    """

    sentence: Text
    endpoint: Text
    kind: Literal["single", "every", "unchanged", "trend", "interaction"]
    direction: Direction | None = None
    contrast: str = ""
    family: tuple[Text, ...] = ()
    panel: str = ""
    contrasts: tuple[Text, ...] = ()
    doses: tuple[Text, ...] = ()
    effects: tuple[Text, ...] = ()
    negligible: bool = True
    published_test: PublishedTest | None = None
    printed_range: tuple[float, float] | None = None
    source: Text

    def __post_init__(self) -> None:
        if self.printed_range and not self.printed_range[0] < self.printed_range[1]:
            raise ContradictionsError("printed_range must be two effects, the smaller first")
        self._check_keys_of_kind()

    def _check_keys_of_kind(self) -> None:
        form = self.form
        needed = {
            "direction": form.goal == "rise_or_fall",
            "contrast": not form.together,
            "contrasts": form.together,
            "doses": form.over_doses,
            "effects": form.of_effects,
        }
        for key, wanted in needed.items():
            if wanted != bool(getattr(self, key)):
                raise ContradictionsError(f"a claim of kind {self.kind!r} {'needs' if wanted else 'has no'} {key!r}")
        if self.family and not form.has_family:
            raise ContradictionsError(f"a claim of kind {self.kind!r} has no 'family'")
        if self.panel and (self.family or not form.has_family):
            raise ContradictionsError("only a claim of kind 'single' without a 'family' belongs to a 'panel'")
        if form.over_doses and len(self.doses) < 3:
            raise ContradictionsError("a trend needs three doses or more")
        groups = [group for effect in self.effects for group in sides(effect)]
        if form.of_effects and (len(self.effects) != 2 or len(set(groups)) != 4):
            raise ContradictionsError("an interaction needs two effects, each a contrast, of four different groups")

    @property
    def form(self) -> ClaimForm:
        """What the claims of this kind state."""
        return CLAIM_FORMS[self.kind]

    @property
    def compared(self) -> tuple[str, ...]:
        """The contrasts of two groups that the claim states or is adjusted over; others have none."""
        if self.over_doses or self.of_effects:
            return ()
        return self.contrasts or self.family or (self.contrast,)

    @property
    def published_method(self) -> str:
        """The name of the test presumed to be the authors'; empty if none is known."""
        test = self.published_test
        return "" if test is None or test.method == "not_stated" else test.method

    @property
    def decisive_contrasts(self) -> tuple[str, ...]:
        """The contrasts that decide the claim, without the others of its family."""
        return self.contrasts or (self.contrast,)

    @property
    def together(self) -> bool:
        """Whether the claim needs every one of its contrasts, so that none is adjusted."""
        return self.form.together

    @property
    def is_equivalence(self) -> bool:
        """Whether the claim states that nothing changes."""
        return self.form.goal == "equivalence"

    @property
    def over_doses(self) -> bool:
        """Whether the claim is about a series of doses."""
        return self.form.over_doses

    @property
    def of_effects(self) -> bool:
        """Whether the claim is about the difference of two effects."""
        return self.form.of_effects

    @property
    def pairs_of_groups(self) -> tuple[str, ...]:
        """The contrasts of two groups on whose values the claim depends."""
        return self.adjacent if self.over_doses else self.effects if self.of_effects else self.decisive_contrasts

    @property
    def adjacent(self) -> tuple[str, ...]:
        """The contrasts of each dose of a trend with the next lower one."""
        return tuple(f"{higher} vs {lower}" for lower, higher in pairwise(self.doses))

    @property
    def rises(self) -> bool:
        """Whether the claim states an increase, not a decrease.

        Raises
        ------
        ValueError
            If the claim states no direction.
        """
        if self.direction is None:
            raise ValueError(f"a claim of kind {self.kind!r} states no direction: look at its 'direction' first.")
        return self.direction == "up"

    def states(self, endpoint: str, contrast: str) -> bool:
        """Whether the claim is about this contrast of this endpoint, or is adjusted for it."""
        return endpoint == self.endpoint and contrast in self.compared

    @property
    def sides(self) -> tuple[str, str]:
        """The treated and the control group of the claim's contrast."""
        return sides(self.contrast)


@dataclass(frozen=True, kw_only=True)
class Panel(Strict):
    """Endpoints that were measured together, such as the cytokines of one assay, and the contrasts made of each.

    The p-values of all endpoints and contrasts are one family: multiplied by their number (``bonferroni``), or by
    Holm's procedure. Intervals are simultaneous by Bonferroni in both cases.
    """

    label: Text
    endpoints: Annotated[tuple[Text, ...], FieldRule(min_length=2)]
    contrasts: Annotated[tuple[Text, ...], FieldRule(min_length=1)]
    adjust: Literal["bonferroni", "holm"] = "bonferroni"

    @property
    def size(self) -> int:
        """The number of tests in the family."""
        return len(self.endpoints) * len(self.contrasts)


@dataclass(frozen=True, kw_only=True)
class Check(Strict):
    """A precondition of the experiment: if it fails, the claims on the endpoint cannot be tested."""

    sentence: Text
    endpoint: Text
    contrast: Text
    direction: Direction
    test: Literal["mann_whitney", "welch", "logrank", "paired_t"]
    reason: Text

    @property
    def rises(self) -> bool:
        """Whether an increase is expected, not a decrease."""
        return self.direction == "up"


@dataclass(frozen=True, kw_only=True)
class SlopeDifference(Strict):
    """A test of whether the dose has a larger effect in one series of groups than in another.

    That one slope is significant and the other is not does not answer this.
    """

    question: Text
    endpoint: Text
    contrast: Text
    doses: Annotated[tuple[Text, ...], FieldRule(min_length=3)]
    other_doses: Annotated[tuple[Text, ...], FieldRule(min_length=3)]
