"""Pages that list: the home page, document kinds, platforms and topics."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from kb.model import Document, Passage
from kb.publish.compare import Comparison
from kb.publish.markdown import clause_cell, english, link, page, words
from kb.publish.names import AUDIENCES, KIND_NOTES, KINDS, PLATFORMS, STATUSES, Topic, name_of
from kb.publish.record import Record

_NEW = 8


def cards(items: Sequence[str], style: str) -> str:
    """Return a list of links that the style sheet sets as cards or tags."""
    return "\n\n".join(
        [f'<div class="{style}" markdown>', "\n".join(f"- {item}" for item in items), "</div>"]
    )


def document_link(document: Document, root: str) -> str:
    """Return a link to a document by its title."""
    return link(words(document.title), f"{root}{document.kind}/{document.id}.md")


def facts(document: Document) -> str:
    """Return a document's platform, audience, status and size in a few words."""
    parts = [
        name_of(PLATFORMS, document.platform).zh,
        name_of(AUDIENCES, document.audience).zh,
        f"状态{name_of(STATUSES, document.status).zh}",
        f"{document.effective} 起生效" if document.effective else "",
        f"{len(document.clauses)} 条",
        "原文不全" if document.truncated else "",
    ]
    return " · ".join(part for part in parts if part)


def document_list(documents: Sequence[Document], root: str) -> str:
    """Return documents with their facts and summaries, as a list."""
    items = []
    for document in documents:
        lines = [f"**{document_link(document, root)}**", facts(document)]
        if document.summary:
            lines.append(words(document.summary))
        lines += [
            f"*{words(said)}*{{: .kb-en lang=en }}"
            for said in (document.title_en, document.summary_en)
            if said
        ]
        items.append("<br>".join(lines))
    return cards(items, "kb-documents")


def kind_page(kind: str, documents: Sequence[Document]) -> str:
    """Return the index page of one kind of documents."""
    name = name_of(KINDS, kind)
    note = KIND_NOTES.get(kind, "")
    blocks = [english(name.en), f"{note}共 {len(documents)} 份。", document_list(documents, "../")]
    return page(name.zh, blocks, front=["hide: [toc]"])


def platforms_page(documents: Sequence[Document]) -> str:
    """Return the page that lists documents by platform (``documents/platforms.md``)."""
    blocks = [english("Documents by platform")]
    for platform in [*PLATFORMS, *sorted({document.platform for document in documents} - set(PLATFORMS))]:
        mine = [document for document in documents if document.platform == platform]
        if mine:
            blocks.append(f"## {words(name_of(PLATFORMS, platform).zh)}（{len(mine)}） {{#{platform}}}")
            blocks.append(document_list(mine, "../"))
    return page("按平台", blocks)


def documents_page(documents: Sequence[Document]) -> str:
    """Return the page of all documents by kind (``documents/index.md``)."""
    blocks = [
        english("All documents by kind"),
        f"{len(documents)} 份文件，按类型排列；也可以 [按平台](platforms.md) 看。",
    ]
    for kind in kinds_of(documents):
        mine = [document for document in documents if document.kind == kind]
        name = name_of(KINDS, kind).zh
        blocks.append(f"## {link(words(name), f'../{kind}/index.md')}（{len(mine)}） {{#{kind}}}")
        blocks.append(
            cards([f"{document_link(document, '../')} {facts(document)}" for document in mine], "kb-lines")
        )
    return page("文件", blocks)


def kinds_of(documents: Sequence[Document]) -> list[str]:
    """Return the kinds that have documents, in the order of the page format."""
    present = {document.kind for document in documents}
    return [kind for kind in KINDS if kind in present]


def topic_page(
    topic: Topic, documents: Sequence[Document], passages: Sequence[Passage], found: Sequence[Comparison]
) -> str:
    """Return the page of one topic: its rules, document by document; background comes last."""
    blocks = [english(topic.en)]
    mine = [passage for passage in passages if topic.id in passage.topics and not passage.heading]
    compared = [comparison.subject for comparison in found if topic.id in comparison.subject.topics]
    holding = {passage.document_id for passage in mine}
    blocks.append(f"{len(holding)} 份文件，{len(mine)} 条规则。" if mine else "还没有规则带这个主题。")
    if compared:
        links = [link(words(subject.zh), f"../compare/{subject.id}.md") for subject in compared]
        blocks.append(cards(["对照：" + item for item in links], "kb-tags"))
    for kind in kinds_of(documents):
        for document in documents:
            if document.kind == kind and document.id in holding:
                said = [passage for passage in mine if passage.document_id == document.id]
                blocks.append(f"## {document_link(document, '../')} {{#{document.id}}}")
                blocks.append("\n".join(f"- {clause_cell(passage, '../')}" for passage in said))
    return page(topic.zh, blocks)


def ask_page() -> str:
    """Return the page that asks; the box and the answers are its template's and its script's."""
    blocks = ["答案由规则原条拼成，句句带出处；规则里没有的，就说没有。"]
    return page("提问", blocks, front=["template: ask.html", "hide: [navigation, toc]"])


def home_page(
    documents: Sequence[Document],
    passages: Sequence[Passage],
    topics: Sequence[Topic],
    found: Sequence[Comparison],
    record: Mapping[str, Record],
    conflicts: int,
) -> str:
    """Return the home page below the question box."""
    count = {topic.id: sum(topic.id in passage.topics for passage in passages) for topic in topics}
    topic_cards = [
        link(f"{words(topic.short)} {count[topic.id]}", f"topics/{topic.id}.md")
        for topic in topics
        if count[topic.id]
    ]
    kind_cards = []
    for kind in kinds_of(documents):
        mine = [document for document in documents if document.kind == kind]
        name = name_of(KINDS, kind).zh
        kind_cards.append(
            f"**{link(words(name), f'{kind}/index.md')}** {len(mine)} 份<br>{KIND_NOTES.get(kind, '')}"
        )
    platform_cards = [
        link(f"{name.zh} {number}", f"documents/platforms.md#{platform}")
        for platform, name in PLATFORMS.items()
        if (number := sum(document.platform == platform for document in documents))
    ]
    newest = sorted(documents, key=lambda document: document.id)
    newest.sort(key=lambda document: record[document.id].changed, reverse=True)
    news = [
        f"{document_link(document, '')} {record[document.id].changed} "
        + ("新增" if record[document.id].first == record[document.id].changed else "改动")
        for document in newest[:_NEW]
    ]
    rules = sum(not passage.heading for passage in passages)
    compared = [link(words(one.subject.zh), f"compare/{one.subject.id}.md") for one in found]
    if conflicts:
        compared.append(link("≠ 各文件不一致之处", "compare/conflicts.md"))
    sections = (
        ("## 按主题 {#topics}", topic_cards, "kb-tags"),
        ("## 对照：各家怎么规定 {#compare}", compared, "kb-tags"),
        ("## 按类型 {#kinds}", kind_cards, "kb-cards"),
        ("## 按平台 {#platforms}", platform_cards, "kb-tags"),
        ("## 最近更新 {#new}", news, "kb-lines"),
    )
    blocks = [f"{len(documents)} 份文件、{rules} 条规则，逐条编号，条条有出处。"]
    for heading, items, style in sections:
        if items:
            blocks += [heading, cards(items, style)]
    return page("规则知识库", blocks, front=["template: home.html", "hide: [navigation, toc]"])
