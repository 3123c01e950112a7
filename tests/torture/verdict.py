"""Looks at what is left, from outside: the database's own rows, what phones hold, the command line, the figures' second computation.

Each check gives lines that say what is wrong: none where nothing is.
"""

import collections
import datetime
import subprocess
import sys

from phones import copy_of, fresh_copy, is_to_be_told
from stage import PASSWORD, ROOT, Stuck, psql, rows
from store import Store
from world import CITY, COUNTY

TOLD_MOST = 10
ETAG = "translate(encode(r.etag, 'base64'), E'\\n', '') etag"
# kind → its rows, with those of versions that were replaced
VERSIONS = {
    "visits": f"select id, {ETAG}, purpose as text from visit r union all select id, {ETAG}, purpose from visit_version r",
    "photos": f"select id, {ETAG}, caption as text from photo r",
    "leads": f"select id, {ETAG}, narrative as text from lead r union all select id, {ETAG}, narrative from lead_version r",
}
OWN = {
    "visits": f"select r.id, {ETAG} from visit r join account a on a.id = r.recorder_id",
    "photos": f"select r.id, {ETAG} from photo r join account a on a.id = r.recorder_id",
}
AUDITED = "select kind, record, action, count(*) n from audit where kind in ('visit', 'photo', 'lead') and result = 'done' group by 1, 2, 3"
STRANGE = ("AddressSanitizer", "LeakSanitizer", "runtime error", '"code":"INTERNAL"', '"code":"DATA_LOSS"')


def few(lines):
    return lines if len(lines) <= TOLD_MOST else [*lines[:TOLD_MOST], f"… and {len(lines) - TOLD_MOST} more"]


