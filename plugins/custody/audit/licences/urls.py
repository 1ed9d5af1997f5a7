# SPDX-License-Identifier: Apache-2.0
"""Addresses of licences: which one a page holds, judged by host and path, never by words elsewhere in the address."""

from __future__ import annotations

import re
from urllib.parse import unquote, urlsplit

from custody.audit.licences import creative
from custody.audit.licences.fold import fold
from custody.audit.licences.vocabulary import Mention, mentions

URL = re.compile(
    r"(?:https?://|www\.)[^\s<>\"'`)\]}|]+|(?<![\w@/.])(?:[a-z0-9-]+\.)+(?:org|com|gov|net|dev|io|fr)/[^\s<>\"'`)\]}|]+",
    re.IGNORECASE,
)
_CC = re.compile(
    r"/licenses/(?P<elements>by|by-nc|by-nd|by-sa|by-nc-sa|by-nc-nd|by-nd-nc|nc-sa|nc|sa|nd)"
    r"(?:/(?P<version>\d\.\d)(?:/(?P<port>[a-z]{2,3}))?)?(?:/(?:deed|legalcode|rdf)(?:[._-]?[a-z-]+)*)?"
)
_PLAIN = {  # host and path, lower case, without the suffix of a file
    "creativecommons.org/publicdomain/zero/1.0": "CC0-1.0",
    "creativecommons.org/publicdomain/mark/1.0": "CC-PDM-1.0",
    "creativecommons.org/licenses/publicdomain": "LicenseRef-scancode-public-domain",
    "creativecommons.org/licenses/zero/1.0": "CC0-1.0",
    "opendatacommons.org/licenses/by": "ODC-By-1.0",
    "opendatacommons.org/licenses/odbl": "ODbL-1.0",
    "opendatacommons.org/licenses/pddl": "PDDL-1.0",
    "opendatacommons.org/licenses/dbcl": "DbCL-1.0",
    "cdla.dev/permissive-2-0": "CDLA-Permissive-2.0",
    "cdla.dev/permissive-1-0": "CDLA-Permissive-1.0",
    "cdla.dev/sharing-1-0": "CDLA-Sharing-1.0",
    "mozilla.org/mpl/2.0": "MPL-2.0",
    "mozilla.org/en-us/mpl/2.0": "MPL-2.0",
    "unlicense.org": "Unlicense",
    "wtfpl.net": "WTFPL",
    "boost.org/license_1_0": "BSL-1.0",
    "scripts.sil.org/ofl": "OFL-1.1",
    "openfontlicense.org": "OFL-1.1",
    "mit-license.org": "MIT",
    "ai.google.dev/gemma/terms": "LicenseRef-scancode-gemma-tou-2025-03-24",
    "openai.com/policies/terms-of-use": "LicenseRef-scancode-openai-tou-20241211",
    "llama.com/llama3_1/license": "LicenseRef-scancode-llama-3.1-license-2024",
    "llama.com/llama3_2/license": "LicenseRef-scancode-llama-3.2-license-2024",
    "llama.com/llama3_3/license": "LicenseRef-scancode-llama-3.3-license-2024",
    "llama.com/llama3/license": "LicenseRef-llama-3-2024",
    "ai.meta.com/llama/license": "LicenseRef-scancode-llama-2-license-2023",
    "nationalarchives.gov.uk/doc/open-government-licence/version/1": "OGL-UK-1.0",
    "nationalarchives.gov.uk/doc/open-government-licence/version/2": "OGL-UK-2.0",
    "nationalarchives.gov.uk/doc/open-government-licence/version/3": "OGL-UK-3.0",
}
_NAMED = {  # hosts of which the last part of an address is a licence's name
    "opensource.org": "/license",
    "spdx.org": "/licenses/",
    "choosealicense.com": "/licenses/",
    "gnu.org": "/",
    "fsf.org": "/licens",
    "apache.org": "/licenses/",
    "eclipse.org": "/",
    "tldrlegal.com": "/license/",
    "en.wikipedia.org": "/wiki/",
    "opendatacommons.org": "/licenses/",
}
_PREFIX = {"apache.org": "apache ", "gnu.org": "gnu ", "fsf.org": "gnu "}
_SUFFIX = re.compile(r"(?:\.(?:en|html?|php|txt|json|md|pdf|jsonld|rdf))+$")


def read_url(address: str) -> Mention | None:
    """Return the licence an address stands for, or None. The span is the whole of the address."""
    host, path = _parts(address)
    span = (0, len(address))
    if host == "creativecommons.org" and (match := _CC.fullmatch(path)):
        return _creative(match, span)
    plain = (host + _SUFFIX.sub("", path)).removesuffix("/legalcode").removesuffix("/deed")
    plain = re.sub(r"(?<=opendatacommons\.org/licenses/)(by|odbl|pddl|dbcl)/(?:1[.-]0|summary)$", r"\1", plain)
    key = _PLAIN.get(plain) or _PLAIN.get(re.sub(r"/(?:deed|legalcode)[._-][a-z.-]+$", "", plain))
    if key:
        return Mention(key, certain=True, strong=True, span=span, family=key)
    return _named(host, path, span)


def _creative(match: re.Match[str], span: tuple[int, int]) -> Mention:
    found = creative.elements(match["elements"].replace("-", " "))
    key = creative.identifier(found, match["version"] or "")
    return Mention(key, match["version"] in creative.VERSIONS, True, span, creative.identifier(found, ""))  # noqa: FBT003


def _named(host: str, path: str, span: tuple[int, int]) -> Mention | None:
    if host not in _NAMED or not path.startswith(_NAMED[host]):
        return None
    folded = fold(_SUFFIX.sub("", path.rsplit("/", 1)[-1])).text.removesuffix(" standalone")
    for words in (_PREFIX.get(host, "") + folded, folded):
        found = list(mentions(words.replace("license 2.0", "2.0") if host == "apache.org" else words))
        if len(found) == 1 and found[0].span == (
            0,
            len(words.replace("license 2.0", "2.0") if host == "apache.org" else words),
        ):
            return Mention(found[0].key, found[0].certain, True, span, found[0].family)  # noqa: FBT003
    return None


def _parts(address: str) -> tuple[str, str]:
    try:
        parts = urlsplit(address if "://" in address else f"https://{address}")
        host = (parts.hostname or "").removeprefix("www.")
    except ValueError:
        return "", ""
    return host, unquote(parts.path).lower().rstrip("/.,;:")
