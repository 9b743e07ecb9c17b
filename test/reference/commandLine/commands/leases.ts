/** `bao lease`, with the one-time passwords of ssh and the tokens of logins, and `bao ssh`. */

export const LEASES = `
secrets enable -path=otp ssh
write otp/roles/web key_type=otp default_user=ubuntu cidr_list=10.0.0.0/8 port=2222
write otp/roles/bad key_type=otp
write otp/roles/bad key_type=otp default_user=ubuntu cidr_list=nonsense
read otp/roles/web
read -format=json otp/roles/web
list otp/roles
write otp/creds/web ip=10.1.2.3
write -format=json otp/creds/web ip=10.1.2.3
write otp/creds/web ip=192.168.1.1
write -field=lease_id otp/creds/web ip=10.1.2.3 > lease
write otp/lookup ip=10.1.2.3
write otp/config/zeroaddress roles=web
lease lookup $lease
lease lookup nonsense
lease renew $lease
lease renew -increment=1h $lease
list sys/leases/lookup/otp/creds/web
lease revoke $lease
lease revoke $lease
lease lookup $lease
write -field=key otp/creds/web ip=10.1.2.3 > password
write otp/verify otp=$password
write otp/verify otp=$password
write -field=lease_id otp/creds/web ip=10.1.2.3 > another
lease revoke -prefix otp/creds/web
lease lookup $another
lease revoke -prefix -sync otp
lease revoke -force -prefix otp
list sys/leases/lookup/otp/creds/web
read sys/leases/count
read sys/leases type=irrevocable
secrets enable -path=leased -version=1 -options=leased_passthrough=true kv
write leased/app ttl=1h a=b
read -field=lease_id leased/app > passed
lease lookup $passed
lease revoke -sync $passed
lease lookup $passed
ssh -mode=otp -role=web -mount-point=otp
ssh -mode=otp -role=nothing -mount-point=otp ubuntu@10.1.2.3
delete otp/roles/web
`;
