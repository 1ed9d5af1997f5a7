# SPDX-License-Identifier: Apache-2.0
"""A policy with a fault is refused with file, line, column, what is allowed and the nearest right word."""

from __future__ import annotations

import hashlib
from datetime import timedelta
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as some

from custody import policy
from custody.errors import PolicyError

from .samples import POLICY

KEY = "ed25519:" + "A" * 43 + "="


def _line_of(text: str, part: str) -> int:
    return text[: text.index(part)].count("\n") + 1


def _parse(text: str) -> policy.Policy:
    return policy.parse(text.encode(), "p.yaml")


def test_the_sample_is_read_as_it_is_written() -> None:
    rules = _parse(POLICY)
    assert rules.levels == ("public", "internal", "confidential", "restricted")
    assert rules.grades[1].when.prevalence == pytest.approx(0.001)
    assert (rules.grades[0].when.count, rules.grades[3].when.rows) == (1, 1_000_000)
    assert {grade: one.backup and one.backup.every for grade, one in rules.measures.items()} == {
        "restricted": timedelta(days=1),
        "confidential": timedelta(days=7),
        "internal": timedelta(hours=12),
    }
    assert (rules.intents["chat"].use, rules.intents["exam"].use) == ("train", "evaluate")
    assert rules.highest("internal", "restricted", "public") == "restricted"
    names = {uri.partition("#")[2] for uri in rules.key_uris()}
    assert names == {"fingerprints", "restricted", "confidential", "backups"}


def test_a_step_is_signed_by_the_keys_of_its_roles_and_no_other() -> None:
    text = POLICY.replace('#auditor", keys: []', f'#auditor", keys: ["{KEY}"]')
    rules = _parse(text)
    assert rules.signers_of("audit") == {KEY}
    assert rules.signers_of("classify") == frozenset()
    assert rules.signers_of("no such step") == frozenset()
    role = rules.role_of("encrypt")
    assert role is not None
    assert role.steps == ("redact", "encrypt")
    assert rules.role_of("no such step") is None


