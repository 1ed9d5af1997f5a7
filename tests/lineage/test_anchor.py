# SPDX-License-Identifier: Apache-2.0
"""A time stamp over the head: made by an authority of this test's own, checked offline, and by openssl as well."""

from __future__ import annotations

import hashlib
import re
import shutil
import subprocess
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from custody import cli
from custody.errors import IntegrityError, UsageError
from custody.lineage import anchor
from custody.lineage.ledger import Ledger

from .chain import Chain
from .release import Release

pytestmark = pytest.mark.skipif(shutil.which("openssl") is None, reason="needs openssl")
CONFIG = """\
[ts]
default_tsa = tsa
[tsa]
serial = {place}/serial
default_policy = 1.3.6.1.4.1.13762.3
digests = sha256
signer_digest = sha256
accuracy = secs:1
ess_cert_id_alg = sha256
[leaf]
basicConstraints = critical, CA:FALSE
keyUsage = critical, digitalSignature
extendedKeyUsage = critical, timeStamping
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid
[root]
basicConstraints = critical, CA:TRUE
keyUsage = critical, keyCertSign
subjectKeyIdentifier = hash
"""


class Authority:
    """A root and a time-stamp authority under it, run by openssl."""

    def __init__(self, place: Path) -> None:
        place.mkdir()
        self.place, self.root = place, place / "root.crt"
        (place / "serial").write_text("01\n")
        (place / "ts.cnf").write_text(CONFIG.format(place=place))
        new = "req -new -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes"
        self._call(
            f"{new} -x509 -days 30 -subj /CN=root -keyout root.key -out root.crt -config ts.cnf -extensions root"
        )
        self._call(f"{new} -subj /CN=tsa -keyout tsa.key -out tsa.csr -config ts.cnf")
        sign = "x509 -req -in tsa.csr -CA root.crt -CAkey root.key -CAcreateserial -days 30"
        self._call(f"{sign} -extfile ts.cnf -extensions leaf -out tsa.crt")

    def answer(self, request: bytes) -> bytes:
        """Stamp what is asked for."""
        (self.place / "q.tsq").write_bytes(request)
        self._call("ts -reply -queryfile q.tsq -inkey tsa.key -signer tsa.crt -config ts.cnf -section tsa -out a.tsr")
        return (self.place / "a.tsr").read_bytes()

    def verify(self, roll: bytes, answer: bytes) -> bool:
        """Ask openssl for its opinion."""
        (self.place / "roll").write_bytes(roll)
        (self.place / "v.tsr").write_bytes(answer)
        command = ["openssl", "ts", "-verify", "-data", "roll", "-in", "v.tsr", "-CAfile", "root.crt"]
        return subprocess.run(command, cwd=self.place, capture_output=True, check=False).returncode == 0

    def _call(self, command: str) -> None:
        # the configuration of `req` wants a section that the others do not
        text = (self.place / "ts.cnf").read_text()
        if "[req]" not in text:
            (self.place / "ts.cnf").write_text("[req]\ndistinguished_name = dn\n[dn]\n" + text)
        subprocess.run(["openssl", *command.split()], cwd=self.place, capture_output=True, check=True)


@pytest.fixture(scope="module")
def tsa(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("tsa") / "one")


def _anchored(chain: Chain, tsa: Authority) -> anchor.Anchor:
    return anchor.keep(chain.ledger, tsa.answer(anchor.request(chain.ledger)), [tsa.root])


def test_a_head_is_stamped_kept_and_checked_offline(chain: Chain, tsa: Authority) -> None:
    ledger = chain.walk("audit", "classify").ledger
    made = _anchored(chain, tsa)
    assert made.head == ledger.head()
    moment = datetime.fromisoformat(made.at)
    assert abs(datetime.now(UTC) - moment) < timedelta(minutes=10)
    assert anchor.check(ledger, [tsa.root]) == [made]
    assert set(made.statements) == {one.digest for one in chain.made.values()}


def test_openssl_says_the_same(chain: Chain, tsa: Authority) -> None:
    ledger = chain.walk("audit").ledger
    answer = tsa.answer(anchor.request(ledger))
    assert tsa.verify(ledger.roll(), answer)
    assert not tsa.verify(ledger.roll() + b"x", answer)
    said = subprocess.run(
        ["openssl", "ts", "-reply", "-in", "a.tsr", "-text"], cwd=tsa.place, capture_output=True, text=True, check=True
    )
    stamped = "".join(re.findall(r"- ((?:[0-9a-f]{2}[- ]){16})", said.stdout)).replace("-", "").replace(" ", "")
    assert stamped == ledger.head() == hashlib.sha256(ledger.roll()).hexdigest()


def test_what_has_gone_since_an_anchor_is_named(chain: Chain, tsa: Authority) -> None:
    chain.walk("audit", "classify")
    _anchored(chain, tsa)
    chain.walk("redact")
    _anchored(chain, tsa)
    assert [len(one.statements) for one in anchor.check(chain.ledger, [tsa.root])] in ([2, 3], [3, 2])
    chain.hide("classify")  # with every marker: nothing inside the ledger tells
    found = anchor.check(chain.ledger, [tsa.root])
    assert {one.lost for one in found} == {(chain.made["classify"].digest,)}
    assert not any(one.whole for one in found)


