# SPDX-License-Identifier: Apache-2.0
"""One licence has many spellings: whoever writes one must not get another licence, nor a surer one, by it."""

from __future__ import annotations

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from custody.audit.licences.creative import VERSIONS
from custody.audit.licences.names import normalise, read
from custody.audit.licences.urls import read_url
from tests.audit.licence_cases import DATA

ELEMENTS = ("BY", "BY-NC", "BY-SA", "BY-ND", "BY-NC-SA", "BY-NC-ND")
WORDS = {"BY": "Attribution", "NC": "NonCommercial", "SA": "ShareAlike", "ND": "NoDerivatives"}
SPACED = {"BY": "Attribution", "NC": "Non Commercial", "SA": "Share Alike", "ND": "No Derivatives"}
HYPHENED = {"BY": "Attribution", "NC": "Non-Commercial", "SA": "Share-Alike", "ND": "No-Derivs"}


def _creative(elements: str, version: str) -> list[str]:
    """Write a Creative Commons licence as people do: id, tag, abbreviation, words, address."""
    parts = elements.split("-")
    long = ["-".join(WORDS[one] for one in parts), " ".join(SPACED[one] for one in parts)]
    long += [" ".join(HYPHENED[one] for one in parts), "-".join(SPACED[one] for one in parts)]
    short = ["-".join(parts), " ".join(parts), "_".join(parts), "-".join(parts).lower(), "".join(parts)]
    return [
        *(f"CC{gap}{name}{gap}{version}" for name, gap in product(short, "- _")),
        *(f"CC {name} v{version}" for name in short),
        *(f"CC-{name} {version} International" for name in short),
        *(f"Creative Commons {name} {version}" for name in (*long, *short[:2])),
        *(f"Creative Commons {name} {version} International License" for name in long),
        *(f"the Creative Commons {name} License, version {version}" for name in long),
        *(f"licensed under a Creative Commons {name} {version} Unported Licence." for name in long),
        f"https://creativecommons.org/licenses/{elements.lower()}/{version}/",
        f"http://www.creativecommons.org/licenses/{elements.lower()}/{version}/deed.de",
        f"creativecommons.org/licenses/{elements.lower()}/{version}/legalcode.txt",
        f"CC {elements} {version} (https://creativecommons.org/licenses/{elements.lower()}/{version}/)",
        f"Creative Commons {long[0]} {version} International (CC {elements} {version})",
    ]


FAMILIES = {  # a name, its versions, and the SPDX id
    "Apache-{}": (
        ("Apache {}", "Apache License {}", "Apache License, Version {}", "apache-{}", "ASL {}"),
        ("1.1", "2.0"),
    ),
    "MPL-{}": (
        ("MPL {}", "Mozilla Public License {}", "MPL-v{}", "mozilla public licence, version {}"),
        ("1.1", "2.0"),
    ),
    "EPL-{}": (("EPL {}", "Eclipse Public License - v {}", "Eclipse Public License {}"), ("1.0", "2.0")),
    "GPL-{}-only": (
        ("GPLv{}", "GNU GPL {}", "GNU General Public License v{}", "gpl-{}", "GPL {} only"),
        ("2.0", "3.0"),
    ),
    "GPL-{}-or-later": (
        ("GPLv{}+", "GNU GPL {} or later", "GNU General Public License v{} or any later version"),
        ("2.0", "3.0"),
    ),
    "LGPL-{}-only": (("LGPL {}", "GNU Lesser General Public License v{}", "lgpl-{}", "LGPLv{}"), ("2.1", "3.0")),
    "AGPL-{}-only": (("AGPLv{}", "GNU Affero General Public License v{}", "agpl-{}"), ("3.0",)),
    "GFDL-{}-only": (("GFDL {}", "GNU Free Documentation License v{}", "GNU FDL {}"), ("1.2", "1.3")),
    "CDLA-Permissive-{}": (
        ("CDLA Permissive {}", "Community Data License Agreement \u2013 Permissive, Version {}"),
        ("1.0", "2.0"),
    ),
    "OGL-UK-{}": (("OGL {}", "Open Government Licence v{}", "UK Open Government Licence {}"), ("2.0", "3.0")),
    "EUPL-{}": (("EUPL {}", "European Union Public Licence v. {}", "eupl-{}"), ("1.1", "1.2")),
}


@pytest.mark.parametrize(("elements", "version"), product(ELEMENTS, VERSIONS))
def test_every_spelling_of_a_creative_commons_licence_is_that_licence(elements: str, version: str) -> None:
    read_as = {text: normalise(text) for text in _creative(elements, version)}
    assert set(read_as.values()) == {f"CC-{elements}-{version}"}, read_as


