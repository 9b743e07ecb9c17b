/** `bao kv` with an engine of version 2, and the general commands on it. */

export const KV2 = `
secrets enable -path=kv2 -version=2 kv
kv put kv2/app user=ann tries=3
kv put -field=version kv2/app user=carl
kv put -cas=3 kv2/app user=dora
kv put -cas=1 kv2/app user=eve
kv put -cas=0 kv2/new a=b
kv put -cas=0 kv2/new a=b
kv put -mount=kv2 deep/er/secret a=b
kv put kv2/json - < '{"large": 123456789, "list": [1, "two"], "inner": {"a": true}, "none": null}'
kv put kv2/empty
kv get -mount=kv2 app
kv get -version=1 kv2/app
kv get -version=99 kv2/app
kv get -field=absent kv2/app
kv get -format=json kv2/app
kv get -format=yaml -version=2 kv2/app
kv get -format=json kv2/json
kv get kv2/nothing
kv list kv2
kv list -mount=kv2 deep
kv list -format=json kv2
kv scan kv2
kv patch kv2/app tries=5
kv patch -method=rw kv2/app more=1
kv patch -method=patch kv2/app more=2
kv patch -cas=1 kv2/app more=4
kv patch -remove-data=more kv2/app
kv patch kv2/json - < '{"inner": {"b": 1}, "list": null}'
kv get -format=json kv2/json
kv patch kv2/nothing a=b
kv rollback -version=1 kv2/app
kv get kv2/app
kv rollback -version=99 kv2/app
kv delete kv2/app
kv get kv2/app
kv get -format=json kv2/app
kv get -field=user kv2/app
kv delete -versions=1,2 kv2/app
kv get -version=1 kv2/app
kv patch -method=rw kv2/app a=b
kv rollback -version=1 kv2/app
kv undelete -versions=1 kv2/app
kv get -version=1 kv2/app
kv destroy -versions=2 kv2/app
kv get -version=2 kv2/app
kv delete kv2/nothing
kv metadata get kv2/app
kv metadata get -format=json kv2/app
kv metadata put -max-versions=3 -cas-required -delete-version-after=3h kv2/app
kv metadata put -custom-metadata=owner=ann -custom-metadata=floor=2 kv2/app
kv metadata get kv2/app
kv put kv2/app a=b
kv metadata put -max-versions=-1 kv2/app
kv metadata put kv2/blank
kv metadata patch -max-versions=5 kv2/app
kv metadata patch -custom-metadata=owner=bob kv2/app
kv metadata patch -remove-custom-metadata=floor kv2/app
kv metadata patch -cas-required=false -delete-version-after=0s kv2/app
kv metadata get -format=json kv2/app
kv metadata delete kv2/app
kv metadata delete kv2/nothing
kv get kv2/app
read kv2/config
write kv2/config max_versions=4 cas_required=false delete_version_after=24h
read -format=json kv2/config
write kv2/config max_versions=nonsense
read kv2/data/json
read kv2/metadata/json
read kv2/subkeys/json
read kv2/json
write kv2/data/json a=b
write kv2/data/json - < '{"data": {"a": "b"}, "options": {"cas": 2}}'
patch kv2/data/json - < '{"data": {"c": "d"}}'
list kv2/metadata
scan kv2/metadata
delete kv2/data/json
kv enable-versioning kv2
`;
