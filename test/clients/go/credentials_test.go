package clients

import (
	"testing"
	"time"
)

func TestTokensAreCreatedRenewedAndRevoked(t *testing.T) {
	tokens := root(t, "").Auth().Token()
	created := must(tokens.Create(&TokenCreateRequest{Policies: []string{"default"}, TTL: "1h", DisplayName: "test"}))(t)
	own := as(t, created.Auth.ClientToken).Auth().Token()
	self := must(own.LookupSelf())(t)
	equal(t, "TTL", must(self.TokenTTL())(t) > 59*time.Minute, true)
	equal(t, "policy", must(self.TokenPolicies())(t)[0], "default")
	equal(t, "renewable", must(self.TokenIsRenewable())(t), true)
	equal(t, "accessor", must(self.TokenAccessor())(t), created.Auth.Accessor)
	equal(t, "renewed for", must(own.RenewSelf(1800))(t).Auth.LeaseDuration, 1800)
	equal(t, "renewed for", must(tokens.Renew(created.Auth.ClientToken, 600))(t).Auth.LeaseDuration, 600)
	equal(t, "name", must(tokens.Lookup(created.Auth.ClientToken))(t).Data["display_name"], any("token-test"))
	equal(t, "path", must(tokens.LookupAccessor(created.Auth.Accessor))(t).Data["path"], any("auth/token/create"))
	equal(t, "orphan", must(tokens.CreateOrphan(&TokenCreateRequest{TTL: "1m"}))(t).Auth.Orphan, true)

	check(t, tokens.RevokeAccessor(created.Auth.Accessor))
	_, err := own.LookupSelf()
	refused(t, err, 403, "permission denied")
	_, err = tokens.Lookup(created.Auth.ClientToken)
	refused(t, err, 403, "bad token")
}

func TestChildTokensAreRevokedWithTheirParent(t *testing.T) {
	parent := must(root(t, "").Auth().Token().Create(&TokenCreateRequest{Policies: []string{"root"}}))(t).Auth.ClientToken
	child := must(as(t, parent).Auth().Token().Create(&TokenCreateRequest{}))(t).Auth.ClientToken
	check(t, root(t, "").Auth().Token().RevokeTree(parent))
	_, err := as(t, child).Auth().Token().LookupSelf()
	refused(t, err, 403, "permission denied")
}

func TestAUserLogsInBeforeAndAfterAMove(t *testing.T) {
	client := root(t, "")
	path, password := enabled(t, client, "userpass"), unique("password")
	write(t, client, "auth/"+path+"/users/bob", map[string]any{"password": password, "token_ttl": "10m"})
	login := func(path string) string {
		return write(t, as(t, ""), "auth/"+path+"/login/bob", map[string]any{"password": password}).Auth.ClientToken
	}
	before, target := login(path), unique("moved")
	equal(t, "TTL", must(must(as(t, before).Auth().Token().LookupSelf())(t).TokenTTL())(t) > 9*time.Minute, true)
	move(t, client, "auth/"+path, "auth/"+target)
	_, err := as(t, before).Auth().Token().LookupSelf()
	refused(t, err, 403, "permission denied")
	must(as(t, login(target)).Auth().Token().LookupSelf())(t)
	_, err = as(t, "").Logical().Write("auth/"+target+"/login/bob", map[string]any{"password": "wrong"})
	refused(t, err, 400, "invalid username or password")
}

func TestARoleLogsInBeforeAndAfterAMove(t *testing.T) {
	client := root(t, "")
	path := enabled(t, client, "approle")
	write(t, client, "auth/"+path+"/role/web", map[string]any{"token_policies": "default", "secret_id_num_uses": 2})
	role := must(client.Logical().Read("auth/" + path + "/role/web/role-id"))(t).Data["role_id"]
	secret := write(t, client, "auth/"+path+"/role/web/secret-id", nil).Data["secret_id"]
	credentials := map[string]any{"role_id": role, "secret_id": secret}
	login := write(t, as(t, ""), "auth/"+path+"/login", credentials)
	equal(t, "role", must(login.TokenMetadata())(t)["role_name"], "web")
	move(t, client, "auth/"+path, "auth/"+path+"-2")
	write(t, as(t, ""), "auth/"+path+"-2/login", credentials)
	_, err := as(t, "").Logical().Write("auth/"+path+"-2/login", credentials)
	refused(t, err, 400, "invalid role or secret ID")
}

func TestLeasesAreRenewedAndRevoked(t *testing.T) {
	client := root(t, "")
	sys := client.Sys()
	path := mounted(t, client, "kv", map[string]string{"version": "1", "leased_passthrough": "true"})
	write(t, client, path+"/app", map[string]any{"ttl": "1h"})
	lease := func() string { return must(client.Logical().Read(path + "/app"))(t).LeaseID }
	first, second := lease(), lease()
	equal(t, "renewed for", must(sys.Renew(first, 60))(t).LeaseDuration > 0, true)
	equal(t, "id", must(sys.Lookup(first))(t).Data["id"], any(first))
	check(t, sys.Revoke(first))
	check(t, sys.RevokeWithOptions(&RevokeOptions{LeaseID: path, Prefix: true, Sync: true}))
	_, err := sys.Lookup(second)
	refused(t, err, 400, "invalid lease")
	third := lease()
	check(t, sys.RevokeForce(path))
	_, err = sys.Renew(third, 60)
	refused(t, err, 400, "lease not found")
}

func TestAWatcherKeepsATokenAlive(t *testing.T) {
	created := must(root(t, "").Auth().Token().Create(&TokenCreateRequest{TTL: "4s", Policies: []string{"default"}}))(t)
	watcher := must(as(t, created.Auth.ClientToken).NewLifetimeWatcher(&LifetimeWatcherInput{Secret: created, Increment: 60}))(t)
	go watcher.Start()
	defer watcher.Stop()
	select {
	case renewal := <-watcher.RenewCh():
		equal(t, "renewed for", renewal.Secret.Auth.LeaseDuration, 60)
	case err := <-watcher.DoneCh():
		t.Fatalf("the watcher gave up: %v", err)
	case <-time.After(10 * time.Second):
		t.Fatal("nothing was renewed")
	}
}

func write(t *testing.T, client *Client, path string, data map[string]any) *Secret {
	t.Helper()
	return must(client.Logical().Write(path, data))(t)
}

func TestAWrappedAnswerIsUnwrappedOnce(t *testing.T) {
	client := root(t, "")
	path := kv1(t, client)
	write(t, client, path+"/app", map[string]any{"user": "ann"})
	wrapping := root(t, "")
	wrapping.SetWrappingLookupFunc(func(string, string) string { return "60s" })
	info := must(wrapping.Logical().Read(path + "/app"))(t).WrapInfo
	equal(t, "seconds", info.TTL, 60)
	equal(t, "path", info.CreationPath, path+"/app")
	equal(t, "unwrapped", must(client.Logical().Unwrap(info.Token))(t).Data["user"], any("ann"))
	if _, err := client.Logical().Unwrap(info.Token); err == nil {
		t.Fatal("the answer was unwrapped twice")
	}
}
