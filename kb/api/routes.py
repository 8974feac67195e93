"""The endpoints. Each one reads its request, asks the knowledge base, and sends the payload as it is."""

# Annotations are evaluated here, unlike elsewhere: FastAPI reads them, and some name what a function holds.

import hashlib
import json
from collections.abc import Callable, Iterator
from time import perf_counter
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Query, Request, Response
from fastapi.responses import JSONResponse
from fastapi.security import HTTPBearer

from kb.api import models
from kb.api.access import Access
from kb.api.service import Service
from kb.errors import InputInvalid, QuestionError, TookTooLong
from kb.knowledge_base import KnowledgeBase, timed
from kb.model import Filters
from kb.payloads import (
    Payload,
    answer_payload,
    clause_payload,
    compare_payload,
    document_payload,
    error_payload,
    page_payload,
    search_payload,
)

_LISTED = 100
_MOST_LISTED = 500
_FAR = 10_000_000

_ERRORS: dict[int | str, dict[str, Any]] = {
    400: {"model": models.ErrorBody, "description": "The request cannot be read."},
    408: {"model": models.ErrorBody, "description": "The body did not arrive in time."},
    413: {"model": models.ErrorBody, "description": "The body is too large."},
    422: {"model": models.ErrorBody, "description": "The request does not fit what is described here."},
    429: {"model": models.ErrorBody, "description": "Too often; `Retry-After` says how long to wait."},
    503: {"model": models.ErrorBody, "description": "Not now; `Retry-After` says how long to wait."},
}
_UNKNOWN: dict[int | str, dict[str, Any]] = {
    404: {"model": models.ErrorBody, "description": "There is none by that id."}
}
_UNCHANGED: dict[int | str, dict[str, Any]] = {304: {"description": "Still what `If-None-Match` says."}}
_Offset = Annotated[int, Query(ge=0, le=_FAR, description="How many to skip.")]
_Listed = Annotated[int, Query(ge=1, le=_MOST_LISTED, description="Most to list.")]


def routes(service: Service) -> APIRouter:
    """Return everything under ``/api/v1``."""
    errors = dict(_ERRORS)
    needs = []
    if service.door.locked:
        errors[401] = {"model": models.ErrorBody, "description": "No key, or one that is not known."}
        needs = [Depends(HTTPBearer(auto_error=False, description="A key made by `kb keys add`."))]

    def enter(request: Request) -> Access:
        return service.enter(request)

    # An async dependency: a plain one would cost a thread a request.
    async def entered(request: Request) -> Access:
        return enter(request)

    caller = Annotated[Access, Depends(entered)]
    router = APIRouter(prefix="/api/v1", dependencies=needs, responses=errors)

    @router.post(
        "/ask", response_model=models.AnswerBody | models.AnswersBody, summary="Ask one question or many"
    )
    async def ask(body: models.Asked, request: Request, access: caller) -> Response:
        """Answers with cited clauses, or abstains and shows the nearest rules."""

        def one(kb: KnowledgeBase, question: str, filters: Filters) -> Payload:
            answer, took = timed(lambda: kb.ask(question, limit=body.limit, filters=filters))
            service.noticed(answer)
            return answer_payload(answer, kb.info, took)

        return await _asked(service, request, access, body, one)

    @router.post("/search", response_model=models.HitsBody | models.HitListsBody, summary="Find clauses")
    async def search(body: models.Asked, request: Request, access: caller) -> Response:
        """Lists the clauses nearest to a question, without judging whether they answer it."""

        def one(kb: KnowledgeBase, question: str, filters: Filters) -> Payload:
            hits, took = timed(lambda: kb.search(question, limit=body.limit, filters=filters))
            return search_payload(question, hits, kb.info, took)

        return await _asked(service, request, access, body, one)

    @router.post("/feedback", response_model=models.KeptBody, summary="Say whether an answer helped")
    async def feedback(body: models.FeedbackBody, access: caller) -> Response:
        """Keeps the question of an answer that did not help, where the server keeps any; who asked is not kept."""
        service.charge(access)

        def job(kb: KnowledgeBase) -> bool:
            hits = kb.search(body.question, limit=1, filters=access.filters())
            nearest = hits[0].passage.clause_id if hits else ""
            return not body.helpful and service.keep_gap(body.question, "unhelpful", nearest)

        return JSONResponse({"kept": await service.run(job)})

    @router.get("/compare", response_model=models.ComparisonBody, summary="Lay documents side by side")
    async def compare(
        wanted: Annotated[models.CompareQuery, Query()], request: Request, access: caller
    ) -> Response:
        """Shows what each document says about a question or a topic, and where they conflict."""
        service.charge(access)
        if service.settings.log_questions:
            request.state.log["questions"] = [wanted.question]
        filters = access.filters(wanted.filters())

        def job(kb: KnowledgeBase) -> Payload:
            found, took = timed(lambda: kb.compare(wanted.question, limit=wanted.limit, filters=filters))
            return compare_payload(found, kb.info, took)

        return JSONResponse(await service.run(job))

    @router.get(
        "/clauses/{clause_id}",
        response_model=models.ClauseWithNeighbours,
        responses=_UNKNOWN | _UNCHANGED,
        summary="One clause and its neighbours",
    )
    async def clause(
        clause_id: Annotated[str, Path(description="`document#anchor`, the `#` written as `%23`.")],
        request: Request,
        access: caller,
        around: Annotated[int, Query(ge=0, le=20, description="Neighbours on either side.")] = 2,
    ) -> Response:
        """Shows a clause in full."""
        service.charge(access)

        def job(kb: KnowledgeBase) -> Payload:
            passage, neighbours = kb.show(clause_id, around=around, filters=access.filters())
            return clause_payload(passage) | {"neighbours": [clause_payload(other) for other in neighbours]}

        return _conditional(request, await service.run(job))

    @router.get(
        "/documents", response_model=models.DocumentsBody, responses=_UNCHANGED, summary="All documents"
    )
    async def documents(
        request: Request, access: caller, offset: _Offset = 0, limit: _Listed = _LISTED
    ) -> Response:
        """Lists the documents in the order of their ids."""
        service.charge(access)
        there = await service.run(lambda kb: kb.documents(access.filters()))
        listed = [document_payload(document) for document in there[offset : offset + limit]]
        return _conditional(request, page_payload(len(there), offset, limit) | {"documents": listed})

    @router.get(
        "/documents/{document_id}",
        response_model=models.DocumentWithClauses,
        responses=_UNKNOWN | _UNCHANGED,
        summary="One document and its clauses",
    )
    async def document(
        document_id: str, request: Request, access: caller, offset: _Offset = 0, limit: _Listed = _LISTED
    ) -> Response:
        """Shows a document with its clauses in reading order."""
        service.charge(access)

        def job(kb: KnowledgeBase) -> Payload:
            found = kb.document(document_id, access.filters())
            clauses = kb.clauses(found.id, offset=offset, limit=limit, filters=access.filters())
            return page_payload(found.clauses, offset, limit) | {
                "document": document_payload(found),
                "clauses": [clause_payload(passage) for passage in clauses],
            }

        return _conditional(request, await service.run(job))

    return router


