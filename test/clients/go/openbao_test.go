//go:build !vault

package clients

import (
	"context"
	"strings"
	"testing"

	"github.com/openbao/openbao/api/v2"
)

func TestNamespacesAreCreatedPatchedAndDeleted(t *testing.T) {
	sys := root(t, "").Sys()
	name := unique("team")
	created := must(sys.CreateNamespace(name, &api.CreateNamespaceInput{CustomMetadata: map[string]string{"owner": "ann"}}))(t)
	equal(t, "path", created.Path, name+"/")
	equal(t, "length of the id", len(created.ID), 6)
	patched := must(sys.PatchNamespace(name, &api.PatchNamespaceInput{CustomMetadata: map[string]any{"owner": nil, "floor": "2"}}))(t)
	equal(t, "metadata left", len(patched.CustomMetadata), 1)
	read := must(sys.ReadNamespace(name))(t)
	equal(t, "uuid", read.UUID, created.UUID)
	equal(t, "metadata", read.CustomMetadata["floor"], "2")
	inside := root(t, name).Sys()
	equal(t, "path in a namespace", must(inside.CreateNamespace("sub", nil))(t).Path, name+"/sub/")
	equal(t, "listed", must(inside.ListNamespaces())(t)["sub/"].Path, name+"/sub/")
	_, err := sys.DeleteNamespace(name)
	refused(t, err, 400, "unable to delete namespace containing child namespaces")
	equal(t, "deletion", must(inside.DeleteNamespace("sub"))(t).Status, "in-progress")
}

func TestAMountIsReadByItsPath(t *testing.T) {
	client := root(t, "")
	path := kv2(t, client)
	info := must(client.Sys().MountInfo(path))(t)
	equal(t, "type", info.Type, "kv")
	equal(t, "version", info.Options["version"], "2")
}

func TestSecretsAreListedWithDetailsInPagesAndRecursively(t *testing.T) {
	ctx, client := context.Background(), root(t, "")
	path := kv2(t, client)
	kv := client.KVv2(path)
	for _, name := range []string{"a", "b", "team/c"} {
		must(kv.Put(ctx, name, map[string]any{"x": "1"}))(t)
	}
	list := func(list *api.KVList, err error) string { return strings.Join(must(list, err)(t).Keys, " ") }
	equal(t, "list", list(kv.List(ctx, "")), "a b team/")
	equal(t, "list with details", list(kv.ListWithDetails(ctx, "")), "a b team/")
	equal(t, "scan", list(kv.Scan(ctx, "")), "a b team/c")
	page := must(client.Logical().ListPage(path+"/metadata", "a", 1))(t).Data["keys"].([]any)
	equal(t, "keys of the page", len(page), 1)
	equal(t, "page", page[0], any("b"))
}
