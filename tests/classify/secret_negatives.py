# SPDX-License-Identifier: Apache-2.0
"""Lines that look like secrets and are none: ids, digests, placeholders, code that reads a secret from elsewhere."""

from __future__ import annotations

import base64
import string
import uuid
from random import Random

from tests.classify.secret_values import ALNUM, BASE64, HEX, UPPER, URLSAFE, WORDS, Make, run


def _uuid(rng: Random) -> str:
    return str(uuid.UUID(int=rng.getrandbits(128), version=4))


def _b64(rng: Random, size: int) -> str:
    return base64.b64encode(rng.randbytes(size)).decode()


def _pick(*templates: str) -> Make:
    """Return a maker that fills one of the templates with fresh ids, digests and words."""

    def make(rng: Random) -> str:
        return rng.choice(templates).format(
            uuid=_uuid(rng),
            sha1=run(rng, HEX, 40),
            sha256=run(rng, HEX, 64),
            md5=run(rng, HEX, 32),
            b32=_b64(rng, 32),
            b64=_b64(rng, 64),
            image=_b64(rng, rng.randrange(60, 300)),
            word=rng.choice(WORDS),
            other=rng.choice(WORDS),
            digits=run(rng, string.digits, 12),
            d4=run(rng, string.digits, 4),
            upper=run(rng, UPPER, 10),
            hex6=run(rng, HEX, 6),
            slug=run(rng, URLSAFE, 11),
            alnum=run(rng, ALNUM, 24),
            path=run(rng, BASE64.replace("+", "").replace("/", ""), 8),
        )

    return make


