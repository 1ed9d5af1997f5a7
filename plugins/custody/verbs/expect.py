# SPDX-License-Identifier: Apache-2.0
"""Expect: hold data against a Great Expectations suite; encrypted data is decrypted in memory."""

from __future__ import annotations

from pathlib import Path

from custody.dataset import Dataset, file_sha256
from custody.errors import ExpectationsFailed, UsageError
from custody.lineage import predicates
from custody.lineage.statement import file_subject
from custody.verbs.reading import chunks
from custody.verbs.session import Outcome, Session


def expect(session: Session, dataset: Dataset, suites: Path) -> Outcome:
    """Validate a dataset and sign a test-result without any value in it.

    Args:
        session: the home and run.
        dataset: plain or encrypted by custody; some signed step must have made or seen these bytes.
        suites: a suite file, or a directory with `NAME.json` for a dataset called NAME.

    Raises:
        ExpectationsFailed: some expectation does not hold. The result is signed before.
        UsageError: there is no suite.
        IntegrityError: no signed step knows these bytes.
    """
    from custody.expectations import load_suite, validate

    file = suites / f"{dataset.name}.json" if suites.is_dir() else suites
    if not file.is_file():
        raise UsageError("there is no expectation suite", where=str(file), remedy="write one, or name its file")
    suite = load_suite(file)
    with dataset.held() as listing:
        before = session.follows(dataset, listing, "encrypt", "redact", "classify")
        result = validate(suite, chunks(session.home, dataset, suite.file))
    made = session.record(
        "expect",
        [session.subject(dataset.name, listing)],
        predicates.observed([file_subject(file.name, file_sha256(file))], result.passed, result.failed),
        prev=[before.digest],
        grade=before.link.grade,
        detail={"rows": result.rows},
    )
    if result.failed:
        remedy = "mend the data, or the suite if it asks too much, then run this step again"
        raise ExpectationsFailed(f"{dataset.name} does not meet {file.name}", result.failed, remedy=remedy)
    facts = {"passed": len(result.passed), "rows": result.rows}
    return Outcome("expect", dataset.name, str(dataset.path), listing.address, before.link.grade, made.digest, facts)
