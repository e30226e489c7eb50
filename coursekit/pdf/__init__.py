"""Makes PDF files with Typst, in this process: our own templates, and everything else as data."""

from coursekit.pdf.document import MARK_LIMIT, Pdf, compile_pdf

__all__ = ["MARK_LIMIT", "Pdf", "compile_pdf"]
