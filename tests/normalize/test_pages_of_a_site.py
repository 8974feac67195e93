"""Scraped pages: furniture, several documents in one file, copies, the account of what was dropped."""

from __future__ import annotations

from kb.normalize import normalize, report
from kb.normalize.show import ledger_page, render_documents, render_ledger, render_lines, render_tree
from tests.normalize.test_normalize import assert_accounted, source

BODY_ONE = (
    "门店收银管理制度 一、上班前清点备用金,两人在场。 二、收款时唱收唱付,当面点清。 "
    "三、交班前核对流水,差额超过5元的当班说明原因。 四、备用金每日封存,钥匙由店长保管。 五、假币由收款人承担。"
)
BODY_TWO = (
    "仓库盘点工作流程 步骤一:停止收发货并贴封条。 步骤二:两人一组,一人点数一人记录。 "
    "步骤三:账物不符的当场复点。 步骤四:店长签字后归档,保存三年。 盘点每月最后一天进行,不得提前。"
)
SITE = f"""便民文库,天天上新
菜单
您当前的位置:首页 > 制度 > 门店
热门推荐 门店制度
门店收银管理制度
{BODY_ONE} 以上就是小编为大家整理的门店收银管理制度的全部内容,希望能帮到各位店长!
2023-05-06
门店盘点应该怎么做?
{BODY_TWO}
2023-05-08
相关推荐
上一篇:店长日记 下一篇:采购清单
客服热线
400-000-0000
Copyright 2020 便民文库版权所有 云ICP备12345678号
"""


def test_documents_between_furniture() -> None:
    normalized = normalize([source(SITE)])
    assert_accounted(SITE, normalized)
    assert [found.title for found in normalized.found] == ["门店收银管理制度", "门店盘点应该怎么做?"]
    assert [found.start for found in normalized.found] == [
        SITE.index("门店收银管理制度\n"),
        SITE.index("门店盘点应该"),
    ]
    chrome = [SITE[s.start : s.end] for s in normalized.ledgers[0].segments if s.kind == "chrome"]
    for line in ("便民文库,天天上新", "菜单", "2023-05-06", "相关推荐", "客服热线", "400-000-0000"):
        assert line in chrome
    assert any(text.startswith("以上就是小编") for text in chrome)
    labels = [c.label for c in normalized.documents[0].clauses if c.label]
    assert labels == ["一、", "二、", "三、", "四、", "五、"]
    assert [c.anchor for c in normalized.documents[1].clauses if c.label] == [
        f"n1-step-{n}" for n in (1, 2, 3, 4)
    ]


def test_phone_numbers_and_licences_in_a_rule_are_no_furniture() -> None:
    text = "快递店守则\n一、经营许可证挂在墙上。\n二、投诉电话：\n0871-6655443\n三、联系方式\n写在门口。\n"
    normalized = normalize([source(text)])
    assert not [s for s in normalized.ledgers[0].segments if s.kind == "chrome"]


def test_adverts_stamps_and_portal_phrases_inside_text() -> None:
    text = (
        "店员守则 店员守则标准化文件发布号:(1234-ABCD-EFGH-IJKL-MNOP) 导读:本文店员守则,仅供参考,欢迎点评和分享。 "
        "一、准时到岗,不得代打卡。本文来自搜搜屋 二、不在店内吸烟。搜搜屋好,好搜搜屋 三、衣着整洁。"
    )
    normalized = normalize([source("小店店员守则\n\n" + text)])
    dropped = {s.reason for s in normalized.ledgers[0].segments if s.kind == "chrome"}
    assert {"document stamp", "portal phrase", "origin notice", "advert"} <= dropped
    assert [c.label for c in normalized.documents[0].clauses if c.label] == ["一、", "二、", "三、"]


def test_a_collection_of_numbered_parts() -> None:
    parts = "\n".join(
        f"小店管理流程 篇{n}\n一、先看第{n}样\n看清楚再动手。\n二、再做第{n}样\n做完要记下来。"
        for n in (1, 2, 3)
    )
    normalized = normalize([source("小店管理流程\n2024-01-02\n小店管理流程(共3篇)\n" + parts)])
    assert [found.title for found in normalized.found] == [f"小店管理流程 篇{n}" for n in (1, 2, 3)]
    assert [d.id for d in normalized.documents] == ["a-01", "a-02", "a-03"]


