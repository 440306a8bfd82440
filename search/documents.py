"""Synonyms as files: `content/synonyms/symptoms.yaml`."""

from codes.documents import DocumentKind, RowKind

from .models import Synonym, SynonymList

SYNONYMS = DocumentKind(
    folder="synonyms",
    model=SynonymList,
    identity="slug",
    keys="slug title",
    rows={"synonyms": RowKind(Synonym, "list", "kind text means code", ("kind", "text", "code"))},
)
DOCUMENTS = [SYNONYMS]
