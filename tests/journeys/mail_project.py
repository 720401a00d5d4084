"""A project of mails to three servers that are down: of 4,160 letters 2,600 are of one of them."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path

from workbench.services.project.open_project import open_target

OLD, PATCHED = "mx-old.example", "mx-new.example"
"""The server that will never be back, and the one that took its place."""
PROJECT = """
[project]
name: "mails"
format: 1

[event_store]
synchronous: "normal"

[message_queue]
max_attempts: 1

[topics]
outbox {}
sent {}

[routing]
outbox { pattern: "mail.*", topics: ["outbox"] }

[subscriptions]
sending { topic: "outbox", handler: "send_mail" }

[aggregate.mail]

[event.mail.queued]
fields { to: "string", server: "string" }

[command.queue_mail]
creates: "mail"
fields { mail_id: "string", to: "string", server: "string" }
emit: "mail.queued"

[handler.send_mail]
event: "mail.queued"
fail {
    down {
        when: "data.server in ['mx-old.example', 'mx-east.example', 'mx-west.example']"
        message: "the server does not answer"
        error: "MailServerUnavailable"
    }
}
publish: "sent"
type: "mail.sent"
with { to: "data.to" }
"""
SERVERS = (OLD, OLD, "mx-east.example", OLD, "mx-west.example", OLD, "mx-east.example", OLD)
"""Five of eight are of the old one."""
AT_ONCE = 64


def make_mail_project(folder: Path, count: int) -> None:
    """Makes the project in a folder, and its letters by mails that cannot be sent."""
    folder.mkdir()
    (folder / "project.tsk").write_text(PROJECT.lstrip(), encoding="utf-8")
    asyncio.run(_make_letters(folder, count))


async def _make_letters(folder: Path, count: int) -> None:
    workspace = open_target(folder, "", environ=dict(os.environ))
    await workspace.start()
    room = asyncio.Semaphore(AT_ONCE)

    async def one(number: int) -> None:
        values = {"mail_id": f"m{number}", "to": f"someone{number}@example.org"}
        async with room:
            await workspace.commands.issue("queue_mail", {**values, "server": SERVERS[number % len(SERVERS)]})

    await asyncio.gather(*map(one, range(count)))
    await workspace.drain.settle(3600)
    await workspace.close()
