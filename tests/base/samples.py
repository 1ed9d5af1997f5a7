# SPDX-License-Identifier: Apache-2.0
"""A policy with every section, and a value that must never be seen outside the data."""

from __future__ import annotations

CANARY = "canary-9e41-jane@private.example"  # planted in data; no message, repr or traceback may have it

POLICY = """\
# kept by `init`: a steward's remark
scheme: confidentiality-4
default: internal
unscanned: restricted
fingerprint: local:keys/ring.keyring#fingerprints

grades:
  - when: {entity: [US_SSN, CREDIT_CARD], validated: true, count: ">=1"}
    grade: restricted
  - when: {entity: [PERSON, EMAIL_ADDRESS], prevalence: ">=0.1%"}
    grade: confidential
  - when: {together: [PERSON, DATE_OF_BIRTH]}
    grade: restricted
  - when: {rows: ">=1000000", grade: confidential}
    grade: restricted

measures:
  restricted:
    redact: {EMAIL_ADDRESS: replace, PERSON: replace}
    encrypt: local:keys/ring.keyring#restricted
    expectations: true
    backup: {every: 1d}
    purposes: [train]
  confidential:
    redact: {EMAIL_ADDRESS: mask}
    encrypt: local:keys/ring.keyring#confidential
    expectations: true
    backup: {every: 7d}
    purposes: [train, evaluate]
  internal:
    backup: {every: 12h}
    purposes: [evaluate]

intents:
  chat:
    purpose: commercial
    train: finetune
    release: weights
    redistribute_data: false
    offers_competing_model: true
    jurisdictions: [EU, US]
  exam:
    purpose: research
    train: evaluate
    release: none
    redistribute_data: false
    offers_competing_model: false

backups:
  repository: backups
  key: local:keys/ring.keyring#backups

roles:
  auditor: {steps: [audit], sign_with: "local:keys/ring.keyring#auditor", keys: []}
  classifier: {steps: [classify], sign_with: "local:keys/ring.keyring#classifier", keys: []}
  protector: {steps: [redact, encrypt], sign_with: "local:keys/ring.keyring#protector", keys: []}
  quality: {steps: [expect], sign_with: "local:keys/ring.keyring#quality", keys: []}
  keeper: {steps: [backup], sign_with: "local:keys/ring.keyring#keeper", keys: []}
  driller: {steps: [drill], sign_with: "local:keys/ring.keyring#driller", keys: []}
  gatekeeper: {steps: [gate, train, bom], sign_with: "local:keys/ring.keyring#gatekeeper", keys: []}
"""
