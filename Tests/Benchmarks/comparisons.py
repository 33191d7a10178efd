"""What is compared with what, and how good it should be."""

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from contextlib import contextmanager
from dataclasses import dataclass

import hostile
import large_snapshot
import watching
from counting import first_pod, key_count, log_byte_count, logged_count, revision_count, stored_bytes
from measuring import CommandFailed, medians, peak_private_bytes, private_bytes, run
from real_etcd import ROOT, BundledStore, RealEtcd, program

MEBIBYTE = 1 << 20
NAMESPACE = "prod-ns-0000"
# Clears the bit of CPUID that announces them.
NO_SHA_INSTRUCTIONS = ":~0x20000000"


@dataclass
class Figure:
    """One line of the table."""

    what: str
    ours: str
    against: str
    figure: float
    aim: str
    met: bool

    @staticmethod
    def faster(what, ours, against, name, aim):
        """How many times faster than another program; at least `aim` is wanted."""
        ratio = against / ours
        return Figure(
            what, f"{ours:.3f} s", f"{name} {against:.3f} s", ratio, f">= {aim:g} times faster", ratio >= aim
        )

    @staticmethod
    def longer(what, ours, against, name, aim):
        """How many times as long as something that sets the pace; at most `aim` is wanted."""
        ratio = ours / against
        return Figure(
            what, f"{ours:.3f} s", f"{name} {against:.3f} s", ratio, f"<= {aim:g} times as long", ratio <= aim
        )

    @staticmethod
    def rate(what, byte_count, seconds, aim):
        """How many megabytes a second; at least `aim` is wanted."""
        rate = byte_count / seconds / 1e6
        return Figure(what, f"{seconds:.3f} s", f"{byte_count / 1e6:.0f} MB", rate, f">= {aim:g} MB/s", rate >= aim)

    @staticmethod
    def share(what, ours, theirs, name, aim):
        """What part of another program's rate ours is; at least `aim` is wanted."""
        return Figure(what, f"{ours:.0f}/s", f"{name} {theirs:.0f}/s", ours / theirs, f">= {aim:g}", ours / theirs >= aim)

    @staticmethod
    def below(what, ours, theirs, aim, unit, scale):
        """A figure that must stay below a bound, whatever the other program reaches."""
        return Figure(what, f"{ours * scale:.1f} {unit}", f"etcd {theirs * scale:.1f} {unit}", ours / aim, "<= 1", ours <= aim)

    @staticmethod
    def within(what, seconds, aim):
        """A time that must stay below a bound, in microseconds."""
        return Figure(what, f"{seconds * 1e6:.1f} us", f"{aim * 1e6:g} us", seconds / aim, "<= 1", seconds <= aim)

    @staticmethod
    def memory(what, peak, allowed, name):
        """Private memory as a share of what is allowed."""
        share = peak / allowed
        return Figure(
            what, f"{peak / MEBIBYTE:.1f} MiB", f"{name} = {allowed / MEBIBYTE:.1f} MiB", share, "<= 1", share <= 1
        )


class Bench:
    """The large snapshot, the programs and a directory to work in."""

    def __init__(self, registree, snapshot, scratch, rounds):
        self.registree = registree
        self.snapshot = snapshot
        self.scratch = scratch
        self.rounds = rounds
        self.etcdutl = program("etcdutl")
        self.key_count = None  # known when etcd has listed them

    def path(self, name):
        return os.path.join(self.scratch, name)

    def prepared(self, name, make):
        """The path of data that is made at the first run and kept beside the snapshot's."""
        path = os.path.join(os.path.dirname(self.scratch), f"{os.path.basename(self.snapshot)}-{name}")
        if not os.path.exists(path):
            make(path)
        return path

    def clean(self):
        """Empties the scratch directory and lets the disk catch up, so that no run pays for the one before it."""
        for name in os.listdir(self.scratch):
            if name != "member":
                entry = self.path(name)
                shutil.rmtree(entry) if os.path.isdir(entry) else os.remove(entry)
        os.sync()

    def compare(self, contenders):
        return medians(contenders, self.rounds, self.clean)

    # Contenders

    def ours(self, *arguments):
        return lambda: run(self.registree, *arguments)

    def hash_file(self, environment=None):
        run("openssl", "dgst", "-sha256", self.snapshot, environment=environment)

    def copy_and_sync(self):
        run("cp", self.snapshot, self.path("copy.db"))
        run("sync", self.path("copy.db"))

    def etcdutl_restore(self, directory="etcdutl"):
        run(self.etcdutl, "snapshot", "restore", self.snapshot, "--data-dir", self.path(directory))

    def list_through_etcd(self):
        """What listing takes without Registree: restore, boot, ask for every key, stop."""
        self.etcdutl_restore("boot")
        with RealEtcd(self.path("boot")) as etcd:
            listed = etcd.etcdctl("get", "/", "--prefix", "--keys-only", stdout=subprocess.PIPE).stdout
        self.key_count = sum(1 for line in listed.splitlines() if line)


