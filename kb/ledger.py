"""The ledger of the pages: what every source character is that no clause cites. Pure: no I/O.

The page ``ledger.md`` holds the judgements (kind and reason of each stretch); the places and sums in it are computed.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from kb.check import Finding
from kb.errors import PageError
from kb.model import LEDGER_KINDS, Document, Segment, SourceSpan
from kb.model.ledger import SegmentKind

Rows = Mapping[str, Sequence[Segment]]
"""The stretches of each source that no clause cites, by the source's name, in order."""

_KINDS: Mapping[str, SegmentKind] = {kind: kind for kind in LEDGER_KINDS}
_LEGEND = tuple(f"| `{kind}` |" for kind in LEDGER_KINDS)
_ROW = re.compile(r"\| `([^`]+)\[(\d+):(\d+)\]` \| ([^|]*) \| ([^|]*) \| [^|]* \| ([^|]*) \|")
_HEAD = """\
# 来源账 · The ledger

> 每个来源文件里的每个非空白字符归在哪里：在某一条之下；不在的，逐段说明是什么、为什么。
>
> *Where every non-blank character of each source stands: under a clause, or what it is and why not.*

位置写作 `文件[起:止]`，左闭右开，按 Unicode 码点计；字数不计空白。一个字符要么在条文之下，要么在下面的一行里；
条文与条文之间孤立的标点只计总数。类别与理由由人判断，位置与合计由 `kb check --sources DIR --ledger` 算出。

*Places are half-open and counted in code points; sums leave blanks out. A character stands under a clause or in one row;
punctuation left between clauses is only summed. People judge kind and reason; the command computes places and sums.*

| 类别 | 含义 | Meaning |
| --- | --- | --- |
| `rule` | 规则，但没有条文引用 | a rule that no clause cites |
| `title` | 文件、合编各篇或表格的标题 | title of a document, a part or a table |
| `background` | 引子、过渡、客套和议论，没有可核对的内容 | lead-ins, transitions, opinions: nothing to check |
| `chrome` | 网站导航、署名、页码、文件编号、广告 | navigation, bylines, page numbers, adverts |
| `duplicate` | 副本里与正本不同的编号或残字 | numbers or fragments of a copy that differ from its original |
| `unresolved` | 说不清是什么 | nobody can tell |
"""


@dataclass(frozen=True, slots=True)
class Account:
    """The sums of one source, in non-blank characters.

    Attributes:
        file: The source's name.
        chars: All of it; the sum of ``clauses``, ``kinds`` and ``marks``.
        clauses: Under at least one clause.
        copies: Of these, under further places of clauses only.
        kinds: In the ledger's rows, by kind.
        marks: Punctuation between clauses, in no row.
    """

    file: str
    chars: int
    clauses: int
    copies: int
    kinds: Mapping[SegmentKind, int]
    marks: int

    @property
    def share(self) -> float:
        """The share of rule characters under a clause; what is unresolved counts as rule."""
        rules = self.clauses + self.kinds["rule"] + self.kinds["unresolved"]
        return self.clauses / rules if rules else 1.0


def read_ledger(page: str, name: str = "ledger.md") -> dict[str, tuple[Segment, ...]]:
    """Return the rows of the ledger page, by source.

    Raises:
        PageError: A row is malformed or names an unknown kind.
    """
    rows: dict[str, list[Segment]] = {}
    for number, line in enumerate(page.splitlines(), 1):
        if not line.startswith("| `") or line.startswith(_LEGEND):
            continue
        match = _ROW.fullmatch(line.rstrip())
        if match is None or match[4] not in _KINDS:
            raise PageError(
                f"{name}:{number}: not a row of the ledger",
                hint=f"write | `file[start:end]` | kind | document | characters | reason |, kind one of {', '.join(LEDGER_KINDS)}",
                file=name,
                line=number,
            )
        file, start, end, kind, document, reason = match.groups()
        rows.setdefault(file, []).append(
            Segment(int(start), int(end), _KINDS[kind], document.strip() or None, reason=reason.strip())
        )
    return {file: tuple(found) for file, found in rows.items()}


