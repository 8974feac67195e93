"""Places in a running text that could be the number of a clause.

A candidate is only a possibility: what stands before and after it rules out clock times, dates, amounts,
decimals, phone numbers, cross-references and idioms; :mod:`kb.normalize.outline` decides over the whole sequence.
"""

from __future__ import annotations

import re

from kb.normalize import label_marks, label_numbers, label_words
from kb.normalize.families import Candidate
from kb.normalize.label_context import CN, NUM
from kb.numerals import CHINESE, STEMS

_SPACED = rf"[{CHINESE}](?:[ \u3000]?[{CHINESE}]){{0,6}}"  # 第二十 一条
_BULLETS = "●◆■•★▲◇○□►➢※☆△▪◦‣➤✓✔"
_SIGNS = "①-⑳⑴-⒛㈠-㈩❶-❿➀-➉➊-➓Ⅰ-Ⅻⅰ-ⅻ㊀-㊉"
# What a label begins with is looked for first: most places of a text are passed by at a fraction of the cost.
_FIRST = rf"第附步职案情阶环方要误场模任{CHINESE}{STEMS}{_BULLETS}{_SIGNS}\d【\[［〔（(A-Za-z?？_§—–·*+-"
_PATTERN = re.compile(
    rf"""
    (?=[{_FIRST}])(?:
    (?P<struct>(?P<sopen>[【\[［〔])?第\s*(?P<snum>{_SPACED}|\d{{1,4}})\s*(?P<sword>分?[编編]|篇|章|[节節]|[条條]|款|[张張]|[课課]|[讲講]|步|[个個]|部[分份]|[单單]元|[阶階]段|[类類]|[点點]|[项項])(?P<sub>之{CN})?(?(sopen)[】\]］〕]?)\s?[：:、]?)
  | (?P<ord>第(?P<onum>{CN})\s?[,，、：:])
  | (?P<annex>(?:附件|附[录錄]|附表)\s?(?P<xnum>{NUM})?\s?[：:]?(?=\s|$|[：:\u4e00-\u9fff]))
  | (?P<noun>(?P<nword>步骤|职责|案例|情形|阶段|环节|方案|要点|误区|场景|模块|任务)\s?(?P<nnum>{NUM})(?:\s?[：:、.．]|[ \u3000](?=\S)))
  | (?P<cnpar>[（(〔]\s?(?P<cpnum>{CN})\s?[)）〕]\s?[、.．：:]?)
  | (?P<arpar>[（(〔]\s?(?P<apnum>\d{{1,3}})\s?[)）〕]\s?[、.．：:]?)
  | (?P<alpar>[（(]\s?(?P<alnum>[A-Za-z]|[ivx]{{2,5}})\s?[)）]\s?[、.．]?)
  | (?P<cnhalf>(?P<chnum>{CN})[)）]\s?[、.．]?)
  | (?P<cndun>(?P<cdnum>{CN})\s?[、.．：:])
  | (?P<dec>(?P<dnum>\d{{1,3}}(?:[.．]\d{{1,3}}){{1,4}})\s?[、.．：:)）]?(?![\d.]))
  | (?P<arhalf>(?P<ahnum>\d{{1,3}})\s?[)）]\s?[、.．]?)
  | (?P<ardun>(?P<adnum>\d{{1,3}})\s?(?P<adsep>[、.．：:])(?!\d))
  | (?P<ardig>(?P<agnum>\d{{1,2}})\s?(?P<agsep>[、])(?=\d))
  | (?P<arcomma>(?P<acnum>\d{{1,2}})[,，](?!\d))
  | (?P<arbare>(?P<abnum>\d{{1,2}})(?:\s+(?=\S)|(?=[\u4e00-\u9fff])))
  | (?P<cnbare>(?P<cbnum>[一二三四五六七八九十]{{1,2}})(?:\s+(?=[\u4e00-\u9fff])|(?=[\u4e00-\u9fff])))
  | (?P<stem>(?P<stnum>[{STEMS}])[、.．](?!\d))
  | (?P<alpha>(?P<alet>[A-Za-z])\s?[、.．)）](?![A-Za-z0-9.]))
  | (?P<romn>(?P<rnum>[IVXivx]{{2,5}})\s?[、.．)）](?![A-Za-z0-9]))
  | (?P<sym>[{_SIGNS}]\s?[、.．：:]?)
  | (?P<bullet>[{_BULLETS}])
  | (?P<dash>[-—–·*+](?=[\s\u4e00-\u9fff]))
  | (?P<lost>[?？](?=[^\s?？。]))
  | (?P<blank>_{{2,}}(?=[\u4e00-\u9fff]))
  | (?P<talk>(?P<who>[QAKG])\d{{0,2}}\s?[：:、.]\s?(?=[^\s\d]|(?<=\s)\d|(?<=[：:、])\d))
  | (?P<latin>(?P<lword>(?:Part|Chapter|Section|Article|Rule|Clause|Appendix|Annex|Step|Schedule|PART|CHAPTER|SECTION|ARTICLE|RULE|CLAUSE|APPENDIX|ANNEX|STEP|SCHEDULE))\s+(?P<lnum>\d{{1,3}}(?:\.\d{{1,3}}){{0,3}}|[IVXLC]{{1,6}}|[A-Z])\s?[.:)：、—–-]?)
  | (?P<sect>§\s?(?P<setnum>\d{{1,3}}(?:\.\d{{1,3}}){{0,3}})\s?[.:]?)
    )""",
    re.VERBOSE,
)
_OPENERS = "“‘「『〝"
_TERMINAL = "。！!？?；;…"
_CLOSERS = ')）”’」』】》>]〕"'


