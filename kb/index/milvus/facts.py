"""What a build in Milvus says of itself, as text among its facts."""

from __future__ import annotations

import json

from kb.errors import IndexDamaged, IndexMissing
from kb.index.manifest import REBUILD, Manifest, manifest_of
from kb.index.milvus import layout
from kb.index.milvus.client import Milvus


def read_facts(milvus: Milvus) -> tuple[Manifest, dict[str, int]]:
    """Return the manifest of the current build, and its number of clauses per audience.

    Raises:
        IndexProblem: As ``open_index``.
    """
    build_id, text = raw_facts(milvus)
    where = f"of {build_id} in {milvus.address}"
    try:
        facts = json.loads(text)
        return manifest_of(facts["manifest"], where), dict(facts["clauses"])
    except (ValueError, TypeError, KeyError) as error:
        raise IndexDamaged(f"the manifest {where} cannot be read: {error}", hint=REBUILD) from error


def raw_facts(milvus: Milvus) -> tuple[str, str]:
    """Return the id of the current build and what it says of itself, whichever version wrote it.

    Raises:
        IndexProblem: As ``open_index``.
    """
    build_id = current(milvus)
    while True:
        try:
            return build_id, text_of(milvus, build_id, layout.BUILD)
        except IndexDamaged:
            now = current(milvus)
            if now == build_id:
                raise
            build_id = now  # replaced and swept away in between


def current(milvus: Milvus) -> str:
    """Return the id of the current build.

    Raises:
        IndexMissing: There is no index of that name.
        IndexDamaged: The name stands for something else.
    """
    target = milvus.target()
    if target is None:
        raise IndexMissing(
            f"there is no index in {milvus.address}",
            hint=f"Build one with `kb index --index {milvus.address}`.",
            folder=str(milvus.address),
        )
    build_id = layout.build_of(milvus.address.name, target)
    if build_id is None:
        raise IndexDamaged(
            f"{milvus.address} is {target}, which is no index of this program",
            hint="Choose another name with ?name=NAME.",
        )
    return build_id


def text_of(milvus: Milvus, build_id: str, name: str) -> str:
    """Return a text that stands among the facts of a build.

    Raises:
        IndexDamaged: It is not there.
    """
    collection = layout.part(milvus.address.name, build_id, "facts")
    milvus.ready(collection)

    def rows(of: range) -> dict[str, list[str]]:
        names = [f"{name}/{at}" for at in of]
        return {row["name"]: row["text"] for row in milvus.pick(collection, "name", names, ("name", "text"))}

    try:
        first = rows(range(1))[f"{name}/0"]
        rest = rows(range(1, int(first[0])))
        return "".join(first[1:]) + "".join(
            "".join(rest[f"{name}/{at}"][1:]) for at in range(1, int(first[0]))
        )
    except KeyError as error:
        raise IndexDamaged(f"{collection} in {milvus.address} lacks {name}", hint=REBUILD) from error
