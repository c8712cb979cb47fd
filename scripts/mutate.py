#!/usr/bin/env python3
"""Puts one fault at a time into the code, and tells which test notices it.

usage: scripts/mutate.py [--list | --short] [--sample N] [--jobs N] [--room ROOM] [--build FOLDER]

Two kinds of faults. Those of tests/mutants.json are written by hand: each is a way in which the gate could turn green
by accident, and every one of them must be noticed. The others are made by rule (scripts/mutants.py) in the lines of
ratchet/, db/ and src/cli; of each room N that compile are tried (60 without --sample), the same ones each time.

The source tree is never changed. A build folder of its own (build/mutants, unoptimized, without CUDA) is brought up to
date once; then a mutant costs one file compiled, one program linked and the tests likeliest to notice it, which are
those whose file has its name, those that noticed a fault of that file before, and then the others, to the first
that fails. A test that fails once and not again does not count. One that never ends counts as failed.

What is noticed is kept (results.jsonl in the build folder) and not tried again while the file stays as it is; what is
not noticed is tried again once the tests have changed. Exit status: 0, 1 when a fault of the table goes unnoticed or fewer than nine of ten
are noticed, 2 when nothing can be said.
"""
import argparse
import collections
import concurrent.futures
import hashlib
import json
import os
import pathlib
import re
import resource
import shlex
import shutil
import subprocess
import sys
import tempfile
import threading
import time

sys.dont_write_bytecode = True  # beside the sources
from mutants import ROOT, by_hand, drawn, equivalents, give_up

TABLE = ROOT / "tests/mutants.json"
ROOMS = ("ratchet", "db", "src/cli")
# Who can see a fault of a room: its own tests, and those of the program that is made of it.
PROGRAMS = {"ratchet": ("ratchet", "cli"), "db": ("db", "cli"), "src/cli": ("cli",),
            "src/executor": ("executor", "cli"), "src/documents": ("documents", "cli")}
# And, of what speaks to GitHub, the action as a runner would run it.
ACTION = "github"
ACTION_TESTS = ("handoff.test.mjs", "action.test.mjs")
ACTION_FILES = ("src/cli/ci.cpp", "src/cli/feedback.cpp", "src/cli/handoff.cpp")
MOST_SECONDS = 30  # a test file gets five times what it took without a fault, and this


def programs_of(mutant, own=False):
    """Those that can see it, its own room's first; `own`: no others."""
    programs = PROGRAMS[mutant.room][:1] if own else PROGRAMS[mutant.room]
    return programs + ((ACTION,) if mutant.file in ACTION_FILES else ())


class Build:
    """A build folder, and how its programs are compiled and linked."""

    def __init__(self, folder, rooms):
        self.folder = folder
        self.compile, self.link, self.tests = {}, {}, {}
        for room in sorted({program for room in rooms for program in PROGRAMS[room]}):
            self.link[room] = [self._read_commands(f"bin/{room}_test")]
            objects = [word for word in self.link[room][0] if word.endswith("_test.cpp.o")]
            self.tests[room] = [pathlib.Path(word).name.removesuffix(".o") for word in objects]
        if "src/cli" in rooms:
            self.link[ACTION] = [self._read_commands(program) for program in ("fake/ratchet", "bin/ratchet")]
            self.tests[ACTION] = ACTION_TESTS

    def _read_commands(self, program):
        """How it is linked; how its parts are compiled is noted."""
        said = subprocess.run(["ninja", "-C", self.folder, "-t", "commands", program], check=True, text=True,
                              capture_output=True).stdout.strip().splitlines()
        for line in said:
            if found := re.search(rf" -c {re.escape(str(ROOT))}/(\S+\.cpp)$", line):
                words = shlex.split(line)
                self.compile[found[1]] = words[words[0].endswith("ccache"):]
        return shlex.split(said[-1].removeprefix(": && ").removesuffix(" && :"))


