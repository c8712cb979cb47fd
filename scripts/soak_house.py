"""Where the soak (soak.py) lies, what starts and ends processes in it, and a worker doing one thing after another."""
import dataclasses
import json
import os
import pathlib
import random
import re
import resource
import signal
import subprocess
import tempfile
import threading
import time

import soak_ledger

KILLED = 0.45  # chosen to be; some end before, so that it is a third to a quarter
OUTLIVING_S = 10  # how long after a killed command its children may be seen
WRITERS = ("record", "run", "check", "merge", "import", "accept")


@dataclasses.dataclass
class Ended:
    """A command that was waited for; killed: by us, and not by its own end."""

    code: int
    out: str
    err: str
    killed: bool

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
        for name in ("first", "second", "tmp", "out", "home"):
            (self.work / name).mkdir(parents=True)
        self.env = {"PATH": f"{self.programs}:/usr/bin:/bin", "HOME": str(self.work / "home"),
                    "TMPDIR": str(self.work / "tmp"),
                    "GIT_CONFIG_GLOBAL": "/dev/null", "GIT_CONFIG_SYSTEM": "/dev/null",
                    "ASAN_OPTIONS": "quarantine_size_mb=1"}  # else what was freed counts as used
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

    def end(self):
        """Whatever ends the soak, nothing that it started goes on."""
        for pid in tuple(self.children):
            os.killpg(pid, signal.SIGKILL)

    def git(self, folder, *arguments):
        with tempfile.TemporaryFile() as out:
            code = self.reap(self.start(["git", *arguments], folder, out, out))
            said = text_of(out).strip()
        if code != 0:
            raise RuntimeError(f"git {' '.join(arguments)}: {said}")
        return said

    def orphans(self):
        """Processes that a dead one left to us, the subreaper; those that ended are reaped."""
        with self.birth:
            known = set(self.children)  # before looking: who is reaped meanwhile is no orphan
            left = [pid for pid in child_pids() if pid not in known]
            return [pid for pid in left if os.waitpid(pid, os.WNOHANG)[0] == 0]


def text_of(file):
    file.seek(0)
    return file.read().decode(errors="replace")


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
        super().__init__(name=name, daemon=True)
        self.house, self.ledger, self.dice = house, house.ledger, random.Random(f"{seed} {name}")
        self.number, self.chance = 0, 0  # until the worker runs nothing is killed

    def run(self):
        self.chance = KILLED
        while not self.house.over():
            try:
                self.house.wait_for_turn()
                self.turn()
            except Exception as error:  # the other workers go on; the soak is red
                self.ledger.fault(f"{self.name}: {type(error).__name__}: {error}")
                time.sleep(1)

    def kill_plan(self, kind, database):
        """-> None, or after how many seconds to kill, and the database from whose next write they count, if any."""
        if self.dice.random() >= self.chance:
            return None
        writes = kind in WRITERS and self.dice.random() < 0.5
        typical = self.house.typical_s.get(kind, 0.5)
        return (self.dice.uniform(0, 0.02), database) if writes else (self.dice.uniform(0, 1.1 * typical), None)

    def ratchet(self, kind, folder, *arguments, database=None, kill=True):
        """Starts a command, kills it or not, and counts it."""
        database = database or self.house.work / "first/ratchet.db"
        plan = self.kill_plan(kind, database) if kill else None
        command = [str(self.house.programs / "ratchet"), *map(str, arguments), "--db", str(database)]
        with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
            begin = time.monotonic()
            process = self.house.start(command, folder, out, err)
            code, peak, killed = self.follow(process, begin, plan)
            took = time.monotonic() - begin
            ended = Ended(code, text_of(out), text_of(err), killed)
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
        begin = time.monotonic()
        while (left := self.house.orphans()) and time.monotonic() < begin + OUTLIVING_S:
            time.sleep(0.01)
        with self.ledger.lock:
            self.ledger.outlived_s.append(time.monotonic() - begin)
        if left:
            names = [pathlib.Path(f"/proc/{pid}/cmdline").read_text().replace("\0", " ") for pid in left]
            self.ledger.fault(f"{OUTLIVING_S} s after a {kind} was killed there still run: {names}")
            for pid in left:
                os.kill(pid, signal.SIGKILL)

    def must(self, kind, *arguments, database=None):
        """What is neither killed nor refused."""
        ended = self.ratchet(kind, self.tree, *arguments, database=database, kill=False)
        self.settled(kind, ended, {0})
        return ended

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
