"""The picture on the front page: a claim, a cohort and a verdict, drawn and worded by the package from the cohort."""

from __future__ import annotations

import html
from typing import Any

from docutils import nodes
from sphinx.util.docutils import SphinxDirective

from secretome import adjudicate, analyse, load_study
from secretome.report import figures, text
from secretome.report.render import figure_html


class Answer(SphinxDirective):
    """What one cohort answers to one claim of a paired study.

    ````
    ```{answer} treg_conditioned_medium tregs_rise_cd25pos
    ```
    ````
    """

    required_arguments = 2

    def run(self) -> list[nodes.Node]:
        """Analyse the study's own cohort and show the three steps side by side."""
        name, key = self.arguments
        study = load_study(name)
        claim = study.protocol.claims[key]
        results = analyse(study, analyses=("published", "planned"))
        verdicts = adjudicate(study, results)
        verdict = verdicts.set_index("claim", drop=False).loc[key]
        planned = results[(results["reading"] == "planned") & (results["alternative"] != "equivalence")].set_index(
            "endpoint", drop=False
        )
        row = planned.loc[claim.endpoint]
        standing = f"{text.cohort_status_sentence(study, verdicts)} {text.registration_sentence(study)}"
        drawing = figure_html(
            figures.to_svg(figures.paired_figure(study, claim, row), "answer"),
            text.paired_alt(study, claim, row),
            "answer",
        )
        steps = (
            ("A claim", f"<blockquote><p>{html.escape(claim.sentence)}</p></blockquote>"),
            ("A cohort", f"{drawing}<p>{html.escape(text.cohort_sentence(study))}</p>"),
            (
                "A verdict",
                f'<p class="answer-verdict {verdict["verdict"]}">{html.escape(verdict["verdict"].capitalize())}</p>'
                f"<p>{html.escape(text.verdict_sentence(study, verdict))}</p>"
                f'<p class="answer-standing">{html.escape(standing)}</p>',
            ),
        )
        shown = "".join(f'<li><p class="answer-kind">{title}</p>{body}</li>' for title, body in steps)
        self.env.note_dependency(str(study.cohort.path))
        return [nodes.raw("", f'<ol class="answer">{shown}</ol>', format="html")]


def setup(app: Any) -> dict[str, bool]:
    """Register with Sphinx."""
    app.add_directive("answer", Answer)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