def status(bench):
    times = bench.compare({
        "ours": bench.ours("status", bench.snapshot, "-w", "simple"),
        "etcdutl": lambda: run(bench.etcdutl, "snapshot", "status", bench.snapshot),
    })  # fmt: skip
    yield Figure.faster("status", times["ours"], times["etcdutl"], "etcdutl snapshot status", 4)


def restore(bench):
    times = bench.compare({
        "ours": bench.ours("restore", bench.snapshot, "--data-dir", bench.path("ours")),
        "etcdutl": bench.etcdutl_restore,
        "cp + sync": bench.copy_and_sync,
        "openssl sha256": bench.hash_file,
    })  # fmt: skip
    yield Figure.faster("restore", times["ours"], times["etcdutl"], "etcdutl snapshot restore", 3)
    slower = max(("cp + sync", "openssl sha256"), key=times.get)
    yield Figure.longer("restore", times["ours"], times[slower], slower, 1.6)


def verify(bench):
    times = bench.compare({
        "ours": bench.ours("verify", bench.snapshot),
        "openssl": bench.hash_file,
    })  # fmt: skip
    yield Figure.longer("verify", times["ours"], times["openssl"], "openssl sha256", 1.2)


def rehearsal(bench):
    """A whole rehearsal beside hashing the file once, with the processor's SHA instructions and without them.

    OpenSSL and the program's own BoringSSL hash with the same assembly, and both obey the variable.
    """
    words = ("rehearse", bench.snapshot, "--scratch-dir", bench.scratch)
    without = {"OPENSSL_ia32cap": NO_SHA_INSTRUCTIONS}
    times = bench.compare({
        "ours": bench.ours(*words),
        "openssl": bench.hash_file,
        "ours without": lambda: run(bench.registree, *words, environment=without),
        "openssl without": lambda: bench.hash_file(environment=without),
    })  # fmt: skip
    yield Figure.longer("rehearse", times["ours"], times["openssl"], "openssl sha256", 5)
    yield Figure.longer(
        "rehearse, no SHA instructions", times["ours without"], times["openssl without"], "openssl sha256", 5
    )
    yield rehearsal_memory(bench, "rehearse", bench.snapshot)
    large_values = os.path.join(os.path.dirname(bench.scratch), "values-of-10-MB.db")
    if not os.path.exists(large_values):
        large_snapshot.make_with_large_values(large_values)
    yield rehearsal_memory(bench, "rehearse, values of 10 MB", large_values)


def rehearsal_memory(bench, what, snapshot):
    peak = peak_private_bytes(bench.registree, "rehearse", snapshot, "--scratch-dir", bench.scratch)
    return Figure.memory(what, peak, 250 * MEBIBYTE, "250 MiB")


def listing(bench):
    everything = ("list", "-A", "-f", bench.snapshot)
    one_namespace = ("get", "pods", "-n", NAMESPACE, "-f", bench.snapshot)
    times = bench.compare({
        "list": bench.ours(*everything),
        "etcd": bench.list_through_etcd,
    })  # fmt: skip
    yield Figure.faster("list -A", times["list"], times["etcd"], "etcdutl restore, etcd, etcdctl get", 25)
    yield reading_memory(bench, "list -A", everything)
    times = bench.compare({
        "get": bench.ours(*one_namespace),
        "list": bench.ours(*everything),
    })  # fmt: skip
    yield Figure.longer("get pods -n", times["get"], times["list"], "list -A", 1)
    yield reading_memory(bench, "get pods -n", one_namespace)


