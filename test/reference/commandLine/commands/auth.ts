/** `bao auth`: methods are listed, enabled, tuned, moved and disabled. */

export const AUTH = `
auth list
auth list -format=json
auth enable userpass
auth enable -path=people -description='people log in' -default-lease-ttl=30m -max-lease-ttl=2h userpass
auth enable -path=machines/all approle
auth enable -path=batches -token-type=batch userpass
auth enable -path=shown -listing-visibility=unauth userpass
auth enable userpass
auth enable -path=people/below userpass
auth enable -path=machines approle
auth enable -path=bad -token-type=nonsense userpass
auth enable -path=bad nothing
auth enable
auth list
auth list -detailed
auth list -format=json
read sys/auth/people
read sys/auth/people/tune
read -format=json sys/auth/token/tune
auth tune -default-lease-ttl=10m -max-lease-ttl=1h people
auth tune -token-type=default-service people
auth tune -token-type=nonsense people
auth tune -user-lockout-threshold=3 -user-lockout-duration=10m -user-lockout-counter-reset-duration=5m people
auth tune -user-lockout-disable people
auth tune -default-lease-ttl=9h people
auth tune -description='tokens' token
auth tune nowhere
auth tune -version=2 people
read sys/auth/people/tune
auth move auth/people auth/moved
auth move auth/moved/ auth/people/
auth move people elsewhere
auth move auth/people secret-people
auth move auth/people auth/userpass
auth move auth/token auth/elsewhere
auth help userpass
auth help token
auth disable people
auth disable nowhere
auth disable token
auth list
`;
