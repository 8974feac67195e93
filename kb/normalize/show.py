"""Every stage as text, for ``kb ingest --show`` and for people who check what was dropped."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from kb.model import Clause, Ledger, Source
from kb.normalize.draft import marked_lines
from kb.normalize.pipeline import FoundDocument, Normalized
from kb.normalize.report import shares

_WIDTH = 60


def render_lines(source: Source) -> str:
    """Return the lines of a source with their offsets and what was judged of them."""
    rows = [f"{source.file}  {len(source.text)} characters"]
    lines, marks = marked_lines(source.text)
    for n, line in enumerate(lines):
        mark = marks.get(n)
        rows.append(f"{line.start:>7}-{line.end:<7} {mark.reason if mark else 'text':<26} {_cut(line.text)}")
    return _join(rows)


def render_documents(normalized: Normalized) -> str:
    """Return the documents found, copies included."""
    rows = []
    for found in normalized.found:
        notes = [found.kind, f"{len(found.clauses)} clauses"]
        if found.effective:
            notes.append(f"in force from {found.effective}")
        if found.truncated:
            notes.append("breaks off")
        if found.duplicate_of:
            notes.append(f"{found.duplicate_kind} copy of {found.duplicate_of}")
        rows.append(
            f"{found.id}  {found.file}:{found.start}-{found.end}  {_cut(found.title)}  ({', '.join(notes)})"
        )
    rows += [f"{copy.clause}  {copy.kind} copy of a section of {copy.of}" for copy in normalized.sections]
    return _join(rows)


def render_tree(normalized: Normalized) -> str:
    """Return the clauses of every document, indented by depth."""
    rows = []
    for found in normalized.found:
        rows.append(f"{found.id}  {found.title}")
        depths: dict[str, int] = {}
        for clause in found.clauses:
            depth = depths.get(clause.parent or "", 0) + 1
            depths[clause.anchor] = depth
            rows.append(f"{'  ' * depth}{clause.anchor}  {_line(clause)}")
    return _join(rows)


def render_ledger(normalized: Normalized) -> str:
    """Return every segment of every ledger, and the doubts."""
    rows = []
    for ledger in normalized.ledgers:
        rows.append(f"{ledger.file}  {ledger.chars} characters")
        for s in ledger.segments:
            rows.append(
                f"{s.start:>7}-{s.end:<7} {s.kind:<10} {s.clause or s.document or '-':<28} {s.reason}"
            )
        rows += [f"  doubt {d.start}-{d.end}: {d.what}" for d in ledger.doubts]
    return _join(rows)


def ledger_page(normalized: Normalized, sources: Sequence[Source]) -> str:
    """Return the ledgers as a Markdown page: how much of each file is rule, what was dropped and why.

    Args:
        normalized: What became of the sources.
        sources: The sources it was made of, in the same order, to quote what was dropped.
    """
    rows = ["# What became of the sources", ""]
    for ledger, source in zip(normalized.ledgers, sources, strict=True):
        found = [d for d in normalized.found if d.file == ledger.file]
        rows += [f"## {ledger.file}", "", *_summary(ledger, found), ""]
        rows += _dropped(ledger, source.text)
        if ledger.doubts:
            rows += ["Places to look at:", ""]
            rows += [
                f"- {d.start}–{d.end}: {d.what}" + (f" (`{d.clause}`)" if d.clause else "")
                for d in ledger.doubts
            ]
            rows.append("")
    return "\n".join(rows).rstrip() + "\n"


def _summary(ledger: Ledger, found: Sequence[FoundDocument]) -> list[str]:
    copies = sum(1 for d in found if d.duplicate_of)
    parts = ", ".join(f"{kind} {share:.1%}" for kind, share in shares(ledger).items()) or "nothing"
    return [
        f"{ledger.chars} characters, {len(found)} documents, {copies} of them copies.",
        "",
        f"Of the text: {parts}.",
    ]


def _dropped(ledger: Ledger, text: str) -> list[str]:
    dropped = [s for s in ledger.segments if s.kind in ("chrome", "unresolved")]
    if not dropped:
        return []
    counts = Counter((s.kind, s.reason) for s in dropped)
    rows = ["| dropped | why | times | first place |", "|---|---|---|---|"]
    for (kind, reason), count in sorted(counts.items()):
        first = next(s for s in dropped if (s.kind, s.reason) == (kind, reason))
        quote = (
            f" {_cut(text[first.start : first.end]).replace('|', chr(92) + '|')}" if text is not None else ""
        )
        rows.append(f"| {kind} | {reason} | {count} | {first.start}–{first.end}{quote} |")
    return [*rows, ""]


def _line(clause: Clause) -> str:
    mark = "#" if clause.heading else "-"
    return f"{mark} {clause.label}{' ' if clause.label else ''}{_cut(clause.text)}"


def _cut(text: str) -> str:
    flat = " ".join(text.split())
    return flat if len(flat) <= _WIDTH else flat[: _WIDTH - 1] + "…"


def _join(rows: Sequence[str]) -> str:
    return "".join(row + "\n" for row in rows)
