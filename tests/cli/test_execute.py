"""What can go wrong with any verb: a reader that leaves, Ctrl-C, a terminal that lacks letters."""

from __future__ import annotations

import asyncio
import errno
import io
import os
import shlex
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import ROOT
from workbench.cli import execute
from workbench.cli.arguments import DONE, FAILED

WORKBENCH = (sys.executable, "-m", "workbench")


def test_a_reader_that_leaves_ends_it_quietly(played):
    reading, writing = os.pipe()
    os.close(reading)
    with os.fdopen(writing, "wb") as gone:
        done = subprocess.run(
            [*WORKBENCH, "export", str(played), "-"], stdout=gone, stderr=subprocess.PIPE, check=False
        )
    assert (done.returncode, done.stderr) == (0, b"")


def wait_until_stored(folder):
    """Returns when the store holds an event, looked at as any other program would."""
    import sqlite3
    import time
    from contextlib import closing

    path = folder / "data" / "events.db"
    for _ in range(600):
        time.sleep(0.05)
        if path.exists():
            with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as con:
                try:
                    if con.execute("select count(*) from events").fetchone()[0]:
                        return
                except sqlite3.Error:
                    continue
    raise AssertionError("nothing was stored")


def test_a_terminal_that_lacks_letters_gets_escapes(played):
    done = subprocess.run(
        [*WORKBENCH, "events", str(played), "--type", "nö", "--limit", "1"],
        env={**os.environ, "PYTHONIOENCODING": "ascii"},
        capture_output=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, b"there is no type n\\xf6\n")
    asked = subprocess.run(
        [*WORKBENCH, "streams", str(played / "nö")],
        env={**os.environ, "PYTHONIOENCODING": "ascii"},
        capture_output=True,
        check=False,
    )
    assert b"there is no folder" in asked.stderr
    assert rb"n\xf6" in asked.stderr


def test_progress_is_not_told_where_no_terminal_is(played, workbench, tmp_path):
    said = workbench("export", played, tmp_path / "e.ndjson")
    assert (said.code, said.err) == (0, "")


# -- subprocesses, since it is the process that must not fail ---------------------------------------------


def shell(text, folder, **environ):
    """Runs a line of shell in which ``$WB`` is the program; returns its exit code and what it said."""
    said = {
        **os.environ,
        "WB": shlex.join(WORKBENCH),
        "PROJECT": str(folder),
        "PYTHONPATH": str(ROOT),
        **environ,
    }
    done = subprocess.run(
        ["bash", "-c", f"set -o pipefail; {text}"],
        env=said,
        cwd=ROOT,
        capture_output=True,
        check=False,
        timeout=60,
    )
    return done.returncode, done.stdout.decode(errors="replace"), done.stderr.decode(errors="replace")


POSIX = pytest.mark.skipif(sys.platform == "win32", reason="a shell and its pipes are needed")


@POSIX
@pytest.mark.parametrize(
    "words", ["--help", "events --help", 'events "$PROJECT" --data', 'docs "$PROJECT"', "--version"]
)
def test_a_reader_that_has_seen_enough_ends_every_verb_quietly(played, words):
    code, _, err = shell(f"$WB {words} | head -c 1 >/dev/null", played)
    assert (code, err) == (0, "")


@POSIX
@pytest.mark.parametrize(
    ("streams", "code"), [(">&-", 0), ("<&- >&- 2>&-", 0), ("2>&-", 0)], ids=["stdout", "all", "stderr"]
)
def test_streams_that_are_closed_are_no_matter(played, streams, code):
    before = sorted(path.name for path in played.rglob("*"))
    assert shell(f'$WB events "$PROJECT" {streams}', played)[0] == code
    assert sorted(path.name for path in played.rglob("*")) == before


@pytest.mark.skipif(not Path("/dev/full").is_char_device(), reason="there is no device that is always full")
@pytest.mark.parametrize("words", ["--help", 'events "$PROJECT" --data', 'export "$PROJECT" -'])
def test_an_answer_that_does_not_fit_on_the_disk_is_told(played, words):
    code, _, err = shell(f"$WB {words} >/dev/full", played)
    assert code == 1
    assert "No space left on device" in err
    assert err.count("\n") == 1


