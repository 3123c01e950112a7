"""Phones that go on through everything: those of examples/, each with an officer's day that does not end."""

import collections
import copy
import datetime
import json
import pathlib
import random
import sys
import threading
import time
import uuid

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent.parent / "examples"))
import grpc
import grpc_client
import rest_client
from phone import Lost, Phone, Refused, SignedOut
from stage import PASSWORD
from store import Store
from world import VILLAGES

PATIENCE_S = 3  # for an answer, where a phone has thirty
WAIT_MOST_S = 0.5
DIES_ONCE_IN, MOVES_ONCE_IN = 150, 4  # calls
NO_ANSWER, SIGNED_OUT = "no-answer", "signed-out"
FINISH_S = 120
CHANNEL = [
    ("grpc.use_local_subchannel_pool", 1), ("grpc.initial_reconnect_backoff_ms", 100), ("grpc.min_reconnect_backoff_ms", 500),
    ("grpc.max_reconnect_backoff_ms", 1000), ("grpc.max_receive_message_length", -1),
]  # fmt: skip
rest_client.PATIENCE_S = grpc_client.PATIENCE_S = PATIENCE_S


# What a phone may hear when others suffer: to come back later; to sign in again, where a clock jumped over the end of its token.
PASSING = ("UNAVAILABLE", "RESOURCE_EXHAUSTED", "DEADLINE_EXCEEDED", "CANCELLED", "UNAUTHENTICATED")


def is_to_be_told(code):
    return code in (NO_ANSWER, SIGNED_OUT, *PASSING)


def fresh_id(chance):
    return str(uuid.UUID(int=chance.getrandbits(128), version=4))


def hours_ago(hours, clock_s=0):
    """By a clock that is `clock_s` ahead."""
    moment = datetime.datetime.now(datetime.timezone.utc) - datetime.timedelta(hours=hours) + datetime.timedelta(seconds=clock_s)
    return moment.strftime("%Y-%m-%dT%H:%M:%S.%fZ")


class Died(Exception):
    """The app was killed: an answer came and nobody was left to keep it."""


class GrpcOf:
    """Grpc clients of one reading of the protos, each with a connection of its own."""

    def __init__(self):
        self.first = grpc_client.Grpc("127.0.0.1:1")

    def __call__(self, address):
        client = copy.copy(self.first)
        client.channel = grpc.insecure_channel(address, CHANNEL)
        return client


def rest_of(address):
    return rest_client.Rest(f"http://{address}")


class Mortal:
    """A transport that finds another way to the server now and then, and whose phone dies now and then when the answer has come."""

    def __init__(self, connect, chance, faults):
        self.connect, self.chance, self.faults, self.dies = connect, chance, faults, False
        self.transport = connect()

    def call(self, method, request, token=None):
        if self.chance.randrange(MOVES_ONCE_IN) == 0:
            if hasattr(self.transport, "channel"):
                self.transport.channel.close()
            self.transport = self.connect()
        answer = self.transport.call(method, request, token)
        if self.dies and not method.startswith("AuthService/") and self.chance.randrange(DIES_ONCE_IN) == 0:
            self.faults.add("a phone's app killed when its answer had come")
            raise Died
        return answer


# What the server said it took: the record, its version, and a text that only this version has.
Ack = collections.namedtuple("Ack", "kind id etag text")
TEXTS = {"visits": "purpose", "photos": "caption", "leads": "narrative"}


class LedgerPhone(Phone):
    """Writes down what the server acknowledged."""

    def __init__(self, *given):
        super().__init__(*given)
        self.acks = []

    def take(self, result):
        if result["status"] in ("CREATED", "UPDATED", "UNCHANGED", "HELD"):
            kind, record = self.store.db.execute("select kind, record from outbox where id = ?", (result["id"],)).fetchone()
            self.acks.append(Ack(kind, result["id"], result["etag"], json.loads(record).get(TEXTS[kind])))
        super().take(result)


