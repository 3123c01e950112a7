"""Times pages of 50 of ListVisits and ListLeads, one call after another over one connection.

    lists.py HOST:PORT OWNER_URL PASSWORD RUNS OFFICER SERVER_PID [CASE]

Prints a line a case (of those whose name matches the expression CASE): its name, the medians of the first page and of the hundredth (or the last before it) in
milliseconds, which page that was, what both took of processors (the server and PostgreSQL together), the aim and whether both meet it by the clock
and by processor time: on a busy machine the clock says little. Values of filters are taken from the database: of each the commonest and the rarest
there is. Fails where an answer is not good.
"""

import glob
import http.client
import json
import re
import statistics
import subprocess
import sys
import time
import urllib.parse
import uuid

CALLERS = "lists.city lists.county lists.township lists.village lists.five.townships lists.twenty.villages".split()
PAGE, AIM_MS, SEARCH_AIM_MS, LIMIT_S = 100, 5, 50, 120
WORDS = {"visits": ("低保", "补贴款没有到账"), "leads": ("补贴", "截留")}


class Database:
    def __init__(self, url):
        self.url = url

    def column(self, query):
        command = ["psql", "-XAtq", self.url, "-c", f"set search_path = zoufang; {query}"]
        return subprocess.run(command, check=True, capture_output=True, text=True).stdout.split()

    def ends(self, table, column, where="true"):
        """The commonest and the rarest value."""
        values = self.column(f"select {column} from {table} where {column} is not null and {where} group by 1 order by count(*) desc, 1")
        return [("commonest", values[0]), ("rarest", values[-1])] if len(values) > 1 else [("only", value) for value in values]


def dates(column, table, database):
    middle, late = database.column(
        f"select to_char(at at time zone 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS\"Z\"') from unnest(array(select percentile_disc(array[0.5, 0.99])"
        f" within group (order by {column}) from (select {column} from {table} tablesample system (1)) t)) at"
    )
    return middle, late


def filters(kind, database):
    """Name, query and aim of each case."""
    table, column = ("visit", "started_at") if kind == "visits" else ("lead", "received_at")
    begin = "started" if kind == "visits" else "received"
    middle, late = dates(column, table, database)
    yield "no filter", {}, AIM_MS
    for name, region in (("county", 150424000000), ("township", 150424100000)):
        yield f"regionCode, a {name}", {"regionCode": region}, AIM_MS
    yield f"{begin}After, the last hundredth", {f"{begin}After": late}, AIM_MS
    yield f"{begin}Before, the older half", {f"{begin}Before": middle}, AIM_MS
    for name, value in database.ends(table, "state"):
        yield f"states, {name}", {"states": value}, AIM_MS
    for name, value in database.ends(table, "campaign_id"):
        yield f"campaignId, {name}", {"campaignId": value}, AIM_MS
    for word in WORDS[kind]:
        yield f"query, {len(word)} characters", {"query": word}, SEARCH_AIM_MS
    if kind == "visits":
        for name, value in database.ends("visit_member", "user_id"):
            yield f"officerId, {name}", {"officerId": value}, AIM_MS
        for name, value in database.ends(table, "kind"):
            yield f"kinds, {name}", {"kinds": value}, AIM_MS
        for name, bounds in (("a village", "118.0,43.6,118.1,43.7"), ("a county", "117.5,43.2,118.7,44.2")):
            yield f"bounds, {name}", {"bounds": bounds}, SEARCH_AIM_MS
        return
    for name, value in database.ends(table, "channel"):
        yield f"channels, {name}", {"channels": value}, AIM_MS
    for field, stored in (("domain", "domain"), ("problemType", "problem_type"), ("handlerId", "handler_id"), ("officeId", "office_id"), ("occurrence", "occurrence")):
        for name, value in database.ends(table, stored):
            yield f"{field}, {name}", {field: value}, AIM_MS
    for overdue in ("OVERDUE_ONLY", "OVERDUE_NONE"):
        yield f"overdue, {overdue}", {"overdue": overdue}, AIM_MS


class Processors:
    """What the server and its connections to PostgreSQL have taken of processors."""

    def __init__(self, server, database):
        backends = database.column("select pid from pg_stat_activity where usename = 'zoufang'")
        self.files = [path for pid in [server, *backends] for path in glob.glob(f"/proc/{pid}/task/*/schedstat")]

    def ms(self):
        return sum(int(open(path).read().split()[0]) for path in self.files) / 1e6


class Client:
    def __init__(self, address, username, password):
        self.connection, self.headers = http.client.HTTPConnection(address, timeout=LIMIT_S), {"Content-Type": "application/json"}
        body = {"username": username, "password": password, "device": {"id": str(uuid.uuid4())}}
        self.headers["Authorization"] = "Bearer " + self.ask("POST", "/v1/auth:login", body)["accessToken"]

    def ask(self, method, path, body=None):
        self.connection.request(method, path, json.dumps(body) if body else None, self.headers)
        answer = self.connection.getresponse()
        content = answer.read()
        if answer.status != 200:
            sys.exit(f"{path}: {answer.status} {content.decode()}")
        return json.loads(content)

    def page(self, kind, query, token):
        return self.ask("GET", f"/v1/{kind}?" + urllib.parse.urlencode({**query, "pageSize": 50, **({"pageToken": token} if token else {})}))

    def medians_ms(self, kind, query, token, runs, processors):
        """By the clock and of processors."""
        times, taken = [], []
        for _ in range(runs):
            spent, begin = processors.ms(), time.monotonic()
            self.page(kind, query, token)
            times.append(1000 * (time.monotonic() - begin))
            taken.append(processors.ms() - spent)
        return statistics.median(times), statistics.median(taken)

    def walk(self, kind, query):
        """The token and the number of the hundredth page, or of the last before it."""
        token, number = "", 1
        while number < PAGE and (after := self.page(kind, query, token).get("nextPageToken")):
            token, number = after, number + 1
        return token, number


def main(address, owner_url, password, runs, officer, server, part=""):
    database = Database(owner_url)
    processors = Processors(server, database)
    cases = [(kind, case) for kind in ("visits", "leads") for case in filters(kind, database)]
    for caller in [*CALLERS, officer]:
        client = Client(address, caller, password)
        for kind, (name, query, aim) in cases:
            title = f"{'an officer' if caller == officer else caller.removeprefix('lists.')}: {kind}, {name}"
            if not re.search(part, title):
                continue
            token, number = client.walk(kind, query)
            first, last = (client.medians_ms(kind, query, at, int(runs), processors) for at in ("", token))
            verdicts = ("met" if max(pair) <= aim else "missed" for pair in zip(first, last))
            print(title, f"{first[0]:.1f}", f"{last[0]:.1f}", number, f"{first[1]:.1f}", f"{last[1]:.1f}", aim, *verdicts, sep="\t", flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
