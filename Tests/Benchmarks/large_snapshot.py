"""Makes a large, realistic snapshot through a real etcd.

At scale 1: 1,000 namespaces, 317,000 live keys, 10 % of all writes history, 1 % tombstones, 1.5 GB.

Every value is an object that a kube-apiserver 1.36 stored (object-templates.json, taken from a cluster made for the
purpose), in which namespace, name, suffixes, UIDs, times and payloads are replaced at equal length. Two runs with the
same scale and seed give the same keys, values and revisions; etcd lays its pages out differently each time.
"""

import base64
import hashlib
import http.client
import json
import os
import random
import re
import subprocess
import sys
import tempfile
import time

from real_etcd import RealEtcd, program

TEMPLATES = os.path.join(os.path.dirname(os.path.abspath(__file__)), "object-templates.json")

# How many objects each namespace holds, by the template they are made from.
OBJECTS_PER_NAMESPACE = {
    "/registry/pods/tmpl-ns-0000/app-00000000-646d9f5598-dlgtf": 70,
    "/registry/replicasets/tmpl-ns-0000/app-00000000-646d9f5598": 30,
    "/registry/deployments/tmpl-ns-0000/app-00000000": 15,
    "/registry/secrets/tmpl-ns-0000/helm-0000000": 10,
    "/registry/secrets/tmpl-ns-0000/opq-00000000": 20,
    "/registry/secrets/tmpl-ns-0000/tls-00000000": 8,
    "/registry/configmaps/tmpl-ns-0000/cms-00000000": 20,
    "/registry/configmaps/tmpl-ns-0000/cmm-00000000": 15,
    "/registry/configmaps/tmpl-ns-0000/cml-00000000": 1,
    "/registry/events/tmpl-ns-0000/app-00000000-646d9f5598-dlgtf.18ea613fd1fd25a1": 40,
    "/registry/events/tmpl-ns-0000/app-00000000.18ea613fbf605db0": 20,
    "/registry/services/specs/tmpl-ns-0000/app-00000000": 15,
    "/registry/services/endpoints/tmpl-ns-0000/app-00000000": 15,
    "/registry/endpointslices/tmpl-ns-0000/app-00000000-slstc": 15,
    "/registry/leases/tmpl-ns-0000/lea-00000000": 4,
    "/registry/serviceaccounts/tmpl-ns-0000/sva-00000000": 5,
    "/registry/acme.example.com/widgets/tmpl-ns-0000/wid-00000000": 16,
}
NAMESPACE = "/registry/namespaces/tmpl-ns-0000"
NAMESPACES_AT_SCALE_1 = 1000
OPERATIONS_PER_TRANSACTION = 8
BYTES_PER_TRANSACTION = 1_000_000

