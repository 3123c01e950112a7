"""What phones do in tests/scripts/backup: two officers' phones of examples/, one over each transport.

usage: phone_day.py before|after|again REST_HOST:PORT GRPC_HOST:PORT FOLDER PASSWORD

before: a day of records. after: more of them, and corrections, that a backup does not know. again: they find a server that came back without
its last days. Prints "pushed N", and fails where anything is not taken.
"""

import datetime
import pathlib
import sys
import uuid

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent.parent / "examples"))
from grpc_client import Grpc
from phone import Phone, SignedOut
from rest_client import Rest
from store import Store

WHAT, REST, GRPC, FOLDER, PASSWORD = sys.argv[1:6]
OFFICER, VILLAGE = "officer.linxi", "150424100202"
NAMESPACE = uuid.UUID("0192f0c1-5f00-7000-8000-0000000000ff")


def id_of(*words):
    return str(uuid.uuid5(NAMESPACE, " ".join(map(str, words))))


def hours_ago(hours):
    return (datetime.datetime.now(datetime.timezone.utc) - datetime.timedelta(hours=hours)).strftime("%Y-%m-%dT%H:%M:%SZ")


def write(phone, name, part, count):
    """Visits, each with a photo, every other one with a lead and its reporter."""
    for n in range(count):
        visit = id_of(name, part, n)
        record = {"id": visit, "kind": "VISIT_KIND_DOWN_VISIT", "regionCode": VILLAGE, "startedAt": hours_ago(5), "purpose": f"{part} {n}"}
        phone.store.write("visits", record)
        phone.store.write("photos", {
            "id": id_of(visit, "photo"), "visitId": visit, "sha256": "qqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqo=", "byteSize": "9",
            "mediaType": "image/jpeg", "width": 4, "height": 3, "capturedAt": hours_ago(5),
        })  # fmt: skip
        if n % 2 == 0:
            phone.store.write("leads", {
                "id": id_of(visit, "lead"), "visitId": visit, "channel": "LEAD_CHANNEL_DOWN_VISIT", "class": "LEAD_CLASS_ACCUSATION",
                "regionCode": VILLAGE, "receivedAt": hours_ago(4), "narrative": f"虚构：补贴 {part} {n}", "reporter": {"name": "虚构甲", "phone": "13911112222"},
            })  # fmt: skip


def correct(phone, name, part, n, purpose):
    visit = id_of(name, part, n)
    kept = phone.store.pulled("visits")[visit]
    fields = ("id", "kind", "regionCode", "startedAt")
    phone.store.write("visits", {**{field: kept[field] for field in fields}, "purpose": purpose, "etag": kept["etag"]})


pushed = 0
for name, transport in (("first", Rest(f"http://{REST}")), ("second", Grpc(GRPC))):
    phone = Phone(Store(f"{FOLDER}/{name}.phone"), transport)
    if WHAT == "before":
        phone.sign_in(OFFICER, PASSWORD)
        write(phone, name, "before", 8)
    elif WHAT == "after":
        write(phone, name, "after", 6)
        correct(phone, name, "before", 1, "corrected once")
        phone.sync()
        correct(phone, name, "before", 1, "corrected twice")
        correct(phone, name, "after", 1, "corrected once")
    try:
        phone.sync()
        if WHAT == "again":
            sys.exit("a session of before goes on")
    except SignedOut:
        phone.sign_in(OFFICER, PASSWORD)
        phone.sync()
    states = phone.store.states()
    pushed += len(states)
    if set(states.values()) != {"done"}:
        sys.exit(f"{name}: {states}")
print("pushed", pushed)
