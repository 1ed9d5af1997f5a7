# SPDX-License-Identifier: Apache-2.0
"""Reservations in every form: the vectors, the rules of each specification, hostile input, and invariants."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from benchmarks import audit_rights
from hypothesis import given
from hypothesis import strategies as st

from custody.audit.rights import KINDS, Reading, Signal, combined, pages, rsl, state, strictest
from custody.audit.rights.vocabulary import ai_agents, vocabulary

VECTORS = Path(__file__).resolve().parents[2] / "../shared/data/optout_vectors/vectors.json"


@pytest.mark.skipif(not VECTORS.is_file(), reason="the vectors are not here")
def test_every_vector_is_answered_as_the_specifications_say() -> None:
    found = audit_rights.vectors(VECTORS)
    assert found.total
    assert found.wrong == ()


def test_a_vector_that_is_answered_otherwise_is_told() -> None:
    vector = {"kind": "aipref", "input": "train-ai=n", "expect": {"train-ai": "allow", "nonsense": None}}
    assert audit_rights.differing(vector) == {"train-ai": "disallow", "nonsense": None}


# TDMRep


def tdmrep(*rules: Any, path: str = "/a/b") -> tuple[Any, bool]:
    answer = state("tdmrep.json", json.dumps(rules), path=path)
    return answer["reservation"], bool(answer["problems"])


def rule(location: Any, reservation: Any, **more: Any) -> dict[str, Any]:
    return {"location": location, "tdm-reservation": reservation} | more


@pytest.mark.parametrize(
    ("rules", "path", "expected", "problem"),
    [
        ([rule("/", 1)], "/a", 1, False),
        ([rule("/", 0)], "/a", 0, False),
        ([], "/a", None, False),
        ([rule("/a$", 1)], "/a", 1, False),
        ([rule("/a$", 1)], "/ab", None, False),
        ([rule("/*/x", 1)], "/q/w/x/y", 1, False),
        ([rule("/foo-%24", 1)], "/foo-$", 1, False),
        ([rule("/%61", 1)], "/a", 1, False),
        ([rule("/a", 1)], "/%61", 1, False),
        ([rule("/ü", 1)], "/%C3%BC", 1, False),
        ([rule("/a", 1)], "https://e.org/a?q", 1, False),
        ([rule("/a", 1), rule("/", 0)], "/a", 1, False),
        ([rule("/", 0), rule("/a", 1)], "/a", 0, True),  # the first holds, and a person looks
        ([rule("/", 2), rule("/", 1)], "/a", None, True),
        ([rule("/", "1")], "/a", None, True),
        ([rule("/", True)], "/a", None, True),
        ([rule("/", 1.0)], "/a", None, True),
        ([rule("/", None)], "/a", None, True),
        ([rule(7, 1)], "/a", None, True),
        ([rule("", 1)], "/a", None, True),
        ([rule("a/", 1)], "/a/b", None, True),
        ([rule("https://e.org/", 1)], "https://e.org/a", None, True),
        ([{"tdm-reservation": 1}], "/a", None, True),
        ([{"location": "/"}], "/a", None, True),
        (["/", 1], "/a", None, True),
        ([rule("/", 1, **{"tdm-policy": 7})], "/a", 1, False),
    ],
)
def test_a_tdm_file_reserves_by_its_first_rule_that_fits(
    rules: list[Any], path: str, expected: int | None, problem: bool
) -> None:
    assert tdmrep(*rules, path=path) == (expected, problem)


@pytest.mark.parametrize(
    "body",
    [
        "",
        "{",
        "{}",
        "7",
        '{"location": "/", "tdm-reservation": 1}',
        "[" * 99_999,
        b"\xff",
        b"[" + b" " * (5 << 20) + b"]",
    ],
)
def test_a_tdm_file_that_cannot_be_read_is_a_problem(body: str | bytes) -> None:
    answer = state("tdmrep.json", body)
    assert (answer["state"], len(answer["problems"])) == ("unset", 1)


@pytest.mark.parametrize(
    ("places", "expected"),
    [
        ({"file": 1, "header": 0, "meta": None}, 0),
        ({"file": 0, "header": 1, "meta": None}, 1),
        ({"file": None, "header": 0, "meta": 1}, 1),
        ({"file": 1, "header": 1, "meta": 0}, 0),
        ({"file": 1, "header": 2, "meta": None}, 1),
        ({"file": 0, "header": "x", "meta": ""}, 0),
        ({"file": None, "header": None, "meta": None}, None),
        ({}, None),
    ],
)
def test_later_places_override_earlier_ones_and_absence_overrides_nothing(
    places: dict[str, Any], expected: int | None
) -> None:
    assert state("chain", places)["reservation"] == expected


@pytest.mark.parametrize(("reservation", "policies"), [(1, ["https://e.org/p"]), (0, [])])
def test_a_policy_counts_where_rights_are_reserved(reservation: int, policies: list[str]) -> None:
    rules = [rule("/", reservation, **{"tdm-policy": "https://e.org/p"})]
    assert state("tdmrep.json", json.dumps(rules))["policies"] == policies


# AIPREF and content signals


@pytest.mark.parametrize(
    ("text", "expected", "audited"),
    [
        ("train-ai=y", "allow", "granted"),
        ("train-ai=n", "disallow", "reserved"),
        ("  train-ai=n , search=y", "disallow", "reserved"),
        ("train-ai=n;reason=x;q", "disallow", "reserved"),
        ("train-ai=n, train-ai=y", "allow", "reserved"),  # the RFC takes the last one; an audit does not
        ("train-ai=y, train-ai=n", "disallow", "reserved"),
        ("train-ai=y, train-ai", "unknown", "granted"),
        ('search=n, search="n"', "unknown", "unset"),
        ("train-ai", "unknown", "unset"),
        ('train-ai="n"', "unknown", "unset"),
        ("train-ai=?0", "unknown", "unset"),
        ("train-ai=(n)", "unknown", "unset"),
        ("train-ai=(n y);x", "unknown", "unset"),
        ("train-ai=N", "unknown", "unset"),
        ("train-ai=no", "unknown", "unset"),
        ("Train-AI=n", "unknown", "unset"),
        ("train-ai=n,", "unknown", "unset"),
        ("train-ai = n", "unknown", "unset"),
        ("train-ai=n search=y", "unknown", "unset"),
        ("train-ai=\u202en", "unknown", "unset"),
        ("", "unknown", "unset"),
        ("=n", "unknown", "unset"),
        ("all=y, tdm=y, bots=y, train-genai=y", "unknown", "unset"),  # words of drafts no longer grant
        ("tdm=n", "unknown", "reserved"),
        ("train-genai=n, train-ai=y", "allow", "reserved"),
        ("search=n, ai-use=n", "unknown", "unset"),
        ('train-ai=:bg==:, x=1.5, y=-7, z=@1, w=%"a%c3%bc"', "unknown", "unset"),
    ],
)
def test_a_usage_preference_is_read_as_the_draft_says_and_audited_more_strictly(
    text: str, expected: str, audited: str
) -> None:
    answer = state("aipref", text)
    assert (answer["train-ai"], answer["state"]) == (expected, audited)


@pytest.mark.parametrize("text", ["Train-AI=n", "train-ai=no", "foo=n", "train-ai", "train-ai=n,,", "x" * 99_999])
def test_what_is_not_understood_is_told(text: str) -> None:
    told = " ".join(state("aipref", text)["problems"])
    assert told
    assert len(told) < 300


@pytest.mark.parametrize(
    ("text", "expected", "audited"),
    [
        ("ai-train=no", "no", "reserved"),
        ("ai-train=yes", "yes", "granted"),
        ("search=no, ai-input=no", None, "unset"),
        ("ai-train=yes, ai-train=no", "no", "reserved"),
        ("ai-train=nope", None, "unset"),
        ("ai-train", None, "unset"),
        ("train-ai=yes", None, "unset"),
        (",,=,", None, "unset"),
    ],
)
def test_a_signal_is_yes_no_or_nothing(text: str, expected: str | None, audited: str) -> None:
    answer = state("content-signal", text)
    assert (answer["ai-train"], answer["state"]) == (expected, audited)


# Headers and pages


@pytest.mark.parametrize(
    ("raw", "audited", "problem"),
    [
        ("HTTP/1.1 200 OK\r\nTDM-Reservation: 1\r\n\r\n", "reserved", False),
        ("tdm-reservation: 0", "granted", False),
        ("tdm-reservation: 0\ntdm-reservation: 1", "reserved", False),
        ("tdm-reservation: yes", "unset", True),
        ("X-Robots-Tag: noai", "reserved", False),
        ("X-Robots-Tag: noindex, NoAI", "reserved", False),
        ("X-Robots-Tag: otherbot: noai", "reserved", False),
        ("X-Robots-Tag: max-snippet: 5, noai", "reserved", False),
        ("X-Robots-Tag: noindex", "unset", False),
        ("Content-Usage: train-ai=y\nContent-Usage: train-ai=n", "reserved", False),
        ("Content-Signal: ai-train=no", "reserved", False),
        ("Content-Usage: train-ai=y,\r\n search=y", "granted", False),
        ("X-A: b\rTDM-Reservation: 0", "unset", True),
        ("X-A: b\x00\nTDM-Reservation: 1", "reserved", True),
        ("TDM Reservation: 0", "unset", True),
        (": 0", "unset", True),
        ("nothing", "unset", True),
        ("", "unset", False),
        (b"\xff\xfe: \xff", "unset", True),
        ("X: " + "y" * (300 << 10) + "\nTDM-Reservation: 0", "unset", True),
    ],
)
def test_headers_say_what_they_say_and_no_more(raw: str | bytes, audited: str, problem: bool) -> None:
    answer = state("headers", raw)
    assert (answer["state"], bool(answer["problems"])) == (audited, problem)


def test_a_directive_for_another_agent_is_not_ours_when_ours_is_known() -> None:
    assert state("x-robots-tag", "otherbot: noai", agent="A")["state"] == "unset"
    assert state("x-robots-tag", "a: noai", agent="A")["state"] == "reserved"


def test_a_link_header_to_a_licence_is_a_policy() -> None:
    raw = 'Link: <https://e.org/l.xml>; rel="license"; type="application/rsl+xml", </next>; rel=next'
    assert state("headers", raw)["policies"] == ["https://e.org/l.xml"]


def head(*elements: str) -> str:
    return f"<!doctype html><html><head>{''.join(elements)}</head><body><meta name=robots content=noai></body></html>"


RSL_XML = '<rsl xmlns="https://rslstandard.org/rsl"><content url="/"><license>{}</license></content></rsl>'
NO_TRAINING = RSL_XML.format('<prohibits type="usage">ai-train</prohibits>')


@pytest.mark.parametrize(
    ("page", "audited"),
    [
        (head('<meta name="robots" content="noai">'), "reserved"),
        (head("<META NAME=ROBOTS CONTENT='index, NOAI,noimageai'/>"), "reserved"),
        (head('<meta content="noai" name="robots">'), "reserved"),
        (head('<meta name="robots" content="&#110;oai">'), "reserved"),
        (head('<meta name="tdm-reservation" content="1">'), "reserved"),
        (head('<meta name="tdm-reservation" content="0">'), "granted"),
        (head('<meta name="tdm-reservation" content="0"><meta name="tdm-reservation" content="1">'), "reserved"),
        (head('<meta name="Content-Usage" content="train-ai=n">'), "reserved"),
        (head(f'<script type="application/rsl+xml">{NO_TRAINING}</script>'), "reserved"),
        (head('<meta name="robots" content="noindex">'), "unset"),
        (head('<meta name="description" content="noai">'), "unset"),
        (head('<!-- -> <meta name="robots" content="noai"> -->'), "unset"),
        (head('<!--><meta name="robots" content="noai">'), "reserved"),
        (head('<script>var x = \'<meta name="robots" content="noai">\'</script>'), "unset"),
        (head('<template><meta name="tdm-reservation" content="0"></template>'), "unset"),
        (head(), "unset"),
        ("", "unset"),
        ("<meta name=robots content=noai", "unset"),
        ('<meta name="robots" content="noai">', "reserved"),
        (head('<meta name="robots" content="noai">').encode("utf-16"), "reserved"),
        (b"\xff\xff" + head('<meta name="robots" content="noai">').encode(), "reserved"),
    ],
)
def test_the_head_of_a_page_is_read(page: str | bytes, audited: str) -> None:
    assert state("html", page)["state"] == audited


def test_a_meta_element_for_the_crawler_itself_counts() -> None:
    page = head('<meta name="GPTBot" content="noai">')
    assert state("html", page, agent="GPTBot")["state"] == "reserved"


@pytest.mark.parametrize(
    ("named", "audited"),
    [
        ({"robots": "noai"}, "reserved"),
        ({"Robots": "index"}, "unset"),
        ({"GPTBot": "noai"}, "reserved"),
        ({"otherbot": "noai"}, "unset"),
        ({"tdm-reservation": " 1 "}, "reserved"),
        ({"tdm-reservation": "0", "robots": "noai"}, "reserved"),
        ({}, "unset"),
    ],
)
def test_meta_elements_may_be_given_alone(named: dict[str, str], audited: str) -> None:
    assert state("meta", named, agent="GPTBot")["state"] == audited


def test_a_link_to_a_licence_is_a_policy() -> None:
    page = head('<link rel="license" type="application/rsl+xml" href="/l.xml"><link rel=license href=/other>')
    assert state("html", page)["policies"] == ["/l.xml"]


@pytest.mark.parametrize("filler", ["<p>", "<!--", "<a href='", "<script>", "<", "</", "<a ", "<a b="])
def test_a_page_of_fifty_megabytes_is_read_no_further_than_its_head(filler: str) -> None:
    # a reader whose cost grows with the square of the length does not come back from these
    page = "<html><head>" + filler * ((50 << 20) // len(filler))
    answer = state("html", page)
    assert (answer["state"], bool(answer["problems"])) == ("unset", True)


# RSL


def licensed(*licences: str, url: str = "/", server: str = "") -> str:
    body = "".join(f"<license>{one}</license>" for one in licences)
    content = f'<content url="{url}" server="{server}">{body}</content>'
    return f'<?xml version="1.0"?><rsl xmlns="https://rslstandard.org/rsl">{content}</rsl>'


def says(element: str, words: str, kind: str = "usage") -> str:
    return f'<{element} type="{kind}">{words}</{element}>'


TRAIN = says("permits", "ai-train")


@pytest.mark.parametrize(
    ("document", "use", "answer"),
    [
        (licensed(TRAIN), "ai-train", "permitted"),
        (licensed(says("permits", "all")), "ai-train", "permitted"),
        (licensed(says("permits", "ai-all")), "search", "withheld"),
        (licensed(says("permits", "ai-all")), "ai-train", "permitted"),
        (licensed(says("permits", "search ai-input")), "ai-train", "withheld"),
        (licensed(says("permits", "search,ai-train")), "ai-train", "permitted"),
        (licensed(says("prohibits", "ai-train")), "ai-train", "prohibited"),
        (licensed(says("prohibits", "ai-train")), "search", "unset"),
        (licensed(says("prohibits", "all")), "search", "prohibited"),
        (licensed(says("prohibits", "ai-all")), "ai-train", "prohibited"),
        (licensed(says("prohibits", "train-genai")), "ai-train", "prohibited"),
        (licensed(says("permits", "train-ai")), "ai-train", "withheld"),
        (licensed(TRAIN, says("prohibits", "ai-train")), "ai-train", "prohibited"),
        (licensed(TRAIN + says("prohibits", "ai-all")), "ai-train", "prohibited"),
        (licensed(says("permits", "search"), TRAIN), "ai-train", "permitted"),
        (licensed(TRAIN + says("permits", "commercial", "user")), "ai-train", "permitted"),
        (licensed(TRAIN + says("permits", "education personal", "user")), "ai-train", "withheld"),
        (licensed(TRAIN + says("prohibits", "commercial", "user")), "ai-train", "prohibited"),
        (licensed(TRAIN + says("permits", "US DE", "geo")), "ai-train", "permitted"),
        (licensed(TRAIN + says("permits", "EU US", "geo")), "ai-train", "permitted"),
        (licensed(TRAIN + says("permits", "US", "geo")), "ai-train", "withheld"),
        (licensed(TRAIN + says("prohibits", "EU", "geo")), "ai-train", "prohibited"),
        (licensed(TRAIN + says("prohibits", "CN", "geo")), "ai-train", "permitted"),
        (licensed(TRAIN + '<payment type="free"/>'), "ai-train", "permitted"),
        (licensed(TRAIN + '<payment type="attribution"/>'), "ai-train", "permitted"),
        (licensed(TRAIN + '<payment type="purchase"/>'), "ai-train", "withheld"),
        (licensed(TRAIN + '<payment type="crawl"/>'), "ai-train", "withheld"),
        (licensed(TRAIN, server="https://e.org/api"), "ai-train", "withheld"),
        (licensed(TRAIN, url="/other/"), "ai-train", "unset"),
        (licensed(TRAIN, url="/x/*.html$"), "ai-train", "permitted"),
        (licensed(TRAIN, url="https://e.org/"), "ai-train", "permitted"),
        (licensed(TRAIN, url="https://other.org/"), "ai-train", "unset"),
        (licensed(f"<!-- {TRAIN} -->"), "ai-train", "unset"),
        (licensed(says("permits", "")), "ai-train", "withheld"),
        (licensed(""), "ai-train", "unset"),
        (licensed(), "ai-train", "unset"),
        (licensed(TRAIN).replace("rslstandard.org", "other.org"), "ai-train", "unset"),
        (licensed(TRAIN).replace(' xmlns="https://rslstandard.org/rsl"', ""), "ai-train", "permitted"),
    ],
)
def test_a_licence_says_who_may_do_what(document: str, use: str, answer: str) -> None:
    given = state("rsl", document, path="https://e.org/x/y.html", use=use, user="commercial", geo=["DE", "US"])
    assert given["answer"] == answer


@pytest.mark.parametrize("kind", ["user", "geo"])
@pytest.mark.parametrize("element", ["permits", "prohibits"])
def test_a_licence_for_some_is_not_for_one_who_is_not_known(kind: str, element: str) -> None:
    document = licensed(TRAIN + says(element, "commercial us", kind))
    assert state("rsl", document)["state"] == "reserved"


def test_the_whole_union_meets_each_of_its_members() -> None:
    document = licensed(TRAIN + says("prohibits", "FR", "geo"))
    assert state("rsl", document, geo=["EU"])["answer"] == "prohibited"


def typed(declaration: str, licence: str) -> str:
    declared, document = licensed(licence).split("?>", 1)
    return f"{declared}?>{declaration}{document}"


BOMB = '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>'


@pytest.mark.parametrize(
    "body",
    [
        "",
        "<",
        "<rsl>",
        "text",
        "{}",
        "<html/>",
        typed(BOMB, TRAIN + "&b;"),
        typed('<!DOCTYPE x SYSTEM "file:///etc/passwd">', TRAIN),
        typed("<!DOCTYPE rsl>", TRAIN),
        licensed(TRAIN + "&undeclared;"),
        "<rsl>" + "<a>" * 99 + "</a>" * 99 + "</rsl>",
        "<rsl>" + "<a/>" * 30_000 + "</rsl>",
        licensed(TRAIN + " " * rsl.MAX_SIZE),
        licensed(TRAIN).encode("utf-16")[:-1],
        b"\x00\xff",
        '<rsl><license><permits type="usage">ai-train</permits></license></rsl',
    ],
)
def test_xml_that_is_hostile_or_broken_is_a_problem_and_grants_nothing(body: str | bytes) -> None:
    answer = state("rsl", body)
    assert (answer["state"], len(answer["problems"])) == ("unset", 1)
    assert "passwd" not in str(answer)


# C2PA


@pytest.mark.parametrize(
    ("content", "audited"),
    [
        ({"entries": {"cawg.ai_generative_training": {"use": "notAllowed"}}}, "reserved"),
        ({"entries": {"cawg.ai_generative_training": {"use": "allowed"}}}, "granted"),
        ({"entries": {"cawg.ai_generative_training": {"use": "constrained"}}}, "reserved"),
        ({"entries": {"c2pa.data_mining": {"use": "notAllowed"}}}, "reserved"),
        ({"entries": {"c2pa.data_mining": {"use": "allowed"}}}, "unset"),
        ({"entries": {"cawg.ai_inference": {"use": "notAllowed"}}}, "unset"),
        (
            {"manifests": {"x": {"assertions": [{"data": {"entries": {"c2pa.ai_training": {"use": "notAllowed"}}}}]}}},
            "reserved",
        ),
        ({"c2pa.ai_training": "notAllowed"}, "reserved"),
        ({"cawg.ai_generative_training": {"use": "perhaps"}}, "unset"),
        ({"cawg.ai_generative_training": None}, "unset"),
        ([], "unset"),
        (None, "unset"),
    ],
)
def test_an_assertion_reserves(content: Any, audited: str) -> None:
    assert state("c2pa", json.dumps(content))["state"] == audited


@pytest.mark.parametrize("body", ["", "{", "[" * 99_999, b"\xff", json.dumps([0] * 200_000)])
def test_a_manifest_that_cannot_be_read_is_a_problem(body: str | bytes) -> None:
    assert state("c2pa", body)["problems"]


# All of them

SIGNALS = st.builds(
    Signal, st.just("x"), st.sampled_from("abc"), st.sampled_from(["reserved", "granted", "unset"]), st.booleans()
)
READINGS = st.builds(lambda signals: Reading(tuple(signals)), st.lists(SIGNALS, max_size=4))
ORDER = ("unset", "granted", "reserved")


@given(st.lists(READINGS, max_size=4), READINGS, st.randoms())
def test_more_signals_never_relax_and_their_order_does_not_matter(
    readings: list[Reading], more: Reading, random: Any
) -> None:
    before, after = combined(readings), combined([*readings, more])
    assert not (before.state == "reserved" and after.state != "reserved")
    assert after == combined(random.sample([*readings, more], len(readings) + 1))


@given(st.lists(st.sampled_from(["reserved", "granted", "unset"]), max_size=5))
def test_only_a_grant_grants_and_any_reservation_reserves(states: list[Any]) -> None:
    found = strictest(states)
    assert (found == "reserved") == ("reserved" in states)
    assert (found == "granted") == ("granted" in states and "reserved" not in states)


TOKENS = st.sampled_from(["train-ai=n", "train-ai=y", "search=n", "x=n", "train-ai", "tdm=n", "all=y", "train-ai=?1"])


@given(st.lists(TOKENS, min_size=1, max_size=5), TOKENS)
def test_one_more_preference_never_takes_a_reservation_back(tokens: list[str], more: str) -> None:
    before, after = state("aipref", ", ".join(tokens)), state("aipref", ", ".join([*tokens, more]))
    assert not (before["state"] == "reserved" and after["state"] != "reserved")


TERMS = st.sampled_from(
    [
        TRAIN,
        says("permits", "search"),
        says("prohibits", "ai-train"),
        says("prohibits", "eu", "geo"),
        "<payment type='use'/>",
    ]
)


@given(st.lists(st.lists(TERMS, max_size=3), max_size=3), st.randoms())
def test_one_more_prohibition_never_relaxes_a_licence(licences: list[list[str]], random: Any) -> None:
    texts = ["".join(one) for one in licences]
    before = state("rsl", licensed(*texts))["answer"]
    after = state("rsl", licensed(*texts, says("prohibits", "ai-train")))["answer"]
    assert after == "prohibited"
    assert state("rsl", licensed(*random.sample(texts, len(texts))))["answer"] == before


@given(st.sampled_from(sorted(set(KINDS) - {"chain", "aipref-combine", "meta"})), st.one_of(st.binary(), st.text()))
def test_no_input_raises_or_grants(kind: str, body: bytes | str) -> None:
    if isinstance(body, bytes) and kind in ("aipref", "content-signal", "x-robots-tag", "meta-robots"):
        body = body.decode("latin-1")
    assert state(kind, body)["state"] != "granted"


def test_the_words_in_force_are_words_of_their_vocabularies() -> None:
    for one in vocabulary().vocabularies.values():
        assert set(one.current) <= set(one.words)
        assert all(one.words[word].until is None for word in one.current)
        assert not any(word.grants and (word.until or not word.binds) for word in one.words.values())


def test_known_crawlers_are_named() -> None:
    assert {"GPTBot", "CCBot", "ClaudeBot", "Google-Extended", "Applebot-Extended"} <= set(ai_agents())
    assert set(ai_agents()) < set(ai_agents("all"))
    assert len(ai_agents("all")) == 166


def test_a_page_is_no_place_to_hide_a_publishers_long_token() -> None:
    page = pages.read(head(f'<meta name="content-usage" content="{"x" * 3000}=n">'))
    assert all(len(one) < 200 for one in page.reading.problems)
