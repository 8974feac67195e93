"""What a clause settles, in a form that two clauses can be held against each other.

A claim has a role (what is settled: a fine, the hours of a shift, who pays …), a case it holds in (the first offence, the
fault of the buyer …) and a value. Two claims of one role and one case that differ in value are a conflict, provided that
their clauses rule the same matter; that is judged in ``kb.compare.matter``.
"""

from __future__ import annotations

import itertools
import re
from dataclasses import dataclass
from decimal import Decimal

from kb.figures import Figure, find_figures

EVERY = "*"
"""The case of a claim that holds in every case."""


@dataclass(frozen=True, slots=True)
class Claim:
    """One thing a clause settles.

    Attributes:
        role: What is settled.
        case: When it holds, ``EVERY`` if no case is told.
        value: Comparable form.
        shown: The words.
    """

    role: str
    case: str
    value: str
    shown: str


# ---------------------------------------------------------------- figures

_SECONDS = {"秒": 1, "分钟": 60, "小时": 3600, "天": 86400, "周": 604_800, "月": 2_592_000, "个月": 2_592_000}
_SECONDS |= {"季度": 7_776_000, "年": 31_536_000}
_PERIOD = re.compile(r"(?:每|一)(周|星期|月|个月|年)|(月)休|([上做]六休一|单休)")
_DAYS_PER_MONTH = {"周": 4, "星期": 4, "月": 1, "个月": 1}

# (role, cue); the first cue found in the part of the sentence that holds the figure names the role, then the first in
# the whole sentence.
_AMOUNTS = (
    ("base-pay", re.compile(r"底薪|基本工资|基础工资")),
    ("guarantee", re.compile(r"保底")),
    ("deposit", re.compile(r"保证金|押金")),
    ("yearly-fee", re.compile(r"年费")),
    ("attendance-bonus", re.compile(r"[满全]勤")),
    ("allowance", re.compile(r"补助|补贴|津贴")),
    ("reward", re.compile(r"奖")),
    ("compensation", re.compile(r"补偿|赔")),
    ("pay", re.compile(r"工资|薪")),
)
# Durations are told by the words right before and right after the figure.
_BEFORE = (
    ("notice", re.compile(r"提前[^，。；]{0,4}$")),
    ("tenure", re.compile(r"(?:[干做]满|连续|工龄|试用期|试用期为|岗位上满|满)\s*$")),
    ("limit", re.compile(r"(?:超过|逾|超出|最迟|再满|不少于|不超过)\s*$")),
)
_AFTER = (
    ("limit", re.compile(r"^\s*(?:[（(][^）)]*[）)])?\s*(?:[以之]?内|[以之]?后|[以之]?前|仍?还?[没未])")),
)
_REPLY = re.compile(r"回复|响应|应答|招呼")
_AFTERNOON = re.compile(r"(?:下午|晚上|傍晚|午后|晚)\s*$")
_RANGE = re.compile(r"^\s*(?:-|~|—|–|～|－|到|至|凌晨|次日|\s)+$")
_SENTENCE = re.compile(r"[；;。！？\n]")
_PART = re.compile(r"[，,；;。！？：\n|]")
_ENDS = re.compile(r"下班|收工")
_MEETING = re.compile(r"会议|例会|开会|早会|晨会|周会|会$")
_REST = re.compile(r"休")


def claims_of(text: str, heading: str = "") -> tuple[Claim, ...]:
    """Return what a clause settles by figures and sanctions.

    Args:
        text: The clause.
        heading: The title it stands under, which may say what its figures are (基本工资 above a table).
    """
    return (*_sanctions(text), *_hours(text), *_rest(text), *_measures(text, heading))


def _measures(text: str, heading: str) -> list[Claim]:
    found = []
    for figure in find_figures(text):
        part, sentence = _around(_PART, text, figure), _around(_SENTENCE, text, figure)
        role = value = ""
        if figure.kind in ("amount", "number"):
            role, value = (
                _amount_role(figure, part, sentence, heading),
                figure.value + figure.unit.replace("元", ""),
            )
        elif figure.kind == "duration":
            role, value = _duration_role(figure, text), _length(figure)
        elif figure.kind == "count" and re.match("个?字", figure.unit + text[figure.end : figure.end + 1]):
            role, value = _speed_role(sentence), figure.value
        elif figure.kind == "percentage":
            role, value = "share", figure.value
        if role:
            found.append(Claim(role, EVERY, value, figure.text))
        if role == "limit" and value.isdigit():
            more = re.search(r"(?:超过|逾|超出|[大多]于)\s*$", text[: figure.start])
            found.append(Claim("more-than" if more else "at-most", EVERY, value, figure.text))
    return found


def _amount_role(figure: Figure, part: str, sentence: str, heading: str) -> str:
    if figure.kind == "number" and "打字" in part:
        return _speed_role(part)
    if re.search(rf"(?:罚款?|扣[除发款]?|处罚|次)\s*{re.escape(figure.text)}", part):
        return ""  # read as a sanction
    if "罚款" in part and figure.kind == "amount":
        return "fine"
    for words in (part, sentence, heading):
        for role, cue in _AMOUNTS:
            if cue.search(words):
                return role if figure.kind == "amount" or role.endswith("pay") else ""
    return "price" if figure.kind == "amount" else ""


