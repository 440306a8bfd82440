"""Blocks of a code page that are drawn once for the same rows, as Markdown is rendered once for the same text.

A block's HTML is a pure function of its rows and of three facts about its code, and is kept under exactly these: the
values, not a version or a time. So it cannot be out of date, an edit draws anew only the block that it changes, and
nobody has to forget anything.
"""

from dataclasses import is_dataclass
from types import NoneType
from typing import Any

from django.db.models import Model
from django.template.loader import get_template

from codes.blocks import Block
from codes.models import StatusCode

# More than the site has; the oldest goes first.
MOST = 4096
_drawn: dict[tuple, str] = {}

# What a loaded row holds besides its columns, and the way back to the page.
_OWN = {"_state", "_prefetched_objects_cache"}
_PARENTS = {"code", "cause"}
_PLAIN = {str, int, bool, NoneType}


def draw(block: Block, code: StatusCode) -> str:
    """The safe HTML of a block. Its template may read of `code` only the number, the definition and `draft_of_id`."""
    key = (
        block.template,
        block.anchor,
        block.title,
        code.number,
        code.definition,
        code.draft_of_id,
        frozen(block.rows),
    )
    html = _drawn.get(key)
    if html is None:
        html = get_template(block.template).render({"block": block, "code": code})
        if len(_drawn) >= MOST:
            _drawn.pop(next(iter(_drawn)), None)
        _drawn[key] = html
    return html


def frozen(value: Any) -> Any:
    """All that a value says, as something that can be a key: of a row its columns and the rows loaded with it."""
    if value.__class__ in _PLAIN:
        return value
    if isinstance(value, Model):
        state, rows = value._state.fields_cache, vars(value).get("_prefetched_objects_cache", {})
        held = [found for name, found in vars(value).items() if name not in _OWN]
        held += [row for name, row in state.items() if name not in _PARENTS]
        held += [list(found) for found in rows.values()]
    elif is_dataclass(value):
        held = vars(value).values()
    elif isinstance(value, list | tuple):
        held = value
    else:
        return value
    return tuple([each if each.__class__ in _PLAIN else frozen(each) for each in held])
