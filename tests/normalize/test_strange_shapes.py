"""Texts of other shapes than the sources had: several documents that kept their lines, English, page breaks, links."""

from __future__ import annotations

from kb.model import Source
from kb.normalize import Normalized, normalize


def read(text: str, file: str = "a.txt") -> Normalized:
    return normalize([Source(file, text, "0" * 64, format=file.rpartition(".")[2])])


def outline(normalized: Normalized, document: int = 0) -> list[str]:
    """The labelled clauses and the headings, each with its anchor and whether it is a heading."""
    return [
        f"{clause.anchor}{' #' if clause.heading else ''}"
        for clause in normalized.documents[document].clauses
        if clause.label or clause.heading
    ]


def test_regulations_one_after_the_other_that_kept_their_lines() -> None:
    normalized = read(
        "早点铺卫生规定\n第一条 开门前擦净台面。\n第二条 油锅每天换油一次。\n\n"
        "早点铺排班办法\n第一条 早班五点到岗。\n第二条 晚班九点离店。\n"
    )
    assert [found.title for found in normalized.found] == ["早点铺卫生规定", "早点铺排班办法"]
    assert [outline(normalized, n) for n in (0, 1)] == [["art-1", "art-2"]] * 2


def test_documents_between_separators_and_links() -> None:
    normalized = read(
        "热门推荐\n==========\n夜间值守规定\n一、每两小时巡查一次。\n二、漏水先报主管。\n上一篇:无 下一篇:叉车使用规定\n"
        "==========\n叉车使用规定\n1. 只有持证的人能开。\n2. 库内限速每小时5公里。\n==========\n退货登记流程\n第一步:拆箱拍照。\n"
        "第二步:核对单号。\n版权所有 小仓库网\n"
    )
    assert [found.title for found in normalized.found] == ["夜间值守规定", "叉车使用规定", "退货登记流程"]
    assert [outline(normalized, n) for n in range(3)] == [["1", "2"], ["1", "2"], ["step-1", "step-2"]]


def test_sections_of_a_handbook_are_no_documents() -> None:
    text = "客栈员工手册\n考勤\n1. 早班七点。\n2. 晚班十九点。\n仪容\n1. 指甲剪短。\n2. 工牌戴左胸。\n处罚\n迟到一次 10 元\n旷工一天 200 元\n"
    normalized = read(text)
    assert len(normalized.found) == 1
    assert outline(normalized) == ["n1 #", "n1-1", "n1-2", "n2 #", "n2-1", "n2-2", "n3 #"]
    assert [c.text for c in normalized.documents[0].clauses][-2:] == ["迟到一次 10 元", "旷工一天 200 元"]


def test_a_regulation_in_one_line_without_a_blank() -> None:
    normalized = read(
        "店员守则第一章总则第一条为了规范店员行为，制定本守则。第二条适用于全体店员。第二章考勤第三条上班时间为8:30-17:30。"
        "第四条依照第三条第二款处理的，报店长批准。"
    )
    assert normalized.found[0].title == "店员守则"
    assert outline(normalized) == ["ch-1 #", "art-1", "art-2", "ch-2 #", "art-3", "art-4"]


def test_an_english_handbook_with_contents_and_steps() -> None:
    normalized = read(
        "STAFF HANDBOOK\nTable of Contents\n1. Attendance ........ 1\n2. Discipline ........ 5\n1. Attendance\n"
        "1.1 Working hours are 9:00-17:30, Monday to Friday.\n1.2 Staff may take: (a) one lunch break; (b) two short breaks.\n"
        "2. Discipline\n2.1 Warnings are given in two steps.\nStep 1: verbal warning, see Section 1.1.\nStep 2: dismissal.\nPage 5 of 5\n"
    )
    assert normalized.found[0].title == "STAFF HANDBOOK"
    assert outline(normalized) == [
        "1 #",
        "1-1",
        "1-2",
        "1-2-a",
        "1-2-b",
        "2 #",
        "2-1",
        "2-1-step-1",
        "2-1-step-2",
    ]


def test_articles_that_hold_sections() -> None:
    normalized = read(
        "ARTICLE I. GENERAL\nSection 1. Purpose. This policy keeps the floor safe.\nSection 2. Scope. It applies to all.\n"
        "(1) Staff includes temps.\n(2) Visitors sign in.\n(a) They wear a badge.\n(b) They return it.\nARTICLE II. CONDUCT\n"
        "Section 1. Dress. Closed shoes at all times.\nSection 2. Phones\n• No calls.\n• Texts in breaks, see Article I, Section 2(1).\n"
    )
    assert outline(normalized) == [
        *("art-1 #", "art-1-sec-1", "art-1-sec-2", "art-1-sec-2-1", "art-1-sec-2-2", "art-1-sec-2-2-a", "art-1-sec-2-2-b"),
        *("art-2 #", "art-2-sec-1", "art-2-sec-2 #", "art-2-sec-2-n1", "art-2-sec-2-n2"),
    ]  # fmt: skip


def test_english_lines_that_were_cut_anywhere() -> None:
    normalized = read(
        "BREAK ROOM RULES\n1. The kettle is emptied every evening, and whoever leaves\nlast switches it off, because water ran in\n"
        "March. Report leaks.\n2. Chairs go back to\n4 tables.\n"
    )
    assert [clause.text for clause in normalized.documents[0].clauses] == [
        "The kettle is emptied every evening, and whoever leaves last switches it off, because water ran in March. Report leaks.",
        "Chairs go back to 4 tables.",
    ]


def test_a_page_number_on_a_line_of_its_own_inside_a_sentence() -> None:
    normalized = read(
        "茶桶管理\n一、茶桶每4小时清洗一次,不\n1\n得隔夜。\n二、冰块当天制当天用,封口机每周\n- 2 -\n拆洗。\n"
    )
    assert [clause.text for clause in normalized.documents[0].clauses] == [
        "茶桶每4小时清洗一次,不得隔夜。",
        "冰块当天制当天用,封口机每周拆洗。",
    ]
    assert sum(segment.reason == "page counter" for segment in normalized.ledgers[0].segments) == 2


def test_numbers_on_lines_of_their_own_that_are_labels() -> None:
    normalized = read("收银守则\n1\n开机先点备用金。\n2\n大钞过验钞机。\n3\n交班双人点钞。\n")
    assert all(segment.reason != "page counter" for segment in normalized.ledgers[0].segments)


def test_an_advert_and_a_list_of_links_below_the_text() -> None:
    normalized = read(
        "奶茶店卫生制度\n第一条 冰块当天制当天用。\n[广告] 扫码领取更多模板\n第二条 封口机每周拆洗。\n"
        "【奶茶店卫生制度】相关文章：\n1.奶茶店管理制度\n2.奶茶店员工守则\n上一篇：早餐店 下一篇：烧烤店\n"
    )
    assert outline(normalized) == ["art-1", "art-2"]
    dropped = [segment.reason for segment in normalized.ledgers[0].segments if segment.kind == "chrome"]
    assert dropped == ["advert", "link list", "link list", "link list", "neighbour links"]


def test_bold_words_in_markdown() -> None:
    normalized = read("**货架规定**\n\n**一、陈列**\n1. **新品**放**中层**。\n2. 5**x 不是粗体。\n", "a.md")
    assert [clause.text for clause in normalized.documents[0].clauses][1:] == [
        "新品放中层。",
        "5**x 不是粗体。",
    ]
