package clients

import (
	"context"
	"encoding/json"
	"errors"
	"testing"
)

func TestUnversionedSecrets(t *testing.T) {
	ctx, client := context.Background(), root(t, "")
	path := kv1(t, client)
	kv := client.KVv1(path)
	check(t, kv.Put(ctx, "team/app", map[string]any{"user": "ann", "large": json.Number("12345678901234567890")}))
	secret := must(kv.Get(ctx, "team/app"))(t)
	equal(t, "text", secret.Data["user"], any("ann"))
	equal(t, "number", secret.Data["large"], any(json.Number("12345678901234567890")))
	keys := must(client.Logical().List(path))(t).Data["keys"].([]any)
	equal(t, "key", keys[0], any("team/"))
	check(t, kv.Delete(ctx, "team/app"))
	_, err := kv.Get(ctx, "team/app")
	equal(t, "not found", errors.Is(err, ErrSecretNotFound), true)
	if secret := must(client.Logical().List(path))(t); secret != nil {
		t.Fatalf("an empty list has %v", secret.Data)
	}
}

func TestVersionedSecrets(t *testing.T) {
	ctx, client := context.Background(), root(t, "")
	kv := client.KVv2(kv2(t, client))
	first := must(kv.Put(ctx, "app", map[string]any{"a": "1"}))(t)
	equal(t, "first version", first.VersionMetadata.Version, 1)
	must(kv.Put(ctx, "app", map[string]any{"a": "2"}, CheckAndSet(1)))(t)
	_, err := kv.Put(ctx, "app", map[string]any{"a": "x"}, CheckAndSet(1))
	refused(t, err, 400, "check-and-set parameter did not match the current version")
	equal(t, "patched", must(kv.Patch(ctx, "app", map[string]any{"b": "3"}, MergeMethod("patch")))(t).VersionMetadata.Version, 3)
	must(kv.Patch(ctx, "app", map[string]any{"b": "4"}, MergeMethod("rw")))(t)
	latest := must(kv.Get(ctx, "app"))(t)
	equal(t, "latest version", latest.VersionMetadata.Version, 4)
	equal(t, "a", latest.Data["a"], any("2"))
	equal(t, "b", latest.Data["b"], any("4"))
	equal(t, "version 1", must(kv.GetVersion(ctx, "app", 1))(t).Data["a"], any("1"))
	equal(t, "rolled back", must(kv.Rollback(ctx, "app", 1))(t).VersionMetadata.Version, 5)
	_, err = kv.Patch(ctx, "unknown", map[string]any{"a": 1})
	equal(t, "patching nothing", errors.Is(err, ErrSecretNotFound), true)
}

func TestVersionsAreDeletedAndDestroyed(t *testing.T) {
	ctx, client := context.Background(), root(t, "")
	kv := client.KVv2(kv2(t, client))
	for _, value := range []string{"1", "2", "3"} {
		must(kv.Put(ctx, "app", map[string]any{"a": value}))(t)
	}
	check(t, kv.Delete(ctx, "app"))
	deleted := must(kv.Get(ctx, "app"))(t)
	equal(t, "data of a deleted version", len(deleted.Data), 0)
	equal(t, "deleted", deleted.VersionMetadata.DeletionTime.IsZero(), false)
	check(t, kv.Undelete(ctx, "app", []int{3}))
	equal(t, "undeleted", must(kv.Get(ctx, "app"))(t).Data["a"], any("3"))
	check(t, kv.DeleteVersions(ctx, "app", []int{2}))
	check(t, kv.Destroy(ctx, "app", []int{1}))
	versions := must(kv.GetVersionsAsList(ctx, "app"))(t)
	equal(t, "versions", len(versions), 3)
	equal(t, "1 destroyed", versions[0].Destroyed, true)
	equal(t, "2 deleted", versions[1].DeletionTime.IsZero(), false)
	equal(t, "3 there", versions[2].DeletionTime.IsZero() && !versions[2].Destroyed, true)
}

func TestMetadataOfASecret(t *testing.T) {
	ctx, client := context.Background(), root(t, "")
	path := kv2(t, client)
	kv := client.KVv2(path)
	must(kv.Put(ctx, "team/app", map[string]any{"a": "1"}))(t)
	check(t, kv.PutMetadata(ctx, "team/app", KVMetadataPutInput{
		MaxVersions: 7, CASRequired: true, CustomMetadata: map[string]any{"owner": "ann"},
	}))
	five := 5
	check(t, kv.PatchMetadata(ctx, "team/app", KVMetadataPatch{MaxVersions: &five}))
	metadata := must(kv.GetMetadata(ctx, "team/app"))(t)
	equal(t, "versions kept", metadata.MaxVersions, 5)
	equal(t, "check-and-set", metadata.CASRequired, true)
	equal(t, "custom metadata", metadata.CustomMetadata["owner"], any("ann"))
	equal(t, "custom metadata of a read", must(kv.Get(ctx, "team/app"))(t).CustomMetadata["owner"], any("ann"))
	keys := must(client.Logical().List(path + "/metadata/team"))(t).Data["keys"].([]any)
	equal(t, "key", keys[0], any("app"))
	check(t, kv.DeleteMetadata(ctx, "team/app"))
	_, err := kv.GetMetadata(ctx, "team/app")
	equal(t, "not found", errors.Is(err, ErrSecretNotFound), true)
}
