"""Guides as files: `content/guides/primer.yaml`."""

from codes.documents import DocumentKind, RowKind
from codes.markdown import outline

from .models import Guide, GuideCode, GuideReference


def places_in(data: dict) -> frozenset[str]:
    """Every place of a guide's page that can be linked to."""
    own = {"main", *(key for key in ("codes", "references") if data.get(key))}
    return frozenset(own | {heading.anchor for heading in outline(data.get("body", ""))})


GUIDE = DocumentKind(
    folder="guides",
    model=Guide,
    identity="slug",
    keys="slug kind title position published_at summary author body",
    rows={
        "codes": RowKind(GuideCode, "guide", "code", ("code",)),
        "references": RowKind(GuideReference, "guide", "title url", ("url",)),
    },
    places=places_in,
)
DOCUMENTS = [GUIDE]
