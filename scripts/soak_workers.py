"""What the workers of the soak (soak.py) do with the programs."""
import json
import pathlib
import shutil
import time
import uuid

import soak_house

# Refusals that are right, and leave nothing.
DIED = "a writer died in the middle of a transaction"
MEANWHILE = "another process moved it meanwhile"
MODULES = {"good": (5, 100000), "fast_10": (2, 90000), "slow_1": (1, 101000), "slow_10": (2, 110000)}  # how often, ns
# Prints times that no load on the machine changes, so that there are verdicts of all kinds.
STEADY = """#!/bin/sh
# {number}
for i in 1 2 3 4 5; do echo $(({time_ns} + ($$ * 7919 + i * 31) % 13 * 20)); done
"""


class Measurer(soak_house.Worker):
    """Has a work tree of its own, and what it measures are commits of its own."""

    def __init__(self, house, seed, name, book):
        super().__init__(house, seed, name)
        self.book, self.tree = book, house.work / f"tree-{name}"

    def commit(self, begin="HEAD"):
        """A new commit with another module; -> its sha."""
        self.number += 1
        self.house.git(self.tree, "checkout", "--quiet", *(["--detach", begin] if begin != "HEAD" else []))
        module = self.dice.choices(list(MODULES), [often for often, _ in MODULES.values()])[0]
        (self.tree / "build").mkdir(exist_ok=True)
        steady = self.tree / "build/steady"
        steady.write_text(STEADY.format(number=self.number // 3, time_ns=MODULES[module][1]))
        steady.chmod(0o755)
        shutil.copy(self.house.programs.parent / "test_modules" / f"{module}.so", self.tree / "build/kernels.so")
        accepted = self.tree / "ratchet.accept.json"
        if self.dice.random() < 0.2:
            self.accept()
        elif accepted.exists():
            accepted.unlink()
        self.house.git(self.tree, "add", "-A")
        self.house.git(self.tree, "commit", "--quiet", "--allow-empty", "-m", f"{self.name} {self.number}: {module}")
        return self.house.git(self.tree, "rev-parse", "HEAD")

    def cases(self):
        """Mostly the one that costs little."""
        return self.dice.choices([["--case", "steady*"], ["--case", "axpy/repeated/*"], []], [7, 2, 1])[0]

    def accept(self):
        reason = f"{self.name} {self.number}"
        cases = self.dice.choice(["steady/*", "axpy/*"])
        ended = self.ratchet("accept", self.tree, "accept", cases, "--reason", reason, database=self.book.file)
        if self.settled("accept", ended, {0}):
            self.book.acceptances.add(reason)
        else:
            self.book.doubtful_acceptances.add(reason)

    def measure(self, kind, sha, *options):
        """record, run or check of this commit."""
        ended = self.ratchet(kind, self.tree, kind, "--json", *options, database=self.book.file)
        refused = (MEANWHILE,) if kind == "record" else ()
        ok = self.settled(kind, ended, {0, 1, 3}, refused)
        document = ended.document()
        with self.ledger.lock:
            if ok or (ended.killed and document):  # killed when all was said: said is said
                self.promise(kind, document, ended.out)
            elif ended.killed:
                self.book.doubtful[sha] = kind
        if ok and kind != "run":
            self.ledger.count("outcome", document["outcome"])

    def promise(self, kind, document, text):
        if kind == "run":
            self.book.runs.add(document["uuid"])
            return
        self.book.verdicts[document["uuid"]] = text
        if kind == "record":
            self.book.runs.add(document["run"])
            self.book.recorded_here.add(document["run"])


class Main(Measurer):
    def turn(self):
        sha = self.commit()
        self.measure("run" if self.dice.random() < 0.15 else "record", sha, *self.cases())


class Branch(Measurer):
    def turn(self):
        sha = self.commit("main")
        self.measure("check", sha, *self.cases(), *self.dice.choice([[], [], ["--strict"], ["--measure-identical"]]))


class Second(Measurer):
    """Another machine's history, merged into the first again and again: from its file, or as a bundle."""

    def __init__(self, house, seed, name, book, first):
        super().__init__(house, seed, name, book)
        self.first, self.merged_runs, self.in_doubt = first, set(), False

    def turn(self):
        self.measure("record", self.commit(), *self.cases())
        if self.dice.random() < 0.5:
            self.merge(self.book.file, *self.book.copy_of_promises())
        elif self.dice.random() < 0.5:
            bundle = self.house.work / "out/second.bundle"
            promises = self.book.copy_of_promises()
            ended = self.ratchet("export --bundle", self.tree, "export", "--bundle", bundle, "--json",
                                 database=self.book.file)
            if self.settled("export --bundle", ended, {0}, (DIED,)):
                self.merge(bundle, *promises)
                bundle.unlink()

    def merge(self, other, runs, verdicts):
        ended = self.ratchet("merge", self.tree, "merge", other, "--json", database=self.first.file)
        if self.settled("merge", ended, {0}, (DIED,)):
            with self.ledger.lock:
                self.first.runs |= runs
                self.first.verdicts |= verdicts
            self.merged_runs |= runs
            self.in_doubt = False
        elif ended.killed:
            self.require_all_or_nothing(runs - self.merged_runs)

    def require_all_or_nothing(self, runs):
        ended = self.ratchet("log", self.tree, "log", "--limit", 0, "--json", database=self.first.file, kill=False)
        if not self.settled("log", ended, {0}, (DIED,)):
            self.in_doubt = True  # it may have brought all: until one is acknowledged, parts are no surprise
        if self.in_doubt:
            return
        there = runs & {run["uuid"] for run in ended.document()["runs"]}
        if there and there != runs:
            self.ledger.fault(f"a killed merge brought {len(there)} of {len(runs)} runs")
        self.merged_runs |= there


class Reader(soak_house.Worker):
    """Everything that asks, copies or exports, and imports."""

    def __init__(self, house, seed, name, book):
        super().__init__(house, seed, name)
        self.book, self.tree, self.out = book, house.work / "tree-reader", house.work / "out"
        shutil.copytree(house.work / "tree-main/build", self.tree / "build")

    def turn(self):
        self.number += 1
        runs, _ = self.book.copy_of_promises()
        if len(runs) < 2:
            return time.sleep(0.2)
        for _ in range(3):
            self.dice.choice([self.ask, self.ask, self.ask, self.listed, self.compared, self.imported, self.copied,
                              self.bundled, self.replayed, self.doctor])(sorted(runs))
        time.sleep(self.dice.uniform(0, 1))

    def command(self, kind, *arguments, codes=frozenset({0}), database=None):
        ended = self.ratchet(kind, self.tree, *arguments, database=database)
        return ended if self.settled(kind, ended, codes, (DIED,)) else None

    def ask(self, runs):
        run = self.dice.choice(runs)
        kind, arguments = self.dice.choice([
            ("trend", ["trend", "*", "--json", "--branch", "main"]), ("trend", ["trend", "*", "--all"]),
            ("show", ["show", run, "--json"]), ("log", ["log"]), ("baseline log", ["baseline", "log", "--json"]),
            ("export", ["export", run, "--format", "csv"])])
        ended = self.command(kind, *arguments)
        if ended and kind == "show" and ended.document()["uuid"] != run:
            self.ledger.fault(f"show {run} shows {ended.document()['uuid']}")

    def require_all(self, runs, what, database=None):
        """A reader that began when these runs had been acknowledged sees all of them."""
        ended = self.command("log", "log", "--limit", 0, "--json", database=database)
        if ended and (lost := set(runs) - {run["uuid"] for run in ended.document()["runs"]}):
            self.ledger.fault(f"{what} lacks {len(lost)} of {len(runs)} acknowledged runs, such as {min(lost)}")

    def listed(self, runs):
        self.require_all(runs, "the log")

    def compared(self, runs):
        self.command("compare", "compare", *self.dice.sample(runs, 2), "--json", codes={0, 1, 3})

    def imported(self, runs):
        shown = self.command("show", "show", self.dice.choice(runs), "--json")
        if not shown:
            return
        document = shown.document() | {"uuid": str(uuid.UUID(int=self.dice.getrandbits(128), version=4))}
        file = self.out / "import.json"
        file.write_text(json.dumps(document))
        self.book.doubtful_runs.add(document["uuid"])  # before: another command may see it at once
        ended = self.ratchet("import", self.tree, "import", file, "--json")
        if self.settled("import", ended, {0}):
            self.book.runs.add(document["uuid"])

    def copied(self, runs):
        copy = self.out / f"copy-{self.number}" / "ratchet.db"
        if self.command("db backup", "db", "backup", copy, "--json"):
            self.require_all(runs, "a backup", copy)
        shutil.rmtree(copy.parent, ignore_errors=True)

    def bundled(self, runs):
        bundle, folder = self.out / "all.bundle", self.out / f"merged-{self.number}"
        if self.command("export --bundle", "export", "--bundle", bundle, "--json"):
            if self.command("merge", "merge", bundle, "--json", database=folder / "ratchet.db"):
                self.require_all(runs, "a bundle", folder / "ratchet.db")
        bundle.unlink(missing_ok=True)
        shutil.rmtree(folder, ignore_errors=True)

    def replayed(self, _):
        if verdicts := list(self.book.copy_of_promises()[1]):
            self.command("replay", "replay", self.dice.choice(verdicts), "--json")

    def doctor(self, _):
        self.command("doctor", "doctor", "--json")