def _speed_role(sentence: str) -> str:
    return "speaking-speed" if "语速" in sentence else "typing-speed" * ("打字" in sentence)


def _duration_role(figure: Figure, text: str) -> str:
    before, after = text[max(0, figure.start - 8) : figure.start], text[figure.end : figure.end + 8]
    if re.fullmatch(r"一个?(?:自然)?[月周天]", figure.text) and re.search(r"(?:^|[，。；：在])$", before):
        return ""  # "within a month complained of twice": the span over which is counted
    for table, words in ((_BEFORE, before), (_AFTER, after)):
        for role, cue in table:
            if cue.search(words):
                return "reply-time" if role == "limit" and _REPLY.search(text) else role
    return ""


def _length(figure: Figure) -> str:
    """Return a duration in seconds, working days apart."""
    if figure.unit not in _SECONDS:
        return figure.value + figure.unit
    return f"{Decimal(figure.value) * _SECONDS[figure.unit]:.0f}"


def _around(separator: re.Pattern[str], text: str, figure: Figure) -> str:
    """Return the stretch between separators that holds the figure."""
    start = max((match.end() for match in separator.finditer(text, 0, figure.start)), default=0)
    end = separator.search(text, figure.end)
    return text[start : end.start() if end else len(text)]


def _hours(text: str) -> list[Claim]:
    """Return the hours of a shift as one claim, the hour at which it ends, or the hour of a meeting."""
    times = [figure for figure in find_figures(text) if figure.kind == "time"]
    if not times:
        return []
    clock = [_clock(figure, text) for figure in times]
    ranges = [
        f"{clock[n]}-{clock[n + 1]}"
        for n, (one, other) in enumerate(itertools.pairwise(times))
        if _RANGE.match(text[one.end : other.start])
    ]
    if ranges:
        return [Claim("hours", EVERY, " ".join(ranges), text[times[0].start : times[-1].end])]
    if _MEETING.search(text):
        return [Claim("meeting", EVERY, clock[0], times[0].text)]
    if _ENDS.search(text):
        return [Claim("shift-end", EVERY, clock[0], times[0].text)]
    # Half of the texts leave out 上午 and 下午, so hours of no known role are compared on a dial of twelve.
    return [
        Claim("hour", EVERY, f"{int(value[:2]) % 12:02}{value[2:]}", figure.text)
        for value, figure in zip(clock, times, strict=True)
    ]


def _clock(figure: Figure, text: str) -> str:
    hour, _, minute = figure.value.partition(":")
    if _AFTERNOON.search(text[max(0, figure.start - 4) : figure.start]) and int(hour) < 12:
        hour = str(int(hour) + 12)
    return f"{int(hour) % 24:02}:{minute}"


def _rest(text: str) -> list[Claim]:
    """Return days off as days in a month."""
    if not _REST.search(text) or re.search(r"调休|退休|休息室", text):
        return []
    period = _PERIOD.search(text)
    if period is None:
        return []
    if period[3] or "单休" in text:
        return [Claim("days-off", EVERY, "4", period[0])]
    for figure in find_figures(text):
        if (
            figure.kind == "duration"
            and figure.unit == "天"
            and "休" in text[max(0, figure.start - 4) : figure.end + 3]
        ):
            days = Decimal(figure.value) * _DAYS_PER_MONTH.get(period[1] or period[2], 1)
            return [Claim("days-off", EVERY, f"{days:f}", figure.text)]
    return []


# ---------------------------------------------------------------- sanctions

_SANCTION = re.compile(
    r"(?P<first>第一次|首次|初次|初犯|第1次)|(?P<second>第二次|第2次|再次|再犯|两次|二次)|(?P<third>第三次|三次|第3次)"
    r"|(?P<once>一次)|(?P<last>屡教不改|不肯|情节严重)"
    r"|(?:罚款?|扣除?|扣发|扣款|处罚|(?<=次))\s*(?P<amount>\d+(?:\.\d+)?)\s*[元块]"
    r"|(?P<warning>警告)(?!信)|(?P<dismissal>开除|予以辞退|辞退|自动离职|除名|解雇)|(?P<double>翻倍|加倍)"
)


def _sanctions(text: str) -> list[Claim]:
    """Return the ladder of sanctions: what follows on the first, second … offence."""
    tokens = list(_SANCTION.finditer(text))
    kinds = {match.lastgroup for match in tokens}
    if not kinds & {"amount", "warning"} and not re.search(r"予以(?:辞退|开除)|立即(?:辞退|开除)", text):
        return []
    laddered = bool(kinds & {"first", "second", "third"})
    ladder: dict[str, tuple[str, str]] = {}
    case = EVERY
    for match in tokens:
        kind = match.lastgroup or ""
        if kind in _CASES:
            case = _CASES[kind]
        elif kind == "once":
            case = "1" if laddered else EVERY
        elif kind == "amount":
            ladder.setdefault(case, (match["amount"], match[0]))
        elif kind == "double":
            if ladder.get("1", ("",))[0].isdigit():
                ladder.setdefault(case, (str(2 * int(ladder["1"][0])), match[0]))
        else:
            ladder.setdefault(case, (kind, match[0]))
    return [
        Claim("sanction", case, value, shown) for case, (value, shown) in ladder.items() if case != "last"
    ]


_CASES = {"first": "1", "second": "2", "third": "3", "last": "last"}
