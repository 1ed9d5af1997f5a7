# SPDX-License-Identifier: Apache-2.0
"""What somebody does to a release, with no key or with the keys of some roles."""

from __future__ import annotations

import hashlib
import json
import shutil
from base64 import b64decode, b64encode
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from custody.keys import Signer
from custody.lineage import statement as st

from .release import Release

Body = dict[str, Any]
Change = Callable[[Body], object]


def reissue(release: Release, step: str, change: Change, name: str = "", signer: Signer | None = None) -> None:
    """Let one statement say something else and all that follow it follow the new one, each signed anew.

    The result is the bundle of a pipeline in which that step was so from the start.
    """
    renamed: dict[str, str] = {}
    target = release.statement(step, name).digest
    envelopes = []
    for old in list(_in_order(release)):
        text = b64decode(json.loads(release.file(old).read_bytes())["payload"]).decode()
        for before, after in renamed.items():
            text = text.replace(before, after)
        body = json.loads(text)
        if old == target:
            change(body)
        kind = release.own.get(old).link.step
        payload = json.dumps(body, sort_keys=True, ensure_ascii=False).encode()
        envelope = st.sign(payload, signer if signer and old == target else release.signer(kind))
        before = hashlib.sha256(release.file(old).read_bytes()).hexdigest()
        renamed |= {old: st.payload_digest(payload), before: hashlib.sha256(envelope).hexdigest()}
        envelopes.append((kind, envelope))
    for folder in ("statements", "about"):
        shutil.rmtree(release.bundle / "ledger" / folder)
    for kind, envelope in envelopes:
        put(release, envelope, kind)


def _in_order(release: Release) -> Iterator[str]:
    """The digests of the bundle's statements, each after those it follows."""
    ledger, seen = release.own, set()

    def visit(digest: str) -> Iterator[str]:
        if digest not in seen:
            seen.add(digest)
            for before in ledger.get(digest).link.prev:
                yield from visit(before)
            yield digest

    for digest in ledger.digests():
        yield from visit(digest)


def put(release: Release, envelope: bytes, step: str) -> str:
    """Store an envelope in the bundle with its markers, and its BOM beside the bundle, whoever signed it."""
    payload = b64decode(json.loads(envelope)["payload"])
    body, digest = json.loads(payload), st.payload_digest(payload)
    release.file(digest).parent.mkdir(parents=True, exist_ok=True)
    release.file(digest).write_bytes(envelope)
    materials = body["predicate"].get("buildDefinition", {}).get("resolvedDependencies", [])
    for named in {value for one in (*body["subject"], *materials) for value in one["digest"].values()}:
        marker = release.bundle / "ledger" / "about" / named / f"{step}-{digest}"
        marker.parent.mkdir(parents=True, exist_ok=True)
        marker.touch()
    if step == "bom":
        release.bom.write_text(json.dumps(body["predicate"]))
    return digest


def edit_envelope(release: Release, step: str, change: Change, name: str = "") -> None:
    """Change the JSON of an envelope and store it as custody would."""
    file = release.file(release.statement(step, name).digest)
    envelope = json.loads(file.read_bytes())
    change(envelope)
    file.write_bytes(st.to_json(envelope))


def edit_bom(release: Release, change: Change) -> None:
    """Change the BOM file alone."""
    document = release.document
    change(document)
    release.bom.write_text(json.dumps(document))


def spare_bit(text: str) -> str:
    """Another base64 text of the same bytes."""
    data = b64decode(text)
    at = len(text.rstrip("=")) - 1
    others = (
        text[:at] + one + text[at + 1 :] for one in "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
    )
    return next(one for one in others if one != text and b64decode(one) == data)


def flipped(text: str) -> str:
    """Base64 of the same bytes but for the first bit."""
    data = bytearray(b64decode(text))
    data[0] ^= 1
    return b64encode(data).decode()


def files(release: Release) -> list[Path]:
    """Every file of the bundle."""
    return sorted(one for one in release.bundle.rglob("*") if one.is_file())
