#!/usr/bin/env python3
"""Hours of mixed commands on one database while a third of them is killed; then whether all of it is still true.
usage: soak.py SECONDS [--seed N] [--programs build/release/bin] [--cores 0.4]

Four workers use one database at a time: main records, a branch checks, a second history with a database of its own is
merged, a reader asks, copies, exports and imports; two servers are queried all the while. Every command has a process
group of its own, and a third of them gets kill -9 at a random moment, half of the writers when the journal grows.
Measured are test modules, ../test_modules beside the programs, and a script whose times no load changes. Workers pause
so that all of it takes --cores of a processor on average. Exit code: 0 all is true, 1 something is not, 2 it could not
be tried."""
import argparse
import ctypes
import json
import pathlib
import re
import shutil
import signal
import sys
import time

sys.dont_write_bytecode = True  # beside the sources

import soak_house
import soak_ledger
import soak_server
import soak_workers

CONFIG = {"format": "ratchet.config/1", "modules": ["build/kernels.so"], "rounds": 31, "tolerance_percent": {"*": 5},
          "commands": [{"name": "steady", "run": ["build/steady"], "adapter": "csv"}],
          "launches": {"min": 2, "max": 16, "run": 3}, "case_timeout_s": 60}
SAY_EVERY_S = 60


def make_repository(house):
    main = house.work / "tree-main"
    main.mkdir()
    house.git(main, "init", "--quiet", "--initial-branch=main")
    house.git(main, "config", "gc.auto", "0")
    house.git(main, "commit", "--quiet", "--allow-empty", "-m", "nothing to measure")
    house.git(main, "worktree", "add", "--quiet", "--detach", house.work / "tree-plain")
    (main / ".gitignore").write_text("build\n")
    (main / "ratchet.json").write_text(json.dumps(CONFIG))
    house.git(main, "add", "-A")
    house.git(main, "commit", "--quiet", "-m", "begin")
    for name in ("branch", "reader"):
        house.git(main, "worktree", "add", "--quiet", "--detach", house.work / f"tree-{name}")
    house.git(main, "worktree", "add", "--quiet", "-b", "second", house.work / "tree-second")


def hire(house, seed):
    """-> the books of both databases, which have a first baseline, and the workers."""
    first, second = (soak_ledger.Book(house.work / name / "ratchet.db") for name in ("first", "second"))
    main = soak_workers.Main(house, seed, "main", first)
    other = soak_workers.Second(house, seed, "second", second, first)
    for worker in (main, other):
        worker.measure("record", worker.commit())
    return (first, second), [main, other, soak_workers.Branch(house, seed, "branch", first),
                             soak_workers.Reader(house, seed, "reader", first),
                             soak_server.Client(house, seed, "client", first)]


def work(house, workers):
    for worker in workers:
        worker.start()
    said = 0
    while any(worker.is_alive() for worker in workers):
        time.sleep(0.5)
        if house.elapsed() > said + SAY_EVERY_S:
            said = house.elapsed()
            ledger = house.ledger
            print(f"soak: {said:.0f} s, {house.used_s():.0f} s of a processor; {ledger.sum('ended')} ended, "
                  f"{ledger.sum('killed')} killed, {ledger.sum('refused')} refused, {len(ledger.faults)} faults",
                  file=sys.stderr, flush=True)


def require_sound(house, main, books):
    """Writers roll back what killed ones began, and clear what they left; then every page is read."""
    main.chance = 0
    main.accept()
    main.measure("record", main.commit())
    for book, other in (books[::-1], books):
        main.must("merge", "merge", other.file, "--json", database=book.file)
        book.add(other)
    for name in ("all", "second"):
        (house.work / f"out/{name}.bundle").unlink(missing_ok=True)
        main.must("export --bundle", "export", "--bundle", house.work / f"out/{name}.bundle", "--json")
    for book in books:
        # Where there is nothing to measure: it need not wait for the device, and its exit code tells of more than this.
        ended = main.ratchet("doctor --full", house.work / "tree-plain", "doctor", "--full", "--json",
                             database=book.file, kill=False)
        main.settled("doctor --full", ended, {0, 2})
        if f"{book.file}, sound in everything" not in ended.out:
            house.ledger.fault(f"{ended.out} {ended.err}")


def replay_all(house, main, verdicts):
    """-> how many are the same when judged again."""
    same = 0
    for name in verdicts:
        ended = main.must("replay", "replay", name, "--json")
        if ended.code == 0 and ended.document()["same"]:
            same += 1
        else:
            house.ledger.fault(f"verdict {name} is not replayed equal: {ended.out} {ended.err}")
    return same


