"""Everything that the page of a code shows, in ten queries however many rows it has."""

from collections import defaultdict

from django.apps import apps
from django.db.models import Model, QuerySet

from .prepared import DIGIT, KEY, Prepared
from .querysets import PACKED, class_digit, class_name, packed, snippets_in_order


def _rows(model: str, *related: str) -> QuerySet:
    return apps.get_model("codes", model).objects.select_related(*related).filter(code=KEY)


def _code_itself() -> QuerySet:
    """What is computed beside a code's columns: the name of its class, and rows in a packed form."""
    codes = apps.get_model("codes", "StatusCode").objects.filter(pk=KEY).order_by().only("pk")
    return codes.annotate(class_name=class_name(DIGIT), **{f"packed_{name}": packed(name) for name in PACKED})


def _relations() -> QuerySet:
    shown = "kind position note code other__number other__name other__published_at other__appeared_at other__draft_of"
    return _rows("Relation", "other").only(*shown.split())


VENDOR = [f"vendor__{name}" for name in ("kind", "summary", "body", "url")]
MEANING = "summary where_seen sent_by body_rule retry_note era body source source_url verified verified_note".split()
PROVEN = [f"proves__{name}" for name in ("layer", "sign", "body", "source", "source_url")]
# Each kind of rows, without what a page does not show of the rows that come with them.
ROWS = {
    "meanings": Prepared(lambda: _rows("Meaning", "vendor").defer(*VENDOR)),
    "names": Prepared(lambda: _rows("Name", "platform")),
    "fingerprints": Prepared(lambda: _rows("Fingerprint", "vendor").defer(*VENDOR)),
    "causes": Prepared(
        lambda: _rows("Cause", "meaning__vendor").defer(*(f"meaning__{name}" for name in (*MEANING, *VENDOR)))
    ),
    "steps": Prepared(lambda: _rows("Step", "proves").defer(*PROVEN)),
    "snippets": Prepared(lambda: snippets_in_order().filter(code=KEY)),
    "sections": Prepared(lambda: _rows("Section")),
    "relations": Prepared(_relations),
}
FIXES = Prepared(lambda: apps.get_model("codes", "Fix").objects.select_related("platform").filter(cause__code=KEY))
CODE_ITSELF = Prepared(_code_itself)


def load_page(code: Model, user) -> None:
    """Fetch everything that the page of a code shows to `user`, as if it had been prefetched."""
    values = {KEY: code.pk, DIGIT: class_digit(code.number)}
    [itself] = CODE_ITSELF.rows(values)
    for name in ("class_name", *(f"packed_{name}" for name in PACKED)):
        setattr(code, name, getattr(itself, name))
    for name, query in ROWS.items():
        _keep(code, name, query.rows(values), "code")
    # Of other pages only what this reader may see.
    seen = [row for row in code.relations.all() if row.other.is_visible_to(user)]
    _keep(code, "relations", seen, "code")
    fixes = defaultdict(list)
    for fix in FIXES.rows(values):
        fixes[fix.cause_id].append(fix)
    for cause in code.causes.all():
        _keep(cause, "fixes", fixes[cause.pk], "cause")


def _keep(owner: Model, name: str, rows: list[Model], parent: str) -> None:
    """Make `owner.name.all()` these rows, and each row's `parent` the owner."""
    for row in rows:
        row._state.fields_cache[parent] = owner
    queryset = getattr(type(owner), name).rel.related_model._default_manager.all()
    queryset._result_cache, queryset._prefetch_done = rows, True
    owner.__dict__.setdefault("_prefetched_objects_cache", {})[name] = queryset
