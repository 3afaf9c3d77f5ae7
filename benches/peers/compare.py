"""Compares `zeyou evaluate` with recommenders from PyPI: same folds, one run, one table.

    pip install -r benches/peers/requirements.txt     # in a virtual environment
    python benches/peers/compare.py RATINGS.csv --zeyou target/release/zeyou \
        [--rater-attributes F --college-attributes F] [--folds 5] [--scale 1,5] [--prequential]

RATINGS.csv has the header rater,college,score[,rated_at]. Folds are cut by a seeded shuffle. Every model and fold runs
in a process of its own, so that peak memory is the model's (with its library); peers not installed are left out.
"""

import argparse
import csv
import json
import os
import random
import resource
import subprocess
import sys
import tempfile
import time

PEERS = [
    "surprise BaselineOnly",
    "surprise SVD",
    "surprise KNNBaseline",
    "surprise SVDpp",
    "lenskit BiasScorer",
    "lenskit BiasedMF(64)",
    "lenskit ItemKNN(20)",
    "cornac BaselineOnly",
    "cornac MF",
    "cmfrec CMF(10)",
    "myfm FM(8)",
    "river BiasedMF",
]


def read(path):
    with open(path, newline="") as file:
        return [(r["rater"], r["college"], float(r["score"])) for r in csv.DictReader(file)]


def surprise(name, train, test, scale):
    import pandas as pd
    import surprise as s

    algorithm = getattr(s, name)(**({"random_state": 1} if name in ("SVD", "SVDpp") else {}))
    if hasattr(algorithm, "verbose"):
        algorithm.verbose = False
    frame = pd.DataFrame(train, columns=["u", "i", "y"])
    data = s.Dataset.load_from_df(frame, s.Reader(rating_scale=scale)).build_full_trainset()
    yield
    algorithm.fit(data)
    yield
    yield [algorithm.predict(u, i).est for u, i, _ in test]


def lenskit(name, train, test, scale):
    import pandas as pd
    from lenskit import batch, data, pipeline
    from lenskit.als import BiasedMFScorer
    from lenskit.basic import BiasScorer
    from lenskit.knn import ItemKNNScorer

    made = {
        "BiasScorer": lambda: BiasScorer(damping=5),
        "BiasedMF(64)": lambda: BiasedMFScorer(features=64),
        "ItemKNN(20)": lambda: ItemKNNScorer(k=20),
    }[name]()
    frame = pd.DataFrame(train, columns=["user_id", "item_id", "rating"])
    pipe = pipeline.predict_pipeline(made)
    known = data.from_interactions_df(frame)
    yield
    pipe.train(known)
    yield
    pairs = pd.DataFrame([(u, i) for u, i, _ in test], columns=["user_id", "item_id"])
    found = batch.predict(pipe, data.ItemListCollection.from_df(pairs, ["user_id"]), n_jobs=1).to_df()
    by_pair = {(u, i): y for u, i, y in zip(found["user_id"], found["item_id"], found["score"])}
    mean = sum(y for *_, y in train) / len(train)
    scores = [by_pair.get((u, i), mean) for u, i, _ in test]
    yield [mean if y != y else y for y in scores]


def cornac(name, train, test, scale):
    import cornac as c

    model = {
        "BaselineOnly": lambda: c.models.BaselineOnly(seed=1),
        "MF": lambda: c.models.MF(k=10, max_iter=25, learning_rate=0.01, lambda_reg=0.02, use_bias=True, seed=1),
    }[name]()
    data = c.data.Dataset.from_uir(train, seed=1)
    yield
    model.fit(data)
    yield
    users, items = data.uid_map, data.iid_map
    yield [float(model.rate(users.get(u, len(users)), items.get(i, len(items)))) for u, i, _ in test]


def cmfrec(name, train, test, scale):
    import pandas as pd
    from cmfrec import CMF

    frame = pd.DataFrame(train, columns=["UserId", "ItemId", "Rating"])
    model = CMF(k=10, lambda_=10, method="als", verbose=False, nthreads=2, random_state=1)
    yield
    model.fit(frame)
    yield
    mean = frame["Rating"].mean()
    found = model.predict([u for u, _, _ in test], [i for _, i, _ in test])
    yield [mean if y != y else float(y) for y in found]


def myfm(name, train, test, scale):
    import myfm as m
    import numpy as np
    from scipy import sparse

    users = {u: k for k, u in enumerate(dict.fromkeys(u for u, _, _ in train))}
    items = {i: k + len(users) for k, i in enumerate(dict.fromkeys(i for _, i, _ in train))}

    def one_hot(pairs):
        cells = [(r, c) for r, (u, i, _) in enumerate(pairs) for c in (users.get(u), items.get(i)) if c is not None]
        shape = (len(pairs), len(users) + len(items))
        return sparse.csr_matrix(([1.0] * len(cells), tuple(zip(*cells))), shape=shape)

    x = one_hot(train)
    model = m.MyFMRegressor(rank=8, random_seed=1)
    yield
    shapes = [len(users), len(items)]
    model.fit(x, np.array([y for *_, y in train]), n_iter=400, n_kept_samples=370, group_shapes=shapes)
    yield
    yield list(model.predict(one_hot(test)))


def river(name, train, test, scale):
    from river import optim, reco

    model = reco.BiasedMF(n_factors=10, bias_optimizer=optim.SGD(0.025), latent_optimizer=optim.SGD(0.025),
                          l2_bias=0.02, l2_latent=0.02, seed=1)
    yield
    for u, i, y in train:
        model.learn_one(user=u, item=i, y=y)
    yield
    yield [model.predict_one(user=u, item=i) for u, i, _ in test]