def reading_memory(bench, what, arguments):
    allowed = 64 * MEBIBYTE + 64 * bench.key_count
    return Figure.memory(what, peak_private_bytes(bench.registree, *arguments), allowed, "64 MiB + 64 B a key")


def decode(bench):
    everything = ("get", "*", "-A", "-f", bench.snapshot, "-o", "jsonl")
    times = bench.compare({
        "one core": lambda: run("taskset", "-c", "0", bench.registree, *everything),
        "two cores": lambda: run("taskset", "-c", "0,1", bench.registree, *everything),
    })  # fmt: skip
    byte_count = stored_bytes(bench)
    yield Figure.rate("every object as JSON lines, one core", byte_count, times["one core"], 100)
    yield Figure.faster("the same on two", times["two cores"], times["one core"], "one core", 1.7)
    bench.key_count = bench.key_count or key_count(bench)
    yield reading_memory(bench, "every object as JSON lines", everything)
    pod = first_pod(bench, NAMESPACE)
    times = bench.compare({
        "status": bench.ours("status", bench.snapshot, "-w", "simple"),
        "object": bench.ours("get", "pod", pod, "-n", NAMESPACE, "-o", "yaml", "-f", bench.snapshot),
        "namespace": bench.ours("get", "*", "-n", NAMESPACE, "-o", "yaml", "-f", bench.snapshot),
    })  # fmt: skip
    yield Figure.longer("get pod NAME -o yaml", times["object"], times["status"], "status", 1.3)
    yield Figure.longer("get '*' -n NAMESPACE -o yaml", times["namespace"], times["status"], "status", 1.5)


def past(bench):
    """What shows more than the newest state, beside one list of it."""
    pod = first_pod(bench, NAMESPACE)
    changed = bench.prepared("changed.db", lambda path: large_snapshot.make_changed(path, bench.snapshot))
    source = ("-A", "-f", bench.snapshot)
    commands = {
        "list": ("list", *source),
        "history": ("history", f"pod/{pod}", "-n", NAMESPACE, "-f", bench.snapshot),
        "deleted": ("deleted", *source),
        "usage": ("usage", "-f", bench.snapshot),
        "usage --fields": ("usage", "--fields", "-f", bench.snapshot),
        "every object as JSON lines": ("get", "*", *source, "-o", "jsonl"),
    }
    difference = ("diff", bench.snapshot, changed)
    times = bench.compare({
        **{name: bench.ours(*words) for name, words in commands.items()},
        "diff": lambda: run(bench.registree, *difference, exit_code=1),
    })  # fmt: skip
    for name, aim in (("history", 1.3), ("deleted", 2), ("usage", 2), ("diff", 3)):
        yield Figure.longer(name, times[name], times["list"], "list -A", aim)
    everything = "every object as JSON lines"
    yield Figure.longer("usage --fields", times["usage --fields"], times[everything], everything, 1)
    revisions = revision_count(bench.registree, bench.snapshot)
    for name in ("history", "deleted", "usage", "usage --fields"):
        yield revision_memory(name, peak_private_bytes(bench.registree, *commands[name]), revisions)
    peak = peak_private_bytes(bench.registree, *difference, exit_code=1)
    yield revision_memory("diff", peak, revisions + revision_count(bench.registree, changed))


def replay(bench):
    """A killed member's log of 64 MB, applied to a database that has nothing of it."""
    member = bench.prepared("killed-member", large_snapshot.make_killed_member)
    words = ("list", "-A", "-f", member)
    seconds = bench.compare({"ours": bench.ours(*words)})["ours"]
    yield Figure.rate("replay of a log", log_byte_count(member), seconds, 50)
    peak = peak_private_bytes(bench.registree, *words)
    yield revision_memory("replay of a log", peak, logged_count(bench.registree, member))


def revision_memory(what, peak, count):
    return Figure.memory(what, peak, 64 * MEBIBYTE + 100 * count, "64 MiB + 100 B a revision")


