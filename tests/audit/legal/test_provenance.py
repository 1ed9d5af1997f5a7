# SPDX-License-Identifier: Apache-2.0
"""Provenance: what a publisher gives to check by is checked, and only the policy says who the publisher is."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from hypothesis import given, settings
from hypothesis import strategies as st

from custody.audit.provenance import at_home, compare, is_public_key, pin, read_checksums, signed_by
from custody.audit.rules.provenance import provenance
from tests.audit.legal.cases import case, digest, found

A, C = digest(b"a"), digest(b"c")
SUMS = f"{A}  a.txt\n{C} *./b/c.txt\n"
ED = ed25519.Ed25519PrivateKey.from_private_bytes(b"1" * 32)
ED_KEY = "ed25519:" + b64encode(ED.public_key().public_bytes_raw()).decode()
OK: set[tuple[str, str]] = set()
REVIEW, DENY, OWES = ("AUT070", "review"), ("AUT070", "deny"), ("AUT070", "allow_with_obligations")
WHO, FORGED = ("AUT071", "review"), ("AUT071", "deny")


def pem(key: Any) -> str:
    encoded: bytes = key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    return encoded.decode()


def judged(base: Path, sums: str | bytes | None, require: Any = (), **entries: Any) -> set[tuple[str, str]]:
    if sums is not None:
        (base / "SHA256SUMS").write_bytes(sums.encode() if isinstance(sums, str) else sums)
    settings = {"provenance": {"require": list(require)}}
    return found(provenance, case(base, settings, proof={"checksums": "SHA256SUMS"}, **entries))


# Checksums


@pytest.mark.parametrize(
    ("sums", "expected"),
    [
        (SUMS, OK),
        (SUMS.replace("\n", "\r\n"), OK),
        (SUMS.upper().replace("A.TXT", "a.txt").replace("B/C.TXT", "b/c.txt"), OK),
        (f"SHA256 (a.txt) = {A}\nSHA256 (b/c.txt) = {C}\n", OK),
        (f"# made by us\n\n{A}  data/a.txt\n{C}  data/c.txt\n", OK),  # listed from another directory
        (f"{A}  a.txt\n", {REVIEW}),  # a file too many: who put it there?
        (SUMS + f"{A}  d.txt\n", {REVIEW}),
        (f"{C}  a.txt\n{C}  b/c.txt\n", {DENY}),
        (f"{C}  a.txt\n", {DENY, REVIEW}),
        (f"{A}  x/a.txt\n{A}  y/a.txt\n{C}  b/c.txt\n", {REVIEW}),  # which a.txt?
        (SUMS + f"{C}  a.txt\n", {REVIEW}),  # contradicts itself
        (SUMS + "abc  d.txt\n", {REVIEW}),
        (f"{A[:40]}  a.txt\n{C}  b/c.txt\n", {REVIEW}),
        ("<html>not found</html>", {REVIEW}),
        ("", {REVIEW}),
        (b"\xff\xfe" + SUMS.encode("utf-16-le"), {REVIEW}),
        (b"\0" * 1000, {REVIEW}),
        (None, {REVIEW}),
    ],
)
@pytest.mark.parametrize("require", [[], ["checksum"], ["checksum", "revision"]])
def test_the_publishers_checksums_are_held_against_the_bytes(
    tmp_path: Path, sums: str | bytes | None, require: list[str], expected: set[tuple[str, str]]
) -> None:
    assert judged(tmp_path, sums, require) - {REVIEW} == expected - {REVIEW}
    assert (REVIEW in judged(tmp_path, sums, require)) == (
        REVIEW in expected or (DENY in expected and "revision" in require)
    )


def test_an_escaped_name_is_read_as_sha256sum_writes_it() -> None:
    assert read_checksums(f"\\{A}  a\\nb\\\\c\n").digests == {"a\nb\\c": A}


def test_a_checksums_file_that_is_not_named_is_missed_only_where_the_policy_asks(tmp_path: Path) -> None:
    assert found(provenance, case(tmp_path)) == OK
    assert found(provenance, case(tmp_path, {"provenance": {"require": ["checksum"]}})) == {REVIEW}


NAMES = st.sampled_from(["a", "b", "d/a", "d/b", "e/a"])
LISTS = st.dictionaries(NAMES, st.sampled_from([A, C]), min_size=1)


@settings(deadline=None)
@given(LISTS, LISTS)
def test_equal_means_that_every_file_is_accounted_for(ours: dict[str, str], stated: dict[str, str]) -> None:
    compared = compare(ours, stated)
    if compared.same:
        assert len(ours) == len(stated)
        assert sorted(ours.values()) == sorted(stated.values())
    assert compare(ours, ours).same


@settings(deadline=None)
@given(st.text(max_size=200))
def test_no_text_in_the_place_of_checksums_is_a_traceback(text: str) -> None:
    read_checksums(text)


# Revision


@pytest.mark.parametrize(
    ("revision", "kind"),
    [
        ("a0b6402e" * 5, "fixed"),
        ("A0B6402E" * 5, "fixed"),
        ("ab" * 32, "fixed"),
        ("sha256:" + "ab" * 32, "fixed"),
        ("7f67772", "short"),
        ("a0b6402e", "short"),
        ("0b6402e" * 5, "short"),
        ("main", "moving"),
        ("Latest", "moving"),
        (" HEAD ", "moving"),
        ("origin/master", "moving"),
        ("refs/heads/release", "moving"),
        ("v1.2", "label"),
        ("2026-11", "label"),
        ("20261124", "label"),
        ("abc12", "label"),
        ("g" * 40, "label"),
        ("", "none"),
        ("  ", "none"),
    ],
)
def test_only_a_whole_commit_pins(tmp_path: Path, revision: str, kind: str) -> None:
    assert pin(revision) == kind
    asked = {"provenance": {"require": ["revision"]}}
    one = {"origin": {"revision": revision}}
    assert found(provenance, case(tmp_path, asked, **one)) == (OK if kind == "fixed" else {REVIEW})
    lax = {"fixed": OK, "none": OK, "moving": {REVIEW}, "short": {OWES}, "label": {OWES}}
    assert found(provenance, case(tmp_path, **one)) == lax[kind]


def test_bytes_that_are_the_publishers_need_no_revision(tmp_path: Path) -> None:
    assert judged(tmp_path, SUMS, ["revision"], origin={"revision": "main"}) == OK


# Signature


def ecdsa(curve: ec.EllipticCurve, algorithm: hashes.HashAlgorithm) -> tuple[str, Callable[[bytes], bytes]]:
    key = ec.generate_private_key(curve)
    return pem(key), lambda data: key.sign(data, ec.ECDSA(algorithm))


SIGNERS: dict[str, tuple[str, Callable[[bytes], bytes]]] = {
    "ed25519 as custody writes it": (ED_KEY, ED.sign),
    "ed25519 as PEM": (pem(ED), ED.sign),
    "P-256": ecdsa(ec.SECP256R1(), hashes.SHA256()),
    "P-384": ecdsa(ec.SECP384R1(), hashes.SHA384()),
}


@pytest.mark.parametrize("kind", SIGNERS)
def test_a_signature_is_verified_raw_or_in_base64(kind: str) -> None:
    key, sign = SIGNERS[kind]
    signature = sign(b"data")
    assert signed_by(key, signature, b"data")
    assert signed_by(key, b64encode(signature) + b"\n", b"data")
    assert not signed_by(key, signature, b"Data")
    assert not signed_by(key, signature[:-1], b"data")
    assert not signed_by(key, b"", b"data")
    others = [other for name, (other, _) in SIGNERS.items() if name[:4] != kind[:4]]
    assert not any(signed_by(other, signature, b"data") for other in others)


def test_a_weak_or_broken_key_verifies_nothing() -> None:
    weak = ecdsa(ec.SECP192R1(), hashes.SHA256())
    bad = [weak[0], pem(rsa.generate_private_key(65537, 2048)), "ed25519:abc", "", "-----BEGIN PUBLIC KEY-----\n"]
    assert not any(is_public_key(one) or signed_by(one, weak[1](b"data"), b"data") for one in bad)


@pytest.mark.parametrize(
    ("publisher", "signature", "expected"),
    [
        ("Good", ED.sign(SUMS.encode()), OK),
        ("Good", b64encode(ED.sign(SUMS.encode())), OK),
        ("Good", ED.sign(b"another file"), {FORGED, WHO}),
        ("Good", b"x" * 64, {FORGED, WHO}),
        ("Good", b"", {FORGED, WHO}),
        ("Good", b"x" * 10_000, {WHO}),
        ("Good", None, {WHO}),
        ("Nobody", ED.sign(SUMS.encode()), {WHO}),  # anyone can sign as anyone
        ("", ED.sign(SUMS.encode()), {WHO}),
    ],
)
def test_only_a_key_of_the_policy_proves_the_publisher(
    tmp_path: Path, publisher: str, signature: bytes | None, expected: set[tuple[str, str]]
) -> None:
    (tmp_path / "SHA256SUMS").write_text(SUMS)
    if signature is not None:
        (tmp_path / "SHA256SUMS.sig").write_bytes(signature)
    known = {"Good": {"keys": [SIGNERS["P-256"][0], ED_KEY]}, "Other": {"keys": []}}
    settings = {"provenance": {"require": ["publisher", "checksum"], "publishers": known}}
    proof = {"checksums": "SHA256SUMS", "signature": "SHA256SUMS.sig"}
    one = case(tmp_path, settings, proof=proof, origin={"publisher": publisher})
    assert found(provenance, one) == expected


# Places


@pytest.mark.parametrize(
    ("url", "place", "there"),
    [
        ("https://example.org/data.zip", "example.org", True),
        ("https://data.EXAMPLE.org./x", "example.org", True),
        ("https://example.org:443/", "example.org", True),
        ("https://github.com/Example/data", "github.com/example", True),
        ("https://bücher.example/x", "xn--bcher-kva.example", True),
        ("https://xn--bcher-kva.example/x", "bücher.example", True),
        ("https://straße.example/", "strasse.example", False),  # two names since IDNA 2008
        ("http://example.org/data.zip", "example.org", False),
        ("ftp://example.org/", "example.org", False),
        ("https://notexample.org/", "example.org", False),
        ("https://example.org.evil.net/", "example.org", False),
        ("https://evil.net/example.org", "example.org", False),
        ("https://example.org@evil.net/", "example.org", False),
        ("https://user:x@example.org/", "example.org", False),
        ("https://evil.net\\@example.org/", "example.org", False),
        ("https://example.org:8443/", "example.org", False),
        ("https://example.org:x/", "example.org", False),
        ("https://еxample.org/", "example.org", False),  # noqa: RUF001 - a Cyrillic letter
        ("https://org/", "org", False),
        ("https://github.com/example-evil/data", "github.com/example", False),
        ("https://github.com/evil/example", "github.com/example", False),
        ("https://gist.github.com/example/data", "github.com/example", False),
        ("https://github.com/example/../evil/data", "github.com/example", False),
        ("https://github.com/example/%2e%2e/evil", "github.com/example", False),
        ("https://[::1]/", "example.org", False),
        ("https://[", "example.org", False),
        ("", "example.org", False),
        ("example.org", "example.org", False),
        ("https://example.org/", "", False),
    ],
)
def test_a_place_is_its_host_with_subdomains_or_a_part_of_a_shared_one(url: str, place: str, there: bool) -> None:
    assert at_home(url, [place]) is there


def test_a_copy_from_elsewhere_is_for_review(tmp_path: Path) -> None:
    settings = {"provenance": {"publishers": {"Good": {"places": ["example.org"]}}}}
    for url, expected in (("https://data.example.org/", OK), ("https://mirror.net/", {WHO}), ("", {WHO})):
        assert found(provenance, case(tmp_path, settings, origin={"publisher": "Good", "url": url})) == expected


@settings(deadline=None)
@given(st.text(max_size=60), st.text(max_size=20))
def test_no_url_is_a_traceback(url: str, place: str) -> None:
    at_home(url, [place])
    at_home("https://" + url, [place])
