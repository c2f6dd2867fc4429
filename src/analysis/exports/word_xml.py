"""Parts of a Word document, written as the WordprocessingML that they are and filled in with escaped values."""

from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls
from markupsafe import Markup

RUN = Markup('<w:r><w:t xml:space="preserve">{}</w:t></w:r>')
FIELD = Markup(
    '<w:r><w:fldChar w:fldCharType="begin"/></w:r>'
    '<w:r><w:instrText xml:space="preserve"> {} </w:instrText></w:r>'
    '<w:r><w:fldChar w:fldCharType="separate"/></w:r>'
    '<w:r><w:t xml:space="preserve">{}</w:t></w:r>'
    '<w:r><w:fldChar w:fldCharType="end"/></w:r>'
)


def elements(*written: Markup) -> list:
    """The elements that were written, one after another, ready to be put into a document."""
    return list(parse_xml(f"<w:body {nsdecls('w')}>{Markup('').join(written)}</w:body>"))


def field(instruction: str, result: str) -> Markup:
    """The runs of a field and of what it shows until Word works it out anew."""
    return FIELD.format(instruction, result)
