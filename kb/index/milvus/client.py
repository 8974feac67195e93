"""The connection to Milvus. The only module that knows pymilvus.

Works with what every Milvus since 2.4 and Milvus Lite have in common: collections, aliases, dense and sparse inner products,
scalar filters. Values of filters are always quoted here, so nothing typed becomes part of an expression.
"""

from __future__ import annotations

import contextlib
import json
import logging
import os
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from kb.errors import IndexDamaged, IndexMissing, StoreProblem
from kb.index.corpus import is_text
from kb.index.milvus.address import TOKEN_VARIABLE, Address
from kb.model.filters import Filters

_CONNECT = 5.0  # seconds
_READ = 10.0
_WRITE = 600.0
_BATCH = 1000
_NOT_LOADED = 101  # the server's code
_MESSAGE = 8_000_000  # characters of text in one request; servers take 64 MB
MOST = 16_384
"""Results of one search, at most: the server's own limit."""
_ID_BYTES = 1024
_CHANNEL = {
    # a server that does not expect pings on an idle connection, such as Milvus Lite, closes it
    "grpc.keepalive_permit_without_calls": False,
    "grpc.initial_reconnect_backoff_ms": 100,
    "grpc.max_reconnect_backoff_ms": 1000,  # by default two minutes, after the server is back
}
TEXT_BYTES = 65_535
"""Length of the longest string that Milvus stores."""
FACETS = {name: "topics" if name == "topic" else name for name, _ in Filters()}
"""Filter property to the scalar field that holds it."""

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Shape:
    """What a collection holds.

    Attributes:
        key: Primary key; ``name`` is a string, any other one a number.
        strings: Further string fields that filters may name.
        numbers: Further number fields.
        texts: Fields of long strings, in pieces.
        facets: Whether it has the facets of its clauses.
        dense: Name and length of its dense vector, if any.
        sparse: Names of its sparse vectors.
    """

    key: str
    strings: tuple[str, ...] = ()
    numbers: tuple[str, ...] = ()
    texts: tuple[str, ...] = ()
    facets: bool = False
    dense: tuple[str, int] | None = None
    sparse: tuple[str, ...] = field(default=())