def lookups(bench):
    """Opening a registry, and finding objects in it once it is open."""
    told = subprocess.run(
        [lookups_program(), bench.snapshot, str(bench.rounds)], check=True, capture_output=True, text=True
    ).stdout
    seconds = json.loads(told)
    yield Figure.longer("opening a registry", seconds["opening"], seconds["summary"], "what status reads", 1.1)
    yield Figure.within("all pods of a namespace", seconds["namespace"], 100e-6)
    yield Figure.within("one pod by its name", seconds["object"], 20e-6)


def lookups_program():
    """The release build of the package beside this file."""
    command = [
        "swift", "build", "-c", "release", "--product", "Lookups",
        "--package-path", os.path.join(ROOT, "Tests", "Benchmarks", "Lookups"),
        "--scratch-path", os.path.join(ROOT, ".build-benchmarks", "lookups"),
    ]  # fmt: skip
    subprocess.run(command, check=True, stdout=sys.stderr)
    where = subprocess.run([*command, "--show-bin-path"], check=True, capture_output=True, text=True).stdout.strip()
    return os.path.join(where, "Lookups")


def serve(bench):
    times = bench.compare({"ours": lambda: first_answer(bench), "etcd": lambda: first_answer_of_etcd(bench)})
    yield Figure.faster("serve: first answer", times["ours"], times["etcd"], "etcdutl restore, etcd", 10)
    bench.etcdutl_restore("member")
    try:
        with (
            BundledStore(bench.registree, bench.snapshot) as ours,
            RealEtcd(bench.path("member"), ["--unsafe-no-fsync"]) as etcd,
        ):
            times = bench.compare({
                "ours": lambda: ask_range(ours),
                "etcd": lambda: ask_range(etcd),
            })  # fmt: skip
            yield Figure.longer("ranges of 10,000 keys", times["ours"], times["etcd"], "etcd", 1)
            private, theirs = private_bytes(ours.process.pid), private_bytes(etcd.process.pid)
            yield Figure.memory("serve", private, theirs / 10, "a tenth of etcd's private memory")
            rates = [puts_a_second(server) for server in (ours, etcd)]
            yield Figure.share("puts a second", *rates, "etcd without fsync", 0.5)
    finally:
        shutil.rmtree(bench.path("member"), ignore_errors=True)


def first_answer(bench):
    with BundledStore(bench.registree, bench.snapshot) as server:
        server.etcdctl("get", "/registry/namespaces/default", "--keys-only", stdout=subprocess.DEVNULL)


def first_answer_of_etcd(bench):
    bench.etcdutl_restore("boot")
    with RealEtcd(bench.path("boot")) as etcd:
        etcd.etcdctl("get", "/registry/namespaces/default", "--keys-only", stdout=subprocess.DEVNULL)


def ask_range(server):
    """Keys and values, as API servers page through them."""
    server.etcdctl("get", "/registry/pods/", "--prefix", "--limit", "10000", "-w", "protobuf", stdout=subprocess.DEVNULL)


def puts_a_second(server):
    """What etcdctl's own check reaches when it wants 15,000 puts a second; it takes a minute."""
    command = [program("etcdctl"), "--endpoints", server.endpoint, "check", "perf", "--load", "xl"]
    said = subprocess.run(command, capture_output=True, text=True).stdout
    return float(re.search(r"Throughput (?:is|too low:) (\d+)", said).group(1))


@contextmanager
def empty_servers(bench):
    """Ours and etcd's, both without a key."""
    with (
        tempfile.TemporaryDirectory(dir=bench.scratch) as directory,
        BundledStore(bench.registree) as ours,
        RealEtcd(os.path.join(directory, "member"), ["--unsafe-no-fsync"]) as etcd,
    ):
        yield ours, etcd


