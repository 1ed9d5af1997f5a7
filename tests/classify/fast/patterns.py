# SPDX-License-Identifier: Apache-2.0
"""Random patterns of the module `regex`, from a small grammar, with hypothesis."""

from __future__ import annotations

from hypothesis import strategies as st

_LITERAL = st.sampled_from([*"abkszABKZ0189", r"\-", r"\.", "@", ":", "#", "_", " ", r"\n", "é", "\u017f", "ß"])
_CLASS = st.sampled_from(
    [
        *(r"\d", r"\w", r"\s", r"\D", r"\W", r"\S", ".", r"\p{L}", r"\p{Lu}", r"\P{L}", r"\p{N}"),
        *(
            "[a-c]",
            "[^a-c]",
            "[0-9]",
            r"[\d.-]",
            r"[^\s@]",
            r"[^\W_]",
            r"[^\p{L}]",
            r"[\p{L}\d]",
            "[A-Z]",
            "[ks]",
            "[^k]",
        ),
    ]
)
_PLACE = st.sampled_from([r"\b", r"\B", "^", "$", r"\A", r"\Z"])
_TIMES = st.sampled_from(["?", "*", "+", "{2}", "{3}", "{1,3}", "{0,2}", "{2,9}", "{2,}", "+?", "*?", "??", "?+", "++"])
_LOOK = st.sampled_from(["(?=", "(?!", "(?<=", "(?<!"])
_GROUP = st.sampled_from(["(?:", "(", "(?>", "(?i:", "(?-i:", "(?s:", "(?-s:", "(?m:", "(?-m:"])


def _larger(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    sequence = st.lists(inner, min_size=1, max_size=4).map("".join)
    return st.one_of(
        sequence,
        st.builds("(?:{}){}".format, sequence, _TIMES),
        st.builds("{}{}|{})".format, _GROUP, sequence, sequence),
        st.builds("{}{})".format, _GROUP, sequence),
        st.builds("{}{})".format, _LOOK, sequence),
        st.builds(r"(?P<g>{})x?(?P=g)".format, sequence).filter(lambda one: one.count("<g>") == 1),
    )


_ATOM = st.one_of(_LITERAL, _CLASS, st.builds("{}{}".format, st.one_of(_LITERAL, _CLASS), _TIMES), _PLACE)
patterns = st.lists(st.recursive(_ATOM, _larger, max_leaves=8), min_size=1, max_size=6).map("".join)
flags = st.sampled_from([26, 24, 10, 18, 16, 8, 2, 0, 26 | 128])
