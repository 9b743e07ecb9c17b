/** `-wrap-ttl`, `bao unwrap`, and the endpoints of wrapping. */

export const WRAPPING = `
secrets enable -path=wrapped -version=2 kv
kv put wrapped/app a=b
kv get -wrap-ttl=60s wrapped/app
kv get -wrap-ttl=60s -field=wrapping_token wrapped/app > wrapping
write sys/wrapping/lookup token=$wrapping
unwrap $wrapping
unwrap $wrapping
kv get -wrap-ttl=60s -field=wrapping_token wrapped/app > second
unwrap -format=json $second
read -wrap-ttl=5m -field=wrapping_token wrapped/data/app > third
unwrap -field=data $third
read -wrap-ttl=5m -field=wrapping_token wrapped/data/app > fourth
write -field=wrapping_token sys/wrapping/rewrap token=$fourth > fifth
unwrap $fourth
BAO_TOKEN=$fifth unwrap
token create -policy=default -ttl=1h -wrap-ttl=2m
token create -policy=default -ttl=1h -wrap-ttl=2m -field=wrapping_token > sixth
unwrap $sixth
write -wrap-ttl=1m -field=wrapping_token sys/wrapping/wrap a=b > seventh
unwrap $seventh
write -wrap-ttl=1m sys/wrapping/wrap
kv list -wrap-ttl=60s wrapped
kv put -wrap-ttl=60s wrapped/app a=c
kv get -wrap-ttl=nonsense wrapped/app
delete -wrap-ttl=60s wrapped/data/app
read -wrap-ttl=5m -field=wrapping_accessor wrapped/metadata/app > accessor
token lookup -accessor $accessor
token revoke -accessor $accessor
unwrap nonsense
write sys/wrapping/lookup token=nonsense
`;
