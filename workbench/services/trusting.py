"""Settles the question of trust: which modules of a project may be imported (contract §10)."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from workbench.assets import asset
from workbench.errors import StoreReadOnly
from workbench.project.modules import modules_hash
from workbench.project.reading import read_settings
from workbench.project.samples import SAMPLES
from workbench.project.trust import TrustList, config_folder


def is_trusted(root: Path, environ: Mapping[str, str], *, trust: bool = False) -> bool:
    """Answers whether the project's modules may be imported, and remembers a yes (contract §10)."""
    return bool(trusted_digest(root, environ, trust=trust))


def trusted_digest(root: Path, environ: Mapping[str, str], *, trust: bool = False, only: str = "") -> str:
    """Returns the digest of the modules that may be imported, and remembers it if the person just said so.

    Args:
        trust: The person trusts the modules as they are now.
        only: Of the modules that the person saw and trusts; empty for whatever they are now.

    Returns:
        The digest; empty where the modules are not trusted. Import only what has it.

    Raises:
        ProjectError: The project file is wrong; every problem with its place.
        StoreReadOnly: The list of trust cannot be written.
    """
    names = tuple(read_settings(root, environ=environ).settings.cqrs.modules)
    digest = modules_hash(root, names)
    known = TrustList(config_folder(environ))
    if not names or known.trusts(root, digest) or any(_is_sample(name, names, digest) for name in SAMPLES):
        return digest
    if not trust or only not in ("", digest):
        return ""
    try:
        known.trust(root, digest)
    except OSError as error:
        raise StoreReadOnly(
            f"the list of trusted projects cannot be written: {error.strerror or error}",
            hint="set WORKBENCH_CONFIG to a folder that can be written",
        ) from error
    return digest


def _is_sample(sample: str, names: tuple[str, ...], digest: str) -> bool:
    """Whether all that would be imported is code that was packaged with the program."""
    return digest == modules_hash(asset("samples", sample), names)
