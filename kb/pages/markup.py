"""Plain clause text to inline Markdown and back, exactly.

Clause text is plain: nothing in it is markup. Writing escapes whatever Python-Markdown (MkDocs, Zensical)
would read as markup; reading takes the escapes away and refuses an unescaped one, because it could not be
written back as it was.
"""

from __future__ import annotations

import re

# Backslash escapes that Python-Markdown and its tables extension know.
_ESCAPED = "\\`*_[{|"
_SPECIAL = re.compile(r"[\\`*_\[{|]")
# What opens a block when a line starts with it: headings, quotes, lists, rules, admonitions.
_LINE_START = re.compile(r"^(?:(?P<mark>[#>+\-!])|(?P<number>\d+)(?P<dot>\.)(?=\s|$))")
_ENTITY = re.compile(r"&(?=#?\w+;)")
_UNESCAPE = re.compile(r"\\([\\`*_\[{|#>+\-.!])|&lt;|&amp;|&#61;|([\\`*_\[<{|])")
_ENTITIES = {"&lt;": "<", "&amp;": "&", "&#61;": "="}

BREAK = "<br>"

# Everything that str.splitlines or a YAML or HTML reader would take for a line end or refuse.
_LINE_ENDS = re.compile(r"\r\n?|[\v\f\x1c-\x1e\x85\u2028\u2029]")
_UNPRINTABLE = re.compile("[\x00-\x08\x0e-\x1b\x1f\x7f-\x84\x86-\x9f\ufeff\ufffe\uffff\ud800-\udfff]")


def clean(text: str) -> str:
    """Return ``text`` as clause text: line feeds only, lines trimmed, none blank, nothing unprintable."""
    text = _UNPRINTABLE.sub("", _LINE_ENDS.sub("\n", text)).replace("\t", " ")
    return "\n".join(line for line in (raw.strip() for raw in text.split("\n")) if line)


def escape(text: str) -> str:
    """Return one line of clause text as inline Markdown that renders as the very same characters."""
    text = _ENTITY.sub("&amp;", text)
    text = _SPECIAL.sub(lambda match: "\\" + match.group(), text).replace("<", "&lt;")
    if set(text) == {"="}:  # under a line of text it would underline a heading
        return "&#61;" + text[1:]
    start = _LINE_START.match(text)
    if start is None:
        return text
    at = start.start("mark") if start.group("mark") else start.start("dot")
    return f"{text[:at]}\\{text[at:]}"


def escape_heading(text: str) -> str:
    """Return one line as the words of a heading, where a closing ``#`` would be taken for decoration."""
    line = escape(text)
    return f"{line[:-1]}\\#" if text.endswith("#") and text != "#" else line  # a lone # is escaped already


def unescape(markdown: str) -> str:
    """Return the plain text of one line of inline Markdown.

    Raises:
        ValueError: The line holds markup that is not escaped.
    """

    def plain(match: re.Match[str]) -> str:
        if match.group(2):
            raise ValueError(f"unescaped {match.group(2)!r} in clause text; write \\{match.group(2)}")
        return match.group(1) or _ENTITIES[match.group()]

    return _UNESCAPE.sub(plain, markdown)


def join_label(label: str, text: str) -> str:
    """Return label and text as people print them: a space between, but not after Chinese punctuation."""
    if not label or not text:
        return label + text
    return f"{label}{text}" if label[-1] in "、）】：．。，」』》" else f"{label} {text}"
