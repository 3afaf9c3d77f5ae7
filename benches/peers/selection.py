"""OR-tools' min-cost flow on a table `park,college,score`, for benches/README.md.

    python3 -m venv /tmp/peers && /tmp/peers/bin/pip install ortools numpy
    /tmp/peers/bin/python benches/peers/selection.py make DIR      # the instances
    /tmp/peers/bin/python benches/peers/selection.py solve CSV K CAP
"""

import csv
import sys
import time
from pathlib import Path

import numpy as np

# name: parks, colleges, candidates, share of the score that all parks agree on
INSTANCES = {
    "even": (2500, 3000, 50, 0.0),
    "mixed": (2500, 3000, 50, 0.5),
    "famous": (2500, 3000, 50, 0.8),
    "large": (20000, 3000, 50, 0.5),
}


def make(folder):
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    for name, (parks, colleges, candidates, common) in INSTANCES.items():
        rng = np.random.default_rng(1)
        fame = rng.random(colleges)
        with open(folder / f"{name}.csv", "w", newline="") as file:
            out = csv.writer(file)
            out.writerow(["park", "college", "score"])
            for park in range(parks):
                chosen = rng.choice(colleges, candidates, replace=False)
                scores = 100 * (common * fame[chosen] + (1 - common) * rng.random(candidates))
                out.writerows([f"P{park:05}", f"C{c:04}", f"{s:.6f}"] for c, s in zip(chosen, scores))


def solve(path, per_park, capacity):
    from ortools.graph.python import min_cost_flow

    with open(path, newline="") as file:
        rows = [(row["park"], row["college"], round(float(row["score"]) * 1e6)) for row in csv.DictReader(file)]
    parks = {park: at for at, park in enumerate(dict.fromkeys(row[0] for row in rows))}
    colleges = {college: at for at, college in enumerate(dict.fromkeys(row[1] for row in rows))}
    n_parks, n_colleges = len(parks), len(colleges)
    source, sink = n_parks + n_colleges, n_parks + n_colleges + 1
    tail = np.array([parks[row[0]] for row in rows], dtype=np.int32)
    head = np.array([n_parks + colleges[row[1]] for row in rows], dtype=np.int32)
    cost = np.array([-row[2] for row in rows], dtype=np.int64)
    ones = np.ones(len(rows), dtype=np.int64)
    p, c = np.arange(n_parks, dtype=np.int32), np.arange(n_parks, n_parks + n_colleges, dtype=np.int32)
    start = time.perf_counter()
    flow = min_cost_flow.SimpleMinCostFlow()
    zero = lambda n: np.zeros(n, dtype=np.int64)
    flow.add_arcs_with_capacity_and_unit_cost(tail, head, ones, cost)
    flow.add_arcs_with_capacity_and_unit_cost(np.full_like(p, source), p, np.full(n_parks, per_park), zero(n_parks))
    flow.add_arcs_with_capacity_and_unit_cost(c, np.full_like(c, sink), np.full(n_colleges, capacity), zero(n_colleges))
    # A park need not take all its places.
    flow.add_arcs_with_capacity_and_unit_cost(p, np.full_like(p, sink), np.full(n_parks, per_park), zero(n_parks))
    flow.set_node_supply(source, n_parks * per_park)
    flow.set_node_supply(sink, -n_parks * per_park)
    status = flow.solve()
    seconds = time.perf_counter() - start
    print(f"{Path(path).name}: {status.name}, objective {-flow.optimal_cost() / 1e6:.6f}, {seconds:.4f} s")


if __name__ == "__main__":
    if sys.argv[1] == "make":
        make(sys.argv[2])
    else:
        solve(sys.argv[2], int(sys.argv[3]), int(sys.argv[4]))
