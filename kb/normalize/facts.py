"""What a document says of itself: its kind, its platform, since when it holds, whether it breaks off."""

from __future__ import annotations

import re
from collections.abc import Sequence

from kb.numerals import number

_KIND_RULES: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("wage-standard", re.compile(r"薪资|薪酬|工资|提成|绩效|wage|salary|pay\b", re.IGNORECASE)),
    (
        "job-description",
        re.compile(r"岗位职责|工作职责|职责|岗位|工作内容|duties|job description", re.IGNORECASE),
    ),
    ("faq", re.compile(r"常见问题|问答|FAQ|[?？]\s*$|Q&A|questions", re.IGNORECASE)),
    (
        "shop-handbook",
        re.compile(
            r"客服.{0,6}(?:制度|规定|守则|规范|手册)|手册|守则|员工|管理制度|规章制度|管理规定|handbook|manual|staff",
            re.IGNORECASE,
        ),
    ),
    (
        "process-guide",
        re.compile(r"流程|步骤|指南|指引|教程|怎么|如何|攻略|guide|procedure|how to", re.IGNORECASE),
    ),
    (
        "platform-regulation",
        re.compile(
            r"平台.{0,8}规则|规则|规范|标准|协议|条例|办法|法$|细则|规定|决定|regulation|rules?\b|policy|terms|act\b",
            re.IGNORECASE,
        ),
    ),
    (
        "background",
        re.compile(
            r"分析|研究|论文|调查|问卷|总结|报告|综述|模式|工具|项目|学生|关系管理|详解|report|survey|essay|analysis",
            re.IGNORECASE,
        ),
    ),
)
_ESSAY = re.compile(r"摘要\s*[:：]|关键词\s*[:：]|问卷|论文|学号|小编|本文(?:将|主要)")
_RULE_WORD = re.compile(r"必须|不得|应当|禁止|罚款|处以|须|严禁|应(?!该)|负责|shall|must", re.IGNORECASE)
_PLATFORMS = (
    ("tmall", re.compile(r"天猫|淘宝商城|tmall", re.IGNORECASE)),
    ("taobao", re.compile(r"淘宝|旺旺|千牛|taobao", re.IGNORECASE)),
    ("kuaishou", re.compile(r"快手|kuaishou", re.IGNORECASE)),
    ("douyin", re.compile(r"抖音|抖店|douyin", re.IGNORECASE)),
)
_YEAR = r"(\d{4}|[零〇○一二三四五六七八九]{4})"
_DAY = r"(\d{1,2}|[一二三四五六七八九十]{1,3})"
_DATE = rf"{_YEAR}\s*[年./-]\s*{_DAY}\s*[月./-]\s*{_DAY}\s*日?"
_FROM = re.compile(
    rf"(?:自|从|于|将于|定于)?\s*{_DATE}\s*(?:起|开始|正式)*\s*(?:施行|生效|实施|执行|起施行)"
    rf"|(?:生效|施行|实施|执行)(?:日期|时间)\s*[:：为]?\s*{_DATE}"
    rf"|(?:effective|in force)(?:\s+(?:date|from|as of|on|since))*\s*[:：]?\s*{_DATE}",
    re.IGNORECASE,
)
_ON_PUBLICATION = re.compile(r"自(?:公布|发布|印发|颁布)之日起(?:施行|生效|实施|执行)")
_ISSUED = re.compile(rf"{_DATE}[^\n。]{{0,60}}?(?:公布|发布|印发|颁布|修正公布)")
_SIGNED = re.compile(rf"{_DATE}\s*$")
_WORDY = 12
_ENDS = re.compile(r"[。！!？?；;…:：.”’」』)）】》]$")


def kind_of(title: str, text: str) -> str:
    """Classify a document from its title first, then from how much of it commands. One of ``KINDS``."""
    body = text[:4000]
    commands = len(_RULE_WORD.findall(body)) * 200 / max(len(body), 200)
    essay = len(_ESSAY.findall(body))
    background = dict(_KIND_RULES)["background"].search(title)
    if (background and commands < 1.2) or (essay >= 2 and commands < 1):
        return "background"
    for kind, pattern in _KIND_RULES:
        if pattern.search(title):
            return kind if kind != "process-guide" or commands > 0.2 or "流程" in title else "background"
    return "background" if commands < 0.3 else "shop-handbook"


def platform_of(title: str, text: str) -> str:
    """Return the platform a document is about, ``general`` when it names none. The title decides first."""
    for scope in (title, text[:6000]):
        counts = [(len(pattern.findall(scope)), -n, name) for n, (name, pattern) in enumerate(_PLATFORMS)]
        best = max(counts)
        if best[0]:
            return best[2]
    return "general"


def effective_date(text: str) -> str:
    """Return the ISO date from which the text says that it holds, or ``""``.

    Amended statutes name several; the first sentence that speaks of the document itself wins.
    """
    found = ""
    for match in _FROM.finditer(text):
        if date := _iso([part for part in match.groups() if part is not None][:3]):
            before = text[max(0, match.start() - 24) : match.start()]
            if re.search(
                r"本(?:法|条例|规定|办法|规则|制度|细则|标准|规范|协议|守则|决定)\s*$|此规则|本规则", before
            ):
                return date
            found = found or date
    if not found and _ON_PUBLICATION.search(text):
        issued = _ISSUED.search(text) or _SIGNED.search(text)
        if issued:
            return _iso(issued.groups())
    return found


def _iso(parts: Sequence[str]) -> str:
    """Return year, month and day in any numerals as an ISO date, ``""`` when there is no such day."""
    year, month, day = (number(part) or 0 for part in parts)
    return f"{year:04d}-{month:02d}-{day:02d}" if 1 <= month <= 12 and 1 <= day <= 31 else ""


def is_truncated(clauses: Sequence[str]) -> bool:
    """Whether the text stops mid-way: the last clause ends without punctuation where most clauses have it."""
    texts = [text for text in clauses if text]
    if not texts:
        return False
    last = texts[-1]
    if len(last) < _WORDY or " | " in last:
        return False  # a signature, a heading or a table row needs no full stop
    if _ENDS.search(last) and not last.endswith((":", "：")):
        return False
    if last.endswith((":", "：", ",", "，", "、")):
        return True
    ended = sum(bool(_ENDS.search(text)) for text in texts[:-1])
    return ended >= 0.5 * (len(texts) - 1) if len(texts) > 1 else True
