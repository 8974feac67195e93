"""Large fields are searched in lists; what that may miss is measured, bounded and written down."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import numpy as np
import pytest
from index_samples import Vectors, entry, passage

from kb.index import Index, Manifest, build_index, open_index, plan, verify_index
from kb.index import vectors as tiers
from kb.index.manifest import EXACT, TierName
from kb.model import Entry, Filters

COUNT = 4000


class Cloud:
    """Texts are numbers; their vectors lie in clouds, as those of texts on a few matters do, or anywhere."""

    def __init__(self, dimensions: int = 32, clouds: int = 60) -> None:
        self.name = f"cloud-{dimensions}-{clouds}"
        self.dimensions = dimensions
        dice = np.random.default_rng(7)
        made = dice.normal(size=(2 * COUNT, dimensions))
        if clouds:
            made = 0.5 * made + dice.normal(size=(clouds, dimensions))[dice.integers(0, clouds, 2 * COUNT)]
        self.made = (made / np.linalg.norm(made, axis=1, keepdims=True)).astype(np.float32)
        self.embedded = 0

    def embed_questions(self, texts: Sequence[str]) -> Vectors:
        return self.made[[int(text) for text in texts]]

    def embed_passages(self, texts: Sequence[str], progress: Callable[[int], None] | None = None) -> Vectors:
        self.embedded += len(texts)
        return self.embed_questions(texts)


CLOUD = Cloud()
ASKED = [str(COUNT + n) for n in range(200)]


def numbered(number: int, vector: int | None = None) -> Entry:
    found = passage(
        f"page-{number // 50}#c{number}",
        f"第{number}条",
        number,
        audience="public" if number % 10 else "staff",
    )
    return entry(found).__class__(
        found, (("text", str(number if vector is None else vector)),), (("text", found.text),)
    )


ENTRIES = [numbered(number) for number in range(COUNT)]


@pytest.fixture(autouse=True)
def updated_however_small() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(plan, "SMALL", 0)
        yield


def made(
    folder: Path, entries: Sequence[Entry] = ENTRIES, tier: TierName = "inverted", cloud: Cloud = CLOUD
) -> Manifest:
    build_index(entries, folder, cloud, tier=tier)
    return verify_index(folder)


def nearest(question: int, rows: Sequence[int], count: int = 10) -> list[int]:
    scores = CLOUD.made[list(rows)] @ CLOUD.made[question]
    return [rows[at] for at in np.argsort(-scores, kind="stable")[:count]]


def recall(index: Index, rows: Sequence[int], allowed: Filters | None = None) -> float:
    found = 0
    for text in ASKED:
        hits = index.dense(CLOUD.embed_questions([text])[0], 10, allowed)
        assert len(hits) == 10
        assert [hit.score for hit in hits] == sorted((hit.score for hit in hits), reverse=True)
        found += len({hit.row for hit in hits} & set(nearest(int(text), rows)))
    return found / len(ASKED) / 10


def test_lists_find_what_they_are_said_to_find(tmp_path: Path) -> None:
    manifest = made(tmp_path)
    tier = manifest.tiers["text"]
    assert (tier.kind, tier.lists, manifest.tier) == ("inverted", 253, "inverted")
    assert tier.probes <= tier.lists // 2
    assert tier.recall >= 0.99
    assert tier.sample == 256
    with open_index(tmp_path) as index:
        assert recall(index, range(COUNT)) >= 0.97
        row = 1234
        assert index.dense(CLOUD.made[row], 1)[0] == pytest.approx((row, "text", 1), abs=1e-3)
        rows = np.array([7, 8, 3999], np.int32)
        scores = index.cosines(CLOUD.made[5000], rows)["text"]
        assert scores == pytest.approx(CLOUD.made[rows] @ CLOUD.made[5000], abs=1e-3)


def test_few_allowed_clauses_are_all_compared(tmp_path: Path) -> None:
    made(tmp_path)
    with open_index(tmp_path) as index:
        tenth = [row for row in range(COUNT) if row % 10 == 0]
        assert recall(index, tenth, Filters(audience=("staff",))) >= 0.99
        page = list(range(100, 150))
        assert recall(index, page, Filters(document=("page-2",))) >= 0.999  # halves round
        assert recall(index, [row for row in range(COUNT) if row % 10], Filters(audience=("public",))) >= 0.97
        hits = index.dense(CLOUD.made[5000], 100, Filters(document=("page-2",)))
        assert sorted(hit.row for hit in hits) == page
        assert sorted(hit.row for hit in index.dense(CLOUD.made[5000], COUNT + 5)) == list(range(COUNT))


def test_the_size_decides_unless_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert made(tmp_path / "a", tier="auto").tiers == {"text": EXACT}
    monkeypatch.setattr(tiers, "INVERTED_FROM", COUNT)
    assert made(tmp_path / "b", tier="auto").tiers["text"].kind == "inverted"
    assert made(tmp_path / "c", ENTRIES[1:], tier="auto").tiers["text"].kind == "exact"
    assert made(tmp_path / "d", tier="exact").tiers["text"].kind == "exact"


def test_lists_that_find_too_little_are_refused(tmp_path: Path) -> None:
    """Vectors without any order, in many dimensions, cannot be sorted into lists."""
    nowhere = Cloud(256, 0)
    assert made(tmp_path, ENTRIES[:2000], cloud=nowhere).tiers == {"text": EXACT}
    with open_index(tmp_path) as index:
        best = np.argsort(-(nowhere.made[:2000] @ nowhere.made[5000]))[:10]
        assert [hit.row for hit in index.dense(nowhere.made[5000], 10)] == best.tolist()


def test_given_questions_are_part_of_the_measurement(tmp_path: Path) -> None:
    build_index(ENTRIES, tmp_path, CLOUD, tier="inverted", questions=ASKED)
    assert verify_index(tmp_path).tiers["text"].sample == 456


def test_an_update_leaves_the_lists_alone(tmp_path: Path) -> None:
    first = made(tmp_path)
    cloud = Cloud()
    changed = [
        numbered(row, COUNT + row) if row % 100 == 5 else numbered(row)
        for row in range(COUNT)
        if row % 100 != 7
    ]
    second = made(tmp_path, [*changed, numbered(COUNT + 3)], cloud=cloud)
    assert cloud.embedded == 41
    assert (second.changed, second.tiers, second.clauses) == (81, first.tiers, COUNT - 40 + 1)
    assert second.files["vectors/text.faiss"] == first.files["vectors/text.faiss"]
    with open_index(tmp_path) as index:
        assert index.dense(CLOUD.made[105 + COUNT], 1)[0][:2] == (105, "text")
        for gone in (7, 107):
            assert gone not in {hit.row for hit in index.dense(CLOUD.made[gone], 50)}
        assert 105 not in {hit.row for hit in index.dense(CLOUD.made[105], 1)}
        assert np.isnan(index.cosines(CLOUD.made[0], np.array([7], np.int32))["text"]).all()
        assert index.dense(CLOUD.made[COUNT + 3], 1)[0].row == COUNT
        rows, found = index.field_vectors()["text"]
        assert rows.tolist() == index.rows()
        assert np.allclose(found[rows.tolist().index(105)], CLOUD.made[105 + COUNT], atol=1e-3)
    third = made(tmp_path, changed, tier="exact", cloud=cloud)
    assert (third.changed, third.tiers["text"].kind) == (0, "exact")
    assert cloud.embedded == 41  # the lists gave their vectors back
