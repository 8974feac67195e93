"""The lexical index: words found by BM25. The only module that knows tantivy.

Chinese text has no spaces, so every run of Chinese characters becomes its single characters and its pairs of
neighbours; other scripts become whole words and numbers. Pairs carry meaning, single characters bridge wordings
(罚款 / 处罚). Characters beside pairs in texts *and* questions beat pairs alone: docs/adr names the figures.
Questions never meet a query parser, so nothing typed can be a syntax error.

BM25 weighs a word by how many clauses have it, and a clause by how long the others are. So that clauses which a reader may
not see do not show in the scores of those which he may, every set of audiences has an index of its own, with its clauses
alone: seven for three audiences, one where all clauses are for the same.
"""

from __future__ import annotations

import functools
import re
import shutil
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from operator import add, itemgetter
from pathlib import Path
from typing import NamedTuple

import tantivy

from kb.errors import IndexDamaged
from kb.figures import find_figures
from kb.folding import folded
from kb.index.corpus import Record, is_text, sets_of
from kb.index.manifest import REBUILD, Manifest
from kb.index.versions import share
from kb.model.entry import Entry
from kb.model.filters import Filters, facet

LEXICAL = "lexical"
MAX_TERMS = 128  # of a question; the rarest are kept
_HEAP = 256_000_000  # bytes; one segment up to about 100,000 clauses where all are for the same readers
_LEAST_HEAP = 64_000_000
_COMMON = 10_000
LARGE = 100_000
"""Clauses from which on words that many of them hold are not searched: BM25 gives such words next to no weight, and
at a million clauses they take almost half of the time (8.2 ms instead of 14.7; on 57,529 statutes the same R@100, nDCG@10 -0.0015)."""
MANY = 0.3  # share of all clauses
_WORD_LIMIT = 64
_HAN = "\u3005\u3007\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af\uf900-\ufaff\U00020000-\U0003ffff"
_RUN = re.compile(rf"([{_HAN}]+)|\d+(?:[.:]\d+)*|[^\W\d_{_HAN}]+")
_FACETS = tuple(name for name, _ in Filters())


class RowScore(NamedTuple):
    """A row and its BM25 score, comparable within one question and one set of boosts only."""

    row: int
    score: float


def terms(text: str) -> list[str]:
    """Return what of the text is looked up, in order, repetitions included.

    Width and case are folded (NFKC, casefold), traditional characters simplified, thousands separators dropped, English
    words stemmed (Snowball). A figure is a term of its own with its canonical value, so that 三天 meets 3天.
    """
    plain = folded(text)
    found: list[str] = []
    for match in _RUN.finditer(plain):
        run = match[0]
        if match[1] is None:
            found.append(_stem(run[:_WORD_LIMIT]))
        else:
            found.extend(run)
            found.extend(map(add, run, run[1:]))
    found.extend(_stem(f"{figure.value}{figure.unit}") for figure in find_figures(plain) if figure.unit)
    return found


@functools.lru_cache(maxsize=8192)
def _stem(word: str) -> str:
    stemmed: list[str] = _stemmer().analyze(word)
    return stemmed[0]


@functools.cache
def _stemmer() -> tantivy.TextAnalyzer:
    builder = tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.whitespace())
    return builder.filter(tantivy.Filter.stemmer("english")).build()


