"""What random histories are made of: operations that often meet, and what their answers say."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from tests.store.actions import event
from workbench.errors import AppendManyFailed, WorkbenchError, WrongExpectedVersion
from workbench.model.event import NewEvent
from workbench.model.ids import derived_id
from workbench.model.messaging import COMMANDS_TOPIC
from workbench.store import operations as op
from workbench.store.operator_actions import OperatorAction
from workbench.store.stored_values import CommandRecord, Snapshot

STREAMS = ("r", "s", "t")
TOPICS = ("mail", "sms", COMMANDS_TOPIC)
SUBSCRIPTIONS = {"one": "mail", "two": "sms", "all": "$log", COMMANDS_TOPIC: COMMANDS_TOPIC}
COLUMNS = (("id", "text"), ("n", "integer"))
TOKENS = [derived_id("token", n) for n in range(3)]
OWNERS = [None, derived_id("engine", 1), derived_id("engine", 2)]

events = st.builds(
    lambda letter, n: event(letter, f'{{"n":{n}}}'),
    st.sampled_from("abcdefgh"),
    st.sampled_from([1, 1, 1, 2]),
)
appends = st.builds(
    lambda stream, events, expected: op.Append(stream=stream, events=tuple(events), expected=expected),
    st.sampled_from(STREAMS),
    st.lists(events, max_size=3),
    st.sampled_from([-1, -1, -1, -2, 0, 1, 2, 3]),
)
fresh = st.builds(
    lambda stream, n: op.Append(
        stream=stream, events=(NewEvent(id=derived_id("fresh", n), type=f"kind.{n % 3}", data="{}"),)
    ),
    st.sampled_from(STREAMS),
    st.integers(0, 10_000),
)
many = st.builds(lambda parts: op.AppendMany(appends=tuple(parts)), st.lists(appends, max_size=3))
closings = st.builds(
    lambda stream, expected, closed: op.CloseStream(stream=stream, expected=expected, closed=closed),
    st.sampled_from(STREAMS),
    st.sampled_from([-1, 1, 2]),
    st.booleans(),
)
snapshots = st.builds(
    lambda stream, version: op.SaveSnapshot(
        snapshot=Snapshot(stream=stream, version=version, state_hash="h", state=f"[{version}]")
    ),
    st.sampled_from(STREAMS),
    st.integers(1, 5),
)
commands = st.builds(
    lambda n, outcome: op.RecordCommand(
        record=CommandRecord(
            command_id=derived_id("command", n),
            type="do",
            stream="s",
            data="{}",
            outcome=outcome,
            correlation_id=derived_id("command", n),
        )
    ),
    st.integers(0, 5),
    st.sampled_from(["accepted", "rejected"]),
)
topics = st.builds(lambda name: op.EnsureTopic(name=name), st.sampled_from(TOPICS))
messages = st.builds(
    lambda n, topic, data, priority: op.NewMessage(
        id=derived_id("message", n),
        topic=topic,
        type="note",
        key=f"k{n % 2}",
        data=data,
        correlation_id=derived_id("message", n),
        priority=priority,
        instance="p:x" if topic == COMMANDS_TOPIC else "",
    ),
    st.integers(0, 12),
    st.sampled_from(TOPICS),
    st.sampled_from(['{"n":1}', "{}", "[]"]),
    st.sampled_from([0, 60, -60]),
)
processes = st.builds(
    lambda key, state, began: op.SaveProcess(process="p", key=key, state=state, began=began),
    st.sampled_from("xy"),
    st.sampled_from([None, "1", "2"]),
    st.sampled_from([0, 3]),
)
withdrawals = st.sampled_from([{}, {"n": 1}]).map(
    lambda having: op.WithdrawTimeouts(instance="p:x", types=("note",), having=having)
)
actions = st.builds(
    lambda at, what: op.RecordAction(action=OperatorAction(at=at, action=what, subject="s")),
    st.integers(0, 3),
    st.sampled_from(["pause", "resume"]),
)
simple = st.one_of(
    fresh, appends, many, closings, snapshots, commands, topics, messages, processes, actions, withdrawals
)
groups = st.builds(lambda parts: op.Atomic(operations=tuple(parts)), st.lists(simple, max_size=4))


def said(answer: Any) -> Any:
    """What an answer says, without the words of errors, which may differ."""
    match answer:
        case WrongExpectedVersion():
            return "WrongExpectedVersion", answer.expected, answer.actual
        case AppendManyFailed():
            return "AppendManyFailed", [(index, said(error)) for index, error in answer.failures]
        case WorkbenchError():
            return type(answer).__name__
        case list():
            return [said(part) for part in answer]
        case _:
            return answer
