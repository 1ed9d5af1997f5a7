# SPDX-License-Identifier: Apache-2.0
"""`custody classify`: scan and grade a dataset, and tell it as text, JSON or a page.

Exit codes: 0 done; 1 an error; 2 something could not be scanned; 3 the grade is that of `--fail-at` or higher.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

from custody import home as homes
from custody.errors import UsageError
from custody.objects import brought
from custody.storage import write_whole
from custody.verbs.session import Outcome, Session

if TYPE_CHECKING:
    from custody.classifiers.report import ClassificationReport
    from custody.classifiers.sampling import Plan
    from custody.classifiers.scan import Progress

Arguments = argparse.Namespace
EVERY = 0.2  # seconds between two states of the progress line


def add(commands: Any) -> None:
    """Add the command to those of `custody`."""
    text = "find and grade what is in a dataset"
    parser = commands.add_parser("classify", help=text, description=text)
    parser.set_defaults(command=_classify)
    parser.add_argument("dataset", help="a file, a directory, or s3://BUCKET/PREFIX (gs://, az://)")
    parser.add_argument("--home", type=Path, help="the custody home; by default CUSTODY_HOME")
    parser.add_argument("--format", choices=("text", "json", "html"), default="text", help="how to tell it")
    parser.add_argument("--output", type=Path, metavar="FILE", help="write it there instead of printing it")
    parser.add_argument("--fail-at", metavar="GRADE", help="end with code 3 when the grade is this or higher")
    parser.add_argument("--workers", type=int, default=1, metavar="N", help="processes")
    parser.add_argument("--quiet", action="store_true", help="show no progress")
    parser.add_argument("--sample", action="store_true", help="read rows until the grade is settled; see --sample-all")
    parser.add_argument(
        "--sample-all", action="store_true", help="also where a single hit decides, which may be missed"
    )
    parser.add_argument("--seed", type=int, default=0, metavar="N", help="of the sample")
    parser.add_argument("--confidence", type=float, default=0.95, metavar="SHARE", help="of the sample")
    parser.add_argument("--max-rows", type=int, metavar="N", help="read no more rows for the sample")
    text = "print the JSON Schema of classification reports"
    commands.add_parser("report-schema", help=text, description=text).set_defaults(command=_schema)


def _schema(_: Arguments) -> None:
    from custody.classifiers.report import schema

    print(schema(), end="")


def _classify(arguments: Arguments) -> int:
    from custody.verbs.classify import report_on

    session = Session(homes.find(arguments.home))
    limit = _limit(session, arguments.fail_at)
    line = ProgressLine(sys.stderr, shown=not arguments.quiet and sys.stderr.isatty())
    with brought(arguments.dataset) as dataset:
        how: Any = {"plan": _plan(arguments), "workers": arguments.workers, "progress": line.show}
        outcome, report = report_on(session, dataset, uri=arguments.dataset, **how)
    line.end()
    _tell(arguments, outcome, report)
    if limit is not None and report.levels.index(report.grade) >= limit:
        print(f"the grade {report.grade} is {arguments.fail_at} or higher", file=sys.stderr)
        return 3
    return 2 if report.unscanned else 0


def _limit(session: Session, grade: str | None) -> int | None:
    levels = session.policy.levels
    if grade is not None and grade not in levels:
        raise UsageError(f"{grade!r} is no grade of the policy", where="--fail-at", allowed=", ".join(levels))
    return None if grade is None else levels.index(grade)


def _plan(arguments: Arguments) -> Plan | None:
    from custody.classifiers.sampling import Plan

    if not (arguments.sample or arguments.sample_all):
        return None
    return Plan(arguments.seed, arguments.confidence, arguments.max_rows, arguments.sample_all)


def _tell(arguments: Arguments, outcome: Outcome, report: ClassificationReport) -> None:
    if arguments.format == "json":
        text = json.dumps(report.to_dict(), indent=1, ensure_ascii=False) + "\n"
    elif arguments.format == "html":
        text = report.to_html()
    else:
        text = "".join(f"{_printable(line)}\n" for line in _lines(outcome, report))
    if arguments.output:
        write_whole(arguments.output, text.encode())
    else:
        print(text, end="")


def _lines(outcome: Outcome, report: ClassificationReport) -> Iterator[str]:
    """Yield what a steward reads: first what was not checked, then the grade and why, then column by column."""
    from custody.classifiers import view

    for text in report.unchecked:
        yield f"! {text}"
    yield f"classify: {report.dataset} ({report.grade}) at {outcome.uri}"
    yield from (f"  {text}" for text in report.why)
    shown = view.view(report)
    for part in shown.parts:
        yield f"{part.file.path} ({part.file.grade}), {part.file.rows:,} rows"
        for row in part.rows:
            found = ", ".join(
                f"{one.entity} {view.percent(one.share)} ({view.between(one.interval)})" for one in row.column.findings
            )
            yield f"  {row.column.column}: {row.column.grade}{': ' if found else ''}{found}"
            yield from (f"    {note}" for note in row.column.notes)
    if shown.quiet:
        yield f"nothing was found in {view.plural(shown.quiet, 'other column')}"
    yield from (f"changed: {text}" for text in view.changes(report))
    yield f"report: {outcome.detail['report']}"
    yield f"address {outcome.address}"
    yield f"statement {outcome.statement}"


def _printable(line: str) -> str:
    """Return a line without what a terminal would obey: names of columns and files are somebody else's."""
    return "".join(one if one.isprintable() else "\N{REPLACEMENT CHARACTER}" for one in line)


class ProgressLine:
    """One line that is written over: rows, rows a second, the share of the bytes, and the time left.

    Args:
        stream: a terminal.
        shown: False writes nothing.
    """

    def __init__(self, stream: TextIO, *, shown: bool) -> None:
        self._stream, self._shown = stream, shown
        self._began = self._last = time.monotonic()

    def show(self, progress: Progress) -> None:
        """Write the line, not too often."""
        now = time.monotonic()
        if self._shown and now - self._last >= EVERY:
            self._last = now
            self._stream.write(f"\r\x1b[K{told(progress, now - self._began)}")
            self._stream.flush()

    def end(self) -> None:
        """Take the line away."""
        if self._shown:
            self._stream.write("\r\x1b[K")
            self._stream.flush()


def told(progress: Progress, seconds: float) -> str:
    """Tell how far a scan is after some seconds."""
    left = seconds / progress.fraction - seconds if progress.fraction else 0.0
    pace = progress.rows / seconds if seconds else 0.0
    return f"{progress.rows:,} rows, {pace:,.0f} rows/s, {progress.fraction:.0%}, {left:,.0f} s left"
