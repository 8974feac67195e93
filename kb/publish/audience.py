"""The part of a knowledge base that one audience may see: pages cut down to it, and a search for what got through.

Every page is for an audience, and an audience sees the pages of those before it in ``AUDIENCES`` too. A page that is no
document is for staff unless its front matter says otherwise, as a document is.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence

from kb.glossary import read_glossary
from kb.model import AUDIENCES, Document

_DEFAULT = "staff"
_FRONT = re.compile(r"\A---\n(?P<front>.*?)^---$", re.DOTALL | re.MULTILINE)
_AUDIENCE = re.compile(r"^audience: *['\"]?(?P<name>[a-z]+)", re.MULTILINE)
_TOPIC_ROW = re.compile(r"\| `(?P<id>[a-z0-9-]+)` \|")
_LEDGER_ROW = re.compile(r"\| `[^`]+\[\d+:\d+\]` \| [^|]* \| (?P<document>[^|]*) \|")
_OWN = 40
"""Weight from which words are a clause's own; shorter ones stand in pages of all kinds."""
_BEGINNING = 10


def audiences_of(audience: str) -> tuple[str, ...]:
    """Return the audiences whose pages ``audience`` may see."""
    return AUDIENCES[: AUDIENCES.index(audience) + 1]


def page_audience(text: str) -> str:
    """Return whom a page that is no document is for."""
    front = _FRONT.match(text)
    named = _AUDIENCE.search(front["front"]) if front else None
    return named["name"] if named else _DEFAULT


def topics_for(page: str, shown: Sequence[Document]) -> str:
    """Return the topics page with those topics only that a clause of ``shown`` carries."""
    used = {topic for document in shown for clause in document.clauses for topic in clause.topics}
    return _lines_where(page, lambda line: not (row := _TOPIC_ROW.match(line)) or row["id"] in used)


def glossary_for(page: str, shown: Sequence[Document]) -> str:
    """Return the glossary page with those terms only that stand in ``shown``, under any of their names."""
    said = "\n".join(words for document in shown for words in _words_of(document)).casefold()
    unused = {
        term.term
        for term in read_glossary(page)
        if not any(_plain(word).casefold() in said for word in (term.term, *term.synonyms))
    }
    return _lines_where(
        page, lambda line: not line.startswith("|") or line.split("|")[1].strip() not in unused
    )


def ledger_for(page: str, shown: Sequence[Document]) -> str:
    """Return the ledger page with the rows of ``shown`` only, without its sums: they are of whole sources."""
    ids = {document.id for document in shown}
    head, *sections = page.split("\n## ")
    kept = []
    for section in sections:
        rows = [row for line in section.splitlines() if (row := _LEDGER_ROW.match(line))]
        if any(row["document"].strip() in ids for row in rows):
            kept.append(
                _lines_where(
                    section,
                    lambda line: not (row := _LEDGER_ROW.match(line)) or row["document"].strip() in ids,
                )
            )
    return "\n## ".join([head, *kept]).rstrip("\n") + "\n"


def leaks(
    files: Mapping[str, str], shown: Sequence[Document], hidden: Sequence[Document]
) -> Iterator[tuple[str, str]]:
    """Yield ``(path, what)`` for each file that names a hidden document or says what only a hidden clause says.

    Args:
        files: Every file of the site, by path.
        shown: The documents that may be seen.
        hidden: Those that may not.
    """
    own = "\n".join(words for document in shown for words in _words_of(document))
    beginnings: dict[str, list[tuple[str, str]]] = {}
    for document in hidden:
        for words in _words_of(document):
            if _weight(words) >= _OWN and words not in own:
                beginnings.setdefault(words[:_BEGINNING], []).append((words, document.id))
    ids = re.compile("|".join(_named(document) for document in hidden) or r"(?!)")
    for path, text in files.items():
        if named := ids.search(f"{path}\n{text}"):
            yield path, f"names {named[0]}"
            continue
        plain = _plain(text)
        for at in range(len(plain) - _BEGINNING + 1):
            said = beginnings.get(plain[at : at + _BEGINNING], ())
            found = next((name for words, name in said if plain.startswith(words, at)), None)
            if found:
                yield path, f"says what only {found} says: {plain[at : at + 2 * _BEGINNING]}…"
                break


def _named(document: Document) -> str:
    """Return the pattern of a document's id; one without a hyphen may be any word, so it has to stand in an address."""
    name = re.escape(document.id)
    before, after = "(?<![A-Za-z0-9_-])", "(?![A-Za-z0-9_-])"
    if "-" in document.id:
        return rf"{before}{name}{after}"
    return rf"{document.kind}/{name}{after}|markdown/{name}\.|\"{name}[\"#]|{before}{name}#"


def _weight(words: str) -> int:
    """Return how much words say; a Chinese character as much as four letters."""
    return sum(4 if character >= "\u2e80" else 1 for character in words)


def _words_of(document: Document) -> Iterator[str]:
    """Yield what a document says, piece by piece, without blanks and backslashes."""
    pieces = [document.title, document.title_en, document.summary, document.summary_en]
    for clause in document.clauses:
        pieces += [clause.text, clause.gloss_en, *clause.ask, *clause.silent_on, clause.note]
    yield from filter(None, map(_plain, pieces))


def _plain(text: str) -> str:
    return "".join(text.replace("\\", "").split())  # pages break lines and escape signs where they like


def _lines_where(page: str, keep: Callable[[str], bool]) -> str:
    return "".join(line for line in page.splitlines(keepends=True) if keep(line))
