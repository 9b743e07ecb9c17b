# Only for moves that change policies (`policies: "add"` or `"follow"`): what the login that moves mounts needs in addition to
# policy.hcl. Write it as a policy of its own, and give it to that login:
#   bao policy write remount-policies infra/cluster/policies.hcl
#
# Who has it may give every right in these namespaces to everybody. On AWS, that includes who takes over a function that writes
# records of migrations. Narrow it to the names of the policies that moves may
# change, such as "sys/policies/acl/team-*". It reaches three levels of namespaces, as policy.hcl does.

# to change the text of a policy
path "sys/policies/acl/*" { capabilities = ["read", "update"] }
path "+/sys/policies/acl/*" { capabilities = ["read", "update"] }
path "+/+/sys/policies/acl/*" { capabilities = ["read", "update"] }
