"""Which candidates are labels, and at what depth: one decision over the whole sequence.

As the 18F/CFPB regulations parser does it: hard rules prune (a system never nests in itself, a chapter never
stands under a list), named preferences weigh what is left, and the best reading of the whole sequence wins, not
the best reading of each line. The search keeps the ``BEAM`` best readings, so it is linear in the text.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from kb.normalize.families import HEADINGS, Candidate, Value, base, rank

BEAM = 8

# Named preferences: what a reading gains or loses, in the units of Candidate.gain.
FOLLOWS = 2.5  # the number after the one before
REPEATS = -1.2  # the same number again
SKIPS = -0.8  # a number left out, and SKIPS_MORE for each
SKIPS_MORE = -0.35
RESTARTS = -2.4  # the list starts again at 1 under the same parent
GOES_BACK = -4.0
SLIPS = 1.0  # 第九章 in a row of 第八条
OTHER_STYLE = -0.8  # 9. then 10、
OPENS_AT_ONE = 0.3
OPENS_AT_TWO = -1.2
OPENS_LATER = -2.6
RESUMES = 2.0  # articles counting on across chapters
REPLACES = -1.9  # another system takes over at the same depth
SUCCEEDS = -0.9  # the same by a system that usually stands as high or higher
LED = 0.8  # a colon introduces the list below it
INVERTS = -1.2  # a system that usually stands higher nests below
TWICE = -1.0  # the same system in another style inside itself
GLYPH_IN_GLYPH = -2.5  # ? bullets inside ◆ bullets
GLYPH_FOLLOWS = 0.6  # a bullet after a bullet proves little
LONE = -0.8  # a list of one
TAKES_HEADING = -0.35  # an unnumbered line read as a heading that closes lists
FREE_HEADING = 0.25  # the same where there is nothing to close
IGNORES_ARTICLE = -12.0  # 第三条 at the head of a line that is no article
IGNORES_LINE = -2.6  # a plain number at the head of a line that is no label
BARE_SKIPS = -1.0  # bare digits survive alone: their neighbours' numbers were swallowed
ASKS = 0.5  # a heading that is a question
LEADS = 1.2  # a heading glued to the words before it, right before the first item of a list
ANOTHER = 0.5  # one more short line where such lines were headings before
FITS = 1.5  # 1.1 below 1.
MISFITS = -2.5


@dataclass(frozen=True, slots=True)
class Heading:
    """A stretch that may be an unnumbered heading; ``part`` opens a numbered part of a collection for certain."""

    start: int
    end: int
    part: int = 0
    line: bool = True
    question: bool = False
    leads: bool = False


Token = Candidate | Heading
# 甲、 stands above 一、 in old statutes, below ① elsewhere; A. above 1. or below (1)
_ANYWHERE = frozenset({"stem", "A"})
_GLYPHS = frozenset({"bullet", "dash", "lost"})
_SHORT = 6


class Open(NamedTuple):
    """A list that is open: its system, the number it stands at, whether it has one item so far."""

    family: str
    value: Value
    lone: bool


class Reading(NamedTuple):
    """A way to read the tokens so far; ``steps`` links back through the decisions taken."""

    score: float
    stack: tuple[Open, ...]
    article: Value
    steps: tuple[object, ...]


@dataclass(frozen=True, slots=True)
class Label:
    """A token accepted as a label.

    Attributes:
        token: The candidate or heading.
        depth: 0 is the outermost.
        restarts: Whether its list starts again under the same parent.
        doubt: What looks wrong about its number, ``""`` when nothing does.
    """

    token: Token
    depth: int
    restarts: bool = False
    doubt: str = ""


def solve(tokens: Sequence[Token]) -> list[Label]:
    """Return the labels of the best reading, in order."""
    beam = [Reading(0.0, (), (0,), ())]
    for n, token in enumerate(tokens):
        best: dict[tuple[tuple[Open, ...], Value], Reading] = {}
        for reading in beam:
            for step in _steps(reading, n, token):
                key = (step.stack, step.article)
                known = best.get(key)
                if known is None or step.score > known.score:
                    best[key] = step
        ranked = sorted(best.values(), key=lambda reading: -reading.score)
        floor = ranked[0].score - 14.0
        beam = [reading for reading in ranked[:BEAM] if reading.score >= floor]
    final = max(beam, key=lambda reading: reading.score + _closing(reading.stack, 0))
    labels: list[Label] = []
    steps = final.steps
    while steps:
        n, depth, restarts, doubt, steps = steps  # type: ignore[assignment]
        labels.append(Label(tokens[n], depth, restarts, doubt))  # type: ignore[arg-type]
    labels.reverse()
    return labels


def _closing(stack: tuple[Open, ...], depth: int) -> float:
    """Return what closing every list from ``depth`` on costs."""
    lost = 0.0
    for entry in stack[depth:]:
        if entry.lone and entry.family != "heading" and base(entry.family) not in HEADINGS:
            lost += LONE
    return lost


def _steps(reading: Reading, n: int, token: Token) -> list[Reading]:
    if isinstance(token, Heading):
        return _heading_steps(reading, n, token)
    return _label_steps(reading, n, token)


def _heading_steps(reading: Reading, n: int, token: Heading) -> list[Reading]:
    stack = reading.stack
    if token.part:
        entry = Open("heading", (token.part,), False)
        return [Reading(reading.score + _closing(stack, 0), (entry,), (0,), (n, 0, False, "", reading.steps))]
    steps = [reading]
    depth = 0
    while depth < len(stack) and (
        base(stack[depth].family) in HEADINGS
        or (stack[depth].family == "heading" and stack[depth].value[0] > 0)
    ):
        depth += 1
    popped = [entry for entry in stack[depth:] if entry.family != "heading"]
    gain = TAKES_HEADING if popped else FREE_HEADING
    if not token.leads and any(base(entry.family) == "条" for entry in popped):
        gain -= 1.5
    if not token.line:
        gain -= 0.3
    if token.question:
        gain += ASKS
    if token.leads:
        gain += LEADS
    if token.line and token.end - token.start <= _SHORT and any(one.family == "heading" for one in stack):
        gain += ANOTHER
    entry = Open("heading", (0,), False)
    steps.append(
        Reading(
            reading.score + gain + _closing(stack, depth),
            (*stack[:depth], entry),
            reading.article,
            (n, depth, False, "", reading.steps),
        )
    )
    return steps


def _label_steps(reading: Reading, n: int, token: Candidate) -> list[Reading]:
    stack = reading.stack
    kind = base(token.family)
    ignored = 0.0
    if token.opening and token.gain > 2.2:
        ignored = IGNORES_ARTICLE if kind in ("条", "章", "节", "编") and token.gain > 3 else IGNORES_LINE
    steps = [reading._replace(score=reading.score + ignored) if ignored else reading]
    value = token.value

    def add(depth: int, gain: float, lone: bool, restarts: bool = False, doubt: str = "") -> None:
        entry = Open(token.family, value, lone)
        score = (
            reading.score
            + token.gain
            + gain
            + _closing(stack, depth + 1 if depth < len(stack) and not lone else depth)
        )
        article = value if kind == "条" else reading.article
        steps.append(
            Reading(score, (*stack[:depth], entry), article, (n, depth, restarts, doubt, reading.steps))
        )

    for depth, entry in enumerate(stack):
        if kind == "blank" and base(entry.family) == "ar":
            value = (entry.value[0] + 1,)
            following = Open(entry.family, value, False)
            score = reading.score + token.gain + FOLLOWS + _closing(stack, depth + 1)
            link = (n, depth, False, f"number lost: {_show(value)}", reading.steps)
            steps.append(Reading(score, (*stack[:depth], following), reading.article, link))
        elif other := _other_letter(entry, token):
            score = reading.score + token.gain + FOLLOWS + _closing(stack, depth + 1)
            above = (*stack[:depth], Open(entry.family, other, False))
            steps.append(Reading(score, above, reading.article, (n, depth, False, "", reading.steps)))
        elif base(entry.family) == kind or _same_level(entry.family, kind):
            gain, doubt, restarts = _relation(entry, token)
            add(depth, gain, False, restarts, doubt)
    if kind == "blank":
        return steps
    if kind in HEADINGS:
        depth = sum(
            1
            for entry in stack
            if (base(entry.family) in HEADINGS or (entry.family == "heading" and entry.value[0] > 0))
            and rank(entry.family if entry.family != "heading" else "篇") < rank(kind)
        )
        if not any(base(entry.family) == kind for entry in stack):
            add(depth, _opening(reading, token), True)
        return steps
    if kind == "条":
        due = value[0] == reading.article[0] + 1  # one article counts on: it is no list of one
        depth = 0
        while depth < len(stack) and (
            base(stack[depth].family) in HEADINGS or stack[depth].family == "heading"
        ):
            depth += 1
        if token.below and len(stack) == depth + 1 and base(stack[depth].family) in ("cn", "cn("):
            add(depth + 1, _opening(reading, token), not due)
        if not any(base(entry.family) == "条" for entry in stack):
            add(depth, _opening(reading, token) + (REPLACES / 2 if depth < len(stack) else 0.0), not due)
        return steps
    if all(entry.family != token.family for entry in stack):
        add(len(stack), _opening(reading, token) + _nesting(stack, token) + (LED if token.led else 0.0), True)
    for depth in range(len(stack)):
        entry = stack[depth]
        if entry.family == "heading" or base(entry.family) in HEADINGS or base(entry.family) in ("条", kind):
            continue
        if any(above.family == token.family for above in stack[:depth]):
            continue
        high = rank(token.family) <= rank(entry.family) and kind not in _ANYWHERE
        cost = SUCCEEDS if high else REPLACES
        add(depth, _opening(reading, token) + cost + _nesting(stack[:depth], token), True)
    return steps


def _other_letter(entry: Open, token: Candidate) -> Value | None:
    """Return the number of ``v`` after ``iv``, ``x`` after ``ix`` and ``i`` after ``h``: letters of two systems."""
    kinds = {base(entry.family), base(token.family)}
    if "roman" not in kinds or not kinds & {"a", "a(", "A"}:
        return None
    if base(token.family) == "roman":
        return (9,) if (entry.value, token.value) == ((8,), (1,)) else None
    numeral = {22: 5, 24: 10}.get(token.value[0])
    return (numeral,) if numeral and entry.value == (numeral - 1,) else None


def _same_level(family: str, kind: str) -> bool:
    """Whether a slip may have put one structural word for another (第九章 in a row of 第八条)."""
    return {base(family), kind} in ({"条", "章"}, {"条", "节"})


def _relation(entry: Open, token: Candidate) -> tuple[float, str, bool]:
    """Return what it gains to read ``token`` as the next item of an open list, the doubt, and whether it restarts."""
    before, value = entry.value, token.value
    kind = base(token.family)
    gain = 0.0 if entry.family == token.family else OTHER_STYLE
    if base(entry.family) != kind:
        slip = f"numbered like its neighbours but called {kind}"
        return (gain + SLIPS, slip, False) if value == (before[0] + 1,) else (-99.0, slip, False)
    if kind in _GLYPHS or kind == "talk":
        return (GLYPH_FOLLOWS if entry.family == token.family or kind == "talk" else 0.0), "", False
    if kind == "dec":
        return _decimal(before, value, gain)
    if len(value) > 1 or len(before) > 1:  # 第十二条之一
        if (
            (len(before) == 1 and value == (before[0], 1))
            or (value[0] == before[0] and value[1:] > before[1:])
            or value == (before[0] + 1,)
        ):
            return gain + FOLLOWS, "", False
        return (gain + SKIPS - 1, f"number out of order: {_show(value)} after {_show(before)}", False)
    step = value[0] - before[0]
    if step == 1:
        return gain + FOLLOWS, "", False
    if step == 0:
        return gain + REPEATS, f"number printed twice: {_show(value)}", False
    if step > 1 and token.family == "ar|_":
        return max(BARE_SKIPS, gain + SKIPS / 2), f"numbers lost before {_show(value)}", False
    if step > 1:
        missing = f"number out of order: {_show(value)} after {_show(before)}"
        return gain + max(SKIPS + SKIPS_MORE * (step - 1), -4.0), missing, False
    if value[0] == 1:
        return (gain if entry.family == token.family else 0.6) + RESTARTS, "", True
    return gain + GOES_BACK, f"number out of order: {_show(value)} after {_show(before)}", False


def _decimal(before: Value, value: Value, gain: float) -> tuple[float, str, bool]:
    if len(before) != len(value):
        return -99.0, "", False
    if value[:-1] == before[:-1]:
        step = value[-1] - before[-1]
        if step == 1:
            return gain + FOLLOWS, "", False
        if step == 0:
            return gain + REPEATS, f"number printed twice: {_show(value)}", False
        doubt = f"number out of order: {_show(value)} after {_show(before)}"
        return gain + (max(SKIPS + SKIPS_MORE * (step - 1), -4.0) if step > 0 else GOES_BACK), doubt, False
    if value[-1] == 1 and value[-2] == before[-2] + 1 and value[:-2] == before[:-2]:
        return gain + FOLLOWS - 0.8, "", False
    return gain + GOES_BACK, f"number out of order: {_show(value)} after {_show(before)}", value[-1] == 1


def _opening(reading: Reading, token: Candidate) -> float:
    kind = base(token.family)
    value = token.value
    if kind == "条":
        if value[0] == reading.article[0] + 1:
            return RESUMES
        return 0.0 if value[0] == 1 else -0.6
    if value[-1] in (0, 1):
        return OPENS_AT_ONE if value[-1] else 0.0
    if kind in HEADINGS and not reading.stack:
        return -0.5
    if token.family == "ar|_":
        return OPENS_AT_TWO / 4 if value[-1] == 2 else SKIPS
    if kind in ("noun", "课", "步"):
        return OPENS_AT_TWO / 2
    return OPENS_AT_TWO if value[-1] == 2 else max(OPENS_LATER - 0.1 * value[-1], -4.0)


def _nesting(stack: tuple[Open, ...], token: Candidate) -> float:
    """Return what it gains to open ``token``'s list below the open ones."""
    kind = base(token.family)
    gain = 0.0
    if kind in _GLYPHS and any(base(entry.family) in _GLYPHS for entry in stack):
        gain += GLYPH_IN_GLYPH
    elif any(base(entry.family) == kind for entry in stack):
        gain += TWICE if kind != "dec" else 0.0
    if kind == "dec":
        for entry in reversed(stack):
            if base(entry.family) in ("ar", "dec", "cn", "章"):
                fits = (
                    entry.value == token.value[: len(entry.value)]
                    and len(token.value) == len(entry.value) + 1
                )
                gain += FITS if fits else (MISFITS if base(entry.family) != "cn" else 0.0)
                break
    elif stack and kind in ("步", "noun") and base(stack[-1].family) == "dec":
        pass  # steps stand under 3.1 as they do under 三、
    elif stack and stack[-1].family != "heading" and not {kind, base(stack[-1].family)} & _ANYWHERE:
        above = rank(stack[-1].family)
        if rank(token.family) < above or (rank(token.family) == above and kind != "ar"):
            gain += INVERTS - 0.25 * (above - rank(token.family))
    return gain


def _show(value: Value) -> str:
    return ".".join(map(str, value))
