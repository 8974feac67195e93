"""Characters that a file writes by a code of a symbol font, and raised and lowered figures."""

from __future__ import annotations

# Codes 0x20 to 0xFF of the fonts; files write them bare or moved to U+F000 and up.
_WINGDINGS = {
    **dict(zip(range(0x80, 0x8B), "⓪①②③④⑤⑥⑦⑧⑨⑩", strict=True)),
    **dict(zip(range(0x8B, 0x96), "⓿❶❷❸❹❺❻❼❽❾❿", strict=True)),
    0x21: "✏",
    0x22: "✂",
    0x28: "☎",
    0x2A: "✉",
    0x36: "⌛",
    0x45: "☜",
    0x46: "☞",
    0x4A: "☺",
    0x4C: "☹",
    0x6C: "●",
    0x6D: "❍",
    0x6E: "■",
    0x6F: "□",
    0x70: "❐",
    0x71: "❑",
    0x72: "❒",
    0x73: "⬧",
    0x74: "⧫",
    0x75: "◆",
    0x76: "❖",
    0x77: "⬥",
    0x9E: "·",
    0x9F: "•",
    0xA0: "▪",
    0xA1: "○",
    0xA4: "◉",
    0xA7: "▪",
    0xA8: "□",
    0xAA: "✦",
    0xAB: "★",
    0xB2: "✧",
    0xD8: "➢",
    0xDC: "➲",
    0xDF: "←",
    0xE0: "→",
    0xE1: "↑",
    0xE2: "↓",
    0xE8: "➔",
    0xF0: "⇨",
    0xF2: "⇩",
    0xFB: "✗",
    0xFC: "✓",
    0xFD: "☒",
    0xFE: "☑",
}
_WINGDINGS_2 = {
    0x4F: "✗",
    0x50: "✓",
    0x51: "☒",
    0x52: "☑",
    0x53: "☒",
    0x54: "☒",
    0x97: "●",
    0xA3: "□",
    0xA2: "■",
}
_GREEK = "ΑΒΧΔΕΦΓΗΙϑΚΛΜΝΟΠΘΡΣΤΥςΩΞΨΖ"
_SYMBOL = {
    **dict(zip(range(0x41, 0x5B), _GREEK, strict=True)),
    **dict(zip(range(0x61, 0x7B), "αβχδεφγηιϕκλμνοπθρστυϖωξψζ", strict=True)),
    0xA3: "≤",
    0xA5: "∞",
    0xAB: "↔",
    0xAC: "←",
    0xAD: "↑",
    0xAE: "→",
    0xAF: "↓",
    0xB0: "°",
    0xB1: "±",
    0xB3: "≥",
    0xB4: "×",
    0xB7: "•",
    0xB8: "÷",
    0xB9: "≠",
    0xBB: "≈",
    0xD5: "∏",
    0xD6: "√",
    0xDE: "⇒",
    0xE5: "∑",
    0xA8: "♦",
    0xA7: "♣",
    0xA9: "♥",
    0xAA: "♠",
    0x2D: "−",
}
_FONTS = {"wingdings": _WINGDINGS, "wingdings 2": _WINGDINGS_2, "symbol": _SYMBOL}
_SUPERSCRIPT = str.maketrans("0123456789+-−()", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁻⁽⁾")
_SUBSCRIPT = str.maketrans("0123456789+-−()", "₀₁₂₃₄₅₆₇₈₉₊₋₋₍₎")
_FIGURES = frozenset("0123456789+-−()")


def symbol(character: str, font: str) -> str:
    """Return the character that a symbol font shows for a code.

    Args:
        character: The character as the file has it.
        font: The font's name.

    Returns:
        The Unicode character with that look; ``•`` for a code of a symbol font that is not listed here;
        the character itself when it is an ordinary one.
    """
    code = ord(character)
    table = _FONTS.get(font.lower())
    if 0xF020 <= code <= 0xF0FF:
        code -= 0xF000
        if table is None:
            # Without a known font only the shapes that bullets nearly always have can be told.
            return (_SYMBOL if code == 0xB7 else _WINGDINGS).get(code, "•")
        return table.get(code, chr(code) if code < 0x7F and table is _SYMBOL else "•")
    if table is not None and 0x20 < code < 0x100:
        return table.get(code, character)
    return "○" if character == "o" and font.lower() == "courier new" else character


def raise_figures(text: str, how: str) -> str:
    """Return figures as superscript or subscript characters, so that 10⁴ does not read as 104.

    Args:
        text: The raised or lowered text.
        how: ``superscript`` or ``subscript``.

    Returns:
        The text in raised or lowered characters when it consists of figures and signs only, else as it is.
    """
    if not text or not _FIGURES.issuperset(text):
        return text
    return text.translate(_SUPERSCRIPT if how == "superscript" else _SUBSCRIPT)
