"""Creates what each test needs: clients, mounts and names."""

import os
import secrets
import time

import hvac


def unique(kind):
    """Returns a name that no other test uses."""
    return f"{kind}-{secrets.token_hex(5)}"


def client(token=os.environ["VAULT_TOKEN"], namespace=None):
    """Returns a client of the service under test, with the root token by default."""
    return hvac.Client(url=os.environ["VAULT_ADDR"], token=token, namespace=namespace)


def mounted(vault, version):
    """Creates a kv engine and returns its path."""
    path = unique("kv")
    vault.sys.enable_secrets_engine("kv", path=path, description="for a test", options={"version": version})
    return path


def enabled(vault, method):
    """Creates an auth method and returns its path below auth/."""
    path = unique(method)
    vault.sys.enable_auth_method(method, path=path)
    return path


def move(vault, source, target):
    """Moves a mount, waits until the status is final and returns it."""
    started = vault.sys.move_backend(source, target)
    while True:
        status = vault.adapter.get(f"/v1/sys/remount/status/{started['data']['migration_id']}")
        info = status["data"]["migration_info"]
        if info["status"] != "in-progress":
            return info
        time.sleep(0.1)
