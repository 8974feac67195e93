"""Fields of a .docx file: their code is not shown, their result is."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from kb.convert.docx_package import Element, W
from kb.convert.docx_styles import is_on, value_of
from kb.convert.numerals import format_number
from kb.convert.symbols import symbol

FIELD_PARTS = (W + "fldChar", W + "instrText")

# Chinese documents write ① as a circle over a figure.
_CIRCLED = re.compile(
    r"EQ\s*\\o\s*(?:\\a[clr])?\s*[(（]\s*[○〇◯]\s*[,，;；]\s*(\d+|\w)\s*[)）]", re.IGNORECASE
)
_FRACTION = re.compile(r"\\f\s*\(([^(),;]*)[,;]([^(),;]*)\)", re.IGNORECASE)
_SWITCH = re.compile(r"\\[a-z*]+", re.IGNORECASE)


@dataclass(slots=True)
class _Field:
    form_value: str = ""
    code: str = ""
    in_result: bool = False


@dataclass(slots=True)
class Fields:
    """The fields that are open at a place in the text; they may go on over paragraphs."""

    _open: list[_Field] = field(default_factory=list)

    @property
    def showing(self) -> bool:
        """Whether text here is shown, not part of the code of a field."""
        return all(opened.in_result for opened in self._open)

    def read(self, element: Element) -> str:
        """Take in a ``fldChar`` or ``instrText`` and return the text that the field shows by itself."""
        if element.tag == W + "instrText":
            if self._open and not self._open[-1].in_result:
                self._open[-1].code += element.text or ""
            return ""
        kind = element.get(W + "fldCharType")
        if kind == "begin":
            self._open.append(_Field(form_value=_form_value(element)))
        elif kind == "separate" and self._open:
            self._open[-1].in_result = True
        elif kind == "end" and self._open:
            ended = self._open.pop()
            return ended.form_value or ("" if ended.in_result else _drawn(ended.code))
        return ""


def _form_value(begin: Element) -> str:
    """Return the state of a check box or drop-down list of a form, which has no result text."""
    box = begin.find(f"{W}ffData/{W}checkBox")
    if box is not None:
        checked = box.find(W + "checked")
        return "☑" if is_on(box.find(W + "default") if checked is None else checked) else "☐"
    choices = begin.find(f"{W}ffData/{W}ddList")
    if choices is None:
        return ""
    entries = [entry.get(W + "val", "") for entry in choices.findall(W + "listEntry")]
    chosen = value_of(choices, "result") or "0"
    return entries[int(chosen)] if chosen.isdecimal() and int(chosen) < len(entries) else ""


def _drawn(code: str) -> str:
    """Return what Word draws for a field that has no result: circled figures, fractions, symbols."""
    code = code.strip()
    circled = _CIRCLED.match(code)
    if circled:
        inner = circled[1]
        return format_number(int(inner), "decimalEnclosedCircle") if inner.isdecimal() else f"({inner})"
    words = code.split()
    name = words[0].upper() if words else ""
    if name == "SYMBOL" and len(words) > 1 and words[1].isdecimal() and int(words[1]) < 0x10000:
        font = code.split('"')[1] if code.count('"') > 1 else "Symbol"
        return symbol(chr(int(words[1])), font)
    if name == "EQ":
        return _SWITCH.sub("", _FRACTION.sub(r"\1/\2", code[2:])).strip(" ()")
    return ""
