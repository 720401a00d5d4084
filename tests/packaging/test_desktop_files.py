"""A desktop that knows these files opens a bundle by a double click (W21)."""

from __future__ import annotations

import configparser
from xml.etree import ElementTree as ET

from tests.conftest import ROOT
from workbench.cli.verb_list import parse
from workbench.interop.bundle_file import MANIFEST, SUFFIX, is_bundle

LINUX = ROOT / "packaging" / "linux"
SPACE = "{http://www.freedesktop.org/standards/shared-mime-info}"


def test_W21_the_kind_of_file_is_what_the_desktop_entry_opens(tmp_path):
    entry = configparser.ConfigParser(interpolation=None)
    entry.read(LINUX / "event-workbench.desktop")
    program = entry["Desktop Entry"]
    kind = ET.parse(LINUX / "event-workbench.xml").getroot().find(f"{SPACE}mime-type")
    assert kind.get("type") == program["MimeType"].rstrip(";")
    assert kind.find(f"{SPACE}glob").get("pattern") == f"*{SUFFIX}"
    begins, named = kind.iter(f"{SPACE}match")
    assert (begins.get("value"), named.get("value")) == (r"PK\003\004", MANIFEST)
    written = tmp_path / "renamed.zip"
    written.write_bytes(b"PK\x03\x04".ljust(int(named.get("offset")), b"\0") + MANIFEST.encode())
    assert is_bundle(written), "what the desktop knows by its beginning the program knows as well"
    words = program["Exec"].replace("%f", str(written)).split()
    assert words[0] == "workbench"
    verb, _spec, options = parse(words[1:])
    assert (verb, options.project) == ("open", written)
