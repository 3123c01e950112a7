"""The 57 figures of a work report, computed a second time: from plain exports of the tables, by the definitions of docs/figures.md alone.

Nothing of the server's SQL is used here, so that a mistake would have to be made twice to go unseen.

    second.py FOLDER REGION FROM TO [USERNAME]     prints key, value, value a year before, change; as USERNAME sees it
"""

import csv
import sys
from bisect import bisect_left
from collections import defaultdict
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from fractions import Fraction
from operator import itemgetter
from pathlib import Path
from zoneinfo import ZoneInfo

KEYS = 57
ZONE = ZoneInfo("Asia/Shanghai")
DOWN_VISIT, RECEPTION, PUBLICITY = 1, 2, 8
INSPECTION = 7
DECLINED, REOPENED = 11, 15
FALSE_ACCUSATION, DISTURBING_THE_ORDER = 3, 4
TOWNSHIP_OFFICE, STATIONED_AGENCY = 3, 4
DISCLOSURE_ITEM, NOTICE, PUBLICISED_CASE = 1, 2, 3
ABOUT_RESULT, NOT_ASKED = 2, 5
COUNTS_FIGURES = ["2", "3"]  # supervisors and analysts
NEVER = datetime.max.replace(tzinfo=ZONE)


# --- Reading -----------------------------------------------------------------------------------------------------------


def moment(text):
    return datetime.fromisoformat(text).astimezone(ZONE) if text else None


def day(text):
    return date.fromisoformat(text) if text else None


def number(text):
    return int(text) if text else None


def items(text):
    """The elements of a PostgreSQL array of one dimension; None for NULL."""
    if text in ("", "{}"):
        return []
    found, at, inside = [], 1, text
    while at < len(inside) - 1:
        if inside[at] == '"':
            at, letters = at + 1, []
            while inside[at] != '"':
                if inside[at] == "\\":
                    at += 1
                letters.append(inside[at])
                at += 1
            found.append("".join(letters))
            at += 1
        else:
            end = inside.find(",", at)
            end = len(inside) - 1 if end < 0 else end
            word = inside[at:end]
            found.append(None if word == "NULL" else word)
            at = end
        at += 1
    return found


def rows(folder, table, *columns, where=None):
    """Tuples of the columns asked for, as text; `where` keeps rows by the text of some column: (column, values)."""
    csv.field_size_limit(1 << 30)
    with open(Path(folder) / f"{table}.csv", newline="", encoding="utf-8") as file:
        lines = csv.reader(file)
        header = next(lines)
        wanted = itemgetter(*(header.index(column) for column in columns))
        place, values = (header.index(where[0]), set(where[1])) if where else (None, None)
        for line in lines:
            if place is None or line[place] in values:
                yield wanted(line)


class Dated:
    """Things by when they happened: those of a period are found without looking at all."""

    def __init__(self, things):
        self.things = sorted(things, key=itemgetter(0))  # (moment, thing)
        self.moments = [at for at, _ in self.things]

    def between(self, begin, end):
        return [thing for _, thing in self.things[bisect_left(self.moments, begin) : bisect_left(self.moments, end)]]


class Lead:
    __slots__ = ("id", "region", "channel", "kind", "occurrence", "received", "visit", "campaign", "sweep", "outcomes", "reopened", "told")

    def __init__(self, values):
        self.id, region, channel, kind, occurrence, received, self.visit, self.campaign, sweep = values
        self.region, self.channel, self.kind, self.occurrence = int(region), int(channel), int(kind), number(occurrence)
        self.received, self.sweep = moment(received), sweep != ""
        self.outcomes, self.reopened, self.told = [], [], []

    def conclusion(self, end):
        """The outcome in force at `end`: the newest approved before, unless the lead was reopened in between."""
        approved = [outcome for outcome in self.outcomes if outcome.approved < end]
        if not approved:
            return None
        newest = max(approved, key=lambda outcome: outcome.approved)
        return None if any(newest.approved < at < end for at in self.reopened) else newest


class Outcome:
    __slots__ = ("approved", "finding", "solved", "persons", "cleared")

    def __init__(self, approved, finding, solved, names, units, cleared_names, cleared_units, cleared_on):
        self.approved, self.finding, self.solved = moment(approved), int(finding), solved == "t"
        self.persons = set(zip(items(names), items(units)))
        self.cleared = [
            (day(on) if on else self.approved.date(), (name, unit))
            for name, unit, on in zip(items(cleared_names), items(cleared_units), items(cleared_on))
        ]


