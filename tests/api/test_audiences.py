"""What a key does not open does not exist: not in answers, lists, counts, errors or headers."""

from __future__ import annotations

import base64
import itertools
import json
import random
import re
import statistics
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import httpx
import pytest

from api.conftest import CASES, Asked, Inside, Keys, Serve
from kb.api.access import Access
from kb.api.settings import Limits
from kb.errors import ClauseUnknown, DocumentUnknown
from kb.knowledge_base import KnowledgeBase, build, export, load_documents
from kb.model import Filters, Passage
from kb.model.document import AUDIENCES

# One sentence for every audience, each with a word that stands nowhere else.
WORDS = {"public": ("蓝鲸", "bluewhale"), "staff": ("榛子", "hazelnut"), "manager": ("琥珀", "amberstone")}


def page(name: str, audience: str) -> str:
    """Return a page whose every text names what its audience alone may read."""
    chinese, english = WORDS[audience]
    clauses = "".join(
        f"  1-{n}:\n    gloss_en: Late for the {english} costs {n}0 yuan.\n    ask:\n    - {chinese}迟到{n}次扣多少\n"
        for n in range(1, 5)
    )
    body = "".join(
        f"- **{n}、** {chinese}班迟到{n}次扣{n}0元，须告诉主管。\n    {{: #1-{n} }}\n" for n in range(1, 5)
    )
    return (
        f"---\nid: {name}\ntitle: {chinese}{name}守则\nkind: shop-handbook\nplatform: general\naudience: {audience}\n"
        f"status: unknown\nsummary: {chinese}。\nsummary_en: {english}.\nclauses:\n  '1':\n    label: 一、\n"
        f"    gloss_en: The {english}.\n{clauses}---\n\n# {chinese}{name}守则\n\n> {chinese}。\n>\n> *{english}.*\n\n"
        f"## 一、{chinese}考勤 {{#1}}\n\n{body}"
    )


