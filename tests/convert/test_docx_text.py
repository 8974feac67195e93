"""The text of a .docx file is what Word shows, once, in order."""

from __future__ import annotations

import io
import zipfile

from make_docx import abstract, docx, lines, lvl, num, numbered, p, r

from kb.convert.docx import text_of_docx


def field(code: str, result: str | None, *, begin: str = "") -> str:
    separate = "" if result is None else f'<w:r><w:fldChar w:fldCharType="separate"/></w:r>{result}'
    return (
        f'<w:r><w:fldChar w:fldCharType="begin">{begin}</w:fldChar></w:r>'
        f'<w:r><w:instrText xml:space="preserve">{code}</w:instrText></w:r>{separate}'
        '<w:r><w:fldChar w:fldCharType="end"/></w:r>'
    )


def cell(content: str, properties: str = "") -> str:
    return f"<w:tc><w:tcPr>{properties}</w:tcPr>{content}</w:tc>"


def row(*cells: str, properties: str = "") -> str:
    return f"<w:tr>{f'<w:trPr>{properties}</w:trPr>' if properties else ''}{''.join(cells)}</w:tr>"


def table(*rows: str) -> str:
    return f"<w:tbl>{''.join(rows)}</w:tbl>"


def test_paragraphs_breaks_tabs_and_blank_lines() -> None:
    body = p("标题") + p() + p(f"{r('前')}<w:r><w:br/><w:t>后</w:t><w:tab/><w:t>表</w:t></w:r>")
    body += p(
        "<w:r><w:t>A</w:t><w:noBreakHyphen/><w:t>B</w:t><w:softHyphen/><w:t>C</w:t><w:cr/><w:t>D</w:t></w:r>"
    )
    assert lines(body) == ["标题", "", "前", "后\t表", "A-BC", "D"]


def test_blanks_count_only_where_they_are_preserved() -> None:
    body = p("<w:r><w:t> 甲\n乙 </w:t></w:r>" + r("　丙 "))
    assert lines(body) == ["甲 乙　丙"]


def test_tracked_changes_are_taken_as_accepted() -> None:
    body = p(
        f"{r('每天')}<w:ins>{r('两')}</w:ins><w:del><w:r><w:delText>三</w:delText></w:r></w:del>{r('次')}"
    )
    body += p(f"<w:moveFrom>{r('旧处')}</w:moveFrom><w:moveTo>{r('新处')}</w:moveTo>")
    assert lines(body) == ["每天两次", "新处"]


def test_a_deleted_paragraph_end_joins_the_next_paragraph_and_its_number() -> None:
    deleted = "<w:rPr><w:del/></w:rPr>"
    number = '<w:numPr><w:numId w:val="1"/></w:numPr>'
    body = p("前半句，", deleted) + p("后半句。", number) + p("尾", deleted)
    assert lines(body, numbering=abstract(0, lvl(0, "%1.")) + num(1, 0)) == ["1. 前半句，后半句。", "尾"]


def test_a_paragraph_moved_away_is_not_counted() -> None:
    number = '<w:numPr><w:numId w:val="1"/></w:numPr>'
    gone = p(f"<w:moveFrom>{r('原处')}</w:moveFrom>", f"{number}<w:rPr><w:moveFrom/></w:rPr>")
    body = gone + numbered("甲", 1) + p(f"<w:moveTo>{r('原处')}</w:moveTo>", number)
    assert lines(body, numbering=abstract(0, lvl(0, "%1.")) + num(1, 0)) == ["1. 甲", "2. 原处"]


