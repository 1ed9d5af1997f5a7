# SPDX-License-Identifier: Apache-2.0
"""`custody impact` and `custody openlineage`: what came of data, and whether events are sound, in a terminal."""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from custody import home as homes
from custody.errors import IntegrityError, UsageError

if TYPE_CHECKING:
    from custody.lineage.impact import Impact
    from custody.verbs.impact import Search

Arguments = argparse.Namespace


def add(commands: Any) -> None:
    """Add the commands to those of `custody`."""
    text = "list what came of a dataset, of bytes or of a record: copies, snapshots, gates, models, BOMs"
    parser = commands.add_parser("impact", help=text, description=text)
    parser.set_defaults(command=_impact)
    asked = parser.add_mutually_exclusive_group(required=True)
    asked.add_argument("--dataset", metavar="NAME", help="every version of a dataset")
    asked.add_argument("--address", metavar="SHA256", help="the dataset at an address, or a file")
    asked.add_argument("--record-digest", metavar="SHA256", help="the datasets under --in that hold a record")
    parser.add_argument("--in", dest="datasets", nargs="+", type=Path, default=[], help="where to look for a record")
    parser.add_argument("--json", action="store_true", help="print it as JSON")
    parser.add_argument("--home", type=Path, help="the custody home; by default CUSTODY_HOME")
    text = "OpenLineage events"
    verbs = commands.add_parser("openlineage", help=text, description=text).add_subparsers(
        required=True, metavar="COMMAND"
    )
    text = "check events with their facets: one JSON document, or one a line"
    check = verbs.add_parser("check", help=text, description=text)
    check.set_defaults(command=_check)
    check.add_argument("file", type=Path)


def _impact(arguments: Arguments) -> int:
    from custody.dataset import Dataset
    from custody.verbs import impact
    from custody.verbs.session import Session

    if bool(arguments.datasets) != bool(arguments.record_digest):
        raise UsageError("--record-digest and --in go together", remedy="name the datasets to look in with --in")
    session, search = Session(homes.find(arguments.home)), None
    if arguments.record_digest:
        datasets = [Dataset(one) for one in arguments.datasets]
        search, found = impact.of_record(session, arguments.record_digest, datasets)
    elif arguments.dataset:
        found = impact.of_name(session, arguments.dataset)
    else:
        found = impact.of_address(session, arguments.address)
    if arguments.json:
        print(json.dumps(found.to_dict() | ({"record": search.to_dict()} if search else {}), indent=1))
    else:
        print("\n".join([*(_searched(search) if search else ()), *_told(found)]))
    return 2 if search and search.unread else 0


def _searched(search: Search) -> Iterator[str]:
    for one in search.held:
        yield f"the record is in {one.rows} rows of {one.dataset}/{one.file}, address {one.address}"
    yield from (f"NOT READ, so it may be there: {one}" for one in search.unread)
    if not search.held:
        yield "the record is in nothing that was read"


def _told(found: Impact) -> Iterator[str]:
    from custody.lineage.impact import KINDS, RECORDS, UNKNOWN

    for kind in KINDS.values():
        several = [one for one in found.made if one.kind == kind]
        yield f"{kind}: {len(several) or 'none'}"
        yield from (f"  {one.created_at} {one.name} {one.digest} (of {one.of[:12]}…)" for one in several)
    for step, kind in RECORDS.items():
        said = [one for one in found.said if one.step == step]
        yield f"{kind}: {len(said) or 'none'}"
        yield from (f"  {one.created_at} {one.result} on {one.about[:12]}…, statement {one.statement}" for one in said)
    if found.foreign:
        yield f"statements of others, which custody does not read: {found.foreign}"
    yield f"not known here: {UNKNOWN}"


def _check(arguments: Arguments) -> int:
    from custody.lineage.openlineage.check import problems

    events, broken = list(_events(arguments.file)), 0
    for where, event in events:
        wrong = problems(event)
        broken += bool(wrong)
        for one in wrong:
            print(f"{where}: {one}")
    print(f"{len(events)} events, {broken or 'none'} of them broken")
    return 1 if broken or not events else 0


def _events(file: Path) -> Iterator[tuple[str, Any]]:
    from custody.lineage.statement import strict_json

    try:
        data = file.read_bytes()
    except OSError as error:
        raise UsageError(f"it cannot be read ({error.strerror})", where=str(file)) from None
    try:
        whole = strict_json(data)
    except (ValueError, RecursionError):
        pass
    else:
        yield str(file), whole
        return
    for number, line in enumerate(data.splitlines(), 1):
        try:
            yield f"{file}:{number}", strict_json(line)
        except (ValueError, RecursionError):
            raise IntegrityError("this is no JSON", where=f"{file}:{number}") from None
