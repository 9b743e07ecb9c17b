/** `bao token`, `login` with a token, and token roles. */

export const TOKENS = `
token lookup
token lookup -format=json
token create -policy=default -ttl=1h -display-name=first -metadata=team=one -format=json
token create -policy=default -ttl=1h -field=token > token
token lookup $token
token lookup -format=json $token
BAO_TOKEN=$token token lookup
token lookup -field=accessor $token > accessor
token lookup -accessor $accessor
token lookup nonsense
token renew $token
token renew -increment=30m $token
token renew -accessor $accessor
token renew nonsense
BAO_TOKEN=$token token renew
BAO_TOKEN=$token token create
token create -orphan -period=1h -policy=default
token create -explicit-max-ttl=2h -ttl=1h -policy=default
token create -type=batch -ttl=1h -policy=default
token create -type=batch -ttl=1h -policy=default -field=token > batch
token lookup $batch
token renew $batch
token revoke $batch
token create -use-limit=2 -policy=default -field=token > twice
BAO_TOKEN=$twice token lookup
BAO_TOKEN=$twice token lookup
BAO_TOKEN=$twice token lookup
token create -id=chosen-token-of-the-command-line -policy=default
token create -id=chosen-token-of-the-command-line -policy=default
token create -ttl=99999h -policy=default
token create -renewable=false -ttl=1h -policy=default -field=token > fixed
token renew $fixed
token create -no-default-policy -policy=reader -ttl=1h
write auth/token/roles/deploy allowed_policies=default,deploy orphan=true token_period=2h renewable=true
write auth/token/roles/short token_explicit_max_ttl=1h token_type=service path_suffix=short
read auth/token/roles/deploy
read -format=json auth/token/roles/short
list auth/token/roles
token create -role=deploy -policy=deploy
token create -role=deploy -policy=other
token create -role=short
delete auth/token/roles/deploy
list auth/token/roles
token create -policy=default -field=accessor > doomed
token revoke -accessor $doomed
token revoke -accessor $doomed
token create -policy=root -field=token > parent
BAO_TOKEN=$parent token create -policy=default -field=token > child
token revoke -mode=orphan $parent
token lookup $child
token revoke $child
token lookup $child
BAO_TOKEN=$token token revoke -self
token lookup $token
BAO_TOKEN=nonsense token lookup
BAO_TOKEN= secrets list
token create -policy=default -ttl=1h -field=token > stored
BAO_TOKEN= login $stored
BAO_TOKEN= print token
BAO_TOKEN= token lookup
BAO_TOKEN= login -no-print $stored
BAO_TOKEN= login -token-only token=$stored
BAO_TOKEN= login nonsense
BAO_TOKEN= token revoke -self
`;
