# SPDX-License-Identifier: Apache-2.0
"""An envelope is verified before it is parsed; others' implementations read and verify the same."""

from __future__ import annotations

import json
from base64 import b64decode, b64encode
from collections.abc import Callable
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given, settings
from hypothesis import strategies as some

from custody.errors import IntegrityError
from custody.keys import Signer, public_bytes
from custody.lineage import predicates
from custody.lineage import statement as st

A, B, P = "a" * 64, "b" * 64, "c" * 64


def _signer(seed: int) -> Signer:
    return Signer(Ed25519PrivateKey.from_private_bytes(bytes([seed]) * 32))


AUDITOR, CLASSIFIER, STRANGER = _signer(1), _signer(2), _signer(3)
TRUSTED = {step: frozenset({CLASSIFIER.public}) for step in st.PREDICATES} | {"audit": frozenset({AUDITOR.public})}


def _link(step: str, **changes: Any) -> st.Link:
    values: dict[str, Any] = {"prev": (B,), "policy": P, "created_at": "2026-03-01T12:00:00.000000Z"}
    return st.Link(step, **(values | {"grade": "internal", "run": {"dag_id": "d"}, "detail": {"n": 1}} | changes))


def _bom() -> dict[str, Any]:
    return {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "metadata": {"properties": [{"name": "other", "value": "x"}]},
    }


def _predicate(step: str) -> dict[str, Any]:
    subject = st.dataset_subject("people", A)
    return {
        st.TEST_RESULT: lambda: predicates.observed([subject], ["a"], ["b"], ["c"]),
        st.SCAI: lambda: predicates.scai([{"attribute": "grade:internal", "evidence": st.file_subject("report", B)}]),
        st.PROVENANCE: lambda: predicates.provenance(
            step, [subject], {"plan": {"X": "mask"}}, st.now(), {"dag_id": "d"}
        ),
        st.VSA: lambda: predicates.verification_summary("people", P, [B], passed=True),
        st.CYCLONEDX: _bom,
    }[st.PREDICATES[step]]()


def _payload(step: str = "classify", **changes: Any) -> bytes:
    return st.make_payload([st.dataset_subject("people", A)], _predicate(step), _link(step, **changes))


def _envelope(step: str = "classify", signer: Signer = CLASSIFIER) -> dict[str, Any]:
    return dict(json.loads(st.sign(_payload(step), signer)))


def _open(envelope: dict[str, Any] | bytes) -> st.Statement:
    data = envelope if isinstance(envelope, bytes) else json.dumps(envelope).encode()
    return st.open_envelope(data, TRUSTED, "the envelope")


def _signed(change: Callable[[dict[str, Any]], object], step: str = "classify") -> bytes:
    """An envelope of a role's key around a statement that was changed before it was signed."""
    statement = json.loads(_payload(step))
    change(statement)
    return st.sign(json.dumps(statement).encode(), AUDITOR if step == "audit" else CLASSIFIER)


# What is right


@pytest.mark.parametrize("step", st.PREDICATES)
def test_a_statement_opens_as_it_was_made(step: str) -> None:
    payload = _payload(step)
    made = _open(st.sign(payload, AUDITOR if step == "audit" else CLASSIFIER))
    assert made.link == _link(step)
    assert made.digest == st.payload_digest(payload)
    assert made.predicate_type == st.PREDICATES[step]
    assert made.subjects == (st.dataset_subject("people", A),)
    assert made.names(A)
    assert not made.names(B)
    assert made.materials == ((st.dataset_subject("people", A),) if made.predicate_type == st.PROVENANCE else ())


def test_the_pre_authentication_encoding_is_that_of_the_specification() -> None:
    """The test vector of DSSE v1.0.2, protocol.md."""
    assert (
        st.pae(b"hello world", "http://example.com/HelloWorld")
        == b"DSSEv1 29 http://example.com/HelloWorld 11 hello world"
    )
    assert st.pae(b"", "é") == "DSSEv1 2 é 0 ".encode(), "lengths are of bytes"