class Carried(threading.Thread):
    """A phone that somebody carries around: writes, corrects, pushes and pulls until it is told to finish."""

    def __init__(self, name, username, connect, folder, seed, faults, writes=True, pause_s=0.2, most=300):
        super().__init__(name=name, daemon=True)
        self.username, self.path = username, str(folder / f"{name}.phone")
        self.writes, self.pause_s, self.most = writes, pause_s, most
        self.chance, self.faults = random.Random(f"{seed} {name}"), faults
        self.transport = Mortal(connect, self.chance, faults)
        self.acks, self.told, self.wrong = [], collections.Counter(), []
        self.written, self.syncs, self.clock_s = 0, 0, 0
        self.finishing, self.together = threading.Event(), None

    # --- Its day ---

    def run(self):
        try:
            self.open()
            while not self.finishing.is_set():
                if self.writes:
                    self.act()
                self.once()
                time.sleep(self.chance.uniform(0, self.pause_s))
            self.finish()
        except Exception as wrong:  # told with the rest at the end
            self.wrong.append(f"{self.name} ended: {wrong!r}")
            if self.together:
                self.together.abort()

    def open(self):
        """The app starts, with what its store holds."""
        store = Store(self.path)
        store.db.execute("pragma synchronous = off")  # it is the app that dies here, not the phone
        self.phone = LedgerPhone(store, self.transport, self.wait)
        self.phone.acks = self.acks
        self.transport.dies = not self.finishing.is_set()

    def wait(self, wanted_s):
        time.sleep(min(wanted_s, WAIT_MOST_S))

    def once(self):
        """One sync, whatever becomes of it. Whether it came to its end."""
        try:
            if not self.phone.store.setting("refresh"):
                self.phone.sign_in(self.username, PASSWORD)
            self.phone.sync()
            self.choose()
            self.syncs += 1
            return True
        except Lost:
            self.told[NO_ANSWER] += 1
        except SignedOut:
            self.told[SIGNED_OUT] += 1
        except Refused as refused:
            self.told[f"{refused.code} {refused.reason}".strip()] += 1
        except Died:
            self.phone.store.db.close()
            self.open()
        return False

    def choose(self):
        """What both phones changed its officer writes anew: what he wrote on this one stands."""
        store = self.phone.store
        for id in [id for id, state in store.states().items() if state == "refused"]:
            if any(each.get("reason") == "CONFLICT" for each in store.told(id) or []):
                kind, record = store.db.execute("select kind, record from outbox where id = ?", (id,)).fetchone()
                store.write(kind, json.loads(record))

    def finish(self):
        """All goes out and all comes in; once more when the others have done so too."""
        self.transport.dies = False
        for _ in range(3):
            until = time.monotonic() + FINISH_S
            while not self.once() or self.phone.store.waiting(1):
                if time.monotonic() > until:
                    raise TimeoutError(f"it does not get through; told {dict(self.told)}")
                time.sleep(0.05)
            self.together.wait(FINISH_S)

    # --- What it writes ---

    def act(self):
        if self.written < self.most and self.chance.random() < 0.6:
            for _ in range(self.chance.randint(1, 3)):
                self.write()
        elif self.chance.random() < 0.5:
            self.correct()

    def text(self):
        self.written += 1
        return f"虚构 {self.name} {self.written}"

    def at(self, hours):
        """By this phone's clock, which may be wrong."""
        return hours_ago(hours, self.clock_s)

    def write(self):
        """A visit, with a photo at times, and a lead with its reporter at times."""
        visit, village = fresh_id(self.chance), self.chance.choice(VILLAGES)
        self.phone.store.write("visits", {
            "id": visit, "kind": "VISIT_KIND_DOWN_VISIT", "regionCode": village, "startedAt": self.at(5), "purpose": self.text(), "peopleMet": 3,
        })  # fmt: skip
        if self.chance.random() < 0.3:
            self.phone.store.write("photos", {
                "id": fresh_id(self.chance), "visitId": visit, "sha256": "qqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqo=", "byteSize": "9",
                "mediaType": "image/jpeg", "width": 4, "height": 3, "capturedAt": self.at(5), "caption": self.text(),
            })  # fmt: skip
        if self.chance.random() < 0.4:
            self.phone.store.write("leads", {
                "id": fresh_id(self.chance), "visitId": visit, "channel": "LEAD_CHANNEL_DOWN_VISIT", "class": "LEAD_CLASS_ACCUSATION", "regionCode": village,
                "receivedAt": self.at(4), "narrative": self.text(), "reporter": {"name": "虚构甲", "phone": "13911112222"},
            })  # fmt: skip

    def correct(self):
        """A visit or lead that was pulled, maybe of the officer's other phone; a lead may move to another village, out of somebody's sight."""
        kind = self.chance.choice(["visits", "leads"])
        known = self.phone.store.db.execute("select record from pulled where kind = ? order by id", (kind,)).fetchall()
        if not known:
            return
        record = json.loads(self.chance.choice(known)[0])
        if kind == "leads" and not record.get("narrative"):
            return  # another's
        fields = ("id", "regionCode", "startedAt", "kind", "peopleMet", "visitId", "channel", "class", "receivedAt", "etag")
        kept = {field: record[field] for field in fields if field in record}
        if kind == "leads":
            kept["regionCode"] = self.chance.choice(VILLAGES)
        self.phone.store.write(kind, {**kept, TEXTS[kind]: self.text()})


def finish_all(phones):
    """Told to finish, they do, each after the other's last word."""
    alive = [phone for phone in phones if phone.is_alive()]
    together = threading.Barrier(len(alive))
    for phone in alive:
        phone.together = together
        phone.finishing.set()
    for phone in alive:
        phone.join(4 * FINISH_S)
        if phone.is_alive():
            phone.wrong.append(f"{phone.name} does not finish")


def fresh_copy(username, transport, folder):
    """What a new phone of the same user pulls, from nothing: kind → id → version."""
    path = folder / f"fresh-{username}.phone"
    path.unlink(missing_ok=True)
    store = Store(str(path))
    store.db.execute("pragma synchronous = off")
    phone = Phone(store, transport)
    phone.sign_in(username, PASSWORD)
    phone.sync()
    return copy_of(store)


KINDS = ("visits", "photos", "leads", "terms", "regions", "offices")


def copy_of(store):
    return {kind: {id: record.get("etag", json.dumps(record, sort_keys=True)) for id, record in store.pulled(kind).items()} for kind in KINDS}
