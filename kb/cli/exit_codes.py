"""What the process ends with, by kind of failure. Stable: scripts rely on it."""

from __future__ import annotations

from kb import errors

OK = 0
FINDINGS = 1
"""``kb check``, ``kb doctor`` or a gate found something wrong."""
USAGE = 2
INTERRUPTED = 130

EXIT_CODES: dict[type[errors.KbError], int] = {
    errors.QuestionError: USAGE,
    errors.InputInvalid: USAGE,
    errors.IndexProblem: 3,
    errors.SourceError: 4,
    errors.ModelProblem: 5,
    errors.PageError: 6,
    errors.ClauseUnknown: 7,
    errors.DocumentUnknown: 7,
    errors.ServerProblem: 8,
    errors.KeyProblem: 9,
    errors.KeysInvalid: 9,
    errors.GapsUnavailable: 10,
}


def exit_code(error: errors.KbError) -> int:
    """Return the exit code of an error: that of its nearest class in the table."""
    for kind in type(error).__mro__:
        if kind in EXIT_CODES:
            return EXIT_CODES[kind]
    raise AssertionError(f"{type(error).__name__} has no exit code") from error