UID = re.compile(rb"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
EVENT_SUFFIX = re.compile(rb"\.18ea613f[0-9a-f]{8}")
PAYLOAD = re.compile(rb"RNDR+")


def read_templates():
    """The templates' (key, value) in bytes, by key as text."""
    with open(TEMPLATES) as file:
        entries = json.load(file)
    return {entry["key"]: (entry["key"].encode(), base64.b64decode(entry["value"])) for entry in entries}


def base36(number, width):
    digits = b""
    for _ in range(width):
        digits = b"0123456789abcdefghijklmnopqrstuvwxyz"[number % 36 :][:1] + digits
        number //= 36
    return digits


def object_from(template, namespace, index, edition):
    """The key and value of object number `index` in a namespace; a later edition has other times and payloads."""
    pod_suffix = b"-" + base36(index * 2654435761, 5)
    replacements = [
        (b"tmpl-ns-0000", b"prod-ns-%04d" % namespace),
        (b"helm-0000000", b"helm-%07d" % index),
        (b"-00000000", b"-%08d" % index),
        (b"-dlgtf", pod_suffix),
        (b"-slstc", pod_suffix),
    ]
    if edition:
        replacements.append((b"2026-11-22T10:00", b"2026-11-22T10:%02d" % (edition % 60)))
    event_suffix = b".18ea613f%08x" % (index * 2654435761 % 2**32)
    payloads = random.Random(index * 1_000_003 + edition)

    def uid(match):
        digest = hashlib.md5(match.group() + index.to_bytes(8, "little")).hexdigest()
        return f"{digest[:8]}-{digest[8:12]}-4{digest[13:16]}-a{digest[17:20]}-{digest[20:]}".encode()

    def payload(match):
        length = len(match.group())
        return base64.b64encode(payloads.randbytes(length))[:length]

    def fill(text):
        for old, new in replacements:
            text = text.replace(old, new)
        return EVENT_SUFFIX.sub(event_suffix, text)

    key, value = fill(template[0]), PAYLOAD.sub(payload, UID.sub(uid, fill(template[1])))
    if len(value) != len(template[1]):
        raise ValueError(f"{key.decode()}: a replacement changed the length of the value")
    return key, value


def all_objects(scale):
    """The (template, namespace, index) of every object."""
    objects = []
    for namespace in range(max(1, int(NAMESPACES_AT_SCALE_1 * scale))):
        objects.append((NAMESPACE, namespace, len(objects)))
        for template, count in OBJECTS_PER_NAMESPACE.items():
            first = len(objects)
            objects.extend((template, namespace, index) for index in range(first, first + count))
    return objects


def operations(scale, seed):
    """Every write in order: (key, value), or (key, None) for a delete."""
    templates = read_templates()
    yield from (entry for key, entry in templates.items() if "tmpl-ns-0000" not in key)

    objects = all_objects(scale)
    choice = random.Random(seed)
    for number, (template, namespace, index) in enumerate(objects):
        yield object_from(templates[template], namespace, index, 0)
        if number % 10 == 9:
            template, namespace, index = objects[choice.randrange(number)]
            yield object_from(templates[template], namespace, index, choice.randrange(1, 60))
    for _ in range(len(objects) // 100):
        template, namespace, index = objects[choice.randrange(len(objects))]
        if template != NAMESPACE:
            yield object_from(templates[template], namespace, index, 0)[0], None


def transactions(writes):
    """Groups writes; etcd allows a key only once in a transaction."""
    group, keys, size = [], set(), 0
    for key, value in writes:
        length = len(key) + len(value or b"")
        full = len(group) == OPERATIONS_PER_TRANSACTION or size + length > BYTES_PER_TRANSACTION
        if group and (full or key in keys):
            yield group
            group, keys, size = [], set(), 0
        group.append((key, value))
        keys.add(key)
        size += length
    if group:
        yield group


def as_json(group):
    """A transaction as etcd's JSON gateway wants it."""

    def text(data):
        return base64.b64encode(data).decode()

    success = [
        {"request_delete_range": {"key": text(key)}}
        if value is None
        else {"request_put": {"key": text(key), "value": text(value)}}
        for key, value in group
    ]
    return json.dumps({"success": success})


def write_all(port, groups):
    """Sends transactions in order on one connection; the next one is prepared while etcd works on the last."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=120)
    under_way = False
    for group in groups:
        body = as_json(group)
        if under_way:
            expect_success(connection.getresponse())
        connection.request("POST", "/v3/kv/txn", body)
        under_way = True
    expect_success(connection.getresponse())
    connection.close()


def expect_success(response):
    body = response.read()
    if response.status != 200:
        raise RuntimeError(f"etcd refused a transaction: {body.decode(errors='replace')}")


def make(path, scale=1.0, seed=1):
    """Writes the snapshot to `path`, which is complete or absent."""
    started = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="making-", dir=os.path.dirname(path)) as scratch:
        unsafe_but_quick = ["--unsafe-no-fsync", "--max-request-bytes", "16777216", "--snapshot-count", "1000000"]
        with RealEtcd(os.path.join(scratch, "data"), unsafe_but_quick) as etcd:
            write_all(etcd.port, transactions(operations(scale, seed)))
            etcd.etcdctl("snapshot", "save", path, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    print(f"{path}: {os.path.getsize(path)} bytes in {time.monotonic() - started:.0f} s", file=sys.stderr)


def make_changed(path, snapshot, scale=1.0, seed=1):
    """Writes what becomes of `snapshot` when one object of a hundred has other times and payloads."""
    templates, objects = read_templates(), all_objects(scale)
    choice = random.Random(seed)
    changed = choice.sample(objects, len(objects) // 100)
    writes = (object_from(templates[template], *rest, choice.randrange(1, 60)) for template, *rest in changed)
    with tempfile.TemporaryDirectory(prefix="making-", dir=os.path.dirname(path)) as scratch:
        data = os.path.join(scratch, "data")
        restore = [program("etcdutl"), "snapshot", "restore", snapshot, "--data-dir", data]
        subprocess.run(restore, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        with RealEtcd(data, ["--unsafe-no-fsync"]) as etcd:
            write_all(etcd.port, transactions(writes))
            etcd.etcdctl("snapshot", "save", path, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def make_killed_member(path, byte_count=64_000_000, seed=1):
    """Makes the data directory of a member that was killed when its database had nothing of what its log has."""
    written = 0

    def until_enough(writes):
        nonlocal written
        for key, value in writes:
            written += len(key) + len(value or b"")
            if written > byte_count:
                return
            yield key, value

    database_is_late = ["--backend-batch-interval", "1h", "--backend-batch-limit", "10000000"]
    with tempfile.TemporaryDirectory(prefix="making-", dir=os.path.dirname(path)) as scratch:
        data = os.path.join(scratch, "data")
        with RealEtcd(data, ["--unsafe-no-fsync", *database_is_late]) as etcd:
            write_all(etcd.port, transactions(until_enough(operations(1, seed))))
            etcd.kill()
        os.rename(data, path)


def make_with_large_values(path, count=30, value_bytes=10_000_000):
    """Writes a snapshot of small keys, values of 10 MB and small keys again, which is complete or absent."""
    with tempfile.TemporaryDirectory(prefix="making-", dir=os.path.dirname(path)) as scratch:
        limits = ["--unsafe-no-fsync", "--max-request-bytes", str(2 * value_bytes)]
        with RealEtcd(os.path.join(scratch, "data"), limits) as etcd:
            values = random.Random(1)
            small = [(b"/registry/x/%05d" % number, b"small") for number in range(3000)]
            large = [(b"/registry/y/%05d" % number, values.randbytes(value_bytes)) for number in range(count)]
            last = [(b"/registry/z/%05d" % number, b"small") for number in range(3000)]
            write_all(etcd.port, ([pair] for pair in small + large + last))
            etcd.etcdctl("snapshot", "save", path, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
