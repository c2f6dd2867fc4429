"""Small workbooks with the odd properties of real ones that nobody here made: other programs, other forms, no form."""

import re
import zipfile
from collections.abc import Callable
from pathlib import Path

import openpyxl
import xlsxwriter
from openpyxl.comments import Comment

from tests.workbooks import write

SHEET = "xl/worksheets/sheet2.xml"
STRINGS = "xl/sharedStrings.xml"
BOOK, RELATIONS, ROOT_RELATIONS = "xl/workbook.xml", "xl/_rels/workbook.xml.rels", "_rels/.rels"
LINK = b'<Relationship Id="rId99" Type="http://x/externalLink" Target="file:///C:/a.xlsx" TargetMode="External"/>'
STRICT = {
    b"http://schemas.openxmlformats.org/spreadsheetml/2006/main": b"http://purl.oclc.org/ooxml/spreadsheetml/main",
    b"http://schemas.openxmlformats.org/officeDocument/2006/relationships": (
        b"http://purl.oclc.org/ooxml/officeDocument/relationships"
    ),
}
Parts = dict[str, bytes]
Change = Callable[[Parts], Parts]


def repacked(file: Path, change: Change, called: Callable[[str], str] = str) -> None:
    """A workbook with its parts changed: name → new bytes; called : how each part is named in the archive."""
    with zipfile.ZipFile(file) as old:
        parts = {name: old.read(name) for name in old.namelist()}
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as new:
        for name, part in change(parts).items():
            new.writestr(called(name), part)


def replaced(part: str, old: bytes, new: bytes, times: int = -1) -> Change:
    """One part with some bytes in place of others."""

    def change(parts: Parts) -> Parts:
        assert old in parts[part], part
        return parts | {part: parts[part].replace(old, new, times)}

    return change


def put(part: str, content: bytes) -> Change:
    return lambda parts: parts | {part: content}


def without(*endings: str) -> Change:
    return lambda parts: {name: part for name, part in parts.items() if not name.endswith(endings)}


def every_part(change: Callable[[bytes], bytes], ending: str = ".xml") -> Change:
    return lambda parts: {name: change(part) if name.endswith(ending) else part for name, part in parts.items()}


def strict(part: bytes) -> bytes:
    for transitional, other in STRICT.items():
        part = part.replace(transitional, other)
    return part


def inline(parts: Parts) -> Parts:
    """Every text in its own cell; no part of shared ones."""
    texts = re.findall(rb"<si><t[^>]*>(.*?)</t></si>", parts[STRINGS], re.DOTALL)

    def own(cell: re.Match) -> bytes:
        return b"<c" + cell[1] + b' t="inlineStr"><is><t>' + texts[int(cell[2])] + b"</t></is></c>"

    return without("sharedStrings.xml")(
        every_part(lambda part: re.sub(rb'<c([^>]*) t="s"><v>(\d+)</v></c>', own, part))(parts)
    )


def texts(written: str) -> Change:
    """Every shared text written in another way: \\1 its first letter, \\2 the rest."""

    def change(parts: Parts) -> Parts:
        strings = re.sub(r"<si><t[^>]*>(.)(.*?)</t></si>", written, parts[STRINGS].decode(), flags=re.DOTALL)
        assert strings != parts[STRINGS].decode()
        return parts | {STRINGS: strings.encode()}

    return change


def shared_formulas(part: bytes) -> bytes:
    """Every number worked out by one formula that all cells share."""
    return re.sub(rb"(<c[^>]*>)<v>(\d+)</v></c>(?=<c|</row)", rb'\1<f t="shared" si="0"/><v>\2</v></c>', part)


def prefixed(part: bytes) -> bytes:
    return re.sub(rb"<(/?)(row|c|v)(?=[ />])", rb"<\1x:\2", part)


def below(rows: bytes) -> Change:
    """Rows after the last of a sheet."""
    return replaced(SHEET, b"</sheetData>", rows + b"</sheetData>")


