# SPDX-License-Identifier: Apache-2.0
"""Secrets are found in the forms people leave them, and their look-alikes are not."""

from __future__ import annotations

import json
import zlib
from collections.abc import Callable
from functools import cache
from pathlib import Path
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some
from presidio_analyzer import PatternRecognizer

from custody.classifiers import Scanner
from custody.classifiers.engine import THRESHOLD
from custody.classifiers.recognizers import _judge, credentials, tokens
from tests.classify.conftest import Classify
from tests.classify.secret_corpus import Line, corpus
from tests.classify.secret_values import ALNUM, ISSUED, UPPER, base62, jwt, pem, run

SECRETS = {"CLOUD_KEY", "ACCESS_TOKEN", "PRIVATE_KEY", "JWT", "CONNECTION_STRING", "PASSWORD", "SECRET"}
Find = Callable[[str], list[tuple[str, str, bool]]]


@pytest.fixture(scope="session")
def find(scanner: Scanner) -> Find:
    """Return the entity, text and validity of each secret in a cell, through the whole engine."""

    def run(text: str) -> list[tuple[str, str, bool]]:
        spans = scanner.find("text", text)
        return [(one.entity, text[one.start : one.end], one.validated) for one in spans if one.entity in SECRETS]

    return run


def test_f1_on_families_that_were_kept_aside_is_at_least_90_percent() -> None:
    held = [line for line in corpus() if line.held]
    hit = [line for line in held if _found(line)]
    true = sum(line.secret for line in hit)
    assert sum(line.secret for line in held) >= 1000, "enough to measure"
    assert sum(not line.secret for line in held) >= 3000
    assert 2 * true / (len(hit) + sum(line.secret for line in held)) >= 0.90


@cache
def _own() -> tuple[PatternRecognizer, ...]:
    return (*tokens.recognizers(), *credentials.recognizers())


def _found(line: Line) -> bool:
    hits = [hit for one in _own() for hit in one.analyze(line.text, one.supported_entities) if hit.score >= THRESHOLD]
    return any(not line.secret or (hit.start < line.end and hit.end > line.start) for hit in hits)


@pytest.mark.parametrize("issuer", ISSUED)
def test_an_issued_token_is_found_whole_and_counts_as_validated(find: Find, issuer: str) -> None:
    for seed in range(5):
        value = ISSUED[issuer](Random(seed))
        hits = find(f"see {value} in the log")
        assert any(valid and text in value and len(text) > 15 for _, text, valid in hits), issuer


@pytest.mark.parametrize("prefix", ["gh" + "p_", "np" + "m_"])
@settings(max_examples=50, deadline=None)
@given(
    body=some.text(ALNUM, min_size=30, max_size=30).filter(lambda one: not _judge.placeholder(one)),
    at=some.integers(0, 29),
)
def test_a_token_with_one_letter_changed_is_never_validated(prefix: str, body: str, at: int) -> None:
    check = base62(zlib.crc32(body.encode()), 6)
    changed = body[:at] + ("a" if body[at] != "a" else "b") + body[at + 1 :]
    assert tokens.token(prefix + body + check) is True
    assert tokens.token(prefix + changed + check) is not True


@pytest.mark.parametrize(
    ("text", "entity", "value"),
    [
        ("DB_PASSWORD=S3cure!Pass", "PASSWORD", "S3cure!Pass"),
        ('"pwd": "hunter2!"', "PASSWORD", "hunter2!"),
        ("the admin password for staging is Blue$ky42", "PASSWORD", "Blue$ky42"),
        ("sshpass -p 'Tr0ub4dor&3' ssh root@host", "PASSWORD", "Tr0ub4dor&3"),
        ("curl -u admin:Welcome123 https://x.example", "PASSWORD", "Welcome123"),
        ("\u5bc6\u7801\uff1aAbc12345", "PASSWORD", "Abc12345"),
        ("CREATE USER joe IDENTIFIED BY 'Or4cl3Pw'", "PASSWORD", "Or4cl3Pw"),
        ("mysql -uroot -pSt0rgBvi87PY", "PASSWORD", "St0rgBvi87PY"),
        ("requirepass e3MYMc9pbsfy", "PASSWORD", "e3MYMc9pbsfy"),
        ("$db_pass = 'fGAqbGwvYw8';", "PASSWORD", "fGAqbGwvYw8"),
        ("- name: DB_PASSWORD\n  value: Zx81Qw99", "PASSWORD", "Zx81Qw99"),
        ("<password>Tr33H0use</password>", "PASSWORD", "Tr33H0use"),
        ("Authorization: Bearer 4f3e2d1c0b9a8f7e6d5c4b3a2f1e0d9c", "SECRET", "4f3e2d1c0b9a8f7e6d5c4b3a2f1e0d9c"),
        ("const SECRET = 'a7d8f9e0c1b2a3948576';", "SECRET", "a7d8f9e0c1b2a3948576"),
        (
            "mongodb://root:Sup3r$ecret@10.0.0.4:27017/?a=b",
            "CONNECTION_STRING",
            "mongodb://root:Sup3r$ecret@10.0.0.4:27017/?a=b",
        ),
    ],
)
def test_what_the_words_around_it_give_away_is_found_without_them(
    find: Find, text: str, entity: str, value: str
) -> None:
    assert (entity, value) in [(one, text) for one, text, _ in find(text)]


