"""The one error tree.

The library raises these and never prints. Each error has a stable ``code``, one clear sentence
(what happened, where), a ``hint`` (what to do next) and its facts in ``data``. The command line maps
classes to exit codes in ``kb.cli.exit_codes``; a server maps them to statuses in the same way.
"""

from __future__ import annotations

from typing import ClassVar


class KbError(Exception):
    """Base of everything this package raises on purpose.

    Attributes:
        code: Stable machine-readable name of the kind of failure.
        message: One sentence: what is wrong and where.
        hint: One sentence: what to do next.
        data: The facts behind the message, ready for JSON.
    """

    code: ClassVar[str] = "error"

    def __init__(self, message: str, *, hint: str, **data: object) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
        self.data = data


class SourceError(KbError):
    """A source cannot be taken in; the message names the file."""

    code = "source"


class SourceMissing(SourceError):
    """No file or folder at that path."""

    code = "source-missing"


class SourceUnreadable(SourceError):
    """The file is there but cannot be opened or parsed (rights, damage, password)."""

    code = "source-unreadable"


class SourceEmpty(SourceError):
    """The file holds no text (nothing but blanks, or a scan without a text layer)."""

    code = "source-empty"


class SourceNotText(SourceError):
    """The bytes are no text in any encoding we know, or no format we read."""

    code = "source-not-text"


class PageError(KbError):
    """A page in ``docs/`` does not follow the page format; the message names file and line."""

    code = "page-invalid"


class QuestionError(KbError):
    """The question cannot be asked."""

    code = "question"


class QuestionEmpty(QuestionError):
    """Nothing but blanks."""

    code = "question-empty"


class QuestionTooLong(QuestionError):
    """Longer than the limit."""

    code = "question-too-long"


class InputInvalid(KbError):
    """An input file or option value is malformed (a batch line, a filter, a path)."""

    code = "input-invalid"


class ClauseUnknown(KbError):
    """No clause has that id in the open index."""

    code = "clause-unknown"


class DocumentUnknown(KbError):
    """No document has that id in the open index."""

    code = "document-unknown"


class IndexProblem(KbError):
    """The index cannot be used."""

    code = "index"


class IndexMissing(IndexProblem):
    """There is no index at that place yet."""

    code = "index-missing"


class IndexMismatch(IndexProblem):
    """The index was built by another model, format version or from another corpus."""

    code = "index-mismatch"


class IndexDamaged(IndexProblem):
    """Files of the index are missing, cut or altered."""

    code = "index-damaged"


class IndexBusy(IndexProblem):
    """Another process is building this index now."""

    code = "index-busy"


class IndexUnwritable(IndexProblem):
    """The index cannot be written there (disk full, no right to write, not a folder)."""

    code = "index-unwritable"


class StoreProblem(IndexProblem):
    """The server that keeps the index is not reachable or refuses, or what speaks to it is not installed."""

    code = "index-store"


class ModelProblem(KbError):
    """The embedding model cannot be used."""

    code = "model"


class ModelMissing(ModelProblem):
    """The package, extra or folder that holds the model is not installed."""

    code = "model-missing"


class ModelDamaged(ModelProblem):
    """The cached model does not match its digest and could not be rebuilt."""

    code = "model-damaged"


class EmbeddingFailed(ModelProblem):
    """The embedding endpoint refused, failed or answered something unusable."""

    code = "embedding-failed"


class PhrasingFailed(ModelProblem):
    """The language model failed, or nothing it said is borne out by the clauses."""

    code = "phrasing-failed"


class KeyProblem(KbError):
    """The caller's key does not open the door."""

    code = "key"


class KeyMissing(KeyProblem):
    """The server wants a key and none was sent."""

    code = "key-missing"


class KeyUnknown(KeyProblem):
    """The key sent was never given out, or was revoked."""

    code = "key-unknown"


class KeysInvalid(KbError):
    """The file of keys is missing or cannot be read."""

    code = "keys-invalid"


class ServerProblem(KbError):
    """A server of this knowledge base does not answer as it should."""

    code = "server"


class ServerUnreachable(ServerProblem):
    """Nothing answers at that address, or not in time."""

    code = "server-unreachable"


class ServerFailed(ServerProblem):
    """What came back is no answer of this knowledge base."""

    code = "server-failed"


class ServerBusy(ServerProblem):
    """More requests are waiting than the server takes on."""

    code = "server-busy"


class TookTooLong(ServerProblem):
    """The request was given up at its time limit."""

    code = "took-too-long"


class RateExceeded(ServerProblem):
    """More questions a second than the caller may ask."""

    code = "rate-exceeded"


class GapsUnavailable(KbError):
    """The file of unanswered questions cannot be read or written."""

    code = "gaps-unavailable"
