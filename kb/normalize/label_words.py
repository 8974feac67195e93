"""Labels that a word makes: 第一条, 附件二, 步骤一, Section 3, § 4."""

from __future__ import annotations

import re

from kb.normalize.label_context import NUM, Reader, Reading
from kb.numerals import chinese, number, roman

_REFERENCE = re.compile(
    r"\s?(?:修改|改[为為]|[删刪][去除]|增加|的|[规規]定|所|、|，|,|。|；|;|第|和|[与與]|及|或|至|到|以|中(?!国|國|华|華|心|央|介|期)|款|[项項](?!目)|等|之|）|\)|[内內](?!部|容)|前|[后後](?!勤)|起|外(?!国|國|商|观))"
)
# Words that may follow a reference, yet may also open an article that lost the blank behind its label.
_MAY_OPEN = re.compile(
    r"(?:以|与|與|和|及|或|至|到|中|等|内|內|前|后|後|起|外|增加|所|对)(?!上|下|外|前|后|内|款|第|者)"
)
_ANOTHER = re.compile(rf"\s?(?:第\s?{NUM}|{NUM}\s?(?:[条條款、和及]|至))")
_CITES = re.compile(
    r"[，,、：:“”《》（）()]|(?<![总總附罚罰分])[则則]$|[法例定程照据據反合按用用本该該的和与與及至或]$|规定|規定|^第.{1,6}[条條款项項]"
)
_ENGLISH = {"Part": "编", "Chapter": "章", "Section": "节", "Article": "条", "Rule": "条", "Clause": "条", "Appendix": "annex",
            "Annex": "annex", "Schedule": "annex", "Step": "步"}  # fmt: skip


_SIMPLE = str.maketrans("編節條張課講個份單階類點項", "编节条张课讲个分单阶类点项")


def _struct(text: str, match: re.Match[str], place: str) -> Reading:
    word = match.group("sword").translate(_SIMPLE)
    value = number(re.sub(r"\s", "", match.group("snum")))
    if value is None or (match.group("sopen") and place != "line"):
        return None
    end = match.end()
    if word in "个步点类张款项" or word in ("阶段",):
        if word in "个点类款项" and match.group()[-1] not in "：:、":
            return None
        if word in "步张" and match.group()[-1] not in "：:、" and place not in ("line",):
            return None
        family = "章" if word == "张" and match.group()[-1] not in "：:" else word
        return (family, (value,), 0.3, end) if place not in ("glued", "comma") else None
    strict = (
        text[end - 1] in "：:、"
        or text[end - 1].isspace()
        or text[end : end + 1] in ("", "\n")
        or text[end].isspace()
    )
    doubtful = not strict and _REFERENCE.match(text, end)
    if doubtful and (place != "line" or word != "条" or not _MAY_OPEN.match(text, end)):
        return None
    if strict and text[end - 1] == "、" and _ANOTHER.match(text, end):
        return None
    if doubtful:
        gain = -1.6  # ``第三条与…``: an article only where the next one is due
    elif place in ("glued", "comma"):
        # a heading glued to the sentence before: only before words, never in a reference
        if place == "comma" or (word == "条" and not _after_heading(text, match.start())):
            return None
        gain = 1.0 if word == "条" else 0.0
    else:
        gain = 2.0 if place == "line" else 0.8
        if word == "条" and place != "line" and text[end : end + 1].isspace():
            gain += 0.6
        if word == "条" and (cited := _cited(text, match.start(), end, place)):
            gain -= cited
    sub = chinese(match.group("sub")[1:]) if match.group("sub") else None
    return word, (value, sub) if sub else (value,), gain, end


def _cited(text: str, start: int, end: int, place: str) -> float:
    """Return what speaks against an article: it stands behind the name of a law, or in a row of a table."""
    before = text[max(0, start - 4) : start].rstrip()[-1:] if place != "line" else ""
    row = place != "line" and text.rfind(" | ", max(0, start - 400), start) > text.rfind("\n", 0, start)
    if before == "》" or row:
        return 9.0
    if place == "line" and " | " in text[end - 1 : end + 8]:
        return 3.6  # an article only where the next one is due
    return 1.5 if place == "closer" else 0.0


def _after_heading(text: str, start: int) -> bool:
    """Whether a label follows a few words that could be a heading which lost its line break."""
    low = max(0, start - 24)
    words = re.split(r"[\s\u200b]|[。；;！？]", text[low:start])[-1]
    return 2 <= len(words) <= 20 and not _CITES.search(words)


def _ord(text: str, match: re.Match[str], place: str) -> Reading:
    value = chinese(match.group("onum"))
    paragraph = place == "line" or (
        text[match.start() - 1].isspace() and place in ("strong", "colon", "space")
    )
    return ("ord", (value,), 0.2, match.end()) if value and paragraph else None


def _annex(text: str, match: re.Match[str], place: str) -> Reading:
    if place != "line":
        return None
    line_end = text.find("\n", match.end())
    line = text[match.end() : line_end if line_end >= 0 else len(text)]
    if (
        len(line) > 40
        or re.search(r"[。；;]", line)
        or (match.group("xnum") is None and line.strip()[:1] not in ("", "：", ":"))
    ):
        return None
    value = number(match.group("xnum")) if match.group("xnum") else 1
    return ("annex", (value,), 0.5, match.end()) if value else None


def _noun(text: str, match: re.Match[str], place: str) -> Reading:
    value = number(match.group("nnum"))
    if not value or place == "glued" or (match.group()[-1].isspace() and place != "line"):
        return None
    return "noun|" + match.group("nword"), (value,), 0.8, match.end()


def _latin(text: str, match: re.Match[str], place: str) -> Reading:
    word = match.group("lword").capitalize()
    digits = match.group("lnum")
    if place not in ("line", "strong") or re.match(
        r"\s?(?:of|and|or|to|shall|applies|\(|,)\b", text[match.end() : match.end() + 9]
    ):
        return None
    parts = tuple(int(part) for part in digits.split(".")) if digits[0].isdigit() else ()
    if not parts:
        value = roman(digits) or (ord(digits.lower()) - 96 if len(digits) == 1 else None)
        if value is None:
            return None
        parts = (value,)
    if len(parts) > 1:
        return f"dec|{len(parts)}", parts, 0.8, match.end()
    gain = 1.6 if place == "line" else -0.6
    if word == "Article" and not digits[0].isdigit():
        return "Article", parts, gain, match.end()  # ARTICLE II holds sections, Article 2 is a rule
    return _ENGLISH[word], parts, gain, match.end()


def _sect(text: str, match: re.Match[str], place: str) -> Reading:
    if place != "line":
        return None
    parts = tuple(int(part) for part in match.group("setnum").split("."))
    return (f"dec|{len(parts)}" if len(parts) > 1 else "条"), parts, 0.8, match.end()


READERS: dict[str, Reader] = {
    "struct": _struct,
    "ord": _ord,
    "annex": _annex,
    "noun": _noun,
    "latin": _latin,
    "sect": _sect,
}
