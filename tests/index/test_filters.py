"""Filters act before ranking, everywhere, and nothing filtered ever shows."""

from __future__ import annotations

import itertools
import random
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from index_samples import RULES, HashedPairs, entry, passage

from kb.errors import ClauseUnknown
from kb.index import Index, build_index, open_index
from kb.model import AUDIENCES, KINDS, STATUSES, Entry, Filters

PLATFORMS = ("taobao", "tmall", "kuaishou")
TOPICS = ("fines", "attendance", "service", 'odd "topic"', "考勤")
DOCUMENTS = tuple(f"doc-{n}" for n in range(8))


def corpus() -> list[Entry]:
    """Eighty clauses whose properties vary clause by clause, more freely than real documents do."""
    dice = random.Random(5)
    made = []
    for n in range(80):
        text, ask, gloss = RULES[n % len(RULES)]
        document = dice.choice(DOCUMENTS)
        made.append(
            passage(
                f"{document}#c{n}",
                f"{text}{'补充：' + dice.choice(RULES)[0] if n % 3 else ''}",
                n,
                document_title=document,
                kind=dice.choice(KINDS),
                platform=dice.choice(PLATFORMS),
                audience=dice.choice(AUDIENCES),
                status=dice.choice(STATUSES),
                topics=tuple(dice.sample(TOPICS, dice.randint(0, 3))),
                ask=ask if n % 2 else (),
                gloss_en=gloss,
            )
        )
    return [entry(one) for one in made]


ENTRIES = corpus()
EMBEDDER = HashedPairs()


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Index]:
    folder = tmp_path_factory.mktemp("filters")
    build_index(ENTRIES, folder, EMBEDDER)
    with open_index(folder) as opened:
        yield opened


def some(*values: str) -> st.SearchStrategy[tuple[str, ...]]:
    return st.lists(st.sampled_from((*values, "no-such-value")), max_size=3).map(tuple)


filters = st.builds(
    Filters,
    platform=some(*PLATFORMS),
    kind=some(*KINDS),
    document=some(*DOCUMENTS),
    topic=some(*TOPICS),
    audience=some(*AUDIENCES),
    status=some(*STATUSES),
)
loose = st.builds(Filters, audience=some(*AUDIENCES), topic=some(*TOPICS)) | st.none()
questions = st.sampled_from(["迟到扣多少钱", "fined for games", "回复客户 30秒", "好评", "的"])


@settings(max_examples=150, deadline=None)
@given(filters=filters | loose, question=questions, limit=st.integers(1, 100))
def test_ranking_is_that_of_a_corpus_without_the_rest(
    index: Index, filters: Filters | None, question: str, limit: int
) -> None:
    allowed = {row for row, one in enumerate(ENTRIES) if filters is None or filters.allow(one.passage)}

    readers = Filters(audience=filters.audience) if filters else None  # for whom words are counted
    every = index.lexical(question, len(ENTRIES), readers)
    assert index.lexical(question, limit, filters) == [hit for hit in every if hit.row in allowed][:limit]

    vector = EMBEDDER.embed_questions([question])[0]
    found = index.dense(vector, limit, filters)
    for field in ("text", "ask", "gloss"):
        best: dict[int, float] = {}
        for row in allowed:
            texts = [text for name, text in ENTRIES[row].dense if name == field and text]
            if texts:
                best[row] = float((EMBEDDER.embed_questions(texts) @ vector).max())
        expected = sorted(best.values(), reverse=True)[:limit]
        of_field = [score for score in found if score.field == field]
        assert [score.score for score in of_field] == pytest.approx(expected, abs=5e-4)
        assert all(score.score == pytest.approx(best[score.row], abs=5e-4) for score in of_field)
        assert len({score.row for score in of_field}) == len(of_field)


