"""What a phone keeps: records that wait to be pushed, what was pulled, tokens, the cursor. One SQLite file.

A real app encrypts the file, under a key that the system's key store gives only after its user unlocked the phone; see
docs/clients.md. Nothing here is sent anywhere.
"""

import json
import sqlite3
import time
import uuid

KINDS = ("visits", "photos", "leads")  # in the order in which a push carries them: a lead refers to its visit
KEPT_DAYS = 14  # how long a record is kept after the server took it: it may lose its last days, and come back without them

SCHEMA = """
create table if not exists setting (name text primary key, value text);
create table if not exists outbox (id text primary key, kind text not null, record text not null, base text, etag text,
  state text not null default 'waiting', told text, place integer, based_on text, settled_at real);
create table if not exists pulled (kind text, id text, record text not null, primary key (kind, id));
"""


class Store:
    def __init__(self, path):
        self.db = sqlite3.connect(path)
        self.db.executescript(SCHEMA)
        if not self.setting("device_id"):
            self.set("device_id", str(uuid.uuid4()))  # made once: a session belongs to the device

    def setting(self, name):
        row = self.db.execute("select value from setting where name = ?", (name,)).fetchone()
        return row[0] if row else None

    def set(self, name, value):
        with self.db:
            self.db.execute("insert or replace into setting values (?, ?)", (name, value))

    # --- What waits to be pushed ---

    def write(self, kind, record):
        """The user wrote or changed a record. What a change was based on is kept, to tell later what he changed."""
        with self.db:
            before = self.db.execute("select record, base, etag, state from outbox where id = ?", (record["id"],)).fetchone()
            base = (before[1] if before[3] != "done" else before[0]) if before else None
            etag = before[2] if before else record.get("etag")
            self.db.execute(
                "insert or replace into outbox (id, kind, record, base, etag, place) values (?, ?, ?, ?, ?,"
                " (select coalesce(max(place), 0) + 1 from outbox))",
                (record["id"], kind, json.dumps(record), base, etag),
            )

    def waiting(self, most):
        """The next push: the oldest records first, each kind in its order."""
        rows = self.db.execute("select kind, record, etag from outbox where state = 'waiting' order by place limit ?", (most,))
        push = {kind: [] for kind in KINDS}
        for kind, record, etag in rows:
            push[kind].append({**json.loads(record), **({"etag": etag} if etag else {})})
        return {kind: records for kind, records in push.items() if records}

    def settle(self, id, state, etag=None, told=None):
        """done: the server has it. held: it has it, and a supervisor must accept it. refused: its user must look at it. What is
        gone stays so."""
        with self.db:
            self.db.execute(
                "update outbox set state = ?, based_on = etag, etag = coalesce(?, etag), told = ?, settled_at = ? where id = ? and state <> 'gone'",
                (state, etag, json.dumps(told, ensure_ascii=False) if told else None, time.time(), id),
            )
            self.db.execute("delete from outbox where state = 'done' and settled_at < ?", (time.time() - KEPT_DAYS * 24 * 3600,))

    def forget(self, id, told):
        """Nothing of a record may stay here, nor of the photos that belong to it; only what its user is told."""
        photos = self.db.execute("select id, record from outbox where kind = 'photos'").fetchall()
        belonging = [photo for photo, record in photos if id in (json.loads(record).get("leadId"), json.loads(record).get("visitId"))]
        with self.db:
            for each in (id, *belonging):
                self.db.execute(
                    "update outbox set record = '{}', base = null, state = 'gone', told = ? where id = ?",
                    (json.dumps(told, ensure_ascii=False) if each == id else None, each),
                )
                self.db.execute("delete from pulled where id = ?", (each,))

    def await_again(self):
        """The server may have come back without its last days: what it took in them goes out again, as it went out then. What it has now
        may be older than what a change was based on, and is no other's change then: the change is laid over it."""
        with self.db:
            self.db.execute("update outbox set state = 'waiting', etag = based_on, base = null where state in ('done', 'held')")

    def rebase(self, id, current):
        """Another device was quicker: what this one changed is laid over what the server has, and goes out again. Where both changed
        the same field the record stays here until its user, who is told both texts, writes it anew."""
        kind, mine, base = self.db.execute("select kind, record, base from outbox where id = ?", (id,)).fetchone()
        mine, base = json.loads(mine), json.loads(base) if base else {}
        changed = {name: value for name, value in mine.items() if value != base.get(name) and name != "etag"}
        cleared = [name for name in base if name not in mine and name != "etag"]
        merged = {name: value for name, value in {**mine, **current, **changed}.items() if name not in cleared}
        both = [
            {"field": name, "reason": "CONFLICT", "mine": mine.get(name), "theirs": current.get(name)}
            for name in (*changed, *cleared)
            if base and current.get(name) not in (base.get(name), mine.get(name))
        ]
        with self.db:
            self.db.execute(
                "update outbox set record = ?, base = ?, etag = ?, state = ?, told = ? where id = ?",
                (
                    json.dumps(merged), json.dumps(current), current["etag"], "refused" if both else "waiting",
                    json.dumps(both, ensure_ascii=False) if both else None, id,
                ),
            )  # fmt: skip

    def states(self):
        return dict(self.db.execute("select id, state from outbox"))

    def told(self, id):
        row = self.db.execute("select told from outbox where id = ?", (id,)).fetchone()
        return json.loads(row[0]) if row and row[0] else None

    # --- What was pulled ---

    def keep(self, page):
        if page.get("reset"):
            self.await_again()
        with self.db:
            if page.get("reset"):
                self.db.execute("delete from pulled")
            for kind in (*KINDS, "terms", "regions", "offices", "reminders"):
                for record in page.get(kind, []):
                    id = record.get("id") or record["code"]
                    if kind == "terms":
                        id = record["vocabulary"] + "/" + id
                    self.db.execute("insert or replace into pulled values (?, ?, ?)", (kind, id, json.dumps(record)))
            for gone in page.get("removed", []):
                self.db.execute("delete from pulled where id = ?", (gone["id"],))
            self.db.execute("insert or replace into setting values ('cursor', ?)", (page["cursor"],))

    def pulled(self, kind):
        return {id: json.loads(record) for id, record in self.db.execute("select id, record from pulled where kind = ?", (kind,))}

    def wipe(self):
        """The session was ended elsewhere: what was pulled goes, at once. What was written here stays until its user is back; all of it goes
        out again then, for a server that lost its last days ends sessions too, and what it has already it takes for what it is."""
        self.await_again()
        with self.db:
            self.db.execute("delete from pulled")
            self.db.execute("delete from setting where name in ('access', 'refresh', 'cursor')")
        self.db.execute("vacuum")
