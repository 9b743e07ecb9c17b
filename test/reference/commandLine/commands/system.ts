/** Everything else: the state of the server, help, tools, wrong commands, and commands of what the service does not have. */

export const SYSTEM = `
version
status
status -format=json
print token
read sys/health
BAO_FORMAT=yaml auth list
read -format=json sys/health
read sys/seal-status
read sys/leader
read sys/internal/ui/mounts/secret
read sys/nothing
write sys/nothing a=b
read nowhere/at/all
list nowhere/at/all
write nowhere/at/all a=b
path-help secret
path-help sys/remount
path-help auth/token/create
path-help
write sys/tools/hash input=YQ==
write sys/tools/hash/sha2-512 input=YQ== format=base64
write sys/remount from=nowhere to=somewhere
write sys/remount from=secret
read sys/remount/status/nonsense
write cubbyhole/app a=b
read cubbyhole/app
list cubbyhole
nonsense
kv nonsense
secrets
read -format=nonsense sys/health
read -field=version sys/health
read -nonsense sys/health
read -address=http://127.0.0.1:1 sys/health
BAO_FORMAT=json read sys/init
read -output-policy sys/mounts
write -output-policy secret/data/a a=b
audit list
plugin list
operator members
operator key-status
operator unseal nonsense
transit import transit/keys/a x
version-history
`;
