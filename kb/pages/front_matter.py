"""A page's front matter: YAML to fields and back. The only module that imports yaml."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from sys import intern
from typing import Any

import yaml

from kb.model import Clause, Document, SourceSpan

_CLAUSES = re.compile(r"^clauses:\n(?=  [^ \n])", re.MULTILINE)
_CLAUSE = re.compile(r"^  [^ \n#]", re.MULTILINE)
_NEXT_FIELD = re.compile(r"^[^ \n]", re.MULTILINE)
_BATCH = 200  # clauses that are written and read together: a large page costs memory for its words only
_SPAN = re.compile(r"(?P<file>.+)\[(?P<start>\d+):(?P<end>\d+)\](?: sha256:(?P<digest>[0-9a-f]{16}))?")


def dump_span(span: SourceSpan) -> str:
    """Return a span as pages print it: ``file[start:end] sha256:…``, half-open, code points."""
    digest = f" sha256:{span.digest}" if span.digest else ""
    return f"{span.file}[{span.start}:{span.end}]{digest}"


def parse_span(text: str) -> SourceSpan:
    """Return the span that ``dump_span`` printed.

    Raises:
        ValueError: The text is no span.
    """
    match = _SPAN.fullmatch(text)
    if match is None or int(match["start"]) >= int(match["end"]):
        raise ValueError(f"{text!r} is no source span; write FILE[START:END] sha256:DIGEST")
    return SourceSpan(intern(match["file"]), int(match["start"]), int(match["end"]), match["digest"] or "")


def dump(document: Document, default_parents: Mapping[str, str | None]) -> Iterator[str]:
    """Yield the YAML of a document's front matter piece by piece; fields that say nothing are left out."""
    fields: dict[str, Any] = {
        "id": document.id,
        "title": document.title,
        "title_en": document.title_en,
        "kind": document.kind,
        "platform": document.platform,
        "audience": document.audience,
        "effective": document.effective,
        "status": document.status,
        "truncated": "true" if document.truncated else "",
        "summary": document.summary,
        "summary_en": document.summary_en,
        "sources": [dump_span(span) for span in document.sources],
    }
    yield _yaml({key: value for key, value in fields.items() if value})
    clauses = document.clauses
    if not clauses:
        yield _yaml({"clauses": {}})
    for start in range(0, len(clauses), _BATCH):
        entries = {
            clause.anchor: _clause_fields(clause, default_parents[clause.anchor])
            for clause in clauses[start : start + _BATCH]
        }
        text = _yaml({"clauses": entries})
        yield text if start == 0 else text.partition("\n")[2]


def _yaml(fields: Mapping[str, Any]) -> str:
    text: str = yaml.dump(
        fields, Dumper=yaml.CSafeDumper, allow_unicode=True, sort_keys=False, width=1 << 20, indent=2
    )
    return text


def _clause_fields(clause: Clause, default_parent: str | None) -> dict[str, Any]:
    fields: dict[str, Any] = {
        "label": clause.label if clause.heading else "",
        "sources": [dump_span(span) for span in clause.sources],
        "gloss_en": clause.gloss_en,
        "ask": list(clause.ask),
        "silent_on": list(clause.silent_on),
        "topics": list(clause.topics),
    }
    fields = {key: value for key, value in fields.items() if value}
    if clause.parent != default_parent:
        fields["parent"] = clause.parent or ""
    return fields


def load(text: str) -> dict[str, Any]:
    """Return front matter as strings, lists of strings and mappings.

    Raises:
        ValueError: It is not YAML, or not a mapping.
    """
    try:
        fields = _load_in_batches(text)
    except yaml.YAMLError:  # a value may go on over what looked like a clause of its own
        try:
            fields = yaml.load(text, Loader=yaml.CBaseLoader)
        except yaml.YAMLError as error:
            raise ValueError(f"front matter is not YAML: {' '.join(str(error).split())}") from error
    if not isinstance(fields, dict):
        raise ValueError("front matter is not a mapping of fields")
    return fields


def _load_in_batches(text: str) -> Any:
    """Return what YAML says, a few hundred clauses at a time: its tree of a large page is large.

    Every scalar stays a string: an anchor such as 1_2 or 0x1 is no number here, a date no date.
    """
    clauses = _CLAUSES.search(text)
    stop = _NEXT_FIELD.search(text, clauses.end()) if clauses else None
    end = stop.start() if stop else len(text)
    starts = [found.start() for found in _CLAUSE.finditer(text, clauses.end(), end)] if clauses else []
    if clauses is None or len(starts) <= _BATCH:
        return yaml.load(text, Loader=yaml.CBaseLoader)
    cuts = [clauses.end(), *starts[_BATCH::_BATCH], end]
    entries: dict[str, Any] = {}
    for low, high in pairwise(cuts):
        entries.update(yaml.load(text[low:high], Loader=yaml.CBaseLoader))
    fields = yaml.load(f"{text[: clauses.end()]}{text[end:]}", Loader=yaml.CBaseLoader)
    return fields | {"clauses": entries}


def text_field(fields: Mapping[str, Any], key: str, default: str = "") -> str:
    """Return a field that holds one string.

    Raises:
        ValueError: It holds something else.
    """
    value = fields.get(key, default)
    if not isinstance(value, str):
        raise ValueError(f"{key} must be one line of text")
    return value


def list_field(fields: Mapping[str, Any], key: str) -> tuple[str, ...]:
    """Return a field that holds a list of strings.

    Raises:
        ValueError: It holds something else.
    """
    value: Sequence[object] | object = fields.get(key, [])
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        raise ValueError(f"{key} must be a list of lines")
    return tuple(value)


def map_field(fields: Mapping[str, Any], key: str) -> dict[str, Any]:
    """Return a field that holds a mapping of mappings.

    Raises:
        ValueError: It holds something else.
    """
    value = fields.get(key, {})
    if value == "":
        return {}
    if not isinstance(value, dict) or not all(
        isinstance(item, dict) or item == "" for item in value.values()
    ):
        raise ValueError(f"{key} must map each anchor to its fields")
    return {name: item or {} for name, item in value.items()}
