#!/usr/bin/python3
"""A small client that speaks REST, of Python's standard library alone.

usage: rest_client.py --server http://127.0.0.1:8080 --store phone.db --user NAME [--day day.json]

Signs in (password in ZOUFANG_PASSWORD), takes a day's records from a file, pushes and pulls, and says what became of each.
"""

import argparse
import datetime
import http.client
import json
import os
import pathlib
import sys
import urllib.parse

sys.path.insert(0, str(pathlib.Path(__file__).parent))
from phone import Lost, Phone, Refused, SignedOut
from store import KINDS, Store

PATIENCE_S = 30
ROUTES = {
    "AuthService/Login": ("POST", "/v1/auth:login"),
    "AuthService/Refresh": ("POST", "/v1/auth:refresh"),
    "SyncService/Push": ("POST", "/v1/sync:push"),
    "SyncService/Pull": ("GET", "/v1/sync:pull"),
}
CODES = {3: "INVALID_ARGUMENT", 4: "DEADLINE_EXCEEDED", 7: "PERMISSION_DENIED", 8: "RESOURCE_EXHAUSTED", 9: "FAILED_PRECONDITION", 14: "UNAVAILABLE", 16: "UNAUTHENTICATED"}


class Rest:
    def __init__(self, server):
        self.server = urllib.parse.urlsplit(server)

    def connect(self):
        kind = http.client.HTTPSConnection if self.server.scheme == "https" else http.client.HTTPConnection
        return kind(self.server.netloc, timeout=PATIENCE_S)

    def call(self, method, request, token=None):
        verb, path = ROUTES[method][0], ROUTES[method][1].format_map(request)
        headers, body = {"Accept-Language": "zh-CN"}, None
        if token:
            headers["Authorization"] = f"Bearer {token}"
        if verb == "GET":
            path += "?" + urllib.parse.urlencode(request)
        else:
            body, headers["Content-Type"] = json.dumps(request).encode(), "application/json"
        connection = self.connect()
        try:
            connection.request(verb, path, body, headers)
            response = connection.getresponse()
            answer = json.loads(response.read())
        except (OSError, http.client.HTTPException, ValueError) as wrong:
            raise Lost(str(wrong)) from wrong
        finally:
            connection.close()
        if response.status >= 400:
            raise refusal(answer, response.getheader("Retry-After"))
        return answer


def refusal(status, retry_after):
    details = status.get("details", [])
    reason = next((detail["reason"] for detail in details if "reason" in detail), "")
    message = next((detail["message"] for detail in details if detail.get("locale")), status.get("message", ""))
    link = next((detail["links"][0]["url"] for detail in details if detail.get("links")), None)
    return Refused(CODES.get(status["code"], "UNKNOWN"), reason, float(retry_after) if retry_after else None, message, link)


def read_day(path):
    """The example's day is always yesterday: what is older than 30 days would be held for a supervisor."""
    yesterday = datetime.datetime.now(datetime.timezone.utc).date() - datetime.timedelta(days=1)
    return json.loads(pathlib.Path(path).read_text().replace("YESTERDAY", str(yesterday)))


def say(store):
    names = {"done": "已接收", "held": "待审核", "refused": "未接收", "waiting": "待上传", "gone": "已删除"}
    for id, state in store.states().items():
        print(id, names[state], json.dumps(store.told(id), ensure_ascii=False) if store.told(id) else "")
    print({kind: len(store.pulled(kind)) for kind in (*KINDS, "reminders")})


def main(make_transport, description):
    reading = argparse.ArgumentParser(description=description)
    reading.add_argument("--server", required=True)
    reading.add_argument("--store", required=True)
    reading.add_argument("--user", required=True)
    reading.add_argument("--day", help="a file of records: {visits: […], photos: […], leads: […]}")
    given = reading.parse_args()
    store = Store(given.store)
    phone = Phone(store, make_transport(given.server))
    try:
        if not store.setting("refresh"):
            phone.sign_in(given.user, os.environ["ZOUFANG_PASSWORD"])
        day = read_day(given.day) if given.day else {}
        for kind in KINDS:
            for record in day.get(kind, []):
                store.write(kind, record)
        phone.sync()
    except Refused as refused:
        sys.exit(f"{refused}{' — ' + refused.link if refused.link else ''}")
    except SignedOut:
        sys.exit("the session is over: what was not sent is kept, sign in again")
    except Lost as lost:
        sys.exit(f"no answer ({lost}): what was not sent is kept, try again")
    say(store)


if __name__ == "__main__":
    main(Rest, "A small client that speaks REST.")
