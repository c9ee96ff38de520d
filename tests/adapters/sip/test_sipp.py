"""Where there is no SIPp and none can be fetched, the tests say why."""

from pathlib import Path

import pytest
from adapters.sip.sipp import NoSipp, program


def test_the_reason_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    with pytest.raises(NoSipp, match=r"no sipp is installed, and without apt-get and dpkg-deb .* install SIPp"):
        program()


def test_a_fetch_that_fails_leaves_nothing_half(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("apt-get", "dpkg-deb"):
        (tmp_path / name).write_text("#!/bin/sh\necho 'E: no network' >&2; exit 100\n")
        (tmp_path / name).chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    with pytest.raises(NoSipp, match=r"`apt-get download` failed .E: no network.*apt-get update"):
        program()
    assert not (tmp_path / "cache" / "ringback" / "sipp").exists()
