from pathlib import Path

import pytest

from kb.convert import find_sources, find_unsupported, read_source
from kb.errors import SourceEmpty, SourceMissing, SourceNotText

TEXT = "第一条 客服上班时间不得离岗。\r\n第二条 迟到一次扣十元，由主管登记。\n"


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "gb18030", "gbk", "utf-16", "utf-16-le", "utf-16-be"]
)
def test_reads_every_encoding(tmp_path: Path, encoding: str) -> None:
    path = tmp_path / "守则.txt"
    path.write_bytes(TEXT.encode(encoding))
    source = read_source(path)
    assert source.text.removeprefix("\ufeff") == TEXT
    assert path.read_bytes().decode(source.encoding) == source.text


def test_errors(tmp_path: Path) -> None:
    with pytest.raises(SourceMissing):
        read_source(tmp_path / "none.txt")
    (tmp_path / "empty.txt").write_bytes(b" \n\t\r\n")
    with pytest.raises(SourceEmpty):
        read_source(tmp_path / "empty.txt")
    (tmp_path / "picture.txt").write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(range(256)))
    with pytest.raises(SourceNotText):
        read_source(tmp_path / "picture.txt")


def test_finds(tmp_path: Path) -> None:
    (tmp_path / "b").mkdir()
    for name in ("a.txt", "b/c.md", "b/.hidden.txt", "b/x.xlsx"):
        (tmp_path / name).write_text("x", encoding="utf-8")
    found = find_sources([tmp_path])
    assert [name for _, name in found] == ["a.txt", "b/c.md"]
    assert [error.code for error in find_unsupported([tmp_path])] == ["source-not-text"]
