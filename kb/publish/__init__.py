"""Pages and data that are written from the documents before the site is built. Pure: paths to texts, no I/O.

The builder (MkDocs or Zensical) renders them like any other page; ``kb publish`` writes them, and a test fails when
they no longer fit the documents.
"""

from kb.publish.audience import audiences_of, glossary_for, leaks, ledger_for, page_audience, topics_for
from kb.publish.conflicts import CONFLICTS, among, conflicts_json, read_conflicts
from kb.publish.evaluation import evaluation_page
from kb.publish.names import Topic, read_topics
from kb.publish.navigation import with_generated_config
from kb.publish.record import Record, read_record, write_record
from kb.publish.site import GENERATED_FOLDERS, RECORD, Generated, generate

__all__ = [
    "CONFLICTS",
    "GENERATED_FOLDERS",
    "RECORD",
    "Generated",
    "Record",
    "Topic",
    "among",
    "audiences_of",
    "conflicts_json",
    "evaluation_page",
    "generate",
    "glossary_for",
    "leaks",
    "ledger_for",
    "page_audience",
    "read_conflicts",
    "read_record",
    "read_topics",
    "topics_for",
    "with_generated_config",
    "write_record",
]