class Records:
    """All that the figures need of an export, as a user sees it (without a name: as one who sees everything)."""

    def __init__(self, folder, username=None):
        self.read_places(folder)
        self.read_caller(folder, username)
        self.read_visits(folder)
        self.read_leads(folder)
        self.read_cases(folder)
        self.read_offices_work(folder)

    def read_places(self, folder):
        self.span, self.ended = {}, {}
        for code, level, successor, ended in rows(folder, "region", "code", "level", "successor_code", "ended_on"):
            self.span[int(code)] = 10 ** {1: 10, 2: 8, 3: 6, 4: 3, 5: 0}[int(level)]
            if successor:
                self.ended[int(code)] = (day(ended), int(successor))
        self.offices = [
            (id, int(kind), int(region), day(opened), day(closed))
            for id, kind, region, opened, closed in rows(folder, "office", "id", "kind", "region_code", "opened_on", "closed_on")
        ]
        self.members = defaultdict(list)
        for user, office, joined, left in rows(folder, "office_member", "user_id", "office_id", "joined_on", "left_on"):
            self.members[office].append((user, day(joined), day(left)))
        self.leaders, self.disabled = set(), {}
        for user, leader, disabled in rows(folder, "account", "id", "leader", "disabled_at"):
            if leader == "t":
                self.leaders.add(user)
            if disabled:
                self.disabled[user] = moment(disabled)

    def read_caller(self, folder, username):
        """He and his office see no lead that complains of them; what his grants hold now is counted for him."""
        self.blind, self.lands, self.known = set(), None, {}
        for user, office in rows(folder, "account", "id", "office_id", where=("username", [username])):
            self.blind, self.lands, now = {user, office} - {""}, [], datetime.now(ZONE)
            for of, region, starts, ends in rows(folder, "role_grant", "user_id", "region_code", "starts_at", "ends_at", where=("role", COUNTS_FIGURES)):
                if of == user and moment(starts) <= now and not (ends and moment(ends) <= now):
                    self.lands.append(range(int(region), int(region) + self.span[int(region)]))

    def granted(self, code):
        """Whether the code that stands now lies in the caller's grants."""
        if code not in self.known:
            stands = code
            while stands in self.ended:
                stands = self.ended[stands][1]
            self.known[code] = self.lands is None or any(stands in land for land in self.lands)
        return self.known[code]

    def read_visits(self, folder):
        self.visits = {}
        wanted = [str(kind) for kind in (DOWN_VISIT, RECEPTION, PUBLICITY)]
        for id, kind, region, started, recorder, team, copies, led_by, met, described, solved, state in rows(
            folder, "visit", "id", "kind", "region_code", "started_at", "recorder_id", "team", "material_copies", "led_by", "people_met",
            "solved_descriptions", "solved_leads", "state", where=("kind", wanted),
        ):
            if state == "1":
                went = tuple(map(sys.intern, {recorder, *items(team)}))  # of two thousand, in millions of visits
                solved = items(solved) if described != "{}" else []
                self.visits[id] = (int(kind), int(region), moment(started), went, sum(map(int, items(copies))), led_by, number(met) or 0, solved)
        self.visits_by_start = Dated((visit[2], id) for id, visit in self.visits.items())

    def read_leads(self, folder):
        self.leads, self.hidden = {}, set()
        for *values, state, users, offices, recused in rows(
            folder, "lead", "id", "region_code", "channel", "class", "occurrence", "received_at", "visit_id", "campaign_id", "sweep_round", "state",
            "accused_users", "accused_offices", "recused",
        ):
            if self.blind & {*items(users), *items(offices), *items(recused)}:
                self.hidden.add(values[0])
            elif int(state) != DECLINED:
                self.leads[values[0]] = Lead(values)
        for lead, at in rows(folder, "lead_event", "lead_id", "at", where=("to_state", [str(REOPENED)])):
            if lead in self.leads:
                self.leads[lead].reopened.append(moment(at))
        for lead, *values in rows(
            folder, "lead_outcome", "lead_id", "approved_at", "finding", "problem_solved", "person_names", "person_units", "cleared_names",
            "cleared_units", "cleared_on",
        ):
            if values[0] and lead in self.leads:
                self.leads[lead].outcomes.append(Outcome(*values))
        for lead, told, satisfaction in rows(folder, "lead_feedback", "lead_id", "told_at", "satisfaction", where=("about", [str(ABOUT_RESULT)])):
            if lead in self.leads:
                self.leads[lead].told.append((moment(told), int(satisfaction)))
        self.matters = {}
        for one, other in rows(folder, "lead_link", "lead_id", "other_id"):
            if not {one, other} & self.hidden:
                self.matters[self.matter(one)] = self.matter(other)
        self.leads_by_receipt = Dated((lead.received, lead) for lead in self.leads.values())
        self.leads_of_visit = defaultdict(list)
        for lead in self.leads.values():
            if lead.visit:
                self.leads_of_visit[lead.visit].append(lead)
        self.sweep_leads = [lead for lead in self.leads.values() if lead.sweep]
        self.leads_with_outcomes = [lead for lead in self.leads.values() if lead.outcomes]

    def matter(self, lead):
        """What all linked leads have in common."""
        while lead in self.matters and self.matters[lead] != lead:
            lead = self.matters[lead]
        return lead

    def read_cases(self, folder):
        domains = self.campaign_domains = dict(rows(folder, "campaign", "id", "domain"))
        first, hidden = {}, set()
        self.hidden_cases = hidden
        for case, lead, place in rows(folder, "case_lead", "case_id", "lead_id", "place"):
            if place == "1":
                first[case] = lead
            if lead in self.hidden:
                hidden.add(case)
        origin = {
            id: (domains.get(campaign), sweep != "", int(region))
            for id, campaign, sweep, region in rows(folder, "lead", "id", "campaign_id", "sweep_round", "region_code", where=("id", first.values()))
        }
        same, own = {}, set()
        for id, other, user in rows(folder, "person", "id", "same_as", "user_id"):
            if other:
                same[id] = other
            if user in self.blind:
                own.add(other or id)
        persons = defaultdict(set)
        for case, person in rows(folder, "case_person", "case_id", "person_id"):
            persons[case].add(same.get(person, person))
            if same.get(person, person) in own:
                hidden.add(case)
        # domain, of a sweep, region, filed, persons
        self.cases = {}
        for id, filed in rows(folder, "case_file", "id", "filed_at"):
            if id in first and id not in hidden:
                self.cases[id] = (*origin[first[id]], moment(filed), persons[id])
        # Approved ones, of cases; and talks about leads that became no case: the region of each and when it was decided.
        self.handlings, self.talks = {}, []
        for id, case, lead, person, form, discipline, decided, transferred, approved in rows(
            folder, "handling", "id", "case_id", "lead_id", "person_id", "form", "discipline", "decided_at", "transferred_at", "approved_at"
        ):
            if approved and case:
                self.handlings[id] = (case, same.get(person, person), int(form), discipline != "", moment(decided), moment(transferred))
            elif approved and lead in self.leads:
                self.talks.append((self.leads[lead].region, moment(decided)))
        self.reviews = [(handling, moment(asked)) for handling, asked in rows(folder, "review", "handling_id", "asked_at")]

    def read_offices_work(self, folder):
        standing = ("withdrawn_at", [""])
        dated = lambda table, column: [
            (int(region), day(on)) for region, on in rows(folder, table, "region_code", column, where=standing)
        ]
        self.interviews = dated("interview", "held_on")
        self.commendations = dated("commendation", "given_on")
        self.educations = [
            (int(region), day(on), int(reached))
            for region, on, reached in rows(folder, "education", "region_code", "held_on", "people_reached", where=standing)
        ]
        self.publications = [
            (int(kind), int(region), day(on), day(until), number(views) or 0, case)
            for kind, region, on, until, views, case in rows(
                folder, "publication", "kind", "region_code", "published_on", "in_force_to", "views", "case_id", where=standing
            )
        ]
        self.recommendations = [
            (int(region), day(issued), [day(on) for on in items(revised)],
             [(day(due), day(verified), rectified == "t") for due, verified, rectified in zip(items(dues), items(verifieds), items(rectifieds))])
            for region, issued, revised, dues, verifieds, rectifieds, lead, case in rows(
                folder, "recommendation", "region_code", "issued_on", "institution_revised_on", "item_due_on", "item_verified_on", "item_rectified",
                "lead_id", "case_id", where=standing,
            )
            if lead not in self.hidden and case not in self.hidden_cases
        ]
        self.indicators = {
            (int(kind), int(region), int(year)): int(rank)
            for kind, region, year, rank in rows(folder, "indicator", "kind", "region_code", "year", "rank", where=standing)
        }


