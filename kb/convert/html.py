"""An HTML page to text: one line for each block, list items with their numbers, tables as rows.

Only what a reader never sees is left out (scripts, styles, metadata) and menus that hold nothing but
links; what else is not rule text is for the normalizer to judge.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from lxml import etree

from kb.convert.numerals import format_number
from kb.convert.symbols import raise_figures
from kb.convert.table import row_lines
from kb.convert.text import decode
from kb.errors import SourceUnreadable

Element = Any  # lxml ships no types

_NEVER_SHOWN = frozenset(
    {
        "script",
        "style",
        "template",
        "noscript",
        "iframe",
        "object",
        "embed",
        "svg",
        "canvas",
        "audio",
        "video",
    }
    | {"head", "select", "datalist", "map", "rt", "rp"}
)
_BLOCKS = frozenset(
    {
        "address",
        "article",
        "aside",
        "blockquote",
        "body",
        "caption",
        "center",
        "dd",
        "details",
        "dialog",
        "dir",
    }
    | {"div", "dl", "dt", "fieldset", "figcaption", "figure", "footer", "form", "h1", "h2", "h3", "h4", "h5"}
    | {"h6", "header", "hr", "html", "legend", "li", "main", "menu", "nav", "ol", "optgroup", "option", "p"}
    | {
        "pre",
        "search",
        "section",
        "summary",
        "table",
        "tbody",
        "td",
        "textarea",
        "tfoot",
        "th",
        "thead",
        "tr",
    }
    | {"ul", "xmp"}
)
_PREFORMATTED = frozenset({"pre", "textarea", "xmp", "listing"})
_LIST_STYLES = {
    "1": "decimal",
    "a": "lowerLetter",
    "A": "upperLetter",
    "i": "lowerRoman",
    "I": "upperRoman",
    "decimal": "decimal",
    "decimal-leading-zero": "decimalZero",
    "lower-alpha": "lowerLetter",
    "lower-latin": "lowerLetter",
    "upper-alpha": "upperLetter",
    "upper-latin": "upperLetter",
    "lower-roman": "lowerRoman",
    "upper-roman": "upperRoman",
    "cjk-ideographic": "chineseCountingThousand",
    "simp-chinese-informal": "chineseCountingThousand",
    "trad-chinese-informal": "taiwaneseCountingThousand",
    "simp-chinese-formal": "chineseLegalSimplified",
    "trad-chinese-formal": "ideographLegalTraditional",
    "cjk-heavenly-stem": "ideographTraditional",
    "cjk-earthly-branch": "ideographZodiac",
    "none": "none",
}
_CHINESE_STYLES = frozenset(
    {
        "chineseCountingThousand",
        "taiwaneseCountingThousand",
        "chineseLegalSimplified",
        "ideographLegalTraditional",
    }
    | {"ideographTraditional", "ideographZodiac"}
)
_CSS_LIST_STYLE = re.compile(r"list-style(?:-type)?\s*:\s*([^;]+)", re.I)
_TYPED_LABEL = re.compile(
    r"\s*(?:[（(\[【]?\s*(?:\d+|[一二三四五六七八九十百]+|[a-zA-Z]|[ivxIVX]+)\s*[)）\]】.．、:：]"
    r"|第[一二三四五六七八九十百零〇\d]+[编章节条款项步]|[①-⑳•●■◆○·▪])"
)
_BLANKS = re.compile(r"[ \t\r\n\f]+")
# A line end inside a run of Chinese is no blank.
_BREAK_IN_CHINESE = re.compile(
    r"(?<=[\u2e80-\u9fff\uf900-\ufaff\uff00-\uffef])[ \t]*\r?\n\s*(?=[\u2e80-\u9fff\uff00-\uffef])"
)
_DECLARED = re.compile(
    rb"<meta[^>]+charset\s*=\s*[\"']?\s*([\w.:-]+)|<\?xml[^>]+encoding\s*=\s*[\"']([\w.:-]+)", re.I
)
_XML_DECLARATION = re.compile(r"^\ufeff?\s*<\?xml[^>]*\?>")


def decode_html(data: bytes, file: str) -> tuple[str, str]:
    """Decode the bytes of a page.

    A byte order mark or valid UTF-8 decides, as pages often declare something else than they are in;
    then the declared encoding, if the bytes are valid in it; then the evidence.

    Args:
        data: The page.
        file: Its name, for messages.

    Returns:
        The text and the name of the codec.

    Raises:
        SourceNotText: The bytes are no text.
    """
    declared = _DECLARED.search(data[:4096])
    if declared and not data.startswith((codecs.BOM_UTF8, codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        name = (declared[1] or declared[2]).decode("ascii").lower()
        name = "gb18030" if name in {"gb2312", "gbk", "gb_2312-80", "x-gbk"} else name
        for encoding in ("utf-8", name):
            text = _strictly(data, encoding)
            if text is not None:
                return text, codecs.lookup(encoding).name
    return decode(data, file)


def _strictly(data: bytes, encoding: str) -> str | None:
    try:
        return data.decode(encoding)
    except (UnicodeDecodeError, LookupError):
        return None


def text_of_html(page: str, file: str) -> str:
    """Return the text of a page.

    Args:
        page: The page, decoded.
        file: Its name, for messages.

    Raises:
        SourceUnreadable: The elements are nested deeper than the parser goes (2,048).
    """
    parser = etree.HTMLParser(remove_pis=True, no_network=True, huge_tree=True)
    page = _XML_DECLARATION.sub("", page).replace("\x00", "\ufffd")
    root = etree.fromstring(page, parser) if page.strip() else None
    if any("depth" in error.message.lower() for error in parser.error_log):
        raise SourceUnreadable(
            f"{file} is nested too deep to be a page.",
            hint="Save the page as text and ingest that.",
            file=file,
        )
    if root is None:
        return ""
    reader = _Reader()
    if root.find(".//h1") is None and root.find(".//h2") is None:
        reader.add(" ".join((root.findtext(".//head/title") or "").split()))
        reader.end_line()
    reader.read(root)
    return "".join(line + "\n" for line in reader.lines)


@dataclass(slots=True)
class _List:
    """An ordered list being read."""

    style: str
    number: int
    step: int


@dataclass(slots=True)
class _Table:
    """A table being read: the cells of the current row, and which columns a tall cell still covers."""

    outer: list[str]
    cells: list[list[str]] = field(default_factory=list)
    covered: dict[int, int] = field(default_factory=dict)


@dataclass(slots=True)
class _Reader:
    """Collects lines while the tree is walked, without recursion, so that depth does not matter."""

    lines: list[str] = field(default_factory=list)
    line: list[str] = field(default_factory=list)
    label: str = ""
    preformatted: int = 0
    lists: list[_List | None] = field(default_factory=list)
    tables: list[_Table] = field(default_factory=list)
    rows: list[list[str]] = field(default_factory=list)  # the lines around each open cell

    def read(self, root: Element) -> None:
        """Read an element and all in it."""
        walk = etree.iterwalk(root, events=("start", "end", "comment"))
        for event, element in walk:
            if event == "comment":
                self.add(element.tail)
                continue
            if event == "start":
                if element.tag in _NEVER_SHOWN or (element.tag == "nav" and _only_links(element)):
                    walk.skip_subtree()
                    continue
                self._start(element)
                if element.tag in {"sup", "sub"}:
                    how = "superscript" if element.tag == "sup" else "subscript"
                    self.add(raise_figures(element.text or "", how))
                else:
                    self.add(element.text)
            else:
                if element.tag not in _NEVER_SHOWN:
                    self._end(element)
                if element is not root:
                    self.add(element.tail)
        self.end_line()

    def add(self, text: str | None) -> None:
        """Add inline text to the current line."""
        if text:
            text = text.replace("\xa0", " ")
            if not self.preformatted:
                text = _BLANKS.sub(" ", _BREAK_IN_CHINESE.sub("", text))
            self.line.append(text)

    def end_line(self) -> None:
        """Close the current line; the label of a list item goes in front of the first one with text."""
        text = "".join(self.line)
        self.line = []
        for line in text.split("\n"):
            kept = line.rstrip() if self.preformatted else line.strip()
            if kept:
                self.lines.append(self.label + kept)
                self.label = ""

    def _start(self, element: Element) -> None:
        tag = element.tag
        if tag == "br":
            self.line.append("\n")
        elif tag in _BLOCKS:
            self.end_line()
        start = _STARTS.get(tag)
        if start is not None:
            start(self, element)
        self.preformatted += tag in _PREFORMATTED

    def _end(self, element: Element) -> None:
        tag = element.tag
        if tag in _BLOCKS:
            self.end_line()
        self.preformatted -= tag in _PREFORMATTED
        end = _ENDS.get(tag)
        if end is not None:
            end(self, element)

    def _start_list(self, element: Element) -> None:
        style = _list_style(element)
        if element.tag != "ol" and style != "none":
            self.lists.append(None)
            return
        items = element.findall("li")
        reverse = element.get("reversed") is not None
        first = _integer(element.get("start"), len(items) if reverse else 1)
        if items and all(_TYPED_LABEL.match(_beginning(item)) for item in items):
            style = "none"  # the page hides its own numbers behind typed ones
        self.lists.append(_List(style=style, number=first, step=-1 if reverse else 1))

    def _end_list(self, _: Element) -> None:
        if self.lists:
            self.lists.pop()

    def _start_item(self, element: Element) -> None:
        current = self.lists[-1] if self.lists else None
        if current is None:
            self.label += "" if _TYPED_LABEL.match(_beginning(element)) else "• "
            return
        current.number = _integer(element.get("value"), current.number)
        style = _list_style(element) or current.style
        if style != "none":
            number = format_number(current.number, style) if current.number >= 0 else str(current.number)
            self.label += number + ("、" if style in _CHINESE_STYLES else ". ")
        current.number += current.step

    def _end_item(self, _: Element) -> None:
        self.label = ""

    def _start_table(self, _: Element) -> None:
        self.tables.append(_Table(outer=self.lines))

    def _start_cell(self, _: Element) -> None:
        if self.tables:
            self._skip_covered()
            self.rows.append(self.lines)
            self.lines = []

    def _end_cell(self, element: Element) -> None:
        if not self.tables or not self.rows:
            return
        cell, self.lines = self.lines, self.rows.pop()
        table = self.tables[-1]
        height = min(_integer(element.get("rowspan"), 1), 1000)
        if height > 1:
            # A tall cell of several columns leaves one empty place in the rows below.
            table.covered[len(table.cells)] = height
        table.cells.append(cell)

    def _skip_covered(self) -> None:
        table = self.tables[-1]
        while table.covered.get(len(table.cells), 0) > 0:
            table.cells.append([])

    def _end_row(self, _: Element) -> None:
        if not self.tables:
            return
        table = self.tables[-1]
        self._skip_covered()
        self.lines += row_lines(table.cells)
        table.cells = []
        table.covered = {column: left - 1 for column, left in table.covered.items() if left > 1}

    def _end_table(self, element: Element) -> None:
        if self.tables:
            if self.tables[-1].cells:
                self._end_row(element)
            self.tables.pop()


_STARTS: dict[str, Callable[[_Reader, Element], None]] = {
    "ol": _Reader._start_list,
    "ul": _Reader._start_list,
    "menu": _Reader._start_list,
    "dir": _Reader._start_list,
    "li": _Reader._start_item,
    "table": _Reader._start_table,
    "td": _Reader._start_cell,
    "th": _Reader._start_cell,
}
_ENDS: dict[str, Callable[[_Reader, Element], None]] = {
    "ol": _Reader._end_list,
    "ul": _Reader._end_list,
    "menu": _Reader._end_list,
    "dir": _Reader._end_list,
    "li": _Reader._end_item,
    "table": _Reader._end_table,
    "tr": _Reader._end_row,
    "td": _Reader._end_cell,
    "th": _Reader._end_cell,
}


def _only_links(menu: Element) -> bool:
    """Whether all words of a menu are links."""
    linked = sum(len("".join("".join(link.itertext()).split())) for link in menu.iter("a"))
    return linked >= len("".join("".join(menu.itertext()).split()))


def _beginning(element: Element) -> str:
    """Return the first words of an element."""
    words = ""
    for text in element.itertext():
        words += text
        if len(words.strip()) >= 12:
            break
    return words


def _list_style(element: Element) -> str:
    css = _CSS_LIST_STYLE.search(element.get("style", ""))
    if css:
        for word in css[1].lower().split():
            if word in _LIST_STYLES:
                return _LIST_STYLES[word]
    stated = element.get("type", "")
    return _LIST_STYLES.get(stated, "decimal" if element.tag == "ol" else "")


def _integer(value: str | None, default: int) -> int:
    try:
        return int(value or "")
    except ValueError:
        return default
