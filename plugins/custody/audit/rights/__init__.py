# SPDX-License-Identifier: Apache-2.0
"""Rights reservations: what robots.txt, TDMRep, AIPREF, content signals, RSL, pages and manifests say about training.

`state` is the one entry to all of them. It answers with plain values, so that a file of test vectors can be run by it:

| kind | input | context | answer, beside `state`, `problems` and `policies` |
| --- | --- | --- | --- |
| `robots` | body | agent, path, status | `crawl`: whether the agent may fetch the path |
| `robots-content-usage` | body | agent, path, status | `crawl`, and each AIPREF word: allow, disallow, unknown |
| `robots-content-signal` | body | agent, path, status | `crawl`, and each signal: yes, no, None |
| `tdmrep.json` | body or parsed rules | path | `reservation`: 1, 0, None; `policy`: URL or None |
| `chain` | `{file, header, meta}`, each 1, 0 or None | | `reservation` |
| `aipref` | one statement | | each AIPREF word |
| `aipref-combine` | several statements | | each AIPREF word |
| `content-signal` | one statement | | each signal |
| `x-robots-tag`, `meta-robots` | directives | agent | |
| `headers` | raw, or a map | agent | `reservation` |
| `html` | body | agent, path | `reservation` |
| `meta` | a map of names to contents | agent | `reservation` |
| `rsl` | body | path, use, user, geo | `answer`: permitted, prohibited, withheld, unset; and each word of RSL |
| `c2pa` | JSON or parsed | | |

`state` is about training a model on text: reserved, granted or unset. Unset is never granted.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from custody.audit.rights import aipref, assertions, headers, pages, robots, rsl, signals, tdmrep
from custody.audit.rights.rsl import Asker
from custody.audit.rights.states import Reading, Signal, State, combined, strictest
from custody.audit.rights.tdmrep import Tdm
from custody.audit.rights.vocabulary import vocabulary

__all__ = ["KINDS", "Asker", "Reading", "Signal", "State", "combined", "state", "strictest"]

Answer = dict[str, Any]


def state(kind: str, given: Any, **context: Any) -> Answer:
    """Tell what one document or statement says; see the module for kinds, inputs and answers.

    Args:
        kind: a name of `KINDS`.
        given: the document.
        context: agent (default `*`), path (default `/`; a URL is fine), status (default 200), use (default `ai-train`),
            user, geo (a list of regions).

    Raises:
        KeyError: no such kind. What a document says never raises.
    """
    return KINDS[kind](given, context)


def _answer(reading: Reading, **more: Any) -> Answer:
    about = {"state": reading.state, "problems": list(reading.problems), "policies": list(reading.policies)}
    return about | more


def _robots_file(given: Any, context: Mapping[str, Any]) -> tuple[robots.Robots, bool]:
    parsed = robots.fetched(context.get("status", 200), given)
    return parsed, parsed.allows(*_who(context))


def _who(context: Mapping[str, Any]) -> tuple[str, str]:
    return context.get("agent", "*"), context.get("path", "/")


def _robots(given: Any, context: Mapping[str, Any]) -> Answer:
    parsed, crawl = _robots_file(given, context)
    agent, path = _who(context)
    return _answer(robots_reading(parsed, (agent,), path), crawl=crawl)


def _robots_usage(given: Any, context: Mapping[str, Any]) -> Answer:
    parsed, crawl = _robots_file(given, context)
    # the draft gives no preference for what may not be fetched
    lines = parsed.usage(*_who(context), aipref.NAME) if crawl else ()
    return _robots(given, context) | aipref.combine(map(aipref.preferences, lines))


def _robots_signal(given: Any, context: Mapping[str, Any]) -> Answer:
    parsed, _ = _robots_file(given, context)
    return _robots(given, context) | signals.values(parsed.usage(*_who(context), signals.NAME))


def robots_reading(parsed: robots.Robots, agents: tuple[str, ...], url: str) -> Reading:
    """Return what the usage lines of a robots.txt say to any of some agents about a URL, and its RSL licences."""
    parts = [Reading(problems=parsed.problems, policies=parsed.licences)]
    for agent in agents:
        parts += [aipref.reading(one, f"robots.txt {aipref.BY}") for one in parsed.usage(agent, url, aipref.NAME)]
        parts += [signals.reading(one, f"robots.txt {signals.BY}") for one in parsed.usage(agent, url, signals.NAME)]
    return combined(parts)


def _tdm_answer(found: Tdm) -> Answer:
    return _answer(found.reading, reservation=found.reservation, policy=found.policy or None)


def _tdmrep(given: Any, context: Mapping[str, Any]) -> Answer:
    read = tdmrep.file if isinstance(given, bytes | str) else tdmrep.rules
    return _tdm_answer(read(given, context.get("path", "/")))


def _chain(given: Any, _: Mapping[str, Any]) -> Answer:
    found = Tdm()
    for place in ("file", "header", "meta"):
        value = given.get(place)
        found = tdmrep.value(None if value is None else str(value)).over(found)
    return _tdm_answer(found)


def _headers(given: Any, context: Mapping[str, Any]) -> Answer:
    found, problems = (headers.as_headers(given), ()) if isinstance(given, Mapping) else headers.parse(given)
    tdm = headers.tdm(found)
    read = headers.usage(found, _agents(context)) + tdm.reading + Reading(problems=problems)
    return _answer(read, reservation=tdm.reservation)


def _html(given: Any, context: Mapping[str, Any]) -> Answer:
    page = pages.read(given, _agents(context), _asker(context), context.get("path", "/"))
    return _answer(page.reading + page.tdm.reading, reservation=page.tdm.reservation)


def _meta(given: Any, context: Mapping[str, Any]) -> Answer:
    page = pages.elements({str(name): str(content) for name, content in given.items()}, _agents(context))
    return _answer(page.reading + page.tdm.reading, reservation=page.tdm.reservation)


def _rsl(given: Any, context: Mapping[str, Any]) -> Answer:
    document, url = rsl.parse(given), context.get("path", "/")
    uses = {use: document.answer(use, url, _asker(context)) for use in vocabulary().vocabularies[rsl.NAME].current}
    said = document.answer(context.get("use", "ai-train"), url, _asker(context))
    return _answer(document.reading(url, _asker(context)), answer=said) | uses


def _asker(context: Mapping[str, Any]) -> Asker:
    return Asker(context.get("user", ""), tuple(context.get("geo", ())))


def _agents(context: Mapping[str, Any]) -> tuple[str, ...]:
    return (context["agent"],) if "agent" in context else ()


KINDS: Mapping[str, Callable[[Any, Mapping[str, Any]], Answer]] = {
    "robots": _robots,
    "robots-content-usage": _robots_usage,
    "robots-content-signal": _robots_signal,
    "tdmrep.json": _tdmrep,
    "chain": _chain,
    "aipref": lambda given, _: _answer(aipref.reading(given)) | aipref.preferences(given),
    "aipref-combine": lambda given, _: (
        _answer(combined(map(aipref.reading, given))) | aipref.combine(map(aipref.preferences, given))
    ),
    "content-signal": lambda given, _: _answer(signals.reading(given)) | signals.values([given]),
    "x-robots-tag": lambda given, context: _answer(headers.directives(given, "X-Robots-Tag", _agents(context))),
    "meta-robots": lambda given, _: _answer(headers.directives(given, "robots meta element")),
    "headers": _headers,
    "html": _html,
    "meta": _meta,
    "rsl": _rsl,
    "c2pa": lambda given, _: _answer(
        assertions.parse(given) if isinstance(given, bytes | str) else assertions.content(given)
    ),
}