RIGHT: dict[str, Change] = {  # read as if nothing were odd
    "strict OOXML": every_part(strict),
    "no styles": without("styles.xml"),
    "inline texts only": inline,
    "texts in runs with a reading aid": texts(
        r'<si><r><t xml:space="preserve">\1</t></r><r><rPr><b/></rPr><t xml:space="preserve">\2</t></r>'
        r'<rPh sb="0" eb="1"><t>x</t></rPh><phoneticPr fontId="0"/></si>'
    ),
    "texts as CDATA": texts(r'<si><t xml:space="preserve"><![CDATA[\1\2]]></t></si>'),
    "a dimension too small": replaced(SHEET, b'<dimension ref="', b'<dimension ref="A1" was="'),
    "a dimension of all there can be": replaced(SHEET, b'<dimension ref="', b'<dimension ref="A1:XFD1048576" was="'),
    "a row deleted in LibreOffice": below(b'<row r="1048576" ht="12.8" customHeight="1"><c r="A1048576" s="1"/></row>'),
    "blanks with a border in the last column": below(b'<row r="90"><c r="A90" s="1"></c><c r="XFD90" s="1"/></row>'),
    "dates from 1904": replaced(BOOK, b"<workbookPr ", b'<workbookPr date1904="1" '),
    "broken names": replaced(
        BOOK, b"</sheets>", b'</sheets><definedNames><definedName name="a">#REF!$A</definedName></definedNames>'
    ),
    "a link to another workbook": replaced(RELATIONS, b"</Relationships>", LINK + b"</Relationships>"),
    "a pivot cache": put("xl/pivotCache/pivotCacheDefinition1.xml", b"<pivotCacheDefinition/>"),
    "a picture": put("xl/media/image1.png", b"\x89PNG\r\n\x1a\n\0\0"),
    "shared formulas": every_part(shared_formulas),
    "a Power Query part in UTF-16": put("customXml/item1.xml", '<?xml version="1.0"?><DataMashup/>'.encode("utf-16")),
    "a prefix before elements": lambda parts: parts | {SHEET: prefixed(parts[SHEET])},
    "a mark of bytes before XML": every_part(lambda part: b"\xef\xbb\xbf" + part),
    "targets from the root": replaced(RELATIONS, b'Target="', b'Target="/xl/'),
    "targets with backslashes": replaced(RELATIONS, b"worksheets/", b"worksheets\\"),
    "no content types": without("[Content_Types].xml"),
    "all merged": replaced(
        SHEET, b"</sheetData>", b'</sheetData><mergeCells count="1"><mergeCell ref="A1:X90"/></mergeCells>'
    ),
    "a sheet that hides itself": replaced(BOOK, b'<sheet name="M', b'<sheet state="veryHidden" name="M'),
    "a processing instruction": replaced(SHEET, b"<worksheet", b"<?mso-application progid='Excel.Sheet'?><worksheet"),
}

BROKEN: dict[str, tuple[str, Change]] = {  # one finding, whatever the form
    "no relations": ("unreadable_workbook", without("workbook.xml.rels")),
    "no sheet where the workbook says": ("unreadable_workbook", without("sheet2.xml")),
    "a sheet in UTF-16": ("unsafe_xml", lambda p: p | {SHEET: p[SHEET].decode().encode("utf-16")}),
    "a sheet cut short": ("unreadable_workbook", lambda p: p | {SHEET: p[SHEET][:-400]}),
    "a text in the last column": (
        "sheet_too_large", below(b'<row r="90"><c r="XFD90" t="str"><v>x</v></c></row>')
    ),
    "a tag without an end": ("unreadable_workbook", below(b'<row r="90"><c x="')),
    "an archive of nothing": ("not_a_workbook", lambda parts: {}),
}  # fmt: skip


def of_another_form(file: Path) -> Path:
    """Two sheets that are none of ours."""
    cells = {("Sheet1", f"A{row}"): f"Học sinh {row}" for row in range(1, 40)}
    return write(file, cells | {("Điểm", "A1"): "Lớp", ("Điểm", "A2"): "5A", ("Điểm", "B2"): 9, ("Bìa cứng", "A1"): 1})


def with_charts_only(file: Path) -> None:
    with xlsxwriter.Workbook(str(file)) as book:
        chart = book.add_chart({"type": "column"})
        chart.add_series({"values": "={1,2}"})
        book.add_chartsheet("Biểu đồ").set_chart(chart)


def with_many_sheets(file: Path) -> None:
    write(file, {(f"Lớp '{number}' 🎒", "A1"): number for number in range(255)})


def full_of_errors(file: Path) -> None:
    with xlsxwriter.Workbook(str(file)) as book:
        sheet = book.add_worksheet()
        for row in range(200):
            sheet.write_formula(row, row % 20, "=1/0", None, "#DIV/0!")


def with_notes(file: Path) -> None:
    of_another_form(file)
    book = openpyxl.load_workbook(file)
    book["Điểm"]["B2"].comment = Comment("đã sửa", "ai đó")
    book.save(file)


def with_no_sheet(file: Path) -> None:
    of_another_form(file)
    repacked(file, lambda parts: parts | {BOOK: re.sub(rb"<sheet .*?/>", b"", parts[BOOK])})


def as_bytes(content: bytes) -> Callable[[Path], None]:
    return lambda file: file.write_bytes(content) and None


OTHER: dict[str, tuple[str, Callable[[Path], object]]] = {
    "another form": ("other_form", of_another_form),
    "charts only": ("other_form", with_charts_only),
    "255 sheets with quotes and pictures in their names": ("other_form", with_many_sheets),
    "errors everywhere": ("other_form", full_of_errors),
    "notes": ("other_form", with_notes),
    "no sheet at all": ("other_form", with_no_sheet),
    "CSV": ("not_a_workbook", as_bytes("Mã;Tên\n1;Hoa Sen".encode("utf-8-sig"))),
    "a web page": ("not_a_workbook", as_bytes(b'<html xmlns:o="urn:schemas-microsoft-com:office:office"><table/>')),
    "XML of Excel 2003": ("not_a_workbook", as_bytes(b'<?xml version="1.0"?><Workbook xmlns="urn:x"/>')),
    "rich text": ("not_a_workbook", as_bytes(b"{\\rtf1 a}")),
    "a picture": ("not_a_workbook", as_bytes(b"\x89PNG\r\n\x1a\n\0\0")),
}
