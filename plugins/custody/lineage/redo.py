# SPDX-License-Identifier: Apache-2.0
"""The commands by which a sceptic redoes a verification: coreutils for digests, securesystemslib for signatures.

Lines that begin with `#` say what must come out. What the commands do not cover is in docs/verify-by-hand.md.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from shlex import quote

from custody.lineage.presented import Case, sha256_of

ADDRESS = "find . -type f | cut -c3- | LC_ALL=C sort | xargs -r -d '\\n' sha256sum -- | sha256sum"
HEAD = "ls | cut -c-64 | LC_ALL=C sort | sha256sum"
SIGNATURES = """\
import base64, json, pathlib
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from securesystemslib.dsse import Envelope
from securesystemslib.signer import SSlibKey
for file in sorted(pathlib.Path("ledger/statements").iterdir()):
    text = file.read_bytes()
    body = json.loads(base64.b64decode(json.loads(text)["payload"]))["predicate"]
    for one in json.loads(text)["signatures"]:
        kind, _, raw = one["keyid"].partition(":")
        raw = base64.b64decode(raw)
        public = (ed25519.Ed25519PublicKey.from_public_bytes(raw) if kind == "ed25519"
                  else ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), raw))
        Envelope.from_dict(json.loads(text)).verify([SSlibKey.from_crypto(public, one["keyid"])], 1)
        print(body.get("urn:custody:step:v1", {"step": "bom"})["step"], one["keyid"])
"""


def commands(case: Case, data: Path | None) -> list[str]:
    """Return shell lines that redo the digests and signatures of what was presented."""
    place = data or Path("BYTES")
    told = [line for one in case.datasets for line in _dataset(place / Path(one["name"]).name, sha256_of(one))]
    model = place / Path(case.model["name"]).name
    return [*told, f"# prints {sha256_of(case.model)}", f"sha256sum -- {quote(str(model))}", *_records(case)]


def _dataset(path: Path, address: str) -> Iterator[str]:
    yield f"# prints {address}"
    if path.is_file():
        yield f"(cd -- {quote(str(path.parent))} && sha256sum -- {quote(path.name)} | sha256sum)"
    else:
        yield f"(cd -- {quote(str(path))} && {ADDRESS})"


def _records(case: Case) -> Iterator[str]:
    bundle = quote(str(case.bundle))
    yield f"# the head; prints {case.found.head}"
    yield f"(cd -- {bundle}/ledger/statements && {HEAD})"
    yield "# needs `pip install securesystemslib cryptography`; prints each step and its key: compare with `roles` in"
    yield "# the policy. A wrong signature raises."
    yield f"(cd -- {bundle} && python3 -c {quote(SIGNATURES)})"