@pytest.mark.parametrize(
    "text",
    [
        "password: null",
        "password_hash_algorithm: bcrypt12",
        "passwords.length >= 8",
        "password = os.environ['DB_PASSWORD_2']",
        "password=${DB_PASSWORD_1}",
        "password: <your-password-1>",
        "password is stored as SHA-256.",
        "the password is case-sensitive, 8 characters",
        "pwd: /home/joe/projects/app2",
        "token: eos_token_id_50256_special",
        'token_type: "Bearer"',
        "authenticity_token=rtzL4zS1frbZVKwq7e5rFUp6RksqwidJI2fZ",
        "Token 0xb79fdc4c7d355ed174eef4ebf7fc5f942aa897c3 deployed",
        "author: Joe2 <joe99@example.com>",
        "root:x:0:0:root:/root:/bin/bash",
        "tokenizer: bert-base-uncased-v2-large-2019",
        "next_page_token: 8Jf83kdLs93kfLs92kfmZx2",
        "secret: projects/prod/secrets/db-pass/versions/3",
        "token: ${{ secrets.GITHUB_TOKEN }}",
        "api_key: 550e8400-e29b-41d4-a716-446655440000",
        "commit 9f86d081884c7d659a2feaa0c55ad015a3bf4f1b",
        "integrity: sha512-" + "Ab3+" * 21 + "w==",
        "https://unpkg.com/react@18.2.0/umd/react.js",
        "http://localhost:8080/@scope/pkg@1.2.3",
        "https://user@example.com:8080/path",
        "postgres://user:password@localhost/db",
        "The file starts with -----BEGIN RSA PRIVATE KEY----- and is secret.",
        "-----BEGIN PUBLIC KEY-----\n" + "MIIB" * 16 + "\n-----END PUBLIC KEY-----",
        "eyJoZWxsbyI6MX0.eyJoZWxsbyI6MX0.c2lnbmF0dXJl",
        "eyJub3QganNvbiBhdCBhbGw.eyJoZWxsbyI6MX0.c2lnbmF0dXJl",
        "AKIA" + "IOSFODNN7EXAMPLE",
        "gh" + "p_" + "x" * 36,
        "sk-" + "..." + "abc",
    ],
)
def test_look_alikes_are_not_secrets(find: Find, text: str) -> None:
    assert find(text) == []


def test_a_private_key_is_found_to_its_last_line(find: Find) -> None:
    block = pem(Random(1))
    assert ("PRIVATE_KEY", block, True) in find(f"key:\n{block}\nend")


def test_a_private_key_in_one_line_of_json_is_found(find: Find) -> None:
    assert any(entity == "PRIVATE_KEY" for entity, _, _ in find('{"private_key": "' + pem(Random(2), "\\n") + '"}'))


def test_the_first_line_of_a_private_key_alone_in_a_cell_is_found(find: Find) -> None:
    assert find(pem(Random(3)).splitlines()[0])[0][0] == "PRIVATE_KEY"


def test_no_secret_stands_in_the_report_that_says_there_is_one(classified: Classify, tmp_path: Path) -> None:
    values = [make(Random(seed)) for seed, make in enumerate(ISSUED.values())]
    passwords = [run(Random(at), ALNUM, 12) + "9" for at in range(len(values))]
    cells = zip(values, passwords, strict=True)
    lines = [json.dumps({"text": f"use {value} here", "password": word}) for value, word in cells]
    (tmp_path / "d").mkdir()
    (tmp_path / "d" / "secrets.jsonl").write_text("\n".join(lines))
    report = classified(tmp_path / "d")
    told = json.dumps(report.to_dict()) + report.to_html()
    assert report.grade == "restricted"
    assert set(report.entities) >= {"CLOUD_KEY", "ACCESS_TOKEN", "JWT", "CONNECTION_STRING", "PASSWORD"}
    for value in (*values, *passwords):
        assert not any(value[at : at + 6] in told for at in range(4, len(value) - 8)), "no part of a value"


@given(some.text())
def test_the_judges_take_any_text(text: str) -> None:
    for judge in (
        _judge.password,
        _judge.random,
        _judge.issued,
        _judge.hashed,
        tokens.token,
        tokens.jwt,
        tokens.private_key,
    ):
        assert judge(text) in {True, False, None}


def test_a_cell_of_a_column_called_secret_must_look_drawn_by_lot(scanner: Scanner) -> None:
    value = run(Random(4), ALNUM, 40)
    assert "SECRET" in {one.entity for one in scanner.find("client_secret", value)}
    assert "SECRET" not in {one.entity for one in scanner.find("note", value)}
    assert "SECRET" not in {one.entity for one in scanner.find("client_secret", "see_the_vault_for_it")}


def test_a_jwt_with_a_broken_header_is_refused() -> None:
    good = jwt(Random(5))
    assert tokens.jwt(good)
    assert not tokens.jwt("eyJ" + run(Random(6), UPPER, 20) + good[good.index(".") :])
