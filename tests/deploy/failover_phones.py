"""What phones do in tests/deploy/failover: four officers upload visits one by one, and read each back, until FOLDER/stop is there.

usage: failover_phones.py REST_HOST:PORT FOLDER PASSWORD

What cannot be had is tried again, with the same id, until it is acknowledged. Each acknowledged id is a line of FOLDER/acknowledged.N. Prints
"retried N" at the end; fails where anything is refused, or where a visit that was acknowledged is not found at once.
"""

import datetime
import http.client
import json
import pathlib
import sys
import threading
import time
import uuid

REST, FOLDER, PASSWORD = sys.argv[1], pathlib.Path(sys.argv[2]), sys.argv[3]
OFFICERS, PAUSE_S, GIVE_UP_S = 4, 0.2, 100
retried, wrong = [], []


class Again(Exception):
    """Whether it was done is not known, or not yet possible."""


def call(verb, path, body, token=None):
    headers = {"Content-Type": "application/json"}
    if token:
        headers["Authorization"] = f"Bearer {token}"
    connection = http.client.HTTPConnection(REST, timeout=30)
    try:
        connection.request(verb, path, json.dumps(body).encode() if body else None, headers)
        response = connection.getresponse()
        answer = json.loads(response.read())
    except (OSError, http.client.HTTPException, ValueError) as lost:
        raise Again from lost
    finally:
        connection.close()
    if response.status in (503, 504):
        raise Again
    if response.status != 200:
        raise RuntimeError(f"{verb} {path}: {response.status} {answer}")
    return answer


def patiently(*arguments):
    until = time.monotonic() + GIVE_UP_S
    while True:
        try:
            return call(*arguments)
        except Again:
            if time.monotonic() > until:
                raise
            retried.append(1)
            time.sleep(PAUSE_S)


def upload(number, acknowledged):
    login = {"username": f"officer.{number}", "password": PASSWORD, "device": {"id": str(uuid.uuid4())}}
    token = patiently("POST", "/v1/auth:login", login)["accessToken"]
    while not (FOLDER / "stop").exists():
        visit = str(uuid.uuid4())
        started = (datetime.datetime.now(datetime.timezone.utc) - datetime.timedelta(hours=1)).strftime("%Y-%m-%dT%H:%M:%SZ")
        record = {"id": visit, "kind": "VISIT_KIND_DOWN_VISIT", "regionCode": "150424100202", "startedAt": started}
        result = patiently("POST", "/v1/sync:push", {"visits": [record]}, token)["results"][0]
        if result["status"] not in ("CREATED", "UNCHANGED"):
            raise RuntimeError(result)
        print(visit, file=acknowledged, flush=True)
        patiently("GET", f"/v1/visits/{visit}", None, token)


def run(number):
    try:
        with open(FOLDER / f"acknowledged.{number}", "a", encoding="utf-8") as acknowledged:
            upload(number, acknowledged)
    except Exception as problem:  # of any thread: told at the end
        wrong.append(f"officer.{number}: {problem!r}")


threads = [threading.Thread(target=run, args=(number + 1,)) for number in range(OFFICERS)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
print("retried", len(retried))
if wrong:
    sys.exit("\n".join(wrong))
