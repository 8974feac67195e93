"""Shapes of requests, checked; and of answers, for the OpenAPI document.

Answers are made by ``kb.payloads`` and sent as they are; a test holds these descriptions to them.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Discriminator, Field, Tag

from kb.config import DEFAULT_LIMIT, DEFAULT_ROWS, MAX_LIMIT, MAX_QUESTION
from kb.model import Filters

_VALUES = 20
_LONGEST_VALUE = 200


def _encodable(text: str) -> str:
    if any("\ud800" <= character <= "\udfff" for character in text):
        raise ValueError("holds half a character (a lone surrogate), which no answer can repeat")
    return text


# JSON can escape what no encoding can write. Strings of bounded length are checked by pydantic itself.
_WRITABLE = AfterValidator(_encodable)
# The length and the letters are checked by the knowledge base itself, so that its own errors come back.
Question = Annotated[
    str,
    Field(
        description=f"In plain words, Chinese or English, at most {MAX_QUESTION:,} characters.",
        examples=["上班玩游戏会怎么罚"],
        json_schema_extra={"maxLength": MAX_QUESTION, "pattern": r"[\p{L}\p{N}]"},
    ),
    _WRITABLE,
]


def _whole(value: object) -> object:
    return int(value) if isinstance(value, float) and value.is_integer() else value


# JSON knows one kind of number: 5.0 is as whole as 5.
_WHOLE = BeforeValidator(_whole)
Limit = Annotated[int, Field(ge=1, le=MAX_LIMIT, description="Most citations or hits."), _WHOLE]
Value = Annotated[str, Field(min_length=1, max_length=_LONGEST_VALUE)]
Values = Annotated[list[Value], Field(max_length=_VALUES)]


class _Request(BaseModel):
    model_config = ConfigDict(strict=True, extra="forbid")


class FilterBody(_Request):
    """Allowed values per property; several are alternatives, none allows all."""

    platform: Values = []
    kind: Values = []
    document: Values = []
    topic: Values = []
    audience: Values = []
    status: Values = []

    def filters(self) -> Filters:
        """Return them as the knowledge base takes them."""
        return Filters(**{name: tuple(values) for name, values in self})


class QuestionBody(_Request):
    """One question."""

    question: Question
    limit: Limit = DEFAULT_LIMIT
    filters: FilterBody = FilterBody()


class FeedbackBody(_Request):
    """Whether the answer to a question helped."""

    question: Question
    helpful: bool


class KeptBody(BaseModel):
    """Whether the question was kept for those who write the rules."""

    kept: bool


class CompareQuery(BaseModel):
    """A question or a topic, and filters, as parameters of an address."""

    model_config = ConfigDict(extra="forbid")

    question: Question
    limit: Annotated[int, Field(ge=1, le=MAX_LIMIT, description="Most rows.")] = DEFAULT_ROWS
    platform: Values = []
    kind: Values = []
    document: Values = []
    topic: Values = []
    audience: Values = []
    status: Values = []

    def filters(self) -> Filters:
        """Return the filters as the knowledge base takes them."""
        return Filters(**{name: tuple(getattr(self, name)) for name, _ in Filters()})


class Row(_Request):
    """One question of a batch."""

    id: Annotated[str, Field(max_length=200)] | Annotated[int, _WHOLE]
    question: Annotated[
        str, Field(description="As a single one; what cannot be asked has its error in its place."), _WRITABLE
    ]


class BatchBody(_Request):
    """Several questions; answers come in the same order."""

    questions: Annotated[list[Row], Field(min_length=1)]
    limit: Limit = DEFAULT_LIMIT
    filters: FilterBody = FilterBody()


def _one_or_batch(body: object) -> str:
    return "batch" if isinstance(body, dict) and "questions" in body else "one"


# Told apart by hand, so that a fault is named in the shape that was meant.
Asked = Annotated[
    Annotated[QuestionBody, Tag("one")] | Annotated[BatchBody, Tag("batch")], Discriminator(_one_or_batch)
]


class ErrorBody(BaseModel):
    """What went wrong and what to do about it. ``code`` is stable, the words are not."""

    code: str
    message: str
    hint: str


class Source(BaseModel):
    """A place in a source, half-open, in Unicode code points."""

    file: str
    start: int
    end: int


class Citation(BaseModel):
    """A clause offered as evidence."""

    n: int
    clause_id: str
    document_id: str
    document_title: str
    number: str
    heading_path: list[str]
    heading: bool
    text: str
    quote: str
    gloss_en: str
    url: str
    score: float
    sources: list[Source]
    note: str = ""


class IndexBody(BaseModel):
    """Which index answered."""

    id: str
    model: str
    built_at: str


class _Frame(BaseModel):
    took_ms: float
    index: IndexBody


class AnswerBody(_Frame):
    """The answer: cited clauses, or an honest abstention with the nearest rules."""

    question: str
    status: Literal["answered", "abstained"]
    answer: str
    reason: str
    phrased_by: Literal["composed", "llm"] = "composed"
    citations: list[Citation]
    nearest: list[Citation] = []


class HitsBody(_Frame):
    """What was found, best first."""

    question: str
    hits: list[Citation]


class _Refused(BaseModel):
    id: str | int
    question: str
    status: Literal["error"]
    error: ErrorBody


class AnswerRow(AnswerBody):
    """One answer of a batch."""

    id: str | int


class HitsRow(HitsBody):
    """Hits of one question of a batch."""

    id: str | int


class AnswersBody(BaseModel):
    """Answers in the order of the questions; one that cannot be asked has its error in its place."""

    answers: list[AnswerRow | _Refused]


class HitListsBody(BaseModel):
    """Hits in the order of the questions; one that cannot be asked has its error in its place."""

    answers: list[HitsRow | _Refused]


class Figure(BaseModel):
    """An amount, duration, time, count, percentage or date inside a clause."""

    text: str
    kind: str
    value: str
    unit: str


class ClauseBody(BaseModel):
    """A clause in full."""

    id: str
    document_id: str
    document_title: str
    kind: str
    platform: str
    audience: str
    status: str
    number: str
    heading_path: list[str]
    heading: bool
    text: str
    gloss_en: str
    ask: list[str]
    silent_on: list[str]
    topics: list[str]
    figures: list[Figure]
    sources: list[Source]
    url: str
    note: str = ""


class ClauseWithNeighbours(ClauseBody):
    """A clause and those around it, in reading order."""

    neighbours: list[ClauseBody]


class ComparedClause(Citation):
    """What one document says about the matter."""

    figures: list[Figure]
    conflicts_with: list[str]


class ConflictBody(BaseModel):
    """Two of the clauses that cannot both be followed."""

    a: str
    b: str
    kind: Literal["figure", "actor", "permission"]
    why: str
    what: str
    said_a: str
    said_b: str


class ComparisonBody(_Frame):
    """What each document says about a matter, side by side, with the conflicts between them."""

    question: str
    reason: str
    rows: list[ComparedClause]
    conflicts: list[ConflictBody]


class DocumentBody(BaseModel):
    """A document; ``clauses`` counts those the caller may see."""

    id: str
    title: str
    kind: str
    platform: str
    audience: str
    status: str
    clauses: int


class _Page(BaseModel):
    total: int
    next_offset: int | None


class DocumentsBody(_Page):
    """A stretch of the list of documents, in the order of their ids."""

    documents: list[DocumentBody]


class DocumentWithClauses(_Page):
    """A document and a stretch of its clauses, in reading order."""

    document: DocumentBody
    clauses: list[ClauseBody]


class ServedIndex(IndexBody):
    """The index in use."""

    age_s: float


class HealthBody(BaseModel):
    """Whether the service lives, whether it can answer, and what is amiss."""

    live: bool
    ready: bool
    version: str
    index: ServedIndex | None
    degraded: ErrorBody | None
