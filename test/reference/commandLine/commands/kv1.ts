/** `bao kv` with an engine of version 1, and the general commands on it. */

export const KV1 = `
secrets enable -path=kv1 -version=1 kv
kv put kv1/app user=ann tries=3
kv put kv1/app/deep/er a=b
kv put kv1/file text=- < 'from standard input'
kv put kv1/json - < '{"number": 12345678901234567890, "list": [1, "two"], "none": null}'
kv put kv1/ttl ttl=30m value=1
kv put kv1/empty
kv put kv1/bad nonsense
kv put kv1
kv put kv1/ a=b
kv get kv1/app
kv get -mount=kv1 app
kv get -field=user kv1/app
kv get -field=absent kv1/app
kv get -format=json kv1/app
kv get -format=json kv1/json
kv get kv1/ttl
kv get -version=2 kv1/app
kv get kv1/nothing
kv get kv1
kv list kv1/
kv list -mount=kv1 app
kv list kv1/app
kv list -format=json kv1
kv list -format=json kv1/nothing
kv scan kv1
kv patch kv1/app c=d
kv undelete -versions=1 kv1/app
kv metadata get kv1/app
kv delete kv1/nothing
read kv1/app
read -field=tries kv1/app
read kv1/nothing
read kv1
write kv1/written a=b c=d
write kv1/written
write -force kv1/written
list kv1
list kv1/
scan kv1
patch kv1/app a=b
delete kv1/written
delete kv1/written
delete kv1
kv enable-versioning kv1
kv get kv1/app
kv put kv1/app user=bob
kv enable-versioning nowhere
kv delete nowhere/app
`;
