"""Publishing: the generated pages, data and navigation of the site, written before it is built."""

from __future__ import annotations

import datetime
import re
from dataclasses import dataclass
from pathlib import Path

from kb.errors import InputInvalid

_ABOUT = ("about.md", "guide", "usage", "evaluation", "contributing", "adr")
"""Pages and folders about the knowledge base itself, in the order the navigation shows them."""
_SITE_NAME = re.compile(r"^site_name: *(?P<name>.+)$", re.MULTILINE)
_TITLE = re.compile(r"^# (?P<title>.+)$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Published:
    """What publishing changed.

    Attributes:
        written: Files that were new or differed, and were written.
        removed: Generated files that nothing generates any more, and were removed.
        total: Number of generated files.
    """

    written: tuple[Path, ...]
    removed: tuple[Path, ...]
    total: int


def publish(docs: Path, config: Path, *, write: bool = True, today: str = "") -> Published:
    """Write the generated part of the site; files that are as they should be are not touched.

    Args:
        docs: Folder of the pages.
        config: The ``mkdocs.yml``.
        write: False changes nothing and only tells what would change.
        today: ISO date for documents that are new or changed; ``""`` takes the date of today.

    Raises:
        PageError: A page is malformed.
        InputInvalid: The configuration is missing or has no place for the generated part.
    """
    from kb import publish as site
    from kb.pages import load_pages
    from kb.pages.folder import write_text

    if not config.is_file():
        raise InputInvalid(f"{config}: no such file", hint="name the site's configuration with --config")
    settings = config.read_text(encoding="utf-8")
    name = _SITE_NAME.search(settings)
    documents = load_pages(docs)
    topics = site.read_topics(_text(docs / "topics.md"))
    generated = site.generate(
        documents,
        topics,
        site.read_record(_text(docs / site.RECORD), site.RECORD),
        site_name=name["name"].strip() if name else "kb",
        today=today or datetime.datetime.now(datetime.UTC).date().isoformat(),
    )
    wanted = {docs / path: text for path, text in generated.files.items()}
    wanted[config] = site.with_generated_config(
        settings, config.name, documents, topics, generated.comparisons, _about(docs)
    )
    changed = [path for path, text in wanted.items() if _text(path) != text]
    folders = [docs / folder for folder in site.GENERATED_FOLDERS]
    left = [
        path
        for folder in folders
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path not in wanted
    ]
    if write:
        for path in changed:
            path.parent.mkdir(parents=True, exist_ok=True)
            write_text(path, wanted[path])
        for path in left:
            path.unlink()
    return Published(tuple(changed), tuple(left), len(wanted))


def _about(docs: Path) -> list[tuple[str, str]]:
    pages = []
    for name in _ABOUT:
        place = docs / name
        paths = [place] if place.is_file() else sorted(place.rglob("*.md"))
        for path in paths:
            title = _TITLE.search(path.read_text(encoding="utf-8"))
            if title and path.name != "template.md":
                pages.append((title["title"].replace("`", ""), path.relative_to(docs).as_posix()))
    return pages


def _text(path: Path) -> str:
    return path.read_text(encoding="utf-8") if path.is_file() else ""
