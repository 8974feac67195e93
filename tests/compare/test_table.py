"""Which rows a comparison shows."""

from __future__ import annotations

from collections.abc import Sequence

from compare_samples import passage

from kb.compare import Comparison, Conflict
from kb.compare.table import compare, is_slug
from kb.model import Hit, Passage


def hit(one: Passage, dense: float, score: float = 0.5) -> Hit:
    return Hit(passage=one, score=score, dense=dense, lexical=10 * dense)


OAK = [passage(f"oak#{n}", f"第{n}条，每月休{n}天", "leave", order=n) for n in range(1, 6)]
ELM, ASH = passage("elm#1", "每月休8天", "leave"), passage("ash#1", "碗要洗净", "cleanliness")
FIR = passage("fir#1", "每年休30天", "leave")
CONFLICT = Conflict("oak#1", "elm#1", "figure", "休息天数", "1天", "8天")
HIDDEN = Conflict("oak#1", "fir#1", "figure", "休息天数", "1天", "30天")


def rows(hits: Sequence[Hit], conflicts: Sequence[Conflict] = (), **changes: object) -> Comparison:
    known = {one.clause_id: one for one in [*OAK, ELM, ASH]}
    options: dict[str, object] = {"limit": 12} | changes
    return compare("几天", hits, conflicts, lambda ids: [known[i] for i in ids if i in known], **options)  # type: ignore[arg-type]


def ids(found: Comparison) -> list[str]:
    return [row.passage.clause_id for row in found.rows]


def test_hits_of_another_matter_and_far_ones_are_left_out() -> None:
    found = rows([hit(OAK[0], 0.9, 0.9), hit(ELM, 0.89), hit(ASH, 0.88), hit(FIR, 0.5)])
    assert ids(found) == ["oak#1", "elm#1"]


def test_a_conflict_is_followed_to_a_clause_that_was_not_found_unless_it_may_not_be_seen() -> None:
    found = rows([hit(OAK[0], 0.9), hit(OAK[1], 0.2)], [CONFLICT, HIDDEN])
    assert ids(found) == ["oak#1", "elm#1"]
    assert [row.conflicts_with for row in found.rows] == [("elm#1",), ("oak#1",)]
    assert found.conflicts == (CONFLICT,)
    assert [figure.text for figure in found.rows[1].figures] == ["8天"]


def test_every_document_gets_a_row_before_any_gets_a_second() -> None:
    hits = [hit(one, 0.9 - n / 1000) for n, one in enumerate(OAK)] + [hit(ELM, 0.89), hit(FIR, 0.3)]
    assert ids(rows(hits)) == ["oak#1", "oak#2", "oak#3", "elm#1"]
    assert ids(rows(hits, limit=2)) == ["oak#1", "elm#1"]


def test_a_topic_shows_all_its_documents_those_that_conflict_first() -> None:
    found = rows([hit(FIR, 0.9), hit(OAK[0], 0.5), hit(ELM, 0.4)], [CONFLICT], whole_topic=True)
    assert ids(found) == ["oak#1", "elm#1", "fir#1"]


def test_nothing_found_gives_no_rows() -> None:
    title, essay = (
        passage("oak#9", "休假", "leave", heading=True),
        passage("elm#9", "休假的由来", kind="background"),
    )
    assert rows([]).rows == rows([hit(title, 0.9), hit(essay, 0.8)]).rows == ()


def test_hits_without_topics_or_raw_scores_are_compared_too() -> None:
    bare = [passage("oak#1", "每月休4天"), passage("elm#1", "每月休2天")]
    assert ids(rows([Hit(passage=one, score=0.5) for one in bare])) == ["oak#1", "elm#1"]


def test_a_slug_is_latin_words_with_hyphens() -> None:
    assert is_slug("reply-time") and is_slug(" fines ")
    assert not is_slug("迟到") and not is_slug("how late") and not is_slug("-")
