"""Parts of slides: the sentences, code, figures and tables of a lesson's page, each with the height that it needs.

Nothing measures a page while the book is built, so heights are estimated from the number of letters, generously. A test
opens every slide in a browser and finds what does not fit.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from bs4 import BeautifulSoup
from bs4.element import NavigableString, PageElement, Tag

# Pixels of a slide, 1280 wide and 720 high, below its title. The style sheet has the same sizes of type.
ROOM = 550
TEXT_LINE, TEXT_LETTERS, TEXT_GAP = 36, 90, 12
CODE_LINE, CODE_LETTERS, CODE_GAP = 27, 88, 40
ROW_LINE, ROW_LETTERS, ROW_GAP = 30, 86, 14
MATHEMATICS = 110
FIGURE_WIDTH, FIGURE_HEIGHT = 740, 540
# What belongs to the page and not to the lesson.
LEFT_OUT = "script, link, style, form, .live, .try-hint, .try-note, .export, .headerlink, .hide"
SENTENCE_END = re.compile(r"(?<=[.?!])\s+(?=[A-Z0-9“\"(])|(?<=[.?!][”)\"])\s+(?=[A-Z0-9“\"(])")
# A line that only names what follows it.
LABEL = re.compile(r"In \w+\.")


@dataclass(frozen=True)
class Part:
    """What is not divided between two slides.

    Attributes
    ----------
    html : str
        The part; an item of a list without its tag.
    height : float
        In pixels; infinite for what has a slide alone.
    within : str
        The tag of the list that the part is an item of, or empty.
    leads : bool
        Whether it introduces the next part, which must be on the same slide.
    """

    html: str
    height: float
    within: str = ""
    leads: bool = False


def parts_of(elements: Sequence[PageElement], *, by_sentence: bool = True) -> Iterator[Part]:
    """The parts of some elements of a page, in order.

    Parameters
    ----------
    elements : sequence of PageElement
        The elements.
    by_sentence : bool
        Whether paragraphs become lists of sentences.
    """
    for element in elements:
        if not isinstance(element, Tag):
            continue
        classes = element.get_attribute_list("class")
        if element.name == "p":
            yield from _paragraph(element, by_sentence=by_sentence)
        elif element.name in {"ul", "ol"}:
            yield from _items(element)
        elif "cell" in classes:
            yield from _cell(element)
        elif "math" in classes:
            yield Part(str(element), MATHEMATICS)
        elif element.name == "figure":
            yield _figure(element)
        elif element.name == "table":
            yield _table(element)
        elif element.name == "pre":
            yield code(element)
        elif element.name in {"div", "details"}:
            yield from parts_of(list(element.children), by_sentence=by_sentence)


def _paragraph(paragraph: Tag, *, by_sentence: bool) -> Iterator[Part]:
    """A part for each sentence; a label, and a paragraph around a formula, stays a paragraph."""
    text = " ".join(paragraph.get_text().split())
    noted = "simulated" in paragraph.get_attribute_list("class") or LABEL.fullmatch(text)
    if noted or not by_sentence or text[:1].islower():
        yield Part(str(paragraph), text_height(text), leads=_leads(text) or bool(LABEL.fullmatch(text)))
        return
    for sentence in sentences(paragraph):
        plain = BeautifulSoup(sentence, "html.parser").get_text()
        yield Part(sentence, text_height(plain), "ul", leads=_leads(plain))


def _leads(text: str) -> bool:
    """Whether a sentence goes on in what follows it: code after a colon, or a formula."""
    return not text.rstrip().endswith((".", "?", "!", ")", "”"))


def sentences(paragraph: Tag) -> list[str]:
    """The sentences of a paragraph, as HTML.

    >>> sentences(BeautifulSoup("<p>One <b>is. Not</b> two. Three: four.</p>", "html.parser").p)
    ['One <b>is. Not</b> two.', 'Three: four.']
    """
    found = [""]
    for node in paragraph.children:
        if not isinstance(node, NavigableString):
            found[-1] += str(node)
            continue
        before = BeautifulSoup(found[-1], "html.parser").get_text()
        # A sentence may end inside an element, and the next begin in the text after it.
        first, *others = SENTENCE_END.split(before + str(node))
        while len(first) < len(before) and others:
            first = " ".join([first, others.pop(0)])
        found[-1] += _escaped(first[len(before) :])
        found += [_escaped(other) for other in others]
    return [sentence.strip() for sentence in found if sentence.strip()]


def _escaped(text: str) -> str:
    return str(NavigableString(text).output_ready("minimal"))


def _items(listed: Tag) -> Iterator[Part]:
    for item in listed.find_all("li", recursive=False):
        paragraphs = item.find_all("p", recursive=False)
        inside = " ".join(paragraph.decode_contents() for paragraph in paragraphs) or item.decode_contents()
        yield Part(inside, text_height(item.get_text()), listed.name)


def _cell(cell: Tag) -> Iterator[Part]:
    """A cell's code, unless the page folds it, and its output."""
    tags = cell.get_attribute_list("class")
    folded = "tag_hide-input" in tags or "tag_data" in tags
    shown = [] if folded else [code(pre) for pre in cell.select(".cell_input pre")]
    outputs = list(_outputs(cell))
    if shown and outputs and outputs[0].html.startswith("<pre"):
        both = [shown[0], outputs[0]]
        if sum(part.height for part in both) <= ROOM:
            yield Part("".join(part.html for part in both), sum(part.height for part in both))
            yield from outputs[1:]
            return
    yield from (replace(part, leads=bool(outputs)) for part in shown)
    yield from outputs