def make_build(folder, rooms, jobs):
    configure = ["cmake", "-S", ROOT, "-B", folder, "-G", "Ninja", "-DCMAKE_BUILD_TYPE=Debug",
                 "-DCMAKE_CXX_FLAGS_DEBUG=-O0", "-DCMAKE_C_FLAGS_DEBUG=-O0", "-DRATCHET_CUDA=OFF", "-DRATCHET_WERROR=OFF"]
    if shutil.which("ld.lld"):
        configure.append("-DCMAKE_EXE_LINKER_FLAGS=-fuse-ld=lld")
    subprocess.run(configure, check=True, stdout=subprocess.DEVNULL)
    targets = [f"bin/{program}_test" for program in sorted({p for room in rooms for p in PROGRAMS[room]})]
    if "src/cli" in rooms:
        targets += ["fake/ratchet", "bin/ratchet", "holding/ratchet-bench"]
    subprocess.run(["ninja", "-C", folder, f"-j{jobs}", *targets], check=True, stdout=subprocess.DEVNULL)
    packages = folder / "github_tests"
    if "src/cli" in rooms and not (packages / "node_modules").exists():
        packages.mkdir(exist_ok=True)
        for name in ("package.json", "package-lock.json"):
            shutil.copy(ROOT / "tests/github" / name, packages)
        subprocess.run(["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"], check=True,
                       cwd=packages, stdout=subprocess.DEVNULL)
    return Build(folder, rooms)


def limit():
    """A loop without end takes all memory, or the whole disk, long before its time is over."""
    resource.setrlimit(resource.RLIMIT_AS, (8 << 30, 8 << 30))
    resource.setrlimit(resource.RLIMIT_FSIZE, (16 << 30, 16 << 30))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


class Slot:
    """A folder that looks like the build folder but for one program, which has the fault in it."""

    def __init__(self, build, number):
        self.build = build
        self.folder = build.folder / "slots" / str(number)
        shutil.rmtree(self.folder, ignore_errors=True)
        for name in ("bin", "fake", "code", "github_tests"):
            (self.folder / name).mkdir(parents=True)
        for entry in build.folder.iterdir():
            if entry.name not in ("bin", "fake", "slots", "github_tests"):
                (self.folder / entry.name).symlink_to(entry)
        for entry in (*build.folder.glob("bin/*"), *build.folder.glob("fake/*")):
            (self.folder / entry.parent.name / entry.name).symlink_to(entry)

    def compiles(self, mutant):
        source = self.folder / "code" / pathlib.Path(mutant.file).name
        self.object = self.folder / "code/mutant.o"
        self.object.unlink(missing_ok=True)
        source.write_text(mutant.text)
        words = list(self.build.compile[mutant.file])
        for option, taken in (("-MD", 1), ("-MT", 2), ("-MF", 2)):
            if option in words:
                del words[words.index(option):words.index(option) + taken]
        words[words.index("-o") + 1] = str(self.object)
        words[words.index("-c") + 1] = str(source)
        words.insert(1, "-w")  # a warning is no notice
        if "-include" not in words:  # a precompiled header was made without it
            words.insert(1, "-D_GLIBCXX_ASSERTIONS")  # or one step too far may do no harm that day
        return subprocess.run(words, cwd=self.build.folder, capture_output=True).returncode == 0

    def link(self, room):
        for command in self.build.link[room]:
            words = list(command)
            at = words.index("-o")
            program = self.folder / words[at + 1]
            program.unlink(missing_ok=True)
            words[at + 1] = str(program)
            words.insert(1, str(self.object))  # before the libraries: what it defines is not looked for in them
            subprocess.run(words, cwd=self.build.folder, check=True, capture_output=True)

    def run(self, room, file, timeout_s, only=None):
        """None when the tests of a file pass; else the name of the first that fails."""
        if room == ACTION:
            return self._run_action(file, timeout_s)
        program = self.folder / "bin" / f"{room}_test"
        code, said = self._execute([program, "-aa=1", "--no-colors=true", exactly(only) if only else f"-sf=*/{file}"],
                                   timeout_s, {})
        if code is None:
            return "(no end)"
        if code == 0:
            return None if re.search(r"test cases: +[1-9]", said) else "(no test)"
        named = re.findall(r"^TEST CASE:\s+(.*)$", said, re.M)
        return named[-1].strip() if named else "(died)"

    def _run_action(self, file, timeout_s):
        folder = self.folder / "github_tests"
        for source in (ROOT / "tests/github").glob("*.mjs"):
            shutil.copy(source, folder)
        if not (folder / "node_modules").exists():
            (folder / "node_modules").symlink_to(self.build.folder / "github_tests/node_modules")
        variables = {"RATCHET_ROOT": ROOT, "RATCHET_FAKE": self.folder / "fake", "RATCHET_BIN": self.folder / "bin",
                     "RATCHET_HOLDING": self.folder / "holding"}
        code, said = self._execute(["node", "--test", "--test-reporter=tap", folder / file], timeout_s, variables)
        if code is None:
            return "(no end)"
        if code == 0:
            return None if re.search(r"^# pass [1-9]", said, re.M) else "(no test)"
        named = re.findall(r"^ *not ok \d+ - (?!hand-off$|/)(.*)$", said, re.M)
        return named[0] if named else "(died)"

    def _execute(self, command, timeout_s, variables):
        temporary = tempfile.mkdtemp(prefix="ratchet-mutant-")  # outside of any repository
        os.chmod(temporary, 0o755)  # one test looks at files as another user
        environment = {**os.environ, "TMPDIR": temporary, **{name: str(to) for name, to in variables.items()}}
        process = subprocess.Popen(command, cwd=self.folder, env=environment, stdin=subprocess.DEVNULL,
                                   stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace",
                                   start_new_session=True, preexec_fn=limit)
        try:
            said, _ = process.communicate(timeout=timeout_s)
            return process.returncode, said
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, 9)
            process.communicate()
            return None, ""
        finally:
            shutil.rmtree(temporary, ignore_errors=True)