@POSIX
def test_a_current_folder_that_is_gone_is_no_matter_where_it_is_not_needed(played, tmp_path):
    gone = tmp_path / "gone"
    start = f'mkdir "{gone}"; cd "{gone}"; rmdir "{gone}"'
    assert shell(f'{start}; $WB events "$PROJECT" --last 1', played)[0] == 0
    code, _, err = shell(f"{start}; $WB events .", played)
    assert code == 1
    assert "Traceback" not in err
    code, _, err = shell(f"{start}; $WB new shop", played)
    assert (code, err) == (1, "workbench: the current folder: No such file or directory\n")


@pytest.mark.parametrize(
    "environ",
    [
        {"PYTHONIOENCODING": "ascii"},
        {"PYTHONIOENCODING": "ascii:strict"},
        {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"},
    ],
    ids=["ascii", "strict", "C"],
)
@POSIX
def test_letters_that_the_terminal_lacks_are_shown_as_escapes(folder, environ):
    create = '--command create_user --set user_id=zoe --set "username=Zo\u00eb \u0141" --set email=z@x.org'
    code, out, err = shell(f'$WB run "$PROJECT" {create}; $WB show "$PROJECT" user-zoe', folder, **environ)
    assert (code, err) == (0, "")
    assert '"Zo\\xeb \\u0141"' in out


@POSIX
@pytest.mark.parametrize(
    "words",
    [
        "events $'no\\xff'", "$'\\xff'", "events \"$PROJECT\" --stream $'\\xff'", "new $'x\\xff'",
        "run \"$PROJECT\" --command create_user --set $'user_id=\\xff'", "import \"$PROJECT\" $'\\xff'",
    ],
)  # fmt: skip
def test_words_that_are_no_utf_8_are_answered_in_words(played, words):
    code, _, err = shell(f'cd "$PROJECT"; $WB {words}', played)
    assert code in {1, 2}
    assert err.startswith("workbench")
    assert "Traceback" not in err


@pytest.fixture
def pipe(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    return tmp_path / "pipe"


@pytest.mark.skipif(sys.platform == "win32", reason="named pipes are needed")
@pytest.mark.parametrize("kind", ["pipe", "folder", "device"])
@pytest.mark.parametrize(
    "words",
    [
        ["import", "PROJECT", "THAT"], ["import", "PROJECT", "THAT", "--dry-run"],
        ["run", "PROJECT", "--commands", "THAT"], ["check", "THAT"], ["doctor", "THAT"],
        ["dead-letters", "edit", "PROJECT", "1", "--file", "THAT"],
    ],
    ids=" ".join,
)  # fmt: skip
def test_what_is_no_file_is_refused_and_never_waited_for(workbench, played, pipe, tmp_path, kind, words):
    that = {"pipe": pipe, "folder": tmp_path, "device": "/dev/zero"}[kind]
    said = workbench(*[{"PROJECT": played, "THAT": that}.get(word, word) for word in words])
    assert said.code == 1
    assert said.err.startswith("workbench: ")


@pytest.mark.skipif(sys.platform == "win32", reason="named pipes are needed")
@pytest.mark.parametrize("place", ["project.tsk", "domain.py", "story.ndjson", "scenarios/pipe.tsk"])
@pytest.mark.parametrize("verb", ["check", "test", "docs", "run"])
def test_a_pipe_in_the_place_of_a_projects_file_is_never_waited_for(workbench, played, place, verb):
    (played / place).unlink(missing_ok=True)
    os.mkfifo(played / place)
    said = workbench(verb, played)
    assert said.code in {0, 1, 3}
    assert verb != "check" or said.code


SIGNALS = ("SIGTERM", "SIGHUP", "SIGINT")


def stopped(folder, name, ignored=()):
    """Runs commands from a pipe that stays open, and sends a signal once the first is stored."""

    def begin():
        for each in SIGNALS:  # what the tests' own shell made of them must not matter
            signal.signal(getattr(signal, each), signal.SIG_IGN if each in ignored else signal.SIG_DFL)

    words = [*WORKBENCH, "run", str(folder), "--commands", "-"]
    with subprocess.Popen(
        words,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        preexec_fn=begin,  # noqa: PLW1509  # no thread holds a lock yet that it needs
    ) as process:
        assert process.stdin is not None
        values = b'"user_id": "ada", "username": "Ada Lovelace", "email": "ada@x.org"'
        process.stdin.write(b'{"command": "create_user", ' + values + b"}\n")
        process.stdin.flush()
        wait_until_stored(folder)
        process.send_signal(getattr(signal, name))
        _, told = process.communicate(timeout=30)
    return process.returncode, told.decode()


@pytest.mark.skipif(sys.platform == "win32", reason="it has other signals")
@pytest.mark.parametrize("name", SIGNALS)
def test_a_signal_to_end_is_answered_in_words(folder, name):
    assert stopped(folder, name) == (1, "\nworkbench: stopped; what was stored stays\n")


@pytest.mark.skipif(sys.platform == "win32", reason="it has other signals")
def test_what_runs_in_the_background_of_a_script_ends_when_it_is_told_to(folder):
    said = stopped(folder, "SIGTERM", ignored=("SIGHUP", "SIGINT"))
    assert said == (1, "\nworkbench: stopped; what was stored stays\n")


@pytest.mark.skipif(sys.platform == "win32", reason="it has other signals")
def test_nohup_keeps_it_running_when_its_terminal_goes(folder):
    assert stopped(folder, "SIGHUP", ignored=("SIGHUP",)) == (0, "")


def test_what_nobody_expected_is_one_sentence_and_its_details_are_kept(
    workbench, played, monkeypatch, tmp_path
):
    def fail(*_args, **_options):
        raise KeyError("nobody thought of it")

    monkeypatch.setattr("workbench.services.streams.Streams.find", fail)
    said = workbench("streams", played)
    path = tmp_path / "config" / "last-error.txt"
    assert said.code == 1
    assert said.err.startswith(
        "workbench: unexpected error: KeyError: 'nobody thought of it' (test_execute.py:"
    )
    assert said.err.endswith(f"; details are in {path}\n")
    assert "Traceback" in path.read_text()


def test_a_task_that_fails_beside_the_work_is_one_sentence(workbench, played, monkeypatch):
    def find(*_args, **_options):
        asyncio.get_running_loop().call_exception_handler({"message": "", "exception": KeyError("beside")})
        return []

    monkeypatch.setattr("workbench.services.streams.Streams.find", find)
    said = workbench("streams", played)
    assert said.code == 0
    assert said.err.startswith("workbench: beside the work, unexpected error: KeyError: 'beside'")


def test_a_line_without_an_end_takes_no_more_memory_than_a_line_may_have(
    workbench, played, tmp_path, monkeypatch
):
    monkeypatch.setattr("workbench.interop.json_records.LONGEST", 1000)
    monkeypatch.setattr("workbench.interop.ndjson.MAX_BYTES", 999)
    path = tmp_path / "lines"
    path.write_bytes(b"a" * 5000 + b'\n{"command": "nothing"}\n' + b"b" * 2500)
    said = workbench("run", played, "--commands", path)
    assert said.code == 3
    lines = [line.partition(": ")[2] for line in said.err.splitlines() if "line " in line]
    assert [line.partition(":")[0] for line in lines] == ["line 1", "line 2", "line 3"]


def test_what_failed_is_said_once_where_the_answer_cannot_be_written_either(monkeypatch, capsys):
    class Full(io.StringIO):
        def flush(self):
            raise OSError(errno.ENOSPC, "No space left on device")

    def work():
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(sys, "stdout", Full())
    assert execute.guarded(work, {}) == FAILED
    assert capsys.readouterr().err.count("No space left on device") == 1
    monkeypatch.setattr(sys, "stdout", Full())
    assert execute.guarded(lambda: DONE, {}) == FAILED
    assert "the answer could not be written" in capsys.readouterr().err