class Milvus:
    """A connection; may be shared by threads."""

    def __init__(self, address: Address, *, make: bool = False) -> None:
        """Connect.

        Args:
            address: Where to.
            make: Whether a Milvus Lite file that is not there is made.

        Raises:
            IndexMissing: There is no such file.
            StoreProblem: The extra is not installed, or nothing answers there.
        """
        self.address = address
        if address.is_file and not make and not Path(address.uri).exists():
            raise IndexMissing(
                f"there is no index in {address}",
                hint=f"Build one with `kb index --index {address}`.",
                folder=str(address),
            )
        os.environ.setdefault("GRPC_VERBOSITY", "NONE")  # its core would write to stderr by itself
        try:
            import grpc
            from pymilvus import DataType, MilvusClient
            from pymilvus.exceptions import MilvusException
        except ModuleNotFoundError as error:
            raise StoreProblem(
                f"an index in {address} needs the package {error.name}",
                hint="install it: pip install 'policy-kb[milvus]'",
            ) from error
        for name in (
            "pymilvus",
            "milvus_lite",
            "grpc",
        ):  # what they log with tracebacks is told here in one line
            logging.getLogger(name).setLevel(logging.CRITICAL + 1)
        self._types: Any = DataType
        self._failures = (MilvusException, grpc.RpcError, OSError)
        with self._told():
            self._client: Any = MilvusClient(
                address.uri,
                token=os.environ.get(TOKEN_VARIABLE, ""),
                timeout=_CONNECT,
                grpc_options=_CHANNEL,
            )

    def close(self) -> None:
        """Let go of the connection."""
        self._client.close()

    def target(self) -> str | None:
        """Return the collection that the index's alias points to, or None when there is no such alias."""
        alias = self.address.name
        with self._told():
            try:
                return str(self._client.describe_alias(alias, timeout=_CONNECT)["collection_name"])
            except self._failures[0]:
                if alias in self._client.list_aliases(timeout=_CONNECT)["aliases"]:
                    raise
                return None

    def point(self, collection: str) -> None:
        """Make the alias point to a collection, in one step."""
        first = self.target() is None
        with self._told():
            change = self._client.create_alias if first else self._client.alter_alias
            change(collection, self.address.name, timeout=_READ)

    def collections(self) -> list[str]:
        """Return the names of all collections of the database."""
        with self._told():
            return [str(name) for name in self._client.list_collections(timeout=_READ)]

    def drop(self, collection: str) -> None:
        """Remove a collection."""
        with self._told():
            self._client.drop_collection(collection, timeout=_READ)

    def create(self, collection: str, shape: Shape) -> None:
        """Make an empty collection."""
        types = self._types
        schema = self._client.create_schema(auto_id=False, enable_dynamic_field=False)
        string = {"datatype": types.VARCHAR, "max_length": _ID_BYTES}
        key = string if shape.key == "name" else {"datatype": types.INT64}
        strings = [name for name in FACETS.values() if name != "topics"] if shape.facets else []
        pieces = {"element_type": types.VARCHAR, "max_capacity": 1024}
        schema.add_field(shape.key, is_primary=True, **key)
        for name in (*shape.strings, *strings):
            schema.add_field(name, **string)
        for name in shape.numbers:
            schema.add_field(name, types.INT64)
        for name in shape.texts:
            schema.add_field(name, types.ARRAY, max_length=TEXT_BYTES, **pieces)
        if shape.facets:
            schema.add_field("topics", types.ARRAY, max_length=_ID_BYTES, **pieces)
        if shape.dense:
            schema.add_field(shape.dense[0], types.FLOAT_VECTOR, dim=shape.dense[1])
        for name in shape.sparse:
            schema.add_field(name, types.SPARSE_FLOAT_VECTOR)
        with self._told():
            self._client.create_collection(collection, schema=schema, timeout=_WRITE)

    def insert(self, collection: str, rows: Iterable[Row]) -> None:
        """Add rows, a batch at a time."""
        batch: list[Row] = []
        room = _MESSAGE
        for row in rows:
            batch.append(row)
            room -= sum(
                len(piece)
                for field in row.values()
                if isinstance(field, list) and field and isinstance(field[0], str)
                for piece in field
            )
            if len(batch) == _BATCH or room <= 0:
                self._insert(collection, batch)
                batch, room = [], _MESSAGE
        if batch:
            self._insert(collection, batch)

    def put(self, collection: str, rows: Sequence[Row]) -> None:
        """Add rows, or replace those with the same keys."""
        with self._told():
            self._client.upsert(collection, list(rows), timeout=_WRITE)

    def _insert(self, collection: str, rows: list[Row]) -> None:
        with self._told():
            self._client.insert(collection, rows, timeout=_WRITE)

    def seal(self, collection: str, shape: Shape, lists: int = 0) -> None:
        """Make what was added durable, indexed and ready to be searched.

        Args:
            collection: Its name.
            shape: What it holds.
            lists: Number of lists that dense vectors are sorted into; 0 compares them all.
        """
        indexes = self._client.prepare_index_params()
        if shape.dense:
            kind, params = ("IVF_FLAT", {"nlist": lists}) if lists else ("FLAT", {})
            indexes.add_index(shape.dense[0], index_type=kind, metric_type="IP", params=params)
        for name in shape.sparse:
            indexes.add_index(name, index_type="SPARSE_INVERTED_INDEX", metric_type="IP")
        facets = [name for name in FACETS.values() if name != "topics"] if shape.facets else []
        for name in (*shape.strings, *shape.numbers, *facets):
            indexes.add_index(name, index_type="INVERTED")
        with self._told():
            self._client.flush(collection, timeout=_WRITE)
            self._client.create_index(collection, indexes, timeout=_WRITE, sync=False)
            for index in indexes:
                self._wait_for(collection, index.field_name)
            self._client.load_collection(collection, timeout=_WRITE)

    def _wait_for(self, collection: str, index: str) -> None:
        """Wait until an index is made; the library itself would wait half a second at least."""
        pause, until = 0.005, time.monotonic() + _WRITE
        while True:
            state = str(self._client.describe_index(collection, index, timeout=_READ)["state"])
            if state == "Finished":
                return
            if state == "Failed" or time.monotonic() > until:
                raise TimeoutError(f"the index of {index} in {collection} is {state}")
            time.sleep(pause)
            pause = min(2 * pause, 1.0)

    def ready(self, collection: str) -> None:
        """Have a collection loaded, if it is not: Milvus Lite forgets that it was when its process ends."""
        with self._told():
            found = self._client.get_load_state(collection, timeout=_READ)
            if getattr(found["state"], "name", "") != "Loaded":
                self._client.load_collection(collection, timeout=_WRITE)

    def count(self, collection: str, key: str) -> int:
        """Return the number of entities, none of those written before this call left out."""
        every = f'{key} >= ""' if key == "name" else f"{key} >= 0"
        with self._told():
            found = self._client.query(
                collection,
                filter=every,
                output_fields=["count(*)"],
                consistency_level="Strong",
                timeout=_WRITE,
            )
        return int(found[0]["count(*)"])

    def pick(
        self,
        collection: str,
        key: str,
        values: Sequence[object],
        fields: Sequence[str],
        condition: str = "",
    ) -> list[Row]:
        """Return the entities whose ``key`` is one of these and that fit the condition, in no particular order."""
        found: list[Row] = []
        for start in range(0, len(values), _BATCH):
            with self._told():
                found += self._loaded(
                    self._client.query,
                    collection,
                    filter=both(among(key, values[start : start + _BATCH]), condition),
                    output_fields=list(fields),
                    timeout=_READ,
                )
        return found

    def each(self, collection: str, condition: str, fields: Sequence[str]) -> Iterator[Row]:
        """Yield every entity that fits a condition (``""`` for all), in no particular order."""
        with self._told():
            pages = self._loaded(
                self._client.query_iterator,
                collection,
                batch_size=_BATCH,
                filter=condition,
                output_fields=list(fields),
                timeout=_READ,
            )
        try:
            while True:
                with self._told():
                    page = pages.next()
                if not page:
                    return
                yield from page
        finally:
            pages.close()

    def nearest(
        self,
        collection: str,
        field: str,
        vector: Sequence[float] | Mapping[int, float],
        limit: int,
        condition: str,
        probes: int = 0,
    ) -> list[tuple[int, float]]:
        """Return ``(row, inner product)`` of the entities nearest to a vector, nearest first.

        Args:
            collection: Its name.
            field: Which vector of the entities.
            vector: The question's.
            limit: At most so many.
            condition: What the others do not fit is not ranked; ``""`` for all.
            probes: Number of lists to compare, where there are lists.
        """
        params: Row = {"metric_type": "IP", "params": {"nprobe": probes} if probes else {}}
        with self._told():
            found = self._loaded(
                self._client.search,
                collection,
                data=[vector],
                anns_field=field,
                limit=min(limit, MOST),
                filter=condition,
                output_fields=["row"],
                search_params=params,
                timeout=_READ,
            )
        return [(int(hit["entity"]["row"]), float(hit["distance"])) for hit in found[0]]

    def _loaded(self, ask: Callable[..., Any], collection: str, **named: object) -> Any:
        """Ask a collection, and again if it had to be loaded first: a server that was started anew may have let go of it."""
        try:
            return ask(collection, **named)
        except self._failures[0] as error:
            if getattr(error, "code", None) != _NOT_LOADED:
                raise
        self._client.load_collection(collection, timeout=_WRITE)
        return ask(collection, **named)

    @contextlib.contextmanager
    def _told(self) -> Iterator[None]:
        """Turn the library's errors into ours."""
        try:
            yield
        except self._failures as error:
            said = " ".join(str(getattr(error, "message", "") or error).split())[:300]
            if "not exist" in said or "not found" in said or "not loaded" in said:
                raise IndexDamaged(
                    f"a part of the index is gone from {self.address}: {said}",
                    hint="It was replaced by a newer build: open it again, or build it with `kb index`.",
                ) from error
            hint = "Is Milvus running at that address, and ready? `kb doctor --index ...` looks again."
            if self.address.is_file:
                hint = "Milvus Lite serves one process: end the other one, or run `milvus-lite server --data-dir FILE` and use milvus:http://127.0.0.1:19530."
            raise StoreProblem(f"{self.address} does not answer as it should: {said}", hint=hint) from error


def among(name: str, values: Iterable[object]) -> str:
    """Return the condition that a field is one of these values."""
    return f"{name} in {_quoted(values)}"


def allowing(filters: Filters | None) -> str:
    """Return the condition that an entity passes the filters; ``""`` when all do."""
    conditions = []
    for name, values in filters or ():
        if not values:
            continue
        possible = [value for value in values if is_text(value)]
        if name == "topic":
            conditions.append(f"array_contains_any(topics, {_quoted(possible)})" if possible else _NONE)
        else:
            conditions.append(among(FACETS[name], possible) if possible else _NONE)
    return " and ".join(conditions)


_NONE = "row < 0"


def both(*conditions: str) -> str:
    """Return the condition that all of these hold; blank ones always do."""
    return " and ".join(f"({condition})" for condition in conditions if condition)


def _quoted(values: Iterable[object]) -> str:
    return json.dumps(list(values), ensure_ascii=False)
