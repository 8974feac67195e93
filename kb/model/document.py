"""A document and its clauses: what a page holds and what the normalizer makes."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from kb.model.source import SourceSpan

KINDS = (
    "platform-regulation",
    "shop-handbook",
    "job-description",
    "process-guide",
    "wage-standard",
    "faq",
    "background",
)
AUDIENCES = ("public", "staff", "manager")
STATUSES = ("in-force", "superseded", "unknown")

Form = Literal["heading", "paragraph", "item", "row"]


@dataclass(frozen=True, slots=True)
class Clause:
    """The smallest rule that people cite.

    Attributes:
        anchor: The clause's part of its id, unique in the document (``2-7``, ``art-3-p2``).
        text: Its words without the label; its lines are separated by line feeds.
        label: The number as printed (``二、``, ``第三条``, ``(1)``), ``""`` when it has none.
        parent: Anchor of the clause it stands under, or None at the top.
        form: How a page shows it. A ``heading`` titles the clauses under it; the others are rules.
        level: Heading level 2 to 6, or nesting depth of a list item (0 is the outermost).
        sources: Every place the rule stands in, copies included, the fullest first.
        gloss_en: One plain English sentence with the clause's figures.
        ask: Questions as people type them that this clause answers.
        silent_on: Questions near its matter that no clause of the knowledge base answers.
        topics: Topics from the list in ``docs/topics.md``.
        note: An editor's note about a damaged or doubtful source.
    """

    anchor: str
    text: str
    label: str = ""
    parent: str | None = None
    form: Form = "paragraph"
    level: int = 0
    sources: tuple[SourceSpan, ...] = ()
    gloss_en: str = ""
    ask: tuple[str, ...] = ()
    silent_on: tuple[str, ...] = ()
    topics: tuple[str, ...] = ()
    note: str = ""

    @property
    def heading(self) -> bool:
        """Whether the clause only titles others."""
        return self.form == "heading"


@dataclass(frozen=True, slots=True)
class Prose:
    """A stretch of a page that is no clause: shown to readers, kept as it is, never cited.

    Attributes:
        markdown: The Markdown, without blank lines around it.
    """

    markdown: str


@dataclass(frozen=True, slots=True)
class Document:
    """One regulation or handbook.

    Attributes:
        id: Short ASCII slug, unique in the knowledge base.
        title: Unique, speaking title.
        kind: One of ``KINDS``.
        blocks: Clauses and prose in reading order.
        platform: ``taobao``, ``tmall``, ``kuaishou``, ``douyin`` or ``general``.
        audience: One of ``AUDIENCES``.
        effective: ISO date the rules took effect, or ``""``.
        status: One of ``STATUSES``.
        summary: One sentence in the document's language.
        summary_en: The same in English.
        title_en: The title in English, or ``""``.
        sources: Where the whole document stands, the canonical place first, copies after it.
        truncated: The source stops in the middle of the text.
    """

    id: str
    title: str
    kind: str
    blocks: tuple[Clause | Prose, ...] = field(default=())
    platform: str = "general"
    audience: str = "staff"
    effective: str = ""
    status: str = "unknown"
    summary: str = ""
    summary_en: str = ""
    title_en: str = ""
    sources: tuple[SourceSpan, ...] = ()
    truncated: bool = False

    @property
    def clauses(self) -> tuple[Clause, ...]:
        """The clauses in reading order, without prose."""
        return tuple(block for block in self.blocks if isinstance(block, Clause))
