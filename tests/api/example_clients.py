#!/usr/bin/python3
"""Takes the clients of examples/ through a bad day, against a real server.

usage: example_clients.py REST_HOST:PORT GRPC_HOST:PORT PASSWORD

Prints a line for each behaviour and ends with "N passed, N failed"; exits 1 where one failed.
"""

import datetime
import json
import pathlib
import random
import socket
import sys
import tempfile
import threading
import time
import urllib.request
import uuid

EXAMPLES = pathlib.Path(__file__).resolve().parent.parent.parent / "examples"
sys.path.insert(0, str(EXAMPLES))
from grpc_client import Grpc
from phone import Phone, SignedOut
from rest_client import Rest, read_day
from store import KINDS, Store

REST, GRPC, PASSWORD = sys.argv[1:4]
OFFICER, VILLAGE = "officer.linxi", "150424100202"
PATIENCE_S = 20
folder = tempfile.TemporaryDirectory()
tests = []


def test(function):
    tests.append(function)
    return function


class BadNetwork:
    """A proxy on loopback that breaks connections: before anything has passed, on the way there, on the way back."""

    def __init__(self, target, losses):
        host, port = target.rsplit(":", 1)
        self.target, self.losses, self.random = (host, int(port)), losses, random.Random(7)
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.address = f"127.0.0.1:{self.listener.getsockname()[1]}"
        self.broken = {"before": 0, "there": 0, "back": 0}
        threading.Thread(target=self.serve, daemon=True).start()

    def serve(self):
        while True:
            try:
                client, _ = self.listener.accept()
            except OSError:
                return
            threading.Thread(target=self.carry, args=(client,), daemon=True).start()

    def carry(self, client):
        fate = self.random.choice(["before", "there", "back"]) if self.losses > 0 and self.random.random() < 0.7 else None
        if fate:
            self.losses -= 1
            self.broken[fate] += 1
        with client:
            if fate == "before":
                return
            with socket.create_connection(self.target, timeout=PATIENCE_S) as server:
                back = threading.Thread(target=self.pump, args=(server, client, 0 if fate == "back" else None), daemon=True)
                back.start()
                self.pump(client, server, 200 if fate == "there" else None)
                back.join(PATIENCE_S)

    def pump(self, source, drain, most):
        passed = 0
        try:
            while data := source.recv(65536):
                data = data if most is None else data[: max(0, most - passed)]
                passed += len(data)
                if data:
                    drain.sendall(data)
                if most is not None and passed >= most:
                    break
            drain.shutdown(socket.SHUT_RDWR if most is not None else socket.SHUT_WR)
        except OSError:
            pass


def phone_of(transport):
    store = Store(f"{folder.name}/{uuid.uuid4()}.db")
    phone = Phone(store, transport, sleep=lambda wanted_s: time.sleep(min(wanted_s, 1)))
    phone.sign_in(OFFICER, PASSWORD)
    return phone


def ask(path, token, verb="GET"):
    request = urllib.request.Request(f"http://{REST}{path}", method=verb, headers={"Authorization": f"Bearer {token}"})
    with urllib.request.urlopen(request, timeout=PATIENCE_S) as answer:
        return json.load(answer)


def visit(**more):
    now = datetime.datetime.now(datetime.timezone.utc) - datetime.timedelta(hours=3)
    return {
        "id": str(uuid.uuid4()), "kind": "VISIT_KIND_DOWN_VISIT", "regionCode": VILLAGE, "startedAt": now.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "purpose": "走访", "findings": "虚构：无异常", **more,
    }  # fmt: skip


def a_day_of_fresh_records():
    """The example's day under ids of its own."""
    text = json.dumps(read_day(EXAMPLES / "day.json"), ensure_ascii=False)
    ids = {record["id"]: str(uuid.uuid4()) for kind in KINDS for record in json.loads(text)[kind]}
    for old, new in ids.items():
        text = text.replace(old, new)
    return json.loads(text), list(ids.values())


@test
def a_day_goes_through_a_network_that_loses_it():
    for name, target in (("rest", REST), ("grpc", GRPC)):
        network = BadNetwork(target, losses=6 if name == "rest" else 3)
        phone = phone_of(Rest(f"http://{network.address}") if name == "rest" else Grpc(network.address))
        day, ids = a_day_of_fresh_records()
        for kind in KINDS:
            for record in day[kind]:
                phone.store.write(kind, record)
        phone.sync()
        assert sum(network.broken.values()) > 0, network.broken
        assert phone.store.states() == {id: "done" for id in ids}, phone.store.states()
        pulled = phone.store.pulled("visits")
        for record in day["visits"]:
            assert pulled[record["id"]]["purpose" if "purpose" in record else "kind"], record
        listed = ask(f"/v1/visits?regionCode={VILLAGE[:6]}000000&pageSize=500", phone.store.setting("access"))["visits"]
        assert [v["id"] for v in listed].count(day["visits"][0]["id"]) == 1


@test
def two_phones_that_change_one_visit_lose_neither_change():
    first, second = phone_of(Rest(f"http://{REST}")), phone_of(Grpc(GRPC))
    record = visit()
    first.store.write("visits", record)
    first.sync()
    second.sync()
    theirs = {name: value for name, value in second.store.pulled("visits")[record["id"]].items() if name in record or name == "etag"}
    second.store.write("visits", {**theirs, "peopleMet": 12})
    second.sync()
    first.store.write("visits", {**record, "findings": "虚构：公开栏半年未更新"})
    first.sync()
    assert first.store.states()[record["id"]] == "done", first.store.told(record["id"])
    both = ask(f"/v1/visits/{record['id']}", first.store.setting("access"))
    assert both["peopleMet"] == 12 and both["findings"] == "虚构：公开栏半年未更新", both


