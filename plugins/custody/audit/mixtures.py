# SPDX-License-Identifier: Apache-2.0
"""What licences do to one another when their data becomes one training set.

MIX090: two share-alike licences that one published set cannot both carry. MIX091: which sources forbid commercial use,
and how much of the set they are. MIX092: the licence the set is published under does not pass on what a source asks.
A set that keeps its sources apart, each under its own licence (`data_form: collection`), has no licence to agree on.
Findings are about single sources, so that dropping one or waiving its finding is possible; more sources never take one
away, and their order does not matter.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import yaml

from custody.audit.case import ROWS, Case
from custody.audit.licences.expressions import terms
from custody.audit.licences.names import normalise
from custody.audit.licences.table import terms_of
from custody.audit.licences.terms import Terms
from custody.audit.verdicts import Finding, Verdict
from custody.audit.waivers import Weighed
from custody.dataset import Dataset
from custody.intents import Intent

_PORT = re.compile(r"(CC-BY(?:-NC)?-SA-\d\.\d)-[A-Z]{2,3}")
_SPREADS = frozenset({"work", "data"})  # share-alike of single files, as in the MPL, does not reach their neighbours


@dataclass(frozen=True)
class Part:
    """One source of a set.

    Args:
        name: the source's name.
        licences: what is known of its licences, as SPDX expressions; all of them apply.
        size: of its data, in bytes.
        denied: it cannot be in a published set, whatever the set is.
        commerce_waived: somebody decided that its commercial use may go on.
    """

    name: str
    licences: tuple[str, ...]
    size: int = 0
    denied: bool = False
    commerce_waived: bool = False

    @property
    def keys(self) -> tuple[str, ...]:
        """The single licences, with the branch taken where an expression offers a choice."""
        found = (terms(one) for one in self.licences)
        return tuple(dict.fromkeys(key for one in found if one for key in one[0].split(" AND ")))


def part(case: Case, weighed: Weighed) -> Part:
    """Return a source as a part of a set. Rows with a licence of their own keep it, so they bind no other row."""
    known = (normalise(claim.text) for claim in case.claims if claim.by != ROWS)
    root = Dataset(case.base / case.source.path, case.source.name).root
    barred = [one for one in weighed.findings if one.code == "LIC010"]
    return Part(
        case.source.name,
        tuple(dict.fromkeys(one for one in known if one)),
        sum((root / path).stat().st_size for path in case.listing.digests),
        denied=weighed.verdict == "deny",
        commerce_waived=bool(barred) and all(weighed.effective(one) != "deny" for one in barred),
    )


def mixed(parts: Iterable[Part], intent: Intent, intent_name: str) -> dict[str, tuple[Finding, ...]]:
    """Return what each source gets for being in the set with the others.

    Args:
        parts: the sources that may end up in the set.
        intent: what the model will be, and whether the set is published.
        intent_name: its name in the policy.
    """
    ordered = sorted(parts, key=lambda one: one.name)
    found: dict[str, list[Finding]] = {}
    for finding in _all(ordered, intent, intent_name):
        found.setdefault(finding.where, []).append(finding)
    return {name: tuple(sorted(set(several))) for name, several in found.items()}


def _all(parts: Sequence[Part], intent: Intent, intent_name: str) -> Iterator[Finding]:
    if intent.purpose == "commercial" and len(parts) > 1:
        yield from _commerce(parts, intent_name)
    if intent.redistribute_data and intent.data_form == "one":
        published = [one for one in parts if not one.denied]
        yield from _share_alike(published)
        yield from _published(published, intent)


def _commerce(parts: Sequence[Part], intent_name: str) -> Iterator[Finding]:
    barred = [one for one in parts if not one.commerce_waived and any(_bars_commerce(_of(key)) for key in one.keys)]
    total = _share(barred, parts)
    size = sum(one.size for one in parts)
    for one in barred:
        yield Finding(
            "MIX091",
            "deny",
            f"it forbids commercial use, as {len(barred):,} of {len(parts):,} sources do",
            one.name,
            f"one such source binds the whole set, and the intent {intent_name!r} is commercial",
            f"drop it ({_percent(one.size, size)}); without all of them the set loses {total}",
        )


def _share_alike(parts: Sequence[Part]) -> Iterator[Finding]:
    bound = {one.name: [key for key in one.keys if _spreads(_of(key))] for one in parts}
    asked = sorted({key for keys in bound.values() for key in keys})
    targets = [reachable(key) for key in asked]
    common = set.intersection(*map(set, targets)) if targets else set()
    if not asked or any(all(each[one] == "text" for each in targets) for one in common):
        return
    verdict: Verdict = "review" if common else "deny"
    keep = _most(parts, bound, asked)
    rest = [one for one in parts if bound[one.name] and not _fits(bound[one.name], keep)]
    drop = f"drop {_names(rest)} ({_share(rest, parts)})"
    for one in parts:
        if not bound[one.name]:
            continue
        yield Finding(
            "MIX090",
            verdict,
            f"{' and '.join(asked)} ask for the whole set under their own licence",
            one.name,
            "one published set cannot carry both" if not common else f"{min(common)} may carry both, which nobody read",
            f"keep the sources apart (data_form: collection), do not publish the set, or {drop}",
        )


def _published(parts: Sequence[Part], intent: Intent) -> Iterator[Finding]:
    licence = normalise(intent.data_licence) if intent.data_licence else None
    known = terms(licence) if licence else None
    for one in parts:
        asked = [key for key in one.keys if _asks(_of(key))]
        if not asked:
            continue
        if known is None:
            what = "the licence of the published set is not known" if intent.data_licence else "it has no licence"
            yield _release("review", one, what, f"{' and '.join(asked)} ask for something that it must pass on")
            continue
        for key in asked:
            for lost in _lost(key, _of(key), *known):
                yield _release("deny", one, f"{known[0]} does not pass on what {key} asks", lost)


def _release(verdict: Verdict, one: Part, what: str, why: str) -> Finding:
    remedy = "name a licence in the intent's `data_licence` that passes it on, or keep the sources apart"
    return Finding("MIX092", verdict, f"published data: {what}", one.name, why, remedy)


def _lost(key: str, source: Terms, into: str, target: Terms) -> Iterator[str]:
    """Yield what a source's licence asks and the licence of the set does not."""
    if _bars_commerce(source) and not _bars_commerce(target):
        yield "commercial use stays forbidden"
    if _spreads(source) and not set(into.split(" AND ")) & set(reachable(key)):
        yield "the set must carry the same licence"
    if source.use in {"rail", "aup"} and target.use not in {"rail", "aup"}:
        yield "restrictions of use must be passed on"
    if source.duty and not target.duty:
        yield "credit must be given"


