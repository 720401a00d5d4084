"""The verb that appends one event by hand."""

from __future__ import annotations

from workbench.cli.answers import answer, opened
from workbench.cli.arguments import DONE, Environ, Options, Parser, VerbSpec, position, words


def _takes(parser: Parser) -> None:
    parser.project()
    parser.add_argument("stream", metavar="STREAM", type=words, help="the stream's whole name")
    parser.add_argument("type", metavar="EVENT", type=words, help="an event of the model")
    parser.add_argument(
        "--set",
        metavar="FIELD=TEXT",
        type=words,
        action="append",
        default=[],
        help="a field of the event; FIELD:=JSON for a value that is not text",
    )
    parser.add_argument(
        "--why", metavar="TEXT", type=words, required=True, help="the reason; it is recorded with the act"
    )
    parser.add_argument(
        "--expected",
        metavar="VERSION",
        type=position,
        help="refuse it if the stream is at another version by then; 0 for a new stream",
    )
    parser.trust()
    parser.json("stream, version, position, type")


async def _append(options: Options, environ: Environ) -> int:
    from workbench.cli.field_arguments import assign
    from workbench.services.project.open_project import need_model
    from workbench.services.streams.event_append import HandMade

    data: dict[str, object] = {}
    for text in options.set:
        assign(data, text)
    made = HandMade(
        stream=options.stream, type=options.type, data=data, why=options.why, expected=options.expected
    )
    async with opened(options, environ) as workspace:
        need_model(workspace, "appending an event")
        result = await workspace.event_append.append(made)
    version, place = result.last_version, result.last_position
    value = {"stream": made.stream, "version": version, "position": place, "type": made.type}
    answer(options, value, f"{made.type} appended to {made.stream}, version {version:,}, position {place:,}")
    return DONE


APPEND = VerbSpec(
    about="""
        Appends one event by hand, such as one that an outside system failed to send. It must fit its type,
        and the aggregate of the stream must be able to fold it, as the event of a command must. Who, why and
        what stand in the operations log; who and why also in the event's metadata. It cannot be undone:
        append another event that corrects it.

        Read models, subscriptions and policies follow when the project runs next.
    """,
    examples="""
        workbench append my-project user-ada user.email_changed --set email=ada@example.org --why "Ticket 17"
        workbench append shop order-7 order.paid --set 'amount:=12' --expected 3 --why "bank file was late"
    """,
    arguments=_takes,
    work=_append,
)
