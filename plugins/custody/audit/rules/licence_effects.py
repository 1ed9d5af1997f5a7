# SPDX-License-Identifier: Apache-2.0
"""What licences of models and terms of services ask of models that are trained on outputs."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from custody.audit.case import Case
from custody.audit.licences.terms import Terms
from custody.audit.verdicts import Finding


def effects(licence: str, terms: Terms, where: str, case: Case) -> Iterator[Finding]:
    """Judge every effect of some terms."""
    for effect in terms.effects:
        kind, _, name = effect.partition(":")
        yield from _EFFECTS.get(kind, _nothing)(licence, name, where, case)


def _compete(licence: str, name: str, where: str, case: Case) -> Iterator[Finding]:
    del name
    competes = case.intent.offers_competing_model
    yield Finding(
        "LIC020",
        "deny" if competes else "review",
        f"{licence} bars using outputs to develop competing models",
        where,
        f"the intent says offers_competing_model: {str(competes).lower()}",
        "drop the data, or obtain a permission of the provider"
        if competes
        else "let counsel say whether the model competes",
    )


def _improve(licence: str, name: str, where: str, case: Case) -> Iterator[Finding]:
    family = case.intent.model_family
    if family and name.casefold() in family.casefold():
        return
    yield Finding(
        "LIC020",
        "deny" if family else "review",
        f"{licence} bars using outputs to improve models other than {name}",
        where,
        f"the intent trains {family}" if family else "the intent does not say from which model it trains",
        f"drop the data, or train a model of the {name} family" if family else "state `model_family` in the intent",
    )


def _naming(licence: str, name: str, where: str, case: Case) -> Iterator[Finding]:
    released, model = case.intent.release != "none", case.intent.model_name
    if model.casefold().startswith(name.casefold()) or not released:
        what, duty = (
            f"{licence} asks for the model's name",
            f"begin the model's name with {name!r} where it is released",
        )
        yield Finding("LIC022", "allow_with_obligations", what, where, "a condition of the licence", duty)
        return
    yield Finding(
        "LIC022",
        "deny" if model else "review",
        f"{licence} asks that the model's name begin with {name!r}",
        where,
        f"the intent names it {model!r}" if model else "the intent does not name the model",
        "name the model so, or drop the data" if model else "state `model_name` in the intent",
    )


def _branding(licence: str, name: str, where: str, case: Case) -> Iterator[Finding]:
    del case
    duty = f"write {name!r} where the model is documented"
    yield Finding(
        "LIC022", "allow_with_obligations", f"{licence} asks for {name!r}", where, "a condition of the licence", duty
    )


def _inherits(licence: str, name: str, where: str, case: Case) -> Iterator[Finding]:
    del name, case
    duty = f"release a model trained on such outputs under the terms of {licence}"
    why = "it counts such a model as derived"
    yield Finding(
        "LIC014", "allow_with_obligations", f"{licence} reaches to models trained on outputs", where, why, duty
    )


def _translation(licence: str, name: str, where: str, case: Case) -> Iterator[Finding]:
    del name, case
    what = f"{licence} restricts training translation on its outputs"
    yield Finding(
        "LIC020",
        "review",
        what,
        where,
        "its terms in force at that time decide",
        "let counsel read them, or drop the data",
    )


def _newest(licence: str, name: str, where: str, case: Case) -> Iterator[Finding]:
    del name, case
    what = f"{licence} asks for the newest usable version"
    yield Finding(
        "LIC002", "review", what, where, "later versions leave out who opted out", "state the revision, and confirm it"
    )


def _nothing(licence: str, name: str, where: str, case: Case) -> Iterator[Finding]:
    del licence, name, where, case
    return iter(())


_EFFECTS: dict[str, Callable[[str, str, str, Case], Iterator[Finding]]] = {
    "no_compete": _compete,
    "no_improve": _improve,
    "no_train_translation": _translation,
    "naming": _naming,
    "branding": _branding,
    "inherits": _inherits,
    "update-duty": _newest,
}
