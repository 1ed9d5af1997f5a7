# SPDX-License-Identifier: Apache-2.0
"""The audit as a whole: whatever restricts never relaxes, order never matters, and one source never frees another."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from custody.audit import AuditReport, audit
from custody.audit.verdicts import VERDICTS, strictest
from custody.home import Home, init
from custody.policy import Policy
from tests.conftest import ROOT

Source = dict[str, Any]
NAMES = ("alpha", "beta", "gamma")
TODAY = date(2026, 11, 24)
LICENCES = (
    "CC0-1.0",
    "CC BY 4.0",
    "MIT",
    "Apache 2.0",
    "CC-BY-SA-4.0",
    "CC-BY-NC-4.0",
    "CC BY-NC-ND 4.0",
    "ODbL-1.0",
    "GPL-3.0-only",
    "MIT OR CC-BY-NC-4.0",
    "MIT AND CC-BY-SA-4.0",
    "other",
    "cc",
    "unknown",
    "openrail",
    "llama3",
    "blah",
)
CLAIMS = st.sampled_from(LICENCES)
CARDS = {  # metadata files that only ever add something
    "nothing.json": {"@type": "sc:Dataset", "name": "d"},
    "wrong-digest.json": {"distribution": [{"contentUrl": "https://example.org/a.csv", "sha256": "0" * 64}]},
    "no-digest.json": {"distribution": [{"contentUrl": "https://example.org/a.csv", "sha256": "blah"}]},
    "people.json": {"@type": "sc:Dataset", "name": "d", "rai:personalSensitiveInformation": ["names"]},
    "broken.json": None,
}
TEXTS = {
    "gpt.md": "---\nlicense: cc0-1.0\n---\nThe answers were generated with GPT-4.\n",
    "research.md": "---\nlicense: cc0-1.0\n---\n## Licensing Information\nFor non-commercial research use only.\n",
    "gated.md": "---\nlicense: cc0-1.0\nextra_gated_prompt: agree\n---\n",
    "nc.md": "---\nlicense: cc-by-nc-4.0\n---\n",
}
KEPT = {  # what a crawl kept
    "robots-all.txt": "User-agent: *\nDisallow: /\n",
    "robots-ai.txt": "User-agent: GPTBot\nDisallow: /\n",
    "robots-signal.txt": "User-agent: *\nContent-Signal: ai-train=no\nAllow: /\n",
    "tdmrep.json": '[{"location": "/", "tdm-reservation": 1}]',
    "noai.html": '<html><head><meta name="robots" content="noai"></head></html>',
    "terms.html": "You may not use any robot, spider or scraper, nor train artificial intelligence on this site.",
    "broken.xml": '<!DOCTYPE x [<!ENTITY a "b">]><rsl>&a;</rsl>',
}
OPTOUTS = {"host.csv": "domain,data.example", "owner.csv": "owner,Ann Example", "nobody.csv": "domain,nobody.example"}


@dataclass(frozen=True)
class Bench:
    """A directory with tiny datasets and metadata, and a policy."""

    path: Path
    rules: Policy = field(repr=False)

    def audit(self, sources: list[Source], optouts: list[str] | None = None, **intent: Any) -> AuditReport:
        told = {"purpose": "research", "train": "finetune", "release": "none", "redistribute_data": False}
        mine = self.rules.intents["chat-prod"].model_validate(told | {"offers_competing_model": False} | intent)
        rules = self.rules.model_copy(update={"intents": {"chat": mine}})
        file = self.path / "sources.yaml"
        lists = [{"file": name} for name in optouts or ()]
        file.write_text(json.dumps({"sources": sources, "optouts": lists}))  # JSON is YAML, without its aliases
        return audit(file, "chat", rules, today=TODAY)


@pytest.fixture(scope="module")
def bench(tmp_path_factory: pytest.TempPathFactory) -> Bench:
    path = tmp_path_factory.mktemp("whole")
    for name in NAMES:
        (path / name).mkdir()
        (path / name / "a.csv").write_text("licence,text\nCC0-1.0,x\nCC-BY-NC-4.0,y\n")
    for name, data in CARDS.items():
        (path / name).write_text("{" if data is None else json.dumps(data))
    for name, text in {**TEXTS, **KEPT}.items():
        (path / name).write_text(text)
    for name, entry in OPTOUTS.items():
        (path / name).write_text(f"kind,value\n{entry}\n")
    home: Home = init(path / "home", ROOT / "sample_data" / "policy.yaml", scrypt_n=2**4)
    return Bench(path, home.policy)


def _source(name: str, licence: str, *, people: bool, card: str) -> Source:
    more: Source = {"metadata": [card]} if card else {}
    more["origin"] = {"url": "https://data.example/d", "publisher": "Ann Example"}
    return {"name": name, "path": name, "licence": licence, "personal_data": {"present": people}} | more


@st.composite
def files(draw: Any) -> list[Source]:
    """One to three sources, each with a licence: where none is stated, stating one may well relax."""
    count = draw(st.integers(1, 3))
    cards = st.sampled_from(["", "nothing.json", "gpt.md", "nc.md"])
    return [_source(name, draw(CLAIMS), people=draw(st.booleans()), card=draw(cards)) for name in NAMES[:count]]


def _crawled(kind: str = "", file: str = "") -> Callable[[Source], Source]:
    """Say that a source was crawled and, with a kind, what the crawl kept."""
    day = "2026-11-20T00:00:00Z"
    url = "https://data.example/" + {"robots": "robots.txt", "tdmrep": ".well-known/tdmrep.json"}.get(kind, "")
    kept = {"kind": kind, "file": file, "url": url, "fetched_at": day, "status": 200}
    crawl = {"crawl": {"agent": "OurBot", "from": "2026-11-20", "to": "2026-11-20"}, "kind": "web-domain"}
    return lambda one: (_also("evidence", kept)(one) if kind else one) | crawl


def _also(field: str, entry: Any) -> Callable[[Source], Source]:
    return lambda one: one | {field: [*one.get(field, []), entry]}


def _now(field: str, value: Any) -> Callable[[Source], Source]:
    return lambda one: one | {field: value}


RESTRICTIONS: dict[str, Callable[[Source], Source]] = {
    **{f"metadata {name}": _also("metadata", name) for name in (*CARDS, *TEXTS)},
    **{f"files under {one}": _also("files", {"glob": "*.csv", "licence": one}) for one in ("CC0-1.0", "CC-BY-NC-4.0")},
    "files that are not there": _also("files", {"glob": "nothing/*", "licence": "CC0-1.0"}),
    "rows with licences": _now("row_licence", {"column": "licence"}),
    "rows without them": _now("row_licence", {"column": "text"}),
    "a parent that is free": _also("derived_from", {"name": "p", "licence": "CC0-1.0"}),
    "a parent that is not": _also("derived_from", {"name": "p", "licence": "CC-BY-NC-4.0"}),
    "a parent nobody knows": _also("derived_from", "nobody/knows"),
    "itself as parent": lambda one: one | {"derived_from": [one["name"]]},
    "a model that wrote it": _also("generated_by", {"model": "gpt-4"}),
    "a model nobody knows": _also("generated_by", {"model": "zz9"}),
    "people": lambda one: one | {"personal_data": {"present": True}},
    "a gate": _now("gated", True),
    "evidence that is not there": _also("evidence", {"kind": "terms", "file": "nowhere.txt"}),
    "evidence of yesteryear": _also(
        "evidence", {"kind": "terms", "file": "nc.md", "fetched_at": "2020-01-01T00:00:00Z"}
    ),
    "an expired contract": _now(
        "contract", {"id": "c", "valid_from": "2020-01-01", "valid_until": "2026-11-23", "scope": ["train"]}
    ),
    "a supplier nobody knows": _now("supplier", "nobody"),
    "a crawl of which nothing was kept": _crawled(),
    "a robots.txt for all": _crawled("robots", "robots-all.txt"),
    "a robots.txt for AI": _crawled("robots", "robots-ai.txt"),
    "a signal in robots.txt": _crawled("robots", "robots-signal.txt"),
    "a TDM reservation": _crawled("tdmrep", "tdmrep.json"),
    "a page without AI": _crawled("page", "noai.html"),
    "terms that bar robots": _crawled("terms", "terms.html"),
    "an RSL file with entities": _crawled("rsl", "broken.xml"),
}
STRICTER = {
    "purpose": ("research", "commercial"),
    "redistribute_data": (False, True),
    "offers_competing_model": (False, True),
    "release": ("none", "weights"),
}
FEW = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def ranks(report: AuditReport) -> dict[str, int]:
    """The verdicts of sources by themselves: what a source does to the others in one set ends when it is denied."""
    alone = {one.name: [each for each in one.findings if not each.code.startswith("MIX")] for one in report.sources}
    return {name: VERDICTS.index(strictest(*(one.verdict for one in found))) for name, found in alone.items()}


def stricter(more: dict[str, int], less: dict[str, int]) -> bool:
    return all(more[name] >= rank for name, rank in less.items())


INTENTS = st.fixed_dictionaries({name: st.sampled_from(pair) for name, pair in STRICTER.items()})


@FEW
@given(files(), st.sampled_from(sorted(RESTRICTIONS)), st.integers(0, 2), INTENTS)
def test_one_more_restriction_never_relaxes_any_verdict(
    bench: Bench, sources: list[Source], name: str, at: int, intent: dict[str, Any]
) -> None:
    at %= len(sources)
    changed = [RESTRICTIONS[name](one) if number == at else one for number, one in enumerate(sources)]
    assert stricter(ranks(bench.audit(changed, **intent)), ranks(bench.audit(sources, **intent)))


@pytest.mark.parametrize("name", sorted(RESTRICTIONS))
def test_no_restriction_relaxes_a_source_that_nothing_speaks_against(bench: Bench, name: str) -> None:
    free = _source("alpha", "CC0-1.0", people=False, card="")
    before = ranks(bench.audit([free], purpose="commercial"))
    assert before == {"alpha": 0}
    assert stricter(ranks(bench.audit([RESTRICTIONS[name](free)], purpose="commercial")), before)


@FEW
@given(files(), st.sampled_from(sorted(STRICTER)), INTENTS)
def test_a_stricter_intent_never_relaxes_any_verdict(
    bench: Bench, sources: list[Source], name: str, intent: dict[str, Any]
) -> None:
    less, more = ({**intent, name: value} for value in STRICTER[name])
    assert stricter(ranks(bench.audit(sources, **more)), ranks(bench.audit(sources, **less)))


@FEW
@given(files(), st.lists(st.sampled_from(sorted(OPTOUTS)), max_size=2), st.sampled_from(sorted(OPTOUTS)), st.booleans())
def test_one_more_opt_out_list_never_relaxes_any_verdict(
    bench: Bench, sources: list[Source], lists: list[str], more: str, single: bool
) -> None:
    told = [one | {"row_origin": {"single": True}} for one in sources] if single else sources
    assert stricter(ranks(bench.audit(told, [*lists, more])), ranks(bench.audit(told, lists)))


@FEW
@given(files(), CLAIMS, INTENTS)
def test_one_more_source_never_relaxes_another(
    bench: Bench, sources: list[Source], licence: str, intent: dict[str, Any]
) -> None:
    alone, together = sources[:2], [*sources[:2], _source("gamma", licence, people=False, card="")]
    assert stricter(ranks(bench.audit(together, **intent)), ranks(bench.audit(alone, **intent)))


@FEW
@given(files(), st.lists(st.sampled_from(sorted(RESTRICTIONS)), max_size=4), st.randoms(), INTENTS)
def test_the_order_of_sources_claims_parents_and_evidence_does_not_matter(
    bench: Bench, sources: list[Source], names: list[str], random: Any, intent: dict[str, Any]
) -> None:
    for name in names:
        sources = [RESTRICTIONS[name](sources[0]), *sources[1:]]
    mixed = [
        {key: random.sample(value, len(value)) if isinstance(value, list) else value for key, value in one.items()}
        for one in random.sample(sources, len(sources))
    ]
    assert _told(bench.audit(sources, **intent)) == _told(bench.audit(mixed, **intent))


def _told(report: AuditReport) -> list[dict[str, Any]]:
    """The JSON without what is listed in the order of the file."""
    found = report.to_dict()["sources"]
    return [one | {"declared": sorted(map(str, one["declared"]))} for one in found]


@FEW
@given(files(), INTENTS)
def test_the_same_audit_twice_is_the_same(bench: Bench, sources: list[Source], intent: dict[str, Any]) -> None:
    assert bench.audit(sources, **intent).to_dict() == bench.audit(sources, **intent).to_dict()


@FEW
@given(st.text(st.characters(max_codepoint=0xFFFF, exclude_categories=["C", "Zl", "Zp"]), max_size=30), INTENTS)
def test_a_licence_nobody_knows_is_never_allowed(bench: Bench, text: str, intent: dict[str, Any]) -> None:
    source = _source("alpha", f"zz9 {text}", people=False, card="")
    assert ranks(bench.audit([source], **intent))["alpha"] >= VERDICTS.index("review")