def test_parts_inside_one_line_are_headings() -> None:
    text = "店员职责大全\n\n店员职责大全 店员职责篇1 1、迎客; 2、收款; 3、打扫; 店员职责篇2 1、理货; 2、盘点; 3、报缺货。"
    clauses = normalize([source(text)]).documents[0].clauses
    assert [c.anchor for c in clauses if c.heading] == ["part-1", "part-2"]
    assert [c.parent for c in clauses if c.label] == ["part-1"] * 3 + ["part-2"] * 3


LONG = (
    "一、每天早晚各清点一次货架,缺货的当天报给店长。 二、收货时核对数量、批号和有效期,不符的当场退回。 "
    "三、临期三十天的货单独摆放并贴黄签。 四、过期的货当天下架,登记后销毁,不得再卖。 五、盘点差异超过百分之一的要写说明。"
)


def test_copies_become_places_of_the_fullest() -> None:
    full = source("门店货品管理规定\n\n门店货品管理规定 " + LONG + " 六、本规定由店长解释。", "full.txt")
    cut = source("货品管理规定\n\n货品管理规定 " + LONG[:150], "cut.txt")
    normalized = normalize([cut, full])
    assert [(f.id, f.duplicate_of) for f in normalized.found] == [("cut", "full"), ("full", None)]
    (document,) = normalized.documents
    assert {span.file for span in document.sources} == {"full.txt", "cut.txt"}
    first = next(c for c in document.clauses if c.label == "一、")
    assert [span.file for span in first.sources] == ["full.txt", "cut.txt"]
    for span in first.sources:
        text = {"full.txt": full.text, "cut.txt": cut.text}[span.file]
        assert "清点一次货架" in text[span.start : span.end]
    assert {s.kind for s in normalized.ledgers[0].segments} <= {"title", "duplicate"}


def test_other_figures_make_a_variant() -> None:
    def shifts(morning: str, fine: str, name: str) -> object:
        return source(
            f"门店值班制度\n\n门店值班制度 一、早班{morning}到岗,迟到一次罚款{fine}元。 二、晚班离店前关灯锁门,漏做一次罚款{fine}元。 "
            f"三、每月休息{len(fine)}天,由店长排班。 四、早班提前{fine}分钟开门。 五、顾客投诉一次扣{fine}分。",
            name,
        )

    normalized = normalize([shifts("8:30", "10", "a.txt"), shifts("9:00", "200", "b.txt")])  # type: ignore[list-item]
    assert [found.duplicate_of for found in normalized.found] == [None, None]
    assert [d.title for d in normalized.documents] == ["门店值班制度", "门店值班制度（2）"]


def test_spun_wording_is_a_copy() -> None:
    spun = LONG
    for plain, other in (
        ("清点", "盘查"),
        ("当天", "当日"),
        ("核对", "查对"),
        ("单独", "另外"),
        ("登记", "记录"),
    ):
        spun = spun.replace(plain, other)
    normalized = normalize(
        [source("货品规定\n" + LONG + " 六、由店长解释。", "a.txt"), source("货品规定\n" + spun, "b.txt")]
    )
    assert [(f.duplicate_of, f.duplicate_kind) for f in normalized.found] == [(None, None), ("a", "spun")]


def test_one_other_figure_is_enough_for_a_variant() -> None:
    lines = (LONG + " 六、早退一次扣二十元。").replace(" ", "\n")
    for plain, other in (
        ("百分之一", "百分之三"),
        ("三十天", "六十天"),
        ("二十元", "五十元"),
        ("各清点一次", "各清点2次"),
    ):
        normalized = normalize(
            [
                source("货品规定\n" + lines, "a.txt"),
                source("货品规定\n" + lines.replace(plain, other), "b.txt"),
            ]
        )
        assert [found.duplicate_of for found in normalized.found] == [None, None], other
        assert all(
            "copy" not in segment.reason for ledger in normalized.ledgers for segment in ledger.segments
        )


