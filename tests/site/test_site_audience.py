"""A site for one audience: nothing of what it may not see stands in its pages, its data, its file names or its build."""

from __future__ import annotations

import gzip
import hashlib
import os
import random
import re
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from shipped_site import DOCS, ROOT

from kb.errors import InputInvalid
from kb.knowledge_base import publish_for
from kb.model import AUDIENCES, Clause, Document, Prose, SourceSpan
from kb.pages import save_page


def state_of(folder: Path) -> str:
    digest = hashlib.sha256()
    for path in sorted(folder.rglob("*")):
        digest.update(str(path).encode())
        if path.is_file():
            digest.update(path.read_bytes())
    return digest.hexdigest()


def everything_in(folder: Path) -> Iterator[tuple[str, str]]:
    """Yield each file's name and content, compressed ones opened."""
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            content = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
            yield path.relative_to(folder).as_posix(), content.decode("utf-8", "replace")


def words_of(document: Document) -> Iterator[str]:
    yield from (document.title, document.title_en, document.summary, document.summary_en)
    for clause in document.clauses:
        yield from (clause.text, clause.gloss_en, *clause.ask)


def test_the_shipped_site_for_the_public_holds_nothing_else(
    documents: tuple[Document, ...], tmp_path: Path
) -> None:
    before = state_of(DOCS), (ROOT / "mkdocs.yml").read_bytes()
    out = tmp_path / "public"
    publish_for("public", DOCS, ROOT / "mkdocs.yml", out)
    assert (state_of(DOCS), (ROOT / "mkdocs.yml").read_bytes()) == before
    done = subprocess.run(
        [sys.executable, "-m", "mkdocs", "build", "--strict", "--config-file", str(out / "mkdocs.yml")],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "NO_MKDOCS_2_WARNING": "1"},
    )
    assert done.returncode == 0, done.stderr
    shown = [one for one in documents if one.audience == "public"]
    hidden = [one for one in documents if one.audience != "public"]
    assert len(shown) > 10
    assert len(hidden) > 20
    assert all((out / "site" / one.kind / one.id / "index.html").is_file() for one in shown)
    open_words = "\n".join(words for one in shown for words in words_of(one))
    # Words of one line, as pages print them; short ones (请假, Leave.) are no clause's own.
    secret = {
        words
        for one in hidden
        for words in words_of(one)
        if len(words) > 12 and not words.isascii() and "\n" not in words and words not in open_words
    }
    secret |= {clause.gloss_en for one in hidden for clause in one.clauses if len(clause.gloss_en) > 40}
    secret -= {words for words in secret if words in open_words}
    assert len(secret) > 2000
    files = dict(everything_in(out))
    assert len(files) > 200
    names = "\n".join(files)
    together = "\0".join(files.values()).replace("\\", "")
    assert not any(one.id in names for one in hidden)
    assert {one.id for one in hidden}.isdisjoint(re.findall(r"[a-z0-9-]+", together))
    asked = [one.title for one in hidden] + random.Random(7).sample(
        sorted(secret), 400
    )  # all of them take a minute
    assert [words for words in asked if words in together and words not in open_words] == []


@pytest.mark.parametrize("audience", ["staff", "manager"])
def test_the_shipped_pages_can_be_published_for_the_other_audiences(audience: str, tmp_path: Path) -> None:
    published = publish_for(audience, DOCS, ROOT / "mkdocs.yml", tmp_path / audience)
    names = {
        path.relative_to(tmp_path / audience / "docs").as_posix()
        for path in published.written
        if "docs" in path.parts
    }
    assert "shop-handbook/tmall-cs-code.md" in names
    assert ("shop-handbook/handbook-compilation.md" in names) == (audience == "manager")


def handbook(identity: str, audience: str, *, topic: str = "fines", prose: str = "") -> Document:
    mark = f"只在{identity}里有的一句话，别处都没有。"
    rule = Clause(
        anchor="1",
        text=f"迟到一次扣{len(identity)}元。{mark}",
        gloss_en=f"Only {identity} says this sentence, and no other page does.",
        ask=(f"{identity}店的规矩是什么样子的",),
        topics=(topic,),
        sources=(SourceSpan(f"{identity}.txt", 0, 9),),
    )
    blocks = (rule, Prose(prose)) if prose else (rule,)
    return Document(
        id=identity,
        title=f"{identity}号店铺客服守则全文",
        kind="shop-handbook",
        audience=audience,
        blocks=blocks,
        sources=(SourceSpan(f"{identity}.txt", 0, 99),),
    )


TOPICS = (
    "# 主题表\n\n| 标识 | 主题 | Topic |\n| --- | --- | --- |\n"
    "| `fines` | 罚款 | Fines |\n| `layoffs` | 裁员 | Layoffs |\n"
)
GLOSSARY = (
    "# 词汇表\n\n| 词 | 也叫 | English | 解释 | Explanation |\n| --- | --- | --- | --- | --- |\n"
    "| 迟到 | 晚到 | late | 来晚了。 | Coming late. |\n| 优化名单 | 裁员名单 | list | 名单。 | A list. |\n"
)
LEDGER = (
    "# 来源账\n\n## 合计 · Sums\n\n| all | 7 |\n\n## a.txt\n\n| 位置 | 类别 | 文件 | 字数 | 理由 |\n| --- | --- | --- | --: | --- |\n"
    "| `a.txt[0:4]` | title | shop-open | 4 | 标题 |\n| `a.txt[9:14]` | title | shop-boss | 5 | 标题 |\n"
)


def knowledge_base(folder: Path, documents: Sequence[Document]) -> Path:
    for document in documents:
        save_page(document, folder / "docs")
    for name, text in (("topics.md", TOPICS), ("glossary.md", GLOSSARY), ("ledger.md", LEDGER)):
        (folder / "docs" / name).write_text(text, encoding="utf-8")
    return folder