def test_a_ledger_that_was_rolled_back_whole_is_seen(chain: Chain, tsa: Authority, tmp_path: Path) -> None:
    chain.walk("audit")
    old = shutil.copytree(chain.home.path / "ledger", tmp_path / "old")
    chain.walk("classify", "redact")
    _anchored(chain, tsa)
    anchors = chain.home.path / "ledger" / "anchors"
    shutil.copytree(anchors, old / "anchors")
    (found,) = anchor.check(Ledger(old, chain.home.policy), [tsa.root])
    assert set(found.lost) == {chain.made[step].digest for step in ("classify", "redact")}


@pytest.fixture
def stamp(chain: Chain, tsa: Authority) -> tuple[bytes, bytes]:
    """A roll and its time stamp."""
    ledger = chain.walk("audit").ledger
    return ledger.roll(), tsa.answer(anchor.request(ledger))


SPOILT: dict[str, Callable[[bytes], bytes]] = {
    "empty": lambda _: b"",
    "text": lambda _: b"time",
    "cut off": lambda one: one[:-1],
    "flipped in the middle": lambda one: (
        one[: len(one) // 2] + bytes([one[len(one) // 2] ^ 1]) + one[len(one) // 2 + 1 :]
    ),
    "flipped at the end": lambda one: one[:-1] + bytes([one[-1] ^ 1]),
    "endless": lambda one: one + bytes(anchor.MAX_ANSWER),
}


@pytest.mark.parametrize("case", SPOILT)
def test_a_spoilt_time_stamp_does_not_verify(case: str, stamp: tuple[bytes, bytes], tsa: Authority) -> None:
    roll, answer = stamp
    assert anchor.stamped(answer, roll, [tsa.root])
    with pytest.raises(IntegrityError, match="time stamp does not verify"):
        anchor.stamped(SPOILT[case](answer), roll, [tsa.root])


def test_a_time_stamp_is_of_one_head_by_one_authority(
    stamp: tuple[bytes, bytes], tsa: Authority, tmp_path: Path
) -> None:
    roll, answer = stamp
    other = Authority(tmp_path / "other")
    for told, roots in ((roll + b"x", [tsa.root]), (roll, [other.root]), (roll, [])):
        with pytest.raises(IntegrityError, match="time stamp does not verify"):
            anchor.stamped(answer, told, roots)
    assert anchor.stamped(answer, roll, [other.root, tsa.root])
    with pytest.raises(UsageError, match="not a certificate in PEM"):
        anchor.stamped(answer, roll, [tsa.place / "ts.cnf"])


@pytest.mark.parametrize("part", ["roll", "tsr"])
@pytest.mark.parametrize("how", ["deleted", "edited"])
def test_a_damaged_anchor_is_noticed(part: str, how: str, chain: Chain, tsa: Authority) -> None:
    chain.walk("audit")
    made = _anchored(chain, tsa)
    file = chain.home.path / "ledger" / "anchors" / f"{made.head}.{part}"
    file.unlink() if how == "deleted" else file.write_bytes(file.read_bytes() + b"x")
    if (part, how) == ("tsr", "deleted"):  # an anchor that was never kept is no anchor
        assert anchor.check(chain.ledger, [tsa.root]) == []
        return
    with pytest.raises(IntegrityError):
        anchor.check(chain.ledger, [tsa.root])


def test_an_empty_ledger_has_no_head_to_stamp(chain: Chain) -> None:
    with pytest.raises(UsageError, match="no statements yet"):
        anchor.request(chain.ledger)


# On the command line


def _run(*arguments: str | Path) -> int:
    return cli.main(list(map(str, arguments)))


def test_a_bundle_is_verified_with_its_time_stamp(
    release: Release, tsa: Authority, capsys: pytest.CaptureFixture[str]
) -> None:
    query, answer = release.path / "q.tsq", release.path / "a.tsr"
    assert _run("ledger", "request", query, "--bundle", release.bundle) == 0
    answer.write_bytes(tsa.answer(query.read_bytes()))
    assert _run("ledger", "anchor", answer, "--bundle", release.bundle, "--tsa", tsa.root) == 0
    verify = ("verify", release.bom, "--bundle", release.bundle, "--bytes", release.bytes)
    assert _run(*verify, "--anchor", answer, "--tsa", tsa.root) == 0
    assert "a trusted authority saw this head at 20" in capsys.readouterr().out
    assert _run(*verify, "--anchor", answer) == 1
    assert "time stamp does not verify" in capsys.readouterr().out
    release.publish()
    assert _run(*verify, "--anchor", answer, "--tsa", tsa.root) == 1


def test_a_home_is_anchored_and_checked(chain: Chain, tsa: Authority, capsys: pytest.CaptureFixture[str]) -> None:
    chain.walk("audit", "classify")
    home, query = ("--home", chain.home.path), chain.home.path / "q.tsq"
    assert _run("ledger", "check", "--tsa", tsa.root, *home) == 1
    assert "no anchor" in capsys.readouterr().out
    assert _run("ledger", "request", query, *home) == 0
    (chain.home.path / "a.tsr").write_bytes(tsa.answer(query.read_bytes()))
    assert _run("ledger", "anchor", chain.home.path / "a.tsr", "--tsa", tsa.root, *home) == 0
    assert _run("ledger", "check", "--tsa", tsa.root, *home) == 0
    chain.hide("audit")
    assert _run("ledger", "check", "--tsa", tsa.root, *home) == 1
    assert chain.made["audit"].digest in capsys.readouterr().out