@pytest.mark.parametrize("step", st.PREDICATES)
def test_another_implementation_of_dsse_verifies_the_envelope(step: str) -> None:
    from securesystemslib.dsse import Envelope
    from securesystemslib.exceptions import VerificationError
    from securesystemslib.signer import SSlibKey  # type: ignore[attr-defined]

    def known(signer: Signer) -> SSlibKey:
        return SSlibKey(CLASSIFIER.public, "ed25519", "ed25519", {"public": public_bytes(signer.public).hex()})

    read = Envelope.from_dict(_envelope(step))
    assert set(read.verify([known(CLASSIFIER)], 1)) == {CLASSIFIER.public}
    assert read.pae() == st.pae(read.payload)
    with pytest.raises(VerificationError):
        read.verify([known(STRANGER)], 1)


@pytest.mark.parametrize("step", st.PREDICATES)
def test_the_in_toto_library_reads_the_statement(step: str) -> None:
    from google.protobuf.json_format import ParseDict  # type: ignore[import-untyped]
    from in_toto_attestation.v1 import statement_pb2  # type: ignore[import-untyped]
    from in_toto_attestation.v1.statement import Statement  # type: ignore[import-untyped]

    read = Statement.copy_from_pb(ParseDict(json.loads(_payload(step)), statement_pb2.Statement()))
    read.validate()
    assert read.pb.predicate_type == st.PREDICATES[step]
    assert dict(read.pb.subject[0].digest) == {"dirHash": A, "sha256": A}


@pytest.mark.parametrize("step", [step for step, kind in st.PREDICATES.items() if kind != st.CYCLONEDX])
def test_the_in_toto_library_knows_the_predicate(step: str) -> None:
    from google.protobuf.json_format import MessageToDict, ParseDict
    from in_toto_attestation.predicates.provenance.v1.provenance_pb2 import Provenance  # type: ignore[import-untyped]
    from in_toto_attestation.predicates.scai.v0.scai_pb2 import AttributeReport  # type: ignore[import-untyped]
    from in_toto_attestation.predicates.test_result.v0.test_result_pb2 import TestResult  # type: ignore[import-untyped]
    from in_toto_attestation.predicates.vsa.v1.vsa_pb2 import VerificationSummary  # type: ignore[import-untyped]

    body = json.loads(_payload(step))["predicate"]
    extension = body.pop(st.STEP)
    assert extension["step"] == step
    if st.PREDICATES[step] == st.VSA:
        del body["verifier"]["version"], body["verifiedLevels"]  # of VSA 1.1, a list since 1.0: the library lags behind
    kind = {
        st.PROVENANCE: Provenance,
        st.SCAI: AttributeReport,
        st.TEST_RESULT: TestResult,
        st.VSA: VerificationSummary,
    }
    known = MessageToDict(ParseDict(body, kind[st.PREDICATES[step]]()))
    assert set(known) == {key for key, value in body.items() if value}


@settings(max_examples=50, deadline=None)
@given(
    some.text(some.characters(codec="utf-8", exclude_categories=["Cs"]), min_size=1),
    some.dictionaries(
        some.text(some.characters(codec="utf-8", exclude_categories=["Cs"])), some.integers() | some.booleans()
    ),
)
def test_any_name_and_detail_comes_back(name: str, detail: dict[str, Any]) -> None:
    payload = st.make_payload([st.dataset_subject(name, A)], _predicate("classify"), _link("classify", detail=detail))
    made = _open(st.sign(payload, CLASSIFIER))
    assert (made.subjects[0]["name"], made.link.detail) == (name, detail)


def test_the_same_statement_has_the_same_bytes() -> None:
    ways = [
        _link("audit", prev=prev, detail=detail)
        for prev, detail in (((A, B), {"x": 1, "y": 2}), ((B, A), {"y": 2, "x": 1}))
    ]
    assert len({st.make_payload([st.dataset_subject("people", A)], _predicate("audit"), one) for one in ways}) == 1


