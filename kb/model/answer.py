"""What search and answering hand on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from kb.model.source import SourceSpan


@dataclass(frozen=True, slots=True)
class Passage:
    """What is retrieved: an exact slice of one clause, with all that search and citation need.

    Attributes:
        clause_id: ``document-id#anchor``.
        document_id: Id of the document.
        document_title: Its title.
        kind: The document's kind.
        platform: The document's platform.
        audience: The document's audience.
        status: The document's status.
        number: The number people cite, printed labels joined along the path (``二、7.``).
        heading_path: Titles of the headings above, outermost first.
        heading: Whether the clause only titles others.
        text: The clause's text.
        gloss_en: English gloss.
        ask: Typical questions.
        silent_on: Questions near its matter that no clause answers.
        topics: Topics.
        note: Editor's note.
        sources: Every place the rule stands in.
        url: Page address and fragment, relative to the site's root.
        order: Position of the clause in its document.
    """

    clause_id: str
    document_id: str
    document_title: str
    kind: str
    platform: str
    audience: str
    status: str
    number: str
    heading_path: tuple[str, ...]
    heading: bool
    text: str
    gloss_en: str
    ask: tuple[str, ...]
    silent_on: tuple[str, ...]
    topics: tuple[str, ...]
    note: str
    sources: tuple[SourceSpan, ...]
    url: str
    order: int


@dataclass(frozen=True, slots=True)
class Hit:
    """A passage found.

    Attributes:
        passage: What was found.
        score: Fused score, comparable within one question only.
        dense: Raw cosine of question and clause, or None when the vector side did not list it.
        lexical: Raw lexical score, or None when the lexical side did not list it.
    """

    passage: Passage
    score: float
    dense: float | None = None
    lexical: float | None = None


@dataclass(frozen=True, slots=True)
class Citation:
    """A clause offered as evidence.

    Attributes:
        n: The mark it carries in the answer (``[1]``), from 1; also the rank of a bare hit.
        passage: The clause.
        quote: The words of the clause that carry the answer; an exact slice of its text.
        score: The hit's fused score.
    """

    n: int
    passage: Passage
    quote: str
    score: float


@dataclass(frozen=True, slots=True)
class IndexInfo:
    """Which index answered.

    Attributes:
        id: Identity of the build.
        model: Name of the embedding model.
        built_at: UTC time of the build, ISO 8601.
    """

    id: str
    model: str
    built_at: str


@dataclass(frozen=True, slots=True)
class Answer:
    """What the asker reads.

    Attributes:
        question: As asked.
        status: ``answered`` or ``abstained``.
        text: The answer with ``[n]`` marks; when abstained, the sentence that says so.
        reason: Why it abstained, ``""`` when answered.
        citations: Evidence, best first; empty when abstained.
        nearest: When abstained, the nearest rules.
        phrased_by: Whose sentences the text is made of: the clauses' own, or a language model's that these clauses bear out.
    """

    question: str
    status: Literal["answered", "abstained"]
    text: str
    reason: str
    citations: tuple[Citation, ...]
    nearest: tuple[Citation, ...]
    phrased_by: Literal["composed", "llm"] = "composed"
