"""The glossary page as data: the trade's terms and what people type for them. Pure: no I/O."""

from __future__ import annotations

from dataclasses import dataclass

from kb.errors import PageError

_COLUMNS = 5
_RULE = "| ---"


@dataclass(frozen=True, slots=True)
class Term:
    """One term of the trade.

    Attributes:
        term: The usual word.
        synonyms: Other words that people type for it, without the term itself.
        english: The English word.
        explanation: One plain sentence in Chinese.
        explanation_en: The same in English.
    """

    term: str
    synonyms: tuple[str, ...]
    english: str
    explanation: str
    explanation_en: str


def read_glossary(page: str, name: str = "glossary.md") -> tuple[Term, ...]:
    """Return the terms of the page's tables, in order; a page without a table has none.

    A row is ``| term | synonyms | English | explanation | explanation in English |``, synonyms joined by ``、``.

    Raises:
        PageError: A row does not have these cells, or a word stands for two terms; the message names the line.
    """
    terms: list[Term] = []
    taken: dict[str, str] = {}
    lines = page.splitlines()
    for number, line in enumerate(lines, 1):
        head = number < len(lines) and lines[number].startswith(_RULE)
        if not line.startswith("|") or line.startswith(_RULE) or head:
            continue
        cells = [cell.strip() for cell in line.strip().removeprefix("|").removesuffix("|").split("|")]
        if len(cells) != _COLUMNS or not all(cells[at] for at in (0, 2, 3, 4)):
            raise _bad_row(name, number, "a row needs term, synonyms, English and two explanations")
        synonyms = tuple(word.strip() for word in cells[1].split("、") if word.strip())
        for word in (cells[0], *synonyms):
            if word.casefold() in taken:
                raise _bad_row(name, number, f"{word} already stands under {taken[word.casefold()]}")
            taken[word.casefold()] = cells[0]
        terms.append(Term(cells[0], synonyms, *cells[2:]))
    return tuple(terms)


def _bad_row(name: str, number: int, what: str) -> PageError:
    return PageError(
        f"{name}:{number}: {what}",
        hint="write | term | synonyms joined by 、 | English | explanation | explanation in English |, each word once",
        file=name,
        line=number,
    )