# --- Computing ---------------------------------------------------------------------------------------------------------


def share(part, whole):
    return Fraction(100 * part, whole) if whole else None


def growth(now, before):
    return Fraction(100 * (now - before), before) if before and now is not None else None


def year_before(on):
    """The same day of the year before; 29 February becomes 1 March."""
    try:
        return on.replace(year=on.year - 1)
    except ValueError:
        return date(on.year - 1, 3, 1)


class Report:
    """The figures of one region and period, exact: a number, a Fraction of percent, or None."""

    def __init__(self, records, region, begin, end):
        self.all, self.region = records, region
        self.first, self.last = begin, end - timedelta(days=1)
        self.begin = datetime.combine(begin, time(), ZONE)
        self.end = datetime.combine(end, time(), ZONE)
        self.after = end

    # Whether a record of a region and a day belongs here, and is counted for who asks.
    def here(self, code, on):
        if not self.all.granted(code):
            return False
        while code in self.all.ended and self.all.ended[code][0] <= on:
            code = self.all.ended[code][1]
        return self.region <= code < self.region + self.all.span[self.region]

    def counts(self, code, at):
        """Of a moment or a day within the period, in the region that stood for the code then."""
        if at is None:
            return False
        if isinstance(at, datetime):
            return self.begin <= at < self.end and self.here(code, at.date())
        return self.first <= at < self.after and self.here(code, at)

    def matters(self, leads):
        return len({self.all.matter(lead.id) for lead in leads})

    def compute(self):
        figures = {}
        groups = [self.of_reports, self.of_visits, self.of_offices, self.of_cases, self.of_sweeps, self.of_outcomes, self.of_offices_work, self.of_rankings]
        for group in groups:
            figures |= group()
        return figures

    def received(self):
        leads = self.all.leads_by_receipt.between(self.begin, self.end)
        return [lead for lead in leads if lead.channel != INSPECTION and self.counts(lead.region, lead.received)]

    def of_reports(self):
        reports = self.received()
        accusations = [lead for lead in reports if lead.kind == 1]
        initial = [lead for lead in accusations if lead.occurrence == 1]
        return {
            "reports_received": len(reports),
            "accusations_received": len(accusations),
            "accusations_initial": len(initial),
            "accusations_initial_share": share(len(initial), len(accusations)),
        }

    def of_visits(self):
        started = {id: self.all.visits[id] for id in self.all.visits_by_start.between(self.begin, self.end)}
        visits = {id: visit for id, visit in started.items() if self.counts(visit[1], visit[2])}
        down = [visit for visit in visits.values() if visit[0] == DOWN_VISIT]
        publicity = [visit for visit in visits.values() if visit[0] == PUBLICITY]
        receptions = {id: visit for id, visit in visits.items() if visit[0] == RECEPTION and visit[5] in self.all.leaders}
        # Problems solved: entries without a lead (in sight), and the matters of leads that are named or were concluded with the problem solved.
        entries = [None if lead in self.all.hidden else lead for visit in receptions.values() for lead in visit[7]]
        solved = entries.count(None)
        matters = {self.all.matter(lead) for lead in entries if lead}
        for id in receptions:
            for lead in self.all.leads_of_visit.get(id, ()):
                outcome = lead.conclusion(self.end)
                if outcome and outcome.solved:
                    matters.add(self.all.matter(lead.id))
        found = [
            lead
            for id, visit in started.items()
            if visit[0] == DOWN_VISIT
            for lead in self.all.leads_of_visit.get(id, ())
            if self.counts(lead.region, visit[2])
        ]
        return {
            "materials_handed_out": sum(visit[4] for visit in down + publicity),
            "publicity_officers": len({user for visit in publicity for user in visit[3]}),
            "receptions": len(receptions),
            "people_received": sum(visit[6] for visit in receptions.values()),
            "reception_problems_solved": solved + len(matters),
            "down_visit_person_times": sum(len(visit[3]) for visit in down),
            "down_visit_leads": self.matters(found),
        }

    def of_offices(self):
        there = [
            (id, kind)
            for id, kind, region, opened, closed in self.all.offices
            if opened <= self.last and not (closed and closed <= self.last) and self.here(region, self.last)
        ]
        township = [id for id, kind in there if kind == TOWNSHIP_OFFICE]
        officers = {
            user
            for office in township
            for user, joined, left in self.all.members[office]
            if joined <= self.last and not (left and left <= self.last) and self.all.disabled.get(user, NEVER) >= self.end
        }
        return {
            "township_offices": len(township),
            "office_officers": len(officers),
            "stationed_agencies": sum(kind == STATIONED_AGENCY for _, kind in there),
        }

    def cases_figures(self, belongs):
        """Cases filed, their persons, persons disciplined and transferred, of the cases that belong."""
        cases = {id: case for id, case in self.all.cases.items() if belongs(case)}
        filed = [case for case in cases.values() if self.counts(case[2], case[3])]
        disciplined, transferred = set(), set()
        for case, person, _, discipline, decided, moved in self.all.handlings.values():
            if case in cases:
                if discipline and self.counts(cases[case][2], decided):
                    disciplined.add(person)
                if self.counts(cases[case][2], moved):
                    transferred.add(person)
        return len(filed), len({person for case in filed for person in case[4]}), len(disciplined), len(transferred)

    def of_cases(self):
        figures = {}
        for domain in ("poverty", "livelihood", "umbrella", "business", "judicial"):
            cases, persons, disciplined, transferred = self.cases_figures(lambda case: case[0] == domain)
            figures[f"{domain}_cases"] = cases
            figures[f"{domain}_disciplined"] = disciplined
            if domain in ("poverty", "livelihood", "umbrella"):
                figures[f"{domain}_transferred"] = transferred
            if domain == "judicial":
                figures["judicial_persons"] = persons
        figures["business_publicised"] = len({
            case
            for kind, _, on, _, _, case in self.all.publications
            if kind == PUBLICISED_CASE and case in self.all.cases and self.all.cases[case][0] == "business" and self.counts(self.all.cases[case][2], on)
        })
        forms = [
            form
            for case, _, form, _, decided, _ in self.all.handlings.values()
            if case in self.all.cases and self.counts(self.all.cases[case][2], decided)
        ]
        forms += [1 for region, decided in self.all.talks if self.counts(region, decided)]
        figures["four_forms"] = len(forms)
        figures["first_form_share"] = share(forms.count(1), len(forms))
        return figures

    def of_sweeps(self):
        leads = self.all.sweep_leads
        told = [(lead, satisfaction) for lead in leads for at, satisfaction in lead.told if self.counts(lead.region, at)]
        asked = [satisfaction for _, satisfaction in told if satisfaction != NOT_ASKED]
        cases, _, disciplined, transferred = self.cases_figures(lambda case: case[1])
        reviewed = set()
        for handling, at in self.all.reviews:
            case, person, _, discipline, _, _ = self.all.handlings.get(handling, (None,) * 6)
            if case in self.all.cases and discipline and self.all.cases[case][1] and self.counts(self.all.cases[case][2], at):
                reviewed.add(person)
        return {
            "sweep_problems": sum(self.counts(lead.region, lead.received) for lead in leads),
            "sweep_concluded": sum(self.concluded(lead) is not None for lead in leads),
            "sweep_cases": cases,
            "sweep_disciplined": disciplined,
            "sweep_transferred": transferred,
            "sweep_reported_back": self.matters(lead for lead, _ in told),
            "sweep_satisfaction": share(sum(satisfaction <= 2 for satisfaction in asked), len(asked)),
            "disciplinary_reviews": len(reviewed),
        }

    def concluded(self, lead):
        """The conclusion of this period, where the lead has one that is in force at its end."""
        outcome = lead.conclusion(self.end)
        return outcome if outcome and self.counts(lead.region, outcome.approved) else None

    def of_outcomes(self):
        campaigns = {id for id, domain in self.all.campaign_domains.items() if domain == "business"}
        false, accusers, rectified, cleared = [], set(), [], set()
        for lead in self.all.leads_with_outcomes:
            outcome = self.concluded(lead)
            if outcome and outcome.finding in (FALSE_ACCUSATION, DISTURBING_THE_ORDER):
                false.append(lead)
                accusers |= outcome.persons
            if outcome and outcome.solved and lead.channel == INSPECTION and lead.campaign in campaigns:
                rectified.append(lead)
            standing = [each for each in lead.outcomes if not any(each.approved < at < self.end for at in lead.reopened)]
            cleared |= {who for each in standing for on, who in each.cleared if self.counts(lead.region, on)}
        return {
            "false_accusations": self.matters(false),
            "false_accusers": len(accusers),
            "officials_cleared": len(cleared),
            "business_problems_rectified": self.matters(rectified),
        }

    def of_offices_work(self):
        publications = self.all.publications
        notices = [views for kind, region, on, _, views, _ in publications if kind == NOTICE and self.counts(region, on)]
        due = [
            rectified and verified <= self.last
            for region, _, _, entries in self.all.recommendations
            for on, verified, rectified in entries
            if self.counts(region, on)
        ]
        return {
            "notices_published": len(notices),
            "notice_views": sum(notices),
            "disclosure_items": sum(
                kind == DISCLOSURE_ITEM and on <= self.last and not (until and until < self.last) and self.here(region, self.last)
                for kind, region, on, until, _, _ in publications
            ),
            "people_educated": sum(reached for region, on, reached in self.all.educations if self.counts(region, on)),
            "interviews": sum(self.counts(region, on) for region, on in self.all.interviews),
            "commendations": sum(self.counts(region, on) for region, on in self.all.commendations),
            "recommendations": sum(self.counts(region, issued) for region, issued, _, _ in self.all.recommendations),
            "institutions_revised": sum(self.counts(region, on) for region, _, revised, _ in self.all.recommendations for on in revised),
            "rectification_rate": share(sum(due), len(due)),
        }

    def of_rankings(self):
        return {
            "external_anticorruption_satisfaction": self.all.indicators.get((1, self.region, self.last.year)),
            "external_livelihood": self.all.indicators.get((2, self.region, self.last.year)),
        }


