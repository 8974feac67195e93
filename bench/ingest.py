"""Speed and memory of ``kb ingest`` against the size of a file: first, over its own page, over an older version.

usage: ingest.py [--sizes 1 5 20] [--from FOLDER] [--work DIR]

Makes one .txt file per size (MB of UTF-8): chapters, articles, items and flattened handbook lines of words of our own, no
two sentences alike; with --from, the .txt and .md files of FOLDER over and over, every sentence changed. Each file is ingested
with pages and report by a process of its own: into an empty folder, then again as it is, then with one line in fifty
reworded and one in five hundred gone. Seconds are processor time. Prints Markdown.
"""

from __future__ import annotations

import argparse
import os
import random
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parent.parent
MB = 1_000_000
WHO = "店长 仓管 收银员 夜班客服 送货员 值班主管 新来的伙计 领料人 检修工 采购员 财务 保安".split()
DOES = "清点 登记 擦拭 核对 上报 封存 调换 交接 抽查 归档 补录 照看".split()
WHAT = "货架 账本 钥匙 样品 退件 发票 水电表 监控录像 工牌 备用金 包装箱 顾客留言 灭火器 冷柜".split()
WHEN = "开门前 打烊后 交班时 每周一 月底 下雨天 促销期间 断电时 盘点当日 顾客离店后".split()
ELSE = "扣{}元 停班{}天 补写{}字说明 重做{}遍 由下一班代管{}小时 记{}分 延后{}天轮休".split()


def sentence(dice: random.Random) -> str:
    """Return a rule that hardly any other equals."""
    figure = dice.choice(ELSE).format(dice.randrange(1, 400))
    parts = [dice.choice(WHEN), dice.choice(WHO), "应当", dice.choice(DOES), dice.choice(WHAT)]
    parts += ["和", dice.choice(WHAT), "，", dice.choice(WHO), "在场", dice.choice(DOES), "，漏做的", figure]
    return "".join(parts) + "。"


def invented(dice: random.Random) -> Iterator[str]:
    """Yield the lines of one regulation after the other, forever."""
    while True:
        article = 0
        yield f"第{dice.randrange(1, 30)}号店铺办法"
        for chapter in range(1, 9):
            yield f"第{chapter}章 {dice.choice(WHAT)}的{dice.choice(DOES)}"
            for _ in range(12):
                article += 1
                yield f"第{article}条 {sentence(dice)}{sentence(dice)}"
                if dice.random() < 0.3:
                    yield sentence(dice)
                if dice.random() < 0.4:
                    yield f"有下列情形的，{dice.choice(WHO)}{dice.choice(DOES)}{dice.choice(WHAT)}："
                    for item in "一二三四五"[: dice.randrange(2, 6)]:
                        yield f"（{item}）{sentence(dice)}"
            points = (f"{n}、{sentence(dice)}" for n in range(1, 7))
            yield f"一、{dice.choice(WHAT)} " + " ".join(points) + " " + sentence(dice)


def changed(folder: Path, dice: random.Random) -> Iterator[str]:
    """Yield the lines of the texts of a folder over and over, two neighbouring characters swapped in each sentence."""
    texts = [path.read_text("utf-8") for path in sorted(folder.iterdir()) if path.suffix in (".txt", ".md")]
    while True:
        for text in texts:
            for line in text.splitlines():
                pieces = line.split("。")
                for n, piece in enumerate(pieces):
                    if len(piece) > 12:
                        at = dice.randrange(8, len(piece) - 1)
                        pieces[n] = piece[:at] + piece[at + 1] + piece[at] + piece[at + 2 :]
                yield "。".join(pieces)


def take(lines: Iterator[str], size: int) -> list[str]:
    """Return so many bytes of lines."""
    taken = []
    while size > 0:
        taken.append(next(lines))
        size -= len(taken[-1].encode()) + 1
    return taken


def newer(lines: list[str], dice: random.Random) -> list[str]:
    """Return the lines with some reworded and some gone."""
    kept = []
    for line in lines:
        luck = dice.randrange(500)
        at = dice.randrange(20, len(line) - 10) if 0 < luck <= 10 and len(line) > 40 else 0
        if luck:
            kept.append(f"{line[:at]}{dice.choice(WHO)}{line[at + 4 :]}" if at else line)
    return kept


def ingest(source: Path, folder: Path) -> tuple[float, float]:
    """Return processor seconds and peak resident MB of a process that ingests a file."""
    command = [
        sys.executable,
        "-c",
        "from kb.cli.main import main; main()",
        "ingest",
        source,
        "--out",
        folder / "pages",
    ]
    process = subprocess.Popen(
        [*map(str, command), "--report", str(folder / "report.json")],
        cwd=ROOT,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    _, status, usage = os.wait4(process.pid, 0)
    if status:
        raise SystemExit(
            f"ingest.py: kb ingest {source} failed with status {os.waitstatus_to_exitcode(status)}"
        )
    return usage.ru_utime + usage.ru_stime, usage.ru_maxrss * 1024 / MB


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--sizes", type=float, nargs="+", default=[1, 5, 20], help="MB of UTF-8")
    parser.add_argument("--from", dest="folder", type=Path, help="texts to repeat, every sentence changed")
    parser.add_argument("--work", type=Path, help="folder to work in, kept; else a temporary one")
    options = parser.parse_args()
    work = options.work or Path(tempfile.mkdtemp())
    print("| file | ingest | seconds | MB/s | peak MB | times its size |")
    print("|---|---|--:|--:|--:|--:|")
    for size in options.sizes:
        dice = random.Random(0)
        lines = take(changed(options.folder, dice) if options.folder else invented(dice), int(size * MB))
        folder = work / f"{size:g}"
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        source = folder / "big.txt"
        source.write_text("\n".join(lines) + "\n", "utf-8")
        for what in ("first", "again, as it is", "again, a newer version"):
            if what.endswith("version"):
                source.write_text("\n".join(newer(lines, dice)) + "\n", "utf-8")
            seconds, peak = ingest(source, folder)
            print(
                f"| {size:g} MB | {what} | {seconds:.1f} | {size / seconds:.2f} | {peak:.0f} | {peak / size:.1f} |",
                flush=True,
            )
    if options.work is None:
        shutil.rmtree(work)


if __name__ == "__main__":
    main()