def health_routes(service: Service) -> APIRouter:
    """Return what a watcher asks for; it needs no key and tells nothing about the rules."""
    router = APIRouter(prefix="/api/v1")
    not_ready: dict[int | str, dict[str, Any]] = {
        503: {"model": models.HealthBody, "description": "It lives but cannot answer yet."}
    }

    @router.get("/health", response_model=models.HealthBody, responses=not_ready, summary="Is it well?")
    async def health() -> Response:
        """Tells whether the service lives and can answer, from which index, and what is amiss."""
        facts = service.health()
        return JSONResponse(facts, 200 if facts["ready"] else 503)

    return router


async def _asked(
    service: Service,
    request: Request,
    access: Access,
    body: models.Asked,
    one: Callable[[KnowledgeBase, str, Filters], Payload],
) -> Response:
    """Answer one question or a batch with ``one``; a question that cannot be asked fails alone in a batch."""
    limits = service.settings.limits
    filters = access.filters(body.filters.filters())
    rows = body.questions if isinstance(body, models.BatchBody) else []
    questions = [body.question] if isinstance(body, models.QuestionBody) else [row.question for row in rows]
    if len(questions) > limits.batch:
        raise InputInvalid(
            f"{len(questions)} questions in one request, at most {limits.batch} are taken",
            hint="send them in several requests",
        )
    service.charge(access, len(questions))
    if service.settings.log_questions:
        request.state.log["questions"] = questions
    if not rows:
        return JSONResponse(await service.run(lambda kb: one(kb, questions[0], filters)))
    deadline = perf_counter() + limits.seconds

    def answers(kb: KnowledgeBase) -> Iterator[Payload]:
        for row in rows:
            if (
                perf_counter() > deadline
            ):  # the caller has been told so already; the thread is needed elsewhere
                raise TookTooLong("the batch took too long", hint="ask fewer questions at once")
            try:
                answer = one(kb, row.question, filters)
            except QuestionError as error:
                answer = {"question": row.question, "status": "error", "error": error_payload(error)}
            yield {"id": row.id} | answer

    return JSONResponse({"answers": await service.run(lambda kb: list(answers(kb)))})


def _conditional(request: Request, payload: Payload) -> Response:
    """Send a payload, or only that it has not changed since the caller saw it."""
    content = json.dumps(payload, ensure_ascii=False, separators=(",", ":")).encode()
    tag = f'W/"{hashlib.sha256(content).hexdigest()[:32]}"'
    # What a key may see must not be kept for others.
    headers = {"ETag": tag, "Cache-Control": "private, no-cache", "Vary": "Authorization"}
    known = {part.strip() for part in request.headers.get("if-none-match", "").split(",")}
    if known & {tag, tag.removeprefix("W/"), "*"}:
        return Response(status_code=304, headers=headers)
    return Response(content, media_type="application/json", headers=headers)