def candidates(text: str) -> list[Candidate]:
    """Return every possible label of a flow in order. Overlapping readings are not returned twice."""
    found: list[Candidate] = []
    position = 0
    quoted = _quoted(text)
    while match := _PATTERN.search(text, position):
        while quoted and quoted[-1][1] <= match.start():
            quoted.pop()
        inside = bool(quoted) and quoted[-1][0] < match.start()
        candidate = None if inside and match.group("struct") else _judge(text, match)
        if candidate is None:
            # skip a whole run of digits or numerals, so that its tail is not read as a label of its own
            position = match.start() + 1
            first = text[match.start()]
            if first.isdigit():
                while position < len(text) and text[position].isdigit():
                    position += 1
            continue
        found.append(candidate)
        position = candidate.end
    return found


_QUOTE = re.compile(r"(?:^|[：:])[ \t\u3000]*“[^”]{0,4000}”", re.MULTILINE)


def _quoted(text: str) -> list[tuple[int, int]]:
    """Return the stretches over several lines that quote the wording of another text, the last one first."""
    spans = [match.span() for match in _QUOTE.finditer(text) if "\n" in match.group().strip()]
    return spans[::-1]


def _judge(text: str, match: re.Match[str]) -> Candidate | None:
    kind = match.lastgroup or ""  # the outermost group: the one that closes last
    start = match.start()
    place = _place(text, start)
    if place == "quoted":
        return None  # the number of a text that is quoted here
    read = _READERS[kind](text, match, place)
    if read is None:
        return None
    family, value, gain, end = read
    led = text[max(0, start - 40) : start].rstrip().endswith((":", "："))
    return Candidate(start, end, family, value, gain + _PLACE_GAIN[place], place == "line", led)


_PLACE_GAIN = {
    "line": 2.0,
    "strong": 1.0,
    "closer": 0.5,
    "space": 0.7,
    "colon": 0.7,
    "break": 0.0,
    "word": 0.0,
    "comma": -2.0,
    "glued": -2.2,
}


def _place(text: str, start: int) -> str:
    """Say what stands before a candidate: a line break, the end of a sentence, a blank or a word."""
    i = start - 1
    while i >= 0 and text[i] in " \t\u3000\xa0":
        i -= 1
    if i < 0 or text[i] == "\n":
        return "line"
    before = text[i]
    if before in _OPENERS:
        return "quoted"
    if before.isascii() and before.isalpha():
        return "word" if i < start - 1 else "glued"
    if before in _TERMINAL or (before in ".．" and i and not text[i - 1].isdigit()):
        return "strong"
    if before in ":：":
        return "colon"
    if before in _CLOSERS:
        return "closer"
    if before in ",，、":
        return "comma" if i == start - 1 else "break"
    return "space" if i < start - 1 else "glued"


_READERS = {**label_words.READERS, **label_numbers.READERS, **label_marks.READERS}
