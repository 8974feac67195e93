"""Which files to take in."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

from kb.errors import SourceError, SourceMissing, SourceNotText, SourceUnreadable

# .doc is listed because what people call .doc is often HTML or .docx; a real one gets its own clear error.
SUFFIXES = frozenset({".txt", ".md", ".markdown", ".html", ".htm", ".docx", ".docm", ".pdf", ".doc"})


def find_sources(paths: Sequence[Path]) -> list[tuple[Path, str]]:
    """List the files to read: those given by name, and those in the given folders, however deep.

    A file given by name is always listed, whatever its suffix; in folders, those with a suffix of a format
    we read (``find_unsupported`` tells the others). Hidden files and folders (``.name``) and the lock files
    of office programs (``~$name``) are skipped, links to folders are not followed. A file that is reached
    twice is listed once.

    Args:
        paths: Files and folders.

    Returns:
        Each file with the name to record for it, by name: relative to the folder it was found in with
        ``/`` between the parts, the bare name for a file given by name. Where two would get the same name,
        both get as much of the path in front as tells them apart.

    Raises:
        SourceMissing: One of the paths does not exist.
    """
    named: dict[Path, str] = {}
    for path in paths:
        if not path.exists():
            raise SourceMissing(
                f"There is no file or folder {path}.", hint="Check the path and its spelling.", file=str(path)
            )
        if not path.is_dir():
            named.setdefault(path.resolve(), path.name)
            continue
        for file in _walk(path):
            if file.suffix.lower() in SUFFIXES:
                named.setdefault(file.resolve(), file.relative_to(path).as_posix())
    return sorted(_distinct(named), key=lambda source: source[1])


def find_unsupported(paths: Sequence[Path]) -> list[SourceError]:
    """Return what ``find_sources`` passes over in the given folders, to be reported.

    Args:
        paths: Files and folders.

    Returns:
        One error for each file in no format we read and for each folder that may not be listed.
    """
    refused: list[SourceError] = []
    for path in paths:
        if path.is_dir():
            refused += [
                _unsupported(file) for file in _walk(path, refused) if file.suffix.lower() not in SUFFIXES
            ]
    return refused


def _walk(folder: Path, refused: list[SourceError] | None = None) -> Iterator[Path]:
    """Give the files of a folder in order; folders that may not be listed are noted in ``refused``."""

    def cannot_list(error: OSError) -> None:
        if refused is not None:
            refused.append(
                SourceUnreadable(
                    f"The folder {error.filename} cannot be listed: {error.strerror}.",
                    hint="Check the rights on it.",
                    file=str(error.filename),
                )
            )

    for parent, folders, files in os.walk(folder, onerror=cannot_list):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in sorted(files):
            if not name.startswith((".", "~$")):
                yield Path(parent, name)


def _unsupported(file: Path) -> SourceNotText:
    return SourceNotText(
        f"{file} is in no format that is read here.",
        hint="Formats read: .txt, .md, .html, .docx and .pdf. Save it as one of these.",
        file=str(file),
    )


def _distinct(named: dict[Path, str]) -> list[tuple[Path, str]]:
    """Put parent folders in front of names that would otherwise be the same."""
    names = dict(named)
    while True:
        uses = Counter(names.values())
        clashes = [path for path, name in names.items() if uses[name] > 1]
        if not clashes:
            return list(names.items())
        for path in clashes:
            depth = names[path].count("/") + 2
            names[path] = "/".join(path.parts[-depth:]).lstrip("/")