def test_hidden_text_is_left_out_and_not_counted() -> None:
    styles = (
        '<w:style w:type="character" w:styleId="Secret"><w:rPr><w:vanish/></w:rPr></w:style>'
        '<w:style w:type="paragraph" w:styleId="Gone"><w:rPr><w:vanish/></w:rPr></w:style>'
    )
    number = '<w:numPr><w:numId w:val="1"/></w:numPr>'
    body = p(r("看得见") + r("看不见", "<w:vanish/>") + r("也不见", '<w:rStyle w:val="Secret"/>'))
    body += p("整段不见", f'<w:pStyle w:val="Gone"/>{number}')
    body += p(r("这里", '<w:vanish w:val="0"/>'), f'<w:pStyle w:val="Gone"/>{number}')
    body += p("接在后面")
    body += p(
        r("x", "<w:vanish/>") + '<w:r><w:rPr><w:vanish/></w:rPr><w:fldChar w:fldCharType="begin"/></w:r>'
    )
    body += p('<w:r><w:t>代码</w:t><w:fldChar w:fldCharType="end"/><w:t>完</w:t></w:r>')
    expected = ["看得见", "1. 这里接在后面", "", "完"]
    assert lines(body, styles=styles, numbering=abstract(0, lvl(0, "%1.")) + num(1, 0)) == expected


def test_fields_show_their_result() -> None:
    body = p(r("见") + field(" REF _a ", r("第三条")) + r("。"))
    body += p(field(' TOC \\o "1-3" ', r("总则\t") + field(" PAGEREF _b ", r("1"))))
    body += p(field(" IF " + "</w:instrText></w:r>" + field("PAGE", r("9")) + "<w:r><w:instrText>", r("是")))
    body += p('<w:fldSimple w:instr="DATE"><w:r><w:t>今天</w:t></w:r></w:fldSimple>')
    body += p('<w:r><w:fldChar w:fldCharType="separate"/><w:fldChar w:fldCharType="end"/><w:t>孤</w:t></w:r>')
    assert lines(body) == ["见第三条。", "总则\t1", "是", "今天", "孤"]


def test_fields_that_draw() -> None:
    codes = [
        r"eq \o\ac(○,3)",
        r" EQ \o(○,甲)",
        r"EQ \f(1,3)",
        "SYMBOL 183 \\f &quot;Symbol&quot;",
        "SYMBOL 945",
        "PAGE",
    ]
    body = "".join(p(field(code, None) + r("。")) for code in codes)
    assert lines(body) == ["③。", "(甲)。", "1/3。", "•。", "α。", "。"]


def test_form_fields_show_their_state() -> None:
    box = "<w:ffData><w:checkBox>{}</w:checkBox></w:ffData>"
    choices = (
        '<w:ffData><w:ddList>{}<w:listEntry w:val="同意"/><w:listEntry w:val="不同意"/></w:ddList></w:ffData>'
    )
    body = p(field("FORMCHECKBOX", None, begin=box.format("<w:checked/>")) + r("已读"))
    body += p(field("FORMCHECKBOX", None, begin=box.format('<w:default w:val="0"/>')) + r("未读"))
    body += p(field("FORMDROPDOWN", None, begin=choices.format('<w:result w:val="1"/>')))
    body += p(field("FORMDROPDOWN", None, begin=choices.format('<w:result w:val="7"/>')) + r("无"))
    assert lines(body) == ["☑已读", "☐未读", "不同意", "无"]


def test_wrappers_links_and_content_controls() -> None:
    body = p(f"<w:hyperlink>{r('链接')}</w:hyperlink><w:smartTag>{r('标记')}</w:smartTag>")
    body += f"<w:sdt><w:sdtPr><w:alias/></w:sdtPr><w:sdtContent>{p('控件段')}{table(row(cell(p('格'))))}</w:sdtContent></w:sdt>"
    body += p(f"<w:sdt><w:sdtContent>{r('控件字')}</w:sdtContent></w:sdt>")
    body += f"<w:customXml>{p('包着的')}</w:customXml>"
    body += p(
        "<w:r><w:ruby><w:rt><w:r><w:t>pin</w:t></w:r></w:rt><w:rubyBase><w:r><w:t>拼</w:t></w:r></w:rubyBase></w:ruby></w:r>"
    )
    body += p("<m:oMath><m:r><m:t>a+b</m:t></m:r></m:oMath>")
    assert lines(body) == ["链接标记", "控件段", "格", "控件字", "包着的", "拼", "a+b"]


