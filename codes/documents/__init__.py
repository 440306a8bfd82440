"""Pages as text: one YAML document per page.

`dump` turns a page into its canonical text and `load` turns a text into plain data; they are inverses. `store` writes
plain data into the database. Import, export, history and restore are all made of these three.
"""

from .kinds import DOCUMENTS, DocumentKind, RowKind, kind_of
from .reading import Problem, load
from .storing import NotStorable, Page, store, store_page, store_rows
from .writing import dump, dump_all, to_text

__all__ = [
    "DOCUMENTS",
    "DocumentKind",
    "NotStorable",
    "Page",
    "Problem",
    "RowKind",
    "dump",
    "dump_all",
    "kind_of",
    "load",
    "store",
    "store_page",
    "store_rows",
    "to_text",
]