def settle(
    rows: Rows, documents: Sequence[Document], texts: Mapping[str, str]
) -> dict[str, tuple[Segment, ...]]:
    """Return ``rows`` brought in line with the pages: judgements are kept, places follow the clauses.

    A stretch that no row accounts for becomes a row of its own, ``unresolved`` and without a reason.
    """
    settled = {}
    for file, text in sorted(texts.items()):
        cited = _cited(file, text, documents)
        homes = _homes(documents, file)
        edges = {edge for span in homes for edge in (span.start, span.end)}
        found: list[Segment] = []
        for start, end in _free(text, cited, edges):
            position = start
            for row in sorted(rows.get(file, ()), key=lambda row: (row.start, row.end)):
                if row.end <= position or row.start >= end:
                    continue
                first, last = max(row.start, position), min(row.end, end)
                found += _stretch(text, position, first)
                found += _stretch(text, first, last, row)
                position = last
            found += _stretch(text, position, end)
        settled[file] = tuple(_with_document(row, homes) for row in found)
    return settled


def check_ledger(rows: Rows, documents: Sequence[Document], texts: Mapping[str, str]) -> Iterator[Finding]:
    """Yield where the ledger does not account for the sources.

    A character other than punctuation stands under a clause or in exactly one row, never both; every row has a reason.
    """
    for file in sorted(set(rows) - set(texts)):
        yield Finding("error", file, "the ledger accounts for a source that is not there")
    for file, text in sorted(texts.items()):
        cited = _cited(file, text, documents)
        position = 0
        for row in sorted(rows.get(file, ()), key=lambda row: (row.start, row.end)):
            where = f"{file}[{row.start}:{row.end}]"
            if not 0 <= row.start < row.end <= len(text):
                yield Finding("error", where, f"row outside its source ({len(text)} characters)")
                continue
            if row.start < position:
                yield Finding("error", where, "row overlaps the row before it")
            if not row.reason:
                yield Finding("error", where, f"row of kind {row.kind} has no reason")
            if any(cited[at] and not text[at].isspace() for at in range(row.start, row.end)):
                yield Finding("error", where, "row, but a clause cites some of it")
            position = max(position, row.end)
        inside = [SourceSpan(file, row.start, row.end) for row in rows.get(file, ())]
        accounted = bytes(map(max, cited, _marked(text, inside)))
        for start, end in _free(text, accounted, ()):
            if _says_something(text[start:end]):
                yield Finding("error", f"{file}[{start}:{end}]", "neither under a clause nor in the ledger")


def accounts(rows: Rows, documents: Sequence[Document], texts: Mapping[str, str]) -> tuple[Account, ...]:
    """Return the sums of each source."""
    return tuple(_account(file, texts[file], rows.get(file, ()), documents) for file in sorted(texts))


def write_ledger(rows: Rows, documents: Sequence[Document], texts: Mapping[str, str]) -> str:
    """Return the ledger page: sums and rows of each source. No words of a source stand in it."""
    sums = accounts(rows, documents, texts)
    lines = [_HEAD, "## 合计 · Sums\n", *_sums(sums)]
    for file in sorted(texts):
        lines += [
            f"\n## {file}\n",
            "| 位置 | 类别 | 文件 | 字数 | 理由 · Reason |",
            "| --- | --- | --- | --: | --- |",
        ]
        for row in rows.get(file, ()):
            size = _size(texts[file][row.start : row.end])
            lines.append(
                f"| `{file}[{row.start}:{row.end}]` | {row.kind} | {row.document or ''} | {size} | {row.reason} |"
            )
    return "\n".join(lines) + "\n"


