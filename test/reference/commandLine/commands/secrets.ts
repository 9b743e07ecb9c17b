/** `bao secrets`: engines are listed, enabled, tuned, moved and disabled. */

export const SECRETS = `
secrets list
secrets list -detailed
secrets list -format=json
secrets enable -path=one -version=1 -description='the first engine' kv
secrets enable -path=two -version=2 kv
secrets enable generic
secrets enable -path=deep/er/mount ssh
secrets enable -path=tuned -default-lease-ttl=1h -max-lease-ttl=48h -listing-visibility=unauth kv
secrets enable -path=sealed -seal-wrap -local kv
secrets enable -path=one kv
secrets enable -path=one/below kv
secrets enable -path=sys kv
secrets enable -path=bad -version=3 kv
secrets enable -path=bad -default-lease-ttl=48h -max-lease-ttl=1h kv
secrets enable -path=bad nothing
secrets enable
secrets enable kv ssh
secrets enable -unknown kv
secrets enable -default-lease-ttl=nonsense kv
secrets list
secrets list -detailed
secrets list -format=json
read sys/mounts/tuned/tune
read -format=json sys/mounts/tuned
secrets tune -default-lease-ttl=2h -max-lease-ttl=4h one
secrets tune -description='changed' -listing-visibility=hidden -audit-non-hmac-request-keys=x -passthrough-request-headers=X-Three -allowed-response-headers=X-Four one
read sys/mounts/one/tune
secrets tune -version=2 one
secrets tune -version=1 two
secrets tune -options=unknown=1 two
secrets tune -listing-visibility=nonsense two
secrets tune -default-lease-ttl=8h two
secrets tune nowhere
secrets move sealed moved
secrets move moved/ further/down
secrets move nowhere somewhere
secrets move sys somewhere
secrets move two auth/two
secrets disable deep/er/mount
secrets disable nowhere
secrets disable sys
secrets list
`;
