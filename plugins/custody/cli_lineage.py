# SPDX-License-Identifier: Apache-2.0
"""`custody verify`, `custody ledger` and `custody key`: the records and who signs them, in a terminal."""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from custody import home as homes
from custody.errors import UsageError
from custody.storage import write_whole

if TYPE_CHECKING:
    from custody.lineage.ledger import Ledger
    from custody.lineage.verification import Verification

Arguments = argparse.Namespace


def add(commands: Any) -> None:
    """Add the verbs to the command line."""
    text = "re-verify a BOM offline"
    parser = commands.add_parser("verify", help=text, description=text)
    parser.set_defaults(command=_verify)
    parser.add_argument("bom", type=Path)
    parser.add_argument("--bundle", required=True, type=Path, help="the statements the BOM follows")
    parser.add_argument("--bytes", type=Path, help="a directory with each dataset and the model under its name")
    parser.add_argument("--policy", type=Path, help="your own copy of the policy: pins the trusted keys")
    parser.add_argument("--expect-head", metavar="SHA256", help="the head its publisher names: an older bundle is seen")
    parser.add_argument("--anchor", type=Path, metavar="TSR", help="an RFC 3161 time stamp over the head")
    parser.add_argument("--tsa", type=Path, action="append", default=[], metavar="PEM", help="a trusted authority")
    parser.add_argument("--json", action="store_true", help="print the result as JSON")
    parser.add_argument("--vsa", type=Path, metavar="FILE", help="write the answer as a SLSA verification summary")
    parser.add_argument("--sign-with", metavar="URI", help="sign the summary with this key, such as local:FILE#NAME")
    _add_keys(commands)
    _add_ledger(commands)
    text = "draw the chain of a bundle or of a home's ledger"
    show = commands.add_parser("show", help=text, description=text)
    show.set_defaults(command=_show)
    show.add_argument("bundle", type=Path, nargs="?", help="a bundle; by default the ledger of the home")
    show.add_argument("--home", type=Path, help="the custody home; by default CUSTODY_HOME")
    show.add_argument("--svg", type=Path, metavar="FILE", help="also write the chain as an image")


def _add_keys(commands: Any) -> None:
    made = commands.add_parser("key", help="make a signing key, or show its public text")
    verbs = made.add_subparsers(required=True, metavar="COMMAND")
    for name, run, text in (
        ("create", _key_create, "make a key in a keyring unless there is one of that name"),
        ("public", _key_public, "print the public text of a key, as `roles` in a policy take it"),
    ):
        parser = verbs.add_parser(name, help=text, description=text)
        parser.set_defaults(command=run)
        parser.add_argument("uri", help="local:FILE#NAME; `public` also takes awskms:… and pkcs11:…")
        parser.add_argument("--home", type=Path, default=Path(), help="what FILE is relative to; by default here")
        if name == "create":
            parser.add_argument("--type", choices=("ed25519", "ecdsa-p256"), default="ed25519")


def _add_ledger(commands: Any) -> None:
    made = commands.add_parser("ledger", help="the ledger of a home: its head, its index, statements of others")
    verbs = made.add_subparsers(required=True, metavar="COMMAND")
    for name, run, text in (
        ("head", _head, "print the digest of all statements"),
        ("reindex", _reindex, "make the markers again by which statements are found"),
        ("request", _request, "write a request to a time-stamp authority (RFC 3161) over the head"),
        ("anchor", _anchor, "verify and keep the answer of a time-stamp authority"),
        ("check", _check, "verify every anchor and say which statements have gone since"),
        ("keep", _keep, "keep a signed statement whose predicate custody does not know; it never counts"),
    ):
        parser = verbs.add_parser(name, help=text, description=text)
        parser.set_defaults(command=run)
        if name in ("keep", "request", "anchor"):
            parser.add_argument("file", type=Path)
        if name in ("anchor", "check"):
            parser.add_argument("--tsa", type=Path, action="append", required=True, metavar="PEM", help="trusted root")
        if name in ("request", "anchor", "check"):
            parser.add_argument("--bundle", type=Path, help="a bundle instead of the ledger of a home")
        parser.add_argument("--home", type=Path, help="the custody home; by default CUSTODY_HOME")


def _ledger(arguments: Arguments) -> Ledger:
    from custody import policy
    from custody.lineage.ledger import Ledger

    if bundle := getattr(arguments, "bundle", None):
        return Ledger(bundle / "ledger", policy.load(bundle / "policy.yaml"))
    return Ledger.of(homes.find(arguments.home))


