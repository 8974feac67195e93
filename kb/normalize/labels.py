"""Places in a running text that could be the number of a clause.

A candidate is only a possibility: what stands before and after it rules out clock times, dates, amounts,
decimals, phone numbers, cross-references and idioms; :mod:`kb.normalize.outline` decides over the whole sequence.
"""

from __future__ import annotations

import re

from kb.normalize.families import Candidate, Value
from kb.numerals import CHINESE, STEMS, chinese, number, roman, symbol

_CN = rf"[{CHINESE}]{{1,7}}"
_SPACED = rf"[{CHINESE}](?:[ \u3000]?[{CHINESE}]){{0,6}}"  # 第二十 一条
_NUM = rf"(?:{_CN}|\d{{1,4}})"
_BULLETS = "●◆■•★▲◇○□►➢※☆△▪◦‣➤✓✔"
_PATTERN = re.compile(
    rf"""
    (?P<struct>(?P<sopen>[【\[［〔])?第\s*(?P<snum>{_SPACED}|\d{{1,4}})\s*(?P<sword>分?[编編]|篇|章|[节節]|[条條]|款|[张張]|[课課]|[讲講]|步|[个個]|部[分份]|[单單]元|[阶階]段|[类類]|[点點]|[项項])(?P<sub>之{_CN})?(?(sopen)[】\]］〕]?)\s?[：:、]?)
  | (?P<ord>第(?P<onum>{_CN})\s?[,，、：:])
  | (?P<annex>(?:附件|附[录錄]|附表)\s?(?P<xnum>{_NUM})?\s?[：:]?(?=\s|$|[：:\u4e00-\u9fff]))
  | (?P<noun>(?P<nword>步骤|职责|案例|情形|阶段|环节|方案|要点|误区|场景|模块|任务)\s?(?P<nnum>{_NUM})(?:\s?[：:、.．]|[ \u3000](?=\S)))
  | (?P<cnpar>[（(〔]\s?(?P<cpnum>{_CN})\s?[)）〕]\s?[、.．：:]?)
  | (?P<arpar>[（(〔]\s?(?P<apnum>\d{{1,3}})\s?[)）〕]\s?[、.．：:]?)
  | (?P<alpar>[（(]\s?(?P<alnum>[A-Za-z]|[ivx]{{2,5}})\s?[)）]\s?[、.．]?)
  | (?P<cnhalf>(?P<chnum>{_CN})[)）]\s?[、.．]?)
  | (?P<cndun>(?P<cdnum>{_CN})\s?[、.．：:])
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
  | (?P<sym>[①-⑳⑴-⒛㈠-㈩❶-❿➀-➉➊-➓Ⅰ-Ⅻⅰ-ⅻ㊀-㊉]\s?[、.．：:]?)
  | (?P<bullet>[{_BULLETS}])
  | (?P<dash>[-—–·*+](?=[\s\u4e00-\u9fff]))
  | (?P<lost>[?？](?=[^\s?？。]))
  | (?P<blank>_{{2,}}(?=[\u4e00-\u9fff]))
  | (?P<talk>(?P<who>[QAKG])\d{{0,2}}\s?[：:、.]\s?(?=\S))
  | (?P<latin>(?P<lword>Part|Chapter|Section|Article|Rule|Clause|Appendix|Annex|Step|Schedule)\s+(?P<lnum>\d{{1,3}}(?:\.\d{{1,3}}){{0,3}}|[IVXLC]{{1,6}}|[A-Z])\s?[.:)：、—–-]?)
  | (?P<sect>§\s?(?P<setnum>\d{{1,3}}(?:\.\d{{1,3}}){{0,3}})\s?[.:]?)
    """,
    re.VERBOSE,
)
_OPENERS = "“‘「『〝"
_TERMINAL = "。！!？?；;…"
_CLOSERS = ')）”’」』】》>]〕"'
# What may follow a number that is an amount, a time, a date or a reference, not a label.
_UNIT = re.compile(
    r"\s?(?:米|厘米|毫米|公里|元|万|亿|千|角|分(?:钟)?(?![类别析工配为享])|秒|小时|天|日(?!常)|号(?!召)|月(?!度|底)|年(?!度|终|会)|周(?!期)|个(?!人|性|体)|件(?!数)|次(?!要)|人(?!员|事|力|工|身)|名(?!称)|位(?!置)"
    r"|岁|倍|折|%|％|‰|℃|度|公斤|斤|克|吨|升|平方|立方|点(?!击)|字|条(?!件|款|例)|款(?!项|式)|项(?!目)|页(?!面)|级(?!别)|区间|以上|以下|以内|左右|多|余|[xX×*＊/／~～%％+＋=＝‰°-]|px|PX|kb|KB|MB|cm|mm|kg)"
)
_COUNTED = re.compile(
    r"\s?(?:章|节(?!日|点|约)|层(?!级)|种(?!类)|类(?!目|别|型)|批(?!量|准)|期(?!间|限)|轮(?!流|班)|家(?!具|庭|长)|套|组(?!织|长)|份|张(?!贴)|台(?!账)|辆|只(?!要|有|能|可)|门(?!店|口)|届|户|处(?!理|罚|于)"
    r"|篇|部(?!门|分)|成(?!交|功|本|立|员)|句|行(?!为|政|业)|段|列(?!出|入)|例(?!如|外)|所(?!有|属|在)|块|片|双(?!方)|对(?!于|账|客|顾|方|待|所|每|公|产|商|员|新|老|已|未)|根(?!据)|场(?!所|地)|遍|回(?!复|访|答|款|收)|季|世纪|班(?!次|长)|版(?!面|权)|折|码|毛|斤|两)"
)
_REFERENCE = re.compile(
    r"\s?(?:修改|改[为為]|[删刪][去除]|增加|的|[规規]定|所|、|，|,|。|；|;|第|和|[与與]|及|或|至|到|以|中(?!国|國|华|華|心|央|介|期)|款|[项項](?!目)|等|之|）|\)|[内內](?!部|容)|前|[后後](?!勤)|起|外(?!国|國|商|观))"
)
# Words that may follow a reference, yet may also open an article that lost the blank behind its label.
_MAY_OPEN = re.compile(
    r"(?:以|与|與|和|及|或|至|到|中|等|内|內|前|后|後|起|外|增加|所|对)(?!上|下|外|前|后|内|款|第|者)"
)
_ANOTHER = re.compile(rf"\s?(?:第\s?{_NUM}|{_NUM}\s?(?:[条條款、和及]|至))")
_CITES = re.compile(
    r"[，,、：:“”《》（）()]|(?<![总總附罚罰分])[则則]$|[法例定程照据據反合按用用本该該的和与與及至或]$|规定|規定|^第.{1,6}[条條款项項]"
)
_ENUMERATED = re.compile(
    rf"\s?(?:{_NUM}\s?(?:[、,，和与及或至]|两|三|四|项|条|款|点|种)|[。；;，,、：:）)？?！!])"
)
_JOINS = frozenset("/-－~～:：第约满达¥￥$#＃*×xX+=＝→")
_CJK = re.compile(r"[\u3400-\u9fff]")
_HEADWORD = re.compile(r"[\u3400-\u9fffA-Za-z“‘《【「『(（<\[{0-9#*@&$￥+—-]")


