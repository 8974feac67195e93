"""Shapes of regulations and handbooks, in sentences of our own: what becomes of their numbering."""

from __future__ import annotations

import pytest

from kb.normalize import normalize
from tests.normalize.test_normalize import assert_accounted, outline, source

ORDINANCE = """云岭市人民政府办公室关于印发
云岭市电动自行车停放管理办法的通知
云政办发〔2021〕12号
目　　录
第一章　总　　则
第二章　停放与充电
　第一节　停放
　第二节　充电
第一章　总　　则
第一条　【目的】为了把车停好，根据《中华人民共和国消防法》第二十八条和有关规定，定这个办法。
第二条 本市停车充电适用本办法。
前款所称车，是两轮的。
第二章　停放与充电
第一节　停放
第三条　停放应当做到：
（一）停进划定的格子；
（二）不占通道，具体要求：
1．通道宽度不小于4米；
2．离出口不小于1.5米；
（三）其他要求。
违反前款第（二）项的，按第七条处理。
第四条　每月5日、20日各查一次。
第四条之一　业主大会可以约定更严的要求。
第二节　充电
第五条　设施合于GB 42296-2022，功率不超过3.0千瓦。
第六条
每度不超过1.2元。
第七条　违反第三条规定的，处500元以上1000元以下罚款。
第八条　本办法自2021年5月1日起施行。
附件1：停放区标志
附件2
登记表
序号 | 日期 | 结果
1 | 2021-05-05 | 合格
"""
DECISION = """关于修改《云岭市集市管理规定》的决定
一、将第三条修改为：“集市开办者应当具备下列条件：
“（一）有固定场地；
“（二）有管理人员。”
二、增加一条，作为第五条：“第五条　摊位费应当公示。”
本决定自2019年7月1日起施行。
云岭市集市管理规定
第一条 为了管好集市，制定本规定。
第二条 本市集市适用本规定。
"""
MANUAL = """员工手册
1 总则
1.1 目的
为统一做法，编本手册。
1.2 适用范围
1.2.1 适用于全部门店。
1.2.2 外包人员参照执行。
2 考勤
2.1 上班时间为9:00-18:00，中午休息1.5小时。
2.2 迟到
a) 迟到10分钟以内扣20元；
b) 迟到30分钟以上按旷工半天；
2.3 请假见3.1和3.2两条。
"""
ENGLISH = """Returns Policy
Effective date: 2023-04-01
Article 1 Purpose
This policy tells staff how to take goods back.
Article 2 Time limits
(a) Unworn shoes may come back within 30 days, as Article 1 says.
(b) Opened food may not come back:
(i) unless it was spoiled;
(ii) or unless section 2.1 of the store code applies.
Article 3 Refunds
3.1 Refunds go to the card that paid.
3.2 Cash is paid up to 50.00 euros.
1. Count twice.
2. Sign the slip.
"""
WAREHOUSE = """仓库安全须知
一、进库
1、戴帽。
2、登记，电话0871-6655443，邮编650000。
3、未登记的不得进入。第一次提醒，第二次罚50元，第三次停岗。
二、动火
⒈ 先报批；
⒉ 备两只灭火器；
三、出库
① 核单：数量、批号、日期三样一致。
② 装车
甲、重货在下；
乙、轻货在上。
四、值守
- 每两小时巡查一次
- 发现漏水立即关阀
本须知自发布之日起执行。
仓储部
2020年8月8日
"""
FLAT = (
    "客服守则 一、到岗 1.早班8:30-17:30,不得迟到。 2.晚班15:00-24:00。 3.交接要当面。 "
    "二、应答 (1)三十秒内应答。 (2)客多时先近后远,“接一、待二、招呼三”。 (3)忙时说明原因。 "
    "三、处罚 1、罚款10元一次。 3、第二次翻倍。 4、三次以上离岗。"
)
SWALLOWED = (
    "售前守则 一 售前的要求: 细心,有耐心 2 打字要快,错字要少 会说话,能聊得起来 4 熟悉每样货品 主动些,多推荐 "
    "二售前的职能\n售前是店的门面。三 每日流程 进入后台,看完昨天的单子。四 注意事项 旺旺要挂好。"
)


def test_an_ordinance_from_an_office_document() -> None:
    normalized = normalize([source(ORDINANCE)])
    assert_accounted(ORDINANCE, normalized)
    (document,) = normalized.documents
    assert document.title == "云岭市电动自行车停放管理办法的通知"
    assert document.effective == "2021-05-01"
    anchors = [c.anchor for c in document.clauses if c.label]
    assert anchors == [
        "ch-1", "art-1", "art-2", "ch-2", "ch-2-sec-1", "art-3", "art-3-1", "art-3-2", "art-3-2-1", "art-3-2-2", "art-3-3",
        "art-4", "art-4z1", "ch-2-sec-2", "art-5", "art-6", "art-7", "art-8", "annex-1", "annex-2",
    ]  # fmt: skip
    by_anchor = {c.anchor: c for c in document.clauses}
    assert by_anchor["art-2-p2"].parent == "art-2"
    assert by_anchor["art-3-p2"].text.startswith("违反前款")
    assert by_anchor["art-6"].text == "每度不超过1.2元。"
    assert [c.form for c in document.clauses][-2:] == ["row", "row"]
    reasons = {s.reason for s in normalized.ledgers[0].segments if s.kind == "chrome"}
    assert reasons == {"table of contents"}


