"""Tests the service with the client that most programs in Python use. It lists with the verb LIST."""

import unittest

from hvac.exceptions import Forbidden, InvalidPath, InvalidRequest
from support import client, enabled, mounted, move, unique


class System(unittest.TestCase):
    def setUp(self):
        self.vault = client()
        self.addCleanup(self.vault.adapter.close)

    def test_the_service_is_ready(self):
        self.assertTrue(self.vault.is_authenticated())
        self.assertTrue(self.vault.sys.is_initialized())
        self.assertFalse(self.vault.sys.is_sealed())
        self.assertEqual(self.vault.sys.read_health_status(method="HEAD").status_code, 200)
        self.assertFalse(self.vault.sys.read_health_status(method="GET")["standby"])

    def test_mounts_are_listed_tuned_and_disabled(self):
        kv = mounted(self.vault, "1")
        self.vault.sys.tune_mount_configuration(kv, default_lease_ttl="1h", description="tuned")
        self.assertEqual(self.vault.sys.read_mount_configuration(kv)["data"]["default_lease_ttl"], 3600)
        mount = self.vault.sys.list_mounted_secrets_engines()["data"][f"{kv}/"]
        self.assertEqual((mount["type"], mount["description"]), ("kv", "tuned"))
        self.assertEqual(self.vault.sys.retrieve_mount_option(kv, "version"), "1")
        self.vault.sys.disable_secrets_engine(kv)
        self.assertNotIn(f"{kv}/", self.vault.sys.list_mounted_secrets_engines()["data"])

    def test_auth_methods_are_listed_tuned_and_disabled(self):
        auth = enabled(self.vault, "approle")
        self.vault.sys.tune_auth_method(auth, max_lease_ttl="2h", description="tuned")
        self.assertEqual(self.vault.sys.read_auth_method_tuning(auth)["data"]["max_lease_ttl"], 7200)
        self.assertEqual(self.vault.sys.list_auth_methods()["data"][f"{auth}/"]["description"], "tuned")
        self.vault.sys.disable_auth_method(auth)
        self.assertNotIn(f"{auth}/", self.vault.sys.list_auth_methods()["data"])

    def test_policies_are_written_listed_and_deleted(self):
        sys, name, rules = self.vault.sys, unique("policy"), 'path "secret/*" { capabilities = ["read"] }'
        sys.create_or_update_policy(name, rules)
        self.assertEqual(sys.read_policy(name)["data"]["rules"], rules)
        self.assertIn(name, sys.list_policies()["data"]["keys"])
        sys.delete_policy(name)
        self.assertNotIn(name, sys.list_policies()["data"]["keys"])

    def test_acl_policies_are_written_listed_and_deleted(self):
        sys, name, rules = self.vault.sys, unique("policy"), 'path "secret/*" { capabilities = ["read"] }'
        sys.create_or_update_acl_policy(name, rules)
        self.assertEqual(sys.read_acl_policy(name)["data"]["policy"], rules)
        self.assertIn(name, sys.list_acl_policies()["data"]["keys"])
        sys.delete_acl_policy(name)
        self.assertNotIn(name, sys.list_acl_policies()["data"]["keys"])

    def test_namespaces_are_created_listed_and_deleted(self):
        team = unique("team")
        self.vault.sys.create_namespace(team)
        self.assertIn(f"{team}/", self.vault.sys.list_namespaces()["data"]["keys"])
        self.vault.sys.delete_namespace(team)

    def test_leases_are_read_listed_and_revoked(self):
        ssh = unique("ssh")
        self.vault.sys.enable_secrets_engine("ssh", path=ssh)
        self.vault.write_data(f"{ssh}/roles/web",
                              data={"key_type": "otp", "default_user": "ubuntu", "cidr_list": "10.0.0.0/8"})
        lease = self.vault.write_data(f"{ssh}/creds/web", data={"ip": "10.1.2.3"})["lease_id"]
        self.assertEqual(self.vault.sys.read_lease(lease)["data"]["id"], lease)
        self.assertEqual(len(self.vault.sys.list_leases(f"{ssh}/creds/web")["data"]["keys"]), 1)
        self.vault.sys.revoke_prefix(f"{ssh}/")
        self.vault.sys.revoke_force(f"{ssh}/")
        with self.assertRaisesRegex(InvalidRequest, "invalid lease"):
            self.vault.sys.read_lease(lease)


