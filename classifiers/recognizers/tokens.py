# SPDX-License-Identifier: Apache-2.0
"""Tokens and cloud keys whose issuers gave them a form of their own, JWTs and private key blocks.

Prefix, length and alphabet together are taken as proof, since no other text has them by chance: such a hit is
validated, unless it is a placeholder. Where the issuer documents a checksum (GitHub, npm), the checksum is the proof,
and a token that fails it is still reported, unvalidated.

Sources: each issuer's documentation of its token format; GitHub, "Behind GitHub's new authentication token formats"
(2021) for the CRC-32 in base 62; RFC 7519 and RFC 7515 for JWT; RFC 7468 for PEM; PuTTY's manual, appendix C.
"""

from __future__ import annotations

import base64
import binascii
import json
import re
import string
import zlib
from typing import TYPE_CHECKING

from custody.classifiers.recognizers._judge import issued, placeholder
from custody.classifiers.recognizers._make import make

if TYPE_CHECKING:
    from presidio_analyzer import PatternRecognizer

PROVEN = 0.9  # what a pattern scores before its judge, and stays when the judge abstains
_END = r"(?![A-Za-z0-9_-])"
_CLOUD = {
    "AWS access key id": r"\b(?:AKIA|ASIA|ABIA|ACCA)[A-Z0-9]{16}\b",
    "Google API key": r"\bAIza[A-Za-z0-9_-]{35}" + _END,
    "Google OAuth access token": r"\bya29\.[A-Za-z0-9_-]{30,500}",
    "Google OAuth client secret": r"\bGOCSPX-[A-Za-z0-9_-]{28}" + _END,
    "Azure storage or service bus key": r"(?i:\b(?:Account|SharedAccess)Key=)\K[A-Za-z0-9+/]{43,86}={1,2}",
    "Azure client secret": r"(?<![A-Za-z0-9_~.-])[A-Za-z0-9_~.]{3}[78]Q~[A-Za-z0-9_~.-]{31,34}(?![A-Za-z0-9_~-])",
    "Azure shared access signature": r"[?&]sig=\K[A-Za-z0-9%+/]{43,80}(?:%3D|=)",
    "Alibaba access key id": r"\bLTAI[A-Za-z0-9]{12,26}\b",
    "Tencent secret id": r"\bAKID[A-Za-z0-9]{32}\b",
    "DigitalOcean": r"\bdo[oprt]_v1_[a-f0-9]{64}\b",
    "Databricks": r"\bdapi[a-f0-9]{32}(?:-[0-9])?\b",
    "Cloudflare": r"\bv1\.0-[a-f0-9]{24}-[a-f0-9]{146}\b",
}
_TOKENS = {
    "GitHub": r"\bgh[pousr]_[A-Za-z0-9]{36,251}\b",
    "GitHub fine-grained": r"\bgithub_pat_[A-Za-z0-9]{22}_[A-Za-z0-9]{59}\b",
    "GitLab": r"\bgl(?:pat|ptt|dt|rt|rtr|cbt|ft|soat|oas|agent|imt|ffct)-[A-Za-z0-9_.-]{20,64}",
    "Bitbucket": r"\bAT(?:BB|CTT3x|ATT3x)[A-Za-z0-9_=-]{32,255}",
    "Slack": r"\bxox[abceoprs](?:\.xox[bp])?-[A-Za-z0-9-]{20,255}",
    "Slack app": r"\bxapp-[0-9]-[A-Z0-9]{8,16}-[0-9]{10,16}-[a-f0-9]{64}\b",
    "Slack webhook": r"\bhttps://hooks\.slack\.com/(?:services|workflows)/T?[A-Za-z0-9]{8,14}/[A-Za-z0-9/]{20,80}",
    "Discord webhook": r"\bhttps://(?:canary\.|ptb\.)?discord(?:app)?\.com/api/webhooks/[0-9]{17,20}/[A-Za-z0-9_-]{60,72}",
    "Discord bot": r"\b[MNO][A-Za-z0-9_-]{23,27}\.[A-Za-z0-9_-]{6}\.[A-Za-z0-9_-]{27,38}" + _END,
    "Stripe": r"\b[sr]k_(?:live|test)_[A-Za-z0-9]{16,128}\b",
    "Stripe webhook": r"\bwhsec_[A-Za-z0-9+/]{32,64}=?",
    "OpenAI": r"\bsk-(?:proj-|svcacct-|admin-|None-)?[A-Za-z0-9_-]{20,100}T3BlbkFJ[A-Za-z0-9_-]{20,100}",
    "OpenAI or compatible": r"\bsk-(?:proj-|svcacct-|admin-|or-v1-)?[A-Za-z0-9]{32,200}\b",
    "Anthropic": r"\bsk-ant-[a-z]{2,10}[0-9]{2}-[A-Za-z0-9_-]{40,120}",
    "Hugging Face": r"\b(?:hf_|api_org_)[A-Za-z0-9]{34,40}\b",
    "Groq, xAI, Perplexity": r"\b(?:gsk_[A-Za-z0-9]{52}|xai-[A-Za-z0-9]{80}|pplx-[A-Za-z0-9]{48})\b",
    "Replicate": r"\br8_[A-Za-z0-9]{37}\b",
    "npm": r"\bnpm_[A-Za-z0-9]{36}\b",
    "PyPI": r"\bpypi-AgE[A-Za-z0-9_-]{50,1000}",
    "RubyGems": r"\brubygems_[a-f0-9]{48}\b",
    "NuGet": r"\boy2[a-z0-9]{43}\b",
    "Docker Hub": r"\bdckr_[po]at_[A-Za-z0-9_-]{27,32}" + _END,
    "SendGrid": r"\bSG\.[A-Za-z0-9_-]{22}\.[A-Za-z0-9_-]{43}" + _END,
    "Twilio API key": r"\bSK[0-9a-f]{32}\b",
    "Mailgun": r"\bkey-[0-9a-f]{32}\b",
    "Mailchimp": r"\b[0-9a-f]{32}-us[0-9]{1,2}\b",
    "Telegram bot": r"(?<![0-9A-Za-z])[0-9]{8,10}:AA[A-Za-z0-9_-]{33}" + _END,
    "Shopify": r"\bshp(?:at|ca|pa|ss)_[a-fA-F0-9]{32}\b",
    "Square": r"\bsq0[a-z]{3}-[A-Za-z0-9_-]{22,43}" + _END,
    "Facebook": r"\bEAA[A-Za-z0-9]{90,255}\b",
    "Postman": r"\bPMAK-[a-f0-9]{24}-[a-f0-9]{34}\b",
    "Grafana": r"\bgl(?:sa|c)_[A-Za-z0-9+/]{32,400}(?:_[a-f0-9]{8})?={0,2}",
    "HashiCorp Vault": r"\bhv[sbr]\.[A-Za-z0-9_-]{24,300}",
    "Terraform Cloud": r"\b[A-Za-z0-9]{14}\.atlasv1\.[A-Za-z0-9_-]{60,70}" + _END,
    "Linear, Notion, Figma": r"\b(?:lin_api_[A-Za-z0-9]{40}|ntn_[A-Za-z0-9]{40,50}|figd_[A-Za-z0-9_-]{40})" + _END,
    "Airtable": r"\bpat[A-Za-z0-9]{14}\.[a-f0-9]{64}\b",
    "New Relic": r"\bNRAK-[A-Z0-9]{27}\b",
    "Pulumi, Doppler, Supabase": r"\b(?:pul-[a-f0-9]{40}|dp\.(?:pt|st|ct)\.[A-Za-z0-9]{40,44}|sbp_[a-f0-9]{40})\b",
    "PlanetScale, Sentry": r"\b(?:pscale_(?:tkn|pw|oauth)_[A-Za-z0-9_.-]{32,64}|sntry[su]_[A-Za-z0-9+/=_-]{40,300})",
}
_JWT = r"\beyJ[A-Za-z0-9_-]{12,4000}\.[A-Za-z0-9_-]{8,16000}\.[A-Za-z0-9_-]{0,4000}"
_PEM = r"-----BEGIN (?:[A-Z0-9]{2,10} ){0,2}PRIVATE KEY(?: BLOCK)?-----"
_KEYS = {
    "PEM block": _PEM + r"[^\x00]{0,200}?[A-Za-z0-9+/]{40}(?:[^-]{0,20000}-----END [A-Z0-9 ]{8,40}-----)?",
    "first line of a PEM block": r"\A\s{0,9}" + _PEM + r"\s{0,9}\Z",
    "PuTTY": r"\bPuTTY-User-Key-File-[23]: [^\x00]{20,20000}?Private-Lines: [0-9]{1,3}[A-Za-z0-9+/=\s]{0,20000}",
    "age": r"\bAGE-SECRET-KEY-1[A-Z0-9]{58}\b",
}
_CHECKSUMMED = re.compile(r"(?:gh[pousr]|npm)_([A-Za-z0-9]{30})([A-Za-z0-9]{6})")
_BASE62 = string.digits + string.ascii_uppercase + string.ascii_lowercase


