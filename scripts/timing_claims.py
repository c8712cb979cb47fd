#!/usr/bin/env python3
"""The claims about timing on a GPU, measured in one sitting: one line each, with its number, and OK or FAILED.

 * identical modules in a duet: |mean change| <= 0.05 %, deviation over launches <= 0.15 %; both <= 0.3 % below 10 us
 * a launch spends >= 70 % of its time, after start-up, in rounds that count or warm the device up
 * times within 1 % of those of an independent harness: CUDA graphs and events through libcudart, by this script alone, in
   processes of its own. In cycles of the SM clock all of them; in time those that ran at one clock, to 0.3 %: which clock
   a power cap allows depends on the load of the seconds before, and differed by up to 5 % between the same calls

usage: scripts/timing_claims.py [BUILD_FOLDER] [--launches N] [--case GLOB]
Needs a GPU and libcudart.so.13 (of the toolkit, or named by RATCHET_CUDART). Exit code 1 if a claim failed, 2 on a fault.
"""
import argparse, ctypes as c, fnmatch, itertools, json, math, os, shutil, statistics, subprocess, sys, tempfile, time, typing

F32, F16, BF16, F64, U8 = range(5)
OUTPUT, ZERO, UNIFORM, NORMAL, SCRATCH = range(5)
GUARD_BYTES = 4096
ELEMENT_BYTES = {F32: 4, F16: 2, BF16: 2, F64: 8, U8: 1}


class Buffer(c.Structure):
    _fields_ = [("name", c.c_char_p), ("type", c.c_uint32), ("fill", c.c_uint32), ("count", c.c_uint64),
                ("seed", c.c_uint64), ("row", c.c_uint64), ("rel_l2_max", c.c_double), ("row_error_max", c.c_double)]


class Case(c.Structure):
    _fields_ = [("id", c.c_char_p), ("definition", c.c_char_p), ("source", c.c_char_p), ("bytes", c.c_uint64),
                ("flops", c.c_uint64), ("l2", c.c_uint32), ("timing", c.c_uint32), ("buffer_count", c.c_uint64),
                ("buffers", c.POINTER(Buffer))]


class Call(c.Structure):
    _fields_ = [("buffers", c.POINTER(c.c_void_p)), ("stream", c.c_void_p), ("threads", c.c_uint32),
                ("pool", c.c_void_p), ("parallel_for", c.c_void_p)]


PREPARE = c.CFUNCTYPE(c.c_int, c.POINTER(Case), c.POINTER(Call), c.POINTER(c.c_void_p))
LAUNCH = c.CFUNCTYPE(c.c_int, c.c_void_p)
REFERENCE = c.CFUNCTYPE(c.c_int, c.c_void_p, c.c_void_p)
RELEASE = c.CFUNCTYPE(None, c.c_void_p)
LAST_ERROR = c.CFUNCTYPE(c.c_char_p)


class Module(c.Structure):
    _fields_ = [("abi", c.c_uint32), ("device", c.c_uint32), ("name", c.c_char_p), ("case_count", c.c_uint32),
                ("cases", c.POINTER(Case)), ("prepare", PREPARE), ("launch", LAUNCH), ("reference", REFERENCE),
                ("release", RELEASE), ("last_error", LAST_ERROR)]


# Of the SM on which it runs: its cycles and the device's nanoseconds.
STAMPS = 1024
STAMP = b"""
.version 7.0
.target sm_80
.address_size 64
.visible .entry stamp(.param .u64 places) {
  .reg .u32 %sm; .reg .u64 %place, %offset, %cycles, %ns;
  ld.param.u64 %place, [places];
  cvta.to.global.u64 %place, %place;
  mov.u32 %sm, %smid;
  mul.wide.u32 %offset, %sm, 16;
  add.u64 %place, %place, %offset;
  mov.u64 %cycles, %clock64;
  mov.u64 %ns, %globaltimer;
  st.global.u64 [%place], %cycles;
  st.global.u64 [%place+8], %ns;
  ret;
}
"""


class Fault(Exception):
    pass


