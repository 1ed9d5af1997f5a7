# SPDX-License-Identifier: Apache-2.0
"""Who follows docs/verify-by-hand.md with Python alone comes to the same answer as `custody verify`."""

from __future__ import annotations

import base64
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature, encode_dss_signature

from custody import keys
from custody.signing import ORDER

from .release import MODEL, Release, make
from .tamper import edit_envelope
from .test_tamper import INSIDERS, OUTSIDERS

PAGE = Path(__file__).resolve().parents[2] / "docs" / "verify-by-hand.md"
BLOCKS = re.findall(r"```python\n(.*?)```", PAGE.read_text(), re.DOTALL)


def by_hand(release: Release, *, blocks: int = len(BLOCKS)) -> subprocess.CompletedProcess[str]:
    """Run the blocks of the page in a Python that has nothing but its own library."""
    place = release.path / "hand"
    shutil.rmtree(place, ignore_errors=True)
    shutil.copytree(release.path / "release", place, symlinks=True)
    shutil.copytree(release.bytes, place / "bytes", symlinks=True)
    command = [sys.executable, "-I", "-S", "-c", "\n".join(BLOCKS[:blocks])]
    return subprocess.run(command, cwd=place, capture_output=True, text=True, check=False)


def test_a_whole_release_is_ok_by_hand(release: Release) -> None:
    done = by_hand(release)
    assert done.stderr == ""
    said = done.stdout.splitlines()
    assert said[-1] == release.check().result == "ok"
    assert f"the bundle is whole; its head is {release.check().head}" in said
    told = "people: restricted, made by ['encrypt', 'redact'], {'expect': ['PASSED'], 'drill': ['PASSED']}, audit allow"
    assert told in said


def test_keys_of_both_algorithms_are_checked_by_hand(tmp_path: Path, passphrase: str) -> None:
    assert passphrase
    for role in ("auditor", "publisher"):
        keys.create(f"local:keys/ring.keyring#{role}", tmp_path / "home", "ecdsa-p256", scrypt_n=2**4)
    release = make(tmp_path)
    assert release.statement("audit").signer.startswith("ecdsa-p256:")
    assert by_hand(release).stdout.endswith("\nok\n")
    assert release.check().result == "ok"
    for step in ("audit", "bom"):
        file = release.file(release.statement(step).digest)
        whole = file.read_bytes()
        edit_envelope(release, step, _second_form)
        assert "the one spelling" in by_hand(release).stderr
        assert release.check().result == "mismatch"
        file.write_bytes(whole)


def _second_form(envelope: dict[str, Any]) -> None:
    r, s = decode_dss_signature(base64.b64decode(envelope["signatures"][0]["sig"]))
    envelope["signatures"][0]["sig"] = base64.b64encode(encode_dss_signature(r, ORDER - s)).decode()


def test_what_was_not_read_is_incomplete_by_hand(release: Release) -> None:
    (release.bytes / MODEL).unlink()
    assert by_hand(release).stdout.endswith(f"{MODEL} was not read\nincomplete\n")


SEEN = [
    "a statement is deleted",
    "a report is deleted",
    "a marker is deleted",
    "a signature is edited",
    "a payload is edited",
    "a signature has a spare bit",
    "an envelope has a field more",
    "an envelope has a key twice",
    "an envelope has a signature nobody knows",
    "two statements are swapped",
    "a stranger's statements are added",
    "an old statement is replayed",
    "two documents are swapped",
    "a marker is relabelled",
    "a file is added",
    "the policy asks for less",
    "the BOM claims a lower grade",
    "the BOM says true for one",
    "a byte of the data is flipped",
    "the data of two names are swapped",
    "the model is another one",
    "the publisher claims a lower grade",
    "the publisher hides what was found",
    "the publisher adds a dataset",
    "the trainer keeps a dataset to himself",
    "the gate said no",
    "the gate passed what failed its expectations",
    "the classifier signs the drill",
]


@pytest.mark.parametrize("case", SEEN)
def test_by_hand_it_is_seen_that(case: str, release: Release) -> None:
    act: Callable[[Release], Any] = (OUTSIDERS | INSIDERS)[case][0]
    act(release)
    done = by_hand(release)
    assert done.returncode != 0, done.stdout
    assert "AssertionError: " in done.stderr, done.stderr


def test_the_page_checks_signatures_as_the_library_does(release: Release) -> None:
    """A wrong `s`, a point that is none: the arithmetic on the page is not only right for what is right."""
    for spoil in ("s", "point"):

        def change(envelope: dict[str, Any], spoil: str = spoil) -> None:
            signature = bytearray(base64.b64decode(envelope["signatures"][0]["sig"]))
            signature[63 if spoil == "s" else 31] ^= 0x40
            envelope["signatures"][0]["sig"] = base64.b64encode(signature).decode()

        copy = release.copy(release.path.with_name(f"spoilt {spoil}"))
        edit_envelope(copy, "audit", change)
        done = by_hand(copy, blocks=4)
        assert "AssertionError: " in done.stderr
