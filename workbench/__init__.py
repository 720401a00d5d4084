"""Event Workbench: design, run, break, understand and repair event-sourced flows on one desk.

Everything that the modules of a project and the programs that embed one need is imported from here, such as
``from workbench import Aggregate``. It stands in `workbench.api`, which is loaded when it is first asked for:
whatever was imported here would be looked for in the folder that ``python -m workbench`` is started in.
"""

TYPE_CHECKING = False
if TYPE_CHECKING:
    from workbench.api import *  # noqa: F403
else:

    def __getattr__(name):  # noqa: ANN001, ANN202  # type checkers see the names themselves
        if name == "__all__" or not name.startswith("_"):
            from importlib import import_module

            api = import_module("workbench.api")
            if name in ("__all__", *api.__all__):
                return getattr(api, name)
        raise AttributeError(f"module 'workbench' has no attribute {name!r}")


__version__ = "0.1.0"
