"""Publishing: the generated pages, data and navigation of the site, written before it is built."""

from __future__ import annotations

import datetime
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from kb.errors import IndexMissing

if TYPE_CHECKING:
    from kb.compare import Conflict

OF_THEIR_OWN = ("index.md", "ask.md")
"""Pages that have a place of their own in the navigation; others that are no documents stand under "about"."""
EVALUATION = "evaluation.md"
THEME = Path(__file__).parent.parent / "publish" / "theme"
"""The templates, styles and scripts of the site, as the package brings them."""
CONFIG = THEME.with_name("mkdocs.yml")
"""The configuration that a knowledge base without one gets."""
_SITE_NAME = re.compile(r"^site_name: *(?P<name>.+)$", re.MULTILINE)
_TITLE = re.compile(r"^(?:title:|#) +(?P<title>.+)$", re.MULTILINE)
_THEME_FOLDER = re.compile(r"^ +custom_dir: *(?P<folder>[^\s#]+)", re.MULTILINE)


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


def publish(
    docs: Path, config: Path, *, index: str | Path | None = None, write: bool = True, today: str = ""
) -> Published:
    """Write the generated part of the site; files that are as they should be are not touched.

    The templates and scripts of the site are put where the configuration's ``custom_dir`` says.

    Args:
        docs: Folder of the pages.
        config: The ``mkdocs.yml``; where there is none, one is written.
        index: Folder of an index to take the conflicts from; without one they stay as last published.
        write: False changes nothing and only tells what would change.
        today: ISO date for documents that are new or changed; ``""`` takes the date of today.

    Raises:
        PageError: A page is malformed.
        InputInvalid: The configuration has no place for the generated part.
    """
    from kb import publish as site
    from kb.pages import load_pages
    from kb.pages.folder import write_text

    settings = text_at(config) or text_at(CONFIG)
    name = _SITE_NAME.search(settings)
    documents = load_pages(docs)
    topics = site.read_topics(text_at(docs / "topics.md"))
    generated = site.generate(
        documents,
        topics,
        site.read_record(text_at(docs / site.RECORD), site.RECORD),
        kept_conflicts(docs, index),
        site_name=name["name"].strip() if name else "kb",
        today=today or datetime.datetime.now(datetime.UTC).date().isoformat(),
    )
    wanted = {docs / path: text for path, text in generated.files.items()}
    wanted |= {config.parent / path: text for path, text in _theme(settings).items()}
    floors, questions = (
        text_at(config.parent / "evals" / name) for name in ("floors.json", "questions.jsonl")
    )
    if floors and questions:
        wanted[docs / EVALUATION] = site.evaluation_page(floors, questions)
    wanted[config] = site.with_generated_config(
        settings,
        config.name,
        documents,
        topics,
        generated.comparisons if "compare/index.md" in generated.files else None,
        _about(docs, wanted, {document.kind for document in documents}),
    )
    changed = [path for path, text in wanted.items() if text_at(path) != text]
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


def _theme(settings: str) -> dict[str, str]:
    """Return the site's templates and scripts by path; a configuration with a theme of its own gets none."""
    folder = _THEME_FOLDER.search(settings)
    if folder is None:
        return {}
    files = sorted(path for path in THEME.rglob("*") if path.is_file())
    return {f"{folder['folder']}/{path.relative_to(THEME).as_posix()}": text_at(path) for path in files}


def kept_conflicts(docs: Path, index: str | Path | None) -> tuple[Conflict, ...]:
    """Return the conflicts in the index, or those last published where there is none.

    Raises:
        InputInvalid: The file of conflicts is damaged.
    """
    from kb.publish import CONFLICTS, read_conflicts

    kept = read_conflicts(text_at(docs / CONFLICTS))
    if index is None:
        return kept
    from kb.index import open_index
    from kb.knowledge_base.conflicts import conflicts_in

    try:
        with open_index(index) as opened:
            return conflicts_in(opened)
    except IndexMissing:
        return kept


def _about(docs: Path, wanted: Mapping[Path, str], kinds: Collection[str]) -> list[tuple[str, str]]:
    """Return title and path of the pages about the knowledge base itself, ``about.md`` first, folders last."""
    from kb.publish import GENERATED_FOLDERS

    pages = []
    for path in {*docs.rglob("*.md"), *(path for path in wanted if path.suffix == ".md")}:
        place = path.relative_to(docs)
        if place.as_posix() in OF_THEIR_OWN or place.parts[0] in (*kinds, *GENERATED_FOLDERS):
            continue
        title = _TITLE.search(wanted.get(path) or text_at(path))
        if title and path.name != "template.md":
            pages.append((title["title"].replace("`", ""), place.as_posix()))
    return sorted(pages, key=lambda page: (page[1] != "about.md", "/" in page[1], page[1]))


def text_at(path: Path) -> str:
    """Return the text of a file, nothing where there is none."""
    return path.read_text(encoding="utf-8") if path.is_file() else ""
