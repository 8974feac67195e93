"""Everything that is written before the site is built, put together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from kb.compare import Conflict
from kb.model import Document
from kb.passages import passages_of
from kb.publish import compare, conflicts, data, listings, record, texts
from kb.publish.compare import Comparison
from kb.publish.listings import kinds_of
from kb.publish.names import Topic
from kb.publish.record import Record
from kb.publish.related import related_clauses

RECORD = "assets/kb/published.json"
"""Where the dates of the documents are kept, relative to the docs folder."""
GENERATED_FOLDERS = ("topics", "compare", "documents", texts.FOLDER)
"""Folders that hold nothing but generated files."""


@dataclass(frozen=True, slots=True)
class Generated:
    """What is written.

    Attributes:
        files: Text by path, relative to the docs folder.
        comparisons: The comparisons, for the navigation.
    """

    files: Mapping[str, str]
    comparisons: tuple[Comparison, ...]


def generate(
    documents: Sequence[Document],
    topics: Sequence[Topic],
    dates: Mapping[str, Record],
    found_conflicts: Sequence[Conflict],
    *,
    site_name: str,
    today: str,
) -> Generated:
    """Return the generated files.

    Args:
        documents: All documents.
        topics: All topics, in the order they are shown.
        dates: The record as it stands.
        found_conflicts: Conflicts; those of clauses that are gone are left out.
        site_name: Title of the site.
        today: ISO date for what is new or changed.
    """
    passages = passages_of(documents)
    found = compare.comparisons(passages)
    by_id = {passage.clause_id: passage for passage in passages}
    titles_en = {document.id: document.title_en for document in documents}
    kept = conflicts.among(found_conflicts, by_id)
    updated = record.update(dict(dates), documents, today)
    files = {
        "index.md": listings.home_page(documents, passages, topics, found, updated, len(kept), site_name),
        "ask.md": listings.ask_page(),
        "documents/index.md": listings.documents_page(documents),
        "documents/platforms.md": listings.platforms_page(documents),
        conflicts.CONFLICTS: conflicts.conflicts_json(kept),
        "llms.txt": texts.llms_text(documents, site_name),
        "assets/kb/clauses.json": data.clauses_json(documents, passages),
        "assets/kb/related.json": data.related_json(related_clauses(passages)),
        RECORD: record.write_record(updated),
    }
    if found or kept:
        files["compare/index.md"] = compare.index_page(found, kept)
        files["compare/conflicts.md"] = conflicts.conflicts_page(kept, by_id, titles_en)
    if listings.has_silence(documents):
        files["documents/silence.md"] = listings.silence_page(documents)
    for kind in kinds_of(documents):
        mine = [document for document in documents if document.kind == kind]
        files[f"{kind}/index.md"] = listings.kind_page(kind, mine)
    if topics:
        files["documents/topics.md"] = listings.topics_page(topics, passages)
    for topic in topics:
        files[f"topics/{topic.id}.md"] = listings.topic_page(topic, documents, passages, found)
    for one in found:
        files[f"compare/{one.subject.id}.md"] = compare.comparison_page(one, kept, titles_en, topics)
    for document in documents:
        files[texts.text_path(document)] = texts.document_text(document)
    return Generated(files, found)
