"""L6, L10: each try that a dead letter tells of says on which payload it ran."""

from __future__ import annotations

from tests.services.conftest import settle
from workbench.model.counts import counted
from workbench.model.json_values import read_json, write_json

SUBSCRIPTION = "welcome-mail"


async def tried_and_skipped(workspace, number, email):
    """Replays a letter with another address, and skips what waits to be tried again."""
    letters = workspace.dead_letters
    text = write_json(read_json(letters.get(number).data) | {"email": email})
    act = (await letters.edit_and_replay(number, text)).act
    while not workspace.reader.tried_replays(act):
        assert await workspace.step(SUBSCRIPTION)
    waits = workspace.subscriptions.deliveries(SUBSCRIPTION)
    numbers = [one.number for one in waits if one.dead_letter == number]
    await workspace.subscriptions.skip(SUBSCRIPTION, numbers)


async def test_L6_L10_each_try_says_on_which_payload_it_ran_at_the_letter_and_in_its_story(broken):
    letters = broken.dead_letters
    first, second, *_ = sorted(one.number for one in letters.page())
    letter = letters.get(first)
    died = len(letter.attempts)
    await broken.pause()
    await tried_and_skipped(broken, first, "once@slow.example")
    assert [*(await letters.payloads(first)).tries] == [""] * died + [f"as changed in #{first}"]
    await tried_and_skipped(broken, first, "twice@slow.example")
    told = [""] * died + [f"as changed before in #{first}", f"as changed in #{first}"]
    assert [*(await letters.payloads(first)).tries] == told
    assert [*(await letters.payloads(second)).tries] == [""] * len(letters.get(second).attempts)
    lines = [one for one in broken.stories.whole(letter.correlation_id).lines if one.letter == first]
    (death,) = [one for one in lines if one.state == "dead"]
    assert death.said.startswith(f"dead after {counted(died, 'try', 'tries')}, letter {first}: ")
    assert len(death.tries) == died
    failed = [one for one in lines if one.state == "failed"]
    assert [one.said.partition(", failed: ")[0] for one in failed] == [
        f"try {died + 1} of letter {first}, on the payload as changed before in #{first}",
        f"try {died + 2} of letter {first}, on the payload as changed in #{first}",
    ]
    below = [one.begun for one in lines if one.key.startswith(f"{death.key}:")]
    assert below == sorted(below), "between their replays"


async def test_L6_a_letter_that_a_copy_came_to_after_a_reset_knows_where_it_was_changed(broken):
    letters = broken.dead_letters
    (first, *_) = sorted(one.number for one in letters.page())
    text = write_json(read_json(letters.get(first).data) | {"email": "cyd@late.example"})
    await letters.edit_and_replay(first, text)
    await settle(broken)
    assert letters.get(first).status == "resolved"
    assert (await letters.payloads(first)).changed == 0
    assert (await broken.commands.issue("report_outage", {"domain": "late.example"})).accepted
    await settle(broken)  # the outage is known before
    await broken.subscriptions.reset(SUBSCRIPTION, 0)
    await settle(broken)
    place = letters.get(first).position
    (made,) = [one for one in letters.page() if one.position == place]
    payloads = await letters.payloads(made.number)
    assert (payloads.changed, set(payloads.tries)) == (first, {f"as changed in #{first}"})
