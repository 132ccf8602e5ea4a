"""A statement as pictures, one a page: for browsers that save no files, where people keep what they can press and hold.

The pictures are those of the PDF, so that nothing can stand on one and not on the other.
"""

import io
from threading import Lock

import pypdfium2

from backend.settlement.papers.statement import Statement, StatementPictures
from backend.settlement.papers.statement_pdf import statement_pdf

SCALE = 1.6
"""Points to pixels: a page of A4 is 950 pixels wide, sharp on a phone and small on a slow line."""
COLOURS = 32
MOST_PAGES = 20
_one_at_a_time = Lock()
"""PDFium is not made for threads."""


def statement_pictures(paper: Statement) -> StatementPictures:
    """Draw the pages of the paper."""
    content = statement_pdf(paper)
    with _one_at_a_time:
        document = pypdfium2.PdfDocument(content)
        try:
            count = len(document)
            pages = tuple(_drawn(document[number]) for number in range(min(count, MOST_PAGES)))
        finally:
            document.close()
    return StatementPictures(pages=pages, whole=count <= MOST_PAGES)


def _drawn(page: pypdfium2.PdfPage) -> bytes:
    picture = page.render(scale=SCALE).to_pil().convert("RGB").quantize(COLOURS)
    out = io.BytesIO()
    picture.save(out, "PNG", optimize=True)
    return out.getvalue()
