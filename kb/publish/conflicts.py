"""Clauses that rule one matter differently: the record the site reads, and how pages show them.

Finding conflicts needs the vectors of an index (``kb.compare``); what was found is kept as a file of the site, so that pages
can be written and checked without one.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import astuple, dataclass

from kb.compare import Conflict
from kb.errors import InputInvalid
from kb.model import Passage
from kb.publish.markdown import both, heading, link, page, target_of, titled, words
from kb.publish.names import MATTERS, Name

CONFLICTS = "assets/kb/conflicts.json"
"""Where the conflicts are kept, relative to the docs folder."""


def read_conflicts(text: str) -> tuple[Conflict, ...]:
    """Return the conflicts that ``conflicts_json`` wrote.

    Raises:
        InputInvalid: The file is damaged.
    """
    if not text:
        return ()
    try:
        return tuple(Conflict(*fields) for fields in json.loads(text))
    except (ValueError, TypeError) as error:
        hint = f"delete {CONFLICTS} and run kb publish with an index"
        raise InputInvalid(f"{CONFLICTS}: not what kb publish writes ({error})", hint=hint) from error


def conflicts_json(conflicts: Sequence[Conflict]) -> str:
    """Return the conflicts, one a line: both clause ids, kind, what differs, and what either says."""
    lines = [json.dumps(astuple(conflict), ensure_ascii=False) for conflict in conflicts]
    return "[\n" + ",\n".join(lines) + "\n]\n"


def among(conflicts: Sequence[Conflict], ids: Collection[str]) -> tuple[Conflict, ...]:
    """Return the conflicts both of whose clauses are among ``ids``."""
    return tuple(conflict for conflict in conflicts if conflict.a in ids and conflict.b in ids)


@dataclass(frozen=True, slots=True)
class Difference:
    """Conflicts about one thing that hang together.

    Attributes:
        what: What is ruled differently.
        said: What each clause says about it, by clause id.
    """

    what: str
    said: Mapping[str, str]


def differences(conflicts: Sequence[Conflict]) -> tuple[Difference, ...]:
    """Return the conflicts grouped, so that a clause is named once and not in each of its pairs."""
    groups: list[Difference] = []
    for conflict in conflicts:
        said = {conflict.a: conflict.said_a, conflict.b: conflict.said_b}
        apart = []
        for group in groups:
            if group.what == conflict.what and group.said.keys() & said.keys():
                said = {**group.said, **said}
            else:
                apart.append(group)
        groups = [*apart, Difference(conflict.what, said)]
    return tuple(sorted(groups, key=lambda group: (-len(group.said), group.what)))


def difference_blocks(
    conflicts: Sequence[Conflict],
    passages: Mapping[str, Passage],
    titles_en: Mapping[str, str],
    root: str,
    level: int,
) -> list[str]:
    """Return Markdown blocks that show who says what; nothing without conflicts."""
    blocks = []
    for n, group in enumerate(differences(conflicts), 1):
        matter = MATTERS.get(group.what, group.what)
        blocks.append(
            heading(level, f"{words(group.what)}不同", f"{words(matter)}: they differ", f"differ-{n}")
        )
        order = sorted(group.said, key=lambda identity: (passages[identity].kind, identity))
        lines = []
        for identity in order:
            passage = passages[identity]
            title = f"{titled(passage, titles_en)} {words(identity.partition('#')[2])}"
            lines.append(f"- {words(group.said[identity])} —— {link(title, target_of(passage, root))}")
        blocks.append("\n".join(lines))
    return blocks


def conflicts_page(
    conflicts: Sequence[Conflict], passages: Mapping[str, Passage], titles_en: Mapping[str, str]
) -> str:
    """Return the page of all conflicts."""
    told = both(
        f"共 {len(conflicts)} 对条款对同一件事说法不同。店铺手册只约束写它的那家店，所以不同不等于谁错；"
        "查到一条时，先看它属于哪一份文件。",
        f"{len(conflicts)} pairs of clauses rule one matter differently. A shop's handbook binds that shop only, so to differ "
        "is not to be wrong: see first which document a clause belongs to.",
    )
    blocks = [told, *difference_blocks(conflicts, passages, titles_en, "../", 2)]
    return page(Name("各文件不一致之处", "Where documents differ"), blocks)
