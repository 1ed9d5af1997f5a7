# SPDX-License-Identifier: Apache-2.0
"""robots.txt: Google's cases, the traps of other parsers, other people's files, and invariants."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from custody.audit.rights import robots, state

CASES = Path(__file__).resolve().parents[2] / "../shared/data/robots/google_cases.json"


@pytest.mark.skipif(not CASES.is_file(), reason="Google's cases are not here")
def test_every_case_of_googles_parser_is_answered_as_there() -> None:
    cases = json.loads(CASES.read_text())
    wrong = [one for one in cases if robots.parse(one["robots"]).allows(one["agent"], one["url"]) != one["allowed"]]
    assert (len(cases), wrong) == (142, [])


ANY = "User-agent: *\n"


@pytest.mark.parametrize(
    ("text", "agent", "url", "allowed"),
    [
        # what ends a group
        ("User-agent: A\nCrawl-delay: 5\nUser-agent: B\nDisallow: /", "A", "/x", False),
        ("User-agent: A\nHost: x\n\n\nUser-agent: B\nDisallow: /", "A", "/x", False),
        ("User-agent: A\nContent-Signal: ai-train=no\nUser-agent: B\nDisallow: /", "A", "/x", False),
        ("User-agent: A\nContent-Usage: train-ai=n\nUser-agent: B\nDisallow: /", "B", "/x", False),
        ("User-agent: A\nAllow: /y\nUser-agent: B\nDisallow: /", "A", "/x", True),
        # several groups of one agent are one
        ("User-agent: A\nDisallow: /a\nUser-agent: B\nDisallow: /\nUser-agent: A\nDisallow: /b", "A", "/b", False),
        ("User-agent: A\nDisallow: /a\nUser-agent: a\nAllow: /a/b", "A", "/a/b", True),
        # an agent that is named does not fall back to all
        (f"{ANY}Disallow: /\nUser-agent: A\n", "A", "/x", True),
        (f"{ANY}Disallow: /\nUser-agent: A\nAllow: /", "A", "/x", True),
        ("Disallow: /", "A", "/x", True),
        # names that are no tokens of RFC 9309
        ("User-agent: AI2Bot\nDisallow: /", "AI2Bot", "/", False),
        ("User-agent: Kangaroo Bot\nDisallow: /", "Kangaroo Bot", "/", False),
        ("User-agent: iaskspider/2.0\nDisallow: /", "iaskspider", "/", False),
        ("User-agent: panscient.com\nDisallow: /", "panscient.com", "/", False),
        ("User-agent: GPTBot\nDisallow: /", "GPTBot/1.2", "/", False),
        ("User-agent: GPTBot\nDisallow: /", "Mozilla/5.0 (compatible; GPTBot/1.2; +https://x)", "/", False),
        ("User-agent: GPTBot\nDisallow: /", "GPTBot-Extended", "/", True),
        ("User-agent:\nDisallow: /", "A", "/", True),
        # line ends, marks, comments, spaces, misspellings
        (f"{ANY}Disallow: /\r\nAllow: /y".replace("\n", "\r"), "A", "/x", False),
        ("\ufeffUser-agent: *\nDisallow: /", "A", "/x", False),
        ("  user-agent\t:\t*  # all\n\tdisallow :/x#y", "A", "/x", False),
        (f"{ANY}Dissallow: /", "A", "/x", False),
        ("User agent: *\nDisallow /", "A", "/x", False),
        # patterns
        (f"{ANY}Disallow: /*?*session=", "A", "/a?b=1&session=2", False),
        (f"{ANY}Disallow: /*.pdf$", "A", "/a.pdf?x", True),
        (f"{ANY}Disallow: /a$b", "A", "/a$b", False),
        (f"{ANY}Disallow: /a$b", "A", "/a", True),
        (f"{ANY}Disallow: *", "A", "/x", False),
        (f"{ANY}Disallow: /**$", "A", "/x", False),
        (f"{ANY}Disallow: /ab*ab$", "A", "/ab", True),
        (f"{ANY}Disallow: /x", "A", "/X", True),
        # one thing in several spellings
        (f"{ANY}Disallow: /%62%61%7A", "A", "/baz", False),
        (f"{ANY}Disallow: /baz", "A", "/%62%61%7a", False),
        (f"{ANY}Disallow: /ツ", "A", "/%e3%83%84", False),
        (f"{ANY}Disallow: /ツ", "A", "/ツ", False),
        (f"{ANY}Disallow: /a%2Fb", "A", "/a/b", True),
        (f"{ANY}Disallow: /private/", "A", "/public/../private/x", False),
        (f"{ANY}Disallow: /private/", "A", "/./private/x", False),
        (f"{ANY}Disallow: /a%2A", "A", "/a*", False),
        (f"{ANY}Disallow: /x", "A", "https://e.org/x#y", False),
        (f"{ANY}Disallow: /?", "A", "https://e.org?q", False),
    ],
)
def test_a_rule_holds_whichever_parser_it_was_written_for(text: str, agent: str, url: str, allowed: bool) -> None:
    assert robots.parse(text).allows(agent, url) is allowed


@pytest.mark.parametrize(
    ("status", "allowed", "known"),
    [
        (200, False, True),
        (206, False, True),
        (404, True, True),
        (410, True, True),
        (401, True, True),
        (403, True, True),
        (499, True, True),
        (429, False, True),
        (500, False, True),
        (503, False, True),
        (None, False, True),
        (0, False, True),
        (301, False, False),
        (304, False, False),
        (999, False, True),
        (-1, False, False),
    ],
)
def test_what_the_server_answered_decides_as_rfc_9309_says(status: int | None, allowed: bool, known: bool) -> None:
    found = robots.fetched(status, f"{ANY}Disallow: /")
    assert found.allows("A", "/x") is allowed
    assert (found.problems == ()) is known


@pytest.mark.parametrize(
    ("body", "problem"),
    [
        (f"{ANY}Disallow: /\n".encode("utf-16"), "not text in UTF-8"),
        (b"User-agent: *\nDisallow: /\0", "not text in UTF-8"),
        (b"<!DOCTYPE html><html>", "is a page"),
        (b"\n\n  <html lang=en>", "is a page"),
        (b"User-agent: *\n#" + b"x" * robots.MAX_LINE, "lines of more than"),
        (b"User-agent: *\nAllow: /\n" * 30_000, "only the first 512,000 bytes"),
    ],
)
def test_a_file_that_cannot_be_read_whole_says_so(body: bytes, problem: str) -> None:
    assert problem in " ".join(robots.parse(body).problems)


@pytest.mark.parametrize("body", [b"", b"\xff\xfe\xfd", bytes(range(1, 256)) * 50, b"\r" * 9999, b":" * 9999, "\ud800"])
def test_any_bytes_are_read_without_an_exception(body: bytes | str) -> None:
    answer = state("robots-content-usage", body, agent="A", path="/\udfff\xff%ff%")
    assert answer["state"] == "unset"


def test_a_line_that_is_cut_by_the_limit_is_not_read() -> None:
    start, end = b"User-agent: *\nDisallow: /\n#", b"\nAllow: /abc"
    body = start + b"\n#" * ((robots.MAX_ROBOTS - len(start) - len(end)) // 2)
    body += b"x" * (robots.MAX_ROBOTS - len(body) - len(end)) + end
    assert len(body) == robots.MAX_ROBOTS
    assert robots.parse(body).allows("A", "/abc")
    assert not robots.parse(body + b"def").allows("A", "/abc")


def test_a_rule_that_is_too_long_forbids_more_and_allows_nothing() -> None:
    long = "/" + "x" * robots.MAX_LINE
    assert not robots.parse(f"{ANY}Disallow: {long}yyy$").allows("A", long)
    assert not robots.parse(f"{ANY}Disallow: /\nAllow: {long}").allows("A", long)


def test_many_stars_take_no_time() -> None:
    pattern = "/" + "*a" * 2000 + "$"
    assert robots.parse(f"{ANY}Disallow: {pattern}").allows("A", "/" + "a" * 100_000 + "b")


# What may be done with the content


@pytest.mark.parametrize(
    ("lines", "path", "expected"),
    [
        ("Content-Usage: train-ai=n", "/x", "disallow"),
        ("Content-Usage: / train-ai=n", "/x", "disallow"),
        ("Content-Usage: /\ttrain-ai=n", "/x", "disallow"),
        ("Content-Usage: /y train-ai=n", "/x", "unknown"),
        ("Content-Usage: / train-ai=n\nContent-Usage: /ok/ train-ai=y", "/ok/x", "allow"),
        ("Content-Usage: /ok/ train-ai=y\nContent-Usage: / train-ai=n", "/ok/x", "allow"),
        ("Content-Usage: / train-ai=n\nContent-Usage: /ok/ train-ai=y", "/test", "disallow"),
        ("Content-Usage: / train-ai=y\nContent-Usage: / train-ai=n", "/x", "disallow"),
        ("Content-Usage: train-ai=y\nContent-Usage: / train-ai=n", "/x", "disallow"),
        ("Content-Usage: /*.jpg$ train-ai=n", "/x.jpg", "disallow"),
        ("Content-Usage: / train-ai=maybe", "/x", "unknown"),
        ("Content-Usage: /", "/x", "unknown"),
        ("Content-Usage:", "/x", "unknown"),
        ("CONTENT-USAGE : train-ai=n # no", "/x", "disallow"),
        ("Disallow: /x\nContent-Usage: train-ai=y", "/x", "unknown"),
    ],
)
def test_the_longest_path_says_how_content_may_be_used(lines: str, path: str, expected: str) -> None:
    answer = state("robots-content-usage", f"{ANY}{lines}\n", agent="A", path=path)
    assert answer["train-ai"] == expected


@pytest.mark.parametrize(
    ("text", "agent", "expected"),
    [
        (f"{ANY}Content-Signal: ai-train=no\n", "A", "no"),
        (f"{ANY}content-signal: AI-Train = NO ,search=yes\n", "A", "no"),
        (f"{ANY}Content-Signal: ai-train=yes\nContent-Signal: ai-train=no\n", "A", "no"),
        (f"{ANY}Content-Signal: ai-train=no, ai-train=yes\n", "A", "no"),
        (f"{ANY}Content-Signal: ai-train\n", "A", None),
        (f"{ANY}Content-Signal: ai-train=n\n", "A", None),
        ("Content-Signal: ai-train=no\nUser-agent: B\nDisallow: /y\n", "A", "no"),
        (f"{ANY}Content-Signal: ai-train=no\nUser-agent: A\nAllow: /\n", "A", None),
        (f"User-agent: A\nContent-Signal: ai-train=no\n{ANY}Allow: /\n", "A", "no"),
    ],
)
def test_a_signal_of_the_agents_group_counts(text: str, agent: str, expected: str | None) -> None:
    assert state("robots-content-signal", text, agent=agent, path="/")["ai-train"] == expected


def test_licences_hold_wherever_they_stand() -> None:
    text = "License: https://e.org/1.xml\nUser-agent: B\nDisallow: /\nlicense: https://e.org/2.xml\n"
    assert state("robots", text, agent="A")["policies"] == ["https://e.org/1.xml", "https://e.org/2.xml"]


# Invariants

AGENT = st.sampled_from(["A", "B", "*", "GPTBot", "A B"])
PATTERN = st.sampled_from(["", "/", "/x", "/x/", "/*y", "/x$", "/%78", "/x/y", "*"])
LINE = st.one_of(
    st.builds("User-agent: {}".format, AGENT),
    st.builds("Disallow: {}".format, PATTERN),
    st.builds("Allow: {}".format, PATTERN),
    st.sampled_from(["Crawl-delay: 1", "nonsense", "", "Content-Signal: ai-train=no", "Content-Usage: train-ai=n"]),
)
PATH = st.sampled_from(["/", "/x", "/x/y", "/xy", "/%78", "/z/../x"])
GROUP = st.builds(lambda agent, lines: [f"User-agent: {agent}", *lines], AGENT, st.lists(LINE.filter(bool), max_size=4))


@given(st.lists(LINE, max_size=8), AGENT, PATH)
def test_one_more_disallow_never_allows(lines: list[str], agent: str, path: str) -> None:
    before = robots.parse("\n".join([*lines, "Allow: /nothing"]))
    after = robots.parse("\n".join([*lines, "Allow: /nothing", "Disallow: /x"]))
    assert before.allows(agent, path) or not after.allows(agent, path)


@given(st.lists(LINE, max_size=8), AGENT, PATH, st.sampled_from(["Crawl-delay: 9", "x", "# y", "Sitemap: z", "Foo: /"]))
def test_lines_that_mean_nothing_change_nothing(lines: list[str], agent: str, path: str, line: str) -> None:
    plain = robots.parse("\n".join(lines)).allows(agent, path)
    for at in range(len(lines) + 1):
        assert robots.parse("\n".join([*lines[:at], line, *lines[at:]])).allows(agent, path) == plain


@given(st.lists(GROUP, max_size=4), AGENT, PATH, st.randoms())
def test_the_order_of_whole_groups_does_not_matter(groups: list[list[str]], agent: str, path: str, random: Any) -> None:
    closed = [[*group, "Allow: /nothing"] for group in groups]
    shuffled = random.sample(closed, len(closed))
    one, other = ("\n".join(line for group in order for line in group) for order in (closed, shuffled))
    assert robots.parse(one).allows(agent, path) == robots.parse(other).allows(agent, path)


@given(st.binary(max_size=300), st.text(max_size=10), st.text(max_size=20))
def test_no_bytes_raise(body: bytes, agent: str, url: str) -> None:
    for kind in ("robots", "robots-content-usage", "robots-content-signal"):
        state(kind, body, agent=agent, path=url)


@given(st.lists(LINE, max_size=8), st.lists(AGENT, min_size=1, max_size=4), PATH)
def test_some_agents_together_are_barred_if_one_is(lines: list[str], agents: list[str], path: str) -> None:
    found = robots.parse("\n".join(lines))
    barred = found.barred(agents, path)
    assert found.bars_any(tuple(agents), path) == bool(barred)
    assert set(barred) == {one for one in agents if not robots.parse("\n".join(lines)).allows(one, path)}
    assert not barred or found.restricts(agents)


@given(st.lists(LINE, max_size=8), PATH)
def test_an_agent_that_no_line_names_is_told_what_all_are_told(lines: list[str], path: str) -> None:
    found = robots.parse("\n".join(lines))
    assert found.barred(("Stranger", "Other"), path) == (() if found.allows("*", path) else ("Stranger", "Other"))