# (what is written instead, of what) -> (the faulty text, to find its line; what the message has)
TYPOS: dict[str, tuple[str, str, str, tuple[str, ...]]] = {
    "a misspelt section": ("intents:", "intent:", "intent:", ("write 'intents'", "backups, default")),
    "a misspelt field": ("prevalence:", "prevalance:", "prevalance", ("write 'prevalence'", "count, entity")),
    "a misspelt field of a role": ("steps: [audit]", "stps: [audit]", "stps", ("write 'steps'", "keys, sign_with")),
    "a misspelt field of a measure": (
        "expectations: true",
        "expectation: true",
        "expectation:",
        ("write 'expectations'",),
    ),
    "a misspelt field of a backup": ("{every: 1d}", "{ever: 1d}", "{ever", ("write 'every'",)),
    "a misspelt grade of a rule": (
        "grade: confidential\n",
        "grade: confidental\n",
        "grade: confidental",
        ("write 'confidential'",),
    ),
    "a misspelt grade of a scale": ("grade: confidential}", "grade: secret}", "grade: secret", ("public, internal",)),
    "a misspelt grade of measures": ("  restricted:\n", "  restrictd:\n", "restrictd", ("write 'restricted'",)),
    "a misspelt default": ("default: internal", "default: intern", "default:", ("write 'internal'",)),
    "a misspelt unscanned": ("unscanned: restricted", "unscanned: worst", "unscanned:", ("use one of the allowed",)),
    "a misspelt scheme": (
        "confidentiality-4",
        "confidentiality-5",
        "confidentiality-5",
        ("write 'confidentiality-4'",),
    ),
    "a misspelt method": (
        "PERSON: replace",
        "PERSON: replce",
        "PERSON: replce",
        ("write 'replace'", "replace, mask, redact"),
    ),
    "a misspelt step": ("[classify]", "[clasify]", "[clasify]", ("write 'classify'", "audit, classify")),
    "a misspelt purpose": ("purposes: [train]", "purposes: [trian]", "[trian]", ("write 'train'",)),
    "a misspelt intent": ("release: weights", "release: wights", "wights", ("write 'weights'", "none, api, weights")),
    "a share without %": ('">=0.1%"', '">=0.1"', ">=0.1", ('written ">=N%"',)),
    "a share above all": ('">=0.1%"', '">=101%"', ">=101%", ("at most 100%",)),
    "a count with %": ('count: ">=1"', 'count: ">=1%"', ">=1%", ('a count is written ">=N"',)),
    "a count without >=": ('count: ">=1"', "count: 1", "count: 1", ('a count is written ">=N"',)),
    "a count in other digits": ('count: ">=1"', 'count: ">=\u0661"', ">=\u0661", ('a count is written ">=N"',)),
    "a duration in weeks": ("every: 1d", "every: 1w", "every: 1w", ("such as 7d or 12h",)),
    "a duration of nothing": ("every: 1d", "every: 0d", "every: 0d", ("such as 7d or 12h",)),
    "a duration without end": ("every: 1d", "every: 99999999999999d", "every: 9", ("such as 7d or 12h",)),
    "a rule that never fires": (
        "{together: [PERSON, DATE_OF_BIRTH]}",
        '{count: ">=1"}',
        'when: {count: ">=1"}',
        ("never fires",),
    ),
    "a rule without a condition": ("{together: [PERSON, DATE_OF_BIRTH]}", "{}", "when: {}", ("never fires",)),
    "a key of a scheme nobody knows": ("local:keys/ring.keyring#restricted", "locl:a#b", "locl:", ("local:FILE#NAME",)),
    "a key without a name": (
        "local:keys/ring.keyring#backups",
        "local:keys/ring.keyring",
        "  key:",
        ("local:FILE#NAME",),
    ),
    "a public key cut off": ("keys: []", "keys: [ed25519:AAAA]", "keys: [ed", ("ed25519:<base64 of 32 bytes>",)),
    "a word for a list": ("purposes: [train]", "purposes: train", "purposes: train", ("valid tuple",)),
    "a list for a word": ("default: internal", "default: [internal]", "default:", ("valid string",)),
    "yes for a name": ("  chat:", "  yes:", "intents:", ("valid string",)),
    "a field that is missing": ("    release: weights\n", "", "  chat:", ("'release' is missing", "add it")),
    "a field that stands twice": (
        "default: internal",
        "default: internal\ndefault: public",
        "default: public",
        ("stands twice",),
    ),
    "a nested field that stands twice": ("{every: 1d}", "{every: 1d, every: 9d}", "every: 9d", ("stands twice",)),
    "an alias": ("default: internal", "default: &x internal\nunscanned: *x", "*x", ("aliases are not allowed",)),
    "a hundred levels": (
        "default: internal",
        f"default: {'[' * 101}{']' * 101}",
        "default: [",
        ("more than 100 levels",),
    ),
    "levels without end": ("default: internal", f"default: {'[' * 100_000}", "default: [", ("more than 100 levels",)),
    "a tag that runs code": ("internal\n", "!!python/object/apply:os.abort []\n", "!!python", ("constructor",)),
    "a tab": ("  restricted:\n", "\trestricted:\n", "\trestricted", ("cannot start any token",)),
    "a bracket that stays open": ("[train]", "[train", "purposes: [train\n", ("not valid YAML",)),
}


@pytest.mark.parametrize("case", TYPOS)
def test_a_fault_is_told_with_its_line_and_what_is_allowed(case: str) -> None:
    old, new, fault, expected = TYPOS[case]
    assert old in POLICY
    text = POLICY.replace(old, new, 1)
    with pytest.raises(PolicyError) as caught:
        _parse(text)
    message = str(caught.value)
    if case != "a bracket that stays open":  # it is noticed further down
        assert message.startswith(f"p.yaml:{_line_of(text, fault)}:"), message
    assert [part for part in expected if part not in message] == [], message
    assert "to mend it: " in message


def test_the_column_is_that_of_the_word(tmp_path: Path) -> None:
    path = tmp_path / "policy.yaml"
    path.write_text(POLICY.replace("entity: [US", "entty: [US"))
    with pytest.raises(PolicyError) as caught:
        policy.load(path)
    assert str(caught.value).startswith(f"{path}:8:12 (grades.0.when.entty): ")


