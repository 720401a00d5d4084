"""The command line's grammar, and the answer where there is no display."""

from __future__ import annotations

import pytest

from workbench.app import VERBS, parser, run, with_verb


def test_every_subcommand_is_told_in_the_help(capsys):
    with pytest.raises(SystemExit) as left:
        run(["--help"])
    assert left.value.code == 0
    said = capsys.readouterr().out
    assert all(verb in said for verb in (*VERBS, "exit codes"))


def test_a_wrong_word_ends_with_code_2(capsys):
    with pytest.raises(SystemExit) as left:
        run(["fly"])
    assert left.value.code == 2
    assert "invalid choice" in capsys.readouterr().err


def test_options_of_open_need_no_verb():
    options = parser().parse_args(with_verb(["--sample", "orders", "--theme", "dark"]))
    assert (options.verb, options.sample, options.theme, options.project) == ("open", "orders", "dark", None)


def test_a_folder_alone_is_opened(tmp_path):
    options = parser().parse_args(with_verb([str(tmp_path)]))
    assert (options.verb, options.project) == ("open", tmp_path)


def test_other_verbs_stay_what_they_are():
    assert with_verb(["tour", "pictures"]) == ["tour", "pictures"]
    assert with_verb(["--version"]) == ["--version"]
    assert with_verb([]) == ["open"]


def test_without_a_display_it_says_so_and_names_the_tour(monkeypatch, capsys):
    for name in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr("sys.platform", "linux")
    assert run(["open", "--sample", "users"]) == 1
    said = capsys.readouterr().err
    assert "no display" in said
    assert "workbench tour FOLDER" in said