def write_lexical(
    build: Path,
    fields: Sequence[str],
    audiences: Sequence[str],
    records: Sequence[Record],
    base: tuple[Path, Manifest] | None,
    dropped: Sequence[int],
) -> None:
    """Write the lexical indexes of a build.

    Args:
        build: The build's folder.
        fields: The fields in use; those of the base when there is one.
        audiences: The audiences of all clauses, sorted, those of the base included.
        records: What to write.
        base: Folder and manifest of the build whose other clauses to keep, or None to keep nothing. Its files are shared:
            what tantivy adds or marks as deleted goes into files of its own.
        dropped: Rows of the base that are not kept, those written anew included.

    Raises:
        OSError: They cannot be written.
    """
    (build / LEXICAL).mkdir()
    sets = list(sets_of(audiences))
    heap = max(_HEAP // len(sets), _LEAST_HEAP)
    try:
        writers = []
        for readers in sets:
            before = None
            if base is not None and (known := [name for name in readers if name in base[1].audiences]):
                before = _folder(base[0], known)  # which holds all that these readers had to see
            writers.append((readers, _writer(_folder(build, readers), fields, before, dropped, heap)))
        for record in records:
            document = _document(
                record.row, record.entry
            )  # once for all: taking texts apart is most of the work
            for readers, writer in writers:
                if record.entry.passage.audience in readers:
                    writer.add_document(document)
        for _, writer in writers:
            writer.commit()
            writer.wait_merging_threads()
    except (ValueError, RuntimeError) as error:  # tantivy reports failed writes as ValueError
        raise OSError(f"{build / LEXICAL}: {error}") from error


def _folder(build: Path, readers: Iterable[str]) -> Path:
    return build / LEXICAL / "+".join(readers)


def _writer(
    folder: Path, fields: Sequence[str], base: Path | None, dropped: Iterable[int], heap: int
) -> tantivy.IndexWriter:
    """Return what writes one index that starts as the base without the rows dropped, or as nothing."""
    folder.mkdir()
    if base is None:
        index = tantivy.Index(_schema(fields), path=str(folder))
    else:
        for path in base.iterdir():
            if path.suffix == ".json":  # which files count; the only ones that tantivy replaces
                shutil.copyfile(path, folder / path.name)
            elif path.suffix != ".lock":
                share(path, folder / path.name)
        index = tantivy.Index.open(str(folder))
    writer = index.writer(heap, num_threads=1)  # one thread: the same entries give the same segments
    for row in dropped:
        # delete_documents_by_term takes the number for a signed one, and finds nothing
        writer.delete_documents_by_query(tantivy.Query.term_query(index.schema, "row", row))
    return writer


def _schema(fields: Sequence[str]) -> tantivy.Schema:
    schema = tantivy.SchemaBuilder().add_unsigned_field("row", fast=True, indexed=True)
    for name in _FACETS:
        schema.add_text_field(_facet_name(name), tokenizer_name="raw", index_option="basic")
    for field in fields:
        schema.add_text_field(_text_name(field), tokenizer_name="whitespace", index_option="freq")
    return schema.build()


def _document(row: int, entry: Entry) -> tantivy.Document:
    document = tantivy.Document()
    document.add_unsigned("row", row)
    for name in _FACETS:
        for value in facet(entry.passage, name):
            document.add_text(_facet_name(name), value)
    for field, text in entry.lexical:
        if text.strip():
            document.add_text(_text_name(field), " ".join(terms(text)))
    return document


def _facet_name(name: str) -> str:
    return f"is_{name}"


def _text_name(field: str) -> str:
    return f"in_{field}"


def _open(folder: Path) -> tuple[tantivy.Schema, tantivy.Searcher]:
    try:
        index = tantivy.Index.open(str(folder))
        return index.schema, index.searcher()
    except ValueError:
        # Opening takes a lock file, which a read-only folder refuses; links in a folder of our own will do,
        # and only until the files are mapped.
        with tempfile.TemporaryDirectory(prefix="kb-lexical-") as scratch:
            for path in folder.iterdir():
                if path.suffix != ".lock":
                    (Path(scratch) / path.name).symlink_to(path.absolute())
            index = tantivy.Index.open(scratch)
            return index.schema, index.searcher()


class Lexical:
    """Read side, for the readers of some audiences; may be shared by threads.

    Attributes:
        clauses: Number of clauses that they may see.
    """

    def __init__(self, build: Path, fields: Sequence[str], readers: Iterable[str]) -> None:
        folder = _folder(build, readers)
        self._fields = tuple(fields)
        self._deletions = any(folder.glob("*.del"))
        try:
            self._schema, self._searcher = _open(folder)
        except (ValueError, OSError) as error:
            raise IndexDamaged(f"{folder} cannot be opened: {error}", hint=REBUILD) from error
        self.clauses = int(self._searcher.num_docs)

    def search(
        self, text: str, limit: int, filters: Filters | None, boosts: Mapping[str, float] | None = None
    ) -> list[RowScore]:
        """Return the best rows for the text, best first, equal scores by row.

        Args:
            text: The question, any text at all.
            limit: At most so many rows.
            filters: Rows that do not pass are not ranked; nothing but audiences changes the scores of the others.
            boosts: Weight per lexical field; fields not named are not searched. Without it each field weighs 1.
        """
        weights = {
            f: w
            for f, w in (boosts or dict.fromkeys(self._fields, 1.0)).items()
            if f in self._fields and w > 0
        }
        wanted = self._telling(dict.fromkeys(terms(text)), weights)
        if not wanted or limit < 1:
            return []
        words = [
            (tantivy.Occur.Should, tantivy.Query.boost_query(self._term(_text_name(field), word), weight))
            for field, weight in weights.items()
            for word in self._worth_a_search(_text_name(field), wanted)
        ]
        query = tantivy.Query.boolean_query(words)
        must = [(tantivy.Occur.Must, self._any_of(name, values)) for name, values in filters or () if values]
        if must:  # a query of nothing but words is cut short (block-max WAND), one within another is not
            query = tantivy.Query.boolean_query([(tantivy.Occur.Must, query), *must])
        limit = min(limit, self._searcher.num_docs)  # room is made for so many at once
        hits = self._searcher.search(query, limit, count=False).hits
        rows = self._searcher.fast_field_values("row", [address for _, address in hits])
        found = [RowScore(row, score) for row, (score, _) in zip(rows, hits, strict=True)]
        return sorted(sorted(found), key=itemgetter(1), reverse=True)

    def _worth_a_search(self, name: str, words: Sequence[str]) -> Sequence[str]:
        """Return the words without those that too many clauses of a large index hold, unless none would be left."""
        if self.clauses < LARGE:
            return words
        rare = [word for word in words if self._searcher.doc_freq(name, word) <= MANY * self.clauses]
        return rare or words

    def _any_of(self, name: str, values: Iterable[str]) -> tantivy.Query:
        terms = [
            (tantivy.Occur.Should, self._term(_facet_name(name), value)) for value in values if is_text(value)
        ]
        return tantivy.Query.const_score_query(tantivy.Query.boolean_query(terms), 0.0)

    def counts(self, words: Iterable[str]) -> dict[str, int]:
        """Return for each term the number of clauses that hold it in some field (the most of any one field).

        For a term of more than 10,000 clauses, those removed since the index was last written whole may be counted too.
        """
        names = [_text_name(field) for field in self._fields]
        return {word: max(self._count(name, word) for name in names) for word in words}

    def _count(self, name: str, word: str) -> int:
        count = int(self._searcher.doc_freq(name, word))
        if not count or not self._deletions or count > _COMMON:
            return count
        # what was deleted still stands in the term's own count; that matters for rare terms, where the true one is cheap
        return int(self._searcher.search(self._term(name, word), 1, count=True).count)

    def _telling(self, words: Iterable[str], fields: Iterable[str]) -> list[str]:
        """Return the words that occur at all, at most ``MAX_TERMS``, the rarest when there are more."""
        names = [_text_name(field) for field in fields]
        count = {word: sum(self._searcher.doc_freq(name, word) for name in names) for word in words}
        present = [word for word, n in count.items() if n]
        if len(present) <= MAX_TERMS:
            return present
        return sorted(present, key=count.__getitem__)[:MAX_TERMS]

    def _term(self, field: str, value: str) -> tantivy.Query:
        return tantivy.Query.term_query(self._schema, field, value, "freq")