FAMILIES: dict[str, Make] = {
    "uuid": _pick("{uuid}", "request_id={uuid}", 'id: "{uuid}"', "INFO session {uuid} opened", "urn:uuid:{uuid}"),
    "git": _pick("commit {sha1}", "Merge {sha1} into main", '"sha": "{sha1}"', "rev = {sha1}", "{md5}  file.tar.gz"),
    "lock": _pick(
        '"integrity": "sha512-{b64}"',
        'checksum = "{sha256}"',
        "    --hash=sha256:{sha256}",
        '"sha256-{b32}"',
        "h1:{b32}",
        'hash = "sha256:{sha256}"',
    ),
    "etag": _pick('ETag: "{md5}"', 'etag: W/"{slug}"', "Digest: sha-256={b32}", "Content-MD5: {md5}", "md5={md5}"),
    "image": _pick(
        "data:image/png;base64,{image}", "src='data:image/gif;base64,{image}'", "url(data:font/woff;base64,{image})"
    ),
    "placeholder": _pick(
        "API_KEY=your-api-key",
        "password: <password>",
        "SECRET_KEY=changeme",
        'token: "xxxxxxxxxxxxxxxxxxxx"',
        "PASSWORD=${{DB_PASSWORD}}",
        'api_key = "YOUR_API_KEY_HERE"',
        "password=********",
        "AWS_ACCESS_KEY_ID=AKIAIOSFODNN7EXAMPLE",
        "client_secret: {{{{ vault_secret }}}}",
        "GITHUB_TOKEN=ghp_xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
        "OPENAI_API_KEY=sk-...",
    ),
    "placeholder elsewhere": _pick(
        "<password>REPLACE_ME</password>",
        'private String apiKey = "insert-your-key-here";',
        "Authorization: Bearer <token>",
        "curl -u user:PASSWORD https://example.com",
        "postgres://user:password@localhost/db",
        "postgres://{word}:${{PGPASS}}@db/{other}",
        "export TOKEN=$(cat /run/secrets/token)",
        "secret = %(SECRET)s",
        "password = {{password}}",
        "sk_live_" + "XXXXXXXXXXXXXXXXXXXXXXXX",
        "mysql -u root -p$MYSQL_PWD",
        'apiKey: "[REDACTED]"',
    ),
    "env code": _pick(
        "password = os.environ['DB_PASSWORD']",
        'api_key = os.getenv("{word}_KEY")',
        "token = request.headers.get('X-Token')",
        "secret: str = Field(...)",
        "password: Optional[str] = None",
        "self.token = token",
        "def login(user, password):",
        "password = getpass.getpass('Password: ')",
        "API_KEY = settings.{word}_api_key",
    ),
    "env code elsewhere": _pick(
        "const apiKey = process.env.API_KEY;",
        'String password = System.getenv("DB_PASSWORD");',
        'password := os.Getenv("PASSWORD")',
        "$password = $_POST['password'];",
        "private String clientSecret;",
        "if (!token) throw new Error('missing token');",
        "this.accessToken = response.data.access_token;",
        '@Value("${{app.secret.key}}") private String secretKey;',
        "secretKeyRef: {{name: {word}-credentials, key: password}}",
        "let token: string | undefined;",
        "SecretId: !Ref {word}Secret",
    ),
    "docs": _pick(
        "The password must be at least 12 characters long.",
        "Set the token in the Authorization header of every request.",
        "Private keys start with -----BEGIN RSA PRIVATE KEY----- and must never be shared.",
        "Forgot your password? Click here to reset it.",
        "The secret of good {word} is {other}.",
        "API keys can be created under Settings > Developer > API keys.",
        "Tokens: the {word} tokenizer splits text in {d4} tokens",
    ),
    "orders": _pick(
        "ORD-{digits}", "order {upper} shipped", "tracking 1Z{upper}{d4}", "SKU: {upper}-{d4}", "invoice no. {digits}"
    ),
    "books": _pick(
        "ISBN 978-3-16-1484{d4}-0",
        "isbn: 978{digits}",
        "DE89 3704 {d4} 0532 0130 00",
        "doi:10.{d4}/{slug}",
        "arXiv:{d4}.{d4}",
    ),
    "colour": _pick("color: #{hex6};", "background:#{hex6}", "--accent: #{hex6};", "rgb(12,34,56) /* {hex6} */"),
    "minified": _pick(
        "!function(e,t){{var n=t(e);return n.{word}=function(r){{return r&&r.token?n(r.key):e}}}}(window);",
        "a.exports={{{word}:function(e){{this.password=e.password||''}},x:{d4}}};var s=r('{slug}');",
        "e.key=t.key,e.secret=!1,e.token=null,n.auth=void 0;const q={d4};",
    ),
    "pages": _pick(
        '"next_page_token": "{alnum}"',
        "cursor={alnum}",
        "csrf_token: {alnum}",
        "cache_key: {word}-{md5}",
        "idempotency-key: {uuid}",
        "primary_key: {word}_id",
        "sort_key={word}#{d4}",
        '"public_key": "{alnum}"',
        "secret_name: prod/{word}/{other}",
        "password_hash_algorithm: bcrypt",
        "token_count: {d4}",
        "max_tokens={d4}",
        "api_key_id: {uuid}",
    ),
    "links": _pick(
        "https://www.youtube.com/watch?v={slug}",
        "https://github.com/{word}/{other}/blob/{sha1}/README.md",
        "https://docs.google.com/document/d/{alnum}{slug}/edit",
        "s3://{word}-bucket/{sha256}.parquet",
        "https://example.com/{word}?id={uuid}",
        "docker.io/library/{word}@sha256:{sha256}",
    ),
    "keys that are public": _pick(
        "ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAABAQ{image} {word}@host",
        "-----BEGIN CERTIFICATE-----\nMIID{image}\n-----END CERTIFICATE-----",
        "-----BEGIN PUBLIC KEY-----\nMIIB{image}\n-----END PUBLIC KEY-----",
        "SHA256:{b32}",
        "pk_live_{alnum}",
        "fingerprint: {md5}",
    ),
    "data": _pick(
        "{word},{digits},{d4}.{d4},{other}",
        "0x{sha1}",
        "bc1q{alnum}",
        "eyes on the {word}: {digits}",
        '{{"hash": "{sha256}", "size": {d4}}}',
        "model-{word}-{md5}.safetensors",
        "embedding: [{d4}.{digits}, -0.{digits}]",
        "AAAA{word}{other}BBBB{digits}",
    ),
    "schema": _pick(
        "password VARCHAR(255) NOT NULL,",
        '"password": {{"type": "string", "format": "password"}}',
        "  token: {{ type: string, required: true }}",
        "| api_key | string | Your API key |",
        "ALTER TABLE users ADD COLUMN secret TEXT;",
        '<input type="password" name="password" placeholder="Password">',
        "access_token: string;",
        "password=True",
        "auth: none",
    ),
    "logs": _pick(
        "2024-05-01 12:00:01 INFO token expired for user {d4}",
        "auth_token: [FILTERED]",
        "password changed for user {word}",
        "login failed: bad password (attempt {d4})",
        "trace_id={md5} span_id={hex6}{hex6}aaaa",
        "X-Amz-Request-Id: {upper}{upper}",
        "GET /static/js/main.{path}.chunk.js 200",
    ),
}
HELD = frozenset(
    {
        "placeholder elsewhere",
        "env code elsewhere",
        "git",
        "etag",
        "image",
        "books",
        "minified",
        "links",
        "data",
        "logs",
    }
)
