"""Two versions of a small handbook, in sentences of our own."""

from __future__ import annotations

from kb.model import Clause, Document


def rule(anchor: str, text: str, label: str = "", parent: str | None = None, **more: object) -> Clause:
    return Clause(anchor=anchor, text=text, label=label, parent=parent, **more)  # type: ignore[arg-type]


def heading(anchor: str, text: str, label: str = "") -> Clause:
    return Clause(anchor=anchor, text=text, label=label, form="heading", level=2)


OLD = (
    heading("ch-1", "接待顾客", "第一章"),
    rule("art-1", "顾客发来第一句话后，客服要在三十秒之内回复。", "第一条", "ch-1"),
    rule("art-1-p2", "忙不过来的时候，先发一句请稍等，再按顺序回答。", "", "art-1"),
    rule("art-2", "下面这些话不许对顾客说：", "第二条", "ch-1"),
    rule("art-2-1", "催顾客快点付款的话；", "（一）", "art-2"),
    rule("art-2-2", "说别家店铺坏话的话；", "（二）", "art-2"),
    rule("art-2-3", "其他。", "（三）", "art-2"),
    rule("art-3", "交接班要在登记本上写明没有办完的售后。", "第三条", "ch-1"),
    heading("ch-2", "奖金和扣款", "第二章"),
    rule("art-4", "迟到十分钟以内扣五元，超过半小时扣五十元。", "第四条", "ch-2"),
    rule("art-5", "全月没有差评的客服，奖两百元。", "第五条", "ch-2"),
    rule("n1", "本守则由店长解释。"),
)
NEW = (
    heading("ch-1", "接待顾客", "第一章"),
    rule("art-1", "顾客发来第一句话后，客服要在二十秒之内回复。", "第一条", "ch-1"),
    rule("art-1-p2", "夜班可以放宽到一分钟，由值班组长当场登记。", "", "art-1"),
    rule("art-1-p3", "忙不过来的时候，先发一句请稍等，再按顺序回答。", "", "art-1"),
    rule("art-2", "新来的客服要跟班学习三天，考核合格才能单独接待。", "第二条", "ch-1"),
    rule("art-3", "下面这些话不许对顾客说：", "第三条", "ch-1"),
    rule("art-3-1", "说别家店铺坏话的话；", "（一）", "art-3"),
    rule("art-3-2", "其他。", "（二）", "art-3"),
    heading("ch-2", "奖励与处罚", "第二章"),
    rule("art-4", "迟到十分钟以内扣五元，超过半小时扣八十元。", "第四条", "ch-2"),
    rule("art-5", "交接班要在登记本上写明没有办完的售后。", "第五条", "ch-2"),
    rule("n1", "修订日期以店铺公告为准，旧版同时作废。"),
    rule("n2", "本守则由店长解释。"),
)


def document(clauses: tuple[Clause, ...], **more: object) -> Document:
    return Document(id="shop-rules", title="客服守则", kind="shop-handbook", blocks=clauses, **more)  # type: ignore[arg-type]
