# SPDX-License-Identifier: Apache-2.0
"""Makes secrets that no one ever held, in the forms their issuers document. Nothing here is a literal secret."""

from __future__ import annotations

import base64
import json
import string
import zlib
from collections.abc import Callable
from random import Random

ALNUM = string.ascii_letters + string.digits
HEX = "0123456789abcdef"
URLSAFE = ALNUM + "-_"
BASE64 = ALNUM + "+/"
UPPER = string.ascii_uppercase + string.digits
WORDS = [
    "river",
    "copper",
    "violet",
    "maple",
    "tiger",
    "anchor",
    "window",
    "planet",
    "coffee",
    "silver",
    "rocket",
    "garden",
    "dragon",
    "purple",
    "summer",
]
Make = Callable[[Random], str]


def run(rng: Random, alphabet: str, length: int) -> str:
    """Return `length` letters of an alphabet."""
    return "".join(rng.choices(alphabet, k=length))


def base62(number: int, width: int) -> str:
    """Write a number in GitHub's base 62 (digits, capitals, small letters)."""
    letters = string.digits + string.ascii_uppercase + string.ascii_lowercase
    text = ""
    while number:
        number, rest = divmod(number, 62)
        text = letters[rest] + text
    return text.rjust(width, "0")


def checksummed(rng: Random, prefix: str) -> str:
    """Return a token of 30 random letters and the CRC-32 of them, as GitHub and npm make theirs."""
    body = run(rng, ALNUM, 30)
    return prefix + body + base62(zlib.crc32(body.encode()), 6)


def jwt(rng: Random) -> str:
    """Return a signed token whose signature is noise."""
    header = {"alg": rng.choice(["HS256", "RS256", "ES256"]), "typ": "JWT"}
    claims = {"sub": run(rng, string.digits, 8), "iat": rng.randrange(10**9, 2 * 10**9)}
    parts = [base64.urlsafe_b64encode(json.dumps(one).encode()).decode().rstrip("=") for one in (header, claims)]
    return ".".join([*parts, run(rng, URLSAFE, 43)])


def pem(rng: Random, newline: str = "\n") -> str:
    """Return a private key block of noise."""
    kind = rng.choice(["RSA ", "EC ", "", "OPENSSH ", "ENCRYPTED "])
    lines = [run(rng, BASE64, 64) for _ in range(rng.randrange(3, 12))]
    return newline.join([f"-----BEGIN {kind}PRIVATE KEY-----", *lines, f"-----END {kind}PRIVATE KEY-----"])


def password(rng: Random) -> str:
    """Return a password as people or managers make them."""
    word, other = rng.sample(WORDS, 2)
    made = [
        word.capitalize() + run(rng, string.digits, 4) + rng.choice("!?#*"),
        word.replace("o", "0").replace("e", "3").replace("a", "@") + rng.choice("_-.") + run(rng, string.digits, 3),
        run(rng, ALNUM, rng.randrange(12, 21)),
        run(rng, ALNUM + "!#%^*_-+", rng.randrange(12, 24)),
        f"{word}-{other}-{run(rng, string.digits, 2)}{rng.choice(string.ascii_uppercase)}",
    ]
    return rng.choice(made)


def opaque(rng: Random) -> str:
    """Return an API key without any mark of its issuer."""
    alphabet, length = rng.choice(
        [(HEX, 32), (HEX, 40), (HEX, 64), (ALNUM, 24), (ALNUM, 32), (URLSAFE, 43), (BASE64, 40)]
    )
    return run(rng, alphabet, length)


def connection(rng: Random) -> str:
    """Return an address with a password in it."""
    scheme, port = rng.choice(
        [("postgres", 5432), ("postgresql", 5432), ("mysql", 3306), ("mongodb+srv", 0), ("redis", 6379), ("amqp", 5672)]
    )
    host = f"{rng.choice(WORDS)}.{rng.choice(['internal', 'example.net', 'db.local'])}"
    secret = run(rng, ALNUM, 16)
    return f"{scheme}://{rng.choice(['app', 'admin', 'svc_etl'])}:{secret}@{host}{f':{port}' if port else ''}/main"


ISSUED: dict[str, Make] = {
    "AWS access key": lambda rng: rng.choice(["AKIA", "ASIA"]) + run(rng, string.ascii_uppercase + "234567", 16),
    "Google API key": lambda rng: "AI" + "za" + run(rng, URLSAFE, 35),
    "Google OAuth secret": lambda rng: "GOC" + "SPX-" + run(rng, URLSAFE, 28),
    "GitHub token": lambda rng: checksummed(rng, rng.choice(["gh" + letter + "_" for letter in "pousr"])),
    "GitHub fine-grained": lambda rng: "github" + "_pat_" + run(rng, ALNUM, 22) + "_" + run(rng, ALNUM, 59),
    "GitLab": lambda rng: "glp" + "at-" + run(rng, URLSAFE, 20),
    "Slack bot": lambda rng: (
        f"xo{'xb'}-{run(rng, string.digits, 12)}-{run(rng, string.digits, 12)}-{run(rng, ALNUM, 24)}"
    ),
    "Slack hook": lambda rng: (
        f"https://hooks.slack.com/services/T{run(rng, UPPER, 8)}/B{run(rng, UPPER, 10)}/{run(rng, ALNUM, 24)}"
    ),
    "Stripe": lambda rng: rng.choice(["sk", "rk"]) + "_live_" + run(rng, ALNUM, rng.choice([24, 99])),
    "OpenAI": lambda rng: "sk-" + run(rng, ALNUM, 20) + "T3Blbk" + "FJ" + run(rng, ALNUM, 20),
    "OpenAI project": lambda rng: "sk-" + "proj-" + run(rng, URLSAFE, 74) + "T3Blbk" + "FJ" + run(rng, URLSAFE, 74),
    "Anthropic": lambda rng: "sk-" + "ant-api03-" + run(rng, URLSAFE, 93) + "AA",
    "Hugging Face": lambda rng: "hf" + "_" + run(rng, string.ascii_letters, 34),
    "npm": lambda rng: checksummed(rng, "np" + "m_"),
    "PyPI": lambda rng: "py" + "pi-AgEIcHlwaS5vcmc" + run(rng, URLSAFE, 120),
    "SendGrid": lambda rng: "S" + "G." + run(rng, URLSAFE, 22) + "." + run(rng, URLSAFE, 43),
    "Telegram": lambda rng: run(rng, string.digits, 9) + ":AA" + run(rng, URLSAFE, 33),
    "Shopify": lambda rng: "shp" + "at_" + run(rng, HEX, 32),
    "DigitalOcean": lambda rng: "dop" + "_v1_" + run(rng, HEX, 64),
    "Databricks": lambda rng: "da" + "pi" + run(rng, HEX, 32),
    "Azure storage": lambda rng: "AccountKey=" + run(rng, BASE64, 86) + "==",
    "Docker Hub": lambda rng: "dckr" + "_pat_" + run(rng, URLSAFE, 27),
    "Alibaba": lambda rng: "LT" + "AI5t" + run(rng, ALNUM, 18),
    "Vault": lambda rng: "hv" + "s." + run(rng, URLSAFE, 90),
    "Postman": lambda rng: "PM" + "AK-" + run(rng, HEX, 24) + "-" + run(rng, HEX, 34),
    "Grafana": lambda rng: "gl" + "sa_" + run(rng, ALNUM, 32) + "_" + run(rng, HEX, 8),
    "JWT": jwt,
    "connection": connection,
}