@pytest.mark.parametrize(
    ("data", "what"),
    [
        (b"", "valid dictionary"),
        (b"- a list\n", "valid dictionary"),
        (b"text", "valid dictionary"),
        (POLICY.encode() + b"---\na: 1\n", "another document"),
        (POLICY.encode("utf-16"), "not valid YAML"),
        (b"# caf\xe9\n" + POLICY.encode(), "not valid YAML"),
        (POLICY.encode() + b"\0", "not valid YAML"),
        (b"a: " + b"[" * 20_000, "not valid YAML"),
        (b"{a: " * 20_000, "not valid YAML"),
        (b"a: 2001-13-45\n", "not valid YAML"),
        (b"a: " + b"9" * 5000, "not valid YAML"),
        (POLICY.encode() + b"? [a, b]\n: 1\n", "not valid YAML"),
        (POLICY.encode() + b"#" * (1 << 20), "too large"),
    ],
)
def test_what_is_no_policy_at_all_is_refused(data: bytes, what: str) -> None:
    with pytest.raises(PolicyError, match=what) as caught:
        policy.parse(data, "p.yaml")
    assert str(caught.value).startswith("p.yaml")


def test_a_file_that_unfolds_without_end_is_refused() -> None:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 9)}]" for i in range(1, 12)]
    for use in ("scheme: *a11", "a12: *a11", "<<: {a: *a11}", "purposes: &p [*p]"):
        with pytest.raises(PolicyError, match="aliases are not allowed"):
            policy.parse("\n".join([*lines, use]).encode(), "p.yaml")


def test_a_huge_file_is_refused_without_reading_it_whole(tmp_path: Path) -> None:
    with (tmp_path / "policy.yaml").open("wb") as file:
        file.truncate(1 << 40)  # a hole: it takes no space, but would not fit into memory
    with pytest.raises(PolicyError, match="too large"):
        policy.load(tmp_path / "policy.yaml")


@pytest.mark.parametrize("kind", ["nothing", "a directory"])
def test_a_file_that_is_not_there_is_named(kind: str, tmp_path: Path) -> None:
    path = tmp_path / "policy.yaml" if kind == "nothing" else tmp_path
    with pytest.raises(PolicyError, match="cannot be read") as caught:
        policy.load(path)
    assert str(path) in str(caught.value)


# Neither more nor less than the bytes


@settings(max_examples=30, deadline=None)
@given(some.text(some.characters(codec="ascii", categories=["L", "N", "Zs"]), max_size=20))
def test_the_digest_is_that_of_the_bytes(remark: str) -> None:
    data = f"{POLICY}# {remark}\n".encode()
    assert policy.parse(data, "p.yaml").digest == hashlib.sha256(data).hexdigest()


def test_what_a_reader_does_not_see_changes_the_digest() -> None:
    spellings = [POLICY, POLICY + "\n", POLICY.replace("\n", "\r\n"), POLICY.replace("[EU, US]", "[EU,  US]")]
    rules = [_parse(text) for text in spellings]
    assert len({one.digest for one in rules}) == len(spellings)
    assert len({one.model_dump_json() for one in rules}) == 1


def test_a_policy_does_not_change() -> None:
    rules = _parse(POLICY)
    with pytest.raises(ValueError, match="frozen"):
        rules.default = "public"


# The published schema


def _set(raw: Any, value: object, *path: str | int) -> None:
    for part in path[:-1]:
        raw = raw[part]
    raw[path[-1]] = value


def test_the_json_schema_accepts_the_sample_and_refuses_what_the_policy_refuses() -> None:
    schema = policy.Policy.model_json_schema()
    checker = jsonschema.Draft202012Validator(schema)
    checker.check_schema(schema)
    checker.validate(yaml.safe_load(POLICY))
    for value, *path in [
        (1, "surprise"),
        ("internal", "measures", "restricted", "redact", "PERSON"),
        (["clasify"], "roles", "auditor", "steps"),
        ("maybe", "intents", "chat", "release"),
        (1, "grades", 0, "when", "count"),
        (7, "measures", "restricted", "backup", "every"),
    ]:
        raw = yaml.safe_load(POLICY)
        _set(raw, value, *path)  # type: ignore[arg-type]  # a path of words and numbers
        with pytest.raises(jsonschema.ValidationError):
            checker.validate(raw)
        with pytest.raises(PolicyError):
            policy.parse(yaml.safe_dump(raw).encode(), "p.yaml")
