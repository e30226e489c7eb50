"""Makes PDF files and pictures with Typst, in this process: our own templates, and everything else as data."""

from coursekit.pdf.document import MARK_LIMIT, Pdf, Png, compile_pdf, compile_png

__all__ = ["MARK_LIMIT", "Pdf", "Png", "compile_pdf", "compile_png"]