def leftovers(house):
    """Files that nothing will use again."""
    left = [*(house.work / "tmp").iterdir(), *(house.work / "out").glob("*.lock"),
            *(house.work / "tree-main").glob("ratchet.accept.json?*")]
    for name in ("first", "second"):
        folder = house.work / name
        left += [f for f in folder.iterdir() if f.name not in ("ratchet.db", "ratchet.db-journal", "modules")]
        left += [f for f in (folder / "modules").iterdir() if not re.fullmatch("[0-9a-f]{64}", f.name)]
    for file in left:
        house.ledger.fault(f"left: {file}")
    return len(left)


def examine(house, books, main, client):
    """-> what is told of it: label and text."""
    ledger, counts = house.ledger, house.ledger.counts
    require_sound(house, main, books)
    yield "memory of `serve`", client.compare_with_fresh()
    client.end()
    there = [soak_ledger.examine(book, books, ledger.fault) for book in books]
    for name, book in zip(("first", "second"), there):
        yield f"{name} history", (
            f"{book['runs']} runs, {len(book['verdicts'])} verdicts, {book['moves']} moves of baselines, "
            f"{book['acceptances']} acceptances; records of killed commands, all whole: {book['kept']}")
    yield "outcomes told", ", ".join(f"{n} {what[1]}" for what, n in sorted(counts.items()) if what[0] == "outcome")
    same = replay_all(house, main, there[0]["verdicts"])
    yield "verdicts replayed equal", f"{same} of {len(there[0]['verdicts'])}"
    yield "requests", f"{counts['request', 'answered']} answered, {counts['request', 'asked to retry']} asked to retry"
    main.require_no_orphan("command")
    yield "longest that a process outlived a kill", f"{max(ledger.outlived_s):.1f} s"
    yield "files left", leftovers(house)


def print_tables(house, seed, told):
    ledger, counts = house.ledger, house.ledger.counts
    # Pages of the database are kept while it is read: up to all of it.
    allowed_kib = soak_server.SLACK_KIB + (house.work / "first/ratchet.db").stat().st_size / 1024
    outcomes = ("ended", "killed", "refused")
    kinds = sorted({what[0] for what in counts if what[-1] in outcomes})
    print(f"\n{house.seconds:.0f} s, seed {seed}\n")
    print("| command | ended | killed | refused | peak memory, first and last third |\n| --- | --- | --- | --- | --- |")
    for kind in kinds:
        numbers = " | ".join(str(counts[kind, outcome]) for outcome in outcomes)
        print(f"| `{kind}` | {numbers} | {ledger.peaks_of(kind, house.seconds, allowed_kib)} |")
    print("| all | " + " | ".join(str(ledger.sum(outcome)) for outcome in outcomes) + " | |")
    print("\n| at the end | counted |\n| --- | --- |")
    for label, text in told:
        print(f"| {label} | {text} |")


def adopt_orphans():
    """What a killed command leaves is left to this process, and seen."""
    PR_SET_CHILD_SUBREAPER = 36
    return ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) == 0


def conclude(house):
    if not house.ledger.faults:
        shutil.rmtree(house.work)
        print("\nall of it is true")
        return 0
    print(f"\n{len(house.ledger.faults)} faults; all of it lies in {house.work}")
    return 1


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("seconds", type=float)
    parser.add_argument("--seed", default="1")
    parser.add_argument("--programs", type=pathlib.Path, default=pathlib.Path("build/release/bin"))
    parser.add_argument("--cores", type=float, default=0.4)
    asked = parser.parse_args()
    needed = [asked.programs / "ratchet", asked.programs / "ratchet-bench",
              *(asked.programs.parent / "test_modules" / f"{name}.so" for name in soak_workers.MODULES)]
    if absent := [str(file) for file in needed if not file.is_file()]:
        print(f"soak: not there, build first: {', '.join(absent)}", file=sys.stderr)
        return 2
    if not adopt_orphans():
        print("soak: cannot adopt processes", file=sys.stderr)
        return 2
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(2))
    house = soak_house.House(asked.programs, asked.seconds, asked.cores)
    try:
        make_repository(house)
        books, workers = hire(house, asked.seed)
        work(house, workers)
        print_tables(house, asked.seed, list(examine(house, books, workers[0], workers[-1])))
    finally:
        house.end()
    return conclude(house)


if __name__ == "__main__":
    sys.exit(main())
