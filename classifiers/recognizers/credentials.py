# SPDX-License-Identifier: Apache-2.0
"""Passwords and keys that only the words next to them give away, and connection strings.

A label (`password =`, `"api_key":`, `Authorization: Bearer`) stands before the value; the value must look like a secret
and not like a placeholder, code or an id. Nothing here is validated, for a look is no proof, but for connection
strings (user, password and host in one URL) and password hashes that name their method.
Sources: RFC 3986 section 3.2.1 (userinfo), RFC 7617 (Basic), RFC 6750 (Bearer); for labels, common practice.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from custody.classifiers.recognizers import _judge
from custody.classifiers.recognizers._make import make

if TYPE_CHECKING:
    from presidio_analyzer import PatternRecognizer

LIKELY = 0.6  # above the threshold; with a context word still below what counts as validated
_ASSIGN = r"[\"'`\])]{0,2}\s{0,4}(?::=|=>|={1,3}|:|\uff1a)\s{0,4}"
# what may follow the word within the same name, but not what makes it another thing: password_hash, token_count, key_id
_REST = (
    r"(?![a-z0-9_.-]{0,24}(?:hash|digest|name|url|uri|path|file|field|label|type|count|length|size|policy|expir|format"
    r"|input|reset|help|hint|valid|ttl|limit|algo|version|prefix|_?ids?\b))[a-z0-9_.-]{0,24}"
)
_BARE = r"[\"'`]?\K[^\s\"'`<>,;]{6,128}"
_LABEL = (
    r"(?:passw(?:or)?d|pass[ -]?phrase|requirepass|(?<=[a-z0-9][_.-]|db|user|root|admin|ssh)pass(?![a-z])|passwd|pwd"
    r"|pswd|kennwort|passwort|contraseña|mot de passe|密码|口令)"
)
_OTHERS = r"(?:csrf|xsrf|page|next|prev|continuation|cursor|sync|stop|pad|eos|bos|unk|mask|authenticity)[_-]?token"
_KEY = (
    r"(?:api[_. -]?key|secret|credentials?|bearer|auth(?:orization)?(?![a-z])|密钥|令牌"
    r"|(?:access|auth|priv(?:ate)?|encryption|signing|master|license|account|subscription|server|admin|shared|session"
    rf"|cookie)[_. -]?key|token(?<!{_OTHERS}))"
)
_QUOTED = r"[\"'`]\K(?:(?<=\")[^\"\s]{6,256}(?=\")|(?<=')[^'\s]{6,256}(?=')|(?<=`)[^`\s]{6,256}(?=`))"
_PLAIN = r"\K[^\s\"'`<>,;&|(){}\[\]]{6,256}(?![^\s,;&\"'`<>|)}])"
_OPAQUE = r"[\"'`]?\K(?<![a-z0-9])[a-z0-9+/_=.~-]{16,512}(?![a-z0-9+/_=.~(\[-])"
_VALUE = r"[\"']?\s{0,2},?\s{1,12}[\"']?value[\"']?\s{0,2}[:=]\s{0,4}"
_PASSWORDS = {
    "quoted, assigned": _LABEL + _REST + _ASSIGN + _QUOTED,
    "plain, assigned": _LABEL + _REST + _ASSIGN + _PLAIN,
    "short label": r"(?<![a-z0-9])(?-i:[Pp]ass|[Pp]w|PASS(?==))\s{0,2}[:=]\s{0,2}" + _PLAIN,
    "told": r"(?:password|passcode|pass[ -]?phrase|requirepass|pwd)\s{1,3}(?:is|was|to|with|by|\u2013)?[ :]{0,2}"
    + _BARE,
    "told at length": r"(?<![a-z])(?:password|passcode)\s[^\n.;:=\"']{1,40}?\s(?:is|was)[ :]{1,2}" + _BARE,
    "told in Chinese": r"(?:密码|口令)(?:是|为)?[:\uff1a ]{0,3}\K[!-~]{6,64}",
    "name and value": _LABEL + _REST + _VALUE + r"[\"']?\K[^\s\"']{6,128}",
    "mysql -p": r"\bmysql[a-z]{0,6}\b[^\n]{0,120}?\s-p\K[^\s\"'$]{6,128}",
    "sshpass": r"\bsshpass\s{1,2}-p\s?[\"']?\K[^\s\"']{6,128}",
    "option": r"--?(?:password|passwd|pass|pwd)[ =]{1,2}[\"']?\K[^\s\"']{6,128}",
    "SQL": r"\b(?:identified\s{1,3}by|with\s{1,3}password|password)\s{1,3}[\"']\K[^'\"\s]{6,128}(?=[\"'])",
    "XML element": _LABEL + _REST + r">\K[^<>\s]{6,128}(?=</)",
    "XML attributes": _LABEL + _REST + r"[\"']\s{1,4}value\s?=\s?[\"']\K[^\"'<>\s]{6,128}(?=[\"'])",
    "XML property": _LABEL + _REST + r"[\"']\s?>\K[^<>\s]{6,128}(?=</)",
    "argument after the name": _LABEL + _REST + r"[\"']\s{0,2},\s{0,2}[\"']\K[^\"'\s]{6,128}(?=[\"'])",
    "curl -u": r"\bcurl\b[^\n]{0,200}?\s-u\s?[\"']?[^\s:\"']{1,64}:\K[^\s\"']{6,128}",
}
_SECRETS = {
    "assigned": _KEY + _REST + _ASSIGN + _OPAQUE,
    "quoted, assigned": _KEY + _REST + _ASSIGN + r"[\"']\K(?:(?<=\")[!-~]{12,512}?(?=\")|(?<=')[!-~]{12,512}?(?='))",
    "name and value": _KEY + _REST + _VALUE + _OPAQUE,
    "header": r"\b(?:bearer|token|apikey|basic|key)\s{1,2}" + _OPAQUE,
    "API header": r"\bx-[a-z-]{0,24}(?:key|token|secret)\s?:\s{0,2}" + _OPAQUE,
    "option": r"--?(?:api-?key|token|secret|access-?key|key)[ =]{1,2}" + _OPAQUE,
    "named option": r"--[a-z0-9_-]{0,24}(?:key|token|secret)[a-z0-9_-]{0,8}[ =]{1,2}" + _OPAQUE,
    "told": _KEY + r"\s{1,3}(?:is|was|:)?\s{0,2}" + _OPAQUE,
    "XML element": _KEY + _REST + r">\K[a-z0-9+/_=.~-]{16,512}(?=</)",
    "XML attributes": _KEY + _REST + r"[\"']\s{1,4}value\s?=\s?" + _OPAQUE,
    "XML property": _KEY + _REST + r"[\"']\s?>\K[a-z0-9+/_=.~-]{16,512}(?=</)",
    "argument after the name": _KEY + _REST + r"[\"']\s{0,2},\s{0,2}" + _OPAQUE,
}
# crypt(3), bcrypt, PHC string format, Django, LDAP
_HASHES = (
    r"(?-i:(?<![A-Za-z0-9$])\$(?:1|2[abxy]|5|6|7|y|argon2(?:id?|d)|scrypt|pbkdf2-sha[0-9]{3})\$[A-Za-z0-9./+=,$-]{24,255}"
    r"|\bpbkdf2_sha(?:1|256)\$[0-9]{3,8}\$[A-Za-z0-9]{8,32}\$[A-Za-z0-9+/]{27,44}=?|\{S?SHA(?:256|512)?\}[A-Za-z0-9+/]{26,128}={0,2})"
)
_SCHEMES = (
    r"(?:postgres(?:ql)?|pgsql|mysql2?|mariadb|mssql|sqlserver|oracle|db2|mongodb|rediss?|amqps?|kafka|nats|clickhouse|snowflake"
    r"|cockroachdb|couchdb|neo4j|bolt|elasticsearch|s?ftps?|ssh|ldaps?|smtps?|imaps?|https?|socks5|git)"
)
_URL = (
    _SCHEMES
    + r"(?:\+[a-z0-9]{1,12})?://[^\s/:@\"'<>]{0,64}:[^\s\"'<>/]{3,200}@[a-z0-9_.\[-][a-z0-9_.\]:,-]{0,250}(?:/[^\s\"'<>]{0,200})?"
)
_URL_PASSWORD = re.compile(r"://[^:]*:(.*)@", re.DOTALL)
_DUMMY = frozenset(
    {"password", "passwd", "pass", "pwd", "secret", "pw", "test", "user", "token", "postgres", "root", "admin", "guest"}
)


def recognizers() -> list[PatternRecognizer]:
    """Return the recognisers of this module."""
    column = {"the whole cell": (r"\A[a-z0-9+/_=.~-]{16,512}\Z", 0.1)}
    names = ["apikey", "secret", "token", "secretkey", "accesskey", "privatekey", "credential", "credentials"]
    return [
        make("ConnectionStringRecognizer", "CONNECTION_STRING", {"URL": (r"(?<![a-z0-9])" + _URL, LIKELY)}, connection),
        make("PasswordRecognizer", "PASSWORD", _scored(_PASSWORDS), _judge.password),
        make("PasswordHashRecognizer", "PASSWORD", {"hash with its method": (_HASHES, LIKELY)}, _judge.hashed),
        make("SecretRecognizer", "SECRET", _scored(_SECRETS), _judge.random),
        make("SecretColumnRecognizer", "SECRET", column, _judge.random, names),
    ]


def _scored(patterns: dict[str, str]) -> dict[str, tuple[str, float]]:
    return {name: (regex, LIKELY) for name, regex in patterns.items()}


def connection(text: str) -> bool:
    """Judge a URL with a password: proven unless the password is a placeholder."""
    found = _URL_PASSWORD.search(text)
    return found is not None and found[1].lower() not in _DUMMY and not _judge.placeholder(found[1])
