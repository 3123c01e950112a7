"""What a soak's table says: whether memory is flat, and whether throughput lost anything.

    soak.py TABLE

Memory: a straight line through the minutes after the first third. It is flat where the line rises by less than a hundredth, or by less than
chance would have it (two standard errors). Throughput: the last third beside the first, for each kind.
"""

import statistics
import sys

RISE, LOSS, ERRORS = 0.01, 0.05, 2


def line_through(values):
    """The slope a minute, and its standard error."""
    minutes = range(len(values))
    slope, height = statistics.linear_regression(minutes, values)
    left = sum((value - height - slope * minute) ** 2 for minute, value in zip(minutes, values))
    spread = sum((minute - statistics.mean(minutes)) ** 2 for minute in minutes)
    return slope, (left / max(len(values) - 2, 1) / spread) ** 0.5


def tell_memory(kib):
    slope, error = line_through(kib)
    rise = slope * len(kib)
    flat = rise < RISE * statistics.mean(kib) or slope < ERRORS * error
    print(f"memory: {kib[0]:.0f} KiB, {slope:+.1f} KiB a minute (standard error {error:.1f}) over {len(kib)} minutes:", "flat" if flat else "it grows")


def tell_rate(kind, rates):
    third = max(len(rates) // 3, 1)
    first, last = statistics.mean(rates[:third]), statistics.mean(rates[-third:])
    print(f"{kind}: {first:.0f}/s in the first third, {last:.0f}/s in the last, {last / first:.3f}:", "lost nothing" if last >= (1 - LOSS) * first else "it lost")


def main(path):
    with open(path, encoding="utf-8") as file:
        names, *rows = [line.split() for line in file if line.strip()]
    columns = {name: [float(row[at]) for row in rows] for at, name in enumerate(names)}
    if len(rows) < 3:
        sys.exit("soak.py: three minutes are needed at least")
    for kind in names[1:-1]:
        tell_rate(kind, columns[kind])
    tell_memory(columns["memory_kib"][len(rows) // 3 :])


if __name__ == "__main__":
    main(*sys.argv[1:])
