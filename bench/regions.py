"""Region files of any size, for measuring: the first of the real regions, and beyond them made-up cities.

    regions.py COUNT COUNTY REAL_FILE > FILE

Fewer than there are: the city, COUNTY with its townships, and villages of these in turn, then the rest. More: beside the real ones cities that
do not exist ("虚构市…"), with counties, townships and villages as many as a city has on the average; the country has about 660,000 regions.
"""

import csv
import itertools
import sys

COUNTIES, TOWNSHIPS, VILLAGES = 9, 14, 15  # of a city, a county, a township
LEVELS = ["city", "county", "township", "village"]


def made_up():
    """Cities without end: code, parent, level, name."""
    for number in itertools.count():
        city = (20 + number // 90) * 10**10 + (10 + number % 90) * 10**8  # no division of the country begins with 20 to 29
        yield city, "", "city", f"虚构市{number + 1}"
        for county in range(city + 10**6, city + (COUNTIES + 1) * 10**6, 10**6):
            yield county, city, "county", f"虚构县{county // 10**6}"
            for township in range(county + 10**3, county + (TOWNSHIPS + 1) * 10**3, 10**3):
                yield township, county, "township", f"虚构乡{township // 10**3}"
                for village in range(township + 1, township + VILLAGES + 1):
                    yield village, township, "village", f"虚构村{village}"


def in_turn(rows, county):
    """The real ones, parents before children, those of the county first, and of its townships each a village in turn."""
    own = [row for row in rows if row[0][:6] == county[:6]]
    places = {}
    for row in own:
        row_place = places[row[1]] = places.get(row[1], 0) + 1
        row.append(LEVELS.index(row[2]) * 10**6 + row_place)
    own.sort(key=lambda row: row.pop())
    rest = sorted((row for row in rows if row[0][:6] != county[:6]), key=lambda row: LEVELS.index(row[2]))
    return rest[:1] + own + rest[1:]


def main(count, county, path):
    with open(path, encoding="utf-8") as file:
        head, *rows = csv.reader(file)
    out = csv.writer(sys.stdout, lineterminator="\n")
    out.writerow(head)
    out.writerows(itertools.islice(itertools.chain(in_turn(rows, county), made_up()), int(count)))


if __name__ == "__main__":
    main(*sys.argv[1:])
