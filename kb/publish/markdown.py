"""Small pieces of Markdown that generated pages are made of."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from kb.model import Passage
from kb.pages.markup import escape
from kb.publish.names import Name

MARK = "<!-- kb publish 写成本页，请勿手改 · written by kb publish, do not edit -->"
_LONGEST_CELL = 140


def words(text: str, longest: int = 0) -> str:
    """Return text on one line as inline Markdown, cut where it is longer than ``longest`` characters."""
    line = " ".join(text.split())
    if longest and len(line) > longest:
        line = line[: longest - 1] + "…"
    # A label may end in a bracket that would start a link with the parenthesis after it.
    return escape(line).replace("]", "\\]")


def both(zh: str, en: str) -> str:
    """Return inline Markdown that shows ``zh``, or ``en`` where the reader switched English on; without English ``zh`` alone."""
    if not en:
        return zh
    return f'<span class="kb-zh">{zh}</span><span class="kb-en" lang="en">{en}</span>'


def page(title: Name, blocks: Iterable[str], *, front: Sequence[str] = ()) -> str:
    """Return a generated page.

    Args:
        title: Its title.
        blocks: Markdown blocks.
        front: Lines of front matter besides the title.
    """
    head = "\n".join(["---", f"title: {title.zh}", *front, "---"])
    return "\n\n".join([head, MARK, f"# {named(title)}", *blocks]) + "\n"


def named(name: Name) -> str:
    """Return a name in both languages as inline Markdown."""
    return both(words(name.zh), words(name.en))


def heading(level: int, zh: str, en: str, anchor: str, *, label: str = "") -> str:
    """Return a heading in both languages; ``zh`` and ``en`` are inline Markdown, ``label`` is what the contents show."""
    shown = (label or zh).replace('"', "”")
    return f'{"#" * level} {both(zh, en)} {{#{anchor} data-toc-label="{shown}"}}'


def link(text: str, target: str) -> str:
    """Return a link; ``text`` is inline Markdown already."""
    return f"[{text}]({target})"


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a table of cells that are inline Markdown already."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)


def target_of(passage: Passage, root: str) -> str:
    """Return the address of a clause from a page; ``root`` is the way from it to the docs folder (``../``)."""
    anchor = passage.clause_id.partition("#")[2]
    return f"{root}{passage.kind}/{passage.document_id}.md#{anchor}"


def clause_link(passage: Passage, root: str) -> str:
    """Return a link to a clause, shown as its anchor: the number that stands beside it on its page."""
    return link(words(passage.clause_id.partition("#")[2]), target_of(passage, root))


def clause_cell(passage: Passage, root: str, mark: str = "") -> str:
    """Return a clause in one line: what it says, linked from its anchor, a mark, and its gloss."""
    said = words(passage.text, _LONGEST_CELL)
    if passage.heading_path and len(passage.text) < 12:
        said = f"{words(passage.heading_path[-1].rstrip('：:；;。'), 30)}：{said}"
    return f"{said} {clause_link(passage, root)}{{: .kb-ref }}{mark}{gloss(passage)}"


def gloss(passage: Passage) -> str:
    """Return a clause's gloss, shown where the reader switched English on."""
    said = words(passage.gloss_en)
    return f'<span class="kb-en kb-gloss" lang="en">{said}</span>' if said else ""


def titled(passage: Passage, titles_en: Mapping[str, str], longest: int = 0) -> str:
    """Return the title of a clause's document in both languages."""
    return both(
        words(passage.document_title, longest), words(titles_en.get(passage.document_id, ""), 2 * longest)
    )
