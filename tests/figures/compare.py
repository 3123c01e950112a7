"""Asks the server for work reports and computes each a second time; says where they differ.

    compare.py ugly REST URL USERNAME PASSWORD [FIRST_SEED SEEDS NARROW]   random small worlds, written into a test database; also asked for
                                                                           by NARROW, whose grants they are
    compare.py here REST URL USERNAME PASSWORD REGION FROM TO              what is in the database
    compare.py prove REST URL USERNAME PASSWORD YEAR                       the same for PLACES over a month, a half-year and the whole year;
                                                                           no figure of the city's year may be zero or absent

REST is HOST:PORT, URL the owner's connection. A line for each check, and "N passed, N failed".
"""

import json
import subprocess
import sys
import tempfile
import urllib.error
import urllib.parse
import urllib.request
import uuid
from datetime import date

from exports import PSQL, export, psql
from second import Records, work_report
from ugly import World, periods_and_places

LIMIT_S = 300
FORBIDDEN = 403
CITY = 150400000000
PLACES = {"a township": 150424100000, "its county": 150424000000, "another county": 150404000000, "the city": CITY}


def call(url, token=None, body=None):
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    data = json.dumps(body).encode() if body else None
    with urllib.request.urlopen(urllib.request.Request(url, data, headers | {"Content-Type": "application/json"}), timeout=LIMIT_S) as answer:
        return json.load(answer)


def sign_in(rest, username, password):
    body = {"username": username, "password": password, "device": {"id": str(uuid.uuid4())}}
    return call(f"http://{rest}/v1/auth:login", body=body)["accessToken"]


def told(rest, token, region, begin, end):
    """What the server says, figure by figure; nothing where he refuses, for none of the region is the caller's."""
    query = urllib.parse.urlencode({"regionCode": region, "from": begin, "to": end})
    try:
        report = call(f"http://{rest}/v1/figures:workReport?{query}", token)
    except urllib.error.HTTPError as error:
        if error.code != FORBIDDEN:
            raise
        return {}
    return {figure["key"]: (figure.get("value"), figure.get("before"), figure.get("change")) for figure in report["figures"]}


def asked(url, statement):
    printed = subprocess.run([PSQL, "-XAtq", url, "-v", "ON_ERROR_STOP=1", "-c", statement], text=True, stdout=subprocess.PIPE, check=True).stdout
    return [line.split("|") for line in printed.splitlines()]


def regions_of(url):
    return [(int(code), int(level)) for code, level in asked(url, "select code, level from zoufang.region where level > 2 order by code")]


def id_of(url, username):
    return asked(url, f"select id from zoufang.account where username = '{username}'")[0][0]


def differences(theirs, ours):
    """Lines that say key, what the server told and what was computed, each as value, a year before, change. `ours` has every figure or none."""
    keys = [key for key in sorted(theirs.keys() | ours.keys()) if theirs.get(key) != ours.get(key)]
    lines = [f"{key}: the server {theirs.get(key)}, the second computation {ours.get(key)}" for key in keys]
    return lines if len(theirs) == len(ours) else [f"{len(theirs)} figures instead of {len(ours)}", *lines]


class Tally:
    passed = failed = 0

    def check(self, sentence, problems, told=None):
        """Counts; prints what failed, and what passed where there is something to be told of it."""
        if told and not problems:
            print(f"  ok    {sentence}: {told}", flush=True)
        self.passed, self.failed = self.passed + (not problems), self.failed + bool(problems)
        if problems:
            print(f"  FAIL  {sentence}", *problems, sep="\n        ", flush=True)

    def finish(self):
        print(f"{self.passed} passed, {self.failed} failed")
        sys.exit(self.failed > 0)


def ugly(rest, url, username, password, first=1, seeds=20, narrow="supervisor.narrow"):
    tally, tokens = Tally(), {user: sign_in(rest, user, password) for user in (username, narrow)}
    regions, callers = regions_of(url), [id_of(url, user) for user in tokens]
    with tempfile.TemporaryDirectory() as folder:
        for seed in range(int(first), int(first) + int(seeds)):
            world = World(seed, regions, *callers)
            psql(url, world.build())
            export(url, folder)
            for user, token in tokens.items():
                records = Records(folder, user)
                for region, begin, end in periods_and_places(world):
                    theirs, ours = told(rest, token, region, begin, end), work_report(records, region, begin, end)
                    tally.check(f"seed {seed}, {user}, {region}, {begin} to {end}", differences(theirs, ours))
    tally.finish()


def here(rest, url, username, password, region, begin, end):
    tally, token = Tally(), sign_in(rest, username, password)
    theirs = told(rest, token, region, begin, end)
    with tempfile.TemporaryDirectory() as folder:
        export(url, folder)
        ours = work_report(Records(folder, username), int(region), date.fromisoformat(begin), date.fromisoformat(end))
    tally.check(f"{region}, {begin} to {end}", differences(theirs, ours))
    tally.finish()


def prove(rest, url, username, password, year):
    year, tally, token = int(year), Tally(), sign_in(rest, username, password)
    spans = [(date(year, 3, 1), date(year, 4, 1)), (date(year, 1, 1), date(year, 7, 1)), (date(year, 1, 1), date(year + 1, 1, 1))]
    with tempfile.TemporaryDirectory() as folder:
        export(url, folder)
        records = Records(folder, username)
    for name, region in PLACES.items():
        for begin, end in spans:
            theirs, ours = told(rest, token, region, begin, end), work_report(records, region, begin, end)
            above_zero = sum(figure[0] not in (0, None) for figure in ours.values())
            tally.check(f"{name}, {begin} to {end}", differences(theirs, ours), f"{len(ours)} figures, {above_zero} of them above zero, "
                        f"{theirs['reports_received'][0]:,.0f} reports received")
            if (region, end.year) == (CITY, year + 1):
                tally.check("no figure of the city's year is zero or absent", [key for key, figure in theirs.items() if not figure[0]])
    tally.finish()


if __name__ == "__main__":
    {"ugly": ugly, "here": here, "prove": prove}[sys.argv[1]](*sys.argv[2:])
