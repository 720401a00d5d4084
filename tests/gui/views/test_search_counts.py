"""What is told of a narrowed search is what a plain count of its records gives."""

from __future__ import annotations

from types import SimpleNamespace

from hypothesis import given
from hypothesis import strategies as st

from workbench.gui.views.search_counts import BARS, FACETS, KIND, Narrowing, counts_of
from workbench.services.search.found import Group
from workbench.services.search.time_counts import TimeCounts
from workbench.store.search_port import RecordKind, RecordSource

SECOND = 1_000_000
GROUPS = [
    Group(RecordSource(kind=kind), type_name, place)
    for kind in (RecordKind.EVENT, RecordKind.LETTER)
    for type_name in ("placed", "failed")
    for place in ("order-*", "mail")
]
RECORDS = st.lists(st.tuples(st.integers(0, 5_000), st.integers(0, len(GROUPS) - 1)), min_size=1, max_size=40)
LEFT = st.fixed_dictionaries({}, optional={
    KIND: st.frozensets(st.sampled_from(["event", "letter"])),
    "Type": st.frozensets(st.sampled_from(["placed", "failed"])),
    "Stream or topic": st.frozensets(st.sampled_from(["order-*", "mail"])),
})  # fmt: skip


@given(RECORDS, LEFT, st.booleans())
def test_counts_are_those_of_the_records(records, left_out, marked):
    over_time, counts = TimeCounts(), [0] * len(GROUPS)
    over_time.add([at * SECOND for at, _ in records], [number for _, number in records])
    for _, number in records:
        counts[number] += 1
    unit = over_time.unit
    since, until = (unit, 3 * unit) if marked else (None, None)
    narrowing = Narrowing(left_out=left_out, since=since, until=until)
    found = counts_of(SimpleNamespace(groups=GROUPS, counts=counts, over_time=over_time), narrowing)

    def fits(number, but=""):
        told = {facet: name(GROUPS[number]) for facet, name in FACETS.items()}
        return all(facet == but or name not in left_out.get(facet, ()) for facet, name in told.items())

    within = [number for at, number in records if not marked or unit <= at * SECOND < 3 * unit]
    listed = [number for number in within if fits(number)]
    assert found.shown == len(listed)
    assert {kind: count for kind, count in found.kinds.items() if count} == {
        kind: sum(GROUPS[number].kind is kind for number in listed)
        for kind in {GROUPS[number].kind for number in listed}
    }
    for facet, name in FACETS.items():
        for value, count in found.facets[facet].items():
            assert count == sum(name(GROUPS[number]) == value for number in within if fits(number, facet))
    assert len(found.bars) <= BARS + 1
    assert sum(sum(bar.values()) for _, bar in found.bars) == sum(fits(number) for _, number in records)
