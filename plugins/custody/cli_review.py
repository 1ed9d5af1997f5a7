# SPDX-License-Identifier: Apache-2.0
"""`custody review …`: what a steward sees of the findings of a dataset, and decides about them."""

from __future__ import annotations

import argparse
import getpass
import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter, ValidationError

from custody import home as homes
from custody.dataset import Dataset
from custody.errors import UsageError
from custody.verbs.session import Session
from custody.yamlfile import Duration

Arguments = argparse.Namespace


def add(commands: Any) -> None:
    """Add the command to those of `custody`."""
    text = "look at findings and decide about them"
    verbs = commands.add_parser("review", help=text, description=text).add_subparsers(required=True, metavar="COMMAND")
    listing = _parser(verbs, "list", _list, "show findings, fingerprints and decisions")
    listing.add_argument("--json", action="store_true", help="print the result as JSON")
    for name, told in (
        ("accept", "a finding is right"),
        ("false-positive", "a finding is wrong"),
        ("override", "a finding is right, but its grade is another"),
    ):
        parser = _parser(verbs, name, _decide(name.replace("-", "_")), told)
        _about(parser, value=name != "override")
        parser.add_argument("--why", required=True, help="the reason; it must not hold the value")
        parser.add_argument("--expires", required=True, metavar="DURATION", help="such as 90d; at most 365d")
        parser.add_argument("--by", default=None, help="who decides; by default your user name")
        parser.add_argument("--asked-by", default="", help="who asked for it; needed to lower a grade by override")
        if name == "override":
            parser.add_argument("--grade", required=True)


def _parser(verbs: Any, name: str, run: Callable[[Arguments], Any], text: str) -> Any:
    parser = verbs.add_parser(name, help=text, description=text)
    parser.set_defaults(command=run)
    parser.add_argument("dataset", type=Path)
    parser.add_argument("--home", type=Path, help="the custody home; by default CUSTODY_HOME")
    return parser


def _about(parser: Any, *, value: bool) -> None:
    parser.add_argument("--entity", required=True)
    parser.add_argument("--file", default="", help="the file, as the report names it")
    parser.add_argument("--column", default="", help="the column, as the report names it")
    if value:
        parser.add_argument("--fingerprint", default="", help="instead of file and column: one value, anywhere")


def _decide(kind: str) -> Callable[[Arguments], None]:
    def run(arguments: Arguments) -> None:
        from custody.verbs.review import Wish, review

        given = vars(arguments)
        told = {
            key: given.get(key, "") for key in ("entity", "why", "asked_by", "file", "column", "fingerprint", "grade")
        }
        wish = Wish(kind, lasts=duration(arguments.expires), author=arguments.by or getpass.getuser(), **told)
        outcome = review(_session(arguments), Dataset(arguments.dataset), wish)
        print(f"{wish.kind}: {outcome.detail['finding']}, until {outcome.detail['expires']}")
        if wish.fingerprint:
            print("  counts from the next classification on")
        print(f"  {outcome.dataset}: found {outcome.detail['found']}, in effect {outcome.grade}")
        print(f"  statement {outcome.statement}")

    return run


def duration(text: str) -> Any:
    """Read a duration as the policy writes them. Raises UsageError."""
    try:
        return TypeAdapter(Duration).validate_python(text)
    except ValidationError:
        raise UsageError(
            "this is no duration", where="--expires", allowed="a whole number of days or hours, such as 90d or 12h"
        ) from None


def _session(arguments: Arguments) -> Session:
    return Session(homes.find(arguments.home))


def _list(arguments: Arguments) -> None:
    from custody.verbs.decisions import reviewed

    report, result = reviewed(_session(arguments), Dataset(arguments.dataset))
    if arguments.json:
        print(json.dumps(result.to_dict(), indent=1))
        return
    until = f" until {result.until}" if result.until else ""
    print(f"{report['dataset']}: found {result.found}, in effect {result.effective}{until}")
    parts = {
        (file["path"], column["column"], one["entity"]): (column, one)
        for file in report["files"]
        for column in file["columns"]
        for one in column["findings"]
    }
    for told in result.findings:
        column, one = parts[told.file, told.column, told.entity]
        _show(told, column, one)
    for digest, why in result.ignored.items():
        print(f"  never counts: statement {digest}: {why}")


def _show(told: Any, column: Mapping[str, Any], one: Mapping[str, Any]) -> None:
    grade = (
        told.found if told.found == told.effective else f"{told.found or 'no grade'} -> {told.effective or 'no grade'}"
    )
    gone = f", {told.dismissed:,} of them dismissed" if told.dismissed else ""
    print(f"  {told.file}, {told.column}: {told.entity} in {one['cells']:,} of {column['filled']:,} cells{gone}")
    print(f"    {told.state}; {grade or 'no grade'}")
    for note in told.notes:
        print(f"    {note}")
    for value, preview in one["previews"].items():
        print(f"    {value} {preview}")
    for value, gone in one["dismissed"].items():
        print(f"    {value} was a false positive when this was classified, in {gone['cells']:,} cells")