def _outputs(cell: Tag) -> Iterator[Part]:
    for output in cell.select(".cell_output .output"):
        if output.pre is not None:
            part = code(output.pre)
            yield Part(part.html.replace("<pre", '<pre data-output=""', 1), part.height)
        else:
            yield from parts_of(list(output.children))


def code(pre: Tag) -> Part:
    """Code, or what it printed; a long one is set in a smaller type."""
    text = pre.get_text().rstrip()
    lines = sum(max(1, math.ceil(len(line) / CODE_LETTERS)) for line in text.splitlines())
    height = lines * CODE_LINE + CODE_GAP
    inside = pre.decode_contents().rstrip()
    if height <= ROOM:
        return Part(f'<pre class="highlight">{inside}</pre>', height)
    return Part(f'<pre class="highlight dense">{inside}</pre>', min(ROOM, 0.8 * height))


def _figure(figure: Tag) -> Part:
    """A drawing, as large as fits, with its caption beside it."""
    drawing = figure.select("svg")[0]
    _, _, width, height = map(float, str(drawing["viewbox" if drawing.has_attr("viewbox") else "viewBox"]).split())
    scale = min(FIGURE_WIDTH / width, FIGURE_HEIGHT / height)
    drawing["style"] = f"width: {width * scale:.0f}px; height: {height * scale:.0f}px"
    caption = figure.figcaption.decode_contents() if figure.figcaption else ""
    return Part(f'<figure class="drawing">{drawing}<figcaption>{caption}</figcaption></figure>', math.inf)


def _table(table: Tag) -> Part:
    rows = [[cell.get_text(" ", strip=True) for cell in row.select("th, td")] for row in table.select("tr")]
    widths = [max(len(row[place]) for row in rows if place < len(row)) for place in range(max(map(len, rows)))]
    share = ROW_LETTERS / max(sum(widths), 1)
    lines = sum(
        max(math.ceil(len(text) / max(1.0, width * share)) for text, width in zip(row, widths, strict=False))
        for row in rows
    )
    caption = TEXT_LINE if table.caption else 0
    return Part(str(table), lines * ROW_LINE + len(rows) * ROW_GAP + caption + TEXT_GAP)


def text_height(text: str) -> int:
    """The height of a sentence in pixels."""
    return math.ceil(len(text) / TEXT_LETTERS) * TEXT_LINE + TEXT_GAP


def divided(parts: Sequence[Part], room: float = ROOM) -> list[list[Part]]:
    """Parts as the contents of slides that are about equally full.

    Parameters
    ----------
    parts : sequence of Part
        The parts, in order.
    room : float
        The height of a slide's contents.
    """
    runs: list[list[list[Part]]] = [[]]
    for group in _groups(parts):
        alone = math.isinf(group[0].height)
        if alone and runs[-1]:
            runs.append([])
        runs[-1].append(group)
        if alone:
            runs.append([])
    return [slide for run in runs if run for slide in _divided_run(run, room)]


def _groups(parts: Sequence[Part]) -> Iterator[list[Part]]:
    """Parts that must stay together: one that introduces another, with it."""
    group: list[Part] = []
    for part in parts:
        if group and (math.isinf(part.height) or sum(each.height for each in group) + part.height > ROOM):
            yield group
            group = []
        group.append(part)
        if not part.leads:
            yield group
            group = []
    if group:
        yield group


def _divided_run(groups: list[list[Part]], room: float) -> list[list[Part]]:
    heights = [sum(part.height for part in group) for group in groups]
    if math.isinf(heights[0]):
        return [groups[0]]
    count = math.ceil(sum(heights) / room)
    full = min(room, sum(heights) / count + max(heights) / 2)
    slides: list[list[Part]] = [[]]
    filled = 0.0
    for group, height in zip(groups, heights, strict=True):
        if slides[-1] and filled + height > full:
            slides.append([])
            filled = 0.0
        slides[-1] += group
        filled += height
    return slides


def as_html(parts: Sequence[Part]) -> str:
    """Parts as HTML; neighbours that are items of a list stand in one list."""
    pieces: list[str] = []
    within = ""
    for part in parts:
        if within and part.within != within:
            pieces.append(f"</{within}>")
        if part.within and part.within != within:
            pieces.append(f"<{part.within}>")
        within = part.within
        pieces.append(f"<li>{part.html}</li>" if within else part.html)
    return "".join([*pieces, f"</{within}>"] if within else pieces)
