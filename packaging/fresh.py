"""Types the README's two commands on bare Debian systems, as root and as a user, and says what happened.

    sudo python3 packaging/fresh.py                        Debian 12 and 13
    sudo python3 packaging/fresh.py trixie --as root       one system, one user
    sudo python3 packaging/fresh.py --times 2 --in FOLDER  each command twice; the systems are made in FOLDER

A system is a folder with Debian's smallest set of packages, Python and pip, made by debootstrap and entered
by chroot; it holds a clone of what is committed here. How this machine reaches packages (pip's index, apt's
proxies, certificates) is told to it, too. Needs root, debootstrap, git and unshare; the exit code is 0 if
every command did its work.
"""

from __future__ import annotations

import argparse
import ast
import os
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter

from bootstrap import ROOT
from console import Stop, ask, guarded, say

SUITES = ("bookworm", "trixie")
PERSON = "ada"
COMMANDS = ("python3 packaging/run.py", "python3 packaging/test.py")
CLONE = "event-workbench"
SCRIPTS = Path("/usr/share/debootstrap/scripts")
CERTIFICATES = Path("/etc/ssl/certs/ca-certificates.crt")
TOLD = ("index-url", "extra-index-url", "trusted-host", "proxy", "timeout", "default-timeout", "retries")
"""Settings of pip that mean the same on every machine, unless they name files."""
PROXIES = ("http_proxy", "https_proxy", "no_proxy", "HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY")
_REQUEST = re.compile(r"^ +su - -c '(.+)'$", re.MULTILINE)


@dataclass(frozen=True, kw_only=True, slots=True)
class Typed:
    """A command and what became of it.

    Attributes:
        system: The suite of Debian, with its Python.
        asked: It named a command for root to type; that is no failure of an ordinary user's first start.
    """

    system: str
    user: str
    command: str
    code: int
    seconds: float
    asked: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class System:
    """A bare system in a folder.

    Attributes:
        log: Where all that was said in it stands.
        env: What commands in it are given.
    """

    suite: str
    folder: Path
    log: Path
    env: Mapping[str, str]

    def type(self, command: str, user: str) -> tuple[int, str]:
        """Runs a command in it; returns the exit code and all that was said.

        Mounts are made in a name space of their own, which ends with the command.
        """
        inside = shlex.join([
            "chroot", str(self.folder), "/usr/bin/env", "-i", *(f"{k}={v}" for k, v in self.env.items()),
            "su", user, "-s", "/bin/sh", "-c", command,
        ])  # fmt: skip
        mounts = " && ".join(
            f"mount {how} {shlex.quote(str(self.folder / where))}"
            for how, where in (("-t proc proc", "proc"), ("--rbind /dev", "dev"))
        )
        said = []
        with (
            self.log.open("a", encoding="utf-8") as log,
            subprocess.Popen(
                ["unshare", "--mount", "--propagation", "private", "sh", "-c", f"{mounts} && exec {inside}"],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
                errors="replace",
            ) as child,
        ):
            log.write(f"\n$ {command}    # {user}\n")
            for line in child.stdout or ():
                said.append(line)
                log.write(line)
                log.flush()
        return child.returncode, "".join(said)


# --- what this machine is told about packages, the system is told, too


def pip_settings(listed: str) -> dict[str, str]:
    """Returns the environment that tells another pip the way to packages, as ``pip config list`` says it."""
    found: dict[str, str] = {}
    for line in listed.splitlines():
        key, _, value = line.partition("=")
        name = key.rpartition(".")[2]
        words = [word for word in str(ast.literal_eval(value)).split() if not word.startswith(("/", "file:"))]
        if name in TOLD and words:
            found[f"PIP_{name.upper().replace('-', '_')}"] = " ".join(words)
    return found


def apt_settings(dumped: str) -> str:
    """Returns the lines of ``apt-config dump`` that say how packages are reached."""
    kept = [line for line in dumped.splitlines() if re.match(r"Acquire::.* \"[^\"]+\";$", line)]
    return "".join(f"{line}\n" for line in kept)


def mirror(texts: Sequence[str]) -> str | None:
    """Returns the first place that apt's lists of sources name, leaving out those of security updates."""
    for text in texts:
        for line in re.findall(r"^(?:URIs: *|deb +(?:\[[^\]]*\] +)?)(\S+)", text, flags=re.MULTILINE):
            if "security" not in line:
                return line
    return None


def _sources() -> list[str]:
    files = [Path("/etc/apt/sources.list"), *sorted(Path("/etc/apt/sources.list.d").glob("*"))]
    return [file.read_text(encoding="utf-8") for file in files if file.is_file()]


def _environment() -> dict[str, str]:
    listed = ask([sys.executable, "-m", "pip", "config", "list"]) or ""
    return {
        "PATH": "/usr/local/sbin:/usr/sbin:/usr/local/bin:/usr/bin:/sbin:/bin",
        "LANG": "C.UTF-8",
        "PIP_CERT": str(CERTIFICATES),
        **pip_settings(listed),
        **{name: os.environ[name] for name in PROXIES if name in os.environ},
    }


# --- making a system