RATES = {
    "reports_change", "reports_change_year_1", "reports_change_year_2", "first_form_share", "sweep_satisfaction", "rectification_rate",
    "accusations_initial_share",
}
RANKS = {"external_anticorruption_satisfaction", "external_livelihood"}


def rounded(exact, places):
    """Half away from zero; None stays None."""
    if exact is None:
        return None
    exact = Fraction(exact)
    scaled = abs(exact) * 10**places
    whole = (2 * scaled.numerator + scaled.denominator) // (2 * scaled.denominator)
    return float(Decimal(whole).scaleb(-places)) * (-1 if exact < 0 else 1)


def work_report(records, region, begin, end):
    """key: (value, the value a year before, the change), each rounded as it is told. Nothing where none of the region is the caller's."""
    if not any(records.granted(code) for code in records.span if region <= code < region + records.span[region]):
        return {}
    reported = lambda begin, end: len(Report(records, region, begin, end).received())
    before_begin, before_end = year_before(begin), year_before(end)
    now = Report(records, region, begin, end).compute()
    before = Report(records, region, before_begin, before_end)
    # 29 February alone has no year before, but for what is said of whole years.
    before = before.compute() if before_begin < before_end else dict.fromkeys(now) | before.of_rankings()
    now["reports_change"] = growth(now["reports_received"], before["reports_received"])
    earlier = reported(year_before(before_begin), year_before(before_end))
    before["reports_change"] = growth(before["reports_received"], earlier)
    years = [reported(date(begin.year - back, 1, 1), date(begin.year - back + 1, 1, 1)) for back in range(1, 5)]
    now["reports_change_year_1"] = growth(years[0], years[1])
    before["reports_change_year_1"] = now["reports_change_year_2"] = growth(years[1], years[2])
    before["reports_change_year_2"] = growth(years[2], years[3])

    assert len(now) == KEYS
    report = {}
    for key, value in now.items():
        earlier, places = before[key], 2 if key == "accusations_initial_share" else 1
        if key in RATES or key in RANKS:
            change = None if value is None or earlier is None else value - earlier
        else:
            change = growth(value, earlier)
        report[key] = tuple(rounded(exact, places) for exact in (value, earlier, change))
    return report


if __name__ == "__main__":
    folder, region, begin, end, *username = sys.argv[1:6]
    for key, values in sorted(work_report(Records(folder, *username), int(region), day(begin), day(end)).items()):
        print(key, *("-" if value is None else f"{value:g}" for value in values), sep="\t")
