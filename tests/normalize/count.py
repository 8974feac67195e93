"""Count the articles of real statutes one by one, written as .docx in every shape.

    python -m tests.normalize.count FOLDER [SHAPE…]

FOLDER holds statutes as .md: ``# title``, ``## chapter``, ``第一条 …`` and further paragraphs on lines of their
own. An article counts as found when its number and its words stand in one clause under the chapter it was
written under; what else is numbered as an article is invented.
"""

from __future__ import annotations

import difflib
import re
import sys
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from xml.sax.saxutils import escape

from kb.convert import read_source
from kb.normalize import normalize
from kb.numerals import number
from tests.convert.make_docx import docx, p, r
from tests.normalize.shapes import SHAPES, WIDTH, Write, chinese, traditional, wrapped

LABEL = r"第\s*([\d\s〇○零一二三四五六七八九十百]+)\s*[条條](?:之[一二三四五六七八九十]+)?"
PRINTED = re.compile(rf"[【\[]?{LABEL}[】\]]?[：、.]?")
CHAPTER = re.compile(r"第[一二三四五六七八九十百]+[章节節]")


@dataclass
class Article:
    number: int
    chapter: str
    paragraphs: list[str] = field(default_factory=list)


def read(path: Path) -> tuple[str, list[Article | str]]:
    """Return the title of a statute and its articles and chapter headings in order."""
    title, parts = "", list[Article | str]()
    chapter = ""
    for line in map(str.strip, path.read_text("utf-8").splitlines()):
        if line.startswith("# "):
            title = line[2:]
        elif line.startswith("#"):
            chapter = line.lstrip("# ")
            parts.append(chapter)
        elif match := re.match(rf"{LABEL}[ \u3000]+", line):
            value = number(match[1])
            assert value
            parts.append(Article(value, chapter, [line[match.end() :]]))
        elif line and parts and isinstance(parts[-1], Article):
            parts[-1].paragraphs.append(line)
    return title, parts


def write(title: str, parts: list[Article | str], shape: Write) -> bytes:
    body = [p(r(escape(title)))]
    for part in parts:
        if isinstance(part, str):
            body.append(p(r(escape(part))))
        else:
            first, *rest = map(escape, part.paragraphs)
            body.append(shape(part.number, chinese(part.number), first))
            whole = SHAPES["wrapped"] is not shape
            body += [p(r(paragraph)) if whole else wrapped(paragraph, WIDTH) for paragraph in rest]
    return docx("".join(body))


def found(path: Path) -> list[tuple[int, str, str]]:
    """The articles found: number, words with those below, the chapter or section above."""
    articles = []
    for document in normalize([read_source(path)]).found:
        clauses = {clause.anchor: clause for clause in document.clauses}
        for clause in document.clauses:
            if not (match := PRINTED.fullmatch(clause.label)):
                continue
            below = "".join(c.text for c in document.clauses if c.parent == clause.anchor)
            above = clause
            while above.parent and not CHAPTER.match(above.label):
                above = clauses[above.parent]
            chapter = above.label if CHAPTER.match(above.label) else ""
            articles.append((number(re.sub(r"\s", "", match[1])) or 0, clause.text + below, chapter))
    return articles


def bare(text: str) -> str:
    return re.sub(r"\s", "", traditional(text))


def main(arguments: list[str]) -> int:
    folder, shapes = Path(arguments[0]), arguments[1:] or list(SHAPES)
    statutes = [(path.stem, *read(path)) for path in sorted(folder.glob("*.md"))]
    bad = 0
    for shape in shapes:
        total = right = invented = 0
        for name, title, parts in statutes:
            articles = [part for part in parts if isinstance(part, Article)]
            with tempfile.TemporaryDirectory() as place:
                path = Path(place) / f"{name}.docx"
                path.write_bytes(write(title, parts, SHAPES[shape]))
                got = found(path)
            total += len(articles)
            numbers = [article.number for article in articles]
            match = difflib.SequenceMatcher(None, numbers, [n for n, _, _ in got], autojunk=False)
            blocks = match.get_matching_blocks()
            invented += len(got) - sum(block.size for block in blocks)
            for i, j in ((b.a + k, b.b + k) for b in blocks for k in range(b.size)):
                printed = CHAPTER.match(bare(articles[i].chapter))
                chapter = bare(got[j][2]) == (printed.group() if printed else "")
                right += bare(articles[i].paragraphs[0]) in bare(got[j][1]) and chapter
        print(f"{shape:22} {len(statutes)} files, {total} articles: {right} right, {invented} invented")
        bad += total - right + invented
    return int(bad > 0)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
