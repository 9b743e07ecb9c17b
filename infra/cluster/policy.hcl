# The policy of the service in the cluster whose mounts it moves. Write it in the namespace that the service logs in to:
#   bao policy write remount infra/cluster/policy.hcl
#
# It reaches three levels: the namespace of the service, its children and their children. One `+/` is one level: for
# deeper namespaces, repeat the lines that begin with it with one more.
# Who has it may revoke every lease and move every mount of these namespaces.

# Part 1. What the functions of the API need. They only read.

# the service's own token
path "auth/token/lookup-self" { capabilities = ["read"] }

# whose token a request has, and which policies
path "auth/token/lookup" { capabilities = ["update"] }
path "+/auth/token/lookup" { capabilities = ["update"] }
path "+/+/auth/token/lookup" { capabilities = ["update"] }

# what that token may do
path "sys/capabilities" { capabilities = ["update"] }

# the nodes of the cluster
path "sys/ha-status" { capabilities = ["read"] }

# the child namespaces
path "sys/namespaces" { capabilities = ["list"] }
path "+/sys/namespaces" { capabilities = ["list"] }
path "+/+/sys/namespaces" { capabilities = ["list"] }

# the secrets engines
path "sys/mounts" { capabilities = ["read"] }
path "+/sys/mounts" { capabilities = ["read"] }
path "+/+/sys/mounts" { capabilities = ["read"] }

# the auth methods
path "sys/auth" { capabilities = ["read"] }
path "+/sys/auth" { capabilities = ["read"] }
path "+/+/sys/auth" { capabilities = ["read"] }

# the names of the policies
path "sys/policies/acl/" { capabilities = ["list"] }
path "+/sys/policies/acl/" { capabilities = ["list"] }
path "+/+/sys/policies/acl/" { capabilities = ["list"] }

# the text of a policy
path "sys/policies/acl/*" { capabilities = ["read"] }
path "+/sys/policies/acl/*" { capabilities = ["read"] }
path "+/+/sys/policies/acl/*" { capabilities = ["read"] }

# the leases below a mount
path "sys/leases/lookup/*" { capabilities = ["list", "sudo"] }
path "+/sys/leases/lookup/*" { capabilities = ["list", "sudo"] }
path "+/+/sys/leases/lookup/*" { capabilities = ["list", "sudo"] }

# Part 2. What the steps of a migration need in addition. On AWS, the functions of the API do not get it.

# to move a mount, and to ask whether a mount is at a path
path "sys/remount" { capabilities = ["update", "sudo"] }
path "+/sys/remount" { capabilities = ["update", "sudo"] }
path "+/+/sys/remount" { capabilities = ["update", "sudo"] }

# the state of a move
path "sys/remount/status/*" { capabilities = ["read"] }

# to make each node active once, only for `refresh_nodes: "step-down"`
path "sys/step-down" { capabilities = ["update", "sudo"] }

# to revoke a lease
path "sys/leases/revoke" { capabilities = ["update"] }
path "+/sys/leases/revoke" { capabilities = ["update"] }
path "+/+/sys/leases/revoke" { capabilities = ["update"] }

# to drop a lease that cannot be revoked, only for `on_revoke_error: "force"`
path "sys/leases/revoke-force/*" { capabilities = ["update", "sudo"] }
path "+/sys/leases/revoke-force/*" { capabilities = ["update", "sudo"] }
path "+/+/sys/leases/revoke-force/*" { capabilities = ["update", "sudo"] }

# to restart an engine after a move into another namespace
path "sys/plugins/reload/backend" { capabilities = ["update"] }
path "+/sys/plugins/reload/backend" { capabilities = ["update"] }
path "+/+/sys/plugins/reload/backend" { capabilities = ["update"] }

# Part 3. Optional: to count the keys that a move into another namespace copies, of kv v2 mounts with one segment.

# the names of the keys
path "+/metadata/*" { capabilities = ["list"] }
path "+/+/metadata/*" { capabilities = ["list"] }
path "+/+/+/metadata/*" { capabilities = ["list"] }