FREE = Limits(rate=1e6, burst=1e6)


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two documents for each audience, with ids alike across audiences."""
    docs = tmp_path_factory.mktemp("audiences") / "docs"
    (docs / "shop-handbook").mkdir(parents=True)
    for audience, n in itertools.product(AUDIENCES, (1, 2)):
        name = f"{WORDS[audience][1]}-{n}"
        (docs / "shop-handbook" / f"{name}.md").write_text(page(name, audience), encoding="utf-8")
    build(docs, docs.parent / "index")
    return docs


@pytest.fixture(scope="module")
def passages(corpus: Path) -> tuple[Passage, ...]:
    return tuple(export(corpus))


@pytest.fixture(scope="module")
def locked(corpus: Path, keys: Keys, inside: Inside, site: Path) -> Iterator[Asked]:
    """A server that wants keys, at a rate that no test reaches."""
    with inside(corpus.parent / "index", keys=keys.path, site=site, limits=FREE) as running:
        yield running


@pytest.fixture(scope="module")
def locked_process(corpus: Path, keys: Keys, serve: Serve, site: Path) -> Iterator[Asked]:
    """The same as a process of its own, which answers many requests faster."""
    with serve(corpus.parent / "index", "--keys", keys.path, "--site", site, "--rate", "1e6") as running:
        yield running


def call(method: str, chance: random.Random, **parameters: Any) -> tuple[str, str, Any]:
    """Return a request to the tools for agents."""
    body = {"jsonrpc": "2.0", "id": chance.randint(0, 9), "method": method}
    return "POST", "/mcp", body | ({"params": parameters} if parameters else {})


def tool_calls(passage: Passage, question: str, near: str, chance: random.Random) -> tuple[str, str, Any]:
    """Return a request to the tools for agents about something that may be hidden."""
    document, _, anchor = chance.choice([passage.clause_id, near]).partition("#")
    limit = chance.choice([1, 5, 50])
    tool, arguments = chance.choice(
        [
            ("ask", {"question": question, "limit": limit}),
            ("search", {"question": question, "limit": limit}),
            ("compare", {"question": chance.choice([question, "迟到扣多少"]), "limit": limit}),
            ("get_clause", {"clause_id": f"{document}#{anchor}", "around": chance.choice([0, 20])}),
            ("list_documents", {"offset": chance.choice([0, 1]), "limit": chance.choice([1, 100])}),
        ]
    )
    if chance.random() < 0.6:
        return call("tools/call", chance, name=tool, arguments=arguments)
    uri = chance.choice([f"kb://documents/{document}", f"kb://clauses/{document}/{anchor}"])
    return chance.choice(
        [
            call("resources/read", chance, uri=uri),
            call("resources/list", chance, cursor=chance.choice(["0", "1", "3"])),
            call("resources/templates/list", chance),
            call("tools/list", chance),
        ]
    )


def requests(passages: tuple[Passage, ...], chance: random.Random) -> tuple[str, str, Any]:
    """Return method, path and body of some request about something that may be hidden."""
    passage = chance.choice(passages)
    words = [
        passage.text,
        passage.gloss_en,
        passage.clause_id,
        passage.document_title,
        *passage.ask,
        "迟到扣多少",
    ]
    question = chance.choice([word for word in words if word])
    body: dict[str, Any] = {"question": question, "limit": chance.choice([1, 5, 50])}
    if chance.random() < 0.6:
        filters: dict[str, list[str]] = {}
        for name, values in {
            "audience": [*AUDIENCES, "", "nobody"], "document": [passage.document_id, "nothing"], "kind": ["shop-handbook"],
            "platform": ["general", "tmall"], "status": ["unknown", "in-force"],
        }.items():  # fmt: skip
            if chance.random() < 0.4:
                filters[name] = [value for value in chance.choices(values, k=chance.randint(0, 3)) if value]
        body["filters"] = filters
    batch = {"questions": [{"id": n, "question": q} for n, q in enumerate([question, "迟到"])]} | {
        name: value for name, value in body.items() if name != "question"
    }
    near = passage.clause_id[:-1] + chance.choice("19x")
    paths = [
        f"/api/v1/clauses/{passage.clause_id.replace('#', '%23')}?around={chance.choice([0, 2, 20])}",
        f"/api/v1/clauses/{near.replace('#', '%23')}",
        f"/api/v1/documents?limit={chance.choice([1, 3, 100])}&offset={chance.choice([0, 1, 5])}",
        f"/api/v1/documents/{passage.document_id}?offset={chance.choice([0, 3])}",
        f"/api/v1/documents/{passage.document_id}x",
        f"/api/v1/compare?{urlencode({'question': question, 'limit': 50})}",
        f"/api/v1/compare?{urlencode({'question': '迟到扣多少', 'audience': chance.choice(AUDIENCES)})}",
        "/api/v1/health", "/metrics", "/api/openapi.json", "/", "/rules/", f"/{passage.document_id}/",
        "/assets/kb/server.json",
    ]  # fmt: skip
    kind = chance.randrange(14)
    if kind >= 11:
        return tool_calls(passage, question, near, chance)
    if kind == 10:
        return "POST", "/api/v1/feedback", {"question": question, "helpful": chance.random() < 0.5}
    if kind == 0:
        return "POST", chance.choice(["/api/v1/ask", "/api/v1/search"]), batch
    if kind < 6:
        return "GET", chance.choice(paths), None
    return "POST", chance.choice(["/api/v1/ask", "/api/v1/search"]), body


def without_echo(found: Any) -> Any:
    """Return a payload without what only repeats the request: its question, and the id in a refusal."""
    if isinstance(found, list):
        return [without_echo(one) for one in found]
    if not isinstance(found, dict):
        return found
    kept = {name: without_echo(value) for name, value in found.items() if name not in ("question", "uri")}
    for name in ("text", "message"):  # tools give their JSON as text too
        text = kept.get(name)
        if isinstance(text, str) and text.startswith("{"):
            kept[name] = without_echo(json.loads(text))
        elif name == "message" and isinstance(text, str):
            kept[name] = re.sub(r"^no (clause|document) has the id '[^']*'$", "", text)
    return kept


def told(answer: httpx.Response, method: str) -> str:
    """Return all that an answer says beyond what the request said itself."""
    text = answer.text
    if answer.headers.get("content-type", "").startswith("application/json"):
        found = answer.json()
        if method == "resources/list":  # there a uri is no echo
            return text + str(answer.headers)
        text = json.dumps(without_echo(found), ensure_ascii=False)
    return text + str(answer.headers)


def test_no_request_finds_what_its_key_does_not_open(
    locked_process: Asked, keys: Keys, passages: tuple[Passage, ...]
) -> None:
    chance = random.Random(20)
    seen = dict.fromkeys(keys.by_audience, 0)
    tags: dict[str, str] = {}
    asked: Counter[str] = Counter()
    with httpx.Client(base_url=locked_process.url, timeout=20) as client:
        for _ in range(int(500 * CASES)):
            mixture = chance.choice(list(keys.by_audience))
            method, path, body = requests(passages, chance)
            headers = keys.header(*mixture) | {"Accept": "application/json, text/event-stream"}
            if tags and chance.random() < 0.2:  # what another key was given
                headers["If-None-Match"] = chance.choice(list(tags.values()))
            answer = client.request(method, path, json=body, headers=headers)
            assert answer.status_code in (200, 304, 400, 403, 404, 422), answer.text
            if answer.status_code == 200 and "etag" in answer.headers:
                tags[path] = answer.headers["etag"]
            if answer.status_code == 304:  # a tag is no way to learn what there is
                del headers["If-None-Match"]
                answer = client.request(method, path, json=body, headers=headers)
                assert answer.status_code == 200
            asked[
                path.partition("?")[0] if method == "GET" else f"{path} {(body or {}).get('method', '')}"
            ] += 1
            text = told(answer, (body or {}).get("method", ""))
            for audience in set(AUDIENCES) - set(mixture):
                for word in WORDS[audience]:
                    assert word not in text, (method, path, body, mixture)
            seen[mixture] += any(word in text for audience in mixture for word in WORDS[audience])
    assert all(seen.values()), "every key finds what it opens"
    posts = ["/api/v1/ask ", "/api/v1/search ", "/api/v1/feedback ", "/mcp tools/call", "/mcp resources/read", "/mcp resources/list"]  # fmt: skip
    assert all(asked[path] for path in [*posts, "/api/v1/compare", "/api/v1/documents", "/metrics", "/"])


def test_without_a_key_nothing_is_open(locked: Asked, passages: tuple[Passage, ...]) -> None:
    paths = [
        "/api/v1/documents",
        "/api/v1/clauses/x",
        "/api/v1/documents/x",
        "/metrics",
        "/",
        "/rules/",
        "/nothing",
    ]
    for path in paths:
        answer = locked.get(path)
        assert answer.status_code == 401, path
        assert "www-authenticate" in answer.headers
    for path in ("/api/v1/ask", "/api/v1/search"):
        answer = locked.post(path, {"question": "迟到"})
        assert answer.status_code == 401
        assert answer.json()["code"] == "key-missing"
    health = locked.get("/api/v1/health")
    assert health.status_code == 200
    assert str(len(passages)) not in json.dumps(health.json()["index"]["model"])
    for wrong in (
        "Bearer kb_wrong",
        "Basic !",
        "Basic " + base64.b64encode(b"x:y").decode(),
        "soup",
    ):
        answer = locked.get("/api/v1/documents", headers={"Authorization": wrong})
        assert answer.status_code == 401
        assert answer.json()["code"] == "key-unknown"


def test_a_hidden_clause_and_an_unknown_one_are_told_alike(locked: Asked, keys: Keys) -> None:
    for path, hidden, unknown in (
        ("/api/v1/clauses/", "amberstone-1%231-1", "amberstone-9%231-1"),
        ("/api/v1/documents/", "amberstone-1", "amberstone-9"),
    ):
        first, second = (locked.get(path + name, headers=keys.header("public")) for name in (hidden, unknown))
        assert first.status_code == second.status_code == 404
        assert first.text.replace("amberstone-1", "?") == second.text.replace("amberstone-9", "?")


def test_a_hidden_clause_is_refused_as_fast_as_an_unknown_one(corpus: Path) -> None:
    public = Filters(audience=("public",))
    with KnowledgeBase.open(corpus.parent / "index") as kb:
        for look_up, end in ((kb.show, "#1-1"), (kb.document, "")):
            spent: dict[str, list[int]] = {
                "amberstone": [],
                "amberstnoe": [],
            }  # a hidden name, the same letters
            for n in range(1000):
                name = ("amberstone", "amberstnoe")[n % 2]
                began = time.thread_time_ns()
                with pytest.raises((ClauseUnknown, DocumentUnknown)):
                    look_up(f"{name}-{1 + n // 2 % 2}{end}", filters=public)
                spent[name].append(time.thread_time_ns() - began)
            hidden, unknown = (statistics.median(times) for times in spent.values())
            assert 0.9 < hidden / unknown < 1.1, (look_up, hidden, unknown)


def test_counts_tell_only_what_is_open(locked: Asked, keys: Keys) -> None:
    for mixture in keys.by_audience:
        found = locked.get("/api/v1/documents", headers=keys.header(*mixture)).json()
        assert found["total"] == 2 * len(mixture)
        assert {document["audience"] for document in found["documents"]} == set(mixture)


def test_a_browser_reads_the_site_with_the_key_as_password(locked: Asked, keys: Keys) -> None:
    whole = keys.by_audience[AUDIENCES]
    assert "规则" in locked.get("/", auth=("anybody", whole)).text
    assert locked.get("/", auth=("anybody", keys.by_audience[("public",)])).status_code == 403


def test_what_is_public_can_be_opened_to_everybody(
    corpus: Path, keys: Keys, inside: Inside, site: Path
) -> None:
    with inside(
        corpus.parent / "index", keys=keys.path, anonymous=("public",), site=site, site_audiences=("public",)
    ) as running:
        found = running.get("/api/v1/documents").json()
        assert {document["audience"] for document in found["documents"]} == {"public"}
        assert "规则" in running.get("/").text
        assert running.get("/api/v1/documents", headers=keys.header("manager")).json()["total"] == 2


def test_filters_never_widen_what_a_key_opens(corpus: Path) -> None:
    documents = load_documents(corpus)
    assert {document.audience for document in documents} == set(AUDIENCES)
    passages = tuple(export(corpus))
    for size in range(4):
        for granted in itertools.combinations(AUDIENCES, size):
            for wanted_size in range(4):
                for wanted in itertools.combinations(AUDIENCES, wanted_size):
                    filters = Access("", granted).filters(Filters(audience=wanted))
                    found = {passage.audience for passage in passages if filters.allow(passage)}
                    assert found == set(granted) & set(wanted or AUDIENCES)