def _head(arguments: Arguments) -> None:
    print(_ledger(arguments).head())


def _reindex(arguments: Arguments) -> int:
    from custody.lineage.reindex import reindex

    done = reindex(_ledger(arguments))
    print(
        f"{done.statements} statements and {done.foreign} of others; {done.added} markers added, {done.removed} removed"
    )
    for text in (*done.damaged, *(f"statement {digest} is missing from the ledger" for digest in done.lost)):
        print(f"  {text}; restore it from a copy of the ledger")
    return 0 if done.whole else 1


def _request(arguments: Arguments) -> None:
    from custody.lineage import anchor

    write_whole(arguments.file, anchor.request(_ledger(arguments)))
    print(f"curl -H 'Content-Type: {anchor.MEDIA_TYPE}' --data-binary @{arguments.file} URL > answer.tsr")


def _anchor(arguments: Arguments) -> None:
    from custody.lineage import anchor

    ledger, answer = _ledger(arguments), arguments.file.read_bytes()
    if arguments.bundle:  # which holds nothing but what its BOM follows: its time stamp lies beside it
        print(f"head {ledger.head()} was there at {anchor.stamped(answer, ledger.roll(), arguments.tsa)}")
        return
    made = anchor.keep(ledger, answer, arguments.tsa)
    print(f"head {made.head} was there at {made.at}")


def _check(arguments: Arguments) -> int:
    from custody.lineage import anchor

    found = anchor.check(_ledger(arguments), arguments.tsa)
    for one in found:
        print(f"{one.at}: {len(one.statements)} statements, {len(one.lost) or 'none'} of them gone since")
        for digest in one.lost:
            print(f"  statement {digest} is missing; restore it from a copy of the ledger")
    if not found:
        print("this ledger has no anchor: nothing outside says what must be in it")
    return 0 if found and all(one.whole for one in found) else 1


def _show(arguments: Arguments) -> None:
    from custody.lineage import draw

    statements = draw.in_order(_ledger(arguments))
    print(draw.as_text(statements))
    if arguments.svg:
        write_whole(arguments.svg, draw.as_svg(statements).encode())


def _keep(arguments: Arguments) -> None:
    made = _ledger(arguments).keep(arguments.file.read_bytes())
    print(f"{made.predicate_type}\n  statement {made.digest}\n  signed by {made.signer}")


def _key_create(arguments: Arguments) -> None:
    from custody import keys

    keys.create(arguments.uri, arguments.home, arguments.type)
    _key_public(arguments)


def _key_public(arguments: Arguments) -> None:
    from custody import keys

    print(keys.signer(arguments.uri, arguments.home).public)


def _verify(arguments: Arguments) -> int:
    from custody.lineage.verification import EXIT_CODES
    from custody.lineage.verify import verify

    if arguments.sign_with and not arguments.vsa:
        raise UsageError("there is no summary to sign", where="--sign-with", remedy="name its file with --vsa")
    told = {"head": arguments.expect_head, "anchor": arguments.anchor, "roots": arguments.tsa}
    found = verify(arguments.bom, arguments.bundle, arguments.bytes, arguments.policy, **told)
    if arguments.vsa:
        _write_summary(found, arguments)
    print(json.dumps(found.to_dict(), indent=1) if arguments.json else as_text(found))
    return EXIT_CODES[found.result]


def _write_summary(found: Verification, arguments: Arguments) -> None:
    from custody import keys
    from custody.dataset import file_sha256
    from custody.lineage.statement import file_subject
    from custody.lineage.vsa import summary

    signer = keys.signer(arguments.sign_with, Path.cwd()) if arguments.sign_with else None
    bom = file_subject(arguments.bom.name, file_sha256(arguments.bom))
    write_whole(arguments.vsa, summary(found, bom, signer))


def as_text(found: Verification) -> str:
    """Return a verification as lines of text."""
    from custody.lineage.verification import plain

    trust = "your policy" if found.pinned else "the bundle's own policy; pin yours with --policy"
    head = f"{found.result} (keys trusted: those of {trust}, sha256 {found.policy or 'unread'})"
    marks = (("BROKEN", found.mismatches), ("not checked", found.unchecked), ("ok", found.checked))
    lines = [head, *(f"  {mark}: {plain(text)}" for mark, texts in marks for text in texts)]
    lines += [f"  not reached: {name}" for name in found.unreached]
    lines += [f"  head {found.head}"] if found.head else []
    redo = [plain(line) for text in found.redo for line in text.split("\n")]
    return "\n".join([*lines, *(["", "redo it without custody:", *redo] if redo else [])])
