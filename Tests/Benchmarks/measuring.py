"""Time and private memory of whole commands, as a user waits for them."""

import os
import statistics
import subprocess
import time

DISCARD = {"stdin": subprocess.DEVNULL, "stdout": subprocess.DEVNULL, "stderr": subprocess.PIPE}

class CommandFailed(Exception):
    pass

def run(*command):
    """Runs a command to its end, its output thrown away."""
    finished = subprocess.run(command, **DISCARD)
    check(command, finished.returncode, finished.stderr)

def check(command, code, errors):
    if code != 0:
        said = errors.decode(errors="replace").strip().splitlines()[-3:]
        raise CommandFailed(f"{' '.join(command)} ended with {code}: {' / '.join(said)}")

def medians(contenders, rounds, clean=lambda: None):
    """The median seconds of each contender, by name.

    They take turns, A B A B, so that whatever else the machine does falls on all alike; each runs once before, so that
    every file is in the page cache. `clean` removes what a run made; then the disk catches up. Neither is timed.
    """
    seconds = {name: [] for name in contenders}
    for turn in range(rounds + 1):
        for name, action in contenders.items():
            started = time.perf_counter()
            action()
            if turn > 0:
                seconds[name].append(time.perf_counter() - started)
            clean()
    return {name: statistics.median(times) for name, times in seconds.items()}

def peak_private_bytes(*command):
    """The most RssAnon that a command ever had, sampled every millisecond in a run of its own.

    Pages of a mapped file are not private: the kernel takes them back when it needs them.
    """
    process = subprocess.Popen(command, **DISCARD)
    peak = 0
    while process.poll() is None:
        peak = max(peak, private_bytes(process.pid))
        time.sleep(0.001)
    check(command, process.returncode, process.stderr.read())
    return peak

def private_bytes(process_id):
    try:
        with open(f"/proc/{process_id}/status") as status:
            for line in status:
                if line.startswith("RssAnon:"):
                    return int(line.split()[1]) * 1024
    except (FileNotFoundError, ProcessLookupError):
        pass
    return 0

def into_page_cache(path):
    with open(path, "rb", buffering=0) as file:
        while file.read(1 << 24):
            pass
