"""The facade: the only place where stages are wired together."""

from kb.knowledge_base.building import build, export, load_documents
from kb.knowledge_base.checking import CheckResult, check
from kb.knowledge_base.ingesting import IngestResult, ingest
from kb.knowledge_base.publishing import Published, publish
from kb.knowledge_base.publishing_for import publish_for
from kb.knowledge_base.reading import KnowledgeBase, timed
from kb.knowledge_base.status import Status, status

__all__ = [
    "CheckResult",
    "IngestResult",
    "KnowledgeBase",
    "Published",
    "Status",
    "build",
    "check",
    "export",
    "ingest",
    "load_documents",
    "publish",
    "publish_for",
    "status",
    "timed",
]