def exactly(name):
    """doctest's filter for one test case: a comma would end it."""
    return "-tc=" + re.sub(r"[,\\\"*]", "?", name)


def tests_folder(room):
    return ROOT / "tests" / room


def digest(file):
    return hashlib.sha256(file.read_bytes()).hexdigest()[:16]


class Hunt:
    """What was found, and the finding."""

    def __init__(self, build, results, reasons, jobs, own=False):
        self.own = own
        self.build, self.results, self.lock = build, results, threading.Lock()
        self.known, self.reasons = {}, reasons
        self.noticed_by = collections.defaultdict(collections.Counter)  # per file: (room, test file)
        self.slots = [Slot(build, i) for i in range(jobs)]
        self.tests_now = {room: self._fingerprint(room) for room in build.tests}
        self.took_s = self._without_fault() if results else collections.defaultdict(lambda: 10)
        if results and results.exists():
            for line in results.read_text().splitlines():
                self._remember(json.loads(line))

    def _remember(self, result):
        self.known[result["key"]] = result
        if result.get("by_file"):
            self.noticed_by[result["file"]][tuple(result["by_file"])] += 1

    def _fingerprint(self, room):
        return "".join(digest(file)[:4] for file in sorted(tests_folder(room).glob("*.*")))

    def _without_fault(self):
        """Seconds of each test file as things are, where all must pass. Kept while the file stays as it is."""
        kept = self.build.folder / "test_seconds.json"
        seconds = json.loads(kept.read_text()) if kept.exists() else {}
        files = {(room, file): f"{room}/{file}@{digest(tests_folder(room) / file)}"
                 for room, names in self.build.tests.items() for file in names}
        missing = [at for at, name in files.items() if name not in seconds]
        def time_one(slot, at):
            took = self._time(slot, at)
            with self.lock:
                seconds[files[at]] = took
                kept.write_text(json.dumps(seconds, indent=1))
        self.in_slots(time_one, missing)
        return {at: seconds[name] for at, name in files.items()}

    def _time(self, slot, at):
        for _ in range(2):
            begin = time.monotonic()
            failed = slot.run(*at, 900)
            if not failed:
                return round(time.monotonic() - begin, 2)
        give_up(f"without any fault, {failed} fails in {at[1]}: nothing can be told")

    def in_slots(self, act, items):
        """act(slot, item) of each, as many at a time as there are slots."""
        def with_slot(item):
            with self.lock:
                slot = self.slots.pop()
            try:
                return act(slot, item)
            finally:
                with self.lock:
                    self.slots.append(slot)
        with concurrent.futures.ThreadPoolExecutor(len(self.slots)) as pool:
            return list(pool.map(with_slot, items))

    def order(self, mutant):
        """Test files, the likeliest first: its own, those that noticed before, those that speak of it, the quick."""
        stem = pathlib.Path(mutant.file).stem
        word = re.compile(r"\b" + stem.replace("_", "[ _]"))
        def likeliness(room, file):
            text = (tests_folder(room) / file).read_text()
            own = file.removesuffix("_test.cpp") in (stem, stem.removeprefix("store_"))
            return (-own, -self.noticed_by[mutant.file][(room, file)],
                    -len(word.findall(text)) / (1 + self.took_s[(room, file)]), self.took_s[(room, file)])
        rooms = programs_of(mutant, self.own)
        spoken = mutant.file.endswith(("handoff.cpp", "feedback.cpp"))  # of these GitHub sees more than the program's tests
        for room in reversed(rooms) if spoken else rooms:
            for file in sorted(self.build.tests[room], key=lambda name: likeliness(room, name)):
                yield room, file

    def tests_of(self, mutant):
        return "".join(self.tests_now[room] for room in programs_of(mutant, self.own))

    def is_known(self, mutant):
        result = self.known.get(mutant.key)
        return result is not None and (result["outcome"] != "survived" or result["tests"] == self.tests_of(mutant) or
                                       mutant.name in self.reasons)

    def hunt(self, slot, mutant):
        result = {"key": mutant.key, "file": mutant.file, "mutant": str(mutant), "promise": mutant.promise,
                  "operator": mutant.operator, "tests": self.tests_of(mutant), "outcome": "survived"}
        if not slot.compiles(mutant):
            return {**result, "outcome": "does not compile"}
        linked, flaky = set(), set()
        for room, file in self.order(mutant):
            if room not in linked:
                slot.link(room)
                linked.add(room)
            limit_s = MOST_SECONDS + 5 * self.took_s[(room, file)]
            failed = slot.run(room, file, limit_s)
            if failed is None:
                continue
            again = failed if failed[0] == "(" else slot.run(room, file, limit_s, only=failed)
            if again is None:
                flaky.add(failed)
                continue
            return {**result, "outcome": "noticed", "by": failed, "by_file": [room, file]}
        return {**result, "failed_once": sorted(flaky)} if flaky else result

    def work(self, slot, mutant):
        begin = time.monotonic()
        result = self.hunt(slot, mutant)
        result["seconds"] = round(time.monotonic() - begin, 1)
        with self.lock:
            self._remember(result)
            if self.results:
                with self.results.open("a") as out:
                    out.write(json.dumps(result) + "\n")
        by = f" by {result['by_file'][0]}: {result['by']}" if "by" in result else ""
        print(f"{result['seconds']:6.1f} s  {mutant}\n          {result['outcome']}{by}", flush=True)

    def all(self, mutants):
        self.in_slots(self.work, [mutant for mutant in mutants if not self.is_known(mutant)])

    def first_that_compile(self, mutants, wanted):
        while True:
            taken, compiled = [], 0
            for mutant in mutants:
                if compiled == wanted:
                    break
                taken.append(mutant)
                known = self.known.get(mutant.key)
                compiled += known is None or known["outcome"] != "does not compile"
            if all(self.is_known(mutant) for mutant in taken):
                return taken
            self.all(taken)


