# SPDX-License-Identifier: Apache-2.0
"""`custody audit`, `waive`, `admit`: judge third-party sources, decide what rules cannot, take data out of quarantine.

Exit codes of `audit`: 0 every source may be used, or what may not is left out as told; 1 an error; 3 a person must
decide on a source; 4 a source is denied. What was found is printed, signed and written in each case.
"""

from __future__ import annotations

import argparse
import getpass
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from custody import home as homes
from custody.cli_review import duration
from custody.dataset import Dataset
from custody.storage import write_whole
from custody.verbs.session import Session

if TYPE_CHECKING:
    from custody.audit import AuditReport
    from custody.verbs.audit import AuditOutcome

Arguments = argparse.Namespace
CODES = {"review": 3, "deny": 4}
HOW = ("fail", "skip", "filter")


def add(commands: Any) -> None:
    """Add the commands to those of `custody`."""
    text = "judge third-party sources for an intent"
    audit = _parser(commands, "audit", _audit, text)
    for verdict in ("deny", "review"):
        told = "what such a source does; by default as the policy says"
        audit.add_argument(f"--on-{verdict}", choices=HOW, default=None, help=told)
    audit.add_argument("--screen", action="store_true", help="screen the texts against poisoning, too; reads all bytes")
    audit.add_argument("--format", choices=("text", "json", "html"), default="text", help="how to tell it")
    audit.add_argument("--json", dest="format", action="store_const", const="json", help="as --format json")
    audit.add_argument("--output", type=Path, metavar="FILE", help="write it there instead of printing it")
    text = "print the JSON Schema of audits"
    commands.add_parser("audit-schema", help=text, description=text).set_defaults(command=_schema)
    waive = _parser(commands, "waive", _waive, "let a source pass in spite of a finding; signed by the steward")
    waive.add_argument("--source", required=True, help="its name in the sources file")
    waive.add_argument("--code", required=True, help="of the finding, such as LIC012")
    waive.add_argument("--why", required=True, help="the reason; it is kept for good")
    waive.add_argument("--expires", required=True, metavar="DURATION", help="such as 90d; at most 365d")
    waive.add_argument("--asked-by", required=True, help="who asked for it; somebody else")
    waive.add_argument("--by", default=None, help="who decides; by default your user name")
    to = ("allow", "allow_with_obligations", "review", "deny")
    told = "what the finding counts as instead; its own verdict withdraws earlier waivers"
    waive.add_argument("--to", choices=to, default="allow_with_obligations", help=told)
    text = "copy an audited dataset out of quarantine, without the rows that may not be used"
    admit = commands.add_parser("admit", help=text, description=text)
    admit.set_defaults(command=_admit)
    admit.add_argument("dataset", type=Path, help="the data as it was fetched; it stays as it is")
    admit.add_argument("output", type=Path, help="the directory to promote into")
    admit.add_argument("--sources", type=Path, required=True, help="the sources file that describes it")
    admit.add_argument("--intent", required=True, help="a name under `intents` in the policy")
    admit.add_argument("--home", type=Path, help="the custody home; by default CUSTODY_HOME")
    text = "write the summaries of training data that laws ask to be published"
    publish = _parser(commands, "publish-sources", _publish, text)
    publish.add_argument("output", type=Path, help="a directory of their own")
    publish.add_argument("--small-provider", action="store_true", help="an SME, of whom fewer domains are asked")


def _parser(commands: Any, name: str, run: Any, text: str) -> Any:
    parser = commands.add_parser(name, help=text, description=text)
    parser.set_defaults(command=run)
    parser.add_argument("sources", type=Path, help="the sources file")
    parser.add_argument("--intent", required=True, help="a name under `intents` in the policy")
    parser.add_argument("--home", type=Path, help="the custody home; by default CUSTODY_HOME")
    return parser


def _schema(_: Arguments) -> None:
    from custody.audit.output.document import schema

    print(schema(), end="")


def _audit(arguments: Arguments) -> int:
    from custody.verbs.audit import report_on, told

    session = Session(homes.find(arguments.home))
    given = {"on_deny": arguments.on_deny, "on_review": arguments.on_review}
    outcome, report = report_on(session, arguments.sources, arguments.intent, **given, screen=arguments.screen)
    ways = {
        "text": lambda: "".join(f"{line}\n" for line in _lines(outcome, report)),
        "json": report.to_text,
        "html": report.to_html,
    }
    text = ways[arguments.format]()
    if arguments.output:
        write_whole(arguments.output, text.encode())
    else:
        print(text, end="")
    how = told(session, **given)
    return max((CODES[one.verdict] for one in report.sources if how.get(one.verdict) == "fail"), default=0)


def _lines(outcome: AuditOutcome, report: AuditReport) -> Iterator[str]:
    from custody.audit.output.safe import clean
    from custody.audit.output.text import lines

    yield from lines(report)
    yield ""
    if outcome.skip:
        yield f"skipped because of {clean(', '.join(outcome.skip))}: nothing is admitted"
    yield from (f"admitted: {clean(path)}" for path in outcome.admitted)
    yield from (f"admitted without some rows, by `custody admit`: {clean(path)}" for path in outcome.admissible)
    yield f"report: {outcome.report}"
    yield "attributions, notices and the list of sources stand beside it"


def _waive(arguments: Arguments) -> None:
    from custody.verbs.waivers import Wish, waive

    lasts: timedelta = duration(arguments.expires)
    names = ("source", "intent", "code", "why", "asked_by")
    given = {name: getattr(arguments, name) for name in names}
    who = arguments.by or getpass.getuser()
    wish = Wish(**given, who=who, lasts=lasts, lowered_to=arguments.to)
    outcome = waive(Session(homes.find(arguments.home)), arguments.sources, wish)
    told = outcome.detail
    print(f"waived: {told['code']} of {outcome.dataset} counts as {told['counts_as']} until {told['expires']}")
    print(f"  {told['findings']} findings; audit again for it to take effect")
    print(f"  statement {outcome.statement}")


def _publish(arguments: Arguments) -> None:
    from custody.verbs.published import publish

    session, small = Session(homes.find(arguments.home)), arguments.small_provider
    for path in publish(session, arguments.sources, arguments.intent, arguments.output, small=small):
        print(f"written: {path}")
    print("numbering and thresholds of the templates are recalled: hold them against the texts before you publish")


def _admit(arguments: Arguments) -> None:
    from custody.verbs.admit import admit

    session, dataset = Session(homes.find(arguments.home)), Dataset(arguments.dataset)
    outcome = admit(session, dataset, arguments.sources, arguments.intent, arguments.output)
    told = outcome.detail
    print(f"admitted: {outcome.dataset} ({told['verdict']}) at {outcome.uri}")
    by = ", ".join(f"{name}: {count:,}" for name, count in told["by"].items())
    print(f"  left out: {told['left_out']:,} rows{f' ({by})' if by else ''}")
    print(f"  address {outcome.address}")
    print(f"  statement {outcome.statement}")