class Timed(typing.NamedTuple):
    """Of one launch of a case. Cycles are those of the mean call: the clock is the mean of all of them."""
    ns: float
    mhz: float
    cycles: float

    @staticmethod
    def of(calls_ns, mhz):
        return Timed(statistics.median(calls_ns), mhz, statistics.fmean(calls_ns) * mhz / 1000)


class Claims:
    def __init__(self):
        self.failed = 0

    def claim(self, what, number, holds):
        self.failed += not holds
        print(f"{'OK' if holds else 'FAILED':6} {what}: {number}", flush=True)


def duet(bench, baseline, candidate, globs, launch):
    """One launch of ratchet-bench: its document, and its wall time in seconds."""
    command = [bench, "--baseline", baseline, "--candidate", candidate, "--launch", str(launch), "--seed",
               str(launch + 1)]
    for glob in globs:
        command += ["--case", glob]
    start = time.monotonic()
    done = subprocess.run(command, stdout=subprocess.PIPE, check=True)
    return json.loads(done.stdout), time.monotonic() - start


def launch_change(rounds):
    """20 % trimmed mean of the log ratios, as ratchet/duet.cpp takes it."""
    ratios = sorted(math.log(b / a) for a, b in zip(rounds["baseline"], rounds["candidate"]))
    cut = len(ratios) // 5
    return statistics.fmean(ratios[cut:len(ratios) - cut])


