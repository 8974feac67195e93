"""What is there and what is the next step: the facts behind ``kb doctor``."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from kb.config import DEFAULT_MODEL
from kb.errors import KbError

State = Literal["ok", "warning", "error"]


@dataclass(frozen=True, slots=True)
class Fact:
    """One line of the report.

    Attributes:
        name: What was looked at.
        state: Whether it is well.
        what: What was found.
        next_step: What to do about it, ``""`` when nothing.
    """

    name: str
    state: State
    what: str
    next_step: str = ""


@dataclass(frozen=True, slots=True)
class Status:
    """All facts, in the order a newcomer needs them."""

    facts: tuple[Fact, ...]

    @property
    def next_step(self) -> str:
        """The first thing to do."""
        steps = [fact.next_step for fact in self.facts if fact.next_step]
        return steps[0] if steps else 'ask: kb ask "迟到怎么处罚"'


def status(docs: Path, index: str | Path, *, model: str = DEFAULT_MODEL) -> Status:
    """Look at everything an answer needs; what is broken becomes a fact, never an exception."""
    facts = [_version()]
    for name, look in (
        ("model", lambda: _model(model)),
        ("pages", lambda: _pages(docs)),
        ("index", lambda: _index(docs, index, model)),
    ):
        facts.append(_guarded(name, look))
    return Status(tuple(facts))


def _guarded(name: str, look: Callable[[], Fact]) -> Fact:
    try:
        return look()
    except KbError as error:
        return Fact(name, "error", error.message, error.hint)


def _version() -> Fact:
    import importlib.metadata  # with its parsers of mail and archives 15 ms, which every command would pay
    import platform

    version = importlib.metadata.version("policy-kb")
    return Fact("version", "ok", f"kb {version}, Python {platform.python_version()}, {platform.machine()}")


def _model(model: str) -> Fact:
    from kb.embed import open_embedder

    embedder = open_embedder(model)
    vector = embedder.embed_questions(["迟到怎么处罚"])[0]
    return Fact("model", "ok", f"{embedder.name}, {len(vector)} dimensions")


def _pages(docs: Path) -> Fact:
    from kb.pages import load_pages

    documents = load_pages(docs)
    clauses = sum(len(document.clauses) for document in documents)
    return Fact("pages", "ok", f"{len(documents)} documents, {clauses} clauses in {docs}")


def _index(docs: Path, index: str | Path, model: str) -> Fact:
    from kb.embed import open_embedder
    from kb.index import corpus_digest, open_index, verify_index
    from kb.knowledge_base.building import load_documents
    from kb.knowledge_base.corpus import load_terms
    from kb.passages import entries_of

    verify_index(index)
    with open_index(index, model=open_embedder(model).name) as opened:
        found = f"{opened.info.id}, {len(opened)} clauses, built {opened.info.built_at}"
        if opened.manifest.corpus != corpus_digest(entries_of(load_documents(docs), load_terms(docs))):
            step = f"kb index --docs {docs} --index {index}"
            return Fact("index", "warning", f"{found}; the pages have changed since", step)
    return Fact("index", "ok", found)
