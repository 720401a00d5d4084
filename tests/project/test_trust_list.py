"""The lists of what a person trusts are not lost to one bad byte (T2)."""

from __future__ import annotations

import pytest

from workbench.project.trust_list import MODULES, TrustList


@pytest.fixture
def known(tmp_path):
    trusted = TrustList(tmp_path)
    trusted.trust(tmp_path / "one", "digest")
    return trusted


BROKEN = [b'{"a": "b"', b'{"a": "\xff"}', b"[]", b"[" * 100_000]


@pytest.mark.parametrize("content", BROKEN)
def test_T2_a_list_that_cannot_be_read_trusts_nothing_and_is_kept_aside(known, tmp_path, content):
    (tmp_path / MODULES).write_bytes(content)
    assert not known.trusts(tmp_path / "one", "digest")
    known.trust(tmp_path / "two", "digest")
    assert known.trusts(tmp_path / "two", "digest")
    assert (tmp_path / "trusted.unreadable.json").read_bytes() == content


def test_T2_an_empty_list_is_a_list(known, tmp_path):
    (tmp_path / MODULES).write_bytes(b"")
    known.trust(tmp_path / "two", "digest")
    assert known.trusts(tmp_path / "two", "digest")


def test_T2_what_was_trusted_stays_so_beside_what_comes(known, tmp_path):
    known.trust(tmp_path / "two", "other")
    assert known.trusts(tmp_path / "one", "digest")
    assert not known.trusts(tmp_path / "one", "other")
