"""What each test needs: clients, and mounts and names of its own."""

import os
import secrets
import time

import hvac


def unique(kind):
    """A name that nobody else has."""
    return f"{kind}-{secrets.token_hex(5)}"


def client(token=os.environ["VAULT_TOKEN"], namespace=None):
    """With the root token by default, and with the address of the service under test."""
    return hvac.Client(url=os.environ["VAULT_ADDR"], token=token, namespace=namespace)


def mounted(vault, version):
    """The path of a new kv engine."""
    path = unique("kv")
    vault.sys.enable_secrets_engine("kv", path=path, description="for a test", options={"version": version})
    return path


def enabled(vault, method):
    """The path of a new auth method, below auth/."""
    path = unique(method)
    vault.sys.enable_auth_method(method, path=path)
    return path


def move(vault, source, target):
    """Moves, waits until the status is final and returns what it tells."""
    started = vault.sys.move_backend(source, target)
    while True:
        status = vault.adapter.get(f"/v1/sys/remount/status/{started['data']['migration_id']}")
        info = status["data"]["migration_info"]
        if info["status"] != "in-progress":
            return info
        time.sleep(0.1)
