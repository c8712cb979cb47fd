#!/usr/bin/env python3
"""Hours of mixed commands on one database while a third of them is killed; then whether all of it is still true.
usage: soak.py SECONDS [--seed N] [--programs build/release/bin] [--cores 0.4]

Four workers use one database at a time: main records, a branch checks, a second history with a database of its own is
merged, a reader asks, copies, exports and imports; two servers are queried all the while. Every command has a process
group of its own, and a third of them gets kill -9 at a random moment, half of the writers when the journal grows. The
test modules are measured, from ../test_modules beside the programs. Workers pause so that all of it takes --cores of
a processor on average. Exit code: 0 all is true, 1 something is not, 2 it could not be tried."""
import argparse
import ctypes
import json
import os
import pathlib
import random
import re
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
import urllib.error
import urllib.request
import uuid

import soak_ledger

KILLED = 0.45  # chosen to be; some end before, so that about a third is
# Refusals that are right: (what, who may be refused so).
DIED = "a writer died in the middle of a transaction"
MEANWHILE = "another process moved it meanwhile"
CONFIG = {"format": "ratchet.config/1", "modules": ["build/kernels.so"], "rounds": 31, "tolerance_percent": {"*": 5},
          "commands": [{"name": "steady", "run": ["build/steady"], "adapter": "csv"}],
          "launches": {"min": 2, "max": 16, "run": 3}, "case_timeout_s": 60}
MODULES = {"good": (5, 100000), "fast_10": (2, 90000), "slow_1": (1, 101000), "slow_10": (2, 110000)}  # how often, ns
# Prints times that no load on the machine changes, so that there are verdicts of all kinds.
STEADY = """#!/bin/sh
# {number}
for i in 1 2 3 4 5; do echo $(({time_ns} + ($$ * 7919 + i * 31) % 13 * 20)); done
"""


class Ended:
    """A command: killed is None, or after how many seconds."""

    def __init__(self, code, out, err, killed):
        self.code, self.out, self.err, self.killed = code, out, err, killed

    def document(self):
        try:
            return json.loads(self.out)
        except ValueError:
            return None


class House:
    """Where it all lies, and what starts and ends processes in it."""

    def __init__(self, programs, seconds, cores):
        self.programs, self.seconds, self.cores = programs.resolve(), seconds, cores
        self.work = pathlib.Path(tempfile.mkdtemp(prefix="ratchet-soak-"))
        self.ledger = soak_ledger.Ledger()
        self.begin = time.monotonic()
        self.cpu_begin = cpu_s(resource.RUSAGE_CHILDREN)
        self.children, self.birth = set(), threading.Lock()
        self.typical_s = {}
        for name in ("main/history", "second/history", "tmp", "out", "home"):
            (self.work / name).mkdir(parents=True)
        self.env = {"PATH": f"{self.programs}:/usr/bin:/bin", "HOME": str(self.work / "home"), "TMPDIR": str(self.work / "tmp"),
                    "GIT_CONFIG_GLOBAL": "/dev/null", "GIT_CONFIG_SYSTEM": "/dev/null", "RATCHET_ACTOR": "soak"}
        for who in ("AUTHOR", "COMMITTER"):
            self.env |= {f"GIT_{who}_NAME": "Ann", f"GIT_{who}_EMAIL": "ann@example.org"}

    def elapsed(self):
        return time.monotonic() - self.begin

    def over(self):
        return self.elapsed() >= self.seconds

    def wait_for_turn(self):
        """Until the processor time used is the share that was promised."""
        while not self.over() and self.used_s() > self.cores * self.elapsed():
            time.sleep(0.2)

    def used_s(self):
        running = sum(process_cpu_s(pid) for pid in tuple(self.children))
        return cpu_s(resource.RUSAGE_SELF) + cpu_s(resource.RUSAGE_CHILDREN) - self.cpu_begin + running

    def start(self, arguments, folder, out, err):
        with self.birth:  # so that no child is taken for an orphan before it is known
            process = subprocess.Popen(arguments, cwd=folder, env=self.env, stdin=subprocess.DEVNULL, stdout=out,
                                       stderr=err, start_new_session=True)
            self.children.add(process.pid)
        return process

    def reap(self, process, flags=0):
        """The exit code, or None while it runs. By hand: Popen would not tell a child from an adopted one."""
        pid, status = os.waitpid(process.pid, flags)
        if pid == 0:
            return None
        self.children.discard(pid)
        process.returncode = os.waitstatus_to_exitcode(status)
        return process.returncode

    def git(self, folder, *arguments):
        with tempfile.TemporaryFile() as out:
            code = self.reap(self.start(["git", *arguments], folder, out, out))
            out.seek(0)
            said = out.read().decode().strip()
        if code != 0:
            raise RuntimeError(f"git {' '.join(arguments)}: {said}")
        return said

    def orphans(self):
        """Processes that a dead one left to us, the subreaper; those that ended are reaped."""
        with self.birth:
            known = set(self.children)  # before looking: who is reaped meanwhile is no orphan
            left = [pid for pid in child_pids() if pid not in known]
            return [pid for pid in left if os.waitpid(pid, os.WNOHANG)[0] == 0]


