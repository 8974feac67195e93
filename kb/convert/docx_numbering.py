"""Automatic numbering of a .docx file: which label Word prints before a paragraph.

The rules are those of ECMA-376 part 1, 17.9, and, where the standard is silent, what docx4j measured in
Word: all lists over one abstract definition share one count; a start override restarts that count when
its list is first met at that level; a skipped shallower level counts as used once (a first 1.1 is
followed by 2); ``isLgl`` turns only the inherited numbers into decimal digits.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace

from kb.convert.docx_drawing import ALTERNATE
from kb.convert.docx_package import Element, Package, W
from kb.convert.docx_styles import Styles, is_on, value_of
from kb.convert.numerals import format_number
from kb.convert.symbols import symbol

_PLACEHOLDER = re.compile(r"%([1-9])")


@dataclass(frozen=True, slots=True)
class Level:
    """One level of a list.

    Attributes:
        start: First number.
        style: Number format, a name of ST_NumberFormat.
        text: What is printed, with ``%1`` for the number of the first level.
        suffix: What stands between the label and the text: a blank or nothing.
        restart: Number of the deepest level whose use restarts this one, from 1; 0 for never, None for
            any shallower level.
        legal: Whether the numbers of shallower levels are printed as decimal digits.
        width: Least number of digits, where the format says ``001``.
        font: Font of the label, which tells what a bullet looks like.
        paragraph_style: Id of the style whose paragraphs are at this level, or ``""``.
        hidden: Whether the label is hidden text.
    """

    start: int = 0
    style: str = "decimal"
    text: str = ""
    suffix: str = " "
    restart: int | None = None
    legal: bool = False
    width: int = 0
    font: str = ""
    paragraph_style: str = ""
    hidden: bool = False


@dataclass(frozen=True, slots=True)
class List:
    """A list as paragraphs refer to it (``w:num``).

    Attributes:
        abstract: Id of the abstract definition it counts with.
        levels: Its levels by depth, overrides applied.
        starts: First numbers it sets anew, by depth.
    """

    abstract: str
    levels: dict[int, Level]
    starts: dict[int, int]


@dataclass(slots=True)
class _Count:
    value: int = 0
    used: bool = False
    restarted: bool = False  # stands at its start value, which the next use takes


@dataclass(slots=True)
class Counters:
    """The counts of one story (the body, the footnotes, one text box); each story counts on its own."""

    lists: dict[str, List]
    _counts: dict[tuple[str, int], _Count] = field(default_factory=dict)
    _started: set[tuple[str, int]] = field(default_factory=set)

    def label(self, list_id: str, depth: int) -> str:
        """Count one more paragraph and return its label with what separates it from the text."""
        numbered = self.lists.get(list_id)
        if numbered is None or depth not in numbered.levels:
            return ""
        self._advance(list_id, numbered, depth)
        for deeper, level in numbered.levels.items():
            if deeper > depth and (level.restart is None or depth < level.restart):
                count = self._count(numbered, deeper)
                count.value, count.restarted = self._start(numbered, deeper), True
        level = numbered.levels[depth]
        if level.hidden:
            return ""
        if level.style == "bullet":
            label = "".join(symbol(character, level.font) for character in level.text)
        else:
            label = _PLACEHOLDER.sub(
                lambda match: self._printed(numbered, int(match[1]) - 1, depth), level.text
            )
        return label + level.suffix if label.strip() else ""

    def _advance(self, list_id: str, numbered: List, depth: int) -> None:
        count = self._count(numbered, depth)
        for shallower in range(depth - 1, -1, -1):
            if shallower not in numbered.levels:
                break
            above = self._count(numbered, shallower)
            if above.used and not above.restarted:
                break
            self._advance(list_id, numbered, shallower)
        overridden = depth in numbered.starts and (list_id, depth) not in self._started
        if overridden or not count.used or count.restarted:
            count.value = self._start(numbered, depth)
        else:
            count.value += 1
        count.used, count.restarted = True, False
        self._started.add((list_id, depth))

    def _count(self, numbered: List, depth: int) -> _Count:
        return self._counts.setdefault((numbered.abstract, depth), _Count())

    @staticmethod
    def _start(numbered: List, depth: int) -> int:
        return numbered.starts.get(depth, numbered.levels[depth].start)

    def _printed(self, numbered: List, depth: int, current: int) -> str:
        level = numbered.levels.get(depth)
        if level is None or depth > current:
            return ""
        count = self._count(numbered, depth)
        value = count.value if count.used else self._start(numbered, depth)
        if depth < current and numbered.levels[current].legal:
            return str(value)
        return format_number(value, level.style).rjust(level.width, "0")


def read_lists(package: Package, styles: Styles) -> dict[str, List]:
    """Read the list definitions of a package, by list id."""
    root = package.companion("numbering")
    if root is None:
        return {}
    abstracts = {element.get(W + "abstractNumId", ""): element for element in root.findall(W + "abstractNum")}
    nums = {element.get(W + "numId", ""): element for element in root.findall(W + "num")}
    return {list_id: _read_list(num, abstracts, nums, styles) for list_id, num in nums.items()}


def _read_list(num: Element, abstracts: dict[str, Element], nums: dict[str, Element], styles: Styles) -> List:
    abstract_id = value_of(num, "abstractNumId")
    levels = _abstract_levels(abstract_id, abstracts, nums, styles)
    starts: dict[int, int] = {}
    for override in num.findall(W + "lvlOverride"):
        depth = _integer(override.get(W + "ilvl"), -1)
        element = override.find(W + "lvl")
        if element is not None:
            levels[depth] = _read_level(element, levels.get(depth, Level()))
        start = override.find(W + "startOverride")
        if start is not None:
            starts[depth] = _integer(start.get(W + "val"), 0)
    return List(abstract=abstract_id, levels=levels, starts=starts)


def _abstract_levels(
    abstract_id: str, abstracts: dict[str, Element], nums: dict[str, Element], styles: Styles
) -> dict[int, Level]:
    """Return the levels of an abstract definition, following its link to a numbering style once."""
    abstract = abstracts.get(abstract_id)
    if abstract is None:
        return {}
    link = value_of(abstract, "numStyleLink")
    if link and abstract.find(W + "lvl") is None:
        target = nums.get(styles.list_of(link))
        abstract = None if target is None else abstracts.get(value_of(target, "abstractNumId"))
        if abstract is None:
            return {}
    return {
        _integer(element.get(W + "ilvl"), 0): _read_level(element, Level())
        for element in abstract.findall(W + "lvl")
    }


def _read_level(element: Element, base: Level) -> Level:
    """Return a level with what its element states, and ``base`` for the rest."""
    level = base
    if element.find(W + "start") is not None:
        level = replace(level, start=_integer(value_of(element, "start"), 0))
    style, width = _number_format(element)
    if style:
        level = replace(level, style=style, width=width)
    if element.find(W + "lvlText") is not None:
        level = replace(level, text=value_of(element, "lvlText"))
    if element.find(W + "suff") is not None:
        level = replace(level, suffix="" if value_of(element, "suff") == "nothing" else " ")
    if element.find(W + "lvlRestart") is not None:
        level = replace(level, restart=_integer(value_of(element, "lvlRestart"), 0))
    if element.find(W + "isLgl") is not None:
        level = replace(level, legal=is_on(element.find(W + "isLgl")))
    if element.find(W + "pStyle") is not None:
        level = replace(level, paragraph_style=value_of(element, "pStyle"))
    run = element.find(W + "rPr")
    if run is not None:
        fonts = run.find(W + "rFonts")
        level = replace(
            level,
            hidden=is_on(run.find(W + "vanish")),
            font="" if fonts is None else fonts.get(W + "ascii") or fonts.get(W + "hAnsi") or "",
        )
    return level


def _number_format(element: Element) -> tuple[str, int]:
    """Return the number format of a level and its least width, ``("", 0)`` when it states none."""
    formats = [element.find(W + "numFmt")]
    alternate = element.find(ALTERNATE)
    if alternate is not None:
        formats = list(alternate.iter(W + "numFmt"))
    for number_format in formats:
        if number_format is None:
            continue
        name = number_format.get(W + "val", "decimal")
        if name != "custom":
            return name, 0
        first = number_format.get(W + "format", "").split(",")[0].strip()
        if first.isdecimal():
            return "decimal", len(first)
    return "", 0


def _integer(value: str | None, default: int) -> int:
    try:
        return int(value or "")
    except ValueError:
        return default
