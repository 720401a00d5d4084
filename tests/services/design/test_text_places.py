"""What stands at an offset is found in right and in broken texts."""

from __future__ import annotations

import pytest

from workbench.services.design.text_places import Part, place_at


@pytest.mark.parametrize(
    ("text", "part", "path", "said"),
    [
        ("[comm‸and.x]\n", Part.SECTION, (), "command.x"),
        ("[comm‸", Part.SECTION, (), "comm"),
        ("[a.b]\n‸", Part.KEY, (), ""),
        ("[a.b]\nem‸it", Part.KEY, (), "emit"),
        ("[a.b]\nemit: ‸", Part.VALUE, ("emit",), ""),
        ('[a.b]\nemit: "x‸y"', Part.TEXT, ("emit",), "xy"),
        ('[a.b]\nemit: "x‸', Part.TEXT, ("emit",), "x"),
        ('[a.b]\nwith {\n  x: "‸"\n}', Part.TEXT, ("with", "x"), ""),
        ('[a.b]\nwith { a: "x", b‸', Part.KEY, ("with",), "b"),
        ("[a.b]\nwith { a: 1 ‸}", Part.KEY, ("with",), ""),
        ('[a.b]\non: ["x", "‸"]', Part.TEXT, ("on",), ""),
        ("[a.b]\non: [‸]", Part.VALUE, ("on",), ""),
        ('[a.b]\non { "x.‸y" { a: 1 } }', Part.KEY, ("on",), "x.y"),
        ("[a.b]\nx: 1 # he‸llo", Part.NOTHING, ("x",), "# hello"),
        ('[a.b]\nx: """\nfoo‸\n"""', Part.TEXT, ("x",), "foo"),
        ('"A" {\n  given: [{ event: "u‸" }]\n}', Part.TEXT, ("A", "given", "event"), "u"),
        ("[a.b]\non: tr‸", Part.VALUE, ("on",), "tr"),
    ],
)
def test_a_place_is_known(text, part, path, said):
    offset = text.index("‸")
    found = place_at(text.replace("‸", ""), offset)
    assert (found.part, found.path, found.said) == (part, path, said)


def test_every_offset_of_a_broken_text_is_some_place():
    text = '[a.b\nx { y: "z\n[c] }\n"q": """\n ]}'
    for offset in range(len(text) + 1):
        found = place_at(text, offset)
        assert 0 <= found.start <= found.end <= len(text)
