"""The empty forms of the decisions desk, by the process that asks."""

from collections.abc import Callable, Mapping
from datetime import datetime

from django import forms

from handling.forms import plan
from handling.forms.coordination import AnswerForm
from handling.forms.extension import DecisionForm
from handling.queries.decisions import Item
from units.models import User

#: (item, by, at) → name → form; a form's prefix is its name.
Blank = Callable[[Item, User, datetime], dict[str, forms.Form]]


def _extension(item: Item, by: User, at: datetime) -> dict[str, forms.Form]:
    return {"decide": DecisionForm(prefix="decide")}


def _coordination(item: Item, by: User, at: datetime) -> dict[str, forms.Form]:
    return {"opinion": AnswerForm(prefix="opinion", row=item.row)}


def _plan(item: Item, by: User, at: datetime) -> dict[str, forms.Form]:
    return {"sign": plan.DecisionForm(prefix="sign")}


#: The names are those of `handling.queries.decisions.KINDS`.
BLANK: Mapping[str, Blank] = {
    "extension": _extension,
    "coordination": _coordination,
    "plan": _plan,
}


def blank(item: Item, by: User, at: datetime) -> dict[str, forms.Form]:
    """The forms by which this person may answer."""
    return BLANK[item.kind](item, by, at)
