#!/usr/bin/env python3
"""Measures PyTorch's scaled dot-product attention as ratchet measures its own and prints one ratchet.run/1 document, so that

    scripts/pytorch_sdpa.py > pytorch.json && ratchet matrix 'attention/*' --add pytorch.json

puts both in one table. The backends flash, cuDNN, efficient and math, in ratchet's shapes, types and masks; each launch is a
process; in it the backends of a shape are timed in interleaved rounds, each interval a replayed CUDA graph of so many calls that
one tick of the timer is at most 0.1 % of it, on a warm L2. Every backend is verified against FP64, before and after timing; one
that is wrong has no times, and one that PyTorch refuses is listed as unavailable with its reason.

--eager measures instead what a program sees that calls PyTorch once and waits, one call an interval, with the backend that
PyTorch chooses (pytorch_eager): for small shapes the launch and not the kernel, and the way of the founding report, whose
numbers `ratchet verify kernels/attention/founding_l4.json` expects on an L4.

Needs a GPU, nvidia-smi and PyTorch with CUDA. Let nothing else use the GPU meanwhile. Exit code 2 on a fault.
"""
import argparse, datetime, json, math, random, subprocess, sys, uuid

SHAPES = [(32, 8, 128, 64), (32, 8, 512, 64), (4, 8, 256, 64), (16, 16, 1024, 64)]  # B, H, S, D
TYPES = ["fp16", "bf16"]
BACKENDS = {"pytorch_flash": "FLASH_ATTENTION", "pytorch_cudnn": "CUDNN_ATTENTION",
            "pytorch_efficient": "EFFICIENT_ATTENTION", "pytorch_math": "MATH"}
REL_L2_MAX = {"fp16": 1e-3, "bf16": 8e-3}  # of the whole output; ten times that of its worst row
SHORTEST_INTERVAL_NS = 500e3               # as ratchet-bench: below, an interval's fixed costs count
TICK_SHARE = 1e-3
ROUNDS_AT_ONCE = 10                        # queued behind a kernel that holds the GPU back
HOLD_CYCLES = 40_000_000                   # some 20 ms, to queue those rounds in


# What is measured and how it is written down, without PyTorch.

def case_id(implementation, shape, dtype, causal):
    b, h, s, d = shape
    return f"attention/{implementation}/B={b},H={h},S={s},D={d},dtype={dtype},causal={int(causal)}"


def work(shape, causal):
    """Bytes and flops of one call, as ratchet counts them: each array once; two products of the pairs that are seen."""
    b, h, s, d = shape
    pairs = s * (s + 1) // 2 if causal else s * s
    return 4 * b * h * s * d * 2, 4 * d * b * h * pairs


def points():
    return [(shape, dtype, causal) for dtype in TYPES for shape in SHAPES for causal in (False, True)]


def batch_for(batch, interval_ns, tick_ns):
    """Calls in an interval, after `batch` of them took interval_ns; the same number once that is long enough."""
    wanted_ns = max(SHORTEST_INTERVAL_NS, tick_ns / TICK_SHARE)
    return batch if interval_ns >= wanted_ns else max(batch + 1, math.ceil(batch * wanted_ns * 1.05 / interval_ns))


def worst(a, b):
    """Of two checks; one that failed may hold no numbers, and stands for both."""
    for one in (a, b):
        if not one["verified"]:
            return one
    return {"verified": True, **{key: max(a[key], b[key]) for key in ("rel_l2", "row_error")}}


def merge(launches):
    """One list of measurements of many launches: [{case: measurement}, ...]. What failed in one launch has failed."""
    merged = {}
    for launch in launches:
        for one in launch:
            known = merged.setdefault(one["case"], {**one, "launches": [], "failures": []})
            known["launches"] += one.get("launches", [])
            known["failures"] += one.get("failures", [])
            if "check" in one:
                known["check"] = worst(known.get("check", one["check"]), one["check"])
    for one in merged.values():
        if one["failures"]:
            one["failures"], one["launches"] = one["failures"][:1], []
    return list(merged.values())


def document(environment, tool, started_at, launches):
    """The ratchet.run/1 document: `launches` is one list of measurements a process, as measure_launch() returns them."""
    return json.dumps({"format": "ratchet.run/1", "uuid": str(uuid.uuid4()), "started_at": started_at, "tool": tool,
                       "environment": environment, "measurements": merge(launches)}, allow_nan=False, indent=1)


# The GPU.

def environment_of(torch, tick_ns):
    properties = torch.cuda.get_device_properties(0)
    device_uuid = str(properties.uuid)
    device_uuid = device_uuid if device_uuid.startswith("GPU-") else "GPU-" + device_uuid
    driver = subprocess.run(["nvidia-smi", "-i", device_uuid, "--query-gpu=driver_version", "--format=csv,noheader"],
                            check=True, capture_output=True, text=True).stdout.strip()
    return {"device": {"kind": "cuda", "name": properties.name, "uuid": device_uuid,
                       "compute_capability": f"{properties.major}.{properties.minor}",
                       "memory_bytes": properties.total_memory},
            "driver": driver, "cuda_runtime": torch.version.cuda, "clock_policy": "default", "timer_tick_ns": tick_ns}