def test_symbols_and_raised_figures() -> None:
    body = p(
        '<w:r><w:sym w:font="Wingdings" w:char="F0FE"/><w:sym w:font="Symbol" w:char="zz"/><w:t>选</w:t></w:r>'
    )
    body += p(
        r("10")
        + r("4", '<w:vertAlign w:val="superscript"/>')
        + r("平方米，H")
        + r("2", '<w:vertAlign w:val="subscript"/>')
        + r("O")
    )
    body += p(r("注") + r("st", '<w:vertAlign w:val="superscript"/>'))
    body += p(r("l", '<w:rFonts w:ascii="Wingdings"/>') + r("\uf0d8步骤"))
    styles = '<w:style w:type="character" w:styleId="Up"><w:rPr><w:vertAlign w:val="superscript"/></w:rPr></w:style>'
    body += p(r("m") + r("2", '<w:rStyle w:val="Up"/>'))
    assert lines(body, styles=styles) == ["☑选", "10⁴平方米，H₂O", "注st", "●➢步骤", "m²"]


def test_tables_rows_are_lines_and_merged_cells_come_once() -> None:
    wide = '<w:gridSpan w:val="2"/>'
    body = table(
        row(cell(p("违规"), '<w:vMerge w:val="restart"/>'), cell(p("处罚"), wide)),
        row(cell(p(), "<w:vMerge/>"), cell(p("迟到")), cell(p("10元") + p("当天登记"))),
        row(cell(p("说明"), wide), cell(p())),
        row(cell(p("删去")), properties="<w:del/>"),
        row(cell(p()), cell(p())),
    )
    assert lines(p("前") + body + p("后")) == ["前", "违规 | 处罚", " | 迟到 | 10元 当天登记", "说明", "后"]


def test_tables_that_only_serve_layout_keep_their_lines() -> None:
    body = table(row(cell(p("守则") + p("第一条 甲。") + p("第二条 乙。"))))
    body += table(row(cell(p("旧")), cell(p("第一条 丙。") + p("第二条 丁。"))))
    body += table(row(cell(p()), cell(p("一") + p("二"))))
    assert lines(body) == [
        "守则",
        "第一条 甲。",
        "第二条 乙。",
        "旧",
        "第一条 丙。",
        "第二条 丁。",
        "一",
        "二",
    ]


def test_nested_tables_and_numbers_in_cells() -> None:
    inner = table(row(cell(p("a")), cell(p("b"))))
    body = table(row(cell(p("外") + inner), cell(numbered("甲", 1) + numbered("乙", 1)))) + numbered("丙", 1)
    expected = ["外 a | b | 1. 甲 2. 乙", "3. 丙"]
    assert lines(body, numbering=abstract(0, lvl(0, "%1.")) + num(1, 0)) == expected


def test_an_open_paragraph_ends_with_its_cell_and_its_table() -> None:
    open_end = "<w:rPr><w:del/></w:rPr>"
    body = p("悬", open_end) + table(row(cell(p("格", open_end)), cell(p("邻")))) + p("后")
    assert lines(body) == ["悬", "格 | 邻", "后"]