_ENGLISH = {"Part": "编", "Chapter": "章", "Section": "节", "Article": "条", "Rule": "条", "Clause": "条", "Appendix": "annex",
            "Annex": "annex", "Schedule": "annex", "Step": "步"}  # fmt: skip


_SIMPLE = str.maketrans("編節條張課講個份單階類點項", "编节条张课讲个分单阶类点项")


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


_CLOSING = re.compile(r"[^\n(（]{0,60}[)）]")
_QUOTE = re.compile(r"(?:^|[：:])[ \t\u3000]*“[^”]{0,4000}”", re.MULTILINE)


def _quoted(text: str) -> list[tuple[int, int]]:
    """Return the stretches over several lines that quote the wording of another text, the last one first."""
    spans = [match.span() for match in _QUOTE.finditer(text) if "\n" in match.group().strip()]
    return spans[::-1]


def _judge(text: str, match: re.Match[str]) -> Candidate | None:
    kind = next(kind for kind in _KINDS if match.group(kind) is not None)
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


Reading = tuple[str, Value, float, int] | None


def _after(text: str, end: int) -> str:
    while end < len(text) and text[end] in " \t\u3000\xa0":
        end += 1
    return text[end] if end < len(text) else ""


def _goes_on(text: str, end: int) -> bool:
    """Whether words follow a label: text, not punctuation and not the end."""
    following = _after(text, end)
    return bool(following) and (following == "\n" or bool(_HEADWORD.match(following)))


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


