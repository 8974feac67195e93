"""Labels that are numbers, letters or signs for them: 一、 （一） 1. 1) 1.1 2 ① a. iv) 甲、 and their like.

What follows tells a label from an amount, a time, a date, a reference or an enumeration.
"""

from __future__ import annotations

import re

from kb.normalize.label_context import CJK, NUM, Reader, Reading, after, digit_before, goes_on
from kb.numerals import STEMS, chinese, roman, symbol

# What may follow a number that is an amount, a time, a date or a reference, not a label.
_UNIT = re.compile(
    r"\s?(?:米|厘米|毫米|公里|元|万|亿|千|角|分(?:钟)?(?![类别析工配为享])|秒|小时|天|日(?!常)|号(?!召)|月(?!度|底)|年(?!度|终|会)|周(?!期)|个(?!人|性|体)|件(?!数)|次(?!要)|人(?!员|事|力|工|身)|名(?!称)|位(?!置)"
    r"|岁|倍|折|%|％|‰|℃|度|公斤|斤|克|吨|升|平方|立方|点(?!击)|字|条(?!件|款|例)|款(?!项|式)|项(?!目)|页(?!面)|级(?!别)|区间|以上|以下|以内|左右|多|余|[xX×*＊/／~～%％+＋=＝‰°-]|px|PX|kb|KB|MB|cm|mm|kg)"
)
_COUNTED = re.compile(
    r"\s?(?:章|节(?!日|点|约)|层(?!级)|种(?!类)|类(?!目|别|型)|批(?!量|准)|期(?!间|限)|轮(?!流|班)|家(?!具|庭|长)|套|组(?!织|长)|份|张(?!贴)|台(?!账)|辆|只(?!要|有|能|可)|门(?!店|口)|届|户|处(?!理|罚|于)"
    r"|篇|部(?!门|分)|成(?!交|功|本|立|员)|句|行(?!为|政|业)|段|列(?!出|入)|例(?!如|外)|所(?!有|属|在)|块|片|双(?!方)|对(?!于|账|客|顾|方|待|所|每|公|产|商|员|新|老|已|未)|根(?!据)|场(?!所|地)|遍|回(?!复|访|答|款|收)|季|世纪|班(?!次|长)|版(?!面|权)|折|码|毛|斤|两)"
)
_ENUMERATED = re.compile(
    rf"\s?(?:{NUM}\s?(?:[、,，和与及或至]|两|三|四|项|条|款|点|种)|[。；;，,、：:）)？?！!])"
)
_CLOSING = re.compile(r"[^\n(（]{0,60}[)）]")


def _cnpar(text: str, match: re.Match[str], place: str) -> Reading:
    value = chinese(match.group("cpnum"))
    if not value or not goes_on(text, match.end()):
        return None
    if place == "glued" and re.search(
        rf"(?:第{NUM}[条條款]|款|[项項])$", text[max(0, match.start() - 8) : match.start()]
    ):
        return None
    if re.compile(r"[)）]?\s?(?:[项項]|款|至|、|和|或|规定|所列)").match(text, match.end()):
        return None
    return "cn(", (value,), 0.9 if place != "glued" else 1.0, match.end()


def _arpar(text: str, match: re.Match[str], place: str) -> Reading:
    value = int(match.group("apnum"))
    if not 0 < value < 100 or not goes_on(text, match.end()):
        return None
    if re.compile(r"\s?(?:[项項]|款|至(?!少|今)|和(?!谐)|或|所列)").match(text, match.end()) and place in (
        "glued",
        "comma",
    ):
        return None
    return "ar(", (value,), 0.9 if place != "glued" else 1.0, match.end()


def _alpar(text: str, match: re.Match[str], place: str) -> Reading:
    letters = match.group("alnum")
    if place in ("glued", "comma") or not goes_on(text, match.end()):
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
    if not value or place in ("glued", "comma") or not goes_on(text, match.end()):
        return None
    return "cn(", (value,), -0.4, match.end()


def _cndun(text: str, match: re.Match[str], place: str) -> Reading:
    value = chinese(match.group("cdnum"))
    mark = match.group().rstrip()[-1]
    if not value or value > 99 or place == "comma" or _ENUMERATED.match(text, match.end()):
        return None
    if place == "glued" and (mark != "、" or not CJK.match(text[match.start() - 1])):
        return None
    if mark in "：:" and place not in ("line", "strong", "space"):
        return None
    gain = {"、": 0.6, ".": 0.4, "．": 0.4}.get(mark, -1.2)
    return "cn|" + mark, (value,), gain - (1.6 if place == "glued" else 0.0), match.end()