def cpu_s(who):
    usage = resource.getrusage(who)
    return usage.ru_utime + usage.ru_stime


def stat_fields(pid):
    """/proc/PID/stat from its third field on; nothing when it is gone."""
    try:
        return pathlib.Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return []


def process_cpu_s(pid):
    fields = stat_fields(pid)
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK") if fields else 0


def child_pids():
    mine = str(os.getpid())
    return [int(name) for name in os.listdir("/proc") if name.isdigit() and stat_fields(name)[1:2] == [mine]]


def memory_kib(pid, what):
    try:
        found = re.search(what + r":\s+(\d+)", pathlib.Path(f"/proc/{pid}/status").read_text())
    except OSError:
        return 0
    return int(found[1]) if found else 0


class Worker(threading.Thread):
    """Does one thing after another until the time is over. A fault in it is a fault of the soak."""

    def __init__(self, house, seed, name):
        super().__init__(name=name)
        self.house, self.ledger, self.dice = house, house.ledger, random.Random(f"{seed} {name}")
        self.number = 0

    def run(self):
        while not self.house.over():
            try:
                self.house.wait_for_turn()
                self.turn()
            except Exception as error:  # the other workers go on; the soak is red
                self.ledger.fault(f"{self.name}: {type(error).__name__}: {error}")
                time.sleep(1)

    def kill_plan(self, kind, database):
        """-> whether to kill, after how many seconds, and whether these count from the next write."""
        if self.dice.random() >= KILLED:
            return None
        writes = kind in ("record", "run", "check", "merge", "import", "accept") and self.dice.random() < 0.5
        typical = self.house.typical_s.get(kind, 0.5)
        return (self.dice.uniform(0, 0.02), database) if writes else (self.dice.uniform(0, 1.1 * typical), None)

    def ratchet(self, kind, folder, *arguments, database=None, kill=True):
        """Starts a command, kills it or not, and counts it."""
        database = database or self.house.work / "main/history/ratchet.db"
        plan = self.kill_plan(kind, database) if kill else None
        command = [str(self.house.programs / "ratchet"), *map(str, arguments), "--db", str(database)]
        with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
            begin = time.monotonic()
            process = self.house.start(command, folder, out, err)
            code, peak, killed = self.follow(process, begin, plan)
            took = time.monotonic() - begin
            out.seek(0), err.seek(0)
            ended = Ended(code, out.read().decode(errors="replace"), err.read().decode(errors="replace"), killed)
        if killed:
            self.require_no_orphan(kind)
        else:
            self.house.typical_s[kind] = 0.7 * self.house.typical_s.get(kind, took) + 0.3 * took
            if peak > 0:  # else it was over before anybody looked
                self.ledger.peaks[kind].append((self.house.elapsed(), peak))
        return ended

    def follow(self, process, begin, plan):
        journal = pathlib.Path(f"{plan[1]}-journal") if plan and plan[1] else None
        deadline = begin + plan[0] if plan and not journal else float("inf")
        peak = 0
        while (code := self.house.reap(process, os.WNOHANG)) is None:
            now = time.monotonic()
            if journal and journal.exists() and journal.stat().st_size > 0:
                deadline, journal = now + plan[0], None
            if now >= deadline:
                os.killpg(process.pid, signal.SIGKILL)
                code = self.house.reap(process)
                return code, peak, code == -signal.SIGKILL
            peak = max(peak, memory_kib(process.pid, "VmHWM"))
            time.sleep(0.001 if journal else 0.002 if now - begin < 0.5 else 0.01)
        return code, peak, False

    def require_no_orphan(self, kind):
        until = time.monotonic() + 10
        while (left := self.house.orphans()) and time.monotonic() < until:
            time.sleep(0.01)
        if left:
            names = [pathlib.Path(f"/proc/{pid}/cmdline").read_text().replace("\0", " ") for pid in left]
            self.ledger.fault(f"10 s after a {kind} was killed there still run: {names}")
            for pid in left:
                os.kill(pid, signal.SIGKILL)

    def settled(self, kind, ended, codes, refusals=()):
        """Counts, and says whether it ended as such a command may. A refusal is no fault, but leaves nothing."""
        if ended.killed:
            self.ledger.count(kind, "killed")
        elif ended.code in codes:
            self.ledger.count(kind, "ended")
            return True
        elif any(refusal in ended.err + ended.out for refusal in refusals):
            self.ledger.count(kind, "refused")
        else:
            self.ledger.fault(f"{kind}: exit code {ended.code}: {ended.err[-1500:]} {ended.out[-500:]}")
        return False


