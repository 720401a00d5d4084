"""What subscriptions did over time, on a terminal and for programs."""

from __future__ import annotations

import re


def test_a_run_is_told_afterwards_as_text_json_and_csv(workbench, played):
    said = workbench("rates", played)
    assert said.code == 0
    heads, *rows = said.out.splitlines()
    assert re.split("  +", heads.strip()) == [
        *("SUBSCRIPTION", "AVERAGE (DELIVERIES A SECOND)", "HIGHEST SECOND", "TOTAL")
    ]
    assert "HIGHEST STEP" in workbench("rates", played, "--measure", "retries").out
    delivered = {one["name"]: one["delivered"] for one in workbench("subscriptions", played, "--json").json()}
    assert {row.split()[0]: int(row.split()[3].replace(",", "")) for row in rows} == delivered

    found = workbench("rates", played, "--measure", "deaths", "--json").json()
    mail = next(one for one in found["subscriptions"] if one["name"] == "welcome-mail")
    assert found["measure"] == "deaths"
    assert mail["total"] == sum(value or 0 for value in mail["values"]) > 0
    assert None in mail["values"], "while nothing ran is a gap"

    lines = workbench("rates", played, "--csv", "--since", "60s").out.splitlines()
    assert lines[0] == ",".join(["time", *sorted(delivered)])
    assert lines[1].endswith("," * len(delivered))


def test_more_than_is_kept_is_refused(workbench, played):
    said = workbench("rates", played, "--since", "2d")
    assert said.code == 2
    assert "more is not kept" in said.err


def test_V6_read_models_are_told_by_measures_of_their_own(workbench, played):
    found = workbench("rates", played, "--measure", "folded", "--json").json()
    told = {one["name"]: one["total"] for one in found["subscriptions"]}
    assert "users" in told
    assert told["users"] > 0
    assert workbench("rates", played, "--measure", "fold-lag").out.startswith("READ MODEL")
