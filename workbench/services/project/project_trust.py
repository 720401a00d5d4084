"""Decides which modules of a project may be imported (contract §10)."""

from __future__ import annotations

from collections.abc import Mapping

from workbench.assets import asset
from workbench.errors import NotTrusted, StoreReadOnly
from workbench.project.module_import import modules_hash
from workbench.project.project import Project, Trust
from workbench.project.python_sources import Sources, module_path
from workbench.project.samples import SAMPLES
from workbench.project.trust_list import TrustList, config_folder

_TRUST = "read it; if you trust it, say --trust, which remembers this folder with these files"


def trust_of(environ: Mapping[str, str], *, trust: bool = False, only: str = "") -> Trust:
    """Returns what answers whether the modules that were read may be imported, and remembers a yes (T2).

    It is asked of the bytes that are about to run, not of files that could be others by then.

    Args:
        trust: The person trusts the modules as they are now.
        only: Digest of the modules that the person saw and trusts; empty for whatever they are now.
    """

    def trusted(sources: Sources) -> bool:
        known = TrustList(config_folder(environ))
        if known.trusts(sources.root, sources.digest) or any(_is_sample(name, sources) for name in SAMPLES):
            return True
        if not trust or only not in ("", sources.digest):
            return False
        _remember(known, sources)
        return True

    return trusted


def _remember(known: TrustList, sources: Sources) -> None:
    """Remembers a yes.

    Raises:
        StoreReadOnly: The list of trust cannot be written.
    """
    try:
        known.trust(sources.root, sources.digest)
    except OSError as error:
        raise StoreReadOnly(
            f"the list of trusted projects cannot be written: {error.strerror or error}",
            hint="set WORKBENCH_CONFIG to a folder that can be written",
        ) from error


def _is_sample(sample: str, sources: Sources) -> bool:
    """Whether all that would be imported is code that was packaged with the program."""
    return sources.digest == modules_hash(asset("samples", sample), sources.names)


def not_trusted(project: Project, what: str, *, hint: str = _TRUST) -> NotTrusted:
    """Returns the error that something needs the model of a project that is not trusted."""
    files = ", ".join(str(module_path(project.root, name)) for name in project.modules)
    return NotTrusted(
        f"{what} needs the model, which is Python that is not trusted yet: {files}",
        hint=hint,
    )
