"""The project file as settings that a person edits."""

from workbench.services.project_editor.project_editor import ProjectEditor
from workbench.services.project_editor.settings_draft import (
    Branch,
    Place,
    SettingsDraft,
    SettingsPart,
    differing,
)

__all__ = ["Branch", "Place", "ProjectEditor", "SettingsDraft", "SettingsPart", "differing"]
