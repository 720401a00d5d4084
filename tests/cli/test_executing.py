"""What can go wrong with any verb: a reader that leaves, Ctrl-C, a terminal that lacks letters."""

from __future__ import annotations

import os
import signal
import subprocess
import sys

import pytest

WORKBENCH = (sys.executable, "-m", "workbench")


def test_a_reader_that_leaves_ends_it_quietly(played):
    reading, writing = os.pipe()
    os.close(reading)
    with os.fdopen(writing, "wb") as gone:
        done = subprocess.run(
            [*WORKBENCH, "export", str(played), "-"], stdout=gone, stderr=subprocess.PIPE, check=False
        )
    assert (done.returncode, done.stderr) == (0, b"")


@pytest.mark.skipif(sys.platform == "win32", reason="a process cannot be sent Ctrl-C alone")
def test_ctrl_c_is_answered_in_words(folder):
    words = [*WORKBENCH, "run", str(folder), "--commands", "-"]
    with subprocess.Popen(
        words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        assert process.stdin is not None
        values = b'"user_id": "ada", "username": "Ada Lovelace", "email": "ada@x.org"'
        process.stdin.write(b'{"command": "create_user", ' + values + b"}\n")
        process.stdin.flush()
        wait_until_stored(folder)
        process.send_signal(signal.SIGINT)
        _, told = process.communicate(timeout=30)
        assert process.returncode == 1
    assert told.decode() == "\nworkbench: stopped; what was stored stays\n"


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
    assert (done.returncode, done.stderr) == (0, b"")
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