def _cnpar(text: str, match: re.Match[str], place: str) -> Reading:
    value = chinese(match.group("cpnum"))
    if not value or not _goes_on(text, match.end()):
        return None
    if place == "glued" and re.search(
        rf"(?:第{_NUM}[条條款]|款|[项項])$", text[max(0, match.start() - 8) : match.start()]
    ):
        return None
    if re.compile(r"[)）]?\s?(?:[项項]|款|至|、|和|或|规定|所列)").match(text, match.end()):
        return None
    return "cn(", (value,), 0.9 if place != "glued" else 1.0, match.end()


def _arpar(text: str, match: re.Match[str], place: str) -> Reading:
    value = int(match.group("apnum"))
    if not 0 < value < 100 or not _goes_on(text, match.end()):
        return None
    if re.compile(r"\s?(?:[项項]|款|至(?!少|今)|和(?!谐)|或|所列)").match(text, match.end()) and place in (
        "glued",
        "comma",
    ):
        return None
    return "ar(", (value,), 0.9 if place != "glued" else 1.0, match.end()


def _alpar(text: str, match: re.Match[str], place: str) -> Reading:
    letters = match.group("alnum")
    if place in ("glued", "comma") or not _goes_on(text, match.end()):
        return None
    return _letter(letters, "a(", 0.4, match.end())


def _letter(letters: str, family: str, gain: float, end: int) -> Reading:
    if len(letters) == 1 and letters.lower() not in "ivx":
        return family, (ord(letters.lower()) - 96,), gain, end
    value = roman(letters)
    if value is None:
        return (family, (ord(letters.lower()) - 96,), gain, end) if len(letters) == 1 else None
    if letters.lower() == "i" or len(letters) > 1:
        return "roman|" + family, (value,), gain, end
    return family, (ord(letters.lower()) - 96,), gain, end


def _cnhalf(text: str, match: re.Match[str], place: str) -> Reading:
    value = chinese(match.group("chnum"))
    if not value or place in ("glued", "comma") or not _goes_on(text, match.end()):
        return None
    return "cn(", (value,), -0.4, match.end()


def _cndun(text: str, match: re.Match[str], place: str) -> Reading:
    value = chinese(match.group("cdnum"))
    mark = match.group().rstrip()[-1]
    if not value or value > 99 or place == "comma" or _ENUMERATED.match(text, match.end()):
        return None
    if place == "glued" and (mark != "、" or not _CJK.match(text[match.start() - 1])):
        return None
    if mark in "：:" and place not in ("line", "strong", "space"):
        return None
    gain = {"、": 0.6, ".": 0.4, "．": 0.4}.get(mark, -1.2)
    return "cn|" + mark, (value,), gain - (1.6 if place == "glued" else 0.0), match.end()


def _dec(text: str, match: re.Match[str], place: str) -> Reading:
    value = tuple(int(part) for part in re.split(r"[.．]", match.group("dnum")))
    if (
        place in ("glued", "comma", "word")
        or _digit_before(text, match.start())
        or value[0] == 0
        or max(value[1:]) > 40
        or 0 in value[1:]
    ):
        return None
    if _UNIT.match(text, match.end()) or not _goes_on(text, match.end()):
        return None
    blank = text[match.end() - 1].isspace()
    joined = re.compile(r"\s?(?:和|与|至|或|、|版)").match(text, match.end())
    if joined and (
        place != "line" or text[joined.end() - 1] in "、版" or not (blank or joined.group()[0].isspace())
    ):
        return None
    return f"dec|{len(value)}", value, -1.2 if joined else 0.3, match.end()


