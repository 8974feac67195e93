"""A page to its document."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, TypeVar

from kb.errors import PageError
from kb.model import AUDIENCES, KINDS, STATUSES, Clause, Document, Prose
from kb.model.document import Form
from kb.pages import front_matter
from kb.pages.markup import BREAK, escape_heading, unescape
from kb.pages.outline import Outline
from kb.pages.writer import summary_block

_ID = re.compile(r"[a-z0-9][a-z0-9_-]*")
_HEADING = re.compile(r"(?P<marks>#{2,6}) (?P<text>.*?) ?\{#(?P<anchor>[^ }]*)\}")
_ITEM = re.compile(r"(?P<indent>(?: {4})*)- (?P<text>.*)")
_ANCHOR_LINE = re.compile(r" *\{: #(?P<anchor>[^ }]*) \}")
_ROW = re.compile(r"\| (?P<first>.*?) ?\{: #(?P<anchor>[^ }]*) \}(?P<rest>(?: \| .*?)?) \|")
_NOTE = re.compile(r'!!! warning "编者注 (?P<anchor>[^ "]*)"')
_LABEL = re.compile(r"\*\*(?P<label>(?:\\.|[^\\*])+)\*\*(?: |$)")
_CELL_BORDER = re.compile(r"(?<!\\) \| ")
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
_INDENT_WIDTH = 4

_Value = TypeVar("_Value")


@dataclass(slots=True)
class _Lines:
    """The body's lines with a cursor; ``number`` is the current line's number in the file."""

    name: str
    lines: list[str]
    first: int
    at: int = 0
    blocks: list[Clause | Prose] = field(default_factory=list)
    notes: dict[str, str] = field(default_factory=dict)

    @property
    def line(self) -> str | None:
        return self.lines[self.at] if self.at < len(self.lines) else None

    def fail(self, what: str, hint: str) -> PageError:
        number = self.first + self.at
        return PageError(f"{self.name}:{number}: {what}", hint=hint, file=self.name, line=number)


def read_page(text: str, name: str) -> Document:
    """Return the document a page holds.

    Args:
        text: The page.
        name: Where it came from, for messages.

    Raises:
        PageError: The page does not follow the format; the message names file and line.
    """
    end = text.find("\n---\n", 3) if text.startswith("---\n") else -1
    if end < 0:
        raise PageError(
            f"{name}:1: the page does not start with front matter",
            hint="start the page with ---, its fields and --- again",
            file=name,
            line=1,
        )
    head = _Head(name)
    fields = head.of("front matter", front_matter.load, text[4:end])
    document = _document(fields, head)
    body = _Lines(name, text[end + 5 :].split("\n"), text.count("\n", 0, end + 1) + 2)
    del text  # a large page is not kept twice
    _title(body, document)
    while body.line is not None:
        _block(body)
    body.lines.clear()
    _finish(body, head.of("clauses", front_matter.map_field, fields, "clauses"))
    return replace(document, blocks=tuple(body.blocks))


@dataclass(frozen=True, slots=True)
class _Head:
    """Turns what is wrong in the front matter into one error that names the file and the field."""

    name: str

    def of(self, where: str, read: Callable[..., _Value], *values: object) -> _Value:
        try:
            return read(*values)
        except ValueError as error:
            raise self.fail(f"{where}: {error}") from error

    def fail(self, what: str) -> PageError:
        hint = "mend the front matter; docs/contributing/page-format.md describes it"
        return PageError(f"{self.name}: {what}", hint=hint, file=self.name)


def _document(fields: Mapping[str, Any], head: _Head) -> Document:
    def text(key: str, default: str = "") -> str:
        return head.of(key, front_matter.text_field, fields, key, default)

    def one_of(key: str, allowed: tuple[str, ...], default: str) -> str:
        value = text(key, default)
        if value not in allowed:
            raise head.fail(f"{key}: {value!r} is none of {', '.join(allowed)}")
        return value

    identity = text("id")
    if not _ID.fullmatch(identity):
        raise head.fail(f"id: {identity!r} is no slug of a-z, 0-9, - and _")
    if not text("title").strip():
        raise head.fail("title: a page needs one")
    effective = text("effective")
    if effective and not _DATE.fullmatch(effective):
        raise head.fail(f"effective: {effective!r} is no date YYYY-MM-DD")
    return Document(
        id=identity,
        title=text("title"),
        kind=one_of("kind", KINDS, ""),
        platform=text("platform", "general"),
        audience=one_of("audience", AUDIENCES, "staff"),
        effective=effective,
        status=one_of("status", STATUSES, "unknown"),
        summary=text("summary"),
        summary_en=text("summary_en"),
        title_en=text("title_en"),
        sources=tuple(
            head.of("sources", front_matter.parse_span, span)
            for span in head.of("sources", front_matter.list_field, fields, "sources")
        ),
        truncated=one_of("truncated", ("true", "false"), "false") == "true",
    )


def _title(body: _Lines, document: Document) -> None:
    """Step over the title and the summary, which repeat the front matter."""
    while body.line == "":
        body.at += 1
    if body.line != f"# {escape_heading(document.title)}":
        raise body.fail("the first line is not the title", f"write: # {escape_heading(document.title)}")
    body.at += 1
    while body.line == "":
        body.at += 1
    summary = summary_block(document)
    if not summary:
        return
    expected = summary.split("\n")
    if body.lines[body.at : body.at + len(expected)] != expected:
        raise body.fail("the quote under the title is not the summary", f"write: {expected[0]}")
    body.at += len(expected)


def _block(body: _Lines) -> None:
    line = body.line or ""
    if not line.strip():
        body.at += 1
    elif heading := _HEADING.fullmatch(line):
        level = len(heading["marks"])
        _add(body, heading["anchor"], "heading", level, [heading["text"]])
        body.at += 1
    elif row := _ROW.fullmatch(line):
        _row(body, row)
        body.at += 1
    elif note := _NOTE.fullmatch(line):
        _note(body, note["anchor"])
    elif not _anchored(body):
        _prose(body)


def _anchored(body: _Lines) -> bool:
    """Read a paragraph or a list item that ends in an anchor line; False when none is there."""
    start = body.at
    item = _ITEM.fullmatch(body.lines[start])
    for at in range(start, len(body.lines)):
        line = body.lines[at]
        if anchor := _ANCHOR_LINE.fullmatch(line):
            break
        if not line.strip() or (at > start and _ITEM.fullmatch(line)):
            return False
    else:
        return False
    words = [line.strip() for line in body.lines[start:at]]
    if any(not line.endswith(BREAK) for line in words[:-1]):
        raise body.fail(
            f"lines of one clause must be joined by {BREAK}", f"end each line but the last with {BREAK}"
        )
    words = [line.removesuffix(BREAK) for line in words[:-1]] + words[-1:]
    if item:
        words[0] = words[0].removeprefix("- ")
        _add(body, anchor["anchor"], "item", len(item["indent"]) // _INDENT_WIDTH, words)
    else:
        _add(body, anchor["anchor"], "paragraph", 0, words)
    body.at = at + 1
    return True


def _row(body: _Lines, row: re.Match[str]) -> None:
    cells = [row["first"], *_CELL_BORDER.split(row["rest"])[1:]]
    label = _LABEL.match(cells[0])
    name = ""
    if label:
        name, cells[0] = _plain(body, label["label"]), cells[0][label.end() :]
    text = " | ".join(_plain(body, cell) for cell in cells)
    _append(body, row["anchor"], "row", 0, name, text)


def _note(body: _Lines, anchor: str) -> None:
    body.at += 1
    words: list[str] = []
    while body.line is not None and body.line.startswith("    "):
        words.append(_plain(body, body.line[_INDENT_WIDTH:]))
        body.at += 1
    if not words:
        raise body.fail("an editor's note without words", "indent its words by four spaces")
    body.notes[anchor] = "\n".join(words)


def _prose(body: _Lines) -> None:
    start = body.at
    while body.line is not None and body.line.strip():
        if body.at > start and (_HEADING.fullmatch(body.line) or _ROW.fullmatch(body.line)):
            break
        body.at += 1
    body.blocks.append(Prose("\n".join(body.lines[start : body.at])))


def _plain(body: _Lines, markdown: str) -> str:
    try:
        return unescape(markdown)
    except ValueError as error:
        raise body.fail(str(error), "clause text is plain: escape the character or take it out") from error


def _add(body: _Lines, anchor: str, form: Form, level: int, words: list[str]) -> None:
    label = "" if form == "heading" else None
    if form != "heading" and (match := _LABEL.match(words[0])):
        label = _plain(body, match["label"])
        words = [words[0][match.end() :], *words[1:]]
        if not words[0]:
            words = words[1:]
    _append(body, anchor, form, level, label or "", "\n".join(_plain(body, line) for line in words))


def _append(body: _Lines, anchor: str, form: Form, level: int, label: str, text: str) -> None:
    if not _ID.fullmatch(anchor):
        raise body.fail(f"{anchor!r} is no anchor", "use a-z, 0-9, - and _, starting with a letter or digit")
    body.blocks.append(Clause(anchor=anchor, text=text, label=label, form=form, level=level))


def _finish(body: _Lines, clause_fields: dict[str, Any]) -> None:
    """Join the clauses of the body with their front matter, which is used up."""
    head = _Head(body.name)
    outline = Outline()
    seen: set[str] = set()
    for n, block in enumerate(body.blocks):
        if isinstance(block, Prose):
            continue
        if block.anchor in seen:
            raise head.fail(f"clause {block.anchor}: the anchor is used twice")
        seen.add(block.anchor)
        parent = outline.place(block.anchor, block.level if block.heading else None)
        fields = clause_fields.pop(block.anchor, {})
        body.blocks[n] = _with_fields(block, fields, parent, head, body.notes.pop(block.anchor, ""))
    for anchor in clause_fields:
        raise head.fail(f"clause {anchor}: the front matter names it, the body has no such anchor")
    for anchor in body.notes:
        raise head.fail(f"editor's note {anchor}: no clause has that anchor")
    for block in body.blocks:
        if isinstance(block, Clause) and block.parent is not None and block.parent not in seen:
            raise head.fail(f"clause {block.anchor}: its parent {block.parent} does not exist")


def _with_fields(
    clause: Clause, fields: Mapping[str, Any], parent: str | None, head: _Head, note: str
) -> Clause:
    where = f"clause {clause.anchor}"
    label, text = clause.label, clause.text
    if clause.heading:
        label = head.of(where, front_matter.text_field, fields, "label")
        if not text.startswith(label):
            raise head.fail(f"{where}: the heading does not start with its label {label!r}")
        text = text[len(label) :].removeprefix(" ")
    return replace(
        clause,
        label=label,
        text=text,
        parent=head.of(where, front_matter.text_field, fields, "parent", parent or "") or None,
        sources=tuple(
            head.of(where, front_matter.parse_span, span)
            for span in head.of(where, front_matter.list_field, fields, "sources")
        ),
        gloss_en=head.of(where, front_matter.text_field, fields, "gloss_en"),
        ask=head.of(where, front_matter.list_field, fields, "ask"),
        silent_on=head.of(where, front_matter.list_field, fields, "silent_on"),
        topics=head.of(where, front_matter.list_field, fields, "topics"),
        note=note,
    )
