"""JUnit XML as build servers read it."""

from __future__ import annotations

from xml.etree.ElementTree import fromstring

from workbench.interop.junit import junit_xml
from workbench.model.scenario import FilePlace, Scenario, ScenarioResult, ScenarioVerdict
from workbench.tusk import Problem


def result(name, verdict=ScenarioVerdict.PASSED, file="a.tsk", took=0.25):
    scenario = Scenario(name=name, place=FilePlace(file=file, line=3, column=1))
    return ScenarioResult(scenario=scenario, verdict=verdict, took=took)


def problem(file, line=1):
    return Problem(file=file, line=line, column=2, end_column=3, code="S-REF", message="no <event>")


def test_a_suite_for_each_file_and_a_case_for_each_scenario():
    results = [
        result("one"),
        result("two", ScenarioVerdict.FAILED),
        result("three", ScenarioVerdict.BROKEN, file="b.tsk"),
    ]
    told = ["", "s.tsk:3:1: n: expected 1, happened 2\nEvents", "it could not be run"]
    root = fromstring(junit_xml("users", results, [problem("c.tsk"), problem("c.tsk", 2)], told))
    assert root.attrib == {"name": "users", "tests": "4", "failures": "1", "errors": "2", "time": "0.750"}
    assert [(suite.get("name"), suite.get("tests")) for suite in root] == [
        ("a.tsk", "2"),
        ("b.tsk", "1"),
        ("c.tsk", "1"),
    ]
    cases = list(root.iter("testcase"))
    assert [case.get("line") for case in cases] == ["3", "3", "3", None]
    assert [(case.get("time"), [part.tag for part in case]) for case in cases] == [
        ("0.250", []),
        ("0.250", ["failure"]),
        ("0.250", ["error"]),
        ("0", ["error"]),
    ]
    failure = cases[1][0]
    assert failure.get("message") == "s.tsk:3:1: n: expected 1, happened 2"
    assert failure.text.endswith("\nEvents")
    assert cases[3][0].text == "c.tsk:1:2: S-REF no <event>\nc.tsk:2:2: S-REF no <event>"


def test_what_xml_cannot_hold_is_escaped_and_the_rest_kept():
    nasty = 'a\x00b\x1b[31m\ufffe\ud800 <&"]]> ✓ \U0001f600'
    data = junit_xml(nasty, [result(nasty, ScenarioVerdict.FAILED)], [], [nasty])
    root = fromstring(data)
    assert root.get("name") == 'a\\u0000b\\u001b[31m\\ufffe\\ud800 <&"]]> ✓ \U0001f600'
    (case,) = root.iter("testcase")
    assert case[0].text == root.get("name")


def test_nothing_to_tell_is_a_report_too():
    assert fromstring(junit_xml("users", [], [], [])).get("tests") == "0"