@pytest.mark.parametrize("spdx", FAMILIES)
def test_every_spelling_of_a_family_is_the_version_it_names(spdx: str) -> None:
    names, versions = FAMILIES[spdx]
    read_as = {name.format(version): normalise(name.format(version)) for name in names for version in versions}
    wanted = {name.format(version): spdx.format(version) for name in names for version in versions}
    assert read_as == wanted


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("CC BY", "LicenseRef-CC-BY-unversioned"),
        ("cc-by-nc", "LicenseRef-CC-BY-NC-unversioned"),
        ("The project is licenced under CC-by-NC-SA", "LicenseRef-CC-BY-NC-SA-unversioned"),
        ("https://creativecommons.org/licenses/by-nc/", "LicenseRef-CC-BY-NC-unversioned"),
        ("CC BY-NC 7.3", "LicenseRef-CC-BY-NC-unversioned"),
        ("cc", "LicenseRef-CC-unversioned"),
        ("Creative Commons", "LicenseRef-CC-unversioned"),
        ("gpl", "LicenseRef-GPL-unversioned"),
        ("GNU General Public License", "LicenseRef-GPL-unversioned"),
        ("GPL 9.9", "LicenseRef-GPL-unversioned"),
        ("bsd", "LicenseRef-BSD-unversioned"),
        ("Apache License", "LicenseRef-Apache-unversioned"),
        ("openrail", "LicenseRef-openrail-family"),
        ("llama", "LicenseRef-Llama-unversioned"),
        ("Modified MIT License", "LicenseRef-MIT-modified"),
        ("an MIT-style licence", "LicenseRef-MIT-modified"),
    ],
)
def test_a_family_without_its_version_is_known_and_not_certain(text: str, key: str) -> None:
    found = read(text)
    assert (found.kind, found.expression, found.certain) == ("family", key, False)


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        *(
            (text, "unstated")
            for text in ("unknown", "Unspecified", "NONE", "NOASSERTION", "n/a", "No License", "undefined")
        ),
        *((text, "unstated") for text in ("[More Information Needed]", "Copyright 2017 Google LLC", "not specified.")),
        ("https://choosealicense.com/licenses/undefined/", "unstated"),
        *((text, "unknown") for text in ("", "  ", "blah", "other", "?!", "['mit']", "{'license': 'mit'}")),
        *((text, "unknown") for text in ("\u041cI\u0422", "M I T")),
        *(
            (text, "custom")
            for text in ("Custom", "Various", "Open Access", "Public Domain", "proprietary", "see LICENSE")
        ),
        *((text, "custom") for text in ("You agree to the terms of our agreement", "https://example.org/our-terms")),
        *((text, "custom") for text in ("Non Commercial", "non-commercial use only", "Research only", "academic")),
        ("For non-commercial research and educational purposes only", "custom"),
        ("CC BY 4.0 (not for commercial use)", "several"),
        ("MIT, Apache-2.0", "several"),
        ("MIT for the code, CC-BY-NC-4.0 for the data", "several"),
    ],
)
def test_what_names_no_licence_says_what_it_is_instead(text: str, kind: str) -> None:
    found = read(text)
    assert (found.kind, found.certain) == (kind, False)


@pytest.mark.parametrize(
    ("text", "restricts"),
    [
        ("CC BY 4.0, non-commercial use only", "LicenseRef-NonCommercial-custom"),
        ("MIT, for research purposes only", "LicenseRef-research-only"),
        ("CC0 but commercial use is prohibited", "LicenseRef-NonCommercial-custom"),
        ("Apache 2.0 / CC BY-NC 4.0", "CC-BY-NC-4.0"),
        ("CC BY 4.0\nand CC BY-NC 4.0 for the rest", "CC-BY-NC-4.0"),
        ("CC\u200b BY-NC 4.0", "CC-BY-NC-4.0"),
        ("CC BY 4.0 NC", "CC-BY-NC-4.0"),
        ("cc-by-4.0-nc-sa", "CC-BY-NC-SA-4.0"),
    ],
)
def test_what_restricts_is_kept_where_nothing_is_certain(text: str, restricts: str) -> None:
    found = read(text)
    assert not found.certain
    assert restricts in found.expression.split(" AND ")


