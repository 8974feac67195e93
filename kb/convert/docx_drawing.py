"""Drawings of a .docx file: where in them text is."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from kb.convert.docx_package import Element, Package, R, W

_MC = "{http://schemas.openxmlformats.org/markup-compatibility/2006}"
_DRAWING = "{http://schemas.openxmlformats.org/drawingml/2006/main}"
_WORD_ART = "{urn:schemas-microsoft-com:vml}textpath"
_DIAGRAM = "{http://schemas.openxmlformats.org/drawingml/2006/diagram}relIds"
_TEXT_HOLDERS = frozenset({W + "txbxContent", _WORD_ART, _DIAGRAM, _DRAWING + "txBody"})

ALTERNATE = _MC + "AlternateContent"


def chosen(alternate: Element) -> Iterator[Element]:
    """Give the children of the variant to show: the first choice with something in it, else the fallback."""
    for choice in alternate.findall(_MC + "Choice"):
        if next(choice.iter(W + "t", W + "txbxContent", W + "drawing", W + "sym"), None) is not None:
            yield from choice
            return
    for fallback in alternate.findall(_MC + "Fallback"):
        yield from fallback


def text_holders(parent: Iterable[Element]) -> Iterator[Element]:
    """Give the text boxes, word art and diagrams of a drawing that are in no other such element."""
    for element in parent:
        if element.tag in _TEXT_HOLDERS:
            yield element
        elif element.tag == ALTERNATE:
            yield from text_holders(tuple(chosen(element)))
        else:
            yield from text_holders(element)


def drawn_lines(element: Element, package: Package, part: str) -> list[str]:
    """Return the text of word art, of a drawn shape, or of a diagram (SmartArt) in the order of its file.

    Args:
        element: What ``text_holders`` gave, other than a text box.
        package: The document.
        part: The part the element stands in.
    """
    if element.tag == _WORD_ART:
        return [line for line in element.get("string", "").splitlines() if line.strip()]
    root = element
    if element.tag == _DIAGRAM:
        _, target = package.related(part).get(element.get(R + "dm", ""), ("", ""))
        root = package.xml(target)
    paragraphs = () if root is None else root.iter(_DRAWING + "p")
    lines = ("".join(text.text or "" for text in paragraph.iter(_DRAWING + "t")) for paragraph in paragraphs)
    return [line.strip() for line in lines if line.strip()]
