# SPDX-License-Identifier: Apache-2.0
"""`custody evidence …`: keep what shows on which terms data was got, and show what was kept."""

from __future__ import annotations

import argparse
import json
import sys
from datetime import datetime
from pathlib import Path
from typing import Any

from custody import home as homes
from custody.errors import UsageError

Arguments = argparse.Namespace


def add(commands: Any) -> None:
    """Add the command to those of `custody`."""
    text = "keep and show evidence of terms"
    verbs = commands.add_parser("evidence", help=text, description=text).add_subparsers(
        required=True, metavar="COMMAND"
    )
    keep = _parser(verbs, "add", _add, "keep a file as evidence, and print what to write into the sources file")
    keep.add_argument("file", type=Path)
    keep.add_argument("--kind", required=True, help="licence, terms, robots, tdmrep, headers, page, rsl, contract, …")
    keep.add_argument("--url", default="", help="where it was got")
    keep.add_argument("--fetched-at", default="", metavar="TIME", help="such as 2026-11-20T10:00:00Z; by default now")
    keep.add_argument("--status", type=int, default=None, help="the HTTP status of the answer")
    keep.add_argument("--content-type", default="", help="as the server said it")
    listing = _parser(verbs, "list", _list, "list what was kept, the oldest first")
    listing.add_argument("--json", action="store_true", help="print it as JSON")
    show = _parser(verbs, "show", _show, "print what was kept, without what a terminal would obey")
    show.add_argument("digest", help="its SHA-256 or the beginning of it")
    show.add_argument("--output", type=Path, metavar="FILE", help="write the bytes as they are there instead")


def _parser(verbs: Any, name: str, run: Any, text: str) -> Any:
    parser = verbs.add_parser(name, help=text, description=text)
    parser.set_defaults(command=run)
    parser.add_argument("--home", type=Path, help="the custody home; by default CUSTODY_HOME")
    return parser


def _moment(text: str) -> datetime | None:
    if not text:
        return None
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        raise UsageError("this is no time", where="--fetched-at", allowed="such as 2026-11-20T10:00:00Z") from None


def _add(arguments: Arguments) -> None:
    from custody.verbs.evidence import keep

    told = {"url": arguments.url, "status": arguments.status, "content_type": arguments.content_type}
    home, at = homes.find(arguments.home), _moment(arguments.fetched_at)
    made = keep(home, arguments.file, arguments.kind, fetched_at=at, **told)
    print(f"kept: {made.kind}, {made.size:,} bytes")
    print("  write this under `evidence` of the source:")
    entry = {
        "kind": made.kind,
        "digest": made.sha256,
        "url": made.url or None,
        "fetched_at": made.fetched_at.isoformat(),
        "status": made.http_status,
    }
    print(f"  - {json.dumps({key: value for key, value in entry.items() if value is not None})}")


def _list(arguments: Arguments) -> None:
    from custody.audit.output.safe import clean
    from custody.verbs.evidence import kept

    found = kept(homes.find(arguments.home))
    if arguments.json:
        print(json.dumps([json.loads(one.to_json()) for one in found], indent=1))
        return
    for one in found:
        status = f", status {one.http_status}" if one.http_status is not None else ""
        print(f"{one.sha256[:12]} {one.fetched_at.isoformat()} {one.kind}{status}, {one.size:,} bytes {clean(one.url)}")
    if not found:
        print("nothing is kept")


def _show(arguments: Arguments) -> None:
    from custody.audit.evidence import decoded
    from custody.audit.output.safe import clean
    from custody.storage import write_whole
    from custody.verbs.evidence import shown

    data = shown(homes.find(arguments.home), arguments.digest)
    if arguments.output:
        write_whole(arguments.output, data)
        return
    sys.stdout.writelines(f"{clean(line)}\n" for line in decoded(data).splitlines())
