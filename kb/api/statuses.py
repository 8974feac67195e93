"""What a failure answers with: status and body. Stable: clients rely on it."""

from __future__ import annotations

from typing import Any

from kb import errors
from kb.payloads import error_payload

STATUSES: dict[type[errors.KbError], int] = {
    errors.QuestionError: 422,
    errors.InputInvalid: 422,
    errors.KeyProblem: 401,
    errors.ClauseUnknown: 404,
    errors.DocumentUnknown: 404,
    errors.RateExceeded: 429,
    errors.ServerProblem: 503,
    errors.IndexProblem: 503,
    errors.ModelProblem: 503,
    errors.KeysInvalid: 503,
    errors.GapsUnavailable: 503,
    errors.SourceError: 500,
    errors.PageError: 500,
}
OPERATORS = (
    errors.IndexProblem,
    errors.ModelProblem,
    errors.KeysInvalid,
    errors.GapsUnavailable,
    errors.SourceError,
    errors.PageError,
)
"""Failures that only whoever runs the server can mend. Their messages name folders, so callers get the code alone."""
RETRY_AFTER = 2
"""Seconds after which a client may ask again when the error itself does not say."""

_HTTP = {
    400: ("request-malformed", "the request cannot be read", "send JSON in UTF-8; see /api/docs for what each path takes"),
    404: ("path-unknown", "there is nothing at this path", "see /api/docs for the paths there are"),
    405: ("method-not-allowed", "this path does not take this method", "see /api/docs for what each path takes"),
    408: ("body-too-slow", "the request's body did not arrive in time", "send it again"),
    413: ("body-too-large", "the request's body is too large", "ask fewer questions at once"),
    500: ("internal-error", "something broke here", "tell whoever runs the server the X-Request-ID of this answer"),
    503: ("server-busy", "too many requests are under way", "ask again in a second"),
}  # fmt: skip


def status_of(error: errors.KbError) -> int:
    """Return the status of an error: that of its nearest class in the table."""
    for kind in type(error).__mro__:
        if kind in STATUSES:
            return STATUSES[kind]
    raise AssertionError(f"{type(error).__name__} has no status") from error


def error_body(error: errors.KbError) -> dict[str, Any]:
    """Return what a caller reads of an error."""
    if isinstance(error, OPERATORS):
        return {
            "code": error.code,
            "message": "the knowledge base cannot answer now",
            "hint": "ask again later; the server's log and `kb doctor` tell its operator why",
        }
    return error_payload(error)


def http_body(status: int) -> dict[str, Any]:
    """Return the body of a failure that has no error of ours, such as an unknown path."""
    code, message, hint = _HTTP.get(status, _HTTP[400])
    return {"code": code, "message": message, "hint": hint}


def error_headers(error: errors.KbError) -> dict[str, str]:
    """Return the headers that belong to an error."""
    status = status_of(error)
    if status == 401:
        return {"WWW-Authenticate": 'Bearer realm="kb"'}
    if status in (429, 503):
        return {"Retry-After": str(error.data.get("retry_after", RETRY_AFTER))}
    return {}