def test_now_sorts_as_time() -> None:
    moments = [st.now() for _ in range(50)]
    assert moments == sorted(moments)
    assert {len(one) for one in moments} == {27}


# Who signed


def test_a_second_signature_of_a_stranger_does_no_harm_and_no_good() -> None:
    envelope = _envelope()
    envelope["signatures"].insert(0, _envelope(signer=STRANGER)["signatures"][0])
    assert _open(envelope).signer == CLASSIFIER.public
    del envelope["signatures"][1]
    with pytest.raises(IntegrityError, match="no key that the policy trusts"):
        _open(envelope)


def test_of_two_trusted_signatures_that_of_the_steps_owner_counts() -> None:
    envelope = _envelope()
    envelope["signatures"].insert(0, _envelope(signer=AUDITOR)["signatures"][0])
    assert _open(envelope).signer == CLASSIFIER.public


@pytest.mark.parametrize(("step", "signer"), [("classify", AUDITOR), ("audit", CLASSIFIER)])
def test_a_role_may_not_sign_anothers_step(step: str, signer: Signer) -> None:
    with pytest.raises(IntegrityError, match=f"may not sign the step '{step}'[\\s\\S]*let the role that owns"):
        _open(_envelope(step, signer))


def test_a_step_that_no_role_owns_is_trusted_from_nobody() -> None:
    with pytest.raises(IntegrityError, match="may not sign"):
        st.open_envelope(st.sign(_payload("train"), AUDITOR), {"audit": [AUDITOR.public]}, "here")


def _relabel(envelope: dict[str, Any]) -> None:
    envelope["signatures"][0]["keyid"] = AUDITOR.public


def _flip(envelope: dict[str, Any]) -> None:
    raw = bytearray(b64decode(envelope["signatures"][0]["sig"]))
    raw[5] ^= 1
    envelope["signatures"][0]["sig"] = b64encode(raw).decode()


def _change_payload(envelope: dict[str, Any]) -> None:
    payload = b64decode(envelope["payload"]).replace(b'"internal"', b'"public"')
    envelope["payload"] = b64encode(payload).decode()


def _shorten(envelope: dict[str, Any]) -> None:
    envelope["signatures"][0]["sig"] = b64encode(b64decode(envelope["signatures"][0]["sig"])[:63]).decode()


def _other_signature(envelope: dict[str, Any]) -> None:
    envelope["signatures"][0]["sig"] = _envelope("redact")["signatures"][0]["sig"]


def _unsigned(envelope: dict[str, Any]) -> None:
    payload = b64decode(envelope["payload"])
    envelope["signatures"][0]["sig"] = b64encode(CLASSIFIER.sign(payload)).decode()


FORGED: dict[str, Callable[[dict[str, Any]], object]] = {
    "a stranger's key": lambda envelope: envelope.update(_envelope(signer=STRANGER)),
    "no signature": lambda envelope: envelope.update(signatures=[]),
    "a signature under another's name": _relabel,
    "a changed signature": _flip,
    "a signature cut off": _shorten,
    "the signature of another statement": _other_signature,
    "a signature of the payload without its type": _unsigned,
    "a changed payload": _change_payload,
    "an empty payload": lambda envelope: envelope.update(payload=""),
}


@pytest.mark.parametrize("case", FORGED)
def test_a_forged_envelope_is_trusted_from_nobody(case: str) -> None:
    envelope = _envelope()
    FORGED[case](envelope)
    with pytest.raises(IntegrityError, match=r"no key that the policy trusts[\s\S]*add the signer's public key"):
        _open(envelope)


@settings(max_examples=60, deadline=None)
@given(some.data())
def test_no_changed_byte_of_a_payload_passes(data: some.DataObject) -> None:
    envelope = _envelope()
    payload = bytearray(b64decode(envelope["payload"]))
    payload[data.draw(some.integers(0, len(payload) - 1))] ^= data.draw(some.integers(1, 255))
    envelope["payload"] = b64encode(payload).decode()
    with pytest.raises(IntegrityError):
        _open(envelope)


# What is no envelope


