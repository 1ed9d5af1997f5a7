# SPDX-License-Identifier: Apache-2.0
"""Every error custody raises on purpose.

    CustodyError
    ├── TerminalError              a retry cannot help: Airflow fails the task at once
    │   ├── UsageError             a parameter, a path or a missing set-up step
    │   ├── PolicyError            the policy file: file, line, what is allowed
    │   ├── DatasetError           bytes that cannot be read as what they claim to be
    │   ├── KeyringError           a key or passphrase that is missing or wrong
    │   ├── IntegrityError         bytes, digests or signatures that do not agree
    │   └── Refusal                a verdict against the data, reached by working code
    │       ├── GradeRefused       a grade that was not to be reached
    │       ├── SourcesRefused     an audit verdict of review or deny
    │       ├── ExpectationsFailed data that does not meet its suite
    │       ├── DrillFailed        a backup that did not restore to what was backed up
    │       └── GateRefused        the gate's no, with every reason
    └── TransientError             weather: Airflow retries
        ├── StorageUnavailable     a store that did not answer
        └── WorkerLost             a process of custody's own that was killed

Names end in "Error" except verdicts, which are answers, and the two kinds of weather, whose names are the field's own.
Every message says what was received, where, what is allowed and what to do. None carries a raw value.
"""

from __future__ import annotations

from collections.abc import Sequence


class CustodyError(Exception):
    """Base of the tree.

    Args:
        what: what was received or found, without any value out of the data.
        where: file, line, column, rule or digest, whichever finds it fastest.
        allowed: what would have been accepted.
        remedy: what the reader can do now.
    """

    def __init__(self, what: str, *, where: str = "", allowed: str = "", remedy: str = "") -> None:
        self.what, self.where, self.allowed, self.remedy = what, where, allowed, remedy
        super().__init__(self.message)

    @property
    def message(self) -> str:
        """The parts as one text, each on a line of its own."""
        head = f"{self.where}: {self.what}" if self.where else self.what
        parts = (head, self.allowed and f"allowed: {self.allowed}", self.remedy and f"to mend it: {self.remedy}")
        return "\n  ".join(part for part in parts if part)


class TerminalError(CustodyError):
    """A retry with the same input gives the same answer."""


class TransientError(CustodyError):
    """The same call may succeed later."""


class UsageError(TerminalError):
    """A parameter, a path or a set-up step is missing or wrong."""


class PolicyError(TerminalError):
    """The policy file does not say what it must."""


class DatasetError(TerminalError):
    """Bytes that cannot be read as what they claim to be, or that custody refuses to address."""


class KeyringError(TerminalError):
    """A key or passphrase is missing or wrong."""


class IntegrityError(TerminalError):
    """Bytes, digests or signatures do not agree."""


class Refusal(TerminalError):  # noqa: N818 - a verdict, not a fault
    """A verdict against the data, reached by working code. Base of the five below.

    Args:
        what: the verdict in one sentence.
        reasons: every reason, each with its remedy.
        remedy: what the reader can do now, beyond the remedies of the reasons.
    """

    def __init__(self, what: str, reasons: Sequence[str] = (), *, where: str = "", remedy: str = "") -> None:
        self.reasons = tuple(reasons)
        text = "\n  - ".join((what, *self.reasons))
        super().__init__(text, where=where, remedy=remedy)


class GradeRefused(Refusal):
    """A dataset has a grade that whoever asked will not take."""


class SourcesRefused(Refusal):
    """At least one source may not be used, or nobody has decided yet."""


class ExpectationsFailed(Refusal):
    """The data does not meet its expectation suite."""


class DrillFailed(Refusal):
    """What came back from the backup is not what went in."""


class GateRefused(Refusal):
    """These bytes may not train this model."""


class StorageUnavailable(TransientError):  # noqa: N818 - the field's name for it
    """A store did not answer, or answered that it is busy."""


class WorkerLost(TransientError):  # noqa: N818 - as the one above
    """A process that did a part of the work was killed, as the system does when memory runs out."""