def _digit_before(text: str, start: int) -> bool:
    """Whether a digit run starts right behind what makes it part of an amount, a date or a code."""
    before = text[start - 1] if start else ""
    if before in ".．" and before:
        return start > 1 and (text[start - 2].isdigit() or text[start - 2].isascii())
    return before.isdigit() or before in _JOINS or (before.isascii() and before.isalpha())


def _arhalf(text: str, match: re.Match[str], place: str) -> Reading:
    value = int(match.group("ahnum"))
    before = text[match.start() - 1] if match.start() else ""
    if (
        not 0 < value < 100
        or not _goes_on(text, match.end())
        or (before not in (":", "：") and _digit_before(text, match.start()))
    ):
        return None
    if place in ("glued", "comma") or _inside_bracket(text, match.start()):
        return None
    return "ar)", (value,), 0.6, match.end()


def _inside_bracket(text: str, start: int) -> bool:
    """Whether an opening bracket shortly before is still open, so that ``)`` closes it and is no label's."""
    window = text[max(0, start - 25) : start]
    window = window[window.rfind("\n") + 1 :]
    return max(window.rfind("("), window.rfind("（")) > max(window.rfind(")"), window.rfind("）"))


def _ardun(text: str, match: re.Match[str], place: str) -> Reading:
    value = int(match.group("adnum"))
    mark = match.group("adsep")
    end = match.end()
    before = text[match.start() - 1] if match.start() else ""
    if not 0 < value < 200 or (before not in (":", "：") and _digit_before(text, match.start())):
        return None
    if place == "comma" and mark != "、":
        return None
    if place != "line" and _inside_bracket(text, match.start()) and _CLOSING.match(text, end):
        return None
    if _ENUMERATED.match(text, end) and not re.compile(r"\s?[一二三四五六七八九十两]").match(text, end):
        return None
    if not _goes_on(text, end) or (mark in "：:" and place not in ("line", "strong")):
        return None
    if mark in ".．" and re.match(r"[A-Za-z]{2,4}\b", text[end : end + 4]) and place == "glued":
        return None
    gain = {"、": 0.5, ".": 0.4, "．": 0.4}.get(mark, -1.0)
    if place == "glued":
        gain -= 0.6 if _CJK.match(before) else 2.0
    return "ar|" + mark, (value,), gain, end


def _ardig(text: str, match: re.Match[str], place: str) -> Reading:
    """Tell the label of ``1、2007年`` from the enumeration ``1、2、3项``."""
    value = int(match.group("agnum"))
    if place in ("comma", "glued") or not value or _digit_before(text, match.start()):
        return None
    if re.compile(r"\d{1,2}\s?[、和与及至.．]").match(text, match.end()):
        return None
    return "ar|、", (value,), -0.2, match.end()


def _arcomma(text: str, match: re.Match[str], place: str) -> Reading:
    value = int(match.group("acnum"))
    if not value or place not in ("line", "strong", "space") or _digit_before(text, match.start()):
        return None
    if place == "strong" and not text[match.start() - 1].isspace():
        return None
    return ("ar|,", (value,), -2.2, match.end()) if _goes_on(text, match.end()) else None


def _arbare(text: str, match: re.Match[str], place: str) -> Reading:
    """Read digits that lost their separator (``2 打字速度快``)."""
    value = int(match.group("abnum"))
    if not 0 < value < 60 or place not in _PLACES_BARE or _digit_before(text, match.start()):
        return None
    end = match.end("abnum")
    if _UNIT.match(text, end) or _COUNTED.match(text, end) or re.compile(r"\s*[\d\-~～/]").match(text, end):
        return None
    spaced = match.group()[-1].isspace()
    following = _after(text, match.end())
    if not _CJK.match(following) and not (spaced and following.isalpha()):
        return None
    return "ar|_", (value,), -0.3 if spaced and _CJK.match(following) else -1.8, end


def _cnbare(text: str, match: re.Match[str], place: str) -> Reading:
    value = chinese(match.group("cbnum"))
    if not value or value > 20 or place not in ("line", "strong", "space"):
        return None
    spaced = match.group()[-1].isspace()
    end = match.start("cbnum") + len(match.group("cbnum"))
    if not spaced:
        # glued to its heading (``二售前客服的职能``): only as a short heading of its own
        head = re.compile(r"[^\s。，,；;：:、]{3,16}(?=\s|：|:|$)").match(text, end)
        if (
            not head
            or _UNIT.match(text, end)
            or re.match(r"[些般定样起切直旦方个种名位次要不者十百千万级]", text[end:])
        ):
            return None
    return "cn|_", (value,), -1.5 if spaced else -2.3, end


