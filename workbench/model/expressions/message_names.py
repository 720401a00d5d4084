"""The names that expressions about a message can use: in filters and in handlers."""

from __future__ import annotations

from operator import itemgetter

from workbench.model.expressions.closures import Variable
from workbench.model.expressions.value_kinds import ANY, RECORD, STRING

MESSAGE = {
    "data": Variable(ANY, itemgetter("data")),
    "type": Variable(STRING, itemgetter("type")),
    "key": Variable(STRING, itemgetter("key")),
    "topic": Variable(STRING, itemgetter("topic")),
    "metadata": Variable(RECORD, itemgetter("metadata")),
}
"""Read from what ``Message.facts`` returns; of the data nothing is known but that it is JSON."""
