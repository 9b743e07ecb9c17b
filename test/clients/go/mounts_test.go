package clients

import (
	"testing"
	"time"
)

func TestMountsAreListedTunedAndUnmounted(t *testing.T) {
	sys := root(t, "").Sys()
	path := kv1(t, root(t, ""))
	before := must(sys.ListMounts())(t)[path+"/"]
	equal(t, "type", before.Type, "kv")
	equal(t, "description", before.Description, "for a test")

	text := "tuned"
	check(t, sys.TuneMount(path, MountConfigInput{
		DefaultLeaseTTL: "1h", MaxLeaseTTL: "2h", Description: &text, ListingVisibility: "unauth",
	}))
	config := must(sys.MountConfig(path))(t)
	equal(t, "default TTL", config.DefaultLeaseTTL, int(time.Hour.Seconds()))
	equal(t, "maximal TTL", config.MaxLeaseTTL, int((2 * time.Hour).Seconds()))
	after := must(sys.ListMounts())(t)[path+"/"]
	equal(t, "description", after.Description, text)
	equal(t, "visibility", after.Config.ListingVisibility, "unauth")
	equal(t, "accessor", after.Accessor, before.Accessor)

	refused(t, sys.Mount(path, &MountInput{Type: "kv"}), 400, "path is already in use at "+path+"/")
	check(t, sys.Unmount(path))
	if _, there := must(sys.ListMounts())(t)[path+"/"]; there {
		t.Fatal("the mount is still listed")
	}
}

func TestAuthMethodsAreEnabledAndDisabled(t *testing.T) {
	sys := root(t, "").Sys()
	path := unique("userpass")
	check(t, sys.EnableAuthWithOptions(path, &EnableAuthOptions{
		Type: "userpass", Description: "people", Config: MountConfigInput{DefaultLeaseTTL: "30m"},
	}))
	method := must(sys.ListAuth())(t)[path+"/"]
	equal(t, "type", method.Type, "userpass")
	equal(t, "default TTL", method.Config.DefaultLeaseTTL, 1800)
	check(t, sys.DisableAuth(path))
	if _, there := must(sys.ListAuth())(t)[path+"/"]; there {
		t.Fatal("the mount is still listed")
	}
}

func TestPoliciesDecideWhatATokenMayDo(t *testing.T) {
	client := root(t, "")
	sys := client.Sys()
	name, path := unique("policy"), kv1(t, client)
	rules := `path "` + path + `/*" { capabilities = ["read", "list"] }`
	check(t, sys.PutPolicy(name, rules))
	equal(t, "policy", must(sys.GetPolicy(name))(t), rules)
	if !contains(must(sys.ListPolicies())(t), name) {
		t.Fatal("the policy is not listed")
	}
	token := must(client.Auth().Token().Create(&TokenCreateRequest{Policies: []string{name}}))(t).Auth.ClientToken
	reader := as(t, token)
	capabilities := must(reader.Sys().CapabilitiesSelf(path + "/app"))(t)
	equal(t, "number of capabilities", len(capabilities), 2)
	_, err := reader.Logical().Write(path+"/app", map[string]any{"a": 1})
	refused(t, err, 403, "permission denied")
	check(t, sys.DeletePolicy(name))
	equal(t, "removed policy", must(sys.GetPolicy(name))(t), "")
}

func TestTheServiceReportsItsHealth(t *testing.T) {
	sys := root(t, "").Sys()
	health := must(sys.Health())(t)
	equal(t, "initialized", health.Initialized, true)
	equal(t, "sealed", health.Sealed, false)
	equal(t, "initialized", must(sys.InitStatus())(t), true)
	equal(t, "sealed", must(sys.SealStatus())(t).Sealed, false)
	equal(t, "high availability", must(sys.Leader())(t).HAEnabled, false)
}

func contains(all []string, wanted string) bool {
	for _, one := range all {
		if one == wanted {
			return true
		}
	}
	return false
}
