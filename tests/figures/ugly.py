"""Small worlds of random records that are ugly on purpose, written past the triggers: days at the bounds of periods and leap days, matters reopened twice
and concluded as often, linked leads, merged regions, late uploads, withdrawn and held records, people who are one, records that complain of who asks,
and somebody whose grants are narrow, over or yet to come.

    ugly.py URL SEED     empties the records of a test database and writes those of the seed
"""

import random
import sys
import uuid
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from exports import psql

ZONE = ZoneInfo("Asia/Shanghai")
CITY = 150400000000
DOMAINS = ["poverty", "livelihood", "umbrella", "business", "business", "judicial", None]
# What is asked for; records lie at these days most of all, and a year or two before them.
PERIODS = [
    (date(2024, 1, 1), date(2025, 1, 1)), (date(2024, 2, 1), date(2024, 3, 1)), (date(2024, 2, 29), date(2024, 3, 1)), (date(2024, 1, 1), date(2024, 4, 1)),
    (date(2024, 4, 1), date(2024, 7, 1)), (date(2025, 2, 1), date(2025, 3, 1)), (date(2024, 2, 1), date(2024, 2, 29)), (date(2023, 7, 1), date(2024, 7, 1)),
    (date(2025, 1, 1), date(2026, 1, 1)), (date(2024, 2, 28), date(2025, 3, 1)),
]
RECORDS = """request_claim sight_past receipt_submission receipt visit_plan photo visit_member visit_version visit lead_reporter lead_reporter_version lead_version
  lead_event case_event lead_outcome lead_feedback lead_link review handling case_person case_lead case_file person publication recommendation interview education commendation indicator lead
  campaign""".split()


class Literal(str):
    """SQL as it stands."""


def sql(value):
    match value:
        case Literal():
            return value
        case None:
            return "null"
        case bool():
            return str(value).lower()
        case int() | float():
            return str(value)
        case list():
            return "array[" + ", ".join(sql(each) for each in value) + "]" if value else "'{}'"
        case datetime() | date():
            return f"'{value.isoformat()}'"
        case _:
            return "'" + str(value).replace("'", "''") + "'"


def ids(values):
    return Literal("array[" + ", ".join(sql(value) for value in values) + "]::uuid[]")


def days(values):
    return Literal("array[" + ", ".join(sql(value) for value in values) + "]::date[]")


def flags(values):
    return Literal("array[" + ", ".join(sql(value) for value in values) + "]::boolean[]")


