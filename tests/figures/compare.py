"""Asks the server for work reports and computes each a second time; says where they differ.

    compare.py ugly REST URL USERNAME PASSWORD [FIRST_SEED SEEDS]        random small worlds, written into a test database
    compare.py here REST URL USERNAME PASSWORD REGION FROM TO [full]     what is in the database; `full`: no figure may be zero or absent

REST is HOST:PORT, URL the owner's connection. A line for each check, and "N passed, N failed".
"""

import json
import subprocess
import sys
import tempfile
import urllib.parse
import urllib.request
import uuid
from datetime import date

from exports import PSQL, export, psql
from second import Records, work_report
from ugly import World, periods_and_places

KEYS = 57
LIMIT_S = 60


def call(url, token=None, body=None):
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    data = json.dumps(body).encode() if body else None
    with urllib.request.urlopen(urllib.request.Request(url, data, headers | {"Content-Type": "application/json"}), timeout=LIMIT_S) as answer:
        return json.load(answer)


def sign_in(rest, username, password):
    body = {"username": username, "password": password, "device": {"id": str(uuid.uuid4())}}
    return call(f"http://{rest}/v1/auth:login", body=body)["accessToken"]


def told(rest, token, region, begin, end):
    query = urllib.parse.urlencode({"regionCode": region, "from": begin, "to": end})
    report = call(f"http://{rest}/v1/figures:workReport?{query}", token)
    return {figure["key"]: (figure.get("value"), figure.get("before"), figure.get("change")) for figure in report["figures"]}


def asked(url, statement):
    printed = subprocess.run([PSQL, "-XAtq", url, "-v", "ON_ERROR_STOP=1", "-c", statement], text=True, stdout=subprocess.PIPE, check=True).stdout
    return [line.split("|") for line in printed.splitlines()]


def regions_and_caller(url, username):
    regions = [(int(code), int(level)) for code, level in asked(url, "select code, level from zoufang.region where level > 2 order by code")]
    return regions, asked(url, f"select id from zoufang.account where username = '{username}'")[0][0]


def blinds(url, username):
    return [id for id in asked(url, f"select id, office_id from zoufang.account where username = '{username}'")[0] if id]


def differences(theirs, ours):
    """Lines that say key, what the server told and what was computed, each as value, a year before, change."""
    keys = [key for key in sorted(theirs.keys() | ours.keys()) if theirs.get(key) != ours.get(key)]
    lines = [f"{key}: the server {theirs.get(key)}, the second computation {ours.get(key)}" for key in keys]
    return lines if len(theirs) == KEYS else [f"{len(theirs)} figures instead of {KEYS}", *lines]


class Tally:
    passed = failed = 0

    def check(self, sentence, problems):
        self.passed, self.failed = self.passed + (not problems), self.failed + bool(problems)
        if problems:
            print(f"  FAIL  {sentence}", *problems, sep="\n        ", flush=True)

    def finish(self):
        print(f"{self.passed} passed, {self.failed} failed")
        sys.exit(self.failed > 0)


def ugly(rest, url, username, password, first=1, seeds=20):
    tally, token = Tally(), sign_in(rest, username, password)
    regions, caller = regions_and_caller(url, username)
    with tempfile.TemporaryDirectory() as folder:
        for seed in range(int(first), int(first) + int(seeds)):
            world = World(seed, regions, caller)
            psql(url, world.build())
            export(url, folder)
            records = Records(folder, blinds(url, username))
            for region, begin, end in periods_and_places(world):
                theirs, ours = told(rest, token, region, begin, end), work_report(records, region, begin, end)
                tally.check(f"seed {seed}, {region}, {begin} to {end}", differences(theirs, ours))
    tally.finish()


def here(rest, url, username, password, region, begin, end, full=None):
    tally, token = Tally(), sign_in(rest, username, password)
    theirs = told(rest, token, region, begin, end)
    with tempfile.TemporaryDirectory() as folder:
        export(url, folder)
        ours = work_report(Records(folder, blinds(url, username)), int(region), date.fromisoformat(begin), date.fromisoformat(end))
    tally.check(f"{region}, {begin} to {end}", differences(theirs, ours))
    if full:
        tally.check("no figure is zero or absent", [key for key, figure in theirs.items() if not figure[0]])
    tally.finish()


if __name__ == "__main__":
    {"ugly": ugly, "here": here}[sys.argv[1]](*sys.argv[2:])