@settings(max_examples=25, deadline=None)
@given(st.lists(st.sampled_from(AUDIENCES), min_size=1, max_size=6), st.sampled_from(AUDIENCES))
def test_whatever_documents_are_for_an_audience_sees_its_own_and_no_other(
    audiences: list[str], audience: str
) -> None:
    documents = [handbook(f"shop-{chr(97 + n)}", name) for n, name in enumerate(audiences)]
    allowed = AUDIENCES[: AUDIENCES.index(audience) + 1]
    with tempfile.TemporaryDirectory() as place:
        folder = knowledge_base(Path(place), documents)
        if not any(name in allowed for name in audiences):
            with pytest.raises(InputInvalid, match="no document"):
                publish_for(audience, folder / "docs", folder / "mkdocs.yml", folder / "out")
            assert not (folder / "out").exists()
            return
        publish_for(audience, folder / "docs", folder / "mkdocs.yml", folder / "out")
        content = "\0".join(f"{name}\0{text}" for name, text in everything_in(folder / "out"))
        for document in documents:
            marks = [f"{document.id}.txt", document.id, document.title, f"只在{document.id}里"]
            assert [mark in content for mark in marks] == [document.audience in allowed] * 4
        assert not list(folder.glob(".out*"))


def test_pages_about_the_rules_are_cut_down_too(tmp_path: Path) -> None:
    boss = handbook("shop-boss", "manager", topic="layoffs")
    folder = knowledge_base(tmp_path, [handbook("shop-open", "public", prose="![图](plan.svg)"), boss])
    docs = folder / "docs"
    (docs / "shop-handbook" / "plan.svg").write_text("<svg/>", encoding="utf-8")
    (docs / "shop-handbook" / "wages.svg").write_text("<svg/>", encoding="utf-8")
    (docs / "converted").mkdir()
    (docs / "converted" / "a.txt").write_text("shop-boss", encoding="utf-8")
    (docs / "ingested.md").write_text("# shop-boss", encoding="utf-8")
    (docs / "inside.md").write_text("# 内部说明\n\n给员工看的。", encoding="utf-8")
    (docs / "hello.md").write_text("---\naudience: public\n---\n\n# 欢迎\n", encoding="utf-8")
    publish_for("public", docs, folder / "mkdocs.yml", folder / "out")
    files = dict(everything_in(folder / "out"))
    content = "\0".join(files.values())
    for hidden in ("layoffs", "裁员", "优化名单", "shop-boss", "内部说明", "Sums"):
        assert hidden not in content, hidden
    for shown in ("| `fines` |", "| 迟到 |", "| shop-open |", "# 欢迎"):
        assert shown in content, shown
    assert "docs/shop-handbook/plan.svg" in files
    assert not any(name.endswith(("wages.svg", "a.txt", "ingested.md")) for name in files)


@pytest.mark.parametrize(
    ("page", "what"),
    [
        ("见 [主管手册](shop-handbook/shop-boss.md)。", "names shop-boss"),
        ("其中说只在shop-boss里有。", "names shop-boss"),
        (
            "规矩是：迟到一次\n扣9\\元。只在\nshop-bos s里有的一句话，别处都没有。",
            "says what only shop-boss says",
        ),
        ("《shop\\-boss号店铺客服守则全文》", "says what only shop-boss says"),
    ],
)
def test_a_page_that_tells_what_is_hidden_is_refused_and_nothing_is_left(
    tmp_path: Path, page: str, what: str
) -> None:
    folder = knowledge_base(tmp_path, [handbook("shop-open", "public"), handbook("shop-boss", "manager")])
    (folder / "docs" / "hello.md").write_text(
        f"---\naudience: public\n---\n\n# 欢迎\n\n{page}\n", encoding="utf-8"
    )
    with pytest.raises(InputInvalid, match=f"docs/hello.md is for public but {what}") as refused:
        publish_for("public", folder / "docs", folder / "mkdocs.yml", folder / "out")
    assert "audience: staff" in refused.value.hint
    assert sorted(path.name for path in folder.iterdir()) == ["docs"]


def test_a_document_that_names_a_hidden_one_is_refused_too(tmp_path: Path) -> None:
    telling = handbook(
        "shop-open", "public", prose="另见《shop-boss号店铺客服守则全文》。".replace("-", "\\-")
    )
    folder = knowledge_base(tmp_path, [telling, handbook("shop-boss", "manager")])
    with pytest.raises(InputInvalid, match=r"docs/shop-handbook/shop-open\.md is for public but says"):
        publish_for("public", folder / "docs", folder / "mkdocs.yml", folder / "out")


def test_the_command_writes_a_new_folder_and_no_other(tmp_path: Path, kb_command: Callable[..., Any]) -> None:
    folder = knowledge_base(tmp_path, [handbook("shop-open", "public"), handbook("shop-boss", "manager")])
    arguments = ("publish", "--audience", "public", "--docs", "docs", "--out")
    done = kb_command(*arguments, "out", cwd=folder)
    assert done.returncode == 0, done.stderr
    assert "mkdocs build -f out/mkdocs.yml" in done.stdout
    assert not (folder / "mkdocs.yml").exists()
    assert not (folder / "docs" / "index.md").exists()
    again = kb_command(*arguments, "out", cwd=folder)
    assert again.returncode == 2
    assert "there already" in again.stderr
    inside = kb_command(*arguments, "docs/out", cwd=folder)
    assert inside.returncode == 2
    assert "inside" in inside.stderr
    assert kb_command("publish", "--audience", "public", cwd=folder).returncode == 2
    assert kb_command("publish", "--out", "x", cwd=folder).returncode == 2
