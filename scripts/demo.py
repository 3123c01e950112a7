"""Plays a working day against a running server, over REST and gRPC.

usage: scripts/demo [--rest URL] [--grpc HOST:PORT] [--password WORD] [--seed N]

An officer for each township uploads visits and leads for villages that exist: some twice, some after a cut connection, some
corrected on two phones. Then supervisors ask, and the answers are printed as small tables. The villages are real; all people
are made up, and every narrative is marked 虚构 (fictional). Run it beside scripts/run, as often as you like: each run is
another day. Ends with 1 where something was lost, doubled or told to the wrong person.

The password is that of the demo accounts: ZOUFANG_DEMO_PASSWORD, or what scripts/run printed.
"""

import argparse
import collections
import datetime
import hashlib
import http.client
import json
import os
import pathlib
import random
import socket
import subprocess
import sys
import tempfile
import time
import unicodedata
import urllib.parse
import uuid
import zoneinfo

import grpc
from google.protobuf import descriptor_pb2, descriptor_pool, json_format, message_factory

ROOT = pathlib.Path(__file__).resolve().parent.parent
CITY, LINXI = "150400000000", "150424000000"
NOW = datetime.datetime.now(datetime.timezone.utc)
LOCAL = zoneinfo.ZoneInfo(os.environ.get("ZOUFANG_TIME_ZONE", "Asia/Shanghai"))
DAY_HOURS = 9
PATIENCE_S = 30

PURPOSES = ["了解惠农补贴发放情况", "走访低保户", "查看村务公开栏", "回访去年反映问题的群众", "宣传监察法"]
FINDINGS = ["虚构：公开栏更新及时，群众无意见。", "虚构：两户反映补贴到账晚。", "虚构：村集体账目已公示。"]
STORIES = [
    ("skimming", "farm_subsidies", "poverty", "虚构：村民反映草原补贴每亩被扣两元，去向不明。"),
    ("favouritism", "subsistence_allowance", "livelihood", "虚构：村民反映低保名额给了干部亲戚。"),
    ("extortion", "administrative_approval", "business", "虚构：办证时被暗示要送烟酒。"),
    ("misappropriation", "housing_renovation", "poverty", "虚构：危房改造款迟迟没有发到户。"),
    ("inaction", "village_affairs", "livelihood", "虚构：村里三年没有公开账目。"),
]
SURNAMES, MADE_UP = "赵钱孙李周吴郑王", "某某（虚构）"