def recognizers() -> list[PatternRecognizer]:
    """Return the recognisers of this module."""
    return [
        make("CloudKeyRecognizer", "CLOUD_KEY", _cased(_CLOUD), issued),
        make("AccessTokenRecognizer", "ACCESS_TOKEN", _cased(_TOKENS), token),
        make("JwtRecognizer", "JWT", _cased({"three parts": _JWT}), jwt),
        make("PrivateKeyRecognizer", "PRIVATE_KEY", _cased(_KEYS), private_key),
    ]


def _cased(patterns: dict[str, str]) -> dict[str, tuple[str, float]]:
    return {name: (f"(?-i:{regex})", PROVEN) for name, regex in patterns.items()}


def token(text: str) -> bool | None:
    """Judge an issuer's token: by its CRC-32 where there is one, else by its form."""
    if placeholder(text):
        return False
    parts = _CHECKSUMMED.fullmatch(text)
    return True if not parts or _base62(parts[2]) == zlib.crc32(parts[1].encode()) else None


def _base62(digits: str) -> int:
    value = 0
    for digit in digits:
        value = value * 62 + _BASE62.index(digit)
    return value


def jwt(text: str) -> bool:
    """Judge a JWT: its first part must be base64url of a JSON object that names an algorithm."""
    head = text.partition(".")[0]
    try:
        header = json.loads(base64.urlsafe_b64decode(head + "=" * (-len(head) % 4)))
    except (binascii.Error, ValueError, RecursionError):
        return False
    return isinstance(header, dict) and "alg" in header


def private_key(text: str) -> bool:
    """Judge a private key block: proven unless its body is left out."""
    body = text.partition("KEY-----")[2][:200]
    return "..." not in body and "xxxxxxxx" not in body.lower()
