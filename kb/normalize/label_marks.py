"""Marks that open an item without numbering it: bullets, dashes, ? for a lost bullet, blanks, Q: and A:."""

from __future__ import annotations

import re

from kb.normalize.label_context import CJK, Reader, Reading, goes_on


def _bullet(text: str, match: re.Match[str], place: str) -> Reading:
    if not goes_on(text, match.end()) or re.match(r"[×xX*\d%]", text[match.end() : match.end() + 1]):
        return None
    gain = 3.2 if place in ("glued", "comma") else 1.6
    return "bullet|" + match.group(), (0,), gain, match.end()


def _dash(text: str, match: re.Match[str], place: str) -> Reading:
    if place != "line" or not goes_on(text, match.end()) or text[match.end() : match.end() + 1] in "-—":
        return None
    if match.group() in "—–" and not text[match.end() : match.end() + 1].isspace():
        return None
    return "dash|" + match.group(), (0,), -0.4, match.end()


def _lost(text: str, match: re.Match[str], place: str) -> Reading:
    """A list glyph that the scrape turned into a question mark."""
    if place not in ("line", "strong", "closer", "colon") or not CJK.match(
        text[match.end() : match.end() + 1]
    ):
        return None
    spaced = match.start() == 0 or text[match.start() - 1].isspace()
    return (
        "lost",
        (0,),
        0.6 if spaced or place == "line" else (0.2 if place != "closer" else -0.4),
        match.end(),
    )


def _blank(text: str, match: re.Match[str], place: str) -> Reading:
    """A number that the scrape turned into a blank to fill in."""
    return ("blank", (0,), -1.0, match.end()) if place in ("line", "strong", "space") else None


def _talk(text: str, match: re.Match[str], place: str) -> Reading:
    """Read who speaks in a dialogue (``Q:``); 答： and the like only introduce words of the clause they stand in."""
    spaced = place == "line" or (place == "strong" and text[match.start() - 1].isspace())
    return ("talk", (0,), 0.6, match.end()) if spaced else None


READERS: dict[str, Reader] = {"bullet": _bullet, "dash": _dash, "lost": _lost, "blank": _blank, "talk": _talk}