def _raw(**changes: Any) -> bytes:
    return json.dumps({**_envelope(), **changes}).encode()


NO_ENVELOPE: dict[str, bytes] = {
    "nothing": b"",
    "text": b"hello",
    "null": b"null",
    "a list": b"[]",
    "a number": b"1",
    "not UTF-8": b"\xff" + _raw(),
    "UTF-16": _raw().decode().encode("utf-16"),
    "with a byte order mark": b"\xef\xbb\xbf" + _raw(),
    "cut off": _raw()[:-1],
    "something behind": _raw() + b"{}",
    "nested without end": b"[" * 100_000,
    "a key twice": _raw()[:-1] + b', "payload": ""}',
    "NaN": _raw(extra=float("nan")),
    "a number without end": _raw()[:-1] + b', "extra": 1e999}',
    "another payload type": _raw(payloadType="application/json"),
    "the payload type in another case": _raw(payloadType=st.PAYLOAD_TYPE.upper()),
    "no payload type": json.dumps({k: v for k, v in _envelope().items() if k != "payloadType"}).encode(),
    "a payload that is not base64": _raw(payload="{}"),
    "base64 with a line break": _raw(payload=_envelope()["payload"] + "\n"),
    "URL-safe base64": _raw(payload="_-8="),
    "a payload that is a number": _raw(payload=1),
    "signatures that are text": _raw(signatures="x"),
    "signatures that are an object": _raw(signatures={"keyid": "x"}),
    "a signature without a key": _raw(signatures=[{"sig": ""}]),
    "a signature that is null": _raw(signatures=[{"keyid": CLASSIFIER.public, "sig": None}]),
    "larger than any statement": _raw() + b" " * st.MAX_ENVELOPE,
}


@pytest.mark.parametrize("case", NO_ENVELOPE)
def test_what_is_no_envelope_is_refused(case: str) -> None:
    with pytest.raises(IntegrityError, match="the envelope: not a DSSE envelope"):
        _open(NO_ENVELOPE[case])


@pytest.mark.parametrize("keyid", [None, 1, ["x"], {"x": 1}])
def test_a_key_of_another_shape_is_nobodys(keyid: object) -> None:
    with pytest.raises(IntegrityError):
        _open(_raw(signatures=[{"keyid": keyid, "sig": ""}]))


# What is signed but no statement


def _step(**changes: Any) -> Callable[[dict[str, Any]], object]:
    return lambda statement: statement["predicate"][st.STEP].update(changes)


def _without(*path: str) -> Callable[[dict[str, Any]], object]:
    def change(statement: dict[str, Any]) -> None:
        for part in path[:-1]:
            statement = statement[part]
        del statement[path[-1]]

    return change


def _subject(**changes: Any) -> Callable[[dict[str, Any]], object]:
    return lambda statement: statement["subject"][0].update(changes)


SIGNED_NONSENSE: dict[str, Callable[[dict[str, Any]], object]] = {
    "another statement type": lambda one: one.update(_type="https://in-toto.io/Statement/v0.1"),
    "the predicate of another step": lambda one: one.update(predicateType=st.TEST_RESULT),
    "no predicate": _without("predicate"),
    "a predicate that is a list": lambda one: one.update(predicate=[]),
    "no subject": lambda one: one.update(subject=[]),
    "no subjects": _without("subject"),
    "a subject without a name": _subject(name=""),
    "a subject whose name is a number": _subject(name=1),
    "a subject without a digest": _subject(digest={}),
    "a digest that leads elsewhere": _subject(digest={"dirHash": "../../statements/x"}),
    "a digest in uppercase": _subject(digest={"sha256": "A" * 64}),
    "a digest that is an object": _subject(digest={"sha256": {"a": 1}}),
    "no extension": _without("predicate", st.STEP),
    "no step": _without("predicate", st.STEP, "step"),
    "a step nobody knows": _step(step="bless"),
    "a step that is a list": _step(step=["classify"]),
    "no prev": _without("predicate", st.STEP, "prev"),
    "a prev that is no digest": _step(prev=[{"digest": {"sha256": "../x"}}]),
    "a prev that is a list": _step(prev=[{"digest": {"sha256": ["a"] * 64}}]),
    "no policy": _without("predicate", st.STEP, "policy"),
    "a policy that is a number": _step(policy={"digest": {"sha256": 1}}),
    "no time": _without("predicate", st.STEP, "createdAt"),
    "a time that is a number": _step(createdAt=1),
    "a time that sorts last": _step(createdAt="zzzz"),
    "a time in another zone": _step(createdAt="2026-03-01T12:00:00.000000+02:00"),
    "a time without a fraction": _step(createdAt="2026-03-01T12:00:00Z"),
    "a time with a short fraction": _step(createdAt="2026-03-01T12:00:00.1Z"),
    "a 13th month": _step(createdAt="2026-13-01T12:00:00.000000Z"),
    "a grade that is a list": _step(grade=["public"]),
    "a run that is text": _step(run="x"),
    "a detail that is a list": _step(detail=[]),
}