def test_text_boxes_come_once_after_their_paragraph() -> None:
    box = f"<w:txbxContent>{p('框里一')}{p('框里二')}</w:txbxContent>"
    both = (
        "<w:r><mc:AlternateContent><mc:Choice Requires='wps'><w:drawing><wps:wsp><wps:txbx>"
        f"{box}</wps:txbx></wps:wsp></w:drawing></mc:Choice><mc:Fallback><w:pict><v:shape><v:textbox>{box}"
        "</v:textbox></v:shape></w:pict></mc:Fallback></mc:AlternateContent></w:r>"
    )
    fallback_only = f"<mc:AlternateContent><mc:Choice Requires='x'/><mc:Fallback>{r('退')}</mc:Fallback></mc:AlternateContent>"
    whole = f"<mc:AlternateContent><mc:Choice Requires='w14'>{p('整段')}</mc:Choice></mc:AlternateContent>"
    nested = f"<w:r><w:drawing><mc:AlternateContent><mc:Choice><w:txbxContent>{p('深')}</w:txbxContent></mc:Choice></mc:AlternateContent></w:drawing></w:r>"
    body = p(r("段落") + both + r("末尾")) + p(both) + p(fallback_only) + whole + p(nested)
    assert lines(body) == ["段落末尾", "框里一", "框里二", "框里一", "框里二", "退", "整段", "深"]


def test_word_art_shapes_and_diagrams() -> None:
    diagram = (
        b'<d xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main"><a:p><a:t>\xe6\x8e\xa5</a:t>'
        b"<a:t>\xe5\xbe\x85</a:t></a:p><a:p/></d>"
    )
    relations = (
        b'<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
        b'<Relationship Id="rId9" Type="x/diagramData" Target="diagrams/data1.xml"/>'
        b'<Relationship Id="rId8" Type="x/hyperlink" Target="http://a" TargetMode="External"/></Relationships>'
    )
    body = p('<w:r><w:pict><v:shape><v:textpath string="客服守则"/></v:shape></w:pict></w:r>')
    body += p('<w:r><w:drawing><dgm:relIds r:dm="rId9"/></w:drawing></w:r>')
    body += p('<w:r><w:drawing><dgm:relIds r:dm="rId404"/></w:drawing></w:r>')
    body += p("<w:r><w:drawing><a:txBody><a:p><a:t>形状</a:t></a:p></a:txBody></w:drawing></w:r>")
    data = docx(body, other={"word/diagrams/data1.xml": diagram})
    data = _with(data, "word/_rels/document.xml.rels", relations)
    assert text_of_docx(data, "a.docx").splitlines() == ["客服守则", "接待", "", "形状"]


def _with(data: bytes, name: str, content: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(out, "w") as new:
        for entry in old.namelist():
            new.writestr(entry, content if entry == name else old.read(entry))
    return out.getvalue()


def test_notes_follow_their_paragraph_or_table() -> None:
    def reference(kind: str, note: int, more: str = "") -> str:
        return f'<w:r><w:{kind}Reference w:id="{note}" {more}/></w:r>'

    words = {1: p("<w:r><w:footnoteRef/></w:r>" + r(" 脚注1")), 2: p("脚注2") + p("第二段"), 3: p("脚注3")}
    footnotes = "".join(f'<w:footnote w:id="{number}">{text}</w:footnote>' for number, text in words.items())
    endnotes = f'<w:endnote w:id="1">{p("尾注")}</w:endnote>'
    body = p(r("正文") + reference("footnote", 1) + r("。"))
    body += table(row(cell(p(r("格") + reference("footnote", 2))), cell(p("邻"))))
    body += p(r("完") + reference("endnote", 1))
    body += p(reference("footnote", 3, 'w:customMarkFollows="1"') + r("*"))
    body += p(r("无") + reference("footnote", 99))
    assert lines(body, footnotes=footnotes, endnotes=endnotes) == [
        "正文¹。",
        "¹ 脚注1",
        "格² | 邻",
        "² 脚注2",
        "第二段",
        "完[i]",
        "[i] 尾注",
        "*",
        "脚注3",
        "无",
    ]


def test_note_marks_follow_the_settings() -> None:
    settings = '<w:footnotePr><w:numFmt w:val="decimalEnclosedCircleChinese"/></w:footnotePr>'
    footnotes = f'<w:footnote w:id="1">{p("见附件")}</w:footnote>'
    body = p(r("甲") + '<w:r><w:footnoteReference w:id="1"/></w:r>')
    assert lines(body, footnotes=footnotes, settings=settings) == ["甲①", "① 见附件"]
