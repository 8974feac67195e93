"""The styles of a .docx file, as far as they decide what is printed: numbering, hidden and raised text."""

from __future__ import annotations

from dataclasses import dataclass

from kb.convert.docx_package import Element, Package, W

_OFF = frozenset({"0", "false", "off"})


@dataclass(frozen=True, slots=True)
class Style:
    """One style.

    Attributes:
        based_on: Id of the style it extends, or ``""``.
        list_id: List it puts its paragraphs in, ``"0"`` for none at all, ``""`` when it does not say.
        depth: Level in that list, or None when it does not say.
        hidden: Whether its text is hidden, or None when it does not say.
        raised: ``superscript``, ``subscript``, ``baseline`` or ``""``.
    """

    based_on: str
    list_id: str
    depth: int | None
    hidden: bool | None
    raised: str


@dataclass(frozen=True, slots=True)
class Styles:
    """All styles of a package.

    Attributes:
        by_id: Styles by id.
        default: Id of the style of paragraphs that name none, or ``""``.
    """

    by_id: dict[str, Style]
    default: str

    def chain(self, style_id: str) -> list[tuple[str, Style]]:
        """Return the style and those it is based on, nearest first."""
        chain: list[tuple[str, Style]] = []
        seen: set[str] = set()
        while style_id in self.by_id and style_id not in seen:
            seen.add(style_id)
            chain.append((style_id, self.by_id[style_id]))
            style_id = self.by_id[style_id].based_on
        return chain

    def list_of(self, style_id: str) -> str:
        """Return the list a style puts its paragraphs in, ``""`` for none."""
        return next((style.list_id for _, style in self.chain(style_id) if style.list_id), "")

    def hidden(self, style_id: str) -> bool:
        """Whether text in this style is hidden."""
        return next((style.hidden for _, style in self.chain(style_id) if style.hidden is not None), False)

    def raised(self, style_id: str) -> str:
        """Return whether text in this style is a ``superscript`` or ``subscript``."""
        return next((style.raised for _, style in self.chain(style_id) if style.raised), "")


def read_styles(package: Package) -> Styles:
    """Read the styles of a package."""
    root = package.companion("styles")
    by_id: dict[str, Style] = {}
    default = ""
    for element in root.findall(W + "style") if root is not None else ():
        style_id = element.get(W + "styleId", "")
        by_id[style_id] = _read_style(element)
        if element.get(W + "type") == "paragraph" and element.get(W + "default", "0") not in _OFF:
            default = style_id
    return Styles(by_id=by_id, default=default)


def _read_style(element: Element) -> Style:
    run = element.find(W + "rPr")
    vanish = None if run is None else run.find(W + "vanish")
    list_id, depth = numbering_of(element.find(W + "pPr"))
    return Style(
        based_on=value_of(element, "basedOn"),
        list_id=list_id,
        depth=depth,
        hidden=None if vanish is None else is_on(vanish),
        raised="" if run is None else value_of(run, "vertAlign"),
    )


def numbering_of(properties: Element | None) -> tuple[str, int | None]:
    """Return the list id and level that paragraph properties state: ``""`` and None where they do not."""
    number = None if properties is None else properties.find(W + "numPr")
    if number is None:
        return "", None
    depth = value_of(number, "ilvl")
    return value_of(number, "numId"), int(depth) if depth.isdecimal() else None


def value_of(parent: Element, name: str) -> str:
    """Return ``w:val`` of the child ``w:name``, ``""`` when there is none."""
    child = parent.find(W + name)
    return "" if child is None else child.get(W + "val", "")


def is_on(element: Element | None) -> bool:
    """Whether an on/off property is there and not switched off."""
    return element is not None and element.get(W + "val", "1") not in _OFF
