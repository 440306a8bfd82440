"""Questions made on the fly from verified facts of the database.

Wrong answers are codes that people do confuse with the right one; each generator makes sure that none of them is
right too. Generators and codes are switched off in the admin.
"""

import random
from collections.abc import Iterator

from quiz.asked import Asked
from quiz.models import GeneratorSwitch, LeftOut, Mode

from .cause import cause_of
from .difference import what_differs
from .header import header_of
from .name import name_of, number_of
from .world import World, known_world

Name = GeneratorSwitch.Name
GENERATORS = {
    Name.NAME: name_of,
    Name.NUMBER: number_of,
    Name.CAUSE: cause_of,
    Name.HEADER: header_of,
    Name.DIFFERENCE: what_differs,
}
# How often each is tried; mere names are the rarest.
WEIGHTS = {Name.NAME: 1, Name.NUMBER: 1, Name.CAUSE: 3, Name.HEADER: 2, Name.DIFFERENCE: 3}


def make(count: int, wish, rng: random.Random) -> list[Asked]:
    """At most so many questions, no two about the same code by the same generator; fewer where facts are too few."""
    if count <= 0:
        return []
    off = set(GeneratorSwitch.objects.filter(is_on=False).values_list("name", flat=True))
    on = [name for name in GENERATORS if name not in off and (wish.mode != Mode.APART or name == Name.DIFFERENCE)]
    world = known_world(*LeftOut.objects.order_by("pk").values_list("code__number", flat=True))
    wanted = [code for code in world.codes if _is_wanted(code.number, wish)]
    found = []
    for asked in _tries(world, wanted, on, rng):
        if not wish.difficulty or asked.difficulty == wish.difficulty:
            found.append(asked)
        if len(found) == count:
            break
    return found


def _is_wanted(number: int, wish) -> bool:
    if wish.mode == Mode.CLASS:
        return min(number // 100, 6) == int(wish.scope)
    return not wish.numbers or number in wish.numbers


def _tries(world: World, codes: list, on: list[str], rng: random.Random) -> Iterator[Asked]:
    """What the generators make of each code; every pair of both is tried once, in an order by weight and chance."""
    pairs = [(rng.random() ** (1 / WEIGHTS[name]), name, code) for code in codes for name in on]
    for _, name, code in sorted(pairs, key=lambda pair: -pair[0]):
        if asked := GENERATORS[name](world, code, rng):
            yield asked
