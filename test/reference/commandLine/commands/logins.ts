/** `bao login` with users and machines, and the endpoints of both methods. */

export const LOGINS = `
auth enable -path=users userpass
write auth/users/users/ann password=secret-of-ann token_policies=default,people token_ttl=1h token_max_ttl=2h
write auth/users/users/bob password=secret-of-bob
write auth/users/users/bad password=x token_ttl=nonsense
read -format=json auth/users/users/ann
list auth/users/users
login -method=userpass -path=users username=ann password=secret-of-ann
login -method=userpass -path=users -format=json username=ann password=secret-of-ann
login -method=userpass -path=users -token-only username=ann password=secret-of-ann > ann
login -method=userpass -path=users username=ann password=wrong
login -method=userpass -path=users username=nobody password=wrong
login -method=userpass -path=users password=secret-of-ann
login -method=userpass -path=nowhere username=ann password=secret-of-ann
BAO_TOKEN=$ann token lookup
BAO_TOKEN=$ann token renew
write auth/users/login/ann password=secret-of-ann
write auth/users/users/ann/password password=changed
login -method=userpass -path=users username=ann password=secret-of-ann
login -method=userpass -path=users username=ann password=changed
delete auth/users/users/bob
auth enable -path=apps approle
write auth/apps/role/web token_policies=default token_ttl=20m secret_id_num_uses=3 secret_id_ttl=1h
write auth/apps/role/bad token_ttl=2h token_max_ttl=1h
read -format=json auth/apps/role/web
list auth/apps/role
read auth/apps/role/web/role-id
read -field=role_id auth/apps/role/web/role-id > role
write auth/apps/role/web/role-id role_id=chosen
read auth/apps/role/web/role-id
write -force auth/apps/role/web/secret-id
write -force -field=secret_id auth/apps/role/web/secret-id > secret
write auth/apps/role/web/secret-id metadata='{"rack":"7"}' ttl=10m num_uses=1
write auth/apps/role/web/custom-secret-id secret_id=chosen-secret-id-of-the-test
write auth/apps/role/web/secret-id/lookup secret_id=$secret
write auth/apps/login role_id=chosen secret_id=$secret
write -format=json auth/apps/login role_id=chosen secret_id=$secret
write -field=token auth/apps/login role_id=chosen secret_id=$secret > machine
write auth/apps/login role_id=chosen secret_id=$secret
write auth/apps/login role_id=chosen secret_id=nonsense
BAO_TOKEN=$machine token lookup
login -method=approle -path=apps role_id=chosen secret_id=$secret
write auth/apps/role/web/token-ttl token_ttl=30m
delete auth/apps/role/web/token-ttl
write auth/apps/role/web/secret-id/destroy secret_id=chosen-secret-id-of-the-test
delete auth/apps/role/web
list auth/apps/role
auth disable users
BAO_TOKEN=$ann token lookup
`;