def test_quoted_articles_of_a_decision_are_not_its_own() -> None:
    normalized = normalize([source(DECISION)])
    assert_accounted(DECISION, normalized)
    assert [label for _, label, _ in outline(normalized) if label] == ["一、", "二、", "第一条", "第二条"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (MANUAL, "1 1-1 1-2 1-2-1 1-2-2 2 2-1 2-2 2-2-a 2-2-b 2-3"),
        (
            ENGLISH,
            "art-1 art-2 art-2-a art-2-b art-2-b-1 art-2-b-2 art-3 art-3-1 art-3-2 art-3-2-1 art-3-2-2",
        ),
        (WAREHOUSE, "1 1-1 1-2 1-3 2 2-1 2-2 3 3-1 3-2 3-2-1 3-2-2 4 4-n1 4-n2"),
        (FLAT, "1 1-1 1-2 1-3 2 2-1 2-2 2-3 3 3-1 3-3 3-4"),
    ],
)
def test_numbering(text: str, expected: str) -> None:
    normalized = normalize([source(text)])
    assert_accounted(text, normalized)
    assert " ".join(anchor for anchor, label, _ in outline(normalized) if label) == expected


def test_a_number_left_out_is_a_doubt() -> None:
    doubts = normalize([source(FLAT)]).ledgers[0].doubts
    assert [(d.what, d.clause) for d in doubts] == [("number out of order: 3 after 1", "a#3-3")]


def test_swallowed_numbers_are_seen() -> None:
    normalized = normalize([source(SWALLOWED)])
    assert_accounted(SWALLOWED, normalized)
    clauses = normalized.documents[0].clauses
    labels = [c.label for c in clauses if c.label]
    assert labels == ["一", "2", "4", "二", "三", "四"]
    starts = [c.text[:3] for c in clauses if not c.label]
    assert "会说话" in starts
    assert "主动些" in starts


def test_page_numbers_inside_sentences_are_left_out() -> None:
    filler = "把货点清以后要在单子上写明数量和批号并由两个人一起核对签字然后才可以离开库房到门口登记"
    body = filler * 5
    pages = "\n\n".join(f"{n}、{body}接着讲第{n}件事还没有讲" for n in range(1, 5))
    normalized = normalize([source("收货手册的编写\n\n" + pages + "完。")])
    reasons = [s.reason for s in normalized.ledgers[0].segments]
    assert reasons.count("page number inside the text") == 4
    assert all(not c.label for c in normalized.documents[0].clauses)


def test_dates_of_effect_and_signatures() -> None:
    document = normalize([source(WAREHOUSE)]).documents[0]
    assert document.effective == "2020-08-08"
    assert not document.truncated


def test_lists_and_bare_lines_may_be_chapters() -> None:
    text = "".join(
        [
            "杏林诊所候诊办法\n一、总则\n第一条 为了候诊有序，定本办法。\n第二条 来看病的人先取号。\n",
            "1、老人可以由家人代取；\n2、孕妇不用取号。\n二、叫号\n第三条 过号的，等两个号再叫。\n附则\n第四条 本办法从明天起施行。\n",
        ]
    )
    by_label = {label: parent for label, parent, _ in labelled(text)}
    assert by_label["第一条"] == by_label["第二条"] == "一、"
    assert by_label["1、"] == "第二条"
    assert by_label["第三条"] == "二、"
    assert by_label["第四条"] == ""


def test_an_amendment_quotes_articles_that_are_not_its_own() -> None:
    text = (
        "关于修改《杏林诊所候诊办法》的决定\n一、增加两条，作为第五条、第六条：“第五条　急诊不用取号。\n"
        "第六条　复诊的人可以提前一天取号。”\n二、将第二条中的“取号”改为“扫码”。\n"
    )
    assert [label for label, _, _ in labelled(text)] == ["一、", "二、"]


def test_parts_of_a_code() -> None:
    text = (
        "园区管理大全\n第一编　人\n第一分编　员工\n第一章　入职\n第一条　入职先体检。\n第二分编　访客\n第二章　登记\n"
        "第二条　访客要登记。\n第二编　车\n第三章　停车\n第三条　车停在线里。\n"
    )
    parents = {label: parent for label, parent, _ in labelled(text)}
    assert parents["第二分编"] == "第一编"
    assert parents["第二章"] == "第二分编"
    assert parents["第三章"] == "第二编"


def test_rows_of_a_table_cite_articles() -> None:
    text = (
        "园区罚款办法\n第一条 罚款照下表。\n第二条 当天生效。\n附件1 罚款表\n情形 | 依据 | 罚款\n"
        "乱停 | 《停车办法》第三条 乱停的，罚五十元 | 五十元\n第九条 | 占道 | 二十元\n"
    )
    assert [label for label, _, _ in labelled(text)] == ["第一条", "第二条", "附件1"]


def test_lines_wrapped_at_one_width_are_joined() -> None:
    words = (
        "第一条 仓库的门每天晚上九点由当班的人锁上，锁门之前先看一遍里面有没有人，再把灯和风扇都关掉，违反前面第三条的"
        "规定的照扣。\n第二条 钥匙只有两把，一把在店长手里，另一把锁在收银台下面的抽屉里，用的时候要登记在本子上，"
        "第二天交还并由收银员签字确认，弄丢的赔一百元并照第四条换锁。\n第三条 叉车只能由有证的人开，别人不许坐上去玩，"
        "更不许用它抬人或者运送顾客的东西。"
    )
    wrapped = "\n".join(line[i : i + 20] for line in words.split("\n") for i in range(0, len(line), 20))
    clauses = normalize([source("枣园仓库规矩\n" + wrapped)]).documents[0].clauses
    assert [(c.label + " " + c.text) for c in clauses] == words.split("\n")


def labelled(text: str) -> list[tuple[str, str, str]]:
    """Label, label of what it stands under, text of every labelled clause."""
    clauses = normalize([source(text)]).documents[0].clauses
    by_anchor = {clause.anchor: clause for clause in clauses}
    return [(c.label, by_anchor[c.parent].label if c.parent else "", c.text) for c in clauses if c.label]
