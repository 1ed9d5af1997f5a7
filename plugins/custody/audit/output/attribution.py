# SPDX-License-Identifier: Apache-2.0
"""What licences ask to be passed on: the attributions as Markdown, and a NOTICE with the texts of the licences.

Only sources that may be used are in them.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from custody.audit.output.safe import clean, inline, link

if TYPE_CHECKING:
    from custody.audit.report import AuditReport, SourceVerdict

MAX_LICENCE = 1 << 20  # bytes of a licence's text; a longer file is none
_RULE = "-" * 72


def attribution(report: AuditReport) -> str:
    """Return the attributions as Markdown."""
    lines = ["# Attribution", ""]
    for one in _used(report):
        url = link(one.source.origin.url) if one.source.origin.url else "not stated"
        lines += [f"- **{inline(one.name)}**: {inline(_credit(one))}"]
        lines += [f"  Licence: {inline(_licence(one))}. Source: {url}"]
        lines += [f"  You must: {inline(duty)}" for duty in _of_licences(one)]
    return "\n".join(lines if len(lines) > 2 else [*lines, "Nothing that is used asks for it."]) + "\n"


def notice(report: AuditReport) -> str:
    """Return the notices as plain text, each licence's text once."""
    lines = ["NOTICE", "", f"Data used for {clean(report.intent)}, as of {report.as_of}.", ""]
    texts: dict[str, list[str]] = {}
    for one in _used(report):
        kept = f", text below as {one.found[:12]}" if one.found else ", text not kept"
        lines += [f"{clean(one.name)}: {clean(_credit(one))}", f"  under {clean(_licence(one))}{kept}"]
        if one.found and one.found not in texts:
            texts[one.found] = list(_text(one))
    for digest, text in texts.items():
        lines += ["", _RULE, f"licence text {digest[:12]}", _RULE, *text]
    return "\n".join(lines) + "\n"


def _used(report: AuditReport) -> list[SourceVerdict]:
    asking = (one for one in report.sources if one.usable and one.usable.verdict == "allow_with_obligations")
    return sorted(asking, key=lambda one: one.name)


def _licence(one: SourceVerdict) -> str:
    return one.concluded or ("as each row says" if one.source.row_licence else "not settled")


def _of_licences(one: SourceVerdict) -> list[str]:
    """Return the duties that licences ask for; others are not for whoever gets the model."""
    findings = one.usable.findings if one.usable else ()
    duties = (each for each in findings if each.verdict == "allow_with_obligations")
    return list(dict.fromkeys(each.remedy for each in duties if each.code.startswith("LIC")))


def _credit(one: SourceVerdict) -> str:
    return one.source.attribution or one.source.origin.publisher or "unknown author"


def _text(one: SourceVerdict) -> Iterator[str]:
    """Yield the lines of the licence as it is kept, as far as a terminal may see them."""
    try:
        data = one.text.read_bytes()[:MAX_LICENCE] if one.text else b""
    except OSError:
        data = b""
    yield from (clean(line, MAX_LICENCE).rstrip() for line in data.decode(errors="replace").splitlines())
