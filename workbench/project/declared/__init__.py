"""Models that are declared in the project file, without a line of Python.

A section declares one thing: ``[aggregate.NAME]``, ``[event.NAME]``, ``[command.NAME]``,
``[projection.NAME]``, ``[policy.NAME]``, ``[process.NAME]``, ``[query.NAME]`` or ``[handler.NAME]``. A name
may have dots, as event types do: ``[event.account.opened]``. They become the same classes and the same
registry as Python modules make; a project can do some of it in one form and some in the other.

The form was chosen so that each section reads as a sentence. One section per thing keeps blocks shallow,
lets a section move as a whole, and lets every key be found, changed and pointed at by its path. Nested
blocks are used where something belongs inside (fields, guards, actions) instead of arrays of objects,
because only keys have places that an editor can write to.

Example:
    ```tsk
    [types]
    account_id { type: "string", min: 2, max: 20, pattern: "^[a-z]+$", example: "ada" }

    [aggregate.account]
    description: "An account with a balance."
    state {
        balance { type: "money", default: 0 }
        closed { type: "boolean", default: false }
    }

    [event.account.opened]
    description: "An account exists."
    fields { owner: "string" }

    [event.account.credited]
    description: "Money came in. Version 1 called it sum and knew no note."
    version: 2
    fields { amount: "money", note: "string?" }
    set { balance: "state.balance + event.amount" }
    upcast { from_1 { rename { sum: "amount" }, default { note: null } } }

    [command.open_account]
    description: "Opens an account."
    creates: "account"
    fields { account_id: "account_id", owner { type: "string", min: 1, example: "Ada Lovelace" } }
    emit: "account.opened"

    [command.credit]
    description: "Puts money in."
    changes: "account"
    fields { account_id: "account_id", amount { type: "money", min: 0 }, note: "string?" }
    refuse {
        closed { when: "state.closed", message: "the account is closed" }
        nothing { when: "command.amount == 0.0", message: "{command.amount} is nothing", field: "amount" }
    }
    emit: "account.credited"

    [projection.accounts]
    columns { id: "text", owner: "text", balance: "money", credits: "integer" }
    on {
        "account.opened": { put { owner: "event.owner", balance: 0, credits: 0 } }
        "account.credited": { add { balance: "event.amount" }, count: "credits" }
    }

    [query.get_account]
    get: "accounts"
    fields { account_id: "account_id" }

    [policy.welcome]
    on: "account.opened"
    issue: "credit"
    with { account_id: "id", amount: 5.0, note: "'welcome, ' + event.owner" }
    after: "1s"

    [handler.send_receipt]
    event: "account.credited"
    rows { account { projection: "accounts", key: "key.substring(key.indexOf('-') + 1)" } }
    fail { unknown { when: "account == null", message: "there is no account {key} yet" } }
    publish: "mail"
    type: "receipt"
    with { to: "account.owner", amount: "data.amount" }

    [topics]
    mail {}

    [subscriptions]
    receipts { topic: "mail", handler: "send_receipt" }

    [routing]
    credits { pattern: "account.credited", topics: "mail" }
    ```

``resources/docs/project-file.md`` explains every section and setting, ``resources/docs/expressions.md`` what
stands between quotes.
"""