class Measurer(Worker):
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
        ended = self.ratchet("accept", self.tree, "accept", self.dice.choice(["steady/*", "axpy/*"]), "--reason", reason, database=self.book.file)
        if self.settled("accept", ended, {0}):
            self.book.acceptances.add(reason)
        else:
            self.book.doubtful_acceptances.add(reason)
        for left in self.tree.glob("ratchet.accept.json.*"):
            self.ledger.count("leftover", "ratchet.accept.json.XXXXXX")
            left.unlink()

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
        self.first, self.merged_runs = first, set()

    def turn(self):
        self.measure("record", self.commit(), *self.cases())
        if self.dice.random() < 0.5:
            self.merge(self.book.file, *self.book.copy_of_promises())
        elif self.dice.random() < 0.5:
            self.number += 1
            bundle = self.house.work / f"out/second-{self.number}.bundle"
            promises = self.book.copy_of_promises()
            ended = self.ratchet("export --bundle", self.tree, "export", "--bundle", bundle, "--json", database=self.book.file)
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
        elif ended.killed:
            self.require_all_or_nothing(runs - self.merged_runs)

    def require_all_or_nothing(self, runs):
        ended = self.ratchet("log", self.tree, "log", "--limit", 0, "--json", database=self.first.file, kill=False)
        if not self.settled("log", ended, {0}, (DIED,)):
            return
        there = runs & {run["uuid"] for run in ended.document()["runs"]}
        if there and there != runs:
            self.ledger.fault(f"a killed merge brought {len(there)} of {len(runs)} runs")
        self.merged_runs |= there


class Reader(Worker):
    """Everything that asks, copies or exports, and imports."""

    def __init__(self, house, seed, name, book):
        super().__init__(house, seed, name)
        self.book, self.tree, self.out = book, house.work / "tree-main", house.work / "out"

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


class Server:
    """`ratchet serve` on a free port."""

    def __init__(self, house, name):
        self.house, self.name = house, name
        self.start()

    def start(self):
        database = self.house.work / "main/history/ratchet.db"
        read, write = os.pipe()
        with open(self.house.work / f"{self.name}.log", "ab") as log:
            self.process = self.house.start(
                [str(self.house.programs / "ratchet"), "serve", "--port", "0", "--branch", "main", "--db", str(database)],
                self.house.work / "tree-main", write, log)
        os.close(write)
        with os.fdopen(read) as said:
            self.url = said.readline().strip()

    def end(self, number):
        os.killpg(self.process.pid, number)
        return self.house.reap(self.process)

    def get(self, path):
        """-> status and body; 0 when nobody answers."""
        try:
            with urllib.request.urlopen(self.url + path, timeout=60) as answer:
                return answer.status, answer.read()
        except urllib.error.HTTPError as error:
            return error.code, error.read() if error.headers.get("Retry-After") else b""
        except (OSError, ValueError):
            return 0, b""


class Client(Worker):
    """Asks both servers all the time; one of them is killed now and then."""

    def __init__(self, house, seed, name, book):
        super().__init__(house, seed, name)
        self.book = book
        self.steady, self.victim = Server(house, "steady"), Server(house, "victim")

    def turn(self):
        for server in (self.steady, self.victim):
            self.ask(server)
        with self.ledger.lock:
            self.ledger.rss.append((self.house.elapsed(), memory_kib(self.steady.process.pid, "VmRSS")))
        if self.dice.random() < 0.01:
            self.victim.end(signal.SIGKILL)
            self.ledger.count("serve", "killed")
            self.victim.start()
        time.sleep(self.dice.uniform(0.2, 1))

    def ask(self, server):
        runs = sorted(self.book.copy_of_promises()[0])
        paths = ["healthz", "api/v1/trend?case=*", "api/v1/runs?limit=100", "api/v1/cases", "api/v1/verdicts"]
        if runs:
            paths.append("api/v1/runs/" + self.dice.choice(runs))
        path = self.dice.choice(paths) if self.dice.random() > 0.05 else ""
        status, body = server.get(path)
        if status == 200 and (not path or body.startswith(b"{")):
            self.ledger.count("request", "answered")
        elif status == 503 and body:
            self.ledger.count("request", "asked to retry")
        else:
            self.ledger.fault(f"{server.name}: /{path} got {status} {body[:500]!r}")
            if server.house.reap(server.process, os.WNOHANG) is not None:
                self.ledger.fault(f"{server.name}: the server ended by itself")
                server.start()


