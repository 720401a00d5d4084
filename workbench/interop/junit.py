"""Writes the results of scenarios as JUnit XML, which build servers read."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import groupby
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from workbench.model.scenario import ScenarioResult, ScenarioVerdict
from workbench.tusk import Problem

_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def junit_xml(
    name: str, results: Sequence[ScenarioResult], problems: Sequence[Problem], told: Sequence[str]
) -> bytes:
    """Returns a report: a suite for each file, a case for each scenario and for each file's mistakes.

    Args:
        name: Of the project.
        results: In the order of their files.
        problems: Mistakes in files that could not be read, in that order, too.
        told: For each result the text that says what is not as expected.
    """
    root = Element("testsuites", name=_clean(name))
    pairs = zip(results, told, strict=True)
    for file, group in groupby(pairs, key=lambda pair: pair[0].scenario.place.file):
        suite = SubElement(root, "testsuite", name=_clean(file))
        for result, text in group:
            _case(suite, result, text)
    for file, found in groupby(problems, key=lambda problem: problem.file):
        suite = SubElement(root, "testsuite", name=_clean(file))
        case = SubElement(suite, "testcase", name="the file can be read", classname=_clean(file), time="0")
        text = _clean("\n".join(map(str, found)))
        SubElement(case, "error", message=text.splitlines()[0], type="mistakes").text = text
    for suite in root:
        _count(suite, list(suite))
    _count(root, [case for suite in root for case in suite])
    indent(root)
    written: bytes = tostring(root, encoding="utf-8", xml_declaration=True)
    return written + b"\n"


def _case(suite: Element, result: ScenarioResult, text: str) -> None:
    scenario = result.scenario
    case = SubElement(
        suite,
        "testcase",
        name=_clean(scenario.name),
        classname=_clean(scenario.place.file),
        file=_clean(scenario.place.file),
        line=str(scenario.place.line),
        time=f"{result.took:.3f}",
    )
    if not result.passed:
        kind = "error" if result.verdict is ScenarioVerdict.BROKEN else "failure"
        said = _clean(text).strip()
        message = said.splitlines()[0].strip() if said else result.verdict.value
        SubElement(case, kind, message=message, type=result.verdict.value).text = said


def _count(element: Element, cases: Sequence[Element]) -> None:
    element.set("tests", str(len(cases)))
    for key, tag in (("failures", "failure"), ("errors", "error")):
        element.set(key, str(sum(1 for case in cases if case.find(tag) is not None)))
    element.set("time", f"{sum(float(case.get('time', '0')) for case in cases):.3f}")


def _clean(text: str) -> str:
    """Returns a text without what XML cannot hold; it is shown as an escape instead."""
    return _NOT_XML.sub(lambda found: f"\\u{ord(found[0]):04x}", text)
