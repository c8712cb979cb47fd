#!/usr/bin/env python3
"""The exact bootstrap interval of a median beside scipy's resampled one, on the same numbers.

usage: scripts/compare_bootstrap.py BIN     (the folder with ratchet and judge_speed, such as build/release/bin)

Endpoints must agree to 4 digits (exit 1 if not). The ratio of times is printed and judged by nobody: scipy's is the
best of three calls here with the 1,000 resamples that gates commonly use, ours what judge_speed prints. Without scipy
the comparison is skipped, and says so (exit 77).
"""
import json
import os
import re
import subprocess
import sys
import time

try:
    import numpy
    from scipy.stats import bootstrap
except ImportError as missing:
    print(f"skipped: {missing}; install python3-scipy to compare with it")
    sys.exit(77)

RESAMPLES = 999_999
SIZES = (101, 100, 20)


def sample(n):
    """Golden sample of method.md's formulas: no dice, so that everybody compares the same numbers."""
    return [40 + ((7919 * i) % 1009) / 250 for i in range(n)]


def ours(folder, numbers):
    text = "".join(f"{x!r}\n" for x in numbers)
    done = subprocess.run([os.path.join(folder, "ratchet"), "stats", "--json"], input=text, capture_output=True,
                          text=True, check=True)
    return json.loads(done.stdout)["ci"]


def scipy_interval(numbers, resamples):
    result = bootstrap((numpy.array(numbers),), numpy.median, n_resamples=resamples, batch=20_000,
                       method="percentile", confidence_level=0.95, random_state=1)
    return list(result.confidence_interval)


def best_seconds(work):
    times = []
    for _ in range(3):
        start = time.perf_counter()
        work()
        times.append(time.perf_counter() - start)
    return min(times)


def our_microseconds(folder):
    """By size: (a sample's interval, what is prepared once a size), both in us."""
    done = subprocess.run([os.path.join(folder, "judge_speed")], capture_output=True, text=True, check=True)
    lines = re.findall(r"n = (\d+): prepared in ([\d.]+) us, median interval ([\d.]+) us", done.stdout)
    return {int(n): (float(interval), float(prepared)) for n, prepared, interval in lines}


def main():
    if len(sys.argv) != 2:
        print(__doc__, file=sys.stderr)
        return 2
    folder = sys.argv[1]
    speed = our_microseconds(folder)
    apart = False
    print("| n | exact 95 % | scipy, 999,999 resamples | farthest apart | exact us (once a size) | scipy us, 1,000 and "
          "999,999 resamples | times faster |")
    print("| --- | --- | --- | --- | --- | --- | --- |")
    for n in SIZES:
        numbers = sample(n)
        exact = ours(folder, numbers)
        start = time.perf_counter()
        resampled = scipy_interval(numbers, RESAMPLES)
        many_us = 1e6 * (time.perf_counter() - start)
        few_us = 1e6 * best_seconds(lambda: scipy_interval(numbers, 1000))
        farthest = max(abs(a / b - 1) for a, b in zip(exact, resampled))
        apart = apart or not farthest < 5e-5
        interval_us, prepared_us = speed[n]
        print(f"| {n} | {exact[0]:.6g}, {exact[1]:.6g} | {resampled[0]:.6g}, {resampled[1]:.6g} | {farthest:.1e} | "
              f"{interval_us:g} ({prepared_us:g}) | {few_us:.0f} and {many_us:.0f} | {few_us / interval_us:.0f} and "
              f"{many_us / interval_us:.0f} |", flush=True)
    if apart:
        print("the endpoints differ in the first 4 digits", file=sys.stderr)
    return 1 if apart else 0


if __name__ == "__main__":
    sys.exit(main())