class Verdict:
    def __init__(self, world, phones, desks, acks, users):
        self.world, self.phones, self.desks, self.acks, self.users = world, phones, desks, acks, users

    def versions(self):
        return {kind: rows(self.world.primary.url, query) for kind, query in VERSIONS.items()}

    # --- Nothing lost, nothing doubled ---

    def acknowledged(self):
        """What the server said it took is there, as that version of that record."""
        there = {(kind, row["id"], row["etag"]): row["text"] for kind, found in self.versions().items() for row in found}
        wrong = []
        for ack in set(self.acks):
            text = there.get((ack.kind, ack.id, ack.etag), "")
            if text != ack.text:
                wrong.append(f"lost: {ack.kind} {ack.id}, {ack.text!r}: {'it is not there' if text == '' else f'it says {text!r}'}")
        return wrong

    def once(self):
        """Each record is known to a phone, each of its texts is in one version, and the audit tells of one making and of each change."""
        known, wrong = {(ack.kind, ack.id) for ack in self.acks}, []
        audit = collections.defaultdict(dict)
        for row in rows(self.world.primary.url, AUDITED):
            audit[row["kind"] + "s", row["record"]][row["action"]] = row["n"]
        for kind, found in self.versions().items():
            texts = collections.Counter((row["id"], row["text"]) for row in found)
            wrong += [f"doubled: {kind} {id}, {text!r} is in {n} versions" for (id, text), n in texts.items() if n > 1]
            for id, versions in collections.Counter(row["id"] for row in found).items():
                told = audit[kind, id]
                if (kind, id) not in known:
                    wrong.append(f"{kind} {id} is there and no phone knows of it")
                if told.get("created") != 1 or kind == "visits" and told.get("changed", 0) != versions - 1:
                    wrong.append(f"{kind} {id} has {versions} versions; the audit tells {told}")
        return wrong

    def noted(self):
        """Each note of a desk stands in its lead's timeline once, however often it was sent."""
        there = collections.Counter((row["note"], row["lead_id"]) for row in rows(self.world.primary.url, "select note, lead_id from lead_event where kind = 3"))
        wanted = {(note, lead) for desk in self.desks for note, lead in desk.notes.items()}
        wrong = [f"{note!r} is in the timeline of {lead} {n} times" for (note, lead), n in there.items() if n > 1 or (note, lead) not in wanted]
        return wrong + [f"lost: {note!r} of {lead}" for note, lead in wanted - there.keys()] + [line for desk in self.desks for line in desk.wrong]

    # --- What phones saw ---

    def pulled(self):
        """What each phone has come to hold is what a new phone pulls, and what the database holds for its user."""
        wrong = []
        fresh = {user: fresh_copy(user, transport, self.world.folder) for user, transport in self.users.items()}
        for phone in self.phones:
            store = Store(phone.path)
            held = copy_of(store)
            store.db.close()
            wrong += self.differences(f"{phone.name} and a new phone", held, fresh[phone.username])
            wrong += self.differences(f"{phone.name} and the database", held, self.expected(phone.username))
        return wrong

    def expected(self, user):
        """Of the kinds for which a plain statement says it: an officer's own; all leads in a county for its supervisor."""

        def ask(query):
            return {row["id"]: row["etag"] for row in rows(self.world.primary.url, query)}

        if user.startswith("officer"):
            return {kind: ask(f"{query} where a.username = '{user}'") for kind, query in OWN.items()}
        if user == "supervisor.county":
            return {"leads": ask(f"select id, {ETAG} from lead r where county = {COUNTY // 1000000}")}
        return {}

    @staticmethod
    def differences(who, held, expected):
        wrong = []
        for kind, versions in expected.items():
            for id in held[kind].keys() | versions.keys():
                if held[kind].get(id) != versions.get(id):
                    wrong.append(f"{who}: {kind} {id}: {held[kind].get(id)}, {versions.get(id)}")
        return wrong

    def waiting(self):
        """Nothing was refused for good, nothing is left in an outbox, and no phone ended before it was told to."""
        wrong = [line for phone in self.phones for line in phone.wrong]
        for phone in self.phones:
            store = Store(phone.path)
            wrong += [f"{phone.name}: {id} is {state}: {store.told(id)}" for id, state in store.states().items() if state not in ("done", "held")]
            wrong += [f"{phone.name} was told {told} {n} times" for told, n in phone.told.items() if not is_to_be_told(told.split()[0])]
            store.db.close()
        return wrong

    # --- The audit, the figures, the server itself ---

    def audit(self):
        """It holds, and with it every seal that was exported meanwhile."""
        wrong = []
        self.world.seal()
        for n in sorted({0, self.world.seals // 2, self.world.seals - 1}):
            try:
                self.world.command("audit", "verify", "--seal", str(self.world.folder / f"{n}.seal"))
            except Stuck as told:
                wrong.append(str(told))
        return wrong

    def figures(self):
        """The work report of this year and the last one, computed a second time from the rows."""
        year = datetime.date.today().year
        command = [sys.executable, ROOT / "tests/figures/compare.py", "here", f"127.0.0.1:{self.world.server.ports['http']}", self.world.primary.url]
        command += ["supervisor.city", PASSWORD, str(CITY), f"{year - 1}-07-01", f"{year + 1}-07-01"]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        return [] if done.returncode == 0 else [*done.stdout.splitlines(), *done.stderr.splitlines()[-3:]]

    def server(self):
        """It ended only when it was made to, and never had to say that a mistake was its own."""
        with open(self.world.server.log, encoding="utf-8", errors="replace") as log:
            strange = [line.strip()[:400] for line in log if any(word in line for word in STRANGE)]
        return [*self.world.server.unexpected, *strange]


CHECKS = {
    "acknowledged": "every acknowledged upload is there",
    "once": "every record is there once, however often it was sent",
    "noted": "every act with a request id was done once",
    "waiting": "nothing was refused, and nothing waits",
    "pulled": "every cursor saw every change",
    "audit": "the audit verifies, with every seal that was exported",
    "figures": "the figures agree with the rows",
    "server": "the server ended only when it was made to, without a mistake of its own",
}


# --- The control: what is broken behind the server's back must be seen ---


def behind(world, statement):
    """Without triggers, as somebody who owns the machine."""
    psql(world.primary.url, f"begin; set local session_replication_role = replica; {statement}; commit")


def repeat_a_note(world, phones):
    behind(world, "insert into lead_event (lead_id, kind, actor_id, note) select lead_id, kind, actor_id, note from lead_event where kind = 3 limit 1")


def lose_a_visit(world, phones):
    behind(world, "delete from visit where id = (select id from visit order by id limit 1)")


def double_a_visit(world, phones):
    other = "jsonb_build_object('etag', '\\x00112233445566778899aabbccddeeff')"
    behind(world, f"insert into visit_version select (jsonb_populate_record(v, {other})).* from visit v order by id limit 1")


def hide_a_change(world, phones):
    store = Store(phones[0].path)
    with store.db:
        store.db.execute("delete from pulled where kind = 'visits' and id = (select min(id) from pulled where kind = 'visits')")
    store.db.close()


def alter_a_visit(world, phones):
    behind(world, "update visit set people_met = coalesce(people_met, 0) + 40 where id = (select id from visit order by id desc limit 1)")


def drop_a_fact(world, phones):
    behind(world, "delete from fact")


# In an order in which none is seen by the check of a later one.
CONTROLS = {
    "a visit that is altered past the audit": (alter_a_visit, "audit"),
    "a change that a phone did not see": (hide_a_change, "pulled"),
    "figures whose rows are gone": (drop_a_fact, "figures"),
    "an act that is done twice": (repeat_a_note, "noted"),
    "an upload that is taken twice": (double_a_visit, "once"),
    "an acknowledged visit that is gone": (lose_a_visit, "acknowledged"),
}
