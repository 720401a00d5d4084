"""Which time zone the person chose: one for the window and the command line (V3)."""

from __future__ import annotations

from collections.abc import Mapping

from workbench.errors import InvalidValue, StoreReadOnly
from workbench.model.hints import sentences
from workbench.model.zones import SYSTEM, Zone, find_zone
from workbench.project.trust_list import config_folder

VARIABLE = "WORKBENCH_ZONE"
_FILE = "zone"


def chosen_zone(environ: Mapping[str, str]) -> Zone:
    """Returns the zone of ``WORKBENCH_ZONE``, else the one chosen in the window, else the machine's.

    Raises:
        InvalidValue: This machine knows no such zone.
    """
    return find_zone(environ.get(VARIABLE) or _remembered(environ))


def zone_or_system(environ: Mapping[str, str]) -> tuple[Zone, str]:
    """Returns the chosen zone, or the machine's with a sentence about why it is not the chosen one."""
    try:
        return chosen_zone(environ), ""
    except InvalidValue as error:
        said = f"{error.message}, so times are shown in the zone of this machine"
        return SYSTEM, sentences(said, error.hint)


def remember_zone(environ: Mapping[str, str], zone: Zone) -> None:
    """Remembers a zone for the next time, outside every project.

    Raises:
        StoreReadOnly: The folder for that cannot be written.
    """
    folder = config_folder(environ)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        (folder / _FILE).write_text(f"{zone.key}\n", encoding="utf-8")
    except OSError as error:
        raise StoreReadOnly(
            f"the time zone cannot be remembered: {error.strerror or error}",
            hint="set WORKBENCH_CONFIG to a folder that can be written",
        ) from error


def _remembered(environ: Mapping[str, str]) -> str:
    try:
        return (config_folder(environ) / _FILE).read_text(encoding="utf-8")[:100].strip()
    except (OSError, ValueError):
        return ""
