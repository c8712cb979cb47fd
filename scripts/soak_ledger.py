"""What the soak (soak.py) knows without the database: what was promised, what was killed, how much memory was used. And
the examination at the end, which reads the files by Python's own SQLite, not by the programs that are examined."""
import collections
import json
import pathlib
import sqlite3
import statistics
import threading
import time

RECORDS = {"record": (1, 1), "run": (1, 0), "check": (0, 1)}  # runs and verdicts that one command leaves, if any
MOVING = {"new": "set", "improved": "advanced", "accepted": "accepted"}
ENOUGH_PEAKS = 20  # in a third of the time; of a soak of seconds nothing can be said


class Book:
    """Of one database."""

    def __init__(self, file):
        self.file = pathlib.Path(file)
        self.runs = set()  # acknowledged: they must be there
        self.verdicts = {}  # acknowledged: uuid -> the document as it was printed
        self.acceptances = set()
        self.doubtful = {}  # commit -> kind of the command that was killed: its records may be there, but whole
        self.recorded_here = set()  # runs whose moves of baselines were acknowledged with them
        self.doubtful_runs = set()  # of killed imports, whose names are known
        self.doubtful_acceptances = set()

    def copy_of_promises(self):
        return set(self.runs), dict(self.verdicts)

    def add(self, other):
        """All of it was merged into this one."""
        self.runs |= other.runs
        self.verdicts |= other.verdicts
        self.acceptances |= other.acceptances


class Ledger:
    def __init__(self):
        self.lock = threading.RLock()
        self.counts = collections.Counter()  # (kind, "ended" | "killed" | "refused") and single words
        self.peaks = collections.defaultdict(list)  # kind -> (seconds since the begin, peak resident KiB)
        self.rss = []  # resident KiB of the server that is never killed
        self.outlived_s = []  # how long after a command was killed the last of its children was gone
        self.faults = []

    def count(self, *what):
        with self.lock:
            self.counts[what] += 1

    def fault(self, text):
        with self.lock:
            self.faults.append(text)
        print(time.strftime("%T"), "soak: FAULT:", text[:2000], flush=True)

    def peaks_of(self, kind, seconds, allowed_kib):
        """In the first and in the last third of the time, each the 90th percentile: who looks from outside misses the
        peak of some that end at once. A fault where the later is a tenth and allowed_kib above the earlier."""
        points = self.peaks[kind]
        thirds = [v for at, v in points if at < seconds / 3], [v for at, v in points if at >= seconds * 2 / 3]
        if min(map(len, thirds)) < ENOUGH_PEAKS:
            return "-"
        first, last = (statistics.quantiles(third, n=10)[-1] for third in thirds)
        if last > 1.1 * first + allowed_kib:
            self.fault(f"memory of {kind}: {first:.0f} KiB in the first third of the time, {last:.0f} KiB in the last")
        return f"{first / 1024:.1f} MiB, {last / 1024:.1f} MiB"

    def sum(self, outcome):
        return sum(n for what, n in self.counts.items() if what[-1] == outcome and len(what) == 2)


def rows(connection, sql):
    return connection.execute(sql).fetchall()


def examine_runs(connection, book, others, fault):
    """others: books whose records may have been merged into this one."""
    found = dict(rows(connection, "SELECT uuid, sha FROM runs JOIN commits ON commits.id = commit_id"))
    for uuid in book.runs - found.keys():
        fault(f"{book.file}: run {uuid} was acknowledged and is not there")
    known = set().union(*(b.runs | b.doubtful_runs for b in others))
    return found, {uuid: sha for uuid, sha in found.items() if uuid not in known}


def examine_verdicts(connection, book, others, fault):
    """-> uuid -> document, and of those that nobody acknowledged uuid -> commit."""
    found = {uuid: (sha, document) for uuid, sha, document in rows(
        connection, "SELECT uuid, sha, document FROM verdicts LEFT JOIN commits ON commits.id = candidate_commit_id")}
    for uuid, printed in book.verdicts.items():
        if uuid not in found:
            fault(f"{book.file}: verdict {uuid} was acknowledged and is not there")
        elif json.loads(found[uuid][1]) != json.loads(printed):
            fault(f"{book.file}: verdict {uuid} is not what was printed")
    known = set().union(*(b.verdicts.keys() for b in others))
    return ({uuid: document for uuid, (_, document) in found.items()},
            {uuid: sha for uuid, (sha, _) in found.items() if uuid not in known})


def examine_doubtful(book, others, runs, verdicts, fault):
    """What nobody acknowledged must be of a command that was killed, and there must be all of it or nothing."""
    doubtful = {}
    for other in others:
        doubtful.update(other.doubtful)
    kept = 0
    for sha in set(runs.values()) | set(verdicts.values()):
        there = (list(runs.values()).count(sha), list(verdicts.values()).count(sha))
        if sha not in doubtful:
            fault(f"{book.file}: {there[0]} runs and {there[1]} verdicts of {sha}, which nobody recorded")
        elif there != RECORDS[doubtful[sha]]:
            fault(f"{book.file}: of a killed {doubtful[sha]} of {sha} {there[0]} runs, {there[1]} verdicts are there")
        else:
            kept += 1
    return kept


def examine_moves(connection, book, documents, runs, fault):
    """Moves of baselines are those that the verdicts recorded with them say, and their modules are there."""
    moves = collections.defaultdict(dict)
    for uuid, case, kind, module in rows(
            connection, "SELECT coalesce(runs.uuid, ''), cases.name, kind, module_sha256 FROM baselines "
                        "JOIN cases ON cases.id = baselines.case_id LEFT JOIN runs ON runs.id = run_id"):
        moves[uuid][case] = kind
        if not (book.file.parent / "modules" / module).is_file():
            fault(f"{book.file}: the module {module} of a baseline is not there")
    told = {}
    for text in documents.values():
        document = json.loads(text)
        if "run" in document:
            told[document["run"]] = {one["case"]: MOVING[one["verdict"]] for one in document["cases"]
                                     if one["verdict"] in MOVING}
    for uuid, cases in moves.items():
        if not cases.keys() <= told.get(uuid, {}).keys():
            fault(f"{book.file}: baselines moved by run {uuid or '(none)'} that its verdict does not tell: {cases}")
    for uuid in book.runs & told.keys() & runs.keys():
        if uuid in book.recorded_here and moves[uuid] != told[uuid]:
            fault(f"{book.file}: run {uuid} moved {moves[uuid]}, and its verdict says {told[uuid]}")
    return sum(len(cases) for cases in moves.values())


def examine(book, others, fault):
    """-> what is there. others: this book and those merged into it."""
    connection = sqlite3.connect(f"file:{book.file}?mode=ro", uri=True)
    found, unknown_runs = examine_runs(connection, book, others, fault)
    documents, unknown_verdicts = examine_verdicts(connection, book, others, fault)
    kept = examine_doubtful(book, others, unknown_runs, unknown_verdicts, fault)
    moves = examine_moves(connection, book, documents, found, fault)
    accepted = {reason for (reason,) in rows(connection, "SELECT reason FROM acceptances")}
    for reason in book.acceptances - accepted:
        fault(f"{book.file}: the acceptance {reason} was acknowledged and is not there")
    for reason in accepted - set().union(*(b.acceptances | b.doubtful_acceptances for b in others)):
        fault(f"{book.file}: the acceptance {reason} was never asked for")
    connection.close()
    return {"runs": len(found), "verdicts": documents, "moves": moves, "kept": kept, "acceptances": len(accepted)}
