# SPDX-License-Identifier: Apache-2.0
"""The terms of one licence against one intent: what they rule out, what they leave open and what they ask."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from custody.audit.case import Case
from custody.audit.licences.names import normalise
from custody.audit.licences.terms import Terms
from custody.audit.rules.licence_effects import effects
from custody.audit.verdicts import Finding

Judge = Callable[[str, Terms, str, Case], Iterator[Finding]]
_COUNSEL = "drop the data, or let counsel decide"


def findings(licence: str, terms: Terms, where: str, case: Case) -> Iterator[Finding]:
    """Judge every axis of some terms."""
    for judge in _JUDGES:
        yield from judge(licence, terms, where, case)


def _commercial(licence: str, terms: Terms, where: str, case: Case) -> Iterator[Finding]:
    if case.intent.purpose != "commercial":
        return
    why = f"the intent {case.intent_name!r} is commercial"
    if terms.commercial_use == "no" or terms.research_only:
        yield Finding(
            "LIC010",
            "deny",
            f"{licence} forbids commercial use",
            where,
            why,
            "drop the data, obtain a commercial licence, or set purpose: research for a model that never is commercial",
        )
    elif terms.commercial_use in {"unknown", "per-grant"}:
        what = f"{licence} does not grant commercial use in so many words"
        remedy = "; ".join(("get the grant in writing, or drop the data", *terms.notes))
        yield Finding("LIC010", "review", what, where, why, remedy)


def _threshold(licence: str, terms: Terms, where: str, case: Case) -> Iterator[Finding]:
    if terms.commercial_use != "threshold" or case.intent.purpose != "commercial":
        return
    users, most = case.intent.monthly_active_users, terms.monthly_users
    if users is not None and most and users > most:
        what = f"{licence} asks for a licence of its own above {most:,} monthly active users"
        why = f"the intent states {users:,}"
        yield Finding("LIC015", "deny", what, where, why, "obtain that licence, or drop the data")
    elif users is None or not most:
        what = f"{licence} allows commercial use below a threshold" + (
            f" of {most:,} monthly active users" if most else ""
        )
        remedy = "state `monthly_active_users` in the intent" if most else "let somebody hold it against the licence"
        yield Finding("LIC015", "review", what, where, "whether the intent is below it is not known", remedy)


def _adaptations(licence: str, terms: Terms, where: str, case: Case) -> Iterator[Finding]:
    intent, settings = case.intent, case.settings.licences
    if terms.modify in {"no", "unknown"} and (intent.release != "none" or intent.redistribute_data):
        forbids = terms.modify == "no"
        yield Finding(
            "LIC011",
            ("deny" if intent.redistribute_data else settings.no_derivatives_model) if forbids else "review",
            f"{licence} forbids sharing adaptations"
            if forbids
            else f"{licence} does not say whether adaptations may be shared",
            where,
            "whether a released model is an adaptation of its data is contested",
            _COUNSEL,
        )
    if terms.modify == "same-licence" and (intent.release == "weights" or intent.redistribute_data):
        same = (
            bool(intent.model_licence) and normalise(intent.model_licence) == licence and not intent.redistribute_data
        )
        yield Finding(
            "LIC012",
            "allow_with_obligations" if same else settings.share_alike_model,
            f"{licence} asks that adaptations carry the same licence",
            where,
            "whether released weights are an adaptation of their data is contested",
            f"release under {licence}" if same else "let counsel decide, or release under the same licence",
        )


def _redistribution(licence: str, terms: Terms, where: str, case: Case) -> Iterator[Finding]:
    if case.intent.redistribute_data and terms.redistribution in {"no", "unknown", "per-grant"}:
        forbids = terms.redistribution == "no"
        yield Finding(
            "LIC016",
            "deny" if forbids else "review",
            f"{licence} forbids passing the data on"
            if forbids
            else f"{licence} does not say whether data may be passed on",
            where,
            f"the intent {case.intent_name!r} redistributes data",
            "set redistribute_data: false, or drop the data",
        )


def _uses(licence: str, terms: Terms, where: str, case: Case) -> Iterator[Finding]:
    if terms.use in {"computational", "internal"}:
        kind = "computational use" if terms.use == "computational" else "internal training"
        duty = f"use the data for {kind} only, and say so where it is kept"
        yield Finding(
            "LIC014",
            "allow_with_obligations",
            f"{licence} allows {kind} only",
            where,
            "a condition of the licence",
            duty,
        )
    if terms.use not in {"aup", "rail"}:
        return
    duty = f"pass the use restrictions of {licence} on to whoever gets the model"
    yield Finding(
        "LIC014", "allow_with_obligations", f"{licence} rules uses out", where, "a condition of the licence", duty
    )
    fields = case.intent.product_fields
    if fields is None:
        why, remedy = "what the model is for is not stated", "state `product_fields` in the intent"
        yield Finding("LIC014", "review", f"{licence} rules uses out", where, why, remedy)
    elif hit := sorted(
        {one.casefold() for one in fields} & {one.casefold() for one in case.settings.licences.restricted_fields}
    ):
        why = f"the intent names {', '.join(hit)}, which such licences restrict"
        yield Finding(
            "LIC014", "review", f"{licence} rules uses out", where, why, "hold the use against the licence's list"
        )


def _duties(licence: str, terms: Terms, where: str, case: Case) -> Iterator[Finding]:
    if not terms.duty:
        return
    what = f"{licence} asks: {terms.duty}"
    yield Finding("LIC013", "allow_with_obligations", what, where, "a condition of the licence", terms.duty)
    if not case.source.licence_file and not case.found:
        yield Finding(
            "LIC005",
            "review" if case.intent.redistribute_data else "allow_with_obligations",
            f"the text of {licence} is not kept with the data",
            where,
            "its duty cannot be met without the text",
            "store the licence's text and name it in `licence_file`",
        )


_JUDGES: tuple[Judge, ...] = (_commercial, _threshold, _adaptations, _redistribution, _uses, effects, _duties)
