# SPDX-License-Identifier: Apache-2.0
"""Do the acceptance checks hold that the policy asks for, after the numbers of GB/T 45654-2025?

ACC130: a check is missing or cannot be redone. ACC131: the sample was not bound beforehand. ACC132: the judgements have
faults. ACC133: too few items are good, or that many cannot be proven where the policy decides by the bound.
"""

from __future__ import annotations

from collections.abc import Iterator

from custody.audit.acceptance.checks import Result, judge
from custody.audit.case import Case
from custody.audit.verdicts import Finding, Verdict
from custody.dataset import Dataset

_NAMES = {
    "before": "of the source before collection",
    "after": "of the source after collection",
    "manual": "by people",
    "technical": "by keywords or classifiers",
}


def acceptance(case: Case) -> Iterator[Finding]:
    """Redo the acceptance checks of a source."""
    done = set()
    if case.source.acceptance:
        for one in results(case):
            if isinstance(one, str):
                yield _missing(case, one)
            else:
                done.add(one.kind)
                yield from _judged(case, one)
    for kind in case.settings.acceptance.require:
        if kind not in done:
            yield _missing(case, f"there is no acceptance check {_NAMES[kind]}")


def results(case: Case) -> Iterator[Result | str]:
    """Redo the checks that a source's record names, for reports; as `acceptance.judge`."""
    source = case.source
    contract = source.contract
    known = case.register.suppliers.get(source.supplier) if case.register else None
    interested = {source.supplier, source.origin.publisher, source.origin.owner, source.origin.uploader}
    interested |= {known.name} if known else set()
    interested |= {contract.party} if contract else set()
    root = Dataset((case.base / source.path).resolve(), source.name).root
    return judge(case.base / source.acceptance, root, case.listing, case.settings.acceptance, interested, case.today)


def _judged(case: Case, one: Result) -> Iterator[Finding]:
    name = f"the acceptance check {_NAMES[one.kind]}"
    for told in one.promise:
        what, why = f"{name}: {told}", "whoever picks the sample picks the result"
        yield _finding(case, "ACC131", "review", what, why, "commit to a new seed, then judge that sample")
    for told in one.faults:
        what, why = f"{name}: {told}", "the share that is good is not what the file says"
        yield _finding(case, "ACC132", "review", what, why, "have exactly the sample judged, each item once")
    shares = f"{one.share:.2%} of {one.size:,} items, exact interval {one.low:.2%} to {one.high:.2%}"
    if not one.passed:
        what, why = f"{name} fails: {shares}", f"{one.least:.0%} must be good"
        remedy = (
            "leave the source out" if one.kind in {"before", "after"} else "clean the data, then judge a new sample"
        )
        yield _finding(case, "ACC133", "deny", what, why, remedy)
    elif case.settings.acceptance.decide_by == "bound" and not one.proven:
        what, why = f"{name} proves too little: {shares}", f"the policy asks for proof of {one.least:.0%}"
        yield _finding(case, "ACC133", "review", what, why, "judge a larger sample, set in the policy")


def _missing(case: Case, what: str) -> Finding:
    why = "what was not looked at is not known"
    return _finding(case, "ACC130", "review", what, why, "run the check and name its record under `acceptance`")


def _finding(case: Case, code: str, verdict: Verdict, what: str, why: str, remedy: str) -> Finding:
    return Finding(code, verdict, what, case.source.name, why, remedy)