class Secrets(unittest.TestCase):
    def setUp(self):
        self.vault = client()
        self.addCleanup(self.vault.adapter.close)

    def test_unversioned_secrets(self):
        kv, at = self.vault.secrets.kv.v1, {"mount_point": mounted(self.vault, "1")}
        kv.create_or_update_secret("team/app one", {"user": "ann", "tries": 3}, **at)
        self.assertEqual(kv.read_secret("team/app one", **at)["data"], {"user": "ann", "tries": 3})
        self.assertEqual(kv.list_secrets("", **at)["data"]["keys"], ["team/"])
        self.assertEqual(kv.list_secrets("team", **at)["data"]["keys"], ["app one"])
        kv.delete_secret("team/app one", **at)
        with self.assertRaises(InvalidPath):
            kv.read_secret("team/app one", **at)
        with self.assertRaises(InvalidPath):
            kv.list_secrets("team", **at)

    def test_versioned_secrets(self):
        kv, at = self.vault.secrets.kv.v2, {"mount_point": mounted(self.vault, "2")}
        kv.create_or_update_secret("team/app", {"a": 1}, cas=0, **at)
        with self.assertRaisesRegex(InvalidRequest, "check-and-set"):
            kv.create_or_update_secret("team/app", {"a": 2}, cas=0, **at)
        self.assertEqual(kv.patch("team/app", {"b": 2}, **at)["data"]["version"], 2)
        latest = kv.read_secret_version("team/app", raise_on_deleted_version=True, **at)
        self.assertEqual(latest["data"]["data"], {"a": 1, "b": 2})
        first = kv.read_secret_version("team/app", version=1, raise_on_deleted_version=True, **at)
        self.assertEqual(first["data"]["data"], {"a": 1})
        self.assertEqual(kv.list_secrets("", **at)["data"]["keys"], ["team/"])
        self.assertEqual(kv.list_secrets("team/", **at)["data"]["keys"], ["app"])

    def test_versions_are_deleted_and_destroyed(self):
        kv, at = self.vault.secrets.kv.v2, {"mount_point": mounted(self.vault, "2")}
        for value in (1, 2, 3):
            kv.create_or_update_secret("app", {"a": value}, **at)
        kv.delete_latest_version_of_secret("app", **at)
        with self.assertRaises(InvalidPath):
            kv.read_secret_version("app", raise_on_deleted_version=True, **at)
        deleted = kv.read_secret_version("app", raise_on_deleted_version=False, **at)
        self.assertIsNone(deleted["data"]["data"])
        kv.undelete_secret_versions("app", [3], **at)
        kv.delete_secret_versions("app", [2], **at)
        kv.destroy_secret_versions("app", [1], **at)
        versions = kv.read_secret_metadata("app", **at)["data"]["versions"]
        self.assertEqual([versions[n]["destroyed"] for n in "123"], [True, False, False])
        self.assertEqual([versions[n]["deletion_time"] != "" for n in "23"], [True, False])

    def test_metadata_and_configuration(self):
        kv, at = self.vault.secrets.kv.v2, {"mount_point": mounted(self.vault, "2")}
        kv.configure(max_versions=4, cas_required=False, **at)
        self.assertEqual(kv.read_configuration(**at)["data"]["max_versions"], 4)
        kv.create_or_update_secret("app", {"a": 1}, **at)
        kv.update_metadata("app", max_versions=7, custom_metadata={"owner": "ann"}, **at)
        metadata = kv.read_secret_metadata("app", **at)["data"]
        self.assertEqual((metadata["max_versions"], metadata["custom_metadata"]), (7, {"owner": "ann"}))
        kv.delete_metadata_and_all_versions("app", **at)
        with self.assertRaises(InvalidPath):
            kv.read_secret_metadata("app", **at)