def _sums(sums: Sequence[Account]) -> Iterator[str]:
    yield f"| 来源 | 全部字符 | 在条文之下 | 其中副本 | {' | '.join(LEDGER_KINDS)} | 标点 | 规则在条文之下的比例 |"
    yield f"| --- | {' | '.join(['--:'] * (len(LEDGER_KINDS) + 5))} |"
    whole = Account(
        "合计 · all",
        sum(part.chars for part in sums),
        sum(part.clauses for part in sums),
        sum(part.copies for part in sums),
        {kind: sum(part.kinds[kind] for part in sums) for kind in LEDGER_KINDS},
        sum(part.marks for part in sums),
    )
    for part in (*sums, whole):
        cells = [part.chars, part.clauses, part.copies, *(part.kinds[kind] for kind in LEDGER_KINDS)]
        yield f"| {part.file} | {' | '.join(f'{cell:,}' for cell in cells)} | {part.marks:,} | {part.share:.2%} |"
    yield ""
    yield "比例＝在条文之下 ÷（在条文之下＋`rule`＋`unresolved`）。“其中副本”只作条文的第二及以后的出处。"
    yield ""
    yield (
        "*The columns: all characters, under a clause, of these only as a copy, in rows by kind, punctuation, and the share of "
        "rule characters under a clause, where `unresolved` counts as rule.*"
    )


def _account(file: str, text: str, rows: Sequence[Segment], documents: Sequence[Document]) -> Account:
    cited = _cited(file, text, documents)
    first = _cited(file, text, documents, places=1)
    kinds: Counter[SegmentKind] = Counter(dict.fromkeys(LEDGER_KINDS, 0))
    for row in rows:
        kinds[row.kind] += _size(text[row.start : row.end])
    visible = [at for at, character in enumerate(text) if not character.isspace()]
    clauses = sum(cited[at] for at in visible)
    return Account(
        file=file,
        chars=len(visible),
        clauses=clauses,
        copies=clauses - sum(first[at] for at in visible),
        kinds=dict(kinds),
        marks=len(visible) - clauses - kinds.total(),
    )


def _cited(file: str, text: str, documents: Iterable[Document], places: int | None = None) -> bytearray:
    """Return one byte a character: 1 under a clause, if wanted counting only the first ``places`` of each clause."""
    clauses = (clause for document in documents for clause in document.clauses)
    return _marked(
        text, (span for clause in clauses for span in clause.sources[:places] if span.file == file)
    )


def _homes(documents: Iterable[Document], file: str) -> dict[SourceSpan, str]:
    return {span: document.id for document in documents for span in document.sources if span.file == file}


def _marked(text: str, spans: Iterable[SourceSpan]) -> bytearray:
    """Return one byte a character: 1 inside a span."""
    marks = bytearray(len(text))
    for span in spans:
        end = min(span.end, len(text))
        marks[span.start : end] = b"\1" * (end - span.start)
    return marks


def _free(text: str, cited: bytes | bytearray, edges: Collection[int]) -> Iterator[tuple[int, int]]:
    """Yield the stretches that are not cited, cut where a document begins or ends."""
    start = 0
    for at, character in enumerate(text):
        taken = cited[at] and not character.isspace()
        if taken or at in edges:
            yield start, at
            start = at + 1 if taken else at
    yield start, len(text)


def _stretch(text: str, start: int, end: int, judged: Segment | None = None) -> Iterator[Segment]:
    """Yield the stretch without the blanks around it, if it says anything."""
    while start < end and text[start].isspace():
        start += 1
    while start < end and text[end - 1].isspace():
        end -= 1
    if _says_something(text[start:end]):
        yield Segment(
            start, end, judged.kind if judged else "unresolved", reason=judged.reason if judged else ""
        )


def _with_document(row: Segment, homes: Mapping[SourceSpan, str]) -> Segment:
    home = next(
        (name for span, name in homes.items() if span.start <= row.start and row.end <= span.end), None
    )
    return replace(row, document=home)


def _says_something(text: str) -> bool:
    return any(character.isalnum() for character in text)


def _size(text: str) -> int:
    return sum(not character.isspace() for character in text)
