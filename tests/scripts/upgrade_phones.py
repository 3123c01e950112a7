"""What phones do in tests/scripts/upgrade: phones of examples/, two over each transport, write visits and leads, correct them, push and pull until
FOLDER/stop is there, and then until they have got rid of all.

usage: upgrade_phones.py REST_HOST:PORT GRPC_HOST:PORT FOLDER PASSWORD

Each visit that was acknowledged is a line "id purpose" of FOLDER/acknowledged.USERNAME, once more where a correction was. Prints for each phone what it
did and how long it was without an answer at most; fails where anything is refused, or is not pulled as it was last acknowledged.
"""

import datetime
import json
import pathlib
import sys
import threading
import time
import uuid

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent.parent / "examples"))
from grpc_client import Grpc
from phone import Lost, Phone, Refused
from rest_client import Rest
from store import Store

REST, GRPC, FOLDER, PASSWORD = sys.argv[1], sys.argv[2], pathlib.Path(sys.argv[3]), sys.argv[4]
VILLAGE, PAUSE_S, WAIT_MOST_S, CORRECT_EVERY = "150424100202", 0.05, 0.5, 3
FIELDS = ("id", "kind", "regionCode", "startedAt", "etag")


def hours_ago(hours):
    return (datetime.datetime.now(datetime.timezone.utc) - datetime.timedelta(hours=hours)).strftime("%Y-%m-%dT%H:%M:%SZ")


class Timed:
    """A transport that knows how long nobody answered, and how often it was told to come back."""

    def __init__(self, transport):
        self.transport, self.answered, self.silence_s, self.again = transport, time.monotonic(), 0, 0

    def call(self, method, request, token=None):
        try:
            answer = self.transport.call(method, request, token)
        except (Lost, Refused):
            self.again += 1
            raise
        now = time.monotonic()
        self.silence_s, self.answered = max(self.silence_s, now - self.answered), now
        return answer


class UpgradePhone(Phone):
    def __init__(self, store, transport, ledger):
        super().__init__(store, transport, lambda wanted_s: time.sleep(min(wanted_s, WAIT_MOST_S)))
        self.ledger, self.last = ledger, {}

    def take(self, result):
        if result["status"] in ("CREATED", "UPDATED", "UNCHANGED"):
            kind, record = self.store.db.execute("select kind, record from outbox where id = ?", (result["id"],)).fetchone()
            if kind == "visits":
                self.last[result["id"]] = json.loads(record)["purpose"]
                print(result["id"], self.last[result["id"]], file=self.ledger, flush=True)
        super().take(result)


class Day(threading.Thread):
    def __init__(self, username, transport):
        super().__init__(name=username)
        self.transport, self.written, self.wrong = Timed(transport), 0, None

    def run(self):
        try:
            with open(FOLDER / f"acknowledged.{self.name}", "a", encoding="utf-8") as ledger:
                self.go(UpgradePhone(Store(f"{FOLDER}/{self.name}.phone"), self.transport, ledger))
        except Exception as wrong:  # told with the rest at the end
            self.wrong = repr(wrong)

    def go(self, phone):
        phone.sign_in(self.name, PASSWORD)
        while not (FOLDER / "stop").exists():
            self.write(phone)
            phone.sync()
            time.sleep(PAUSE_S)
        phone.sync()
        states = set(phone.store.states().values())
        pulled = {id: record["purpose"] for id, record in phone.store.pulled("visits").items()}
        if states != {"done"} or pulled != phone.last:
            self.wrong = f"{states}, {len(pulled)} of {len(phone.last)} visits pulled"

    def write(self, phone):
        self.written += 1
        purpose = f"{self.name}-{self.written}"
        pulled = phone.store.pulled("visits")
        if pulled and self.written % CORRECT_EVERY == 0:
            record = list(pulled.values())[self.written % len(pulled)]
            phone.store.write("visits", {**{field: record[field] for field in FIELDS}, "purpose": purpose})
            return
        visit = {"id": str(uuid.uuid4()), "kind": "VISIT_KIND_DOWN_VISIT", "regionCode": VILLAGE, "startedAt": hours_ago(5), "purpose": purpose}
        phone.store.write("visits", visit)
        phone.store.write("leads", {
            "id": str(uuid.uuid4()), "visitId": visit["id"], "channel": "LEAD_CHANNEL_DOWN_VISIT", "class": "LEAD_CLASS_ACCUSATION",
            "regionCode": VILLAGE, "receivedAt": hours_ago(4), "narrative": f"虚构：{purpose}", "reporter": {"name": "虚构甲", "phone": "13911112222"},
        })  # fmt: skip


days = [Day(f"officer.{number + 1}", transport) for number, transport in enumerate((Rest(f"http://{REST}"), Rest(f"http://{REST}"), Grpc(GRPC), Grpc(GRPC)))]
for day in days:
    day.start()
for day in days:
    day.join()
for day in days:
    over = type(day.transport.transport).__name__
    print(f"{day.name} {over}: {day.written} written, {day.transport.again} tried again, {day.transport.silence_s:.2f} s without an answer at most")
wrong = [f"{day.name}: {day.wrong}" for day in days if day.wrong]
if wrong:
    sys.exit("\n".join(wrong))