def watchers(bench):
    """A thousand watchers of one prefix: on 10 streams, and each on its own."""
    for streams, watches in ((1, 100), (100, 1)):
        with empty_servers(bench) as servers:
            quick = [watching.measure(server, 10, streams, watches, puts=1_500, rate=0) for server in servers]
            slow = [watching.measure(server, 10, streams, watches, puts=300, rate=100) for server in servers]
        name = f"1,000 watchers on {10 * streams} streams"
        rates = [outcome.event_count / outcome.seconds for outcome in quick]
        yield Figure.share(f"{name}: events", *rates, "etcd", 1)
        work = [outcome.cpu_seconds / outcome.event_count for outcome in slow]
        yield Figure.below(f"{name}: CPU an event at 100 puts/s", *work, 2 * work[1], "us", 1e6)
        yield Figure.below(f"{name}: private memory", *(o.private_bytes for o in quick), 256 * MEBIBYTE, "MiB", 1 / MEBIBYTE)


def hostility(bench):
    """What a healthy client waits for beside hostile ones, and what the server keeps."""
    for kinds in [[], *([kind] for kind in hostile.KINDS), hostile.KINDS]:
        name = "beside all at once" if len(kinds) > 1 else f"beside {kinds[0].__name__}" if kinds else "alone"
        with empty_servers(bench) as servers:
            for server in servers:
                hostile.fill(server)
            outcomes = [hostile.measure(server, kinds) for server in servers]
        waits = [outcome.slowest_of_a_hundred for outcome in outcomes]
        yield Figure.below(f"p99 {name}", *waits, 0.2, "ms", 1e3)
        peaks = [outcome.peak for outcome in outcomes]
        yield Figure.below(f"memory {name}", *peaks, 1_024 * MEBIBYTE, "MiB", 1 / MEBIBYTE)
    yield from beside_readers_of_everything(bench)


def beside_readers_of_everything(bench):
    """What a healthy client waits for beside those that take and hash the whole of the large store."""
    bench.etcdutl_restore("member")
    try:
        with (
            BundledStore(bench.registree, bench.snapshot) as ours,
            RealEtcd(bench.path("member"), ["--unsafe-no-fsync"]) as etcd,
        ):
            for kind in (hostile.snapshots, hostile.hashes):
                outcomes = [hostile.measure(server, [kind], seconds=30) for server in (ours, etcd)]
                waits = [outcome.slowest_of_a_hundred for outcome in outcomes]
                yield Figure.below(f"p99 beside {kind.__name__} of the large store", *waits, 0.2, "ms", 1e3)
                peaks = [outcome.peak for outcome in outcomes]
                yield Figure.below(f"memory beside {kind.__name__}", *peaks, 1_024 * MEBIBYTE, "MiB", 1 / MEBIBYTE)
    finally:
        shutil.rmtree(bench.path("member"), ignore_errors=True)


def take(bench):
    member = bench.path("member")
    bench.etcdutl_restore("member")
    try:
        with RealEtcd(member) as etcd:
            ours = ("take", "--endpoints", etcd.endpoint, bench.path("ours.db"))
            theirs = ("snapshot", "save", bench.path("theirs.db"))
            discard = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
            times = bench.compare({
                "ours": bench.ours(*ours),
                "etcdctl": lambda: etcd.etcdctl(*theirs, **discard),
            })  # fmt: skip
            yield Figure.longer("take", times["ours"], times["etcdctl"], "etcdctl snapshot save", 1)
            peak = peak_private_bytes(bench.registree, *ours)
            yield Figure.memory("take", peak, 64 * MEBIBYTE, "64 MiB")
    finally:
        shutil.rmtree(member, ignore_errors=True)


COMPARISONS = {"status": status, "verify": verify, "restore": restore, "rehearse": rehearsal, "list": listing, "decode": decode, "lookups": lookups, "past": past, "replay": replay, "serve": serve, "watchers": watchers, "hostile": hostility, "take": take}


def measure(bench, names, say):
    """The figures of the named comparisons, and the failures of those whose commands did not work."""
    figures, failures = [], {}
    for name in names:
        say(name)
        try:
            for figure in COMPARISONS[name](bench):
                figures.append(figure)
                say(f"  {figure.what}: {figure.figure:.2f} ({figure.aim})")
        except (CommandFailed, subprocess.CalledProcessError, RuntimeError) as error:
            failures[name] = str(error)
            say(f"  {error}")
        bench.clean()
    return figures, failures
