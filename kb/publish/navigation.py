"""The generated part of ``mkdocs.yml``: navigation and the names that templates show."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence

from kb.errors import InputInvalid
from kb.model import Document
from kb.pages import page_path
from kb.publish.compare import Comparison
from kb.publish.listings import has_silence, kinds_of
from kb.publish.names import AUDIENCES, FIXED, KINDS, MATTERS, PLATFORMS, STATUSES, Topic, name_of

CONFIG_MARKS = ("# kb publish writes from here", "# kb publish writes to here")
_STEP = "  "


def with_generated_config(
    config: str,
    name: str,
    documents: Sequence[Document],
    topics: Sequence[Topic],
    found: Sequence[Comparison] | None,
    about: Sequence[tuple[str, str]],
) -> str:
    """Return ``mkdocs.yml`` with the lines between the two marks written anew.

    Args:
        config: The file.
        name: Its name, for messages.
        documents: All documents.
        topics: All topics.
        found: The comparisons; None where there are no pages of comparisons at all.
        about: ``(title, path)`` of pages about the knowledge base itself.

    Raises:
        InputInvalid: The marks are missing.
    """
    start, end = (config.find(mark) for mark in CONFIG_MARKS)
    if not 0 <= start < end:
        raise InputInvalid(
            f"{name}: the marks of the generated part are missing",
            hint=f"add the lines `{CONFIG_MARKS[0]}` and `{CONFIG_MARKS[1]}` where nav and extra shall stand",
        )
    lines = [CONFIG_MARKS[0], *_nav(documents, topics, found, about), *_names(topics)]
    lines += _english(documents, topics, found or (), about)
    return config[:start] + "\n".join(lines) + "\n" + config[end:]


def _nav(
    documents: Sequence[Document],
    topics: Sequence[Topic],
    found: Sequence[Comparison] | None,
    about: Sequence[tuple[str, str]],
) -> list[str]:
    lines = ["nav:", _item(1, "首页", "index.md"), _item(1, "提问", "ask.md"), _section(1, "文件")]
    lines.append(_item(2, "", "documents/index.md"))
    for kind in kinds_of(documents):
        lines.append(_section(2, name_of(KINDS, kind).zh))
        lines.append(_item(3, "", f"{kind}/index.md"))
        lines += [
            _item(3, document.title, page_path(document)) for document in documents if document.kind == kind
        ]
    lines.append(_item(2, "按平台", "documents/platforms.md"))
    if has_silence(documents):
        lines.append(_item(2, "规则没有说的", "documents/silence.md"))
    if topics:  # a knowledge base without a list of topics has no topic pages either
        lines += [_section(1, "主题"), _item(2, "全部主题", "documents/topics.md")]
        lines += [_item(2, topic.zh, f"topics/{topic.id}.md") for topic in topics]
    if found is not None:
        lines += [_section(1, "对照"), _item(2, "", "compare/index.md")]
        lines.append(_item(2, "各文件不一致之处", "compare/conflicts.md"))
        lines += [_item(2, one.subject.zh, f"compare/{one.subject.id}.md") for one in found]
    if about:
        lines.append(_section(1, "关于"))
        lines += [_item(2, title, path) for title, path in about]
    return lines


def _names(topics: Sequence[Topic]) -> list[str]:
    groups: Mapping[str, Mapping[str, tuple[str, str]]] = {
        "kinds": {key: (name.zh, name.en) for key, name in KINDS.items()},
        "platforms": {key: (name.zh, name.en) for key, name in PLATFORMS.items()},
        "audiences": {key: (name.zh, name.en) for key, name in AUDIENCES.items()},
        "statuses": {key: (name.zh, name.en) for key, name in STATUSES.items()},
        "topics": {topic.id: (topic.short, topic.en) for topic in topics},
    }
    lines = ["extra:", f"{_STEP}generator: false"]
    for group, names in groups.items():
        lines.append(f"{_STEP}{group}:")
        lines += [f"{_STEP * 2}{key}: {_quoted(list(pair))}" for key, pair in names.items()]
    return lines


def _english(
    documents: Sequence[Document],
    topics: Sequence[Topic],
    found: Sequence[Comparison],
    about: Sequence[tuple[str, str]],
) -> list[str]:
    """Return the English of every title and matter, and the pages that are in English altogether."""
    names = {
        **FIXED,
        **{topic.zh: topic.en for topic in topics},
        **{one.subject.zh: one.subject.en for one in found},
        **{document.title: document.title_en for document in documents if document.title_en},
    }
    lines = [
        f"{_STEP}matters: {_quoted(MATTERS)}",
        f"{_STEP}english:",
        *(f"{_STEP * 2}{_quoted(zh)}: {_quoted(en)}" for zh, en in names.items()),
    ]
    written = [path.removesuffix(".md") + "/" for title, path in about if title.isascii()]
    return [*lines, f"{_STEP}in_english: {_quoted(written)}"]


def _item(depth: int, title: str, path: str) -> str:
    return f"{_STEP * depth}- {f'{_quoted(title)}: ' if title else ''}{path}"


def _section(depth: int, title: str) -> str:
    return f"{_STEP * depth}- {_quoted(title)}:"


def _quoted(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)  # JSON is YAML
