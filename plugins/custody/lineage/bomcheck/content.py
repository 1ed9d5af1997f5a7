# SPDX-License-Identifier: Apache-2.0
"""What stands where it may not, says nothing, or cannot be: misplaced fields, times, licences, governance, words."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from functools import cache
from itertools import pairwise
from pathlib import PurePosixPath
from typing import Any

from custody.lineage.bomcheck.parts import Part

ONLY = {  # field -> the one type of component that may have it (CycloneDX 1.6, `component`)
    "data": "data",
    "modelCard": "machine-learning-model",
    "cryptoProperties": "cryptographic-asset",
}
_COMPONENTS = ("component", "components", "ancestors", "descendants", "variants")
_ORDERED = (("timeStart", "timeEnd"), ("created", "expires"), ("notValidBefore", "notValidAfter"))
_PARTIES = ("owners", "stewards", "custodians")
_WORDS = ("name", "classification", "identifier", "predicate", "uid", "version")  # of these none may be blank
_CONTROL = ("Cc", "Cf")  # Unicode categories: control characters, and those that turn or hide text


def wrong(bom: Mapping[str, Any], every: Iterable[Part]) -> Iterator[str]:
    """Yield what is misplaced, empty or impossible in a BOM."""
    written = _moment(bom.get("metadata", {}).get("timestamp"))
    for part in every:
        for check in (_placed, _times, _licence, _governance, _words, _model):
            yield from check(part)
        yield from _after(part, written)


def _placed(part: Part) -> Iterator[str]:
    if part.holder not in _COMPONENTS:
        return
    kind = part.value.get("type")
    for field, only in ONLY.items():
        if field in part.value and kind != only:
            yield part.problem(f"only a component of type {only} may have it", field)
    if kind == "file" and _climbs(str(part.value.get("name"))):
        yield part.problem("a file has a name that leads out of its directory", "name")


def _climbs(name: str) -> bool:
    path = PurePosixPath(name)
    return path.is_absolute() or ".." in path.parts or "\\" in name


def _times(part: Part) -> Iterator[str]:
    for first, last in _ORDERED:
        begin, end = _moment(part.value.get(first)), _moment(part.value.get(last))
        if begin and end and end < begin:
            yield part.problem(f"is before {first}", last)


def _after(part: Part, written: datetime | None) -> Iterator[str]:
    """Refuse evidence, citations and runs that are later than the BOM that tells of them."""
    for field in ("created", "timestamp", "timeEnd"):
        moment = _moment(part.value.get(field)) if part.holder in ("evidence", "citations", "tasks") else None
        if moment and written and moment > written:
            yield part.problem("is later than the BOM itself", field)


def _moment(text: Any) -> datetime | None:
    if not isinstance(text, str):
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None  # the schema has said so, or it is no moment
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _licence(part: Part) -> Iterator[str]:
    if part.holder == "licenses" and "expression" in part.value and not _parses(str(part.value["expression"])):
        yield part.problem("is not an SPDX licence expression", "expression")
    if part.holder == "license" and "name" in part.value and _is_identifier(str(part.value["name"])):
        yield part.problem("is an SPDX identifier, which stands in `id`", "name")


def _parses(expression: str) -> bool:
    plain = _referred(expression)
    try:
        # the library's strict mode takes some deprecated licences for exceptions
        return _licensing().parse(plain, validate=True, strict=" WITH " in plain.upper()) is not None
    except Exception:
        return False


def _referred(expression: str) -> str:
    """Put a known name in place of what an SPDX document itself defines (SPDX 3.0.1, annex B)."""
    words = expression.replace("(", " ( ").replace(")", " ) ").split()
    return " ".join("MIT" if "LicenseRef-" in one or "AdditionRef-" in one else one for one in words)


def _is_identifier(name: str) -> bool:
    return name in _licensing().known_symbols and not name.startswith("LicenseRef-")


@cache
def _licensing() -> Any:
    from license_expression import get_spdx_licensing

    return get_spdx_licensing()


def _governance(part: Part) -> Iterator[str]:
    if part.holder == "governance" and not any(part.value.get(one) for one in _PARTIES):
        yield part.problem("nobody is named in it")
    if part.holder in _PARTIES:
        party = part.value.get("organization") or part.value.get("contact") or {}
        if not str(party.get("name", "")).strip() and not str(party.get("email", "")).strip():
            yield part.problem("it names nobody")


def _words(part: Part) -> Iterator[str]:
    for field, value in part.value.items():
        if field in _WORDS and isinstance(value, str):
            if not value.strip():
                yield part.problem("is blank", field)
            elif any(unicodedata.category(one) in _CONTROL for one in value):
                yield part.problem("has invisible or control characters", field)
    if not all(str(one).strip() for one in part.value.get("sensitiveData", ())):
        yield part.problem("has a blank entry", "sensitiveData")


def _model(part: Part) -> Iterator[str]:
    if part.holder == "modelParameters":
        for first, second in pairwise(sorted(str(one.get("ref")) for one in part.value.get("datasets", ()))):
            if first == second != "None":
                yield part.problem("names one dataset twice", "datasets")
