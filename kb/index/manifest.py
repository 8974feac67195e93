"""The manifest: which model, format and corpus an index was built from, and which files it consists of."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Literal

from kb.errors import IndexDamaged, IndexMismatch
from kb.index.corpus import PASSAGE_FIELDS
from kb.model.answer import IndexInfo

FORMAT = 7  # raise it whenever files of an older build would be read wrongly
MANIFEST = "manifest.json"
VECTORS = "vectors"
REBUILD = "Build the index again with `kb index`."


@dataclass(frozen=True, slots=True)
class FileFacts:
    """Size in bytes and SHA-256 (64 hex digits) of one file."""

    size: int
    sha256: str


TierName = Literal["auto", "exact", "inverted"]


@dataclass(frozen=True, slots=True)
class Tier:
    """How the vectors of a field are searched.

    Attributes:
        kind: ``exact`` (all are compared) or ``inverted`` (those in the nearest lists are).
        lists: Number of lists, 0 when exact.
        probes: How many of them are compared.
        recall: Share of the ten nearest that were found when it was built.
        sample: Number of questions that this was measured with, 0 when exact.
    """

    kind: str
    lists: int
    probes: int
    recall: float
    sample: int


EXACT = Tier("exact", 0, 0, 1.0, 0)


@dataclass(frozen=True, slots=True)
class Manifest:
    """What an index says of itself.

    Attributes:
        id: Identity of the build, also the name of its folder.
        format: Version of the layout and of how texts become terms.
        model: Name of the embedding model.
        dimensions: Length of its vectors.
        corpus: ``corpus_digest`` of the entries.
        built_at: UTC time of the build, ISO 8601.
        clauses: Number of clauses.
        rows: Row numbers are below this; after updates some of them stand for nothing.
        changed: Clauses written or removed since the index was last written whole.
        documents: Number of documents.
        vectors: Number of vectors per dense field.
        tier: How they were asked to be searched (``TierName``).
        tiers: How those of each field are, updates aside, which are compared with all.
        lexical: Lexical fields in use.
        audiences: Audiences of the clauses, sorted; after updates there may be more.
        passage_fields: Names of the stored properties of a passage, in order.
        files: Facts of every file, by path relative to the build's folder with ``/`` separators.
    """

    id: str
    format: int
    model: str
    dimensions: int
    corpus: str
    built_at: str
    clauses: int
    rows: int
    changed: int
    documents: int
    vectors: Mapping[str, int]
    tier: str
    tiers: Mapping[str, Tier]
    lexical: tuple[str, ...]
    audiences: tuple[str, ...]
    passage_fields: tuple[str, ...]
    files: Mapping[str, FileFacts]

    @property
    def info(self) -> IndexInfo:
        """The short form that goes with every answer."""
        return IndexInfo(id=self.id, model=self.model, built_at=self.built_at)


def write_manifest(build: Path, manifest: Manifest) -> None:
    """Write the manifest into the build's folder."""
    (build / MANIFEST).write_text(manifest_json(manifest), encoding="utf-8")


def read_manifest(build: Path) -> Manifest:
    """Read the manifest of one build.

    Raises:
        FileNotFoundError: The build has no manifest, or is gone.
        IndexDamaged: The manifest cannot be read.
        IndexMismatch: Another version of this program wrote the index.
    """
    path = build / MANIFEST
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise
    except (OSError, ValueError) as error:
        raise IndexDamaged(f"the manifest {path} cannot be read: {error}", hint=REBUILD) from error
    return manifest_of(text, str(path))


def manifest_json(manifest: Manifest) -> str:
    """Return the manifest as text."""
    return json.dumps(asdict(manifest), ensure_ascii=False, indent=1) + "\n"


