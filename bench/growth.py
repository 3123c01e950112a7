"""Adds a run's figures to those of others, and draws how they grow.

    growth.py RUN_JSON ALL_JSON PICTURES_FOLDER

Names are AXIS_SIZE_CASE_TRANSPORT_VALUE. Pictures are drawn by gnuplot: for each axis one of times and one of costs, a panel a case, over gRPC.
"""

import json
import os
import re
import subprocess
import sys

NAME = re.compile(r"(visits|regions|connections)_(\d+)_([a-z]+)_(grpc|rest)_(\w+)")
AXES = {"visits": "visits", "regions": "regions", "connections": "connections, one call out on each"}
PICTURES = {
    "times": ("milliseconds", [("ms_50", "50 %", 1), ("ms_99", "99 %", 1), ("ms_999", "99.9 %", 1)]),
    "costs": ("processor time, ms a call", [("server_us", "the server", 1e-3), ("database_us", "PostgreSQL", 1e-3)]),
}
COLUMNS, PANEL_WIDTH, PANEL_HEIGHT, LEGEND_HEIGHT = 4, 230, 190, 30
COLORS = ["#1b6ca8", "#d1812c", "#a33b3b"]


def merged(run_path, all_path):
    figures = {}
    if os.path.exists(all_path):
        with open(all_path, encoding="utf-8") as file:
            figures = json.load(file)
    with open(run_path, encoding="utf-8") as file:
        figures.update(json.load(file))
    os.makedirs(os.path.dirname(all_path), exist_ok=True)
    with open(all_path, "w", encoding="utf-8") as file:
        json.dump(figures, file, indent=1)
        file.write("\n")
    return figures


def series_of(figures):
    """By axis, case and value: pairs of size and figure, over gRPC."""
    series = {}
    for name, figure in figures.items():
        axis, size, case, transport, value = NAME.fullmatch(name).groups()
        if transport == "grpc":
            series.setdefault(axis, {}).setdefault(case, {}).setdefault(value, []).append((int(size), figure))
    return series


def panel(case, values, lines):
    """One panel's statements: data first, then how it is plotted. What costs nothing has no place on the scale."""
    data, plots = [], []
    for number, (value, title, unit) in enumerate(lines):
        points = [(size, figure * unit) for size, figure in sorted(values.get(value, [])) if figure > 0]
        if not points:
            continue
        block = f"$of{number}"
        data += [f"{block} << end", *(f"{size} {figure:.4g}" for size, figure in points), "end"]
        plots.append(f"{block} with linespoints lw 1.5 pt 7 ps 0.3 lc rgb '{COLORS[number]}' title '{title}'")
    return [*data, f"set title '{case}'", "plot " + ", ".join(plots)]


def draw(axis, cases, picture, path):
    unit, lines = PICTURES[picture]
    columns = min(COLUMNS, len(cases))
    rows = -(-len(cases) // columns)
    script = [
        f"set terminal svg size {columns * PANEL_WIDTH},{rows * PANEL_HEIGHT + LEGEND_HEIGHT} dynamic font 'sans-serif,10' background 'white'",
        f"set output '{path}'",
        f"set multiplot layout {rows},{columns} title '{unit}, by {AXES[axis]}'",
        "set logscale xy",
        "set format x '10^{%T}'",
        "set grid lc rgb '#dddddd'",
        "set border 3 lc rgb '#888888'",
        "set tics nomirror",
        "unset mxtics",
        "unset mytics",
        "set key top left samplen 1 spacing 0.9 font ',8'",
    ]
    for case, values in cases.items():
        script += [*panel(case, values, lines), "set key off"]
    subprocess.run(["gnuplot"], input="\n".join([*script, "unset multiplot", ""]), text=True, check=True)


def main(run_path, all_path, folder):
    os.makedirs(folder, exist_ok=True)
    for axis, cases in series_of(merged(run_path, all_path)).items():
        for picture in PICTURES:
            draw(axis, cases, picture, os.path.join(folder, f"growth-{axis}-{picture}.svg"))


if __name__ == "__main__":
    main(*sys.argv[1:])
