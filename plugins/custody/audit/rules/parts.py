# SPDX-License-Identifier: Apache-2.0
"""Do licences of files and rows cover the data? What they allow is judged as every other claim is."""

from __future__ import annotations

from collections.abc import Iterator
from fnmatch import fnmatchcase

from custody.audit.case import Case
from custody.audit.verdicts import Finding


def parts(case: Case) -> Iterator[Finding]:
    """Ask for a licence of every file and every row where the dataset as a whole has none."""
    source = case.source
    for part in source.files:
        if not any(fnmatchcase(path, part.glob) for path in case.listing.digests):
            yield _finding(
                case,
                f"no file is {part.glob!r}",
                "so the licence written for it is of nothing",
                "correct the glob under `files`",
            )
    if source.files or source.row_licence:
        yield from _uncovered(case)
    if source.row_licence:
        yield from _rows(case, source.row_licence.column)


def _uncovered(case: Case) -> Iterator[Finding]:
    if any(not claim.part for claim in case.claims):
        return
    globs = [one.glob for one in case.source.files]
    globs += [case.source.row_licence.glob] if case.source.row_licence else []
    bare = sorted(path for path in case.listing.digests if not any(fnmatchcase(path, glob) for glob in globs))
    if bare:
        yield _finding(
            case,
            f"{len(bare):,} files have no licence, the first is {bare[0]!r}",
            "without a licence all rights are reserved",
            "write a glob for them under `files`, or a `licence` for the whole",
            code="LIC001",
        )


def _rows(case: Case, column: str) -> Iterator[Finding]:
    rows = case.rows
    remedy = f"correct {column!r} in these rows, or leave them out when the data is admitted"
    for files, what in ((rows.missing, "have no column"), (rows.unreadable, "cannot be read for the column")):
        if files:
            yield _finding(
                case,
                f"{len(files):,} files {what} {column!r}, the first is {files[0]!r}",
                "so the licence of their rows is not known",
                "correct `row_licence`, or give its `glob`",
            )
    if rows.overflow:
        yield _finding(
            case, f"the column {column!r} has too many values", "it holds no licences", "name another column"
        )
    if rows.unknown:
        what = f"{rows.unknown:,} of {rows.total:,} rows have a licence that is not known"
        yield _finding(case, what, "what is not known cannot be allowed", remedy)
    if rows.without and not any(not claim.part for claim in case.claims):
        what = f"{rows.without:,} of {rows.total:,} rows have no licence"
        yield _finding(case, what, "without a licence all rights are reserved", remedy, code="LIC001")


def _finding(case: Case, what: str, why: str, remedy: str, *, code: str = "LIC002") -> Finding:
    denied = code == "LIC001" and case.intent.redistribute_data
    return Finding(code, "deny" if denied else "review", what, case.source.name, why, remedy)
