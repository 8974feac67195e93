"""The ledger accounts for every source character that no clause cites, and keeps what people judged."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from kb.cli.main import main
from kb.errors import PageError
from kb.knowledge_base import check
from kb.ledger import accounts, check_ledger, read_ledger, settle, write_ledger
from kb.model import Clause, Document, Segment, SourceSpan
from kb.model.source import digest_of
from kb.pages import save_page

FILE = "手册/a.txt"
TEXT = (
    "返回首页\n仓库守则\n1、下班前要盘点一次。\n2、出库单当天交。\n欢迎转载\n仓库守则\n下班前要盘点一次。\n"
)
FIRST, SECOND = "1、下班前要盘点一次", "2、出库单当天交。"


def place(words: str, occurrence: int = 1) -> SourceSpan:
    start = -1
    for _ in range(occurrence):
        start = TEXT.index(words, start + 1)
    return SourceSpan(FILE, start, start + len(words), digest_of(words))


def clause(anchor: str, *sources: SourceSpan) -> Clause:
    return Clause(anchor=anchor, text="规则", sources=sources)


DOCUMENT = Document(
    id="store-rules",
    title="仓库守则",
    kind="shop-handbook",
    blocks=(clause("1", place(FIRST), place("下班前要盘点一次", 2)), clause("2", place(SECOND))),
    sources=(SourceSpan(FILE, TEXT.index("仓库"), TEXT.index("欢迎")),),
)
DOCUMENTS = (DOCUMENT,)
TEXTS = {FILE: TEXT}


def row(words: str, kind: str = "chrome", reason: str = "网站链接", occurrence: int = 1) -> Segment:
    span = place(words, occurrence)
    return Segment(span.start, span.end, kind, reason=reason)  # type: ignore[arg-type]


ROWS = {
    FILE: (
        row("返回首页"),
        replace(row("仓库守则", "title", "标题"), document="store-rules"),
        row("欢迎转载\n仓库守则", "title", "标题"),
    )
}


def test_a_full_account_gives_no_finding() -> None:
    assert list(check_ledger(ROWS, DOCUMENTS, TEXTS)) == []


def test_what_no_clause_cites_becomes_a_row_to_judge() -> None:
    (rows,) = settle({}, DOCUMENTS, TEXTS).values()
    assert [TEXT[found.start : found.end] for found in rows] == ["返回首页", "仓库守则", "欢迎转载\n仓库守则"]
    assert [found.document for found in rows] == [None, "store-rules", None]
    assert {(found.kind, found.reason) for found in rows} == {("unresolved", "")}
    assert sum("no reason" in finding.what for finding in check_ledger({FILE: rows}, DOCUMENTS, TEXTS)) == 3


def test_judgements_are_kept_when_the_pages_change() -> None:
    shorter = replace(DOCUMENT, blocks=DOCUMENT.blocks[:1])
    rows = settle(ROWS, (shorter,), TEXTS)[FILE]
    assert [found for found in rows if found.reason] == list(ROWS[FILE])
    assert [TEXT[found.start : found.end] for found in rows if not found.reason] == ["。\n2、出库单当天交。"]


def test_a_row_shrinks_to_what_is_left_when_a_clause_cites_some_of_it() -> None:
    cites_more = replace(DOCUMENT, blocks=(*DOCUMENT.blocks, clause("3", place("转载"))))
    assert list(check_ledger(ROWS, (cites_more,), TEXTS)) != []
    rows = settle(ROWS, (cites_more,), TEXTS)[FILE]
    assert [TEXT[found.start : found.end] for found in rows[2:]] == ["欢迎", "仓库守则"]
    assert {found.reason for found in rows[2:]} == {"标题"}
    assert list(check_ledger({FILE: rows}, (cites_more,), TEXTS)) == []


@pytest.mark.parametrize(
    ("rows", "what"),
    [
        (ROWS[FILE][1:], "neither under a clause nor in the ledger"),
        ((*ROWS[FILE], row("出库单")), "a clause cites some of it"),
        ((*ROWS[FILE], row("首页")), "overlaps"),
        ((row("返回首页", "rule", ""), *ROWS[FILE][1:]), "kind rule has no reason"),
        ((*ROWS[FILE], Segment(900, 990, "chrome", reason="x")), "outside its source"),
        ((*ROWS[FILE], Segment(3, 3, "chrome", reason="x")), "outside its source"),
    ],
)
def test_what_is_wrong_with_an_account(rows: tuple[Segment, ...], what: str) -> None:
    assert any(what in finding.what for finding in check_ledger({FILE: rows}, DOCUMENTS, TEXTS))


def test_an_account_of_a_source_that_is_gone() -> None:
    (finding,) = check_ledger({**ROWS, "b.txt": ()}, DOCUMENTS, TEXTS)
    assert finding.where == "b.txt"


def test_the_sums_add_up() -> None:
    (sums,) = accounts(ROWS, DOCUMENTS, TEXTS)
    assert sums.chars == len("".join(TEXT.split())) == sums.clauses + sum(sums.kinds.values()) + sums.marks
    assert (sums.copies, sums.marks) == (len("下班前要盘点一次"), 2)
    assert sums.kinds["title"] == 12
    assert sums.share == 1.0


def test_what_is_unresolved_counts_as_rule() -> None:
    rows = {FILE: (replace(ROWS[FILE][0], kind="unresolved"), *ROWS[FILE][1:])}
    (sums,) = accounts(rows, DOCUMENTS, TEXTS)
    assert sums.share == sums.clauses / (sums.clauses + 4)
    (empty,) = accounts({}, (), {"b.txt": " \n"})
    assert empty.share == 1.0


def test_the_page_is_read_back_and_quotes_no_source() -> None:
    page = write_ledger(ROWS, DOCUMENTS, TEXTS)
    assert read_ledger(page) == {FILE: tuple(ROWS[FILE])}
    assert "盘点" not in page and "欢迎" not in page


@pytest.mark.parametrize("line", ["| `a.txt[1:2]` | soup | | 1 | x |", "| `a.txt[1-2]` | title | | 1 | x |"])
def test_a_malformed_row_is_refused_with_its_line(line: str) -> None:
    with pytest.raises(PageError, match=r"ledger\.md:2"):
        read_ledger(f"# 账\n{line}\n")


SPANS = st.lists(
    st.tuples(st.integers(0, len(TEXT) - 1), st.integers(1, 12)).map(
        lambda at: SourceSpan(FILE, at[0], min(at[0] + at[1], len(TEXT)))
    ),
    max_size=6,
)


@given(cited=SPANS, judged=SPANS)
def test_settling_accounts_for_any_citations(cited: list[SourceSpan], judged: list[SourceSpan]) -> None:
    documents = (replace(DOCUMENT, blocks=tuple(clause(str(n), span) for n, span in enumerate(cited, 1))),)
    before = {FILE: tuple(Segment(span.start, span.end, "title", reason="标题") for span in judged)}
    rows = settle(before, documents, TEXTS)
    assert [f for f in check_ledger(rows, documents, TEXTS) if "no reason" not in f.what] == []
    assert settle(rows, documents, TEXTS) == rows
    (sums,) = accounts(rows, documents, TEXTS)
    assert sums.chars == sums.clauses + sum(sums.kinds.values()) + sums.marks


@pytest.fixture
def folders(tmp_path: Path) -> tuple[Path, Path]:
    docs, sources = tmp_path / "docs", tmp_path / "sources"
    (sources / "手册").mkdir(parents=True)
    (sources / FILE).write_bytes(TEXT.encode())
    blocks = (
        replace(DOCUMENT.blocks[0], text="下班前盘点1次。", label="1、"),
        replace(DOCUMENT.blocks[1], text="出库单当天要交。", label="2、"),
    )
    save_page(replace(DOCUMENT, blocks=blocks), docs)
    return docs, sources


def test_without_a_ledger_none_is_asked_for(folders: tuple[Path, Path]) -> None:
    docs, sources = folders
    result = check(docs, sources)
    assert result.findings == () and result.ledger == ()


def test_the_command_writes_the_ledger_and_checks_it(folders: tuple[Path, Path]) -> None:
    docs, sources = folders
    command = ["check", "--docs", str(docs), "--sources", str(sources)]
    written = CliRunner().invoke(main, [*command, "--ledger"])
    page = docs / "ledger.md"
    assert written.exit_code == 1 and "has no reason" in written.output
    judged = page.read_text(encoding="utf-8").replace("|  |\n", "| 标题 · title |\n")
    page.write_text(judged.replace("| unresolved |", "| title |"), encoding="utf-8")
    stale = CliRunner().invoke(main, command)
    assert stale.exit_code == 1 and "not up to date" in stale.output
    assert CliRunner().invoke(main, [*command, "--ledger"]).exit_code == 0
    sound = CliRunner().invoke(main, command)
    assert sound.exit_code == 0 and "100.00% of its rule characters" in sound.output


def test_a_ledger_without_sources_is_a_usage_error(folders: tuple[Path, Path]) -> None:
    result = CliRunner().invoke(main, ["check", "--docs", str(folders[0]), "--ledger"])
    assert result.exit_code == 2
    assert not (folders[0] / "ledger.md").exists()
