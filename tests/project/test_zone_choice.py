"""The chosen zone: by a variable, as remembered from the window, else the machine's."""

from __future__ import annotations

import pytest

from workbench.errors import InvalidValue, StoreReadOnly
from workbench.model.zones import SYSTEM, UNIVERSAL, find_zone
from workbench.project.zone_choice import chosen_zone, remember_zone, zone_or_system


@pytest.fixture
def environ(tmp_path):
    return {"WORKBENCH_CONFIG": str(tmp_path / "config")}


def test_V3_a_zone_is_remembered_and_a_variable_goes_before_it(environ):
    assert chosen_zone(environ) == SYSTEM
    remember_zone(environ, find_zone("Europe/Berlin"))
    assert chosen_zone(environ).key == "Europe/Berlin"
    assert chosen_zone({**environ, "WORKBENCH_ZONE": "utc"}) == UNIVERSAL


def test_a_zone_that_this_machine_does_not_know_is_said(environ):
    unknown = {**environ, "WORKBENCH_ZONE": "Mars/Olympus"}
    with pytest.raises(InvalidValue):
        chosen_zone(unknown)
    zone, said = zone_or_system(unknown)
    assert zone == SYSTEM
    assert said.startswith("Mars/Olympus is no time zone")
    assert zone_or_system(environ) == (SYSTEM, "")


def test_where_nothing_can_be_written_it_is_said(tmp_path):
    (tmp_path / "config").write_text("a file")
    with pytest.raises(StoreReadOnly, match="cannot be remembered"):
        remember_zone({"WORKBENCH_CONFIG": str(tmp_path / "config")}, UNIVERSAL)
