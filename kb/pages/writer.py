"""A document to its page."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from kb.model import Clause, Document, Prose
from kb.pages import front_matter
from kb.pages.markup import BREAK, clean, escape, escape_heading, join_label
from kb.pages.outline import default_parents

_INDENT = "    "  # Python-Markdown nests list content by four spaces
_MIN_HEADING, _MAX_HEADING = 2, 6


def canonical(document: Document) -> Document:
    """Return the document as a page can hold it: clean text, heading levels 2 to 6, lists without gaps.

    Wording is not touched; only what Markdown cannot show changes: a list item two levels deeper than the
    item before it moves up, a table row without a table head becomes a list item.
    """
    blocks: list[Clause | Prose] = []
    depth = -1  # level of the list item before, -1 where no list is open
    table_open = False
    for block in document.blocks:
        if isinstance(block, Prose):
            markdown = block.markdown.strip("\n")
            if markdown.strip():
                blocks.append(Prose(markdown))
                depth, table_open = -1, _ends_table(markdown)
            continue
        text = clean(block.text)
        label = " ".join(clean(block.label).split())
        form = "item" if block.form == "row" and not table_open else block.form
        if form in ("heading", "row"):
            text = " ".join(text.split("\n"))
        level = block.level if form in ("item", "heading") else 0
        if form == "heading":
            level = min(max(level, _MIN_HEADING), _MAX_HEADING)
        elif form == "item":
            level = min(max(level, 0), depth + 1)
        depth, table_open = (level if form == "item" else -1), form == "row"
        if not text and not label:
            text = "…"  # a clause of unprintable characters only: kept, so that its id and span stay
        final = (text, label, form, level, clean(block.note))
        if final == (block.text, block.label, block.form, block.level, block.note):
            blocks.append(block)
        else:
            blocks.append(replace(block, text=text, label=label, form=form, level=level, note=final[-1]))
    return replace(document, blocks=tuple(blocks))


def write_page(document: Document) -> str:
    """Return the page of a canonical document (see ``canonical``)."""
    return "".join(page_pieces(document))


def page_pieces(document: Document) -> Iterator[str]:
    """Yield the page of a canonical document piece by piece, so that no size is too large."""
    yield "---\n"
    yield from front_matter.dump(document, default_parents(document.clauses))
    yield f"---\n\n# {escape_heading(document.title)}"
    summary = summary_block(document)
    if summary:
        yield f"\n\n{summary}"
    for part in _body(document):
        yield f"\n\n{part}"
    yield "\n"


def summary_block(document: Document) -> str:
    """Return the quote under the title that shows the summaries, or ``""``."""
    lines = [escape(document.summary)] if document.summary else []
    if document.summary_en:
        lines.append(f"*{escape(document.summary_en)}*")
    return "\n>\n".join(f"> {line}" for line in lines)


def _body(document: Document) -> Iterator[str]:
    run: list[str] = []  # list items or table rows that stand together
    notes: list[str] = []
    previous: Clause | Prose | None = None
    for block in document.blocks:
        if run and not _same_run(previous, block):
            yield "\n".join(run)
            yield from notes
            run, notes = [], []
        run.append(block.markdown if isinstance(block, Prose) else _clause(block))
        if isinstance(block, Clause) and block.note:
            notes.append(_note(block))
        previous = block
    if run:
        yield "\n".join(run)
        yield from notes


def _same_run(previous: Clause | Prose | None, block: Clause | Prose) -> bool:
    if not isinstance(block, Clause):
        return False
    if isinstance(previous, Prose):
        return block.form == "row" and _ends_table(previous.markdown)
    return previous is not None and block.form in ("item", "row") and previous.form == block.form


def _ends_table(markdown: str) -> bool:
    return markdown.rpartition("\n")[2].startswith("|")


def _clause(clause: Clause) -> str:
    anchor = f"#{clause.anchor}"
    if clause.form == "heading":
        return f"{'#' * clause.level} {escape_heading(join_label(clause.label, clause.text))} {{{anchor}}}"
    label = f"**{escape_label(clause.label)}**" if clause.label else ""
    if clause.form == "row":
        first, *rest = [escape(cell) for cell in clause.text.split(" | ")]
        first = " ".join(part for part in (label, first) if part)
        return " ".join(["|", f"{first} {{: {anchor} }}", *(f"| {cell}" for cell in rest), "|"])
    lines = [escape(line) for line in clause.text.split("\n")] if clause.text else []
    if label:
        lines[:1] = [" ".join([label, *lines[:1]])]
    if clause.form == "paragraph":
        return f"{BREAK}\n".join(lines) + f"\n{{: {anchor} }}"
    indent = _INDENT * clause.level
    inner = indent + _INDENT
    return f"{indent}- " + f"{BREAK}\n{inner}".join(lines) + f"\n{inner}{{: {anchor} }}"


def escape_label(label: str) -> str:
    """Return a label as it stands between ``**`` and ``**``: escaped as inside a line, not at its start."""
    return escape(f"x{label}")[1:]


def _note(clause: Clause) -> str:
    lines = [f'!!! warning "编者注 {clause.anchor}"', *clause.note.split("\n")]
    return f"\n{_INDENT}".join([lines[0], *(escape(line) for line in lines[1:])])
