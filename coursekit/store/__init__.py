"""What the course knows, in one database: schema, migrations, queries.

Open it with `open_store`, write inside ``with store.transaction("roster import") as tx:``, read inside
``with store.read() as view:``. The queries are functions that take the one or the other:
`coursekit.store.people`, `coursekit.store.repositories`, `coursekit.store.proposals`,
`coursekit.store.checks`, `coursekit.store.fetches`, `coursekit.store.history`, `coursekit.store.ledger`. Dataclasses go in and come out
(`coursekit.store.records`).

Importing this package loads SQLAlchemy, so commands import it inside their functions.
"""

from __future__ import annotations

from coursekit.store.database import Store, open_store
from coursekit.store.transaction import Reader, Transaction

__all__ = ["Reader", "Store", "Transaction", "open_store"]
