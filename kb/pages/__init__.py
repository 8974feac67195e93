"""A document to its Markdown page and back.

The page is the canonical form of a document: people edit it, everything after it is rebuilt from it.
``docs/contributing/page-format.md`` describes the format; reading a page and writing it back changes no byte
of a page in canonical form.
"""

from kb.pages.folder import load_pages, page_path, read_file, save_page
from kb.pages.reader import read_page
from kb.pages.writer import canonical, write_page

__all__ = ["canonical", "load_pages", "page_path", "read_file", "read_page", "save_page", "write_page"]
