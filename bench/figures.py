"""Times the answers of FigureService, one call after another over one connection, as a supervisor of the whole prefecture.

    figures.py HOST:PORT USERNAME PASSWORD RUNS YEAR [CASE]

Prints a line a case (of those whose name has CASE in it): its name, the median and the slowest in milliseconds, the answer's bytes, and where
there is one the median that is aimed at and whether it is met. Fails where an answer is not good.
"""

import http.client
import json
import statistics
import sys
import time
import urllib.parse
import uuid

CITY, COUNTY, TOWNSHIP = 150400000000, 150424000000, 150424100000
DIMENSIONS = "type cause domain channel class occurrence state outcome campaign month county township village".split()
MEASURES = "received problems declined open overdue concluded reported_back asked satisfied cases disciplined transferred".split()
COUNTY_AIM_MS, CITY_AIM_MS, BREAKDOWN_AIM_MS = 300, 1000, 300
LIMIT_S = 120


def reports(year):
    spans = {"a month": (f"{year}-03-01", f"{year}-04-01"), "half a year": (f"{year}-01-01", f"{year}-07-01"), "a year": whole(year)}
    for name, region, aim in (("a township", TOWNSHIP, COUNTY_AIM_MS), ("a county", COUNTY, COUNTY_AIM_MS), ("the city", CITY, CITY_AIM_MS)):
        for span, (begin, end) in spans.items():
            yield f"report of {name}, {span}", "workReport", {"regionCode": region, "from": begin, "to": end}, aim
    yield "report of a county as a document, a year", "workReport", asked(COUNTY, year, format="html"), COUNTY_AIM_MS


def breakdowns(year):
    for name, region in (("a county", COUNTY), ("the city", CITY)):
        for dimension in DIMENSIONS:
            yield f"{name} by {dimension}", "breakdown", asked(region, year, by=dimension), BREAKDOWN_AIM_MS
        yield f"{name} by type, cause, month", "breakdown", asked(region, year, by="type,cause,month"), BREAKDOWN_AIM_MS
        yield f"{name} by region, type, cause", "breakdown", asked(region, year, by="region,type,cause"), BREAKDOWN_AIM_MS
        for measure in MEASURES:
            yield f"{name} by region, {measure}", "breakdown", asked(region, year, by="region", measures=measure), BREAKDOWN_AIM_MS
        yield f"{name} by type, all measures", "breakdown", asked(region, year, by="type", measures=",".join(MEASURES)), BREAKDOWN_AIM_MS


def analyses(year):
    for level in ("county", "township"):
        yield f"hot spots of {level}s", "hotSpots", asked(CITY, year, level=level), None
        for by in ("received", "overdue", "satisfaction", "coverage"):
            yield f"{level}s ranked by {by}", "rankRegions", asked(CITY, year, level=level, by=by), None
    yield "backlog of a county", "backlog", {"regionCode": COUNTY}, None
    yield "backlog of the city", "backlog", {"regionCode": CITY}, None


def whole(year):
    return f"{year}-01-01", f"{year + 1}-01-01"


def asked(region, year, **more):
    begin, end = whole(year)
    return {"regionCode": region, "from": begin, "to": end, **more}


class Client:
    def __init__(self, address):
        self.connection, self.token = http.client.HTTPConnection(address, timeout=LIMIT_S), None

    def ask(self, method, path, body=None):
        headers = {"Content-Type": "application/json"} | ({"Authorization": f"Bearer {self.token}"} if self.token else {})
        self.connection.request(method, path, json.dumps(body) if body else None, headers)
        answer = self.connection.getresponse()
        content = answer.read()
        if answer.status != 200:
            sys.exit(f"{path}: {answer.status} {content.decode()}")
        return content

    def sign_in(self, username, password):
        body = {"username": username, "password": password, "device": {"id": str(uuid.uuid4())}}
        self.token = json.loads(self.ask("POST", "/v1/auth:login", body))["accessToken"]


def main(address, username, password, runs, year, part=""):
    client = Client(address)
    client.sign_in(username, password)
    for cases in (reports, breakdowns, analyses):
        for name, method, query, aim in cases(int(year)):
            if part not in name:
                continue
            path = f"/v1/figures:{method}?{urllib.parse.urlencode(query)}"
            times, size = [], len(client.ask("GET", path))
            for _ in range(int(runs)):
                begin = time.monotonic()
                client.ask("GET", path)
                times.append(1000 * (time.monotonic() - begin))
            median = statistics.median(times)
            verdict = "" if aim is None else "met" if median <= aim else "missed"
            print(name, f"{median:.0f}", f"{max(times):.0f}", size, aim or "-", verdict, sep="\t", flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