def identical(claims, bench, module, globs, launches, work, after_launch):
    """Identical machine code beside itself. Returns of each case, of its middle launch, median and cycles; see Timed.
    after_launch: called after each, so that what it measures meets the same state of the device."""
    copy = os.path.join(work, "identical.so")
    shutil.copy(module, copy)
    changes, medians, spent, walls = {}, {}, 0.0, []
    for launch in range(launches):
        document, wall = duet(bench, module, copy, globs, launch)
        walls.append(wall)
        after_launch()
        for case in document["cases"]:
            if case.get("failures"):
                claims.claim(f"{case['case']} is measured", case["failures"][0]["message"], False)
                continue
            rounds = case["launches"][0]
            changes.setdefault(case["case"], []).append(launch_change(rounds))
            medians.setdefault(case["case"], []).append(
                Timed.of(rounds["baseline"], rounds.get("clock_mhz", {}).get("baseline", 0)))
            if launch == launches - 1:
                # 20 rounds more warm the device up; probing and verifying are not counted.
                mean_ns = statistics.fmean(rounds["baseline"] + rounds["candidate"]) * case.get("batch", 1)
                spent += 2 * (len(rounds["baseline"]) + 20) * mean_ns / 1e9
    medians = {case: sorted(times)[len(times) // 2] for case, times in medians.items()}
    means = {case: 100 * statistics.fmean(values) for case, values in changes.items()}
    for name, most, bound, chosen in (("of 10 us and more", 0.05, 0.15, lambda ns: ns >= 1e4),
                                      ("below 10 us", 0.30, 0.30, lambda ns: ns < 1e4)):
        of_these = [case for case in means if chosen(medians[case].ns)]
        if not of_these:
            continue
        worst = max(of_these, key=lambda case: abs(means[case]))
        claims.claim(f"identical modules, worst mean change of {len(of_these)} cases {name} over {launches} launches",
                     f"{means[worst]:+.4f} % ({worst}), at most {most} %", abs(means[worst]) <= most)
        spread = {case: 100 * statistics.stdev(values) for case, values in changes.items()
                  if chosen(medians[case].ns) and len(values) > 1}
        if not spread:
            continue
        widest = max(spread, key=spread.get)
        claims.claim(f"identical modules, widest deviation over launches of {len(spread)} cases {name}",
                     f"{spread[widest]:.4f} % ({widest}), at most {bound} %", spread[widest] <= bound)
    _, start_up = duet(bench, module, copy, [next(iter(means))], launches)
    share = spent / max(walls[-1] - start_up, 1e-9)
    claims.claim("share of a launch in timed intervals and warm-up, after start-up",
                 f"{100 * share:.0f} % of {walls[-1] - start_up:.1f} s (start-up and one case {start_up:.1f} s), at least 70 %",
                 share >= 0.70)
    return medians


class Cuda:
    """As little of the CUDA runtime as timing in graphs takes."""

    def __init__(self):
        names = [os.environ.get("RATCHET_CUDART"), "libcudart.so.13", "/usr/local/cuda/lib64/libcudart.so.13",
                 "libcudart.so"]
        for name in filter(None, names):
            try:
                self.runtime = c.CDLL(name)
                break
            except OSError:
                continue
        else:
            raise Fault("libcudart.so.13 is not found; set RATCHET_CUDART to its path")
        self.stream = c.c_void_p()
        # As PyTorch's streams and ours: one that waits for the default stream makes a graph's nodes 1 % slower.
        self("cudaStreamCreateWithFlags", c.byref(self.stream), 1)  # cudaStreamNonBlocking
        l2 = c.c_int()
        self("cudaDeviceGetAttribute", c.byref(l2), 38, 0)  # cudaDevAttrL2CacheSize
        self.l2_bytes = l2.value
        self("cudaDeviceGetAttribute", c.byref(l2), 16, 0)  # cudaDevAttrMultiProcessorCount
        self.multiprocessors = l2.value
        try:
            self.driver = c.CDLL("libcuda.so.1")
        except OSError as error:
            raise Fault(str(error))
        self("cudaFree", None)  # makes the context that the driver's functions work in
        module, self.stamp_function = c.c_void_p(), c.c_void_p()
        if (self.driver.cuModuleLoadData(c.byref(module), STAMP) or
                self.driver.cuModuleGetFunction(c.byref(self.stamp_function), module, b"stamp")):
            raise Fault("the driver does not load the kernel that reads the SMs' clocks")

    def __call__(self, name, *arguments):
        status = getattr(self.runtime, name)(*arguments)
        if status != 0:
            raise Fault(f"{name} failed with CUDA error {status}")

    def memory(self, size):
        pointer = c.c_void_p()
        self("cudaMalloc", c.byref(pointer), c.c_size_t(size))
        return pointer

    def graph(self, calls):
        graph, executable = c.c_void_p(), c.c_void_p()
        self("cudaStreamBeginCapture", self.stream, 1)  # thread local
        calls()
        self("cudaStreamEndCapture", self.stream, c.byref(graph))
        self("cudaGraphInstantiate", c.byref(executable), graph, c.c_ulonglong(0))
        self("cudaGraphDestroy", graph)
        return executable

    def stamp(self, place):
        """Cycles and nanoseconds of each SM, when the stream gets there."""
        self("cudaMemsetAsync", place, 0, c.c_size_t(16 * STAMPS), self.stream)
        arguments = (c.c_void_p * 1)(c.cast(c.pointer(place), c.c_void_p))
        if self.driver.cuLaunchKernel(self.stamp_function, 2 * self.multiprocessors, 1, 1, 32, 1, 1, 0, self.stream,
                                      arguments, None):
            raise Fault("the kernel that reads the SMs' clocks cannot be launched")

    def clock_mhz(self, start, stop):
        stamps = []
        for place in (start, stop):
            read = (c.c_ulonglong * (2 * STAMPS))()
            self("cudaMemcpy", read, place, c.c_size_t(16 * STAMPS), 2)
            stamps.append(read)
        first, last = stamps
        return statistics.median(1000 * (last[i] - first[i]) / (last[i + 1] - first[i + 1])
                                 for i in range(0, 2 * STAMPS, 2) if first[i] and last[i])

    def times_ms(self, executable, events):
        """One replay between each two events, all queued: the device never waits for the host within one."""
        for event in events:
            self.replay(executable, event)
        return self.elapsed_ms(events)

    def replay(self, executable, event):
        self("cudaEventRecord", event[0], self.stream)
        self("cudaGraphLaunch", executable, self.stream)
        self("cudaEventRecord", event[1], self.stream)

    def elapsed_ms(self, events):
        self("cudaStreamSynchronize", self.stream)
        times = []
        for start, stop in events:
            elapsed = c.c_float()
            self("cudaEventElapsedTime", c.byref(elapsed), start, stop)
            times.append(elapsed.value)
        return times


def random_bytes(buffer):
    """Normal numbers of the buffer's type, a block of them repeated: zeros would run faster than real data."""
    import array, random, struct
    draw = random.Random(buffer.seed)
    values = [draw.gauss(0, 1) if buffer.fill == NORMAL else draw.random() for _ in range(65536)]
    if buffer.type == F32:
        block = array.array("f", values).tobytes()
    elif buffer.type == F16:
        block = struct.pack("<65536e", *values)
    elif buffer.type == BF16:
        block = b"".join(struct.pack("<f", value)[2:] for value in values)
    else:
        return b"\0" * (buffer.count * ELEMENT_BYTES[buffer.type])
    size = buffer.count * ELEMENT_BYTES[buffer.type]
    return (block * (size // len(block) + 1))[:size]


def peer_times(cuda, module, case):
    """Of 200 replays of a graph after 40 to warm up: intervals as long and as many as those of ratchet-bench, one
    after the other, since a GPU that is kept busy lowers its clock under its power cap. Buffers begin as far into their
    pages as there. Cold cases walk through sets of 3 x L2 and more."""
    wanted_ms = 0.5 if case.l2 == 0 else 1
    sets = 1 if case.l2 == 0 else max(2, -(-3 * cuda.l2_bytes // case.bytes) + 1)
    states, kept, owned = [], [], []
    contents = [random_bytes(case.buffers[k]) if case.buffers[k].fill in (UNIFORM, NORMAL) else None
                for k in range(case.buffer_count)]
    # Never on the default stream: after fills there, and launches beside them, every graph of the process is slower for
    # good, by 0.2 us a call (seen on an H200 with driver 580).
    for _ in range(sets):
        pointers = (c.c_void_p * case.buffer_count)()
        for k in range(case.buffer_count):
            size = case.buffers[k].count * ELEMENT_BYTES[case.buffers[k].type]
            owned.append(cuda.memory(GUARD_BYTES + size))
            pointers[k] = owned[-1].value + GUARD_BYTES
            if contents[k] is None:
                cuda("cudaMemsetAsync", c.c_void_p(pointers[k]), 0, c.c_size_t(size), cuda.stream)
            else:
                cuda("cudaMemcpyAsync", c.c_void_p(pointers[k]), contents[k], c.c_size_t(size), 1, cuda.stream)
        call = Call(c.cast(pointers, c.POINTER(c.c_void_p)), cuda.stream, 0, None, None)
        state = c.c_void_p()
        kept.append((pointers, call))  # must live as long as the prepared case
        if module.prepare(c.byref(case), c.byref(call), c.byref(state)) != 0:
            raise Fault(f"{case.id.decode()}: {module.last_error().decode()}")
        states.append(state)
    def enqueue(calls):
        for i in range(calls):
            if module.launch(states[i % sets]) != 0:
                raise Fault(f"{case.id.decode()}: {module.last_error().decode()}")

    enqueue(sets)  # loads the code
    cuda("cudaStreamSynchronize", cuda.stream)
    events = [(c.c_void_p(), c.c_void_p()) for _ in range(240)]
    for event in itertools.chain(*events):
        cuda("cudaEventCreate", c.byref(event))
    calls = sets
    while True:
        executable = cuda.graph(lambda: enqueue(calls))
        once_ms = statistics.median(cuda.times_ms(executable, events[:20]))
        if once_ms >= wanted_ms or calls >= 5000:
            break
        cuda("cudaGraphExecDestroy", executable)
        calls = sets * math.ceil(calls / sets * 1.1 * wanted_ms / max(once_ms, 1e-3))
    cuda.times_ms(executable, events[:40])
    start, stop = cuda.memory(16 * STAMPS), cuda.memory(16 * STAMPS)
    cuda.stamp(start)
    for event in events[40:]:
        cuda.replay(executable, event)
    cuda.stamp(stop)
    times_ns = [ms * 1e6 / calls for ms in cuda.elapsed_ms(events[40:])]
    timed = Timed.of(times_ns, cuda.clock_mhz(start, stop))
    for event in itertools.chain(*events):
        cuda("cudaEventDestroy", event)
    cuda("cudaGraphExecDestroy", executable)
    for state in states:
        module.release(state)
    for memory in owned + [start, stop]:
        cuda("cudaFree", memory)
    return timed


def be_a_peer(file, globs):
    """Prints the times of each device-timed case, measured by this process."""
    cuda = Cuda()
    library = c.CDLL(file)
    library.ratchet_module_entry.restype = c.POINTER(Module)
    module = library.ratchet_module_entry().contents
    cases = {module.cases[i].id.decode(): module.cases[i] for i in range(module.case_count)}
    json.dump({name: peer_times(cuda, module, case) for name, case in cases.items()
               if case.timing == 0 and any(fnmatch.fnmatchcase(name, glob) for glob in globs)}, sys.stdout)


def ask_peer(file, globs):
    command = [sys.executable, __file__, "--peer", file] + [f"--case={glob}" for glob in globs]
    return json.loads(subprocess.run(command, stdout=subprocess.PIPE, check=True).stdout)


def compare(claims, medians, told):
    """Ours, of each case, with what as many processes of the peer as launches told."""
    by_cycles, by_time, near = {}, {}, 0
    for name in told[0]:
        if name not in medians:
            continue
        ours = medians[name]
        times = sorted(Timed(*one[name]) for one in told)
        theirs = times[len(times) // 2]
        in_time = 100 * (ours.ns / theirs.ns - 1)
        in_cycles = 100 * (ours.cycles / theirs.cycles - 1)
        by_cycles[name] = in_cycles
        near += abs(in_time) <= 1
        if abs(ours.mhz / theirs.mhz - 1) <= 0.003:
            by_time[name] = in_time
        print(f"       {name}: ours {ours.ns / 1e3:.3f} us at {ours.mhz:.0f} MHz, peer {theirs.ns / 1e3:.3f} us "
              f"({times[0].ns / 1e3:.3f} to {times[-1].ns / 1e3:.3f}) at {theirs.mhz:.0f} MHz: {in_time:+.2f} % of "
              f"time, {in_cycles:+.2f} % of cycles")
    if not by_time:
        raise Fault("no case ran at the clock of its peer")
    for unit, apart in (("cycles", by_cycles), ("time, at one clock,", by_time)):
        worst = max(apart, key=lambda case: abs(apart[case]))
        claims.claim(f"{unit} of {len(apart)} cases against graphs and events of this script, farthest apart",
                     f"{apart[worst]:+.2f} % ({worst}), at most 1 %", abs(apart[worst]) <= 1)
    print(f"       in time at whatever clock {near} of {len(by_cycles)} are within 1 %")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("build", nargs="?", default="build/release")
    parser.add_argument("--launches", type=int, default=25)
    parser.add_argument("--case", action="append", default=[])
    parser.add_argument("--peer", metavar="MODULE", help="be one of the processes that measure independently")
    given = parser.parse_args()
    if given.peer:
        be_a_peer(given.peer, given.case)
        return 0
    if given.launches < 2:
        raise Fault("a deviation over launches needs at least 2")
    globs = given.case or ["copy/*", "triad/*", "attention/tiled/*"]
    bench = os.path.join(given.build, "bin/ratchet-bench")
    module = os.path.abspath(os.path.join(given.build, "modules/ratchet_cuda.so"))
    claims = Claims()
    told, compared = [], [glob for glob in globs if not glob.startswith("triad")] or globs
    with tempfile.TemporaryDirectory() as work:
        # A process of the peer after each launch: as these each finds other places in memory, which differ by 1 % and more.
        medians = identical(claims, bench, module, globs, given.launches, work,
                            lambda: told.append(ask_peer(module, compared)))
    compare(claims, medians, told)
    return 1 if claims.failed else 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except (Fault, OSError, subprocess.CalledProcessError, json.JSONDecodeError) as fault:
        print(f"timing_claims: {fault}", file=sys.stderr)
        sys.exit(2)
