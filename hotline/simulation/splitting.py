"""Two matters told in one breath: the dispatcher makes two orders of them (拆单)."""

from collections.abc import Sequence
from random import Random

from dispatch.actions.splitting import split
from hotline.simulation import texts
from hotline.simulation.life import Life
from intake.requests import Part
from tickets.models import Category
from tickets.states import Kind
from units.roles import Role

#: How many requests hold two matters.
CHANCE = 0.015
#: Leaves drawn to find two that are complained about.
DRAWN = 8


def matters(life: Life) -> Sequence[Part]:
    """What this caller tells at once, two things in two places; nothing for most callers."""
    world, rng = life.world, life.chance("two")
    if rng.random() >= CHANCE * world.stir:
        return ()
    drawn = dict.fromkeys(world.leaves.draw(rng) for _leaf in range(DRAWN))
    leaves = [leaf for leaf in drawn if _complained_about(leaf)][:2]
    life.matters = [_matter(life, rng, leaf) for leaf in leaves]
    return life.matters


def _matter(life: Life, rng: Random, leaf: Category) -> Part:
    place, spot = life.world.place(rng), texts.spot(rng)
    return Part(texts.content(rng, Kind.COMPLAINT, leaf, place, spot), leaf, place, spot)


def _complained_about(leaf: Category) -> bool:
    return not leaf.kinds or Kind.COMPLAINT in leaf.kinds


def part(life: Life) -> bool:
    """The dispatcher makes an order of each; every one lives on by itself. False when there is one only."""
    if len(life.matters) < 2:
        return False
    told, life.matters = life.matters, ()
    by = life.world.anyone(Role.DISPATCHER, life.rng)
    for made in split(life.ticket, told, by=by, at=life.now):
        life.bear(made)
    return True
