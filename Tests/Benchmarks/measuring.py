"""Time and private memory of whole commands, as a user waits for them."""

import os
import statistics
import subprocess
import tempfile
import time


class CommandFailed(Exception):
    pass


def run(*command, environment=None, exit_code=0):
    """Runs a command to its end, its output thrown away; `environment` is added to this program's."""
    watch(command, subprocess.Popen.wait, environment, exit_code)


def watch(command, until_it_ends, environment=None, exit_code=0):
    """Starts a command, calls `until_it_ends` with its process and demands an exit code."""
    with tempfile.TemporaryFile() as errors:
        process = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=errors,
            env={**os.environ, **(environment or {})},
        )
        until_it_ends(process)
        if process.returncode != exit_code:
            errors.seek(0)
            said = errors.read().decode(errors="replace").strip().splitlines()[-3:]
            raise CommandFailed(f"{' '.join(command)} ended with {process.returncode}: {' / '.join(said)}")


def medians(contenders, rounds, clean):
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


def peak_private_bytes(*command, exit_code=0):
    """The most RssAnon that a command ever had, sampled every millisecond in a run of its own.

    Pages of a mapped file are not private: the kernel takes them back when it needs them.
    """
    samples = [0]

    def sample(process):
        while process.poll() is None:
            samples.append(private_bytes(process.pid))
            time.sleep(0.001)

    watch(command, sample, exit_code=exit_code)
    return max(samples)


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