def one(peer, train, test, scale):
    """Runs in its own process: one peer, one fold; prints JSON."""
    library, name = peer.split(" ", 1)
    train, test = read(train), read(test)
    steps = globals()[library](name, train, test, scale)
    next(steps)
    start = time.perf_counter()
    next(steps)
    fitted = time.perf_counter()
    forecasts = next(steps)
    done = time.perf_counter()
    errors = [y - min(max(f, scale[0]), scale[1]) for f, (*_, y) in zip(forecasts, test)]
    print(json.dumps({
        "rmse": (sum(e * e for e in errors) / len(errors)) ** 0.5,
        "mae": sum(abs(e) for e in errors) / len(errors),
        "fit_seconds": fitted - start,
        "predict_seconds": done - fitted,
        "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    }))


def river_prequential(path, scale, warm_up):
    from river import optim, reco

    with open(path, newline="") as file:
        rows = sorted(csv.DictReader(file), key=lambda r: r["rated_at"] if "-" in r["rated_at"] else int(r["rated_at"]))
    model = reco.BiasedMF(n_factors=10, bias_optimizer=optim.SGD(0.025), latent_optimizer=optim.SGD(0.025),
                          l2_bias=0.02, l2_latent=0.02, seed=1)
    start, total = time.perf_counter(), 0.0
    for k, r in enumerate(rows):
        y = float(r["score"])
        if k >= warm_up:
            forecast = model.predict_one(user=r["rater"], item=r["college"])
            total += (y - min(max(forecast, scale[0]), scale[1])) ** 2
        model.learn_one(user=r["rater"], item=r["college"], y=y)
    n = len(rows) - warm_up
    return (total / n) ** 0.5, (time.perf_counter() - start) / len(rows)


def cut(path, folds, seed, folder):
    with open(path, newline="") as file:
        header, *rows = list(csv.reader(file))
    random.Random(seed).shuffle(rows)
    files = []
    for k in range(folds):
        pair = []
        for name, chosen in (
            ("train", [r for j, r in enumerate(rows) if j * folds // len(rows) != k]),
            ("test", [r for j, r in enumerate(rows) if j * folds // len(rows) == k]),
        ):
            pair.append(os.path.join(folder, f"{k}.{name}.csv"))
            with open(pair[-1], "w", newline="") as file:
                csv.writer(file).writerows([header, *chosen])
        files.append(pair)
    return files


def run(command):
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode == 0:
        return json.loads(done.stdout.strip().splitlines()[-1] if "--one" in command else done.stdout)
    return (done.stderr.strip().splitlines() or ["no answer"])[-1]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("ratings")
    parser.add_argument("--zeyou", default="target/release/zeyou")
    parser.add_argument("--rater-attributes")
    parser.add_argument("--college-attributes")
    parser.add_argument("--folds", type=int, default=5)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--scale", default="1,5")
    parser.add_argument("--prequential", action="store_true", help="compare rating by rating with river, too")
    parser.add_argument("--only", default="", help="peers whose name contains this")
    parser.add_argument("--one", nargs=3, help=argparse.SUPPRESS)
    options = parser.parse_args()
    scale = tuple(float(end) for end in options.scale.split(","))
    if options.one:
        return one(*options.one, scale)
    attributes = []
    for name in ("rater", "college"):
        if getattr(options, f"{name}_attributes"):
            attributes += [f"--{name}-attributes", getattr(options, f"{name}_attributes")]
    models = [("Zeyou crossed", ["--model", "crossed"]), ("Zeyou affinity", ["--model", "affinity"])]
    if attributes:
        models.append(("Zeyou affinity + attributes", ["--model", "affinity-attributes", *attributes]))
    print("| model | RMSE | MAE | fit, s | predict, s | peak MB |\n|---|---|---|---|---|---|")
    with tempfile.TemporaryDirectory() as folder:
        files = cut(options.ratings, options.folds, options.seed, folder)
        for name, arguments in models + [(peer, None) for peer in PEERS if options.only in peer]:
            found = []
            for train, test in files:
                if arguments is None:
                    command = [sys.executable, __file__, options.ratings, "--scale", options.scale, "--one", name, train, test]
                else:
                    pair = ["--train", train, "--test", test, "--scale", options.scale, "--json"]
                    command = [options.zeyou, "evaluate", *pair, *arguments]
                found.append(run(command))
                if isinstance(found[-1], str):
                    break
            if isinstance(found[-1], str):
                print(f"| {name} | left out: {found[-1][:90]} |||||", flush=True)
                continue
            mean = {key: sum(f[key] for f in found) / len(found) for key in
                    ("rmse", "mae", "fit_seconds", "predict_seconds", "peak_mb")}
            print("| {} | {:.4f} | {:.4f} | {:.2f} | {:.2f} | {:.0f} |".format(name, *mean.values()), flush=True)
    if options.prequential:
        print("\n| rating by rating in time | RMSE | µs a rating |\n|---|---|---|")
        for name, arguments in models[:2]:
            found = run([options.zeyou, "evaluate", "--prequential", options.ratings, "--scale", options.scale, "--json", *arguments])
            each = (found["fit_seconds"] + found["predict_seconds"]) / found["n_test"]
            print(f"| {name} | {found['rmse']:.4f} | {each * 1e6:.1f} |", flush=True)
        try:
            rmse, each = river_prequential(options.ratings, scale, 2000)
            print(f"| river BiasedMF | {rmse:.4f} | {each * 1e6:.1f} |")
        except ImportError:
            print("| river BiasedMF | not installed ||")


if __name__ == "__main__":
    main()
