"""What the sections of read models and of queries can say."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BeforeValidator, Field

from workbench.model.projection import OnFault
from workbench.project.declared.field_section import Fields, type_alone
from workbench.project.declared.key_meanings import (
    Each,
    Expression,
    Lets,
    ProjectionName,
    Says,
    Values,
    one_or_many,
)
from workbench.project.settings import Name, Section


class ColumnSection(Section):
    """A column: ``"text"``, or a block."""

    type: Literal["text", "integer", "number", "decimal", "money", "boolean", "time", "json"] = Field(
        description="What it holds"
    )
    index: bool = Field(False, description="Whether rows are found or sorted by it")


class RowSection(Section):
    """Another row of the same read model: the expression for its key, or a block."""

    projection: ProjectionName = Field(
        "", description="The read model itself; rows of others cannot be looked at"
    )
    key: Annotated[Name, Says()] = Field(description="Expression for the row's key")


def _by_key(value: object) -> object:
    return {"key": value} if isinstance(value, str) else value


class ApplySection(Section):
    """What an event does to a row."""

    key: Expression = Field(
        "", description="Expression for the row's key; by default the id in the stream's name"
    )
    where: Expression = Field(
        "", description="What columns of the rows equal that change, in place of a key: row.column == …"
    )
    rows: dict[Name, Annotated[RowSection, BeforeValidator(_by_key)]] = Field(
        default_factory=dict, description="Other rows that are looked up, by key; or null"
    )
    when: Expression = Field("", description="Condition; always where it is left out")
    each: Each = Field(default_factory=dict, description="Name of a line, and expression for the list")
    let: Lets = Field(default_factory=dict, description="Names for expressions")
    put: Values = Field(default_factory=dict, description="A new row, or one that replaces the old")
    set: Values = Field(default_factory=dict, description="Columns that change")
    add: Values = Field(default_factory=dict, description="Numbers added to columns")
    count: Annotated[list[Name], BeforeValidator(one_or_many)] = Field(
        default_factory=list, description="Columns that grow by one"
    )
    remove: bool = Field(False, description="The row goes")

    @property
    def contradiction(self) -> str:
        """Why it is not one deed; empty where it is."""
        changed = bool(self.set or self.add or self.count)
        if bool(self.put) + changed + self.remove != 1:
            return "give put, or remove: true, or any of set, add and count"
        if self.where and (self.put or self.key):
            return "where finds the rows that set, add, count or remove change; put needs a key"
        return ""


class ProjectionSection(Section):
    """``[projection.NAME]``."""

    description: str = Field("", description="What its rows are")
    columns: dict[Name, Annotated[ColumnSection, BeforeValidator(type_alone)]] = Field(
        min_length=1, description="The first one is the key"
    )
    key: Expression = Field(
        "", description="Expression for a row's key, where it is not the id in the stream's name"
    )
    version: int = Field(1, ge=1, description="Raise it to have the rows rebuilt")
    on_fault: Annotated[OnFault, Field(strict=False)] = Field(OnFault.PAUSE, description="At a bad event")
    on: Annotated[dict[Name, ApplySection], Says("event")] = Field(
        default_factory=dict, description="What each event does"
    )


def _one_text(value: object) -> object:
    """Returns a list of columns as one text, of which it is told that it is too many."""
    return (
        ", ".join(value) if isinstance(value, list) and all(isinstance(one, str) for one in value) else value
    )


class QuerySection(Section):
    """``[query.NAME]``: one row by its key, or a page of rows by columns."""

    description: str = Field("", description="What it answers")
    get: ProjectionName = Field("", description="Projection; the first field is the key")
    list: ProjectionName = Field("", description="Projection; fields are columns that a row must have")
    fields: Fields = Field(default_factory=dict, description="What is asked for")
    where: Expression = Field(
        "", description="Condition on the row, whose columns are compared with values and fields"
    )
    order: Annotated[str, BeforeValidator(_one_text)] = Field(
        "", description="Column that sorts the rows, -column the other way; else the key does"
    )

    @property
    def contradiction(self) -> str:
        """Why it is not one question; empty where it is."""
        if bool(self.get) == bool(self.list):
            return 'give get: "…" for one row or list: "…" for many'
        if self.get and len(self.fields) != 1:
            return "get needs one field, the key"
        if self.get and (self.where or self.order):
            return "get asks for one row by its key; where and order are for list"
        return ""