@pytest.mark.parametrize("case", SIGNED_NONSENSE)
def test_what_a_role_signed_is_still_read_strictly(case: str) -> None:
    with pytest.raises(IntegrityError, match="signed, but not a custody statement"):
        _open(_signed(SIGNED_NONSENSE[case]))


@pytest.mark.parametrize(
    "change",
    [
        _without("predicate", "buildDefinition"),
        _without("predicate", "buildDefinition", "resolvedDependencies"),
        lambda one: one["predicate"]["buildDefinition"]["resolvedDependencies"].append({"uri": "x"}),
        lambda one: one["predicate"]["buildDefinition"].update(resolvedDependencies=[1]),
    ],
)
def test_a_provenance_names_every_material_by_digest(change: Callable[[dict[str, Any]], object]) -> None:
    with pytest.raises(IntegrityError, match="signed, but not a custody statement"):
        _open(_signed(change, "redact"))


def _payload_text(change: Callable[[str], str]) -> bytes:
    return st.sign(change(_payload().decode()).encode(), CLASSIFIER)


@pytest.mark.parametrize(
    "change",
    [
        lambda text: text[:-1] + ', "subject": []}',
        lambda text: text.replace('"step": "classify"', '"step": "audit", "step": "classify"'),
        lambda text: text.replace('"n": 1', '"n": NaN'),
        lambda text: text.replace('"n": 1', '"n": Infinity'),
        lambda text: text.replace('"n": 1', '"n": -1e999'),
        lambda text: text + "{}",
        lambda text: "[" * 100_000 + text,
        lambda text: "\ufeff" + text,
    ],
    ids=["a key twice", "a step twice", "NaN", "Infinity", "an endless number", "something behind", "depth", "a mark"],
)
def test_json_that_readers_disagree_on_is_refused_even_when_signed(change: Callable[[str], str]) -> None:
    with pytest.raises(IntegrityError, match="signed, but not a custody statement"):
        _open(_payload_text(change))


@pytest.mark.parametrize("count", [0, 2])
def test_a_bom_names_its_step_exactly_once(count: int) -> None:
    def change(statement: dict[str, Any]) -> None:
        properties = statement["predicate"]["metadata"]["properties"]
        own = [one for one in properties if one["name"] == st.STEP]
        statement["predicate"]["metadata"]["properties"] = own * count

    with pytest.raises(IntegrityError, match="signed, but not a custody statement"):
        _open(_signed(change, "bom"))


@pytest.mark.parametrize(
    "data", [b'{"a": 1, "a": 2}', b"NaN", b"-Infinity", b"1e999", b'"\xff"', '"x"'.encode("utf-16")]
)
def test_strict_json_refuses(data: bytes) -> None:
    with pytest.raises(ValueError, match=r".*"):
        st.strict_json(data)


def test_strict_json_takes_ordinary_json() -> None:
    assert st.strict_json('{"a": [1, 2.5, "é", null, {"a": true}]}'.encode()) == {"a": [1, 2.5, "é", None, {"a": True}]}
