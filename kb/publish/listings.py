"""Pages that list: the home page, document kinds, platforms and topics."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence

from kb.model import Document, Passage
from kb.publish.compare import Comparison
from kb.publish.markdown import both, clause_cell, heading, link, named, page, words
from kb.publish.names import (
    AUDIENCES,
    FIXED,
    KIND_NOTES,
    KINDS,
    NO_NAME,
    PLATFORMS,
    STATUSES,
    Name,
    Topic,
    name_of,
)
from kb.publish.record import Record

_NEW = 8


def cards(items: Sequence[str], style: str) -> str:
    """Return a list of links that the style sheet sets as cards or tags."""
    return "\n\n".join(
        [f'<div class="{style}" markdown>', "\n".join(f"- {item}" for item in items), "</div>"]
    )


def document_link(document: Document, root: str) -> str:
    """Return a link to a document by its title."""
    return link(
        both(words(document.title), words(document.title_en)), f"{root}{document.kind}/{document.id}.md"
    )


def facts(document: Document) -> str:
    """Return a document's platform, audience, status and size in a few words."""
    platform, audience, status = (
        name_of(PLATFORMS, document.platform),
        name_of(AUDIENCES, document.audience),
        name_of(STATUSES, document.status),
    )
    count, since = len(document.clauses), document.effective
    parts = [
        (platform.zh, platform.en),
        (audience.zh, audience.en),
        (f"状态{status.zh}", f"Status: {status.en.lower()}"),
        (f"{since} 起生效", f"Since {since}") if since else ("", ""),
        (f"{count} 条", f"{count} clauses"),
        ("原文不全", "Source incomplete") if document.truncated else ("", ""),
    ]
    zh, en = (" · ".join(part[side] for part in parts if part[side]) for side in (0, 1))
    return both(zh, en)


def document_list(documents: Sequence[Document], root: str) -> str:
    """Return documents with their facts and summaries, as a list."""
    items = []
    for document in documents:
        lines = [f"**{document_link(document, root)}**", facts(document)]
        if document.summary:
            lines.append(both(words(document.summary), words(document.summary_en)))
        items.append("<br>".join(lines))
    return cards(items, "kb-documents")


def kind_page(kind: str, documents: Sequence[Document]) -> str:
    """Return the index page of one kind of documents."""
    note, count = KIND_NOTES.get(kind, NO_NAME), len(documents)
    blocks = [
        both(f"{note.zh}共 {count} 份。", f"{note.en} Documents: {count}."),
        document_list(documents, "../"),
    ]
    return page(name_of(KINDS, kind), blocks, front=["hide: [toc]"])


def platforms_page(documents: Sequence[Document]) -> str:
    """Return the page that lists documents by platform (``documents/platforms.md``)."""
    blocks = []
    for platform in [*PLATFORMS, *sorted({document.platform for document in documents} - set(PLATFORMS))]:
        mine = [document for document in documents if document.platform == platform]
        if mine:
            name = name_of(PLATFORMS, platform)
            blocks.append(
                heading(
                    2,
                    f"{words(name.zh)}（{len(mine)}）",
                    f"{words(name.en)} ({len(mine)})",
                    platform,
                    label=name.zh,
                )
            )
            blocks.append(document_list(mine, "../"))
    return page(Name("按平台", "Documents by platform"), blocks)


def has_silence(documents: Sequence[Document]) -> bool:
    """Return whether any clause lists what the rules are silent on."""
    return any(clause.silent_on for document in documents for clause in document.clauses)


def silence_page(documents: Sequence[Document]) -> str:
    """Return the page of the questions that no rule answers, each by the clause it is nearest to (``documents/silence.md``)."""
    count, blocks = 0, list[str]()
    for kind in kinds_of(documents):
        for document in documents:
            page_of = f"../{document.kind}/{document.id}.md"
            asked = [
                _unsaid(clause.silent_on, link(words(clause.anchor), f"{page_of}#{clause.anchor}"))
                for clause in document.clauses
                if clause.silent_on
            ]
            if document.kind == kind and asked:
                count += sum(len(clause.silent_on) for clause in document.clauses)
                blocks += [_document_heading(document), "\n".join(asked)]
    told = both(
        f"下面 {count} 个问题，员工问得到，现有规则却没有一条回答。每一行后面是意思最近的那一条；要定新规矩，可以从这里看起。",
        f"People ask these {count} questions, and no rule answers them. Behind each line stands the rule nearest to it. "
        "Who writes rules may start here.",
    )
    return page(Name("规则没有说的", "What the rules do not say"), [told, *blocks])


