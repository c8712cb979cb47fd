"""`ratchet serve` in the soak (soak.py), and who asks it all the while."""
import os
import signal
import time
import urllib.error
import urllib.request

import soak_house

FRESH_REQUESTS = 100
SLACK_KIB = 4096  # what an allocator may keep, more or less

class Server:
    """`ratchet serve` on a free port."""

    def __init__(self, house, name):
        self.house, self.name, self.url = house, name, ""
        self.start()

    def start(self):
        """Again, while a killed writer's journal waits for the next writer: until then nobody reads."""
        begin = time.monotonic()
        while not self.start_once():
            self.house.ledger.count("serve", "refused")
            self.house.reap(self.process)
            if time.monotonic() > begin + 120:
                raise RuntimeError(f"{self.name}: cannot be started, see {self.name}.log in {self.house.work}")
            time.sleep(0.5)

    def start_once(self):
        database = self.house.work / "first/ratchet.db"
        read, write = os.pipe()
        with open(self.house.work / f"{self.name}.log", "ab") as log:
            self.process = self.house.start([str(self.house.programs / "ratchet"), "serve", "--port", "0",
                                             "--branch", "main", "--db", str(database)],
                                            self.house.work / "tree-main", write, log)
        os.close(write)
        with os.fdopen(read) as said:
            self.url = said.readline().strip()
        return self.url

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


class Client(soak_house.Worker):
    """Asks both servers all the time; one of them is killed now and then."""

    def __init__(self, house, seed, name, book):
        super().__init__(house, seed, name)
        self.book = book
        self.steady, self.victim = Server(house, "steady"), Server(house, "victim")
        self.look()

    def look(self):
        self.ledger.rss.append(soak_house.memory_kib(self.steady.process.pid, "VmRSS"))

    def turn(self):
        for server in (self.steady, self.victim):
            self.ask(server)
        self.look()
        if self.dice.random() < 0.01:
            self.victim.end(signal.SIGKILL)
            self.ledger.count("serve", "killed")
            self.victim.start()
        time.sleep(self.dice.uniform(0.2, 1))

    def compare_with_fresh(self):
        """A history that grows takes more memory to answer from. What time alone adds is a leak: what the old server
        has and a new one has not, once that has answered requests of all kinds too."""
        fresh = Server(self.house, "fresh")
        for _ in range(FRESH_REQUESTS):
            for server in (self.steady, fresh):
                self.ask(server)
        old, new = (soak_house.memory_kib(server.process.pid, "VmRSS") for server in (self.steady, fresh))
        fresh.end(signal.SIGTERM)
        if len(self.ledger.rss) < 10 * FRESH_REQUESTS:
            return f"{old / 1024:.1f} MiB; it has answered too little to tell a leak"
        if old > 1.1 * new + SLACK_KIB:
            self.ledger.fault(f"memory: a server that ran all the while has {old} KiB, a new one {new} KiB")
        return f"{old / 1024:.1f} MiB in the end, after {self.ledger.rss[0] / 1024:.1f} MiB in the beginning; " \
               f"{new / 1024:.1f} MiB of a new server that answers from the same history"

    def end(self):
        for server in (self.steady, self.victim):
            if (code := server.end(signal.SIGTERM)) != 128 + signal.SIGTERM:
                self.ledger.fault(f"{server.name}: SIGTERM ends it with exit code {code}")

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