class World:
    def __init__(self, seed, regions, caller, narrow):
        self.luck = random.Random(seed)
        self.regions, self.caller, self.narrow = regions, caller, narrow
        self.statements = ["begin; set local session_replication_role = replica;"]
        bounds = {bound for period in PERIODS for bound in period}
        self.days = sorted(bounds | {bound - timedelta(days=1) for bound in bounds})

    # --- What is drawn

    def id(self):
        return str(uuid.UUID(int=self.luck.getrandbits(128), version=4))

    def chance(self, share):
        return self.luck.random() < share

    def maybe(self, share, value):
        return value if self.chance(share) else None

    def day(self):
        if self.chance(0.3):
            return date(2021, 1, 1) + timedelta(days=self.luck.randrange(365 * 5))
        drawn = self.luck.choice(self.days)
        back = self.luck.choice([0, 0, 0, 1, 1, 2])
        try:
            return drawn.replace(year=drawn.year - back)
        except ValueError:
            return drawn - timedelta(days=366 * back)

    def at(self):
        moment = self.luck.choice([time(), time(23, 59, 59, 999999), time(0, 0, 0, 1), time(8), time(7, 59, 59), time(12, 30), time(16), time(20)])
        return datetime.combine(self.day(), moment, ZONE)

    def later(self, than):
        waits = [timedelta(microseconds=1), timedelta(hours=1), timedelta(days=1), timedelta(days=40), timedelta(days=200), timedelta(days=366)]
        return than + self.luck.choice(waits)

    def somebody(self):
        return self.luck.choice(self.people)

    def place(self):
        return self.luck.choice(self.places)

    def current(self, code):
        while code in self.merged:
            code = self.merged[code][1]
        return code

    def somewhere(self):
        code = self.place()
        return {"region_code": code, "current_code": self.current(code)}

    def name(self):
        return self.luck.choice(["甲", "乙", "丙", "丁", "戊"])

    # --- What is written

    def add(self, table, **values):
        self.statements.append(f"insert into {table} ({', '.join(values)}) overriding system value values ({', '.join(map(sql, values.values()))});")

    def etag(self):
        return Literal(f"'\\x{self.luck.getrandbits(256):064x}'")

    def build(self):
        for table in RECORDS:
            self.statements.append(f"delete from {table};")
        for step in (self.regions_merged, self.grants, self.offices, self.campaigns, self.visits, self.leads, self.links, self.cases, self.offices_work):
            step()
        self.statements += [
            "update lead l set finding = (select c.finding from conclusion c where c.lead_id = l.id order by c.approved_at desc limit 1);",
            "call make_facts();",
            "call make_visit_months();",
            "commit;",
        ]
        return "\n".join(self.statements)

    def regions_merged(self):
        """A few villages and townships of a corner of the prefecture became others, and some of those others again."""
        self.statements.append("update region set successor_code = null, ended_on = null, current_code = code where successor_code is not null;")
        inside = lambda code, level, span: [c for c, l in self.regions if l == level and code <= c < code + span]
        roomy = [code for code, level in self.regions if level == 4 and len(inside(code, 5, 1000)) >= 2]
        counties = self.luck.sample([code for code, level in self.regions if level == 3], 2)
        townships = [each for code in counties for each in self.luck.sample([c for c in roomy if code <= c < code + 10**6], 2)]
        villages = [each for code in townships for each in self.luck.sample(inside(code, 5, 1000), 2)]
        self.places = [CITY, *counties, *townships, *villages, *villages]
        self.merged = {}
        for level in (townships, villages):
            order = self.luck.sample(level, len(level))
            for number, code in enumerate(order[:-1]):
                if self.chance(0.4):
                    self.merged[code] = (self.day(), self.luck.choice(order[number + 1 :]))
        for code, (ended, successor) in self.merged.items():
            self.statements.append(
                f"update region set successor_code = {successor}, ended_on = '{ended}', current_code = {self.current(code)} where code = {code};"
            )

    def grants(self):
        """Of the narrow caller: one or two that hold now, one that is over, one to come."""
        self.statements.append(f"delete from role_grant where user_id = '{self.narrow}';")
        holding = self.luck.sample(self.places[1:], self.luck.choice([1, 2]))
        for region, starts, ends in [
            *((place, "now() - interval '1 day'", self.luck.choice(["null", "now() + interval '1 day'"])) for place in holding),
            (CITY, "now() - interval '2 days'", "now() - interval '1 day'"),
            (CITY, "now() + interval '1 day'", "null"),
        ]:
            self.statements.append(
                f"insert into role_grant (id, user_id, role, region_code, level, first, last, starts_at, ends_at) "
                f"select '{self.id()}', '{self.narrow}', 2, code, level, first, last, {starts}, {ends} from region where code = {region};"
            )

    def offices(self):
        own = f"(select office_id from account where id in ('{self.caller}', '{self.narrow}') and office_id is not null)"
        self.statements += [
            "delete from office_member where user_id in (select id from account where username like 'ugly.%');",
            "delete from account where username like 'ugly.%';",
            f"delete from office where id not in {own};",
        ]
        self.desks = []
        for _ in range(8):
            opened = self.day()
            desk = {"id": self.id(), "region": self.place()}
            self.desks.append(desk)
            self.add("office", id=desk["id"], name="某办公室", kind=self.luck.choice([2, 3, 3, 3, 4]), region_code=desk["region"], opened_on=opened,
                     closed_on=self.maybe(0.3, opened + timedelta(days=self.luck.choice([0, 1, 100, 366, 500]))))
        self.people = []
        for number in range(8):
            person, desk = self.id(), self.luck.choice(self.desks)
            self.people.append(person)
            self.add("account", id=person, username=f"ugly.{number}x", name="某人", office_id=desk["id"], leader=self.chance(0.5),
                     disabled_at=self.maybe(0.3, self.at()), etag=self.etag())
            joined = self.day()
            for turn, desk in enumerate(self.luck.sample(self.desks, self.luck.choice([1, 1, 2]))):
                left = joined + timedelta(days=self.luck.choice([0, 1, 30, 400]))
                last = turn == 1 or self.chance(0.5)
                self.add("office_member", user_id=person, office_id=desk["id"], joined_on=joined, left_on=None if last else left)
                joined = left + timedelta(days=self.luck.choice([0, 1, 2]))
                if last:
                    break

    def written(self):
        at = self.at()
        return {"etag": self.etag(), "created_by": self.somebody(), "created_at": at, "written_by": self.somebody(), "written_at": at}

    def withdrawn(self):
        if self.chance(0.85):
            return {}
        return {"withdrawn_by": self.somebody(), "withdrawn_at": self.at(), "withdrawn_reason": "有误"}

    def campaigns(self):
        self.drives = []
        for domain in DOMAINS:
            rounds = self.chance(0.6)
            drive = {"id": self.id(), "rounds": rounds, "domain": domain}
            self.drives.append(drive)
            begins = date(2020, 1, 1)
            self.add("campaign", id=drive["id"], name="某专项", domain=domain, region_codes=[CITY], land=Literal(f"int8multirange(int8range({CITY}, {CITY + 10**8}))"),
                     starts_on=begins, round_numbers=Literal("'{1,2}'") if rounds else Literal("'{}'"),
                     round_first_days=days([begins, begins] if rounds else []), round_last_days=days([begins, begins] if rounds else []),
                     round_names=Literal("array[null, null]::text[]") if rounds else Literal("'{}'"), **self.written())

    def drive(self):
        if self.chance(0.2):
            return {}
        drive = self.luck.choice(self.drives)
        return {"campaign_id": drive["id"], "sweep_round": self.luck.choice([1, 2, None]) if drive["rounds"] else None}

    def visits(self):
        self.lead_ids = [self.id() for _ in range(90)]
        self.trips = []
        for _ in range(50):
            trip = {"id": self.id(), "kind": self.luck.choice([1, 1, 1, 2, 2, 2, 8, 8, 6, 3])}
            self.trips.append(trip)
            recorder, started = self.somebody(), self.at()
            team = self.luck.sample([person for person in self.people if person != recorder], self.luck.choice([0, 1, 2, 3]))
            copies = [self.luck.randrange(1, 50) for _ in range(self.luck.choice([0, 1, 2]))]
            solved = [self.luck.choice([None, None, *self.lead_ids[:20]]) for _ in range(self.luck.choice([0, 0, 1, 2, 3]))]
            state = self.luck.choice([1, 1, 1, 1, 1, 2, 3])
            self.add("visit", id=trip["id"], kind=trip["kind"], **self.somewhere(), recorder_id=recorder, team=ids(team), started_at=started,
                     led_by=self.maybe(0.7, self.somebody()), people_met=self.maybe(0.8, self.luck.randrange(30)),
                     material_names=["册"] * len(copies), material_copies=copies, solved_descriptions=["解决"] * len(solved), solved_leads=ids(solved),
                     state=state, hold_reason=1 if state == 2 else None, etag=self.etag(), received_at=self.later(started), written_by=recorder, **self.drive())

    def leads(self):
        self.matters = []
        for lead in self.lead_ids:
            received, person = self.at(), self.somebody()
            accused = self.maybe(0.08, self.luck.choice([self.caller, self.narrow]))
            by_office = accused is not None and self.chance(0.3)
            matter = {"id": lead, **self.somewhere(), **({"campaign_id": None, "sweep_round": None} | self.drive())}
            self.matters.append(matter)
            self.add("lead", **matter, channel=self.luck.choice([1, 2, 3, 4, 5, 6, 7, 7, 7, 8]), **{"class": self.luck.choice([1, 1, 1, 2, 3, 4])},
                     occurrence=self.luck.choice([1, 1, 2, 3, None]), received_at=received, visit_id=self.maybe(0.6, self.luck.choice(self.trips)["id"]),
                     accused_names=["某"] if accused else [], accused_units=["某"] if accused else [], accused_posts=["某"] if accused else [],
                     accused_users=ids([None if by_office else accused] if accused else []), accused_offices=self.office_of(accused, by_office),
                     narrative="某事", confidential=True, state=self.luck.choice([1, 4, 8, 9, 10, 10, 10, 11, 13, 15]), raised_by=person, etag=self.etag(),
                     uploaded_at=self.later(received), written_by=person)
            # A lead is concluded again only after it was reopened.
            at, open_matter = received, True
            for _ in range(self.luck.choice([0, 1, 1, 2, 3])):
                at = self.later(at)
                if not open_matter:
                    break
                fate = self.luck.random()
                proposer, judge = self.luck.sample(self.people, 2)
                accused = [self.name() for _ in range(self.luck.choice([0, 1, 2]))]
                cleared = [self.name() for _ in range(self.luck.choice([0, 1, 2]))]
                self.add("lead_outcome", id=self.id(), lead_id=lead, finding=self.luck.choice([1, 2, 3, 4]), problem_solved=self.chance(0.6),
                         person_names=accused, person_units=["某局"] * len(accused), cleared_names=cleared, cleared_units=["某镇"] * len(cleared),
                         cleared_on=days(self.maybe(0.6, self.day()) for _ in cleared), proposed_by=proposer, proposed_at=at,
                         approved_by=judge if fate < 0.85 else None, approved_at=at if fate < 0.85 else None, returned_at=at if fate >= 0.85 else None)
                open_matter = fate >= 0.85
                if not open_matter and self.chance(0.7):
                    at, open_matter = self.later(at), True
                    self.add("lead_event", id=self.id(), lead_id=lead, kind=5, at=at, actor_id=judge, from_state=8, to_state=15)
            for _ in range(self.luck.choice([0, 0, 1, 2])):
                self.add("lead_feedback", id=self.id(), lead_id=lead, about=self.luck.choice([1, 2, 2, 2]), told_at=self.at(), way=1, audience=1,
                         satisfaction=self.luck.randrange(1, 6), written_by=person)

    def office_of(self, accused, meant):
        """The list of offices that a lead complains of: that of the accused, where it is meant."""
        if accused is None:
            return ids([])
        return Literal(f"array[(select office_id from account where id = '{accused}' and {sql(meant)})]::uuid[]")

    def links(self):
        pairs = {tuple(sorted(self.luck.sample(self.lead_ids, 2))) for _ in range(14)}
        for one, other in sorted(pairs):
            self.add("lead_link", id=self.id(), lead_id=one, other_id=other, reason="同一问题", linked_by=self.somebody(), linked_at=self.at())

    def cases(self):
        self.suspects, known_ones = [], []
        for _ in range(12):
            known = self.luck.choice(known_ones) if known_ones and self.chance(0.3) else None
            ours = self.maybe(0.15, self.luck.choice([self.caller, self.narrow]))
            suspect = {"id": self.id(), "name": self.name(), "same_as": known, "added_by": self.somebody(), "user_id": ours}
            if known is None:
                known_ones.append(suspect["id"])
            self.add("person", **suspect)
            self.suspects.append(suspect["id"])
        free = self.luck.sample(self.matters, len(self.matters))
        self.files = []
        for _ in range(30):
            file, filed = self.id(), self.at()
            leads = [free.pop() for _ in range(self.luck.choice([1, 1, 2, 3]))]
            self.files.append(file)
            first = leads[0]
            self.add("case_file", id=file, title="某案", region_code=first["region_code"], current_code=first["current_code"], campaign_id=first["campaign_id"],
                     sweep_round=first["sweep_round"], filed_at=filed, filed_by=self.somebody(), etag=self.etag(), written_by=self.somebody())
            for place, lead in enumerate(leads, 1):
                self.add("case_lead", lead_id=lead["id"], case_id=file, place=place, added_by=self.somebody())
            for suspect in self.luck.sample(self.suspects, self.luck.choice([1, 1, 2, 3])):
                self.add("case_person", case_id=file, person_id=suspect, added_by=self.somebody())
                for final in [True] if self.chance(0.6) else [True, False] if self.chance(0.5) else [False]:
                    self.handling(file, suspect, final)

        self.statements.append("do $$ begin perform case_in_step(array(select id from case_file)); end $$;")  # whom the cases hide from

        # Talks about leads that became no case.
        for matter in free[:12]:
            proposer, judge = self.luck.sample(self.people, 2)
            final, decided = self.chance(0.8), self.at()
            self.add("handling", id=self.id(), lead_id=matter["id"], person_id=self.luck.choice(self.suspects), form=1, decided_at=decided, proposed_by=proposer,
                     approved_by=judge if final else None, approved_at=decided if final else None)

    def handling(self, file, suspect, final):
        handling, decided, form = self.id(), self.at(), self.luck.choice([1, 2, 3, 4, 4])
        proposer, judge = self.luck.sample(self.people, 2)
        discipline = self.maybe(0.8, self.luck.randrange(1, 9)) if form > 1 else None
        self.add("handling", id=handling, case_id=file, person_id=suspect, form=form, discipline=discipline, decided_at=decided,
                 transferred_at=self.maybe(0.7, self.at()) if form == 4 else None, proposed_by=proposer, approved_by=judge if final else None,
                 approved_at=decided if final else None)
        if final and discipline:
            for kind in self.luck.choice([[], [1], [2], [1, 2]]):
                self.add("review", handling_id=handling, kind=kind, asked_at=self.later(decided), written_by=proposer)

    def offices_work(self):
        def of_office():
            desk = self.luck.choice(self.desks)
            return {"id": self.id(), "office_id": desk["id"], "region_code": desk["region"], "current_code": self.current(desk["region"])}

        for _ in range(8):
            self.add("interview", **of_office(), held_on=self.day(), person_names=["某"], person_units=["某"], person_posts=["某"], reason="某", **self.written(),
                     **self.withdrawn())
            self.add("education", **of_office(), held_on=self.day(), title="某", people_reached=self.luck.randrange(100), **self.written(), **self.withdrawn())
            self.add("commendation", **of_office(), given_on=self.day(), person_name="某", **self.written(), **self.withdrawn())
            issued = self.day()
            dues = [self.day() for _ in range(self.luck.choice([1, 2, 3]))]
            verified = [self.maybe(0.7, self.later(due)) for due in dues]
            revised = [self.day() for _ in range(self.luck.choice([0, 1, 2]))]
            follows = self.luck.choice([{}, {"lead_id": self.luck.choice(self.lead_ids)}, {"case_id": self.luck.choice(self.files)}])
            self.add("recommendation", **of_office(), **follows, number=self.id(), addressed_to="某局", issued_on=issued, item_texts=["某"] * len(dues), item_due_on=days(dues),
                     item_verified_on=days(verified), item_rectified=flags(self.chance(0.7) if on else None for on in verified),
                     institution_names=["某"] * len(revised), institution_revised_on=days(revised), **self.written(), **self.withdrawn())
        for _ in range(24):
            kind, published = self.luck.choice([1, 2, 3]), self.day()
            read = kind == 2 and self.chance(0.8)
            self.add("publication", **of_office(), kind=kind, title="某", published_on=published,
                     in_force_to=self.maybe(0.6, published + timedelta(days=self.luck.choice([0, 1, 30, 366]))) if kind == 1 else None,
                     views=self.luck.randrange(1000) if read else None, views_read_on=published if read else None,
                     case_id=self.luck.choice(self.files) if kind == 3 else None, **self.written(), **self.withdrawn())
        for kind in (1, 2):
            for year in range(2021, 2026):
                for region in (CITY, *self.places[1:3]):
                    if self.chance(0.6):
                        self.add("indicator", id=self.id(), kind=kind, region_code=region, current_code=region, year=year, rank=self.luck.randrange(1, 13), source="某",
                                 **self.written(), **self.withdrawn())


def periods_and_places(world):
    """What to ask of a world: every period for the prefecture or a smaller place in turn."""
    for number, (begin, end) in enumerate(PERIODS):
        yield (CITY if number % 2 == 0 else world.place()), begin, end


if __name__ == "__main__":
    from compare import id_of, regions_of

    url, seed, callers = sys.argv[1], int(sys.argv[2]), ("supervisor.chifeng", "supervisor.narrow")
    psql(url, World(seed, regions_of(url), *(id_of(url, username) for username in callers)).build())