def _unsaid(questions: Sequence[str], nearest: str) -> str:
    """Return questions as a list item, those in English for readers who switched English on."""
    english = [question for question in questions if question.isascii()]
    zh = " / ".join(words(question) for question in questions if question not in english)
    en = " / ".join(map(words, english))
    if not zh:
        return f'- <span lang="en">{en}</span> {nearest}{{: .kb-ref }}\n    {{: .kb-en }}'
    besides = f'<span class="kb-en" lang="en"> / {en}</span>' if en else ""
    return f"- {zh}{besides} {nearest}{{: .kb-ref }}"


def documents_page(documents: Sequence[Document]) -> str:
    """Return the page of all documents by kind (``documents/index.md``)."""
    count = len(documents)
    blocks = [
        both(f"{count} 份文件，按类型排列；也可以 ", f"{count} documents by kind; or see them ")
        + link(both("按平台", "by platform"), "platforms.md")
        + both(" 看。", ".")
        + (
            both("还有 ", " There is also ")
            + link(both("规则没有说的", "what the rules do not say"), "silence.md")
            + both("。", ".")
            if has_silence(documents)
            else ""
        )
    ]
    for kind in kinds_of(documents):
        mine = [document for document in documents if document.kind == kind]
        name = name_of(KINDS, kind)
        blocks.append(
            heading(
                2,
                f"{link(words(name.zh), f'../{kind}/index.md')}（{len(mine)}）",
                f"{link(words(name.en), f'../{kind}/index.md')} ({len(mine)})",
                kind,
                label=name.zh,
            )
        )
        blocks.append(
            cards([f"{document_link(document, '../')}<br>{facts(document)}" for document in mine], "kb-lines")
        )
    return page(Name("文件", "Documents"), blocks)


def kinds_of(documents: Sequence[Document]) -> list[str]:
    """Return the kinds that have documents, in the order of the page format."""
    present = {document.kind for document in documents}
    return [kind for kind in KINDS if kind in present]


def topics_page(topics: Sequence[Topic], passages: Sequence[Passage]) -> str:
    """Return the page of all topics that have rules (``documents/topics.md``)."""
    items = []
    for topic in topics:
        mine = [passage for passage in passages if topic.id in passage.topics and not passage.heading]
        count = len({passage.document_id for passage in mine})
        told = both(f"{len(mine)} 条规则，{count} 份文件", f"{len(mine)} rules, {count} documents")
        if mine:
            items.append(f"**{link(named(Name(topic.zh, topic.en)), f'../topics/{topic.id}.md')}**<br>{told}")
    told = both("同一个主题下，各份文件的规则放在一起。", "The rules of all documents, topic by topic.")
    return page(Name("全部主题", "All topics"), [told, cards(items, "kb-cards")], front=["hide: [toc]"])


def topic_page(
    topic: Topic, documents: Sequence[Document], passages: Sequence[Passage], found: Sequence[Comparison]
) -> str:
    """Return the page of one topic: its rules, document by document; background comes last."""
    mine = [passage for passage in passages if topic.id in passage.topics and not passage.heading]
    compared = [comparison.subject for comparison in found if topic.id in comparison.subject.topics]
    holding = {passage.document_id for passage in mine}
    blocks = [
        both(
            f"{len(holding)} 份文件，{len(mine)} 条规则。", f"{len(mine)} rules in {len(holding)} documents."
        )
        if mine
        else both("还没有规则带这个主题。", "No rule carries this topic yet.")
    ]
    if compared:
        links = [link(named(subject.name), f"../compare/{subject.id}.md") for subject in compared]
        blocks.append(cards([both("对照：", "Compare: ") + item for item in links], "kb-tags"))
    for kind in kinds_of(documents):
        for document in documents:
            if document.kind == kind and document.id in holding:
                said = [passage for passage in mine if passage.document_id == document.id]
                blocks.append(_document_heading(document))
                blocks.append("\n".join(f"- {clause_cell(passage, '../')}" for passage in said))
    return page(Name(topic.zh, topic.en), blocks)


