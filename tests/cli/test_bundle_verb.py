"""A project is bundled and unpacked from the command line (W21, W22)."""

from __future__ import annotations

from workbench.services.worlds.fork import fork_in


def unpacked(workbench, file, folder, monkeypatch):
    """Has a bundle unpacked where there is no display to show it."""
    for name in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr("sys.platform", "linux")
    said = workbench("open", file, "--into", folder)
    assert "is in" in said.out or said.code
    return said


def test_W21_a_bundle_is_made_and_unpacked(workbench, played, tmp_path, monkeypatch):
    file = tmp_path / "bug.workbench"
    said = workbench("bundle", played, file, "--at", 9, "--note", "look here")
    assert said.code == 0
    assert "opens at 9" in said.out
    assert "no display" in unpacked(workbench, file, tmp_path / "there", monkeypatch).err
    fork = fork_in(tmp_path / "there")
    assert (fork.at, fork.note) == (9, "look here")
    assert workbench("doctor", tmp_path / "there").code == 0
    ours, theirs = (workbench("events", one, "--json").json() for one in (played, tmp_path / "there"))
    assert ours == theirs
    assert "exists already" in workbench("bundle", played, file).err
    assert workbench("bundle", played, file, "--replace").code == 0
    assert "exists already" in workbench("open", file, "--into", tmp_path / "there").err
    assert "is for a bundle" in workbench("open", played, "--into", tmp_path / "more").err


def test_W21_around_a_position_or_a_stream_the_rest_stays_out(workbench, played, tmp_path, monkeypatch):
    events = workbench("events", played, "--json").json()
    first = events[0]
    for number, part in enumerate((("--around", first["position"]), ("--streams", first["stream"]))):
        file, folder = tmp_path / f"{number}.workbench", tmp_path / str(number)
        made = workbench("bundle", played, file, *part, "--json")
        assert made.code == 0, made.err
        unpacked(workbench, file, folder, monkeypatch)
        there = workbench("events", folder, "--json").json()
        assert there == [one for one in events if one["stream"] == first["stream"]]
        assert made.json()["counts"]["streams"] == 1
        assert workbench("doctor", folder).code == 0
    assert "no event has" in workbench("bundle", played, file, "--around", "0" * 32, "--replace").err
    assert "should be the id" in workbench("bundle", played, file, "--around", "x").err
    assert "no event stands" in workbench("bundle", played, file, "--around", 99999).err


def test_W22_fields_are_masked_and_a_preview_lists_them(workbench, played, tmp_path, monkeypatch):
    file = tmp_path / "bug.workbench"
    said = workbench("bundle", played, file, "--preview")
    assert not file.exists()
    assert "email" in said.out
    assert "17 events" in said.out
    monkeypatch.setattr("workbench.services.bundles.found_fields.MOST", 2)
    few = workbench("bundle", played, file, "--preview")
    assert len(few.out.splitlines()) < len(said.out.splitlines())
    assert "fields more; --json lists them" in few.out
    made = workbench("bundle", played, file, "--mask", "type:email, username")
    assert made.code == 0
    assert "masked: email, username" in made.out
    assert "scenarios/accounts.tsk mentions masked values" in made.out
    unpacked(workbench, file, tmp_path / "there", monkeypatch)
    stored = (tmp_path / "there" / "data" / "events.db").read_bytes()
    assert b"slowmail.example" not in stored
    assert b"Lovelace" not in stored
    assert workbench("doctor", tmp_path / "there").code == 0
    wrong = workbench("bundle", played, file, "--mask", "emial", "--replace")
    assert wrong.code == 1
    assert "did you mean email" in wrong.err


def test_W22_secrets_are_masked_unless_they_shall_be_seen(workbench, secrets, tmp_path):
    file = tmp_path / "bug.workbench"
    assert workbench("bundle", secrets, file, "--json").json()["masked"] == ["token"]
    assert workbench("bundle", secrets, file, "--json", "--reveal", "--replace").json()["masked"] == []