def manifest_of(text: str, where: str) -> Manifest:
    """Return the manifest that ``manifest_json`` wrote.

    Raises:
        IndexDamaged: It is none.
        IndexMismatch: Another version of this program wrote the index.
    """
    try:
        facts = json.loads(text)
        if facts["format"] != FORMAT or facts["passage_fields"] != list(PASSAGE_FIELDS):
            raise IndexMismatch(
                f"the index {facts['id']} has format {facts['format']}, which this version (format {FORMAT}) cannot read",
                hint=REBUILD,
                found=facts["format"],
                expected=FORMAT,
            )
        facts["files"] = {name: FileFacts(**file) for name, file in facts["files"].items()}
        facts["tiers"] = {field: Tier(**tier) for field, tier in facts["tiers"].items()}
        facts["lexical"] = tuple(facts["lexical"])
        facts["audiences"] = tuple(facts["audiences"])
        facts["passage_fields"] = tuple(facts["passage_fields"])
        return Manifest(**facts)
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise IndexDamaged(f"the manifest {where} cannot be read: {error}", hint=REBUILD) from error


def check_model(manifest: Manifest, model: str | None, where: str) -> None:
    """Check that an index was built with the model it is asked with; None takes any.

    Raises:
        IndexMismatch: It was not.
    """
    if model is not None and model != manifest.model:
        raise IndexMismatch(
            f"the index in {where} was built with the model {manifest.model}, not {model}",
            hint=f"Ask with {manifest.model}, or build the index again with `kb index`.",
            found=manifest.model,
            expected=model,
        )


def vector_files(build: Path, dimensions: int) -> dict[str, dict[Path, str]]:
    """Return the files of each dense field, each with its SHA-256, of a build of this or any other format.

    Empty when the build has no vectors of so many dimensions, or does not tell.
    """
    try:
        facts = json.loads((build / MANIFEST).read_text(encoding="utf-8"))
        if facts["dimensions"] != dimensions:
            return {}
        digests = {name: file["sha256"] for name, file in facts["files"].items()}
        return {
            field: {
                build / name: digest
                for name, digest in digests.items()
                if name.startswith(f"{VECTORS}/{field}.")
            }
            for field in facts["vectors"]
        }
    except (OSError, ValueError, TypeError, KeyError, AttributeError):  # nothing is lost but time
        return {}


def file_facts(build: Path, base: Path | None, known: Mapping[str, FileFacts]) -> dict[str, FileFacts]:
    """Return the facts of every file of a build but its manifest and lock files, by relative path.

    Args:
        build: The build's folder.
        base: Folder of the build it updates.
        known: Verified facts of the base's files; a file shared with it (a hard link) is not read again.
    """
    found = {}
    for path in sorted(build.rglob("*")):
        if path.is_file() and path.name != MANIFEST and path.suffix != ".lock":
            name = path.relative_to(build).as_posix()
            shared = base is not None and name in known and path.samefile(base / name)
            found[name] = known[name] if shared else FileFacts(path.stat().st_size, sha256_of(path))
    return found


def check_sizes(build: Path, manifest: Manifest) -> None:
    """Refuse a build whose files are missing or have another size than when written.

    Raises:
        IndexDamaged: Names the first such file.
    """
    for name, facts in manifest.files.items():
        path = build / name
        try:
            size = path.stat().st_size
        except OSError as error:
            raise IndexDamaged(f"{path} is missing from the index", hint=REBUILD, file=name) from error
        if size != facts.size:
            raise IndexDamaged(
                f"{path} has {size} bytes instead of {facts.size}", hint=REBUILD, file=name, size=size
            )


def check_digests(build: Path, manifest: Manifest) -> None:
    """Refuse a build of which any byte changed since it was written; reads every file.

    Raises:
        IndexDamaged: Names the first such file.
    """
    check_sizes(build, manifest)
    for name, facts in manifest.files.items():
        if sha256_of(build / name) != facts.sha256:
            raise IndexDamaged(f"{build / name} was altered since the build", hint=REBUILD, file=name)


def sha256_of(path: Path) -> str:
    """Return the SHA-256 of a file, 64 hex digits."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
