"""Comparisons as files: `content/comparisons/401-vs-403.yaml`."""

from codes.documents import DocumentKind, RowKind

from .models import Aspect, Comparison, Decision, Side
from .rules import wrong_with_document

COMPARISON = DocumentKind(
    folder="comparisons",
    model=Comparison,
    identity="slug",
    keys="slug title topic published_at summary verdict body",
    rows={
        "sides": RowKind(Side, "comparison", "code choose_when log_line scenario", ("code",)),
        "aspects": RowKind(Aspect, "comparison", "title texts", ("title",)),
        "decisions": RowKind(Decision, "comparison", "question if_yes if_no", ("question",)),
    },
    check=wrong_with_document,
)
DOCUMENTS = [COMPARISON]