def _base(suite: str, folder: Path) -> Path:
    """Makes a fresh system, once."""
    base = folder / suite
    if (base / "usr/bin/pip3").exists():
        return base
    say(f"{suite}: debootstrap …")
    script = [] if (SCRIPTS / suite).exists() else [SCRIPTS / "sid"]  # one that is newer than debootstrap
    found = mirror(_sources()) or ""
    command = ["debootstrap", "--variant=minbase", "--include=python3,python3-pip,ca-certificates"]
    done = subprocess.run(
        [*command, suite, base, *([found] if found or script else []), *script],
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise Stop(
            f"debootstrap could not make {suite}: {(done.stdout + done.stderr)[-600:]}", f"See {base}."
        )
    _tell(base)
    return base


def _tell(base: Path) -> None:
    subprocess.run(["chroot", base, "useradd", "-m", PERSON], check=True)
    for file in (Path("/etc/resolv.conf"), Path("/etc/hosts"), CERTIFICATES):
        if file.exists():
            shutil.copyfile(file, base / file.relative_to("/"))
    settings = apt_settings(ask(["apt-config", "dump"]) or "")
    (base / "etc/apt/apt.conf.d/90told").write_text(settings, encoding="utf-8")


def _fresh(suite: str, user: str, folder: Path) -> System:
    """Copies a bare system and clones the checkout into the user's home."""
    base, own = _base(suite, folder), folder / f"{suite}-{user}"
    if own.exists():
        shutil.rmtree(own)
    subprocess.run(["cp", "-a", base, own], check=True)
    entry = re.search(rf"^{user}:.*", (own / "etc/passwd").read_text(encoding="utf-8"), flags=re.MULTILINE)
    if entry is None:
        raise Stop(f"There is no user {user} in {own}.", f"Delete {base} and start this again.")
    _, _, uid, gid, _, home, _ = entry[0].split(":")
    clone = own / home.lstrip("/") / CLONE
    subprocess.run(["git", "-c", "safe.directory=*", "clone", "-q", ROOT, clone], check=True)
    subprocess.run(["chown", "-R", f"{uid}:{gid}", clone], check=True)
    log = folder / f"{suite}-{user}.log"
    log.write_text("", encoding="utf-8")
    return System(suite=suite, folder=own, log=log, env=_environment())


# --- typing


def try_out(system: System, user: str, commands: Sequence[str]) -> Iterator[Typed]:
    """Types commands one after the other; what one of them asks root to type is typed, and then it again."""
    _, version = system.type("python3 -c 'import platform; print(platform.python_version())'", user)
    name = f"{system.suite}, Python {version.strip()}"
    for command in commands:
        for again in (False, True):
            started = perf_counter()
            code, said = system.type(f"cd ~/{CLONE} && {command}", user)
            asked = request(said) if code and not again and user != "root" else ""
            took = perf_counter() - started
            yield Typed(system=name, user=user, command=command, code=code, seconds=took, asked=asked)
            if not asked:
                break
            started = perf_counter()
            code, _ = system.type(asked, "root")
            took = perf_counter() - started
            yield Typed(system=name, user="root", command=asked, code=code, seconds=took)


def request(said: str) -> str:
    """Returns the command that a script asked an administrator to type; empty if it asked for none."""
    found = _REQUEST.search(said)
    return found[1] if found else ""


def summary(typed: Sequence[Typed]) -> str:
    """Returns a table of all that was typed."""
    lines = []
    for one in typed:
        verdict = "asked" if one.asked else "ok" if one.code == 0 else f"FAILED ({one.code})"
        lines.append(f"  {verdict:11} {one.system:26} {one.user:5} {one.seconds:6.0f} s  {one.command}")
    return "\n".join(lines)


def _options(words: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="fresh.py", description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument(
        "suites", nargs="*", default=SUITES, metavar="SUITE", help="of Debian: bookworm, trixie …"
    )
    parser.add_argument(
        "--as", dest="users", action="append", choices=("root", PERSON), help="only this user"
    )
    parser.add_argument("--times", type=int, default=1, help="how often each command is typed")
    parser.add_argument("--in", dest="folder", type=Path, help="where the systems are made")
    parser.add_argument("--command", action="append", help="type this instead of the two commands")
    return parser.parse_args(words)


def main() -> int:
    """Tries every system with every user.

    Returns:
        0 if every command did its work, or asked for what only root may do and did it then.
    """
    options = _options(sys.argv[1:])
    missing = [tool for tool in ("debootstrap", "git", "unshare", "chroot") if shutil.which(tool) is None]
    if missing or os.geteuid() != 0:
        need = f"these programs: {', '.join(missing)}" if missing else "root"
        raise Stop(
            f"This needs {need}.", "On Debian type: sudo apt-get install -y debootstrap git util-linux"
        )
    folder = options.folder or Path(tempfile.gettempdir()) / "event-workbench-fresh"
    folder.mkdir(parents=True, exist_ok=True)
    typed: list[Typed] = []
    for suite in options.suites:
        for user in options.users or ("root", PERSON):
            system = _fresh(suite, user, folder)
            for one in try_out(
                system, user, [c for c in options.command or COMMANDS for _ in range(options.times)]
            ):
                typed.append(one)
                say(summary([one]))
            say(f"  all that was said: {system.log}")
    say(f"\n== Summary\n{summary(typed)}")
    return int(any(one.code and not one.asked for one in typed))


if __name__ == "__main__":
    sys.exit(guarded(main))
