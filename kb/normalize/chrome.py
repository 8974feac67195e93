"""Site furniture: what a page shows around a text and what was injected into it.

Judged from structure and from the vocabulary that share sites and portals have in common, never from
the wording of one site. A line is furniture as a whole (:func:`furniture`), or holds some (:func:`inline`).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from kb.normalize.lines import Line

_CUT = 10  # a line this long that stops inside a word may have been cut by a page
_BARE = re.compile(r"[1-9]\d{0,2}")
SHORT = 30  # a menu entry or caption is no longer than this


@dataclass(frozen=True, slots=True)
class Mark:
    """A stretch judged to be furniture.

    Attributes:
        start: First character.
        end: One past the last.
        reason: Why.
        site: Only a web page shows it; a page number or a date may stand in a plain regulation too.
        inside: It stands inside a line of the text.
    """

    start: int
    end: int
    reason: str
    site: bool = True
    inside: bool = False


# Words that only furniture uses; alone on a line they give it away.
_STRONG = (
    r"展开(?:阅读)?全文|阅读全文|查看(?:更多|全文)|点击(?:查看|加载|阅读|下载)(?:更多|全文)?|加载更多|返回(?:顶部|首页|列表)"
    r"|立即下载|免费下载|下载(?:文档|地址|本文)|网站地图|资源描述|文档(?:描述|简介|信息)|(?:文本|文档|正文|全文)预览"
    r"|(?:相关|热门|最新|推荐|精品|同类|更多)(?:的)?"
    r"(?:主题|文档|文章|资源|搜索|推荐|阅读|链接|标签|问题|专题|知识|资讯|下载|新闻|帖子|范文|词条)"
    r"|猜你喜欢|热搜|微信扫码|扫码关注|扫一扫|全国(?:统一|咨询)热线|上一篇|下一篇|没有了|目录导航"
    r"|Log in|Sign in|Sign up|Read more|Load more|Show more|Back to top|Related (?:articles|posts|documents|topics)"
    r"|Skip to (?:main )?content|Follow us"
)
# Words that also title a rule; they count beside other furniture or in a row of three.
_WEAK = (
    r"查看详情|返回|下载|举报|收藏|分享(?:到)?|打印|关闭|登录|登陆|注册|首页|主页|菜单|导航|关于我们|联系我们|内容(?:简介|摘要)|免责声明"
    r"|版权声明|使用条款|隐私政策|意见反馈|用户协议|相关|推荐|更多|微信联系|在线咨询|咨询(?:在线)?客服|在线客服|客服热线|咨询热线|服务热线"
    r"|(?:方案|售前|免费)咨询|即时服务|联系电话|联系方式|联系客服|投稿|上一页|下一页|末页|尾页|电脑版|手机版"
    r"|Home|Menu|Login|Register|Search|Share|Print|Download|Next|Previous|Recommended|Contact us|About us"
    r"|Privacy policy|Terms of (?:use|service)|Subscribe"
)
_SEPARATOR = r"[\s•·|｜>›»/,，、.。:：\-—_…]*"
_FURNITURE = re.compile(
    rf"{_SEPARATOR}(?:(?:(?:{_WEAK}){_SEPARATOR})*(?:{_STRONG}){_SEPARATOR}(?:(?:{_STRONG}|{_WEAK}){_SEPARATOR})*"
    rf"|(?:(?:{_WEAK}){_SEPARATOR}){{3,}})",
    re.IGNORECASE,
)
_MAYBE = re.compile(rf"{_SEPARATOR}(?:(?:{_WEAK}){_SEPARATOR}){{1,2}}", re.IGNORECASE)
_SECTION = re.compile(
    r"[•·\s]*(?:相关|热门|最新|推荐|精彩|更多)(?:知识|问题|专题|文章|资讯|阅读|推荐|资源|搜索|文档|主题|下载|帖子|范文|标签|资料)"
    r"(?:[\s:：]+\S{1,14}){0,2}"
)
_RELATED = re.compile(
    r"[【\[《“][^】\]》”]{2,40}[】\]》”]\s*的?\s*(?:相关|热门|推荐|更多)的?(?:文章|阅读|推荐|内容|范文|资料|热词)\s*[:：]?"
)
_NUMBERED_TITLE = re.compile(r"\d{1,2}\s?[.、．]\s?[^。；;，,！!？?：:]{4,40}")
_LINE_RULES: tuple[tuple[re.Pattern[str], str, bool], ...] = (
    (
        re.compile(r"(?:(?:您|你)?(?:当前|现在|目前)?(?:的|所在)?位置|You are here)\s*[:：].*", re.I),
        "breadcrumb",
        True,
    ),
    (
        re.compile(r"(?:网站)?(?:首页|主页|Home)(?:\s*[>›»]\s*[^>›»。；]{1,40}){1,8}", re.I),
        "breadcrumb",
        True,
    ),
    (
        re.compile(
            r"(?=.*上传)(?:.*?(?:上传(?:人|者|时间|日期)|文档编号|页数|大小|格式|浏览(?:次数|量)|下载(?:次数|量))\s*[:：]){2,}.*"
        ),
        "upload stamp",
        True,
    ),
    (
        re.compile(
            r"(?:(?:发布|更新|上传|发表)(?:时间|日期|于)|来源|作者|编辑|责任编辑|浏览(?:次数|量)?|阅读(?:次数|量|数)?|点击(?:次数|量|数)?)"
            r"\s*[:：]\s*\S{1,24}(?:\s+\S{1,12}\s*[:：]\s*\S{1,24})*(?:\s+\d\d:\d\d(?::\d\d)?)?"
        ),
        "upload stamp",
        True,
    ),
    (re.compile(r"\d{4}[-/.]\d{1,2}[-/.]\d{1,2}(?:\s+\d{1,2}:\d\d(?::\d\d)?)?"), "upload date", False),
    (re.compile(r"(?:.{0,40}[_\s])?第\s*\d+\s*页(?:\s*[/,，、]?\s*共\s*\d+\s*页)?"), "page counter", False),
    (
        re.compile(r"[-—–~·•\s]*(?:page\s*)?\d{1,4}\s*(?:/|of)\s*\d{1,4}[-—–~·•\s]*", re.I),
        "page counter",
        False,
    ),
    (re.compile(r"(?:[-—–]+\s*\d{1,4}\s*[-—–]+|page\s+\d{1,4})", re.I), "page counter", False),
    (re.compile(r"[-—–=_*~.·•#＿－─━═+|:\s]{5,}"), "separator line", False),
    (
        re.compile(
            r"(?:.*(?:版权所有|ICP备\s*\d{5}|公网安备\s*\d{6}|ICP证|All rights reserved).*|(?:copyright|©).*)",
            re.I,
        ),
        "copyright",
        True,
    ),
    (
        re.compile(r".{0,80}由.{0,30}(?:会员|用户|网友).{0,20}(?:分享|上传|提供).*(?:阅读|下载|搜索).*"),
        "share-site notice",
        True,
    ),
    (
        re.compile(r".{2,40}(?:相关)?内容(?:来自|来源于|由).*(?:在这里|您可以|了解).*"),
        "portal description",
        True,
    ),
    (re.compile(r"上一篇\s*[:：].*|下一篇\s*[:：].*"), "neighbour links", True),
    (re.compile(r"[\[【(（<]\s*(?:广告|推广|赞助|AD|Sponsored)\s*[\]】)）>].{0,80}", re.I), "advert", True),
    (_RELATED, "link list", True),
    (re.compile(r"<!--.*?-->|</?[A-Za-z][^<>]{0,200}>"), "markup", False),
)
# Furniture only beside other furniture: a handbook may hold such a line of its own.
_NEAR_FURNITURE: tuple[tuple[re.Pattern[str], str], ...] = (
    (_MAYBE, "page furniture"),
    (
        re.compile(
            r"(?:(?:电话|热线|手机|传真|QQ|微信|邮箱|Tel|Phone|E-?mail)\s*(?:号码?)?\s*[:：]?\s*)?(?:\+?\d[\d\s()（）-]{5,}\d|\S+@\S+\.\w+)",
            re.IGNORECASE,
        ),
        "contact",
    ),
    (re.compile(r"(?:https?://|www\.)\S+", re.IGNORECASE), "link"),
    (re.compile(r"\d{1,2}:\d\d\s*[-—–~至]+\s*\d{1,2}:\d\d"), "contact"),
    (_MAYBE, "page furniture"),
)
_CONTENTS_WORD = re.compile(r"目\s*[录錄次]|(?:table of )?contents", re.IGNORECASE)
_CONTENTS_ENTRY = re.compile(
    r"(?:第[\d一二三四五六七八九十百零〇]{1,6}[编編章节節部分]+|附\s*[则則录錄件表]|[\d.]+|[一二三四五六七八九十]+、|(?:chapter|part|section|article)\s+[\divxlc.]+"
    r"|序言|前言|总\s*则)\s*\S{0,40}[^。；！？;!?]{0,40}",
    re.IGNORECASE,
)
_PAGE_TAIL = re.compile(r"(?:[.…·．\s]{2,}|\s[(（]?|[(（])\d{1,3}[)）]?$")
_PAGED = re.compile(r"\S{2,20}\s?(?:[(（]\s?\d{1,3}\s?[)）]|[.…·．]{3,}\s?\d{1,3})(?=\s|$)")
_LABELLED = re.compile(r"[(（]?[\d一二三四五六七八九十]{1,3}[)）、.．]|第\S{1,6}[章节節条條编編]")


def furniture(lines: Sequence[Line]) -> dict[int, Mark]:
    """Return the marks of the lines that are furniture as a whole, by line index."""
    marks: dict[int, Mark] = {}
    for i, line in enumerate(lines):
        reason, site = _judge(line.text)
        if reason:
            marks[i] = Mark(line.start, line.end, reason, site)
    for pattern, reason in _NEAR_FURNITURE:
        for i, line in enumerate(lines):
            if i not in marks and len(line.text) <= 60 and pattern.fullmatch(line.text):
                near = (j for j in range(max(0, i - 2), i + 3) if j in marks and marks[j].site)
                if any(True for _ in near):
                    marks[i] = Mark(line.start, line.end, reason)
    _pages(lines, marks)
    _contents(lines, marks)
    _links(lines, marks)
    _zones(lines, marks)
    return marks


def _judge(text: str) -> tuple[str, bool]:
    if len(text) > 300:
        return "", False
    if _FURNITURE.fullmatch(text):
        return "page furniture", True
    if _SECTION.fullmatch(text):
        return "link list", True
    for pattern, reason, site in _LINE_RULES:
        if pattern.fullmatch(text):
            return reason, site
    return "", False


def _pages(lines: Sequence[Line], marks: dict[int, Mark]) -> None:
    """Mark bare numbers on lines of their own that are page numbers: they count up and one cuts a sentence."""
    found = [i for i, line in enumerate(lines) if i not in marks and _BARE.fullmatch(line.text)]
    numbers = [int(lines[i].text) for i in found]
    cuts = sum(
        0 < i < len(lines) - 1
        and len(lines[i - 1].text) >= _CUT
        and lines[i - 1].text[-1].isalnum()
        and lines[i + 1].text[0].isalpha()
        for i in found
    )
    if cuts and cuts * 3 >= len(found) and all(one < other for one, other in pairwise(numbers)):
        for i in found:
            marks[i] = Mark(lines[i].start, lines[i].end, "page counter", False)


def _links(lines: Sequence[Line], marks: dict[int, Mark]) -> None:
    """Mark the numbered titles below a heading of links (``【甲】相关文章：``)."""
    for i in [i for i, mark in marks.items() if mark.reason == "link list"]:
        j = i + 1
        while j < len(lines) and j not in marks and _NUMBERED_TITLE.fullmatch(lines[j].text):
            marks[j] = Mark(lines[j].start, lines[j].end, "link list")
            j += 1


def _contents(lines: Sequence[Line], marks: dict[int, Mark]) -> None:
    """Mark tables of contents: entries after a contents heading, or one line that lists entries with pages."""
    i = 0
    while i < len(lines):
        line = lines[i]
        if len(line.text) < 24 and _CONTENTS_WORD.fullmatch(line.text.strip("#* 【】[]")):
            stop = _contents_end(lines, i + 1)
            if stop - i > 2:
                for j in range(i, stop):
                    marks[j] = Mark(lines[j].start, lines[j].end, "table of contents", False)
                i = stop
                continue
        elif len(line.text) < 3000 and sum(map(line.text.count, "(（.…")) >= 4:
            paged = _PAGED.findall(line.text)
            if len(paged) >= 4 and sum(map(len, paged)) > 0.35 * len(line.text):
                marks[i] = Mark(line.start, line.end, "table of contents", False)
        i += 1


def _contents_end(lines: Sequence[Line], start: int) -> int:
    seen: set[str] = set()
    for i in range(start, min(len(lines), start + 400)):
        text = _PAGE_TAIL.sub("", lines[i].text)
        key = re.sub(r"[\s#*]+", "", text)
        if not _CONTENTS_ENTRY.fullmatch(text.lstrip("#*- ")) or key in seen:
            return i
        if re.match(r"第[一1][条條]", key):
            return i
        seen.add(key)
    return start


def _zones(lines: Sequence[Line], marks: dict[int, Mark]) -> None:
    """Mark the short lines between furniture at the head and at the foot of the file."""
    head = 0
    for i, line in enumerate(lines):
        if i in marks:
            if marks[i].site:
                head = i + 1
        elif len(line.text) > SHORT or _LABELLED.match(line.text):
            break
    judged = sum(i in marks for i in range(head))
    if head and judged * 4 >= head:
        following = [re.sub(r"\W", "", lines[i].text[:80]) for i in range(head, min(len(lines), head + 3))]
        for i in range(head):
            core = re.sub(r"\W", "", lines[i].text)
            if i not in marks and not any(core in text for text in following):
                marks[i] = Mark(lines[i].start, lines[i].end, "page head")
    foot = len(lines)
    for i in range(len(lines) - 1, -1, -1):
        if i in marks:
            if marks[i].site:
                foot = i
        elif len(lines[i].text) > SHORT or _LABELLED.match(lines[i].text):
            break
    judged = sum(i in marks for i in range(foot, len(lines)))
    if judged * 3 >= len(lines) - foot:
        for i in range(foot, len(lines)):
            if i not in marks:
                marks[i] = Mark(lines[i].start, lines[i].end, "page foot")


_STOP = r"。！!？?；;\n"
_CODE = re.compile(r"(?<![A-Za-z0-9])[A-Z0-9]{2,}(?:-[A-Z0-9]{2,}){3,}")
_CODE_LEFT = re.compile(
    r"(?:[-—\s]*(?:集团|标准化|公司|内部|管理)*(?:文件|文档|标准|体系)*(?:发布|版本|编|文|流水)?号\s*[:：]\s*|[A-Za-z][A-Za-z ]{3,60})?[(（【\[\s]*$"
)
_FILL_IN = re.compile(r"(?<!\S)[\u4e00-\u9fff]{2,6}[:：]\s*_{10,}(?!\S)|_{10,}|＿{10,}")
_CODE_RIGHT = re.compile(r"[)）】\]]*")
_SIGN_OFF = re.compile(
    rf"(?:希望)?(?:以上|上面|上述)[^\n]{{0,130}}?(?:小编|编者|全部(?:相关)?内容|主要内容|全部介绍)[^\n]{{0,130}}|[^{_STOP}]{{2,30}}就是这些了[^\n{_STOP}]{{0,60}}[{_STOP}]?$"
)
_SIGN_OFF_HOPE = re.compile(r"小编|希望|帮助|啦|各位|大家")
_INVITE = re.compile(
    rf"(?:导读\s*[:：]|(?:以下|下面)是(?:小编|编者|店铺|本站|我们|\S{{2,6}}?为(?:大家|您)))[^{_STOP}]{{0,120}}"
    rf"(?:仅供参考|欢迎[^{_STOP}]{{0,12}}(?:阅读|参考|下载|收藏|点评|分享|借鉴)|欣赏|和大家分享)[^{_STOP}]{{0,60}}(?:[{_STOP}]|$)"
)
_ORIGIN = re.compile(
    r"(?:本文|文章|内容|资料)(?:来自|来源于?|转自|摘自|出自)\s*[:：]?\s*(?!于)([\w.]{2,16})|(?:转载请注明|更多\S{0,12}请(?:关注|访问|登录))[^。！!\n]{0,40}[。！!]?"
)
_OWNER = re.compile(r"([\u4e00-\u9fff]{2,8}?)(?:文库|网|官网)?版权所有")


def inline(text: str, start: int, end: int, brands: frozenset[str] = frozenset()) -> list[Mark]:
    """Return furniture inside ``text[start:end]`` (one line): sign-offs, portal phrases, stamps, adverts."""
    marks: list[Mark] = []
    for code in _CODE.finditer(text, start, end):
        left = _CODE_LEFT.search(text, max(start, code.start() - 80), code.start())
        right = _CODE_RIGHT.match(text, code.end(), end)
        begin = left.start() if left else code.start()
        marks.append(Mark(begin, right.end() if right else code.end(), "document stamp"))
    marks += [Mark(*blank.span(), "blank to fill in") for blank in _FILL_IN.finditer(text, start, end)]
    for invite in _INVITE.finditer(text, start, end):
        marks.append(Mark(*invite.span(), "portal phrase"))
    for origin in _ORIGIN.finditer(text, start, end):
        marks.append(Mark(*origin.span(), "origin notice"))
    tail = max(start, end - 200)
    for sign_off in _SIGN_OFF.finditer(text, tail, end):
        before = text[sign_off.start() - 1] if sign_off.start() > start else "\n"
        if (
            sign_off.end() == end
            and (before in _STOP or before.isspace())
            and _SIGN_OFF_HOPE.search(sign_off.group())
        ):
            marks.append(Mark(*sign_off.span(), "sign-off"))
            break
    for brand in sorted(brands):
        slogan = re.compile(
            rf"(?<=[{_STOP}])\s*[^{_STOP}]{{0,12}}{re.escape(brand)}[^{_STOP}]{{0,12}}{re.escape(brand)}[^{_STOP}\s]{{0,12}}"
        )
        marks += [Mark(*found.span(), "advert") for found in slogan.finditer(text, start, end)]
    marks.sort(key=lambda mark: (mark.start, -mark.end))
    kept: list[Mark] = []
    for mark in marks:
        if not kept or mark.start >= kept[-1].end:
            kept.append(mark)
    return kept


def brands_of(text: str) -> frozenset[str]:
    """Return names of sites that the text gives as its origin or owner."""
    names = {m.group(1) for m in _ORIGIN.finditer(text) if m.group(1)}
    return frozenset(name for name in names if 2 <= len(name) <= 8) | frozenset(_OWNER.findall(text))
