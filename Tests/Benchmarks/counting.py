"""How much there is of what the comparisons read."""

import json
import os
import subprocess


def log_byte_count(member):
    """The bytes of the log that are written; what comes behind them in a segment is zero."""
    log = os.path.join(member, "member", "wal")
    count = 0
    for name in os.listdir(log):
        if name.endswith(".wal"):
            with open(os.path.join(log, name), "rb") as file:
                count += len(file.read().rstrip(b"\0"))
    return count


def revision_count(registree, source):
    """How many records the source keeps, of all keys."""
    total = told_as_json(registree, "usage", "-f", source, "-o", "json")["total"]
    return total["objects"] + total["historyRecords"] + total["tombstones"]


def logged_count(registree, member):
    """How many puts and deletes the log of a member asks for."""
    resources = told_as_json(registree, "log", member, "--summary", "-o", "json")["resources"]
    return sum(resource["puts"] + resource["deletes"] for resource in resources)


def told_as_json(*command):
    return json.loads(subprocess.run(command, check=True, capture_output=True).stdout)


def stored_bytes(bench):
    """Bytes of all live values."""
    listed = subprocess.run(
        [bench.registree, "get", "*", "-A", "-f", bench.snapshot, "-o", "etcd", "--no-headers"],
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    return sum(int(line.split()[-1]) for line in listed.splitlines())


def key_count(bench):
    told = subprocess.run(
        [bench.registree, "status", bench.snapshot, "-w", "json"], check=True, capture_output=True, text=True
    ).stdout
    return json.loads(told)["totalKey"]


def first_pod(bench, namespace):
    return subprocess.run(
        [bench.registree, "get", "pods", "-n", namespace, "-f", bench.snapshot, "-o", "name"],
        check=True,
        capture_output=True,
        text=True,
    ).stdout.splitlines()[0].removeprefix("pod/")  # fmt: skip