def reachable(key: str) -> Mapping[str, str]:
    """Return under which licences what carries `key` may be passed on, each with its basis: text or recalled."""
    start = match[1] if (match := _PORT.fullmatch(key)) else key
    found = {start: "text"}
    waiting = [start]
    while waiting:
        one = waiting.pop()
        for target, basis in _edges().get(one, ()):
            known = "text" if found[one] == basis == "text" else "recalled"
            if found.get(target) not in ("text", known):
                found[target] = known
                waiting.append(target)
    return found


@cache
def _edges() -> Mapping[str, tuple[tuple[str, str], ...]]:
    rows = yaml.safe_load(files("custody.audit").joinpath("mixtures.yaml").read_text(encoding="utf-8"))
    return {row["from"]: tuple((one, row["basis"]) for one in row["into"]) for row in rows}


def _of(key: str) -> Terms:
    found = terms_of(key.partition(" WITH ")[0])
    assert found is not None, "an expression has terms only when each of its licences has"
    return found


def _bars_commerce(one: Terms) -> bool:
    return one.commercial_use == "no" or one.research_only


def _spreads(one: Terms) -> bool:
    return one.modify == "same-licence" and one.share_alike in _SPREADS


def _asks(one: Terms) -> bool:
    return bool(one.duty or _bars_commerce(one) or _spreads(one) or one.use in {"rail", "aup"})


def _fits(keys: Iterable[str], target: str) -> bool:
    return all(target in reachable(key) for key in keys)


def _most(parts: Sequence[Part], bound: Mapping[str, list[str]], asked: Iterable[str]) -> str:
    """Return the licence under which most bytes of share-alike data could stay."""
    targets = sorted({target for key in asked for target in reachable(key)})
    kept = {
        target: sum(one.size for one in parts if bound[one.name] and _fits(bound[one.name], target))
        for target in targets
    }
    return max(targets, key=lambda one: kept[one])


def _names(parts: Sequence[Part]) -> str:
    shown = ", ".join(repr(one.name) for one in parts[:5])
    return shown + (f" and {len(parts) - 5:,} more" if len(parts) > 5 else "")


def _share(some: Sequence[Part], parts: Sequence[Part]) -> str:
    return _percent(sum(one.size for one in some), sum(one.size for one in parts))


def _percent(size: int, total: int) -> str:
    return f"{100 * size / total:.1f} % of the bytes" if total else "an unknown share"