@pytest.mark.parametrize(
    "text",
    [
        "not CC BY 4.0",
        "Only the code is licensed under the MIT License",
        "Annotations are licensed under CC BY 4.0",
        "MIT\u202e",
        "C\u0421 BY 4.0",  # a Cyrillic letter
        "MIT-ish",
        "similar to CC BY 4.0",
        "https://creativecommons.org.example.org/licenses/by/4.0/",
        "https://creativecommons.org@example.org/licenses/by/4.0/",
        "https://example.org/creativecommons.org/licenses/by/4.0/",
        "https://creativecommons.org/licenses/by/4.0/../../by-nc/4.0/",
        "https://[bad/licenses/by/4.0/",
        "MIT AND blah",
        "MIT AND",
        "MIT?",
        "MIT (code)",
        "code: MIT",
        "software: MIT",
        "text under MIT",
        "MIT: see terms",
        "MIT and our conditions",
        "CC BY 4.0 NC",
        "CC BY 4.0 / NC",
        "cc-by-4.0-nc",
        "CC BY 4.0-ND",
        "cc-by-4.0 sa",
        "MIT OR LicenseRef-nobody-knows",
        "MIT WITH blah",
        "(" * 900 + "MIT" + ")" * 900,
        "MIT " * 5000,
    ],
)
def test_what_only_looks_like_a_licence_is_not_certain(text: str) -> None:
    assert normalise(text) is None


@pytest.mark.parametrize(
    ("address", "key"),
    [
        ("https://opensource.org/licenses/BSD-3-Clause", "BSD-3-Clause"),
        ("https://opensource.org/license/mit/", "MIT"),
        ("http://www.opensource.org/licenses/mit-license.php", "MIT"),
        ("https://spdx.org/licenses/CDLA-Sharing-1.0.html", "CDLA-Sharing-1.0"),
        ("https://choosealicense.com/licenses/gpl-3.0/", "GPL-3.0-only"),
        ("https://www.gnu.org/licenses/gpl-3.0.en.html", "GPL-3.0-only"),
        ("https://www.gnu.org/licenses/old-licenses/lgpl-2.1.txt", "LGPL-2.1-only"),
        ("https://www.gnu.org/copyleft/gpl.html", "LicenseRef-GPL-unversioned"),
        ("http://www.gnu.org/licenses/fdl-1.3.html", "GFDL-1.3-only"),
        ("https://www.apache.org/licenses/LICENSE-2.0.txt", "Apache-2.0"),
        ("https://opendatacommons.org/licenses/odbl/1-0/", "ODbL-1.0"),
        ("http://opendatacommons.org/licenses/by/1.0/", "ODC-By-1.0"),
        ("https://cdla.dev/permissive-2-0/", "CDLA-Permissive-2.0"),
        ("https://creativecommons.org/licenses/by-sa/3.0/igo/", "CC-BY-SA-3.0"),
        ("https://creativecommons.org/publicdomain/zero/1.0/legalcode", "CC0-1.0"),
        ("https://creativecommons.org/publicdomain/mark/1.0/deed.en", "CC-PDM-1.0"),
        ("https://www.eclipse.org/legal/epl-2.0/", "EPL-2.0"),
        ("https://en.wikipedia.org/wiki/MIT_License", "MIT"),
        ("https://www.nationalarchives.gov.uk/doc/open-government-licence/version/3/", "OGL-UK-3.0"),
    ],
)
def test_pages_of_licences_are_known(address: str, key: str) -> None:
    found = read_url(address)
    assert found is not None
    assert found.key == key


@pytest.mark.parametrize(
    "address",
    [
        "https://github.com/creativecommons/licenses/by/4.0",
        "https://spdx.org/",
        "https://opensource.org/licenses",
        "https://creativecommons.org/licenses/",
        "ftp://",
        "https://:99999999/",
    ],
)
def test_other_pages_are_no_licence(address: str) -> None:
    assert read_url(address) is None


@given(st.text(max_size=200))
def test_any_text_has_a_reading_that_only_a_name_makes_certain(text: str) -> None:
    found = read(text)
    assert found.certain == (found.kind == "licence")
    assert found.expression or found.kind in {"unstated", "unknown"}


@given(
    st.sampled_from(["MIT", "CC BY 4.0", "CC0", "Apache 2.0", "GPL-3.0-only"]),
    st.sampled_from(["not for commercial use", "non-commercial use only", "for academic research only", "but not yet"]),
    st.booleans(),
)
def test_a_condition_beside_a_name_always_makes_it_uncertain(name: str, condition: str, before: bool) -> None:
    assert normalise(f"{condition}, {name}" if before else f"{name}, {condition}") is None


@pytest.mark.skipif(not (DATA / "license_aliases").is_dir(), reason="the shared raw strings are not here")
def test_raw_strings_of_the_field_are_read_right() -> None:
    from benchmarks.audit_licences import strings

    found = strings(DATA / "license_aliases" / "aliases.json")
    assert found.right / found.total >= 0.97, found.wrong
