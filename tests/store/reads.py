"""Everything that the ports of lists let see, as one value that two stores can be compared by."""

from __future__ import annotations

import itertools
from typing import Any
from uuid import UUID

from workbench.model.dead_letter import LetterStatus
from workbench.model.ids import derived_id
from workbench.store.ports import Reader

STATUSES = tuple(LetterStatus)
NUMBERS = range(1, 9)


def lists(reader: Reader) -> dict[str, Any]:
    """Returns what every list read answers; numbers that mean something in one store only are left out."""
    return {
        **_streams(reader),
        **_events(reader),
        **_letters(reader),
        **_records(reader),
        **{name: _rows(reader, name) for name in ("rows", "sent", "none")},
    }


def _streams(reader: Reader) -> dict[str, Any]:
    orders = [f"{way}{by}" for way in ("", "-") for by in ("number", "name", "version", "updated")]
    found = [reader.find_streams(order=order).tolist() for order in orders]
    return {
        "stream count": reader.stream_count(),
        "streams": [reader.streams(1, 2), reader.streams(2, 9), reader.streams_numbered([3, 1, 99])],
        "by beginning": [reader.streams_from(prefix, 2) for prefix in ("", "s", "t", "x")],
        "in orders": found,
        "moved": [reader.find_streams(order="-updated", behind=behind).tolist() for behind in (0, 2, 99)],
        "found": [
            reader.find_streams(text=text, category=of, limit=2).tolist()
            for text, of in itertools.product(("", "S", "x"), ("", "s"))
        ],
        "categories": [reader.categories(), reader.categories(behind=1)],
    }


def _events(reader: Reader) -> dict[str, Any]:
    streams = [stream.name for stream in reader.streams(1, 9)]
    log = reader.read_log(0, 1000)
    return {
        "runs": [reader.log_runs(after) for after in (0, 1, 4, 99)],
        "entries": [reader.log(first, limit) for first, limit in ((0, 1000), (1, 3), (4, 2), (99, 5))],
        "of streams": [reader.stream_entries(name, [3, 2]) for name in (*streams, "none")],
        "times": [
            list(reader.stream_times(name, after, limit))
            for name in (*streams, "none")
            for after, limit in ((0, 99), (0, 1), (2, 99))
        ],
        "bytes": [reader.stream_bytes(name, 1, 3) for name in (*streams, "none")],
        "positions": [reader.position_of(name, at) for name in (*streams, "none") for at in (1, 3, 9)],
        "glances": [reader.event_glance(position) for position in range(1, reader.head() + 2)],
        "families": [_family(reader, event.correlation_id) for event in log],
        "deliveries": [
            (row.subscription, row.position, row.state, row.attempts)
            for row in reader.deliveries_at(range(reader.head() + 2))
        ],
    }


def _family(reader: Reader, correlation_id: UUID) -> Any:
    found = [reader.correlated(correlation_id, *more) for more in ((2,), (9, 3), (9, 99))]
    looked = [reader.correlated_messages(correlation_id, after, limit) for after, limit in _LOOKS]
    ids = [message.id for messages, _ in looked for message in messages]
    commands = [one.command_id for one in reader.commands()]
    return {
        "events": found,
        "count": reader.correlation_count(correlation_id),
        "messages": looked,
        "named": [reader.message_named(one) for one in (*ids, correlation_id)],
        "commands": reader.commands_named([*commands, correlation_id]),
        "letters": [reader.correlated_letters(correlation_id, after) for after in (0, 2, 99)],
    }


_LOOKS = ((0, 9), (0, 1), (3, 9), (99, 9))


def _letters(reader: Reader) -> dict[str, Any]:
    ways: list[dict[str, Any]] = [{}, {"limit": 2}, {"before": 3}, {"subscription": "one"}]
    return {
        "pages": [reader.letters(statuses=STATUSES, **more) for more in ways],
        "open": reader.letters(statuses=("open",)),
        "numbered": reader.letters_numbered([4, 2, 99]),
        "listed": reader.letters_listed([2, 99, 4]),
        "of": [reader.letters_of(one.subscription, one.position) for one in reader.letters_numbered(NUMBERS)],
        "having": [reader.letters_having(NUMBERS, statuses) for statuses in (("open",), STATUSES)],
        "newest": reader.newest_letter(),
        "after": [reader.letters_after(some) for some in (NUMBERS, [4, 99], [])],
        "counts": [reader.letter_counts(), reader.letter_counts([1, 3]), reader.letter_counts([])],
        "all of a status": [list(reader.letter_numbers(statuses)) for statuses in (("open",), STATUSES)],
        "facts": reader.letter_facts([2, 99, 4]),
        "notes": reader.letter_notes(),
        "groups": reader.letter_groups(STATUSES),
        "letter glances": [reader.letter_glance(number) for number in NUMBERS],
        "replays behind": [reader.replays_behind(numbers) for numbers in (NUMBERS, [1], [])],
        "blocking": [
            reader.blocking(one.name, {row.key for row in reader.deliveries(one.name)})
            for one in reader.subscriptions()
        ],
        "blocked behind": [reader.blocked_behind(numbers) for numbers in (NUMBERS, [1], [])],
    }


def _records(reader: Reader) -> dict[str, Any]:
    states = reader.subscriptions()
    waiting = [reader.deliveries(state.name, limit) for state in states for limit in (1, 200)]
    return {
        "all subscriptions": states,
        "waiting": [[(row.position, row.state, row.attempts) for row in rows] for rows in waiting],
        "published": reader.published(),
        "commands": [reader.commands(), reader.commands(limit=2), reader.commands(before=3)],
        "actions": [
            reader.actions(),
            reader.actions(limit=1),
            reader.action(1),
            reader.action(act="undo skip"),
        ],
        "kept": [reader.can_bring_back(act) for act in ("skip", "reset", "note", "replay")],
        "tried replays": [reader.tried_replays(act) for act in ("note", "replay", "none")],
        "taken back": [reader.taken_back(act) for act in ("note", "replay", "none")],
        "acts on letters": reader.letter_acts(NUMBERS),
        "fates of replays": [reader.replay_fates(act) for act in ("skip", "replay")],
        "deeds": [
            count(after)
            for count in (reader.command_deeds, reader.event_deeds, reader.message_deeds)
            for after in (0, 3, 99)
        ],
        "no correlation": _family(reader, derived_id("none")),
    }


def _rows(reader: Reader, name: str) -> Any:
    orders = [reader.projection_order(name, order=order, text=text) for order, text in _ORDERS]
    shown = reader.projection_order(name, text="no. 1", shows={"n": lambda value: f"no. {value}"})
    hidden = reader.projection_order(name, text="1", shows={"n": lambda _value: "one"})
    numbers = reader.projection_numbers(name, ["a", "b", "zz"])
    return {
        "rows": [reader.projection_rows(name, order=order, text=text, first=1) for order, text in _ORDERS],
        "lines": [
            [
                line[:-1] if line else None
                for line in reader.projection_lines(name, one.generation, one.numbers)
            ]
            for one in (*orders, shown, hidden)
        ],
        "gone": reader.projection_lines(name, 99, [1, 2]),
        "by key": {
            key: line[:-1] if line else None
            for key, number in numbers.items()
            for line in reader.projection_lines(name, orders[0].generation, [number])
        },
        "glances": [reader.projection_glance(name, key) for key in ("a", "zz")],
    }


_ORDERS = [("", ""), ("-id", ""), ("id", "A"), ("-n", ""), ("n", "1"), ("n", "A 1"), ("n", '"A 1"')]
