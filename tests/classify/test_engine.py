# SPDX-License-Identifier: Apache-2.0
"""The engine is Presidio as configured: same findings, no network, context from column names."""

from __future__ import annotations

import os
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some

from custody import policy
from custody.classifiers import Scanner
from custody.classifiers.engine import FEW, THRESHOLD
from custody.classifiers.names import hints, words
from custody.classifiers.presidio import LANGUAGE
from custody.errors import PolicyError
from tests.conftest import ROOT

PIECES = some.sampled_from(
    [
        "call 212-555-0199",
        "jane.doe@example.org",
        "SSN 536-90-4399",
        "4111 1111 1111 1111",
        "https://example.com/a?b=c",
        "192.168.0.1",
        "GB29NWBK60161331926819",
        "2020-01-31",
        "Jane Doe",
        "12 High Street",
        "zip 90210",
        "\u0660\u0661\u0662",
        "\u017fmith@exam\u017fple.com",
        "x\x00y",
        "\n\t ",
    ]
)
CELLS = some.lists(some.one_of(PIECES, some.text(max_size=20)), min_size=1, max_size=4).map(" ".join).filter(bool)
COLUMNS = some.sampled_from(["text", "FirstName", "home_address", "postalCode", "birth.date", "phone", "ssn", "x1"])


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(cell=CELLS, column=COLUMNS)
def test_a_cell_gives_what_presidios_analyzer_gives(scanner: Scanner, cell: str, column: str) -> None:
    context = list(hints(column))
    expected = [
        (one.entity_type, one.start, one.end, one.score)
        for one in scanner.analyzer.analyze(cell, LANGUAGE, context=context, score_threshold=THRESHOLD)
    ]
    cells = [cell, *("none here" + " " * n for n in range(FEW))]  # enough for the fast path
    assert [one[:4] for one in scanner.scan(column, cells).spans[0]] == expected
    assert not scanner.doubts


@pytest.mark.parametrize(
    ("column", "cell", "entity"),
    [
        ("FirstName", "Leonie", "PERSON"),
        ("last_name", "O'Reilly", "PERSON"),
        ("president_name", "Harry Truman", "PERSON"),
        ("BillingAddress", "Theodor-Heuss-Straße 34", "STREET_ADDRESS"),
        ("postal_code", "T5K 2N1", "POSTCODE"),
        ("BirthDate", "1962-02-18 00:00:00", "DATE_OF_BIRTH"),
        ("dob", "18/02/1962", "DATE_OF_BIRTH"),
        ("phone", "2125550199", "PHONE_NUMBER"),
        ("text", "write to jane@example.org today", "EMAIL_ADDRESS"),
    ],
)
def test_shape_and_column_name_together_find(scanner: Scanner, column: str, cell: str, entity: str) -> None:
    assert entity in {one.entity for one in scanner.find_all(column, [cell])[0]}


@pytest.mark.parametrize(
    ("column", "cell", "entity"),
    [
        ("City", "Leonie", "PERSON"),
        ("Country", "United States", "PERSON"),
        ("Company", "Embraer", "PERSON"),
        ("FirstName", "leonie", "PERSON"),
        ("first_seen", "2020-01-01", "PERSON"),
        ("title", "12 Angry Men", "STREET_ADDRESS"),
        ("ip_address", "10.0.0.1", "STREET_ADDRESS"),
        ("email_address", "a1@example.org", "STREET_ADDRESS"),
        ("HireDate", "1962-02-18 00:00:00", "DATE_OF_BIRTH"),
        ("code", "90210", "POSTCODE"),
        ("share", "0.077453027", "PHONE_NUMBER"),
        ("share", ".093000002", "PHONE_NUMBER"),
        ("women", "168947", "PHONE_NUMBER"),
        ("firstname", "<PERSON>", "PERSON"),
        ("email", "<EMAIL_ADDRESS>", "EMAIL_ADDRESS"),
        ("street", "<STREET_ADDRESS>", "STREET_ADDRESS"),
    ],
)
def test_shape_or_column_name_alone_do_not(scanner: Scanner, column: str, cell: str, entity: str) -> None:
    assert entity not in {one.entity for one in scanner.find_all(column, [cell])[0]}


@pytest.mark.parametrize(
    ("column", "expected"),
    [
        ("FirstName", ("first", "name")),
        ("postal_code2", ("postal", "code")),
        ("messages[].content", ("messages", "content")),
        ("IPAddress", ("ip", "address")),
        ("", ()),
    ],
)
def test_column_names_are_split_at_case_digits_and_punctuation(column: str, expected: tuple[str, ...]) -> None:
    assert words(column) == expected


def test_a_rule_about_an_entity_that_nothing_finds_is_refused_with_the_nearest() -> None:
    text = (ROOT / "sample_data" / "policy.yaml").read_text().replace("[EMAIL_ADDRESS]", "[EMAIL_ADRESS]", 1)
    with pytest.raises(PolicyError, match="write 'EMAIL_ADDRESS'"):
        Scanner(policy.parse(text.encode(), "policy.yaml"))


def test_a_rule_about_validated_cells_of_what_nothing_validates_is_refused() -> None:
    text = (ROOT / "sample_data" / "policy.yaml").read_text()
    text = text.replace("entity: [US_SSN], ", "entity: [US_SSN], validated: true, ")
    with pytest.raises(PolicyError, match="nothing can validate 'US_SSN'"):
        Scanner(policy.parse(text.encode(), "policy.yaml"))


def test_nothing_asks_the_network_with_an_empty_cache(tmp_path: Path) -> None:
    """In a process of its own, whose home is empty and in which every connection and name look-up fails loudly."""
    program = """
        import socket, sys
        from pathlib import Path

        def refuse(*_, **__):
            raise SystemExit("asked the network")

        socket.socket.connect = socket.getaddrinfo = socket.create_connection = refuse
        from custody import policy
        from custody.classifiers import Scanner

        scanner = Scanner(policy.load(Path(sys.argv[1])))
        text = "jane@mail.example.co.uk or https://example.org, 212-555-0199"
        found = {one.entity for one in scanner.find_all("text", [text])[0]}
        assert {"EMAIL_ADDRESS", "URL", "PHONE_NUMBER"} <= found, found
    """
    environment = os.environ | {"HOME": str(tmp_path), "XDG_CACHE_HOME": str(tmp_path)}
    environment.pop("TLDEXTRACT_CACHE", None)
    command = [sys.executable, "-c", textwrap.dedent(program), str(ROOT / "sample_data" / "policy.yaml")]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
