"""The three groups of people who work in the admin, and what each may do."""

from collections.abc import Iterable

# Rows belong to a page of codes: who may change a page may change its rows.
ROWS = (
    "cause enginenote exchange fingerprint fix headerrule meaning name reference relation rule section snippet step"
).split()
PAGES = ["statusclass", "statuscode", "vendor", "platform"]
COMPARISON_ROWS = ["side", "aspect", "decision"]
GUIDE_ROWS = ["guidecode", "guidereference"]
QUESTION_ROWS = ["questioncode", "choice"]
ALL = ("view", "add", "change", "delete")

WRITERS = {
    "codes": [
        *(f"{action}_{model}" for action in ALL for model in ROWS),
        *(f"view_{model}" for model in [*PAGES, "revision", "errorreport"]),
        "add_statuscode",
        "change_statuscode",
    ],
    "compare": [
        *(f"{action}_{model}" for action in ALL for model in COMPARISON_ROWS),
        *(f"{action}_comparison" for action in ("view", "add", "change")),
    ],
    "quiz": [
        *(f"{action}_{model}" for action in ALL for model in QUESTION_ROWS),
        *(f"{action}_question" for action in ("view", "add", "change")),
        "view_generatorswitch",
        "view_leftout",
    ],
    "guides": [
        *(f"{action}_{model}" for action in ALL for model in GUIDE_ROWS),
        *(f"{action}_guide" for action in ("view", "add", "change")),
    ],
    "search": [*(f"view_{model}" for model in ("synonymlist", "synonym", "unfound"))],
}
EDITORS = {
    "codes": [
        *(f"{action}_{model}" for action in ALL for model in [*ROWS, *PAGES]),
        *(f"{action}_oldaddress" for action in ALL),
        *(f"{action}_errorreport" for action in ("view", "change", "delete")),
        "view_revision",
        "publish_statuscode",
        "import_content",
        "export_content",
    ],
    "compare": [
        *(f"{action}_{model}" for action in ALL for model in [*COMPARISON_ROWS, "comparison"]),
        "publish_comparison",
    ],
    "quiz": [
        *(f"{action}_{model}" for action in ALL for model in [*QUESTION_ROWS, "question", "leftout"]),
        *(f"{action}_generatorswitch" for action in ("view", "change")),
        "publish_question",
    ],
    "guides": [
        *(f"{action}_{model}" for action in ALL for model in [*GUIDE_ROWS, "guide"]),
        "publish_guide",
    ],
    "search": [
        *(f"{action}_{model}" for action in ALL for model in ("synonymlist", "synonym")),
        *(f"{action}_unfound" for action in ("view", "change", "delete")),
    ],
}
ADMINISTRATORS = {
    **EDITORS,
    "auth": [f"{action}_{model}" for action in ALL for model in ("user", "group")],
}
ROLES = {"Writers": WRITERS, "Editors": EDITORS, "Administrators": ADMINISTRATORS}


def grant(group_model, permission_model, name: str, wanted: dict[str, Iterable[str]]) -> None:
    """Make the group `name` if it is not there and give it the permissions of `wanted`, by app; it loses none."""
    group, _ = group_model.objects.get_or_create(name=name)
    for app, codenames in wanted.items():
        found = permission_model.objects.filter(content_type__app_label=app, codename__in=codenames)
        missing = set(codenames) - set(found.values_list("codename", flat=True))
        if missing:
            raise LookupError(f"{name}: no such permission: {', '.join(sorted(missing))}")
        group.permissions.add(*found)