class Credentials(unittest.TestCase):
    def setUp(self):
        self.vault = client()
        self.addCleanup(self.vault.adapter.close)

    def test_tokens_are_created_renewed_and_revoked(self):
        token = self.vault.auth.token
        created = token.create(policies=["default"], ttl="1h", meta={"for": "a test"})["auth"]
        self.assertEqual(token.lookup(created["client_token"])["data"]["meta"], {"for": "a test"})
        self.assertEqual(token.lookup_accessor(created["accessor"])["data"]["creation_ttl"], 3600)
        self.assertEqual(token.renew(created["client_token"], increment="30m")["auth"]["lease_duration"], 1800)
        self.assertIn(created["accessor"], token.list_accessors()["data"]["keys"])
        own = client(created["client_token"])
        self.addCleanup(own.adapter.close)
        self.assertEqual(own.lookup_token()["data"]["policies"], ["default"])
        token.revoke_accessor(created["accessor"])
        self.assertFalse(own.is_authenticated())
        with self.assertRaises(Forbidden):
            token.lookup(created["client_token"])

    def test_a_role_logs_in_before_and_after_a_move(self):
        approle, auth = self.vault.auth.approle, enabled(self.vault, "approle")
        approle.create_or_update_approle("web", token_policies=["default"], secret_id_num_uses=3,
                                         token_ttl="10m", mount_point=auth)
        self.assertEqual(approle.list_roles(mount_point=auth)["data"]["keys"], ["web"])
        self.assertEqual(approle.read_role("web", mount_point=auth)["data"]["token_ttl"], 600)
        role_id = approle.read_role_id("web", mount_point=auth)["data"]["role_id"]
        secret = approle.generate_secret_id("web", metadata={"rack": "7"}, mount_point=auth)["data"]
        accessors = approle.list_secret_id_accessors("web", mount_point=auth)["data"]["keys"]
        self.assertEqual(accessors, [secret["secret_id_accessor"]])
        looked_up = approle.read_secret_id("web", secret["secret_id"], mount_point=auth)["data"]
        self.assertEqual(looked_up["metadata"], {"rack": "7"})

        app = client(token="")
        self.addCleanup(app.adapter.close)
        app.auth.approle.login(role_id, secret["secret_id"], mount_point=auth)
        self.assertEqual(app.lookup_token()["data"]["creation_ttl"], 600)
        self.assertEqual(move(self.vault, f"auth/{auth}", f"auth/{auth}-2")["status"], "success")
        self.assertFalse(app.is_authenticated())
        app.auth.approle.login(role_id, secret["secret_id"], mount_point=f"{auth}-2")
        self.assertTrue(app.is_authenticated())

    def test_a_user_logs_in(self):
        userpass, auth, password = self.vault.auth.userpass, enabled(self.vault, "userpass"), unique("password")
        userpass.create_or_update_user("bob", password=password, policies="default", mount_point=auth)
        self.assertEqual(userpass.list_user(mount_point=auth)["data"]["keys"], ["bob"])
        bob = client(token="")
        self.addCleanup(bob.adapter.close)
        bob.auth.userpass.login("bob", password, mount_point=auth)
        self.assertEqual(bob.lookup_token()["data"]["display_name"], f"{auth}-bob")
        with self.assertRaisesRegex(InvalidRequest, "invalid username or password"):
            bob.auth.userpass.login("bob", "wrong", mount_point=auth)


class Moves(unittest.TestCase):
    def setUp(self):
        self.vault = client()
        self.addCleanup(self.vault.adapter.close)

    def test_an_engine_moves_with_its_secrets(self):
        kv, source, target = self.vault.secrets.kv.v2, mounted(self.vault, "2"), unique("moved")
        kv.create_or_update_secret("app", {"a": 1}, mount_point=source)
        info = move(self.vault, source, target)
        self.assertEqual((info["source_mount"], info["target_mount"], info["status"]),
                         (f"{source}/", f"{target}/", "success"))
        self.assertEqual(kv.list_secrets("", mount_point=target)["data"]["keys"], ["app"])
        with self.assertRaisesRegex(InvalidPath, "no handler for route"):
            kv.list_secrets("", mount_point=source)

    def test_an_engine_moves_into_a_namespace(self):
        source, team = mounted(self.vault, "1"), unique("team")
        self.vault.secrets.kv.v1.create_or_update_secret("app", {"a": "ü%/"}, mount_point=source)
        self.vault.sys.create_namespace(team)
        self.assertEqual(move(self.vault, source, f"{team}/kv")["status"], "success")
        inside = client(namespace=team)
        self.addCleanup(inside.adapter.close)
        self.assertEqual(inside.secrets.kv.v1.read_secret("app", mount_point="kv")["data"], {"a": "ü%/"})
        self.assertEqual(inside.secrets.kv.v1.list_secrets("", mount_point="kv")["data"]["keys"], ["app"])

    def test_a_refused_move_is_reported_with_the_error_text_of_the_service(self):
        with self.assertRaisesRegex(InvalidRequest, 'no matching mount at "not_real/"'):
            self.vault.sys.move_backend("not_real", "over_here")


if __name__ == "__main__":
    unittest.main()
