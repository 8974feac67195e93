"""The parts of a .docx file: the zip archive and its XML, opened with nothing trusted."""

from __future__ import annotations

import io
import posixpath
import zipfile
import zlib
from dataclasses import dataclass, field, replace
from typing import Any

from lxml import etree

from kb.errors import SourceNotText, SourceUnreadable

# Element names below are written with these prefixes resolved.
W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
R = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"
_RELATIONSHIP = "{http://schemas.openxmlformats.org/package/2006/relationships}Relationship"

# The strict variant of the format has other namespace names for the same elements.
_STRICT = (
    (
        b"http://purl.oclc.org/ooxml/wordprocessingml/main",
        b"http://schemas.openxmlformats.org/wordprocessingml/2006/main",
    ),
    (
        b"http://purl.oclc.org/ooxml/officeDocument/relationships",
        b"http://schemas.openxmlformats.org/officeDocument/2006/relationships",
    ),
    (b"http://purl.oclc.org/ooxml/drawingml/", b"http://schemas.openxmlformats.org/drawingml/2006/"),
)
_PART_LIMIT = 256 * 1024 * 1024  # bytes of one part when unpacked
_OTHER_OFFICE = (
    ("xl/", "an Excel workbook"),
    ("ppt/", "a PowerPoint presentation"),
    ("mimetype", "an OpenDocument or EPUB file"),
)

Element = Any  # lxml ships no types


@dataclass(frozen=True, slots=True)
class Package:
    r"""An opened .docx file.

    Attributes:
        file: Its name, for messages.
        archive: The zip archive.
        names: Name in the archive of each part, by path (some programs write ``word\document.xml``).
        main: Path of the main document part.
    """

    file: str
    archive: zipfile.ZipFile
    names: dict[str, str]
    main: str = ""
    _parsed: dict[str, Element] = field(default_factory=dict)

    def xml(self, part: str) -> Element | None:
        """Return the root element of a part, or None when the package has no such part."""
        if part not in self._parsed:
            if part not in self.names:
                return None
            self._parsed[part] = _parse(_unpack(self.archive, self.names[part], self.file), part, self.file)
        return self._parsed[part]

    def related(self, part: str) -> dict[str, tuple[str, str]]:
        """Return what a part refers to: relationship id to (last word of its type, target part)."""
        folder, name = posixpath.split(part)
        root = self.xml(posixpath.join(folder, "_rels", name + ".rels"))
        if root is None:
            return {}
        return {
            relation.get("Id", ""): (
                relation.get("Type", "").rpartition("/")[2],
                posixpath.normpath(posixpath.join("/", folder, relation.get("Target", "")))[1:],
            )
            for relation in root.iter(_RELATIONSHIP)
            if relation.get("TargetMode") != "External"
        }

    def companion(self, kind: str) -> Element | None:
        """Return the root of the part the main document refers to as ``kind`` (``styles``), or None."""
        for type_name, target in self.related(self.main).values():
            if type_name == kind:
                return self.xml(target)
        return None


def open_package(data: bytes, file: str) -> Package:
    """Open a .docx file.

    Raises:
        SourceNotText: A zip archive of something else.
        SourceUnreadable: Damaged, locked, or unpacking to an absurd size.
    """
    try:
        archive = zipfile.ZipFile(io.BytesIO(data))
        names = {name.replace("\\", "/"): name for name in archive.namelist()}
    except (zipfile.BadZipFile, NotImplementedError, UnicodeDecodeError, ValueError) as error:
        raise _damaged(file, str(error)) from None
    package = Package(file=file, archive=archive, names=names)
    mains = [target for kind, target in package.related("").values() if kind == "officeDocument"]
    for main in (*mains, "word/document.xml"):
        if main in names and not main.startswith(("xl/", "ppt/")):
            return replace(package, main=main)
    what = next(
        (what for start, what in _OTHER_OFFICE if any(name.startswith(start) for name in names)),
        "a zip archive",
    )
    raise SourceNotText(
        f"{file} is {what}, which is not read here.",
        hint="Unpack it, or save it as .docx, .html, .pdf or UTF-8 text, and ingest that.",
        file=file,
    )


def _unpack(archive: zipfile.ZipFile, part: str, file: str) -> bytes:
    try:
        with archive.open(part) as stream:
            data = stream.read(_PART_LIMIT + 1)
    except RuntimeError:  # zipfile's word for "encrypted"
        raise SourceUnreadable(
            f"{file} is locked with a password.",
            hint="Save it without a password and ingest that.",
            file=file,
        ) from None
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError, ValueError) as error:
        raise _damaged(file, f"{part}: {error}") from None
    if len(data) > _PART_LIMIT:
        raise SourceUnreadable(
            f"{file} unpacks to more than {_PART_LIMIT // 2**20} MB ({part}); it is not read.",
            hint="Split the document into smaller files.",
            file=file,
        )
    return data


def _parse(data: bytes, part: str, file: str) -> Element:
    if b"http://purl.oclc.org/ooxml/" in data:
        for strict, transitional in _STRICT:
            data = data.replace(strict, transitional)
    # Entities are not resolved, nothing is fetched, and a document type, which this format never has,
    # is refused; without huge_tree the parser itself limits depth and size.
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, remove_pis=True, remove_comments=True
    )
    try:
        root = etree.fromstring(data, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise _damaged(file, f"{part}: {error}") from None
    if root.getroottree().docinfo.doctype:
        raise _damaged(file, f"{part} declares a document type")
    return root


def _damaged(file: str, why: str) -> SourceUnreadable:
    return SourceUnreadable(
        f"{file} is damaged: {why}.",
        hint="Open it in Word or WPS and save it again, or fetch it again.",
        file=file,
    )
