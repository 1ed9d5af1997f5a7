# SPDX-License-Identifier: Apache-2.0
"""The drawn chain has every statement once, below what it follows, and a hostile name acts on nothing."""

from __future__ import annotations

from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from custody import cli
from custody.errors import IntegrityError
from custody.lineage import draw
from custody.lineage import statement as st

from .chain import CLEARED, Chain
from .release import Release

SVG = "{http://www.w3.org/2000/svg}"
HOSTILE = [
    "<script>alert(1)</script>\"'&",
    "]]></svg><a href='javascript:x'>",
    "\x1b[2J\x1b]0;x\x07",
    "a\nb\r\tc",
    "\u202egnp.exe",
    "x" * 500,
    "\ud7ff\uffff\0",
]


def test_each_statement_stands_once_below_what_it_follows(release: Release) -> None:
    statements = draw.in_order(release.own)
    numbers = {one.digest: number for number, one in enumerate(statements)}
    assert sorted(numbers) == release.own.digests()
    assert all(numbers[before] < numbers[one.digest] for one in statements for before in one.link.prev)
    lines = draw.as_text(statements).splitlines()
    assert len(lines) == len(statements)
    assert [line.split()[2] for line in lines] == [one.link.step for one in statements]
    told = draw.as_svg(statements)
    image = ET.fromstring(told)
    places = [(int(one.attrib["y"]), int(one.attrib["x"])) for one in image.iter(f"{SVG}rect")]
    assert len(set(places)) == len(statements)
    assert len(list(image.iter(f"{SVG}path"))) == sum(len(one.link.prev) for one in statements)


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_name_acts_on_nothing(name: str, chain: Chain) -> None:
    subject = {"name": name, "digest": {"dirHash": CLEARED}}
    chain.sign(chain.draft("audit").but(subjects=(subject,), grade=name, detail={"verdict": name}))
    statements = draw.in_order(chain.ledger)
    text = draw.as_text(statements)
    assert len(text.splitlines()) == 1
    assert text.isprintable()
    image = ET.fromstring(draw.as_svg(statements))
    assert {one.tag.removeprefix(SVG) for one in image.iter()} == {"svg", "title", "style", "rect", "text"}
    assert all(len("".join(one.itertext())) <= draw.MAX_TEXT for one in image.iter(f"{SVG}text"))
    assert not [key for one in image.iter() for key in one.attrib if key.startswith("on") or "href" in key]


def test_a_chain_too_long_for_recursion_is_drawn(chain: Chain) -> None:
    link = chain.draft("audit").link
    made = {}
    before: tuple[str, ...] = ()
    for number in range(3000):
        digest = f"{number:064x}"
        told = st.Link("audit", before, link.policy, link.created_at)
        made[digest] = st.Statement(digest, (st.dataset_subject("x", CLEARED),), st.TEST_RESULT, {}, told, "k")
        before = (digest,)
    levels = draw._levels(chain.ledger, dict(reversed(made.items())))  # noqa: SLF001
    assert [levels[digest] for digest in made] == list(range(3000))


def test_a_chain_with_a_hole_is_not_drawn(chain: Chain) -> None:
    chain.walk("classify", "redact")
    chain.lose("classify")
    with pytest.raises(IntegrityError, match="missing"):
        draw.in_order(chain.ledger)


def test_a_chain_is_drawn_on_the_command_line(
    release: Release, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    image = tmp_path / "chain.svg"
    assert cli.main(["show", str(release.bundle), "--svg", str(image)]) == 0
    said = capsys.readouterr().out
    assert said.splitlines()[-1].split()[2] == "bom"
    assert "PASSED restricted" in said
    assert image.read_text().startswith("<svg ")
    assert cli.main(["show", "--home", str(release.home.path)]) == 0
