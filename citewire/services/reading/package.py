"""Office files are packages: parts of XML in a zip archive, tied to one another by relationships.

A part is found as its relationship names it, wherever it lies, whatever separates its folders and
in whichever case its name is written. What is missing or damaged beside the main part is left out,
and remembered. Strict Open XML is read as what it is called in the usual (transitional) form.
"""

import posixpath
import re
import tempfile
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import IO, Any, Self
from urllib.parse import unquote

from lxml import etree

from citewire.errors import UnreadableDocument

MAX_UNPACKED = 500_000_000
"""Bytes of all parts; the libraries hold them all, images too."""

MAX_XML = 60_000_000
"""Bytes of one XML part, which takes some ten times as much when parsed."""

MAX_PARTS = 20_000

IN_MEMORY = 30_000_000
"""Bytes of a mended copy; a larger one is a temporary file."""

_UNREADABLE = (zipfile.BadZipFile, zlib.error, NotImplementedError, OSError, ValueError, EOFError)
"""What unpacking may raise; also `RuntimeError`, for a part with a password."""

_STRICT = re.compile(
    rb"http://purl\.oclc\.org/ooxml/"
    rb"(wordprocessingml|presentationml|spreadsheetml|drawingml|officeDocument)/"
)
_USUAL = rb"http://schemas.openxmlformats.org/\1/2006/"
_RENAMED = ((b"2006/extendedProperties", b"2006/extended-properties"),)
_DECLARED = re.compile(rb"\s*+<\?xml[^>]{0,200}?encoding\s*+=\s*+[\"']([\w.:-]{1,40})[\"']")
_DECLARATION = re.compile(r"^\s*+<\?xml[^>]{0,200}\?>")
_ROOT = re.compile(rb"<([A-Za-z_][\w.-]*+:)?(document|presentation|workbook)[\s>/]")
_RELATION = "{http://schemas.openxmlformats.org/package/2006/relationships}Relationship"
_TYPES = "{http://schemas.openxmlformats.org/package/2006/content-types}"
_BIT_BY_BIT = re.compile(
    r"(?:^|[/\\])(?:worksheets[/\\][^/\\]+|sharedstrings|content)\.xml$", re.IGNORECASE
)
_MAIN = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument"
_KINDS = {
    b"document": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    b"presentation": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
    b"workbook": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
_FAMILIES = (
    ("wordprocessingml", _KINDS[b"document"]),
    ("ms-word.", _KINDS[b"document"]),
    ("presentationml", _KINDS[b"presentation"]),
    ("ms-powerpoint.", _KINDS[b"presentation"]),
    ("spreadsheetml", _KINDS[b"workbook"]),
    ("ms-excel.sheet.binary", "application/vnd.ms-excel.sheet.binary.macroenabled.12"),
    ("ms-excel.", _KINDS[b"workbook"]),
)
"""What stands in the content type of a main part, and the kind of file that it makes."""


@dataclass(frozen=True, slots=True)
class Relation:
    """What a part points to.

    Args:
        identity: by which the part's XML names it.
        kind: the last word of its type: `image`, `footnotes`, `header`.
        target: name of a part that is there; an address if it is external; what the file says if
            there is no such part.
        state: whether the part is there, the target is outside, or it is missing.
    """

    identity: str
    kind: str
    target: str
    state: str

    @property
    def is_there(self) -> bool:
        """Whether the target is a part of the package."""
        return self.state == "part"


class OfficePackage:
    """A zip archive with its parts; open for as long as the `with` block of `open` lasts."""

    unreadable = (*_UNREADABLE, RuntimeError)
    """What reading a damaged part raises."""

    def __init__(self, archive: zipfile.ZipFile) -> None:
        self._archive = archive
        self._parts = {_key(entry.filename): entry for entry in archive.infolist()}
        self._relations: dict[str, dict[str, Relation]] = {}

    @classmethod
    @contextmanager
    def open(cls, file: Path | IO[bytes]) -> Iterator[Self]:
        """Open the package in `file`; nothing is unpacked.

        Raises:
            UnreadableDocument: it is encrypted, broken or too large when unpacked.
        """
        try:
            archive = zipfile.ZipFile(file)
        except _UNREADABLE as error:
            raise UnreadableDocument("the file is broken: it cannot be unpacked") from error
        with archive:
            parts = archive.infolist()
            if any(part.flag_bits & 1 for part in parts):
                raise UnreadableDocument("encrypted: it needs a password to be opened")
            if (
                len(parts) > MAX_PARTS
                or sum(part.file_size for part in parts) > MAX_UNPACKED
                or any(part.file_size > MAX_XML for part in parts if _is_whole(part.filename))
            ):
                raise UnreadableDocument("too large when unpacked: it may be a zip bomb")
            yield cls(archive)

    @cached_property
    def kind(self) -> str:
        """The media type of the file that this package is, empty if it is none that is known.

        Office files are told by the content type of their main part, macros and templates as what
        they are made of, or by its root if that says nothing; others by their part `mimetype`.
        """
        told = self.media_type(self.main).lower() if self.main else ""
        for word, kind in _FAMILIES:
            if word in told:
                return kind
        found = _ROOT.search((self.data(self.main) or b"")[:20_000]) if self.main else None
        if found is not None:
            return _KINDS[found[2]]
        return (self.data("mimetype") or b"")[:100].decode("ascii", "replace").strip()

    @cached_property
    def main(self) -> str:
        """Name of the main part: by the package's relationship, or by its content type; or ""."""
        for relation in self.relations("").values():
            if relation.kind.lower() == "officedocument" and relation.is_there:
                return relation.target
        for name in self._overrides:
            if name in self._parts and self._overrides[name].lower().endswith("main+xml"):
                return name
        return ""

    def data(self, name: str) -> bytes | None:
        """The bytes of a part, those of Strict XML in the usual form; None if there are none.

        A part that cannot be unpacked, or is too large, counts as missing.
        """
        entry = self._parts.get(_key(name))
        if entry is None or (entry.file_size > MAX_XML and _is_xml(name)):
            return None
        try:
            data = self._archive.read(entry)
        except (*_UNREADABLE, RuntimeError):
            return None
        return _usual(data) if _is_xml(name) or data[:5] == b"<?xml" else data

    @contextmanager
    def stream(self, name: str) -> Iterator[IO[bytes] | None]:
        """Open a part to be read bit by bit, whatever its size; None if it is missing.

        Reading it may raise what is in `unreadable`.
        """
        entry = self._parts.get(_key(name))
        if entry is None or not name:
            yield None
            return
        try:
            part = self._archive.open(entry)
        except (*_UNREADABLE, RuntimeError):
            yield None
            return
        with part:
            yield part

    def xml(self, name: str) -> Any:
        """The root of a part; None if it is missing, too large or no XML.

        However deep it goes, so walk it without recursion.
        """
        entry = self._parts.get(_key(name))
        if entry is None or entry.file_size > MAX_XML:
            return None
        data = self.data(name)
        return None if data is None else _parsed(data)

    def relations(self, name: str) -> dict[str, Relation]:
        """What the part `name` points to, by identity; the package itself if it is empty."""
        key = _key(name)
        if key not in self._relations:
            self._relations[key] = {
                relation.identity: relation for relation in self._read_relations(key)
            }
        return self._relations[key]

    def related(self, name: str, kind: str) -> str:
        """Name of the first part of a kind that `name` points to; empty if there is none."""
        relations = self.relations(name).values()
        return next((one.target for one in relations if one.kind == kind and one.is_there), "")

    def media_type(self, name: str) -> str:
        """The media type that the package gives a part, empty if none."""
        key = _key(name)
        return self._overrides.get(key) or self._defaults.get(key.rpartition(".")[2], "")

    def mended(self, main_type: str = "") -> IO[bytes]:
        """A copy in which names, Strict XML and missing targets are as libraries want them.

        Args:
            main_type: the content type that the main part gets.
        """
        copy = tempfile.SpooledTemporaryFile(max_size=IN_MEMORY)  # noqa: SIM115
        with zipfile.ZipFile(copy, "w", compresslevel=1) as archive:
            archive.writestr("[Content_Types].xml", self._content_types(main_type))
            archive.writestr("_rels/.rels", self._relations_xml(""))
            for name, entry in self._parts.items():
                if name == "[content_types].xml" or name.endswith((".rels", "/")):
                    continue
                data = self.data(name)
                if data is None:
                    continue
                # Pictures do not shrink; what does might be a bomb.
                shrinks = entry.file_size > 2 * entry.compress_size
                packing = zipfile.ZIP_DEFLATED if shrinks else zipfile.ZIP_STORED
                archive.writestr(name, data, packing)
                if _relations_of(name) in self._parts:
                    archive.writestr(_relations_of(name), self._relations_xml(name))
        copy.seek(0)
        return copy

    def _read_relations(self, key: str) -> Iterator[Relation]:
        root = self.xml(_relations_of(key))
        for element in () if root is None else root.iter(_RELATION):
            identity, target = element.get("Id") or "", element.get("Target") or ""
            kind = (element.get("Type") or "").rpartition("/")[2]
            if element.get("TargetMode") == "External":
                yield Relation(identity, kind, target, "external")
                continue
            found = self._found(posixpath.dirname(key), target)
            yield Relation(identity, kind, found or target, "part" if found else "missing")

    def _found(self, folder: str, target: str) -> str:
        """The name of the part that `target` means as seen from `folder`, empty if none."""
        for name in (target, unquote(target)):
            whole = _key(posixpath.join("/", folder, name.replace("\\", "/")))
            if whole in self._parts:
                return whole
        # Some programs write absolute names without their first stroke.
        return _key(target) if _key(target) in self._parts else ""

    @cached_property
    def _overrides(self) -> dict[str, str]:
        return {
            _key(element.get("PartName") or ""): element.get("ContentType") or ""
            for element in self._type_rows("Override")
        }

    @cached_property
    def _defaults(self) -> dict[str, str]:
        return {
            (element.get("Extension") or "").lower(): element.get("ContentType") or ""
            for element in self._type_rows("Default")
        }

    def _type_rows(self, tag: str) -> list[Any]:
        root = self.xml("[content_types].xml")
        return [] if root is None else list(root.iter(_TYPES + tag))

    def _content_types(self, main_type: str) -> bytes:
        root = etree.Element(_TYPES + "Types", nsmap={None: _TYPES[1:-1]})
        defaults = {"rels": "application/vnd.openxmlformats-package.relationships+xml"}
        for ending, kind in {"xml": "application/xml", **self._defaults, **defaults}.items():
            etree.SubElement(root, _TYPES + "Default", Extension=ending, ContentType=kind)
        overrides = {**self._overrides, **({_key(self.main): main_type} if main_type else {})}
        for name, kind in overrides.items():
            if name in self._parts:
                etree.SubElement(root, _TYPES + "Override", PartName=f"/{name}", ContentType=kind)
        return bytes(etree.tostring(root))

    def _relations_xml(self, name: str) -> bytes:
        """The relationships of a part; those without a target lead outside, to nothing."""
        root = self.xml(_relations_of(_key(name)))
        if root is None:
            root = etree.Element(_RELATION.removesuffix("hip") + "hips")
        known = self.relations(name)
        has_main = bool(name)
        for element in root.iter(_RELATION):
            relation = known.get(element.get("Id") or "")
            has_main = has_main or (relation is not None and relation.target == self.main)
            if relation is None or relation.state == "external":
                continue
            if relation.is_there:
                element.set("Target", f"/{relation.target}")
            else:
                element.set("Target", "NULL")
                element.set("TargetMode", "External")
        if not has_main:
            row = {"Id": "main", "Type": _MAIN, "Target": f"/{self.main}"}
            etree.SubElement(root, _RELATION, row)
        return bytes(etree.tostring(root))


def _key(name: str) -> str:
    """A part's name in the one form by which parts are told apart."""
    name = posixpath.normpath("/" + name.replace("\\", "/")).lstrip("/").lower()
    return "" if name == "." else name


def _relations_of(key: str) -> str:
    folder, name = posixpath.split(key)
    return posixpath.join(folder, "_rels", f"{name}.rels")


def _is_whole(name: str) -> bool:
    """Whether a part is XML that is read as a whole; those with cells are read bit by bit."""
    return _is_xml(name) and not _BIT_BY_BIT.search(name)


def _is_xml(name: str) -> bool:
    return name.lower().endswith((".xml", ".rels"))


def _usual(data: bytes) -> bytes:
    """`data` in UTF-8 and without the namespaces of Strict Open XML."""
    declared = _DECLARED.match(data[:300])
    coding = declared[1].decode() if declared else "utf-8"
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        coding = "utf-16"
    if coding.lower() not in ("utf-8", "utf8"):
        try:
            text = data.decode(coding, "replace")
            data = _DECLARATION.sub("", text).encode("utf-8", "replace")
        except LookupError:
            pass
    if b"http://purl.oclc.org/ooxml/" in data:
        data = _STRICT.sub(_USUAL, data)
        for old, new in _RENAMED:
            data = data.replace(old, new)
    return data


def _parsed(data: bytes) -> Any:
    # Of a declared type nothing good can come: packages must not have one, and it could blow up
    # attributes. Without `huge_tree` the parser gives up at 256 open elements.
    if b"<!DOCTYPE" in data:
        return None
    parser = etree.XMLParser(
        encoding="utf-8",
        resolve_entities=False,
        no_network=True,
        remove_comments=True,
        remove_pis=True,
        huge_tree=True,
    )
    try:
        return etree.fromstring(data, parser)
    except (etree.LxmlError, ValueError):
        return None
