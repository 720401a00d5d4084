"""Who gets events of some types."""

from __future__ import annotations

from workbench.model.filter import Filter
from workbench.model.messaging import LOG_TOPIC, Route, Routing, Subscription
from workbench.model.policy import ReactorType
from workbench.model.projection import Column, On, Projection
from workbench.model.registry import Registry
from workbench.services.streams.event_receivers import receivers_of


def reactor(name, *, stateful):
    correlate = (lambda _event, record: record.stream) if stateful else None
    return ReactorType(
        name=name, events=("a",), commands=(), react=lambda *_: (None, ()), correlate=correlate
    )


def test_B3_every_kind_of_receiver_is_named_with_its_count_and_those_that_act_come_first():
    registry = Registry(
        subscriptions={
            "mail": Subscription(name="mail", topic="users", handler="h"),
            "only_b": Subscription(name="only_b", topic="users", handler="h", types=("b",)),
            "all": Subscription(name="all", topic=LOG_TOPIC, handler="h"),
            "none": Subscription(name="none", topic="other", handler="h"),
        },
        reactors={"p": reactor("p", stateful=False), "q": reactor("q", stateful=True)},
        projections={
            "rows": Projection(name="rows", columns=(Column(name="id"),), on=(On("b", lambda *_: None),))
        },
        routing=Routing((Route(pattern="a", topics=("users",)),)),
    )
    found = receivers_of(registry, {"a": 3, "b": 2})
    assert [str(one) for one in found] == [
        "subscription mail (3)",
        "subscription all (5)",
        "policy p (3)",
        "process q (3)",
        "read model rows (2)",
    ]
    assert [one.reads_only for one in found] == [False, False, False, False, True]


def test_B3_of_what_a_filter_may_keep_back_only_the_most_is_said():
    only = Filter(expression="data.n > 1")
    registry = Registry(
        subscriptions={"few": Subscription(name="few", topic=LOG_TOPIC, handler="h", filter=only)}
    )
    assert [str(one) for one in receivers_of(registry, {"a": 3})] == ["subscription few (up to 3)"]