def make_repository(house):
    main = house.work / "tree-main"
    main.mkdir()
    house.git(main, "init", "--quiet", "--initial-branch=main")
    house.git(main, "config", "gc.auto", "0")
    (main / ".gitignore").write_text("build\n")
    (main / "ratchet.json").write_text(json.dumps(CONFIG))
    house.git(main, "add", "-A")
    house.git(main, "commit", "--quiet", "-m", "begin")
    house.git(main, "worktree", "add", "--quiet", "--detach", house.work / "tree-branch")
    house.git(main, "worktree", "add", "--quiet", "-b", "second", house.work / "tree-second")


def begin_histories(workers):
    """A first baseline in each database, before anything is killed."""
    global KILLED
    chance, KILLED = KILLED, 0
    for worker in workers:
        worker.measure("record", worker.commit())
    KILLED = chance


def soak(house, seed):
    make_repository(house)
    first, second = (soak_ledger.Book(house.work / name / "history/ratchet.db") for name in ("main", "second"))
    main, other = Main(house, seed, "main", first), Second(house, seed, "second", second, first)
    begin_histories([main, other])
    client = Client(house, seed, "client", first)
    workers = [main, Branch(house, seed, "branch", first), other, Reader(house, seed, "reader", first), client]
    for worker in workers:
        worker.start()
    said = 0
    while any(worker.is_alive() for worker in workers):
        time.sleep(0.5)
        if house.elapsed() > said + 60:
            said = house.elapsed()
            print(f"soak: {said:.0f} s, {house.used_s():.0f} s of a processor; {house.ledger.sum('ended')} ended, "
                  f"{house.ledger.sum('killed')} killed, {house.ledger.sum('refused')} refused, "
                  f"{len(house.ledger.faults)} faults; server {house.ledger.rss[-1][1]} KiB", file=sys.stderr, flush=True)
    return first, second, main, client


def replay_all(house, worker, verdicts):
    """-> how many are the same when judged again."""
    same = 0
    for name, document in verdicts.items():
        ended = worker.ratchet("replay", worker.tree, "replay", name, "--json", kill=False)
        if ended.code == 0 and ended.document()["same"]:
            same += 1
        else:
            house.ledger.fault(f"verdict {name} is not replayed equal: {ended.out} {ended.err} of {document[:300]}")
    return same


def leftovers(house):
    """Files that nothing will use again."""
    left = []
    for name in ("main", "second"):
        folder = house.work / name / "history"
        left += [f for f in folder.iterdir() if f.name not in ("ratchet.db", "ratchet.db-journal", "modules")]
        left += [f for f in (folder / "modules").iterdir() if not re.fullmatch("[0-9a-f]{64}", f.name)]
    return left + list((house.work / "tmp").iterdir()) + list((house.work / "out").glob("*-??????"))


def examine(house, first, second, main, client):
    """Everything at the end; -> rows of the table."""
    ledger, folder = house.ledger, main.tree
    for server in (client.steady, client.victim):
        if (code := server.end(signal.SIGTERM)) != 128 + signal.SIGTERM:
            ledger.fault(f"{server.name}: SIGTERM ends it with exit code {code}")
    for book, other in ((second, first), (first, second)):  # writers, who roll back what a killed one began
        ended = main.ratchet("merge", folder, "merge", other.file, "--json", database=book.file, kill=False)
        if main.settled("merge", ended, {0}):
            book.runs |= other.runs
            book.verdicts |= other.verdicts
            book.acceptances |= other.acceptances
    for book in (first, second):
        sound = main.ratchet("doctor", folder, "doctor", "--full", "--json", database=book.file, kill=False)
        readings = [f for f in (sound.document() or {"findings": []})["findings"] if f["what"] == "database"]
        if sound.code != 0 or len(readings) != 1 or "sound in everything" not in readings[0]["reading"]:
            ledger.fault(f"{book.file}: {readings} {sound.err}")
    there = [soak_ledger.examine(book, (first, second), ledger.fault) for book in (first, second)]
    same = replay_all(house, main, there[0]["verdicts"])
    left = leftovers(house)
    for file in left:
        ledger.fault(f"left: {file}")
    main.require_no_orphan("command")
    return there, same, left


