"""Sentences of our own, seeded, in Chinese and English."""

from __future__ import annotations

import random

_WHO = ("客服", "店铺运营", "值班主管", "新人", "仓库同事", "平台商家", "直播助理", "售后专员")
_WHEN = (
    "在工作时间内",
    "遇到买家投诉后",
    "当天",
    "每周一上午",
    "大促期间",
    "收到退款申请时",
    "发现异常订单时",
)
_WHAT = (
    "须在三十分钟内回复",
    "不得擅自修改价格",
    "应当填写交接记录",
    "每迟到一次扣二十元",
    "要把截图上传到群里",
    "可以申请一次补签",
    "禁止泄露买家的电话和地址",
)
_ELSE = (
    "否则按照旷工半天处理",
    "情节严重的取消当月奖金",
    "并在系统里留下备注",
    "累计三次记一次警告",
    "以后台记录的时间为准",
    "由财务在月底统一结算",
)
_SUBJECT = ("The agent", "Every shop", "A new employee", "The shift lead", "A seller on the platform")
_DUTY = (
    "must reply within thirty minutes",
    "may not change a price without approval",
    "has to write a handover note",
    "should upload a screenshot to the group",
    "can request one correction per month",
)
_REASON = (
    "or the day counts as half absence.",
    "and the record is kept for ninety days.",
    "because the system time decides.",
    "unless the buyer has cancelled the order.",
)


def chinese(count: int, *, seed: int = 1, lengths: tuple[int, int] = (12, 240)) -> list[str]:
    dice = random.Random(seed)
    return [_grown(lambda: _rule(dice), dice.randint(*lengths)) for _ in range(count)]


def english(count: int, *, seed: int = 2, lengths: tuple[int, int] = (30, 400)) -> list[str]:
    dice = random.Random(seed)
    return [_grown(lambda: _duty(dice), dice.randint(*lengths)) for _ in range(count)]


def _rule(dice: random.Random) -> str:
    parts = [dice.choice(part) for part in (_WHO, _WHEN, _WHAT, _ELSE)]
    return f"{parts[0]}{parts[1]}{parts[2]}，{parts[3]}（第{dice.randint(1, 60)}条）。"


def _duty(dice: random.Random) -> str:
    return (
        f"{dice.choice(_SUBJECT)} {dice.choice(_DUTY)} {dice.randint(1, 30)} times, {dice.choice(_REASON)} "
    )


def _grown(sentence: object, length: int) -> str:
    assert callable(sentence)
    text = ""
    while len(text) < length:
        text += sentence()
    return text[:length]


ODD = {
    "empty": "",
    "blanks": "   ",
    "emoji": "😀😀 申诉 🚀 麻烦了 🙏🏽",
    "fullwidth": "ｆｕｌｌｗｉｄｔｈ　ＡＢＣ１２３（测试）",
    "traditional": "違規處罰規則：遲到一次扣二十元，情節嚴重者取消當月獎金。",
    "one letter": "a",
    "one mark": "。",
    "control characters": "\x01\x02迟到\x03\x07abc\x1b[0m\r\n",
    "zero width": "\u200b\u200b",
    "code": "def fine(x): return x ** 2  # 罚款",
    "address": "http://example.com/a?b=c&d=%20#e",
    "Japanese": "返品のルールについて教えてください",
    "Korean": "환불 규정을 알려 주세요",
    "Arabic": "قواعد الإرجاع ١٢٣",
    "Russian": "Правила возврата товара",
    "rare characters": "生僻的𠀀字和龘字怎么读",
    "digits": "3.14159 2.71828 100% $50 ¥300 ①②③ ㈱ ㎡",
}