def tick_ns(torch):
    """The smallest step between readings of the event timer; gaps below a quarter of a ns are rounding."""
    scratch = torch.zeros(1 << 16, device="cuda")
    readings = set()
    for _ in range(500):
        start, stop = (torch.cuda.Event(enable_timing=True) for _ in range(2))
        start.record()
        for _ in range(random.randint(1, 3)):
            scratch.add_(1)
        stop.record()
        stop.synchronize()
        readings.add(start.elapsed_time(stop) * 1e6)
    ordered = sorted(readings)
    steps = [b - a for a, b in zip(ordered, ordered[1:]) if b - a > 0.25]
    if not steps:
        raise RuntimeError("the event timer does not tick: all readings are equal")
    return min(steps)


def reference(torch, q, k, v, causal):
    """FP64, one batch element at a time: the scores of all of them do not fit."""
    outputs = []
    for i in range(q.shape[0]):
        scores = q[i].double() @ k[i].double().transpose(-1, -2) / math.sqrt(q.shape[-1])
        if causal:
            s = scores.shape[-1]
            scores.masked_fill_(torch.ones(s, s, dtype=torch.bool, device=q.device).triu(1), -math.inf)
        outputs.append(torch.softmax(scores, -1) @ v[i].double())
    return torch.stack(outputs)


def check(torch, output, expected, dtype):
    difference = output.double() - expected
    rows = difference.norm(dim=-1) / expected.norm(dim=-1)
    rel_l2, row_error = (difference.norm() / expected.norm()).item(), rows.max().item()
    # Not a number fails every comparison.
    return {"verified": rel_l2 <= REL_L2_MAX[dtype] and row_error <= 10 * REL_L2_MAX[dtype],
            "rel_l2": rel_l2, "row_error": row_error}


class Contender:
    """One backend of one point, its calls captured in a CUDA graph."""

    def __init__(self, torch, implementation, inputs, causal):
        self.torch, self.implementation, self.inputs, self.causal = torch, implementation, inputs, causal
        torch.cuda.reset_peak_memory_stats()
        before = torch.cuda.memory_allocated()
        self.output = self.call()
        torch.cuda.synchronize()
        own = torch.cuda.max_memory_allocated() - before
        self.peak_memory_bytes = own + sum(one.numel() * one.element_size() for one in inputs)

    def call(self):
        from torch.nn.attention import SDPBackend, sdpa_kernel
        with sdpa_kernel(getattr(SDPBackend, BACKENDS[self.implementation])):
            return self.torch.nn.functional.scaled_dot_product_attention(*self.inputs, is_causal=self.causal)

    def capture(self, batch):
        self.batch, self.graph = batch, self.torch.cuda.CUDAGraph()
        with self.torch.cuda.graph(self.graph):
            for _ in range(batch):
                self.output = self.call()
        self.graph.replay()
        self.torch.cuda.synchronize()


def timed_rounds(torch, contenders, count, dice):
    """[contender][round] in ns: every round times each contender once, in random order, without the GPU waiting for Python."""
    times = [[] for _ in contenders]
    at_once = ROUNDS_AT_ONCE
    while len(times[0]) < count:
        held, intervals = torch.cuda.Event(), []
        torch.cuda._sleep(HOLD_CYCLES)
        held.record()
        for _ in range(min(at_once, count - len(times[0]))):
            order = list(range(len(contenders)))
            dice.shuffle(order)
            for which in order:
                start, stop = (torch.cuda.Event(enable_timing=True) for _ in range(2))
                start.record()
                contenders[which].graph.replay()
                stop.record()
                intervals.append((which, start, stop))
        late = held.query()
        torch.cuda.synchronize()
        if late and at_once > 1:  # the GPU ran before all was queued: the same rounds again, fewer at once
            at_once //= 2
            continue
        if late:
            raise RuntimeError("the GPU did not wait for one round to be queued; is this machine busy?")
        for which, start, stop in intervals:
            times[which].append(start.elapsed_time(stop) * 1e6 / contenders[which].batch)
    return times


def inputs_of(torch, shape, dtype):
    torch.manual_seed(1)
    kind = {"fp16": torch.float16, "bf16": torch.bfloat16}[dtype]
    return [torch.randn(*shape, device="cuda").to(kind) for _ in range(3)]


def blank(implementation, shape, dtype, causal):
    nbytes, flops = work(shape, causal)
    return {"case": case_id(implementation, shape, dtype, causal), "unit": "ns", "bytes": nbytes, "flops": flops,
            "l2": "warm", "launches": []}


