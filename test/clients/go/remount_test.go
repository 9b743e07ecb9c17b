package clients

import (
	"context"
	"strings"
	"testing"
	"time"
)

func TestAMoveIsStartedAndItsStatusRead(t *testing.T) {
	client := root(t, "")
	sys := client.Sys()
	from, to := kv1(t, client), unique("moved")
	before := must(sys.ListMounts())(t)[from+"/"]
	started := must(sys.StartRemount(from, to))(t)
	for {
		status := must(sys.RemountStatus(started.MigrationID))(t)
		equal(t, "id", status.MigrationID, started.MigrationID)
		equal(t, "source", status.MigrationInfo.SourceMount, from+"/")
		equal(t, "target", status.MigrationInfo.TargetMount, to+"/")
		if status.MigrationInfo.MigrationStatus == "success" {
			break
		}
		equal(t, "status", status.MigrationInfo.MigrationStatus, "in-progress")
		time.Sleep(100 * time.Millisecond)
	}
	after := must(sys.ListMounts())(t)[to+"/"]
	equal(t, "accessor", after.Accessor, before.Accessor)
	equal(t, "uuid", after.UUID, before.UUID)
	equal(t, "description", after.Description, before.Description)
}

func TestSecretsMoveWithTheirEngine(t *testing.T) {
	ctx, client := context.Background(), root(t, "")
	from, to := kv2(t, client), unique("moved")+"/deep"
	for _, value := range []string{"1", "2"} {
		must(client.KVv2(from).Put(ctx, "app", map[string]any{"a": value}))(t)
	}
	move(t, client, from, to)
	equal(t, "version 1", must(client.KVv2(to).GetVersion(ctx, "app", 1))(t).Data["a"], any("1"))
	equal(t, "latest", must(client.KVv2(to).Get(ctx, "app"))(t).VersionMetadata.Version, 2)
	_, err := client.KVv2(from).Put(ctx, "app", map[string]any{"a": "x"})
	refused(t, err, 404, "no handler for route")
}

func TestAnEngineMovesIntoANamespaceAndFurther(t *testing.T) {
	ctx, client := context.Background(), root(t, "")
	team := unique("team")
	write(t, client, "sys/namespaces/"+team, nil)
	from := kv2(t, client)
	must(client.KVv2(from).Put(ctx, "app", map[string]any{"a": "1"}))(t)
	move(t, client, from, team+"/kv")

	inside := root(t, team)
	equal(t, "data", must(inside.KVv2("kv").Get(ctx, "app"))(t).Data["a"], any("1"))
	move(t, inside, "kv", "kept")
	equal(t, "data", must(inside.KVv2("kept").Get(ctx, "app"))(t).Data["a"], any("1"))
	equal(t, "type", must(inside.Sys().ListMounts())(t)["kept/"].Type, "kv")
	move(t, client, team+"/kept", from)
	equal(t, "data", must(client.KVv2(from).Get(ctx, "app"))(t).Data["a"], any("1"))
}

func TestLeasesOfAMovedEngineAreRevoked(t *testing.T) {
	client := root(t, "")
	from, to := mounted(t, client, "ssh", nil), unique("moved")
	write(t, client, from+"/roles/web", map[string]any{"key_type": "otp", "default_user": "ubuntu", "cidr_list": "10.0.0.0/8"})
	issue := func() *Secret {
		return must(client.SSHWithMountPoint(from).Credential("web", map[string]any{"ip": "10.1.2.3"}))(t)
	}
	used := must(as(t, "").SSHHelperWithMountPoint(from).Verify(issue().Data["key"].(string)))(t)
	equal(t, "user of the password", used.Username, "ubuntu")
	issued := issue()
	must(client.Sys().Lookup(issued.LeaseID))(t)
	move(t, client, from, to)
	_, err := client.Sys().Lookup(issued.LeaseID)
	refused(t, err, 400, "invalid lease")
	_, err = as(t, "").SSHHelperWithMountPoint(to).Verify(issued.Data["key"].(string))
	refused(t, err, 400, "OTP not found")
}

func TestARefusedMoveIsReportedWithTheErrorTextOfTheService(t *testing.T) {
	client := root(t, "")
	taken := kv1(t, client)
	err := client.Sys().Remount("not_real", "over_here")
	refused(t, err, 400, `* no matching mount at "not_real/"`)
	if !strings.Contains(err.Error(), "/v1/sys/remount\nCode: 400. Errors:\n\n* ") {
		t.Fatalf("not in the layout of the client: %v", err)
	}
	refused(t, client.Sys().Remount(taken, taken), 400, `path already in use at "`+taken+`/"`)
	refused(t, client.Sys().Remount("sys", "over_here"), 400, `cannot remount "sys/"`)
	refused(t, client.Sys().Remount("auth/token", "auth/over_here"), 400, `cannot remount "auth/token/"`)
	_, err = client.Sys().RemountStatus("not-an-id")
	refused(t, err, 404, "Code: 404")
	token := must(client.Auth().Token().Create(&TokenCreateRequest{Policies: []string{"default"}}))(t).Auth.ClientToken
	refused(t, as(t, token).Sys().Remount(taken, "over_here"), 403, "permission denied")
}