@test
def where_both_changed_one_field_the_user_chooses():
    first, second = phone_of(Rest(f"http://{REST}")), phone_of(Grpc(GRPC))
    record = visit(place="村委会")
    first.store.write("visits", record)
    first.sync()
    second.sync()
    theirs = {name: value for name, value in second.store.pulled("visits")[record["id"]].items() if name in record or name == "etag"}
    second.store.write("visits", {**theirs, "findings": "虚构：公开栏已更新", "peopleMet": 5})
    second.sync()
    mine = {name: value for name, value in record.items() if name != "place"}  # what is cleared here stays so
    first.store.write("visits", {**mine, "findings": "虚构：公开栏半年未更新"})
    first.sync()
    assert first.store.states()[record["id"]] == "refused"
    told = {"field": "findings", "reason": "CONFLICT", "mine": "虚构：公开栏半年未更新", "theirs": "虚构：公开栏已更新"}
    assert first.store.told(record["id"]) == [told], first.store.told(record["id"])
    assert ask(f"/v1/visits/{record['id']}", first.store.setting("access"))["findings"] == "虚构：公开栏已更新"
    first.store.write("visits", {**mine, "peopleMet": 5, "findings": "虚构：公开栏曾半年未更新，现已更新"})
    first.sync()
    assert first.store.states()[record["id"]] == "done", first.store.told(record["id"])
    chosen = ask(f"/v1/visits/{record['id']}", first.store.setting("access"))
    assert chosen["findings"] == "虚构：公开栏曾半年未更新，现已更新" and chosen["peopleMet"] == 5 and "place" not in chosen, chosen


@test
def what_the_server_does_not_keep_is_forgotten_with_its_photos():
    day, _ = a_day_of_fresh_records()
    (lead,), (photo,) = day["leads"], day["photos"]
    visit_of_photo = next(visit for visit in day["visits"] if visit["id"] == photo["visitId"])
    erased = {"status": "REJECTED", "violations": [{"field": "id", "reason": "ERASED", "description": "was erased"}]}
    answers = {lead["id"]: {"status": "CREATED", "receiptNumber": "7"}, visit_of_photo["id"]: erased, photo["id"]: {"status": "UNCHANGED"}}

    class Server:
        def call(self, method, request, token):
            return {"results": [{"id": record["id"], **answers[record["id"]]} for kind in KINDS for record in request.get(kind, [])]}

    phone = Phone(Store(f"{folder.name}/{uuid.uuid4()}.db"), Server())
    for kind, record in (("visits", visit_of_photo), ("photos", photo), ("leads", lead)):
        phone.store.write(kind, record)
    phone.push()
    assert set(phone.store.states().values()) == {"gone"}, phone.store.states()
    assert phone.store.told(lead["id"]) == {"receiptNumber": "7"}
    kept = "".join(record for (record,) in phone.store.db.execute("select record from outbox"))
    assert lead["narrative"] not in kept and visit_of_photo["purpose"] not in kept and photo["caption"] not in kept, kept
    phone.store.await_again()
    assert not phone.store.waiting(9), "what is gone goes out again"


@test
def what_is_held_or_refused_is_said_and_kept():
    phone = phone_of(Rest(f"http://{REST}"))
    old = datetime.datetime.now(datetime.timezone.utc) - datetime.timedelta(days=35)
    held, bad, good = visit(startedAt=old.strftime("%Y-%m-%dT08:00:00Z")), visit(regionCode="150424999999"), visit()
    for record in (held, bad, good):
        phone.store.write("visits", record)
    phone.sync()
    assert phone.store.states() == {held["id"]: "held", bad["id"]: "refused", good["id"]: "done"}, phone.store.states()
    (why,) = phone.store.told(bad["id"])
    assert why["field"] == "region_code" and why["description"], why
    phone.store.write("visits", {**bad, "regionCode": VILLAGE})  # its user mends it
    phone.sync()
    assert phone.store.states()[bad["id"]] == "done"


@test
def a_lost_phone_is_put_out_and_forgets():
    for transport in (Rest(f"http://{REST}"), Grpc(GRPC)):
        lost, other = phone_of(transport), phone_of(Rest(f"http://{REST}"))
        lost.sync()
        assert lost.store.pulled("regions")
        unsent = visit()
        lost.store.write("visits", unsent)
        device = lost.store.setting("device_id")
        token = other.store.setting("access")
        sessions = ask("/v1/auth/sessions?pageSize=500", token)["sessions"]
        ask(f"/v1/auth/sessions/{next(s['id'] for s in sessions if s['deviceId'] == device)}", token, "DELETE")
        try:
            lost.sync()
            raise AssertionError("a session that was ended went on")
        except SignedOut:
            pass
        assert not lost.store.pulled("regions") and not lost.store.setting("access")
        lost.sign_in(OFFICER, PASSWORD)  # it was found again: what it had not sent is there
        lost.sync()
        assert lost.store.states()[unsent["id"]] == "done"


def main():
    passed = failed = 0
    for function in tests:
        sentence = function.__name__.replace("_", " ")
        try:
            function()
            passed += 1
            print(f"  ok    {sentence}", flush=True)
        except Exception as wrong:  # each behaviour is told, whatever became of it
            failed += 1
            print(f"  FAIL  {sentence}: {wrong!r}", flush=True)
    print(f"{passed} passed, {failed} failed")
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