def measure_eagerly(torch, shape, dtype, causal, options):
    inputs = inputs_of(torch, shape, dtype)
    expected = reference(torch, *inputs, causal)
    one, samples = blank("pytorch_eager", shape, dtype, causal), []
    for _ in range(options.warmup + options.rounds):
        start, stop = (torch.cuda.Event(enable_timing=True) for _ in range(2))
        start.record()
        output = torch.nn.functional.scaled_dot_product_attention(*inputs, is_causal=causal)
        stop.record()
        stop.synchronize()
        samples.append(start.elapsed_time(stop) * 1e6)
    one["check"] = check(torch, output, expected, dtype)
    one["launches"] = [samples[options.warmup:]]
    return [refuse_wrong_answer(one)]


def measure_point(torch, shape, dtype, causal, options, tick, dice):
    inputs = inputs_of(torch, shape, dtype)
    expected = reference(torch, *inputs, causal)
    contenders, measurements = [], {}
    for implementation in BACKENDS:
        one = measurements[implementation] = blank(implementation, shape, dtype, causal)
        try:
            contender = Contender(torch, implementation, inputs, causal)
            one["check"] = check(torch, contender.output, expected, dtype)
            contender.capture(1)
        except RuntimeError as refused:
            one["failures"] = [{"kind": "unavailable", "message": (str(refused).splitlines() or ["no reason given"])[0]}]
            continue
        one["peak_memory_bytes"] = contender.peak_memory_bytes
        if one["check"]["verified"]:
            contenders.append(contender)
    if not contenders:
        return list(map(refuse_wrong_answer, measurements.values()))
    batch_all(torch, contenders, tick, dice)
    timed_rounds(torch, contenders, options.warmup, dice)
    times = timed_rounds(torch, contenders, options.rounds, dice)
    for contender, samples in zip(contenders, times):
        one = measurements[contender.implementation]
        contender.output.fill_(math.nan)
        contender.graph.replay()
        torch.cuda.synchronize()
        one["check"] = check(torch, contender.output, expected, dtype)
        one["batch"], one["launches"] = contender.batch, [samples]
    return list(map(refuse_wrong_answer, measurements.values()))


def batch_all(torch, contenders, tick, dice):
    for contender in contenders:
        while True:
            interval_ns = sorted(timed_rounds(torch, [contender], 5, dice)[0])[2] * contender.batch
            wanted = batch_for(contender.batch, interval_ns, tick)
            if wanted == contender.batch:
                break
            contender.capture(wanted)


def refuse_wrong_answer(one):
    found = one.get("check")
    if not found or found["verified"]:
        return one
    message = f"relative L2 error {found['rel_l2']:.3g}, of the worst row {found['row_error']:.3g}"
    one["failures"], one["launches"] = [{"kind": "wrong_answer", "message": message}], []
    for key in ("rel_l2", "row_error"):
        if not math.isfinite(found[key]):
            del found[key]
    return one


def measure_launch(options):
    import torch
    if not torch.cuda.is_available():
        raise RuntimeError("PyTorch finds no usable GPU here")
    dice = random.Random(options.launch)
    tick = tick_ns(torch)
    chosen = points()
    dice.shuffle(chosen)
    if options.eager:
        measurements = [one for point in chosen for one in measure_eagerly(torch, *point, options)]
    else:
        measurements = [one for point in chosen for one in measure_point(torch, *point, options, tick, dice)]
    return {"environment": environment_of(torch, tick), "tool": f"PyTorch {torch.__version__}", "measurements": measurements}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--launches", type=int, default=11, help="processes to measure in (11)")
    parser.add_argument("--rounds", type=int, default=101, help="timed rounds in each (101)")
    parser.add_argument("--warmup", type=int, default=20, help="rounds before them (20)")
    parser.add_argument("--eager", action="store_true", help="one call an interval, as a program calls PyTorch")
    parser.add_argument("--launch", type=int, help=argparse.SUPPRESS)  # one launch, by this script of itself
    options = parser.parse_args()
    if options.launches < 1 or options.rounds < 1 or options.warmup < 0:
        parser.error("--launches and --rounds take numbers from 1, --warmup from 0")
    if options.launch is not None:
        print(json.dumps(measure_launch(options)))
        return
    started_at = datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")
    launches = []
    for launch in range(options.launches):
        print(f"pytorch_sdpa: launch {launch + 1} of {options.launches}", file=sys.stderr)
        command = [sys.executable, __file__, "--launch", str(launch), "--rounds", str(options.rounds),
                   "--warmup", str(options.warmup)] + ["--eager"] * options.eager
        launches.append(json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout))
    # The same in every launch, but for what the tick's reading missed: the coarsest one promises least.
    environment = max((one["environment"] for one in launches), key=lambda one: one["timer_tick_ns"])
    print(document(environment, launches[0]["tool"], started_at, [one["measurements"] for one in launches]))


if __name__ == "__main__":
    try:
        main()
    except (RuntimeError, OSError, ImportError, subprocess.CalledProcessError) as error:
        print(f"pytorch_sdpa: {error}", file=sys.stderr)
        sys.exit(2)
