"""Official documents: one description of each, written as DOCX, PDF, XLSX and CSV."""
