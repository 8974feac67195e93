"""The default engine beside sentence-transformers (float32) on the same weights, texts and cores.

    python bench/embed.py

needs the extra ``sentence-transformers``; the exported model (490 MB) goes into a temporary folder. Both engines take
turns, round by round, so that a busy machine slows both; figures are medians over the rounds.
"""

from __future__ import annotations

import os
import random
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

os.environ["HF_HUB_OFFLINE"] = "1"

from kb.embed import Embedder, export_model, open_embedder

ROUNDS, PASSAGES, QUESTIONS = 7, 32, 12

WHO = ("客服", "店铺运营", "值班主管", "新人", "仓库同事", "平台商家", "直播助理")
WHEN = ("在工作时间内", "遇到买家投诉后", "大促期间", "收到退款申请时", "发现异常订单时")
WHAT = (
    "须在三十分钟内回复",
    "不得擅自修改价格",
    "每迟到一次扣二十元",
    "可以申请一次补签",
    "禁止泄露买家的电话",
)
ELSE = ("否则按照旷工半天处理", "情节严重的取消当月奖金", "累计三次记一次警告", "以后台记录的时间为准")
ASKED = ("{}{}怎么处罚", "{}{}能不能请假", "how late may {} be {}")

PROCESS = """
import time
start = time.perf_counter()
from kb.embed import open_embedder
open_embedder({spec!r}).embed_questions(["客服迟到怎么处罚"])
took = time.perf_counter() - start
# ru_maxrss would count the parent's memory as well
(peak,) = [line.split()[1] for line in open("/proc/self/status") if line.startswith("VmHWM")]
print(took, peak)
"""


def passages(count: int, dice: random.Random) -> list[str]:
    """Rules of 80 to 160 characters, about 120 on average."""
    texts = []
    for _ in range(count):
        length, text = dice.randint(80, 160), ""
        while len(text) < length:
            text += "{}{}{}，{}（第{}条）。".format(
                *(dice.choice(part) for part in (WHO, WHEN, WHAT, ELSE)), dice.randint(1, 60)
            )
        texts.append(text[:length])
    return texts


def questions(count: int, dice: random.Random) -> list[str]:
    return [dice.choice(ASKED).format(dice.choice(WHO), dice.choice(WHEN)) for _ in range(count)]


def seconds(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def measure(engines: dict[str, Embedder]) -> dict[str, tuple[float, float]]:
    """Passages per second and milliseconds per question of each engine."""
    dice = random.Random(20240601)
    speeds: dict[str, list[float]] = {name: [] for name in engines}
    waits: dict[str, list[float]] = {name: [] for name in engines}
    for engine in engines.values():
        engine.embed_passages(passages(8, dice))
        engine.embed_questions(questions(1, dice))
    for _ in range(ROUNDS):
        rules, asked = passages(PASSAGES, dice), questions(QUESTIONS, dice)
        for name, engine in engines.items():
            speeds[name].append(PASSAGES / seconds(lambda: engine.embed_passages(rules)))  # noqa: B023
            waits[name] += [seconds(lambda: engine.embed_questions([text])) for text in asked]  # noqa: B023
    return {
        name: (statistics.median(speeds[name]), 1000 * statistics.median(waits[name])) for name in engines
    }


def whole_process(spec: str) -> tuple[float, float, float]:
    """Seconds of a whole process that embeds one question, of its part after Python's start, and its peak in MB."""
    command = [sys.executable, "-c", PROCESS.format(spec=spec)]
    runs = []
    for _ in range(4):
        start = time.perf_counter()
        inner, peak = subprocess.run(command, check=True, capture_output=True, text=True).stdout.split()
        runs.append((time.perf_counter() - start, float(inner), float(peak) / 1000))
    return min(runs[1:])


def main() -> None:
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary) / "multilingual-e5-small"
        print(f"export: {seconds(lambda: export_model(folder)):.1f} s")
        specs = {"default": "default", "sentence-transformers": f"st:{folder}"}
        engines = {name: open_embedder(spec) for name, spec in specs.items()}
        rules = passages(100, random.Random(7))
        ours, theirs = (engine.embed_passages(rules) for engine in engines.values())
        cosines = (ours * theirs).sum(axis=1)
        measured = measure(engines)
        print(f"cosine between the two on 100 rules: mean {cosines.mean():.4f}, least {cosines.min():.4f}\n")
        print(f"{'engine':<24}{'passages/s':>12}{'ms/question':>13}{'process s':>11}{'peak MB':>9}")
        for name, (speed, wait) in measured.items():
            process, _, peak = whole_process(specs[name])
            print(f"{name:<24}{speed:>12.1f}{wait:>13.2f}{process:>11.2f}{peak:>9.0f}")
        (speed, wait), (their_speed, their_wait) = measured.values()
        print(f"\npassages/s: {speed / their_speed:.2f} times (bar 1.5)")
        print(f"time per question: {wait / their_wait:.2f} times (bar 0.5)")


if __name__ == "__main__":
    main()