@settings(max_examples=100, deadline=None)
@given(filters=filters | loose, row=st.integers(0, len(ENTRIES) - 1), n=st.integers(0, 6))
def test_lookups_see_only_what_is_allowed(index: Index, filters: Filters | None, row: int, n: int) -> None:
    allowed = [one.passage for one in ENTRIES if filters is None or filters.allow(one.passage)]
    wanted = ENTRIES[row].passage
    counts = {document.id: 0 for document in index.documents(filters)}
    for document in index.documents(filters):
        counts[document.id] += document.clauses
    assert counts == {
        name: sum(one.document_id == name for one in allowed) for name in {one.document_id for one in allowed}
    }
    if wanted in allowed:
        assert index.by_id(wanted.clause_id, filters) == wanted
        line = [one for one in allowed if one.document_id == wanted.document_id]
        place = line.index(wanted)
        assert index.neighbours(wanted.clause_id, n, filters) == [
            *line[max(place - n, 0) : place],
            *line[place + 1 : place + 1 + n],
        ]
    else:
        for ask in (index.by_id, lambda *given: index.neighbours(given[0], n, given[1])):
            with pytest.raises(ClauseUnknown) as caught:
                ask(wanted.clause_id, filters)
            near = caught.value.data["near"]
            assert set(near) <= {one.clause_id for one in allowed}  # type: ignore[call-overload]


def test_more_filters_than_are_remembered(index: Index) -> None:
    for n in range(200):
        one = Filters(document=(f"doc-{n % 8}",), topic=("fines", f"x{n}"))
        assert all(one.allow(index.passage(hit.row)) for hit in index.lexical("罚款", 5, one))


def test_a_bare_string_is_no_filter() -> None:
    with pytest.raises(TypeError, match="audience must be a tuple"):
        Filters(audience="public")  # type: ignore[arg-type]


def test_an_empty_filter_filters_nothing() -> None:
    assert not Filters()
    assert Filters(topic=("fines",))
    assert Filters().allow(ENTRIES[0].passage)


def test_words_are_counted_among_what_the_audiences_may_see(tmp_path: Path) -> None:
    """The scores, counts and conflicts of what a reader may see are those of an index of that alone."""
    with_all = tmp_path / "all"
    build_index(ENTRIES, with_all, EMBEDDER)
    for size in (1, 2):
        for readers in itertools.combinations(AUDIENCES, size):
            own = [one for one in ENTRIES if one.passage.audience in readers]
            apart = tmp_path / "+".join(readers)
            build_index(own, apart, EMBEDDER)
            allowed = Filters(audience=(*readers, "nobody"))
            with open_index(with_all) as index, open_index(apart) as alone:
                assert (index.count(allowed), index.count()) == (len(own), len(ENTRIES))
                for question in ("迟到扣多少钱", "补充 fined for games", "回复客户 30秒", "的"):
                    assert index.term_counts(question, allowed) == alone.term_counts(question)
                    for boosts in (None, {"text": 1.0}, {"ask": 2.0, "gloss": 0.5}):
                        here, there = (
                            [(one.passage(hit.row).clause_id, hit.score) for hit in found]
                            for one, found in (
                                (index, index.lexical(question, 30, allowed, boosts)),
                                (alone, alone.lexical(question, 30, None, boosts)),
                            )
                        )
                        assert here == there
    with open_index(with_all) as index:
        nobody = Filters(audience=("nobody",))
        assert index.readers(nobody) == ()
        assert index.lexical("迟到", 5, nobody) == []
        assert index.count(nobody) == 0
        assert set(index.term_counts("迟到", nobody).values()) == {0}


def test_ids_that_are_not_allowed_are_left_out(index: Index) -> None:
    ids = [one.passage.clause_id for one in ENTRIES]
    allowed = Filters(audience=("staff",))
    found = index.known([*reversed(ids), "nothing#1"], allowed)
    assert [one.clause_id for one in found] == [
        one.passage.clause_id for one in reversed(ENTRIES) if one.passage.audience == "staff"
    ]