def report(hunt, groups):
    """The table of SECURITY.md. True when everything that must be noticed is."""
    rows, survivors, counts = [], [], collections.Counter()
    for title, mutants, must in groups:
        of = collections.Counter()
        for mutant in mutants:
            result = hunt.known[mutant.key]
            if result["outcome"] == "does not compile" and not must:  # of the table each has to
                continue
            equivalent = hunt.reasons.get(mutant.name)
            kind = "noticed" if result["outcome"] == "noticed" else "equivalent" if equivalent else "survived"
            of[kind] += 1
            of["tried"] += 1
            if kind != "noticed":
                survivors.append((mutant, equivalent, must))
        rows.append(f"| {title} | {of['tried']} | {of['noticed']} | {of['equivalent']} | {of['survived']} |")
        counts += of
    print("\n| where | tried | noticed | the same program | not noticed |\n| --- | --- | --- | --- | --- |")
    print("\n".join(rows))
    print(f"| all | {counts['tried']} | {counts['noticed']} | {counts['equivalent']} | {counts['survived']} |\n")
    for mutant, equivalent, must in survivors:
        print(f"* `{mutant}`: {'the same program: ' + equivalent if equivalent else 'NOT NOTICED'}")
    share = counts["noticed"] / max(1, counts["tried"] - counts["equivalent"])
    print(f"\nnoticed: {100 * share:.1f} %")
    return share >= 0.9 and not any(must and not equivalent for _, equivalent, must in survivors)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--list", action="store_true", help="print the mutants that would be tried, and try none")
    parser.add_argument("--short", action="store_true",
                        help="those of the table that say so, with the programs that --build has: for every build of CI")
    parser.add_argument("--sample", type=int, default=60, help="by rule, of each room (60)")
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--own", action="store_true",
                        help="only the tests of the fault's own room: what they do not notice counts as not noticed")
    parser.add_argument("--room", action="append", help="only this room (repeatable)")
    parser.add_argument("--build", type=pathlib.Path, default=ROOT / "build/mutants")
    options = parser.parse_args()
    table = json.loads(TABLE.read_text())
    rooms = options.room or sorted(PROGRAMS)
    accidents = [mutant for mutant in by_hand(table) if mutant.room in rooms]
    written = {mutant.key for mutant in accidents}
    draws = {room: [mutant for mutant in drawn(room) if mutant.key not in written] for room in ROOMS if room in rooms}
    reasons = equivalents(table, [*accidents, *(mutant for mutants in draws.values() for mutant in mutants)])
    if options.list:
        for mutant in accidents:
            print(f"{mutant}  # {mutant.promise}")
        for mutant in (mutant for mutants in draws.values() for mutant in mutants[:options.sample]):
            print(mutant)
        return 0
    if options.short:
        hunt = Hunt(Build(options.build.resolve(), ("ratchet", "db")), None, reasons, options.jobs)
        few = [mutant for mutant in accidents if mutant.short]
        hunt.all(few)
        return 0 if report(hunt, [("by accident", few, True)]) else 1
    build = make_build(options.build.resolve(), rooms, options.jobs)
    hunt = Hunt(build, build.folder / "results.jsonl", reasons, options.jobs, options.own)
    hunt.all(accidents)
    groups = [("by accident: " + room, [mutant for mutant in accidents if mutant.room == room], True) for room in rooms]
    groups += [("by rule: " + room, hunt.first_that_compile(mutants, options.sample), False)
               for room, mutants in draws.items()]
    return 0 if report(hunt, groups) else 1


if __name__ == "__main__":
    try:
        sys.exit(main())
    except subprocess.CalledProcessError as fault:
        give_up(str(fault))