def uuid7():
    """Time-ordered ids, as phones make them (RFC 9562)."""
    value = (time.time_ns() // 1_000_000) << 80 | random.getrandbits(80)
    value = value & ~(0xF << 76) | 7 << 76
    return str(uuid.UUID(int=value & ~(0x3 << 62) | 0x2 << 62))


def at(hours_ago):
    return (NOW - datetime.timedelta(hours=hours_ago)).strftime("%Y-%m-%dT%H:%M:%SZ")


def named(text):
    """The same id for the same text, so that a second run finds what the first made."""
    return str(uuid.uuid5(uuid.NAMESPACE_URL, "zoufang-demo/" + text))


class Refused(Exception):
    def __init__(self, code, reason):
        super().__init__(f"{code} {reason}")
        self.code, self.reason = code, reason


class Rest:
    """A phone that speaks REST."""

    name = "REST"

    def __init__(self, url):
        self.host = urllib.parse.urlsplit(url).netloc
        self.connection = http.client.HTTPConnection(self.host, timeout=PATIENCE_S)

    def request(self, verb, path, token=None, body=None):
        return json.loads(self.request_text(verb, path, token, body) or "{}")

    def request_text(self, verb, path, token=None, body=None):
        headers = {"Accept-Language": "en"}
        if body is not None:
            headers["Content-Type"] = "application/json"
        if token:
            headers["Authorization"] = f"Bearer {token}"
        text = json.dumps(body) if body is not None else None
        self.connection.request(verb, path, text, headers)
        response = self.connection.getresponse()
        answer = response.read().decode()
        if response.status >= 400:
            reasons = [detail.get("reason", "") for detail in json.loads(answer or "{}").get("details", [])]
            raise Refused(response.status, next(filter(None, reasons), ""))
        return answer

    def push(self, token, records):
        return self.request("POST", "/v1/sync:push", token, records).get("results", [])

    def push_and_lose_the_answer(self, token, records):
        """The connection is cut: for one half before all was sent, for the other before the answer came."""
        text = json.dumps(records).encode()
        head = f"POST /v1/sync:push HTTP/1.1\r\nHost: {self.host}\r\nAuthorization: Bearer {token}\r\n"
        head += f"Content-Type: application/json\r\nContent-Length: {len(text)}\r\n\r\n"
        host, port = self.host.rsplit(":", 1)
        with socket.create_connection((host, int(port)), timeout=PATIENCE_S) as cut:
            cut.sendall(head.encode() + text[: random.choice([len(text) // 2, len(text)])])


class Grpc:
    """A phone that speaks gRPC; messages are made from the protos of this checkout."""

    name = "gRPC"

    def __init__(self, target):
        self.channel = grpc.insecure_channel(target, [("grpc.max_receive_message_length", -1)])
        self.pool = descriptor_pool.DescriptorPool()
        with tempfile.NamedTemporaryFile() as file:
            protos = sorted(str(path) for path in (ROOT / "proto/zoufang/v1").glob("*.proto"))
            subprocess.run(["protoc", f"-I{ROOT}/proto", "-I/usr/include", "--include_imports", "-o", file.name, *protos], check=True)
            for proto in descriptor_pb2.FileDescriptorSet.FromString(pathlib.Path(file.name).read_bytes()).file:
                self.pool.Add(proto)

    def call(self, method, token, request):
        service, name = method.split("/")
        found = self.pool.FindServiceByName(f"zoufang.v1.{service}").methods_by_name[name]
        factory = message_factory.MessageFactory(self.pool)
        message = json_format.ParseDict(request, factory.GetPrototype(found.input_type)())
        stub = self.channel.unary_unary(
            f"/zoufang.v1.{method}", type(message).SerializeToString, factory.GetPrototype(found.output_type).FromString
        )
        metadata = [("authorization", f"Bearer {token}")] if token else []
        try:
            return json_format.MessageToDict(stub(message, metadata=metadata, timeout=PATIENCE_S))
        except grpc.RpcError as error:
            raise Refused(error.code().name, error.details()) from None

    def push(self, token, records):
        return self.call("SyncService/Push", token, records).get("results", [])

    def push_and_lose_the_answer(self, token, records):
        """The phone gives up before the answer comes."""
        try:
            service = self.pool.FindServiceByName("zoufang.v1.SyncService").methods_by_name["Push"]
            factory = message_factory.MessageFactory(self.pool)
            message = json_format.ParseDict(records, factory.GetPrototype(service.input_type)())
            stub = self.channel.unary_unary("/zoufang.v1.SyncService/Push", type(message).SerializeToString, bytes)
            stub(message, metadata=[("authorization", f"Bearer {token}")], timeout=random.choice([0.001, 0.01]))
        except grpc.RpcError:
            pass


# --- Tables ---


def width(text):
    return sum(2 if unicodedata.east_asian_width(character) in "WF" else 1 for character in text)


def table(title, heading, rows):
    rows = [[str(cell) for cell in row] for row in rows]
    widths = [max(width(row[i]) for row in [heading, *rows]) for i in range(len(heading))]
    print(f"\n{title}\n")
    for row in [heading, ["─" * w for w in widths], *rows]:
        print("  " + "  ".join(cell + " " * (w - width(cell)) for cell, w in zip(row, widths)).rstrip())


# --- The day ---


class Day:
    def __init__(self, arguments):
        self.rest, self.grpc = Rest(arguments.rest), Grpc(arguments.grpc)
        self.password = arguments.password
        self.random = random.Random(arguments.seed)
        self.tokens, self.ids = {}, {}
        self.results = collections.Counter()
        self.records = collections.Counter()
        self.wrong = []

    def expect(self, right, what):
        if not right:
            self.wrong.append(what)

    def sign_in(self, username, password=None):
        device = {"id": named("device/" + username), "name": "演示手机", "platform": "android 14"}
        answer = self.rest.request(
            "POST", "/v1/auth:login", None, {"username": username, "password": password or self.password, "device": device}
        )
        self.tokens[username] = answer["accessToken"]
        self.ids[username] = answer["user"]["id"]
        return answer["accessToken"]

    def get(self, username, path, **query):
        text = urllib.parse.urlencode(query, doseq=True)
        return self.rest.request("GET", path + ("?" + text if text else ""), self.tokens[username])

    def pages(self, username, path, items, **query):
        token = ""
        while True:
            answer = self.get(username, path, pageSize=500, pageToken=token, **query)
            yield from answer.get(items, [])
            token = answer.get("nextPageToken")
            if not token:
                return

    def make_officers(self):
        """An officer for each township: an admin asks for it through the API, a second one agrees. Made once; later runs find them."""
        admin, *confirmers = (self.sign_in(username) for username in ("admin", "admin.second", "supervisor.linxi", "supervisor.chifeng"))
        offices = {office["regionCode"]: office["id"] for office in self.pages("admin", "/v1/offices", "offices", kind="OFFICE_KIND_TOWNSHIP_OFFICE")}
        counties = [region for region in self.pages("admin", "/v1/regions", "regions", parentCode=CITY)]
        self.counties = {county["code"]: county["name"] for county in counties}
        self.townships = [town for county in counties for town in self.pages("admin", "/v1/regions", "regions", parentCode=county["code"])]
        self.officer_password = hashlib.sha256(("officers of " + self.password).encode()).hexdigest()[:20]
        made = 0
        for town in self.townships:
            made += self.make_officer(admin, confirmers, town, offices.get(town["code"]))
        return made

    def make_officer(self, admin, confirmers, town, office):
        username = "town." + town["code"][:9]
        user = {"id": named(username), "username": username, "name": "演示·" + town["name"][:20]}
        if office:
            user["officeId"] = office
        grant = {"id": named("grant/" + username), "role": "ROLE_OFFICER", "regionCode": town["code"], "startsAt": "2026-01-01T00:00:00Z"}
        town["username"] = username
        try:
            self.rest.request("POST", "/v1/users", admin, user)
        except Refused as refused:
            if refused.code != 409:
                raise
            return 0
        asked = self.rest.request("POST", f"/v1/users/{user['id']}/grants", admin, grant)
        self.rest.request("POST", f"/v1/approvals/{asked['approvalId']}:approve", confirmers[0], {})
        self.enrol(admin, user, confirmers)
        return 1

    def enrol(self, admin, user, confirmers):
        """The officer sets his password by a one-time code, once the leader of his office, or whoever stands in for one, confirmed it."""
        asked = self.rest.request("POST", f"/v1/users/{user['id']}:enrol", admin, {"reason": "首次登录"})
        for confirmer in confirmers:
            try:
                self.rest.request("POST", f"/v1/approvals/{asked['approvalId']}:approve", confirmer, {})
                break
            except Refused as refused:
                if refused.code not in (403, 404) or confirmer is confirmers[-1]:
                    raise
        phone = {"id": named("phone/" + user["username"]), "name": "演示手机"}
        self.rest.request("POST", "/v1/auth:enrol", None,
                          {"username": user["username"], "code": asked["code"], "newPassword": self.officer_password, "device": phone})

    def visit(self, village):
        start = self.random.uniform(3, DAY_HOURS)
        visit = {
            "id": uuid7(),
            "kind": self.random.choice(["VISIT_KIND_DOWN_VISIT"] * 4 + ["VISIT_KIND_PUBLICITY", "VISIT_KIND_SYMPOSIUM"]),
            "regionCode": village["code"],
            "startedAt": at(start),
            "endedAt": at(start - 0.7),
            "position": {"latitude": 43 + self.random.random(), "longitude": 118 + self.random.random(), "accuracy": 15},
            "purpose": self.random.choice(PURPOSES),
            "findings": self.random.choice(FINDINGS),
            "peopleMet": self.random.randint(1, 12),
        }
        if visit["kind"] == "VISIT_KIND_PUBLICITY":
            visit["materials"] = [{"name": "监察法宣传册", "copies": self.random.randint(20, 200)}]
        return visit

    def lead(self, visit):
        kind, cause, domain, story = self.random.choice(STORIES)
        surname = self.random.choice(SURNAMES)
        return {
            "id": uuid7(),
            "visitId": visit["id"],
            "regionCode": visit["regionCode"],
            "channel": "LEAD_CHANNEL_DOWN_VISIT",
            "class": "LEAD_CLASS_ACCUSATION",
            "domain": domain,
            "problemType": kind,
            "cause": cause,
            "narrative": story,
            "amountFen": str(self.random.randint(1, 500) * 10000),
            "accused": [{"name": surname + MADE_UP, "unit": "某村委会", "post": "会计"}],
            "reporter": {"name": self.random.choice(SURNAMES) + MADE_UP, "phone": f"139{self.random.randint(0, 99999999):08d}"},
        }

    def photo(self, visit):
        return {
            "id": uuid7(),
            "visitId": visit["id"],
            "sha256": "".join(self.random.choices("ABCDEFGHIJKLMNOPQRSTUVWXYZ", k=42)) + "A=",
            "byteSize": str(self.random.randint(500_000, 4_000_000)),
            "mediaType": "image/jpeg",
            "width": 4000,
            "height": 3000,
            "capturedAt": visit["startedAt"],
        }

    def count(self, results, allowed):
        for result in results:
            self.results[result["status"]] += 1
            self.expect(result["status"] in allowed, f"{result['kind']} {result['id']}: {result['status']} {result.get('violations', '')}")

    def work(self, town, number):
        """One officer's day: his villages, his uploads over a bad network."""
        phone = self.grpc if number % 2 else self.rest
        token = self.sign_in(town["username"], self.officer_password)
        villages = list(self.pages(town["username"], "/v1/regions", "regions", parentCode=town["code"]))
        if not villages:
            return
        visits = [self.visit(village) for village in self.random.choices(villages, k=self.random.randint(2, 4))]
        leads = [self.lead(visit) for visit in visits[: self.random.randint(0, 2)]]
        photos = [self.photo(visit) for visit in visits]
        records = {"visits": visits, "leads": leads, "photos": photos}
        for name, made in records.items():
            self.records[name] += len(made)
        town["visits"], town["leads"] = visits, leads
        trouble = number % 5
        if trouble == 1:
            phone.push_and_lose_the_answer(token, records)
            self.records["cut"] += 1
        results = phone.push(token, records)
        self.count(results, {"CREATED", "UNCHANGED"} if trouble == 1 else {"CREATED"})
        if trouble == 2:
            self.count(phone.push(token, records), {"UNCHANGED"})
            self.records["twice"] += 1
        if trouble == 3:
            self.correct_on_two_phones(token, visits[0], results[0]["etag"])
            self.records["two phones"] += 1

    def correct_on_two_phones(self, token, visit, etag):
        first = dict(visit, etag=etag, findings="虚构：第一部手机上的更正。")
        second = dict(visit, etag=etag, findings="虚构：第二部手机上的更正。")
        self.count(self.rest.push(token, {"visits": [first]}), {"UPDATED"})
        (conflict,) = self.grpc.push(token, {"visits": [second]})
        self.count([conflict], {"CONFLICT"})
        current = conflict["current"]["visit"]
        self.expect(current["findings"] == first["findings"], "a conflict did not show the present record")
        self.count(self.grpc.push(token, {"visits": [dict(second, etag=current["etag"])]}), {"UPDATED"})

    def total(self, username, path, **query):
        return int(self.get(username, path, pageSize=1, total="true", **query).get("totalSize", 0))

    def check_nothing_lost(self):
        """Every record is there, once, for the supervisor of the city."""
        before = len(self.wrong)
        listed = collections.Counter(visit["id"] for visit in self.pages("supervisor.chifeng", "/v1/visits", "visits", startedAfter=at(10)))
        leads = collections.Counter(lead["id"] for lead in self.pages("supervisor.chifeng", "/v1/leads", "leads", receivedAfter=at(1)))
        for town in self.townships:
            for visit in town.get("visits", []):
                self.expect(listed[visit["id"]] == 1, f"visit {visit['id']} is there {listed[visit['id']]} times")
            for lead in town.get("leads", []):
                self.expect(leads[lead["id"]] == 1, f"lead {lead['id']} is there {leads[lead['id']]} times")
        return len(self.wrong) == before

    def ask(self):
        for supervisor in ("supervisor.chifeng", "supervisor.linxi", "officer.balin"):
            self.sign_in(supervisor)
        rows = [
            (name, self.total("supervisor.chifeng", "/v1/visits", regionCode=code), self.total("supervisor.chifeng", "/v1/leads", regionCode=code))
            for code, name in self.counties.items()
        ]
        table("supervisor.chifeng: what is there, by county", ["county", "visits", "leads"], rows)
        self.terms = {term["code"]: term["name"] for term in self.pages("supervisor.linxi", "/v1/terms", "terms", vocabulary="VOCABULARY_PROBLEM_TYPE")}
        leads = self.get("supervisor.linxi", "/v1/leads", regionCode=LINXI, states="LEAD_STATE_RECEIVED", pageSize=5).get("leads", [])
        names = {lead["regionCode"]: self.get("supervisor.linxi", "/v1/regions/" + lead["regionCode"])["name"] for lead in leads}
        table(
            "supervisor.linxi: the newest leads of Linxi that nobody has accepted yet",
            ["received", "village", "problem", "amount (yuan)", "reporter"],
            [
                (lead["receivedAt"][:16], names[lead["regionCode"]], self.terms[lead["problemType"]],
                 int(lead.get("amountFen", 0)) // 100, "sealed" if lead.get("hasReporter") else "none")
                for lead in leads
            ],
        )
        self.ask_out_of_sight(leads)
        self.follow_up(leads)

    def follow_up(self, leads):
        """The first of them goes its way, from its acceptance to the feedback, and its timeline is printed."""
        if not leads:
            return
        lead = self.get("supervisor.linxi", "/v1/leads/" + leads[0]["id"])
        officer = next(town["username"] for town in self.townships if lead["regionCode"].startswith(town["code"][:9]))
        people = {lead["handlerId"]: officer, self.ids["supervisor.linxi"]: "supervisor.linxi"}
        steps = [
            ("supervisor.linxi", "ACCEPTED", {}),
            ("supervisor.linxi", "ASSIGNED", {"handlerId": lead["handlerId"]}),
            (officer, "VERIFYING", {}),
            (officer, "CONCLUSION_PROPOSED", {"outcome": {"finding": "OUTCOME_FINDING_SUBSTANTIATED", "problemSolved": True, "recoveredFen": lead["amountFen"]}}),
            ("supervisor.linxi", "CONCLUDED", {}),
            (officer, "REPORTED_BACK", {"feedback": {"way": "FEEDBACK_WAY_IN_PERSON", "audience": "FEEDBACK_AUDIENCE_REPORTER", "satisfaction": "SATISFACTION_SATISFIED"}}),
            ("supervisor.linxi", "CLOSED", {}),
        ]
        etag = lead["etag"]
        for who, state, given in steps:
            body = {"to": "LEAD_STATE_" + state, "etag": etag, "requestId": str(uuid.uuid4()), **given}
            etag = self.rest.request("POST", f"/v1/leads/{lead['id']}:advance", self.tokens[who], body)["etag"]
        events = self.get("supervisor.linxi", f"/v1/leads/{lead['id']}/events")["events"]
        table(
            "How that lead went on: its timeline",
            ["at", "who", "what", "to", "due"],
            [
                (event["at"][11:19], people.get(event["actorId"], "?"), event["kind"][16:].lower(), event.get("to", "")[11:].lower(), event.get("dueAt", "")[:10])
                for event in events
            ],
        )
        self.expect(events[-1].get("to") == "LEAD_STATE_CLOSED", "the lead did not go its way to the end")

    def ask_out_of_sight(self, leads):
        if not leads:
            return
        rows = []
        for username in ("supervisor.linxi", "supervisor.chifeng", "officer.balin"):
            try:
                self.get(username, "/v1/leads/" + leads[0]["id"])
                heard = "the lead"
            except Refused as refused:
                heard = f"{refused.code} {refused.reason}"
            rows.append((username, heard))
        self.expect(rows[2][1].startswith("404"), "an officer of another county was told of a lead")
        table("Who asks for the first of them hears", ["account", "answer"], rows)

    def report(self):
        """The server's work report of the day, up to its table of figures. The day has begun before midnight where it was short."""
        first, last = ((NOW - datetime.timedelta(hours=hours)).astimezone(LOCAL).date() for hours in (DAY_HOURS, 0))
        period = {"regionCode": CITY, "from": str(first), "to": str(last + datetime.timedelta(days=1))}
        figures = {each["key"]: each.get("value", 0) for each in self.get("supervisor.chifeng", "/v1/figures:workReport", **period)["figures"]}
        self.expect(figures["reports_received"] >= self.records["leads"], "the work report misses leads of the day")
        path = "/v1/figures:workReport?" + urllib.parse.urlencode({**period, "format": "md"})
        document = self.rest.request_text("GET", path, self.tokens["supervisor.chifeng"])
        print("\nsupervisor.chifeng: the work report of the day, before its table of all 57 figures\n")
        for line in document.split("\n## All figures")[0].rstrip().splitlines():
            print("  " + line if line else "")

    def play(self):
        begun = time.monotonic()
        made = self.make_officers()
        print(f"{len(self.townships)} townships in {len(self.counties)} counties, {made} officers made, {len(self.townships) - made} were there")
        for number, town in enumerate(self.townships):
            self.work(town, number)
        table(
            "What the officers uploaded",
            ["visits", "leads", "photos", "pushed twice", "cut connections", "corrected on two phones"],
            [[self.records[name] for name in ("visits", "leads", "photos", "twice", "cut", "two phones")]],
        )
        table("What became of each item", ["result", "items"], sorted(self.results.items()))
        self.ask()
        self.report()
        whole = self.check_nothing_lost()
        print(f"\n{'Nothing was lost and nothing doubled' if whole else 'SOMETHING IS WRONG'}; {time.monotonic() - begun:.0f} s")
        for line in self.wrong[:20]:
            print("  wrong: " + line)
        return 1 if self.wrong else 0


def demo_password():
    kept = ROOT / "var/keys/demo_password"
    return os.environ.get("ZOUFANG_DEMO_PASSWORD") or (kept.read_text() if kept.exists() else None)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rest", default="http://" + os.environ.get("ZOUFANG_HTTP_LISTEN", "127.0.0.1:8080"))
    parser.add_argument("--grpc", default=os.environ.get("ZOUFANG_GRPC_LISTEN", "127.0.0.1:9090"))
    parser.add_argument("--password", default=demo_password())
    parser.add_argument("--seed", type=int, default=None, help="the same day again, but for ids and times")
    arguments = parser.parse_args()
    if not arguments.password:
        sys.exit("demo: the demo accounts' password is needed: --password, or ZOUFANG_DEMO_PASSWORD")
    try:
        sys.exit(Day(arguments).play())
    except (ConnectionError, http.client.HTTPException) as error:
        sys.exit(f"demo: no server at {arguments.rest}: {error}. Start one with scripts/run")


if __name__ == "__main__":
    main()
