"""Measures, on texts of every shape we expect, how large the values inside the encoder get."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np

from kb.embed.encoder_graph import INPUT_EMBEDDINGS, INPUT_MASK, Ranges, float_graph

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from kb.embed.weights import Weights

TEXTS = (
    "query: 迟到一次怎么罚？",
    "query: 上班时间可以刷短视频吗",
    "query: 遲到三次會不會被開除",
    "query: how late may I answer a buyer?",
    "query: 退款",
    "query: ",
    "query: 1",
    "query: ?",
    "query: aaaaaaaaaaaaaaaaaaaaaaaa",
    "passage: ",
    "passage: a",
    "passage: 。",
    "passage: 第三条 第三条 第三条 第三条 第三条 第三条 第三条 第三条",
    "passage: 客服须在买家发来消息后三十秒内回应，超时一次记入当日考核，一周内累计五次的扣发二十元。",
    "passage: 店铺手册 > 考勤 > 请假\n员工请假须提前一天向主管说明缘由，"
    "事假每月不超过两天；未经批准离岗的，按旷工处理，扣当日工资。",
    "passage: 平台规则 第二章 违规处理\n商家以次充好、虚构交易或者泄露买家信息的，"
    "平台有权下架商品、限制发货并扣除保证金，情节严重的清退店铺，且一年之内不得再次入驻。",
    "passage: 岗位说明：售前客服负责解答商品尺寸、材质、发货时间等问题，引导下单，并在系统里如实填写备注。",
    "passage: 一、早班 8:30–17:30；二、晚班 15:00–24:00；三、轮休每周一天，法定假日三倍工资。",
    "passage: 工资构成：底薪3500元+全勤奖200元+提成1.5%～3%，试用期按80%发放，每月15日结算。",
    "passage: 步骤一 登录后台；步骤二 核对订单号；步骤三 联系仓库；步骤四 给买家回电并记录结果。",
    "passage: 問：買家要求改地址怎麼辦？答：未發貨可直接修改，已發貨請聯絡物流攔截，並告知買家可能的延誤。",
    "passage: ｖｉｐ客户　优先处理　ＡＢＣ１２３",
    "passage: 😀😀🎉 本店周年庆，全场八折！！！ ❤️ #活动# @所有人",
    "passage: 亲，麻烦您拍一下商品破损的照片哦，我们马上给您安排补发～",
    "passage: 禁止辱骂、威胁、嘲讽买家；禁止私下加微信；禁止承诺做不到的事。"
    "违者第一次警告，第二次罚50元，第三次劝退。",
    "passage: A seller shall dispatch within forty-eight hours of payment. Late dispatch costs five percent "
    "of the order value, at most thirty yuan, and is paid to the buyer.",
    "passage: Staff handbook, section 4.2: Phones stay in the locker during a shift; "
    "the first breach is a warning, the second a fine of 20 yuan.",
    "passage: What to do when the parcel is lost: (1) check the tracking number, (2) call the carrier, "
    "(3) offer a refund or a new parcel, (4) write down what was agreed.",
    "passage: REFUND POLICY!!! NO EXCEPTIONS — see https://example.com/rules?id=42&lang=en#top",
    "passage: def fine(times: int) -> float: return 20.0 * max(0, times - 1)  # TODO",
    "passage: | 项目 | 标准 | 扣分 |\n|---|---|---|\n| 响应时间 | ≤30秒 | 2分 |\n| 满意度 | ≥95% | 5分 |",
    "passage: Правила возврата: покупатель может вернуть товар в течение семи дней.",
    "passage: 返品は商品到着後七日以内にご連絡ください。送料はお客様のご負担となります。",
    "passage: 환불은 상품을 받은 날부터 7일 이내에 신청할 수 있습니다.",
    "passage: El vendedor debe responder en un plazo de veinticuatro horas, incluso los festivos.",
    "passage: يجب على البائع الرد خلال يوم واحد.",
    "passage: 3.14159 2.71828 100% ¥300 $50 2024-06-30 13800000000 <b>x</b> [1] {2} \\n",
    "passage: 附则：本办法自公布之日起施行，由运营部负责解释；以前的规定与本办法不一致的，以本办法为准。" * 4,
)
"""Our own: questions, rules, both scripts, prices, tables, emoji, code, other languages, next to nothing."""


def measure_ranges(
    weights: Weights,
    tokenize: Callable[[str], list[int]],
    embed: Callable[[NDArray[np.int64]], NDArray[np.float32]],
) -> Ranges:
    """Runs the float32 encoder over ``TEXTS`` and notes the extremes of each product's input.

    Args:
        weights: The model.
        tokenize: Text to token ids.
        embed: Token ids (tokens,) to the encoder's input (tokens, hidden).

    Returns:
        Ranges by product, each of shape (channels,).
    """
    import onnxruntime

    model, products = float_graph(weights)
    session = onnxruntime.InferenceSession(model, providers=["CPUExecutionProvider"])
    extremes: list[NDArray[np.float32]] = []
    for text in TEXTS:
        ids = np.array(tokenize(text), dtype=np.int64)
        inputs = {INPUT_EMBEDDINGS: embed(ids)[None], INPUT_MASK: np.ones((1, len(ids)), dtype=np.int32)}
        *seen, _ = session.run(None, inputs)
        if extremes:
            seen = [(np.maximum if at % 2 else np.minimum)(extremes[at], new) for at, new in enumerate(seen)]
        extremes = seen
    return Ranges(
        low=dict(zip(products, extremes[0::2], strict=True)),
        high=dict(zip(products, extremes[1::2], strict=True)),
    )
