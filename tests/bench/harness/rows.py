# SPDX-License-Identifier: GPL-3.0-or-later
"""What was measured, as rows (bench, series, x, metric, value, unit), and what is made of them: tables and charts.

Several rows that differ in their value alone are several runs of the same: their median counts, with the least and the greatest.
"""

import collections
import os
import re
import statistics
import subprocess

Row = collections.namedtuple("Row", "bench series x metric value unit")

# A chart is drawn with a logarithmic scale when its numbers lie further apart than this.
LOGARITHMIC_FROM = 20

# So many gnuplot has.
COLOURS = 8


def read(path):
    """The rows that a program has appended to a file, one a line, with tabs between."""
    rows = []
    if not os.path.exists(path):
        return rows
    with open(path, encoding="utf-8") as file:
        for line in file:
            bench, series, x, metric, value, unit = line.rstrip("\n").split("\t")
            rows.append(Row(bench, series, x, metric, float(value), unit))
    return rows


def number_of(text):
    try:
        return float(text)
    except ValueError:
        return None


def ordered(values):
    """Each once, in order of appearance."""
    return list(dict.fromkeys(values))


def show(value):
    if value == 0:
        return "0"
    if abs(value) >= 100:
        return f"{value:,.0f}"
    return f"{value:.3g}"


def show_x(x):
    number = number_of(x)
    return x if number is None else f"{number:,.0f}"


class Figure:
    """All rows of one metric of one bench."""

    def __init__(self, rows):
        self.rows = rows
        self.bench, self.metric, self.unit = rows[0].bench, rows[0].metric, rows[0].unit
        self.xs = ordered(row.x for row in rows)
        self.series = ordered(row.series for row in rows)
        self.values = collections.defaultdict(list)
        for row in rows:
            self.values[row.series, row.x].append(row.value)

    def median(self, series, x):
        values = self.values.get((series, x))
        return statistics.median(values) if values else None

    def cell(self, series, x):
        values = self.values.get((series, x))
        if not values:
            return ""
        text = show(statistics.median(values))
        return f"{text} ({show(min(values))}–{show(max(values))})" if len(values) > 1 else text

    def title(self):
        return f"{self.metric}, {self.unit}" if self.unit else self.metric

    def table(self, x_label):
        """A Markdown table whose columns are padded, so that it can be read as it is."""
        lines = [[self.title()] + [f"{show_x(x)} {x_label}".strip() if x else "" for x in self.xs]]
        lines += [[series] + [self.cell(series, x) for x in self.xs] for series in self.series]
        widths = [max(len(line[i]) for line in lines) for i in range(len(lines[0]))]
        padded = [[lines[j][i].ljust(w) if i == 0 else lines[j][i].rjust(w) for i, w in enumerate(widths)] for j in range(len(lines))]
        rule = ["-" * widths[0]] + ["-" * (w - 1) + ":" for w in widths[1:]]
        return "\n".join("| " + " | ".join(line) + " |" for line in [padded[0], rule] + padded[1:])

    def can_be_drawn(self):
        return len(self.xs) > 1 and all(number_of(x) is not None for x in self.xs)

    def file_name(self):
        words = f"{self.bench} {self.metric}".replace("/", " per ")
        return re.sub(r"[^0-9A-Za-z]+", "-", words).strip("-").lower() + ".svg"

    def draw(self, folder, x_label):
        """Returns the chart's name in FOLDER."""
        points = {s: [(number_of(x), self.median(s, x)) for x in self.xs if self.median(s, x) is not None] for s in self.series}
        name = self.file_name()
        script = [
            "set terminal svg size 900,560 background rgb 'white' font 'sans,12' dashlength 0.6",
            f"set output '{os.path.join(folder, name)}'",
            f'set title "{self.bench}: {self.title()}" noenhanced',
            f'set xlabel "{x_label}" noenhanced',
            "set key below noenhanced",
            "set grid",
            *scale("x", [x for line in points.values() for x, _ in line]),
            *scale("y", [y for line in points.values() for _, y in line]),
            "set xtics (" + ", ".join(f'"{show_x(x)}" {x}' for x in self.xs) + ")",
        ]
        for i, line in enumerate(points.values()):
            script += [f"$points{i} << END"] + [f"{x} {y}" for x, y in line] + ["END"]
        script.append("plot " + ", ".join(f'$points{i} with linespoints {style(i)} title "{s}"' for i, s in enumerate(points)))
        subprocess.run(["gnuplot"], input="\n".join(script), text=True, check=True)
        return name


def style(i):
    """The first series stands out; where colours come again, lines are dashed."""
    return f"lt {i % COLOURS + 1} lw {3 if i == 0 else 1} dt {i // COLOURS + 1} pt 7 ps 0.5"


def scale(axis, values):
    positive = [value for value in values if value > 0]
    if positive and max(positive) / min(positive) > LOGARITHMIC_FROM:
        return [f"set logscale {axis}", f"set format {axis} '%.0s%c'"]
    return [f"set {axis}range [0:]"]


def figures(rows):
    """Of each bench its figures, in order of appearance."""
    found = collections.defaultdict(list)
    for bench, metric in ordered((row.bench, row.metric) for row in rows):
        found[bench].append(Figure([row for row in rows if (row.bench, row.metric) == (bench, metric)]))
    return found
