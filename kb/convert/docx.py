"""A .docx file to the text that Word shows: automatic numbers, tables, text boxes and notes included.

Paragraphs in order, one line each (a line break inside one is kept). Tracked insertions count as text,
deletions do not; hidden text, comments, page headers and page footers are left out. A text box follows
the paragraph it hangs on, a note the paragraph or table that refers to it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from kb.convert.docx_drawing import ALTERNATE, chosen, drawn_lines, text_holders
from kb.convert.docx_fields import FIELD_PARTS, Fields
from kb.convert.docx_numbering import Counters, List, read_lists
from kb.convert.docx_package import Element, Package, W, open_package
from kb.convert.docx_styles import Styles, is_on, numbering_of, read_styles, value_of
from kb.convert.numerals import format_number
from kb.convert.symbols import raise_figures, symbol
from kb.convert.table import row_lines
from kb.errors import SourceUnreadable

_MATH_TEXT = "{http://schemas.openxmlformats.org/officeDocument/2006/math}t"


# Elements that only wrap text or paragraphs.
_WRAPPERS = frozenset(
    W + name
    for name in (
        "ins",
        "moveTo",
        "hyperlink",
        "smartTag",
        "customXml",
        "fldSimple",
        "dir",
        "bdo",
        "sdtContent",
    )
)
_PLAIN = {
    W + "tab": "\t",
    W + "ptab": "\t",
    W + "cr": "\n",
    W + "noBreakHyphen": "-",
}


def text_of_docx(data: bytes, file: str) -> str:
    """Return the text of a .docx file.

    Args:
        data: The file's bytes.
        file: Its name, for messages.

    Raises:
        SourceNotText: The zip archive holds something else.
        SourceUnreadable: Damaged, locked with a password, or unpacking to an absurd size.
    """
    package = open_package(data, file)
    styles = read_styles(package)
    notes = {kind: _read_notes(package, kind) for kind in ("footnote", "endnote")}
    document = _Document(package, styles, read_lists(package, styles), notes)
    root = package.xml(package.main)
    body = None if root is None else root.find(W + "body")
    story = _Story(document, package.main)
    if body is not None:
        story.blocks(body)
    return "".join(line + "\n" for line in story.finished())


@dataclass(slots=True)
class _Document:
    """What all stories of a document share."""

    package: Package
    styles: Styles
    lists: dict[str, List]
    notes: dict[str, dict[str, Element]]
    marks: dict[str, int] = field(default_factory=lambda: {"footnote": 0, "endnote": 0})
    note_stories: dict[str, _Story] = field(default_factory=dict)


class _Story:
    """One run of paragraphs with counts and fields of its own: the body, the footnotes, a text box."""

    def __init__(self, document: _Document, part: str) -> None:
        self.document = document
        self.part = part
        self.counters = Counters(document.lists)
        self.lines: list[str] = []
        self.text: list[str] = []  # of the paragraph being read
        self.after: list[str] = []  # lines that follow the paragraph being read: its text boxes
        self.notes: list[str] = []  # lines that follow the outermost block being read
        self.fields = Fields()
        self.style_hidden = False

    def finished(self) -> list[str]:
        """Return all lines, a paragraph that was left open included."""
        if self.text:
            self._end_paragraph("")
        self._flush_notes()
        return self.lines

    def blocks(self, parent: Element) -> None:
        """Read paragraphs and tables."""
        for element in parent:
            self._block(element)
            self._flush_notes()

    def _flush_notes(self) -> None:
        self.lines += self.notes
        self.notes = []

    def _block(self, element: Element) -> None:
        if element.tag == W + "p":
            self._paragraph(element)
        elif element.tag == W + "tbl":
            self._table(element)
        elif element.tag == W + "sdt" or element.tag in _WRAPPERS:
            for child in element:
                self._block(child)
        elif element.tag == ALTERNATE:
            for child in chosen(element):
                self._block(child)
        elif element.tag == W + "altChunk":
            raise SourceUnreadable(
                f"{self.document.package.file} holds another file in place of its text.",
                hint="Open it in Word or WPS, save it as .docx, and ingest that.",
                file=self.document.package.file,
            )

    def _paragraph(self, paragraph: Element) -> None:
        properties = paragraph.find(W + "pPr")
        style_id = "" if properties is None else value_of(properties, "pStyle")
        style_id = style_id if style_id in self.document.styles.by_id else self.document.styles.default
        self.style_hidden = self.document.styles.hidden(style_id)
        before = len(self.text)
        self._inline(paragraph)
        mark = None if properties is None else properties.find(W + "rPr")
        if mark is not None and (mark.find(W + "del") is not None or mark.find(W + "moveFrom") is not None):
            return  # the end of this paragraph is gone: what is left of it begins the next one
        if _hidden(mark, self.style_hidden):
            # No end is shown, the text runs on into the next paragraph; what is all hidden does not count.
            if len(self.text) > before:
                self.text.insert(before, self._label(properties, style_id))
            return
        label = self._label(properties, style_id)
        if self.text or label or not self.after:
            self._end_paragraph(label)
        else:
            self._take_after()

    def _end_paragraph(self, label: str) -> None:
        text = label + "".join(self.text)
        self.lines += [line.rstrip() for line in text.split("\n")]
        self.text = []
        self._take_after()

    def _take_after(self) -> None:
        self.lines += self.after
        self.after = []

    def _label(self, properties: Element | None, style_id: str) -> str:
        """Count the paragraph in its list, if it is in one, and return the label Word prints."""
        list_id, depth = numbering_of(properties)
        if not list_id:
            list_id, depth = self._numbering_of_style(style_id, depth)
        if list_id in {"", "0"}:
            return ""
        return self.counters.label(list_id, depth or 0)

    def _numbering_of_style(self, style_id: str, depth: int | None) -> tuple[str, int | None]:
        """Return the list and level a style gives; a level linked to the style goes before what it says."""
        chain = self.document.styles.chain(style_id)
        list_id = next((style.list_id for _, style in chain if style.list_id), "")
        numbered = self.document.lists.get(list_id)
        if depth is not None or numbered is None:
            return list_id, depth
        for name, style in chain:
            for level, definition in numbered.levels.items():
                if definition.paragraph_style == name:
                    return list_id, level
            if style.list_id:
                break
        return list_id, next((style.depth for _, style in chain if style.depth is not None), 0)

    def _inline(self, parent: Iterable[Element]) -> None:
        for element in parent:
            tag = element.tag
            if tag == W + "r":
                self._run(element)
            elif tag == W + "sdt" or tag in _WRAPPERS:
                self._inline(element)
            elif tag == ALTERNATE:
                self._inline(tuple(chosen(element)))
            elif tag.endswith(("}oMath", "}oMathPara")):
                self._add("".join(text.text or "" for text in element.iter(_MATH_TEXT)))

    def _run(self, run: Element) -> None:
        properties = run.find(W + "rPr")
        hidden, raised, font = self.style_hidden, "", ""
        if properties is not None:
            style_id = value_of(properties, "rStyle")
            styles = self.document.styles
            hidden = _hidden(properties, hidden or styles.hidden(style_id))
            raised = value_of(properties, "vertAlign") or styles.raised(style_id)
            fonts = properties.find(W + "rFonts")
            font = "" if fonts is None else fonts.get(W + "ascii") or fonts.get(W + "hAnsi") or ""
        if hidden:
            # Fields go on through hidden text; everything else in it is not shown.
            for element in run.iter(*FIELD_PARTS):
                self.fields.read(element)
            return
        start = len(self.text)
        for element in run:
            self._run_child(element, font)
        if raised in {"superscript", "subscript"}:
            self.text[start:] = [raise_figures("".join(self.text[start:]), raised)]

    def _run_child(self, element: Element, font: str) -> None:
        tag = element.tag
        if tag == W + "t":
            self._add(_visible(element, font))
        elif tag in _PLAIN:
            self._add(_PLAIN[tag])
        elif tag == W + "br":
            self._add("\n")
        elif tag == W + "sym":
            code = element.get(W + "char", "")
            if re.fullmatch(r"[0-9A-Fa-f]{1,5}", code):
                self._add(symbol(chr(int(code, 16)), element.get(W + "font", "")))
        elif tag in FIELD_PARTS:
            self._add(self.fields.read(element))
        elif tag in {W + "footnoteReference", W + "endnoteReference"}:
            self._note(element)
        elif tag == W + "ruby":
            for base in element.findall(W + "rubyBase"):
                self._inline(base)
        elif tag == ALTERNATE:
            for child in chosen(element):
                self._run_child(child, font)
        elif tag in {W + "drawing", W + "pict", W + "object"}:
            self._drawing(element)

    def _add(self, text: str) -> None:
        """Add text, unless it is part of the code of a field."""
        if text and self.fields.showing:
            self.text.append(text)

    def _note(self, reference: Element) -> None:
        """Put the mark of a foot- or endnote into the text and its words behind the block."""
        kind = "footnote" if reference.tag == W + "footnoteReference" else "endnote"
        note = self.document.notes[kind].get(reference.get(W + "id", ""))
        if note is None or not self.fields.showing:
            return
        mark = ""
        if reference.get(W + "customMarkFollows", "0") in {"0", "false", "off"}:
            self.document.marks[kind] += 1
            mark = self._mark(kind, self.document.marks[kind])
            self.text.append(mark)
        story = self.document.note_stories.get(kind)
        if story is None:
            story = self.document.note_stories[kind] = _Story(self.document, self.part)
        story.lines = []
        story.blocks(note)
        lines = [line.strip() for line in story.finished() if line.strip()]
        if lines:
            self.notes += [f"{mark} {lines[0]}".strip(), *lines[1:]]

    def _mark(self, kind: str, number: int) -> str:
        settings = self.document.package.companion("settings")
        properties = None if settings is None else settings.find(f"{W}{kind}Pr")
        style = "" if properties is None else value_of(properties, "numFmt")
        style = style or ("decimal" if kind == "footnote" else "lowerRoman")
        printed = format_number(number, style)
        if style == "decimal":
            return raise_figures(printed, "superscript")
        return printed if len(printed) == 1 and not printed.isascii() else f"[{printed}]"

    def _drawing(self, drawing: Element) -> None:
        """Read text boxes, word art and diagrams; their lines follow the paragraph."""
        for element in text_holders(drawing):
            if element.tag == W + "txbxContent":
                box = _Story(self.document, self.part)
                box.blocks(element)
                self.after += [line for line in box.finished() if line.strip()]
            else:
                self.after += drawn_lines(element, self.document.package, self.part)

    def _table(self, table: Element) -> None:
        if self.text:
            self._end_paragraph("")
        for row in _wrapped(table, W + "tr"):
            properties = row.find(W + "trPr")
            if properties is not None and properties.find(W + "del") is not None:
                continue
            cells = []
            for cell in _wrapped(row, W + "tc"):
                merged = _continues_merge(cell)
                lines = self._cell(cell)
                cells.append([] if merged else lines)
            self.lines += row_lines(cells)

    def _cell(self, cell: Element) -> list[str]:
        outer, self.lines = self.lines, []
        for element in cell:
            self._block(element)
        if self.text:
            self._end_paragraph("")
        lines, self.lines = self.lines, outer
        return lines


def _wrapped(parent: Element, tag: str) -> Iterator[Element]:
    """Give the rows of a table or cells of a row, through whatever wraps them."""
    for element in parent:
        if element.tag == tag:
            yield element
        elif element.tag == W + "sdt" or element.tag in _WRAPPERS:
            yield from _wrapped(element, tag)


def _continues_merge(cell: Element) -> bool:
    """Whether the cell is the covered part of a merged one; what is in it is not shown."""
    properties = cell.find(W + "tcPr")
    if properties is None:
        return False
    merges = (properties.find(W + "vMerge"), properties.find(W + "hMerge"))
    return any(merge is not None and merge.get(W + "val", "continue") == "continue" for merge in merges)


def _hidden(run_properties: Element | None, inherited: bool) -> bool:
    vanish = None if run_properties is None else run_properties.find(W + "vanish")
    return inherited if vanish is None else is_on(vanish)


def _visible(element: Element, font: str) -> str:
    text = element.text or ""
    if element.get("{http://www.w3.org/XML/1998/namespace}space") != "preserve":
        text = text.strip(" \t\r\n")
    text = text.replace("\r", "").replace("\n", " ")
    if font or any("\uf020" <= character <= "\uf0ff" for character in text):
        return "".join(symbol(character, font) for character in text)
    return text


def _read_notes(package: Package, kind: str) -> dict[str, Element]:
    root = package.companion(kind + "s")
    return {} if root is None else {note.get(W + "id", ""): note for note in root.findall(W + kind)}