def test_a_copy_that_says_more_keeps_a_page() -> None:
    full = source(
        "门店货品管理规定\n" + LONG + " 六、本规定由店长解释。 七、钥匙由当班的人保管，不得带回家。",
        "full.txt",
    )
    more = source("货品管理规定\n" + LONG + " 六、试吃品只在开封当天用。", "more.txt")
    normalized = normalize([full, more])
    assert [(f.duplicate_of, f.duplicate_kind) for f in normalized.found] == [(None, None), ("full", "near")]
    assert [document.id for document in normalized.documents] == ["full", "more"]
    kinds = {(s.kind, s.clause) for s in normalized.ledgers[1].segments if s.kind != "title"}
    assert kinds == {*(("duplicate", f"more#{n}") for n in range(1, 6)), ("rule", "more#6")}
    first = next(c for c in normalized.documents[0].clauses if c.label == "一、")
    assert [span.file for span in first.sources] == ["full.txt", "more.txt"]


def test_a_section_that_stands_in_another_document_is_told() -> None:
    points = [f"{point[2:]}" for point in LONG.split(" ")]
    spun = [point.replace("当天", "当日").replace("单独", "另外") for point in points]
    parts = "店员大全 篇一:礼貌 1、见到顾客先点头问好。 2、说话慢一点,听完再答。 篇二:货品 " + " ".join(
        f"{n}、{point}" for n, point in enumerate(spun, 1)
    )
    other = "仓库手册\n第一章 货品\n" + "\n".join(
        f"第{n}条 {point}" for n, point in zip("一二三四五", points, strict=True)
    )
    more = "\n第二章 叉车\n第六条 叉车只由有证的人开,开前绕车看一圈。\n第七条 叉车充电时旁边不堆纸箱。\n第八条 门口限速,拐弯鸣笛。"
    sources = [source("店员大全\n\n" + parts, "clerks.txt"), source(other + more, "store.txt")]
    normalized = normalize(sources)
    assert [found.duplicate_of for found in normalized.found] == [None, None]
    (section,) = normalized.sections
    assert (section.clause, section.of) in {("clerks#part-2", "store"), ("store#ch-1", "clerks")}
    assert report(normalized)["copies"] == [
        {"clause": section.clause, "duplicate_of": section.of, "duplicate_kind": section.kind}
    ]
    assert f"{section.clause}  {section.kind} copy of a section" in render_documents(normalized)
    original = next(document for document in normalized.documents if document.id == section.of)
    assert sum(len({span.file for span in clause.sources}) == 2 for clause in original.clauses) == 5


def test_one_text_in_many_files_is_one_document() -> None:
    normalized = normalize([source("货品规定\n" + LONG, f"{n}.txt") for n in range(30)])
    assert len(normalized.documents) == 1
    assert [found.duplicate_kind for found in normalized.found] == [None, *["exact"] * 29]


def test_every_stage_can_be_printed() -> None:
    site = source(SITE)
    normalized = normalize([site])
    assert "upload date" in render_lines(site)
    assert "门店收银管理制度" in render_documents(normalized)
    assert "step-1" in render_tree(normalized)
    assert "sign-off" in render_ledger(normalized)
    page = ledger_page(normalized, [site])
    assert page.startswith("# ")
    assert "| chrome | upload date | 2 |" in page
    assert report(normalized)["documents"]


def test_the_ledger_page_lists_doubts_and_copies() -> None:
    sources = [
        source("货品规定\n" + LONG + " 六、由店长解释。 八、本规定自2021年3月1日起施行", "a.txt"),
        source("货品规定\n" + LONG, "b.txt"),
    ]
    normalized = normalize(sources)
    assert "number out of order: 8 after 6" in ledger_page(normalized, sources)
    assert "near copy of a" in render_documents(normalized)
    assert "in force from 2021-03-01" in render_documents(normalized)
    assert "doubt" in render_ledger(normalized)
