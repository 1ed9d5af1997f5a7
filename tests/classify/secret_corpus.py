# SPDX-License-Identifier: Apache-2.0
"""A seeded corpus of lines with and without secrets, in families of which half are never looked at when tuning.

The forms are those of the files and the issuers' documentation, not those of the recognisers' patterns. A line is
positive with the span of its secret, or negative without. HELD names the families kept for the measurement.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from random import Random

from tests.classify import secret_negatives
from tests.classify.secret_values import ISSUED, Make, opaque, password, pem, run

OPAQUE_NAMES = ["api_key", "apiKey", "client_secret", "SECRET_KEY", "auth_token", "access_token", "signingSecret"]
PASSWORD_NAMES = ["password", "DB_PASSWORD", "dbPassword", "passwd", "smtp_password", "admin_pwd", "PGPASSWORD"]
ISSUED_NAMES = ["TOKEN", "api_key", "credentials", "key", "apiToken", "SERVICE_TOKEN", "auth"]
# family -> lines in which {n} is a name and {v} the secret
NAMED: dict[str, list[str]] = {
    "dotenv": ["{n}={v}", 'export {n}="{v}"', "{n} = '{v}'"],
    "yaml": ["  {n}: {v}", '{n}: "{v}"', "    - {n}: '{v}'"],
    "json": ['{{"{n}": "{v}"}}', '  "{n}" : "{v}",', '{{"user": "svc", "{n}": "{v}", "retries": 3}}'],
    "python": ["{n} = '{v}'", 'client = Client({n}="{v}")', "config['{n}'] = \"{v}\""],
    "properties": ["spring.datasource.{n}={v}", "app.{n} = {v}", "{n}:{v}"],
    "java": ['private static final String {n} = "{v}";', 'props.put("{n}", "{v}");'],
    "shell": ["curl -d {n}={v} https://api.example.com", "docker run -e {n}={v} app", "--{n} {v} --verbose"],
    "terraform": ['  {n} = "{v}"', 'variable "x" {{ default = 1 }} {n} = "{v}"'],
    "xml": ["<{n}>{v}</{n}>", '<add key="{n}" value="{v}" />', '<property name="{n}">{v}</property>'],
    "go": ['{n} := "{v}"', 'os.Setenv("{n}", "{v}")', '\t{n}: "{v}",'],
    "javascript": ["const {n} = '{v}';", "  {n}: `{v}`,", "process.env.{n} = '{v}'"],
    "url": ["https://api.example.com/v1/x?{n}={v}&page=2", "GET /callback?state=1&{n}={v} HTTP/1.1"],
}
# family -> which secrets, and lines
FREE: dict[str, tuple[str, list[str]]] = {
    "log": ("issued", ["2024-05-01 12:00:01 ERROR auth failed for {v}", "[warn] using token {v} from cache"]),
    "chat": ("issued", ["hey, here is the key {v} please rotate it", "my token is `{v}`, works for me"]),
    "csv": ("issued", ['17,alice,"{v}",2024-01-01', "id-9;{v};active"]),
    "bare": ("issued", ["{v}"]),
    "prose password": ("password", ["the password is {v}", "Password: {v}", "login with admin and password {v}"]),
    "mail password": ("password", ["Your temporary password: {v}", "user: admin / pass: {v}", "pw: {v}"]),
    "header": ("opaque", ["Authorization: Bearer {v}", "X-API-Key: {v}", '-H "Authorization: Token {v}"']),
    "netrc": ("password", ["machine example.com login joe password {v}", "mysql --user=root --password={v} shop"]),
    "ado": (
        "password",
        ["Server=db1;Database=shop;User Id=sa;Password={v};", "jdbc:mysql://db/shop?user=a&password={v}"],
    ),
    "sql": ("password", ["CREATE USER joe WITH PASSWORD '{v}';", "ALTER USER joe IDENTIFIED BY '{v}';"]),
    "key block": ("pem", ["{v}", "here is the key:\n{v}\nthanks"]),
    "key in json": ("pem", ['{{"type": "service_account", "private_key": "{v}"}}']),
}
HELD = frozenset(
    {"properties", "java", "shell", "xml", "go", "javascript", "csv", "mail password", "netrc", "sql", "key in json"}
)


@dataclass(frozen=True)
class Line:
    """One line. `start` and `end` are the secret's span, both 0 when there is none."""

    family: str
    kind: str
    text: str
    start: int
    end: int

    @property
    def secret(self) -> bool:
        """Whether a secret stands in it."""
        return self.end > 0

    @property
    def held(self) -> bool:
        """Whether its family is kept for the measurement."""
        return self.family in (HELD | secret_negatives.HELD)


def corpus(seed: int = 7, positives: int = 100, negatives: int = 300) -> Iterator[Line]:
    """Return the corpus. Arguments: seed; lines per positive and per negative family."""
    rng = Random(seed)
    for family, templates in NAMED.items():
        for _ in range(positives):
            yield _named(rng, family, rng.choice(templates))
    for family, (kind, templates) in FREE.items():
        for _ in range(positives):
            name, value = _value(rng, kind, family)
            yield _line(family, name, rng.choice(templates), value)
    for family, make in secret_negatives.FAMILIES.items():
        for _ in range(negatives):
            yield Line(family, family, make(rng), 0, 0)


def _named(rng: Random, family: str, template: str) -> Line:
    kind = rng.choice(["issued", "opaque", "password"])
    names = {"issued": ISSUED_NAMES, "opaque": OPAQUE_NAMES, "password": PASSWORD_NAMES}[kind]
    issued, value = _value(rng, kind, family)
    return _line(family, issued, template, value, rng.choice(names))


def _value(rng: Random, kind: str, family: str) -> tuple[str, str]:
    if kind == "issued":
        name = rng.choice(list(ISSUED))
        return name, ISSUED[name](rng)
    if kind == "pem":
        return kind, pem(rng, "\\n" if "json" in family else "\n")
    make: Make = {"opaque": opaque, "password": password}[kind]
    return kind, make(rng)


def _line(family: str, kind: str, template: str, value: str, name: str = "") -> Line:
    mark = "\0"
    text = template.format(n=name, v=mark)
    start = text.index(mark)
    return Line(family, kind, text.replace(mark, value), start, start + len(value))


__all__ = ["HELD", "Line", "corpus", "run"]
