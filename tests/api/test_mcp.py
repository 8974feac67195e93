"""The tools as an agent sees them: the SDK's own client, to a process and over HTTP."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import anyio
import httpx
import jsonschema
import pytest
from mcp import StdioServerParameters
from mcp.client.client import Client
from mcp.client.stdio import stdio_client
from mcp.client.streamable_http import streamable_http_client
from mcp.shared.exceptions import MCPError

from api.conftest import ROOT, Asked, Inside, Keys
from kb.model.document import AUDIENCES

QUESTION = "和顾客吵起来第二次罚多少"
Work = Callable[[Client], Awaitable[None]]


def by_process(index: Path, work: Work, *options: str) -> None:
    """Run ``kb mcp`` and work with it."""

    async def main() -> None:
        server = StdioServerParameters(
            command=sys.executable,
            args=["-m", "kb.cli.main", "mcp", "--index", str(index), "--no-gaps", *options],
            env={**os.environ, "PYTHONPATH": str(ROOT)},
        )
        async with Client(stdio_client(server)) as client:
            await work(client)

    _run(main)


def _run(main: Callable[[], Awaitable[None]]) -> None:
    """Run it in a thread of its own: a browser of other tests may keep a loop running in this one."""
    with ThreadPoolExecutor(1) as thread:
        thread.submit(anyio.run, main).result()


def by_http(asked: Asked, work: Work, headers: dict[str, str] | None = None, mode: str = "auto") -> None:
    """Work with ``/mcp`` of a server."""

    async def main() -> None:
        async with AsyncExitStack() as stack:
            http = await stack.enter_async_context(_http(headers))
            client = Client(streamable_http_client(asked.url + "/mcp", http_client=http), mode=mode)
            await work(await stack.enter_async_context(client))

    _run(main)


def _http(headers: dict[str, str] | None) -> Any:
    from mcp.shared._httpx_utils import create_mcp_http_client

    return create_mcp_http_client(headers=headers)


async def look_around(client: Client) -> None:
    tools = {tool.name: tool for tool in (await client.list_tools()).tools}
    assert set(tools) == {"ask", "search", "get_clause", "list_documents", "compare"}
    for tool in tools.values():
        assert tool.description and len(tool.description) < 120
        assert tool.annotations and tool.annotations.read_only_hint and not tool.annotations.destructive_hint
        assert "context" not in tool.input_schema["properties"]
        assert all(one["description"] for one in tool.input_schema["properties"].values())
        for schema in (tool.input_schema, tool.output_schema):
            jsonschema.Draft202012Validator.check_schema(schema)
        assert tool.output_schema["required"]

    async def called(name: str, arguments: dict[str, Any]) -> dict[str, Any]:
        result = await client.call_tool(name, arguments)
        assert not result.is_error
        found = result.structured_content
        jsonschema.validate(found, tools[name].output_schema)
        assert json.loads(result.content[0].text) == found
        return found

    answer = await called("ask", {"question": QUESTION})
    assert answer["status"] == "answered"
    assert answer["citations"][0]["clause_id"] == "pinecone#2-2"
    assert (await called("ask", {"question": "公司食堂中午供应什么菜"}))["status"] == "abstained"
    assert len((await called("search", {"question": QUESTION, "limit": 2}))["hits"]) == 2
    clause = await called("get_clause", {"clause_id": "pinecone#1-2", "around": 1})
    assert clause["id"] == "pinecone#1-2"
    assert len(clause["neighbours"]) == 2
    found = await called("list_documents", {})
    assert [document["id"] for document in found["documents"]] == ["bamboo", "pinecone"]
    first = await called("list_documents", {"limit": 1})
    assert ([document["id"] for document in first["documents"]], first["next_offset"]) == (["bamboo"], 1)
    rest = await called("list_documents", {"offset": 1})
    assert ([document["id"] for document in rest["documents"]], rest["next_offset"]) == (["pinecone"], None)
    compared = await called("compare", {"question": "迟到罚多少"})
    assert {row["document_id"] for row in compared["rows"]} == {"bamboo", "pinecone"}
    for name, arguments, code in (
        ("get_clause", {"clause_id": "nothing"}, "clause-unknown"),
        ("ask", {"question": " "}, "question-empty"),
        ("search", {"question": "x" * 2001}, "question-too-long"),
    ):
        refused = await client.call_tool(name, arguments)
        assert refused.is_error
        assert json.loads(refused.content[0].text)["code"] == code
    assert (await client.call_tool("ask", {"question": "迟到", "limit": 0})).is_error
    await read_resources(client)


async def read_resources(client: Client) -> None:
    listed = await client.list_resources()
    assert [one.uri for one in listed.resources] == ["kb://documents/bamboo", "kb://documents/pinecone"]
    assert listed.next_cursor is None
    assert (await client.list_resources(cursor="1")).resources[0].name == "pinecone"
    assert (await client.list_resources(cursor="5")).resources == []
    with pytest.raises(MCPError, match="cursor"):
        await client.list_resources(cursor="-1")
    templates = {found.uri_template for found in (await client.list_resource_templates()).resource_templates}
    assert templates == {"kb://documents/{document_id}{?offset}", "kb://clauses/{document_id}/{anchor}"}
    document = await client.read_resource(listed.resources[1].uri)
    assert len(json.loads(document.contents[0].text)["clauses"]) == 10
    rest = await client.read_resource("kb://documents/pinecone?offset=8")
    assert len(json.loads(rest.contents[0].text)["clauses"]) == 2
    clause = await client.read_resource("kb://clauses/pinecone/2-2")
    assert json.loads(clause.contents[0].text)["id"] == "pinecone#2-2"
    for missing in ("kb://clauses/pinecone/9-9", "kb://documents/nothing", "kb://soup"):
        with pytest.raises(Exception, match=r"nothing|9-9|soup"):
            await client.read_resource(missing)


def test_as_a_process(small_index: Path) -> None:
    by_process(small_index, look_around)


@pytest.mark.parametrize("mode", ["auto", "legacy"])
def test_over_http(server: Asked, mode: str) -> None:
    by_http(server, look_around, mode=mode)


async def see_only_staff(client: Client) -> None:
    found = await client.call_tool("list_documents", {})
    assert [document["id"] for document in found.structured_content["documents"]] == ["pinecone"]
    assert [one.uri for one in (await client.list_resources()).resources] == ["kb://documents/pinecone"]
    for tool, arguments in (
        ("ask", {"question": "上班打游戏被抓到罚多少", "limit": 50}),
        ("search", {"question": "bamboo 竹篮", "limit": 50}),
        ("compare", {"question": "attendance", "limit": 50}),
        ("compare", {"question": "迟到罚多少", "limit": 50}),
        ("get_clause", {"clause_id": "bamboo#1-1"}),
    ):
        result = await client.call_tool(tool, arguments)
        told = json.dumps(
            [result.structured_content, [part.text for part in result.content]], ensure_ascii=False
        )
        for name, value in arguments.items():
            if name in ("question", "clause_id"):
                told = told.replace(str(value), "")
        assert "bamboo" not in told, tool
        assert "竹篮" not in told, tool
    for hidden in ("kb://documents/bamboo", "kb://clauses/bamboo/1-1"):
        with pytest.raises(Exception, match=r"no (document|clause)"):
            await client.read_resource(hidden)


def test_a_process_for_one_audience(small_index: Path) -> None:
    by_process(small_index, see_only_staff, "--audience", "staff")


@pytest.mark.parametrize("mode", ["auto", "legacy"])
def test_a_key_opens_over_http_what_it_opens_elsewhere(
    inside: Inside, small_index: Path, keys: Keys, mode: str
) -> None:
    with inside(small_index, keys=keys.path) as running:
        by_http(running, see_only_staff, keys.header("staff"), mode)
        by_http(running, look_around, keys.header(*AUDIENCES), mode)
        refused = running.post("/mcp", {"jsonrpc": "2.0", "id": 1, "method": "tools/list"})
        assert (refused.status_code, refused.json()["code"]) == (401, "key-missing")


def test_without_an_index_agents_are_told_so(inside: Inside, tmp_path: Path) -> None:
    async def look(client: Client) -> None:
        refused = await client.call_tool("list_documents", {})
        assert refused.is_error
        told = json.loads(refused.content[0].text)
        assert told["code"] == "index-missing"
        assert str(tmp_path) not in told["message"]
        with pytest.raises(MCPError, match="cannot answer now"):
            await client.list_resources()
        with pytest.raises(MCPError, match="cannot answer now"):
            await client.read_resource("kb://documents/bamboo")

    with inside(tmp_path / "index", ready=False) as running:
        by_http(running, look)


def test_no_stream_is_held_open(server: Asked) -> None:
    for method in ("GET", "DELETE", "PUT"):
        answer = httpx.request(
            method, server.url + "/mcp", headers={"Accept": "text/event-stream"}, timeout=5
        )
        assert (answer.status_code, answer.headers["allow"]) == (405, "POST")
    assert 'method="GET",route="/mcp",status="405"' in server.get("/metrics").text
    body = {"jsonrpc": "2.0", "id": 1, "method": "tools/list"}
    accept = {"Accept": "application/json, text/event-stream"}
    assert httpx.post(server.url + "/mcp/", json=body, headers=accept).json()["result"]["tools"]


def test_no_page_elsewhere_reaches_an_open_server(server: Asked) -> None:
    body = {"jsonrpc": "2.0", "id": 1, "method": "tools/list"}
    accept = {"Accept": "application/json, text/event-stream"}
    for headers in ({"Host": "evil.example"}, {"Origin": "https://evil.example"}):
        answer = httpx.post(server.url + "/mcp", json=body, headers=accept | headers)
        assert answer.status_code in (403, 421), answer.text