def _stem(text: str, match: re.Match[str], place: str) -> Reading:
    if place in ("glued", "comma") or not _goes_on(text, match.end()):
        return None
    if _after(text, match.end()) in STEMS:
        return None
    return "stem", (STEMS.index(match.group("stnum")) + 1,), 0.3, match.end()


def _alpha(text: str, match: re.Match[str], place: str) -> Reading:
    letter = match.group("alet")
    before = text[match.start() - 1] if match.start() else ""
    if (
        place in ("glued", "comma")
        or (before.isascii() and before.isalnum())
        or not _goes_on(text, match.end())
    ):
        return None
    if re.match(r"\s?[A-Za-z](?:[、.．)）]|\s?$)", text[match.end() : match.end() + 3]):
        return None
    return _letter(letter, "A" if letter.isupper() else "a", 0.1, match.end())


def _romn(text: str, match: re.Match[str], place: str) -> Reading:
    value = roman(match.group("rnum"))
    before = text[match.start() - 1] if match.start() else ""
    if value is None or place in ("glued", "comma") or (before.isascii() and before.isalnum()):
        return None
    return "roman|", (value,), 0.2, match.end()


def _sym(text: str, match: re.Match[str], place: str) -> Reading:
    value = symbol(match.group()[0])
    if (
        value is None
        or not _goes_on(text, match.end())
        or re.match(r"\s?(?:和|、|至|项)", text[match.end() : match.end() + 2])
    ):
        return None
    return (
        "①|" + chr(ord(match.group()[0]) - value + 1),
        (value,),
        2.6 if place in ("glued", "comma") else 1.4,
        match.end(),
    )


def _bullet(text: str, match: re.Match[str], place: str) -> Reading:
    if not _goes_on(text, match.end()) or re.match(r"[×xX*\d%]", text[match.end() : match.end() + 1]):
        return None
    gain = 3.2 if place in ("glued", "comma") else 1.6
    return "bullet|" + match.group(), (0,), gain, match.end()


def _dash(text: str, match: re.Match[str], place: str) -> Reading:
    if place != "line" or not _goes_on(text, match.end()) or text[match.end() : match.end() + 1] in "-—":
        return None
    if match.group() in "—–" and not text[match.end() : match.end() + 1].isspace():
        return None
    return "dash|" + match.group(), (0,), -0.4, match.end()


def _lost(text: str, match: re.Match[str], place: str) -> Reading:
    """A list glyph that the scrape turned into a question mark."""
    if place not in ("line", "strong", "closer", "colon") or not _CJK.match(
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


def _latin(text: str, match: re.Match[str], place: str) -> Reading:
    word = match.group("lword")
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
    return _ENGLISH[word], parts, gain, match.end()


def _sect(text: str, match: re.Match[str], place: str) -> Reading:
    if place != "line":
        return None
    parts = tuple(int(part) for part in match.group("setnum").split("."))
    return (f"dec|{len(parts)}" if len(parts) > 1 else "条"), parts, 0.8, match.end()


_READERS = {
    "struct": _struct, "ord": _ord, "annex": _annex, "noun": _noun, "cnpar": _cnpar, "arpar": _arpar, "alpar": _alpar,
    "cnhalf": _cnhalf, "cndun": _cndun, "dec": _dec, "arhalf": _arhalf, "ardun": _ardun, "ardig": _ardig, "arcomma": _arcomma,
    "arbare": _arbare, "cnbare": _cnbare, "stem": _stem, "alpha": _alpha, "romn": _romn, "sym": _sym, "bullet": _bullet,
    "dash": _dash, "lost": _lost, "blank": _blank, "talk": _talk, "latin": _latin, "sect": _sect,
}  # fmt: skip
_KINDS = tuple(_READERS)
_PLACES_BARE = frozenset({"line", "strong", "space", "closer", "break"})