def _dec(text: str, match: re.Match[str], place: str) -> Reading:
    value = tuple(int(part) for part in re.split(r"[.．]", match.group("dnum")))
    if (
        place in ("glued", "comma", "word")
        or digit_before(text, match.start())
        or value[0] == 0
        or max(value[1:]) > 40
        or 0 in value[1:]
    ):
        return None
    if _UNIT.match(text, match.end()) or not goes_on(text, match.end()):
        return None
    blank = text[match.end() - 1].isspace()
    joined = re.compile(r"\s?(?:和|与|至|或|、|版)").match(text, match.end())
    if joined and (
        place != "line" or text[joined.end() - 1] in "、版" or not (blank or joined.group()[0].isspace())
    ):
        return None
    return f"dec|{len(value)}", value, -1.2 if joined else 0.3, match.end()


def _arhalf(text: str, match: re.Match[str], place: str) -> Reading:
    value = int(match.group("ahnum"))
    before = text[match.start() - 1] if match.start() else ""
    if (
        not 0 < value < 100
        or not goes_on(text, match.end())
        or (before not in (":", "：") and digit_before(text, match.start()))
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
    if not 0 < value < 200 or (before not in (":", "：") and digit_before(text, match.start())):
        return None
    if place == "comma" and mark != "、":
        return None
    if place != "line" and _inside_bracket(text, match.start()) and _CLOSING.match(text, end):
        return None
    if _ENUMERATED.match(text, end) and not re.compile(r"\s?[一二三四五六七八九十两]").match(text, end):
        return None
    if not goes_on(text, end) or (mark in "：:" and place not in ("line", "strong")):
        return None
    if mark in ".．" and re.match(r"[A-Za-z]{2,4}\b", text[end : end + 4]) and place == "glued":
        return None
    gain = {"、": 0.5, ".": 0.4, "．": 0.4}.get(mark, -1.0)
    if place == "glued":
        gain -= 0.6 if CJK.match(before) else 2.0
    return "ar|" + mark, (value,), gain, end


def _ardig(text: str, match: re.Match[str], place: str) -> Reading:
    """Tell the label of ``1、2007年`` from the enumeration ``1、2、3项``."""
    value = int(match.group("agnum"))
    if place in ("comma", "glued") or not value or digit_before(text, match.start()):
        return None
    if re.compile(r"\d{1,2}\s?[、和与及至.．]").match(text, match.end()):
        return None
    return "ar|、", (value,), -0.2, match.end()


def _arcomma(text: str, match: re.Match[str], place: str) -> Reading:
    value = int(match.group("acnum"))
    if not value or place not in ("line", "strong", "space") or digit_before(text, match.start()):
        return None
    if place == "strong" and not text[match.start() - 1].isspace():
        return None
    return ("ar|,", (value,), -2.2, match.end()) if goes_on(text, match.end()) else None


def _arbare(text: str, match: re.Match[str], place: str) -> Reading:
    """Read digits that lost their separator (``2 打字速度快``)."""
    value = int(match.group("abnum"))
    if not 0 < value < 60 or place not in _PLACES_BARE or digit_before(text, match.start()):
        return None
    end = match.end("abnum")
    if _UNIT.match(text, end) or _COUNTED.match(text, end) or re.compile(r"\s*[\d\-~～/]").match(text, end):
        return None
    spaced = match.group()[-1].isspace()
    following = after(text, match.end())
    if not CJK.match(following) and not (spaced and following.isalpha()):
        return None
    return "ar|_", (value,), -0.3 if spaced and CJK.match(following) else -1.8, end


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
    if place in ("glued", "comma") or not goes_on(text, match.end()):
        return None
    if after(text, match.end()) in STEMS:
        return None
    return "stem", (STEMS.index(match.group("stnum")) + 1,), 0.3, match.end()


def _alpha(text: str, match: re.Match[str], place: str) -> Reading:
    letter = match.group("alet")
    before = text[match.start() - 1] if match.start() else ""
    if (
        place in ("glued", "comma")
        or (before.isascii() and before.isalnum())
        or not goes_on(text, match.end())
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
        or not goes_on(text, match.end())
        or re.match(r"\s?(?:和|、|至|项)", text[match.end() : match.end() + 2])
    ):
        return None
    return (
        "①|" + chr(ord(match.group()[0]) - value + 1),
        (value,),
        2.6 if place in ("glued", "comma") else 1.4,
        match.end(),
    )


_PLACES_BARE = frozenset({"line", "strong", "space", "closer", "break"})


READERS: dict[str, Reader] = {
    "cnpar": _cnpar,
    "arpar": _arpar,
    "alpar": _alpar,
    "cnhalf": _cnhalf,
    "cndun": _cndun,
    "dec": _dec,
    "arhalf": _arhalf,
    "ardun": _ardun,
    "ardig": _ardig,
    "arcomma": _arcomma,
    "arbare": _arbare,
    "cnbare": _cnbare,
    "stem": _stem,
    "alpha": _alpha,
    "romn": _romn,
    "sym": _sym,
}
