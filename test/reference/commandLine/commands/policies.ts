/** `bao policy`, and what a token with a policy may do. */

export const POLICIES = `
policy list
policy read root
policy read default
policy read nothing
policy write reader - < 'path "pol/*" { capabilities = ["read", "list"] }'
policy write bad - < 'path "pol/*" { capabilities = ["nonsense"] }'
policy write bad - < 'path "pol/*" { unknown = 1 }'
policy write bad - < 'path "pol/*" {'
policy write root - < 'path "pol/*" { capabilities = ["read"] }'
policy write -cas=1 reader - < 'path "pol/*" { capabilities = ["read", "list"] }'
policy read reader
policy read -format=json reader
policy list
read sys/policies/acl/reader
read sys/policy/reader
write sys/policies/acl/written policy='path "a" { capabilities = ["deny"] }'
policy fmt /nowhere.hcl
secrets enable -path=pol -version=1 kv
kv put pol/app a=b
token create -policy=reader -field=token > reader
BAO_TOKEN=$reader kv get pol/app
BAO_TOKEN=$reader kv put pol/app a=c
BAO_TOKEN=$reader kv list pol
BAO_TOKEN=$reader secrets list
BAO_TOKEN=$reader secrets move pol somewhere
BAO_TOKEN=$reader token create
BAO_TOKEN=$reader token capabilities pol/app
BAO_TOKEN=$reader read sys/internal/ui/resultant-acl
token capabilities $reader pol/app
token capabilities pol/app
token capabilities -format=json $reader pol/app
token capabilities nonsense pol/app
write sys/capabilities-self paths=pol/app,other
policy delete reader
policy delete nothing
policy delete default
BAO_TOKEN=$reader kv get pol/app
`;
