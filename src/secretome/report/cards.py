"""Cards of verdicts: what a page, a report and the in-browser page show first."""

import html

import pandas as pd

from secretome.claims import Decision
from secretome.cohort import Study
from secretome.report import text
from secretome.report.display import show


def verdict_cards(study: Study, verdicts: pd.DataFrame) -> str:
    """Return one card for each claim as HTML: the verdict, the claim, the effect with its interval, p and n.

    Parameters
    ----------
    study : Study
        A protocol with a cohort.
    verdicts : DataFrame
        What `adjudicate` returned for it.

    Returns
    -------
    str

    Examples
    --------
    >>> from secretome import adjudicate, analyse, load_study
    >>> study = load_study("treg_conditioned_medium")
    >>> cards = verdict_cards(study, adjudicate(study, analyse(study, ("planned",))))
    >>> cards.count('data-verdict="supported"')
    2
    """
    cards = "\n".join(_card(study, verdict) for _, verdict in verdicts.iterrows())
    return f'<ul class="cards" aria-label="Verdicts">\n{cards}\n</ul>'


def show_cards(study: Study, verdicts: pd.DataFrame) -> None:
    """Show the cards as the output of a notebook's cell, as text where there is no HTML."""
    plain = "\n".join(text.verdict_sentence(study, verdict) for _, verdict in verdicts.iterrows())
    show({"text/html": verdict_cards(study, verdicts), "text/plain": plain})


def _card(study: Study, verdict: text.Row) -> str:
    claim = study.protocol.claims[verdict["claim"]]
    simulated = f"simulated {study.protocol.units}" if study.cohort.origin == "simulated" else ""
    published = str(verdict["verdict_as_published"])
    same = published in (verdict["verdict"], Decision.NOT_ANALYSED)
    other = "" if same else f"Published test: {published}"
    lines = (
        ("card-effect", text.card_effect(study, verdict)),
        ("card-evidence", text.card_evidence(study, verdict)),
        ("card-published", other),
    )
    shown = "".join(f'<p class="{name}">{html.escape(line)}</p>' for name, line in lines if line)
    tag = f' <span class="card-origin">{html.escape(simulated)}</span>' if simulated else ""
    return (
        f'<li class="card {verdict["verdict"]}" data-claim="{verdict["claim"]}" data-verdict="{verdict["verdict"]}">'
        f'<p class="card-kind"><strong>{str(verdict["verdict"]).capitalize()}</strong>{tag}</p>'
        f'<p class="card-claim">{html.escape(claim.sentence)}</p>{shown}</li>'
    )