SLACK_KIB = 4096


def memory_rows(house):
    """One row a kind of command: is the last third of the time as the first, 10 % and 4 MiB allowed?"""
    ledger, end = house.ledger, house.seconds
    warm = end / 4
    kinds = {f"peak of `{kind}`": points for kind, points in sorted(ledger.peaks.items())}
    for kind, points in ({"`serve`, never killed": ledger.rss} | kinds).items():
        both = soak_ledger.thirds(points, warm, end)
        if both is None:
            yield kind, len(points), "too few", "-"
            continue
        flat = both[1] <= 1.1 * both[0] + SLACK_KIB
        slope = soak_ledger.slope_per_hour([p for p in points if p[0] >= warm])
        if not flat:
            ledger.fault(f"memory, {kind}: {both[0]:.0f} KiB, later {both[1]:.0f} KiB")
        yield (kind, len(points), f"{both[0] / 1024:.1f} MiB, later {both[1] / 1024:.1f} MiB; "
               f"{slope / 1024:+.2f} MiB/h", "flat" if flat else "GROWS")


def print_table(house, seed, there, same, left):
    ledger, counts = house.ledger, house.ledger.counts
    kinds = sorted({what[0] for what in counts if what[-1] in ("ended", "killed", "refused")})
    print(f"\n{house.seconds:.0f} s, seed {seed}, {house.used_s() / house.elapsed():.2f} cores\n")
    print("| command | ended | killed | refused |\n| --- | --- | --- | --- |")
    for kind in kinds:
        print(f"| `{kind}` | " + " | ".join(str(counts[kind, what]) for what in ("ended", "killed", "refused")) + " |")
    print("| all | " + " | ".join(str(ledger.sum(what)) for what in ("ended", "killed", "refused")) + " |")
    print("\n| what is there at the end | counted |\n| --- | --- |")
    for name, book in zip(("first", "second"), there):
        print(f"| {name} history | {book['runs']} runs, {len(book['verdicts'])} verdicts, {book['moves']} moves of baselines, "
              f"{book['acceptances']} acceptances; whole records of killed commands: {book['kept']} |")
    outcomes = ", ".join(f"{n} {what[1]}" for what, n in sorted(counts.items()) if what[0] == "outcome")
    print(f"| outcomes told | {outcomes} |\n| verdicts replayed equal | {same} of {len(there[0]['verdicts'])} |")
    print(f"| requests | {counts['request', 'answered']} answered, {counts['request', 'asked to retry']} asked to retry |")
    print(f"| files left | {len(left)} |\n\n| memory | samples | MiB | |\n| --- | --- | --- | --- |")
    for row in memory_rows(house):
        print("| " + " | ".join(map(str, row)) + " |")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("seconds", type=float)
    parser.add_argument("--seed", default="1")
    parser.add_argument("--programs", type=pathlib.Path, default=pathlib.Path("build/release/bin"))
    parser.add_argument("--cores", type=float, default=0.4)
    asked = parser.parse_args()
    needed = [asked.programs / "ratchet", asked.programs / "ratchet-bench",
              *(asked.programs.parent / "test_modules" / f"{name}.so" for name in MODULES)]
    if absent := [str(file) for file in needed if not file.is_file()]:
        print(f"soak: not there, build first: {', '.join(absent)}", file=sys.stderr)
        return 2
    PR_SET_CHILD_SUBREAPER = 36  # what a killed command leaves is left to this process, and seen
    if ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) != 0:
        print("soak: cannot adopt processes", file=sys.stderr)
        return 2
    house = House(asked.programs, asked.seconds, asked.cores)
    first, second, worker, client = soak(house, asked.seed)
    print_table(house, asked.seed, *examine(house, first, second, worker, client))
    if not house.ledger.faults:
        shutil.rmtree(house.work)
        print("\nall of it is true")
        return 0
    print(f"\n{len(house.ledger.faults)} faults; all of it lies in {house.work}")
    return 1


if __name__ == "__main__":
    sys.exit(main())
