"""Pages and data that are written from the documents before the site is built. Pure: paths to texts, no I/O.

The builder (MkDocs or Zensical) renders them like any other page; ``kb publish`` writes them, and a test fails when
they no longer fit the documents.
"""

from kb.publish.conflicts import CONFLICTS, read_conflicts
from kb.publish.evaluation import evaluation_page
from kb.publish.names import Topic, read_topics
from kb.publish.navigation import with_generated_config
from kb.publish.record import Record, read_record
from kb.publish.site import GENERATED_FOLDERS, RECORD, Generated, generate

__all__ = [
    "CONFLICTS",
    "GENERATED_FOLDERS",
    "RECORD",
    "Generated",
    "Record",
    "Topic",
    "evaluation_page",
    "generate",
    "read_conflicts",
    "read_record",
    "read_topics",
    "with_generated_config",
]