def _document_heading(document: Document) -> str:
    return (
        f'## {document_link(document, "../")} {{#{document.id} data-toc-label="{_quoted(document.title)}"}}'
    )


def ask_page() -> str:
    """Return the page that asks; the box and the answers are its template's and its script's."""
    told = both(
        "答案由规则原条拼成，句句带出处；规则里没有的，就说没有。",
        "Answers are made of the rules themselves, each sentence with its source; what the rules do not say is said so.",
    )
    return page(Name("提问", "Ask"), [told], front=["template: ask.html", "hide: [navigation, toc]"])


def home_page(
    documents: Sequence[Document],
    passages: Sequence[Passage],
    topics: Sequence[Topic],
    found: Sequence[Comparison],
    record: Mapping[str, Record],
    conflicts: int,
    site_name: str,
) -> str:
    """Return the home page below the question box."""
    rules = [passage for passage in passages if not passage.heading]
    count = {topic.id: sum(topic.id in passage.topics for passage in rules) for topic in topics}
    topic_cards = [
        link(f"{both(words(topic.short), words(topic.en))} {count[topic.id]}", f"topics/{topic.id}.md")
        for topic in topics
        if count[topic.id]
    ]
    kind_cards = []
    for kind in kinds_of(documents):
        number = sum(document.kind == kind for document in documents)
        note = KIND_NOTES.get(kind, NO_NAME)
        kind_cards.append(
            f"**{link(named(name_of(KINDS, kind)), f'{kind}/index.md')}** {both(f'{number} 份', str(number))}"
            f"<br>{both(note.zh, note.en)}"
        )
    platform_cards = [
        link(f"{named(name)} {number}", f"documents/platforms.md#{platform}")
        for platform, name in PLATFORMS.items()
        if (number := sum(document.platform == platform for document in documents))
    ]
    newest = sorted(documents, key=lambda document: document.id)
    newest.sort(key=lambda document: record[document.id].changed, reverse=True)
    news = []
    for document in newest[:_NEW]:
        dates = record[document.id]
        what = both("新增", "added") if dates.first == dates.changed else both("改动", "changed")
        news.append(f"{document_link(document, '')} {dates.changed} {what}")
    compared = [link(named(one.subject.name), f"compare/{one.subject.id}.md") for one in found]
    if conflicts:
        compared.append(link(both("≠ 各文件不一致之处", "≠ Where documents differ"), "compare/conflicts.md"))
    sections = (
        (("按主题", "By topic", "topics"), topic_cards, "kb-tags"),
        (("对照：各家怎么规定", "Compare: who rules what", "compare"), compared, "kb-tags"),
        (("按类型", "By kind", "kinds"), kind_cards, "kb-cards"),
        (("按平台", "By platform", "platforms"), platform_cards, "kb-tags"),
        (("最近更新", "What is new", "new"), news, "kb-lines"),
    )
    blocks = [
        both(
            f"{len(documents)} 份文件、{len(rules)} 条规则，逐条编号，条条有出处。",
            f"{len(rules)} rules in {len(documents)} documents, each with its number and its source.",
        )
    ]
    for (zh, en, anchor), items, style in sections:
        if items:
            blocks += [heading(2, zh, en, anchor), cards(items, style)]
    examples = [one.subject.example for one in found if one.subject.example.zh]
    front = ["template: home.html", "hide: [navigation, toc]"]
    front += (
        ["examples:", *(f"  - [{_json(name.zh)}, {_json(name.en)}]" for name in examples)] if examples else []
    )
    return page(Name(site_name, FIXED.get(site_name, "")), blocks, front=front)


def _quoted(text: str) -> str:
    return text.replace('"', "”")


def _json(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)  # JSON is YAML
