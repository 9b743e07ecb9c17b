/**
 * Differences that the commands show, each with its reason, as in `knownFailures.ts`. The first line that fits decides. A
 * difference that no line fits fails the test of its command, and a line that no difference needs fails the run.
 */

import { patternOf, rowsOf } from '../table.ts';

/** Command, difference (reference ≠ ours), reason. `*` stands for any text. */
const LIST = `
* | stdout < *v2.7.2+builtin.bao* | \`version\`, \`running_plugin_version\`, \`build_date\`, \`commit_date\`, \`cluster_id\`, \`storage_type\`
* | stdout > *v1.17.0+builtin.vault* | \`version\`, \`running_plugin_version\`, \`build_date\`, \`commit_date\`, \`cluster_id\`, \`storage_type\`
secrets list -format=json | stdout >   "options": {}, | \`options\` that are \`null\` when a mount is enabled
auth list -format=json | stdout >   "options": {}, | \`options\` that are \`null\` when a mount is enabled
BAO_FORMAT=yaml auth list | stdout >   options: {} | \`options\` that are \`null\` when a mount is enabled
read -format=json sys/mounts/tuned | stdout *"options": * | \`options\` that are \`null\` when a mount is enabled
read sys/auth/people | stdout * options  * | \`options\` that are \`null\` when a mount is enabled
secrets enable -path=bad -version=3 kv | stderr * | kv of a version that it does not have
auth tune -version=2 people | * | tuning the option \`version\` of an engine without versions
read sys/auth/people/tune | stdout < options  map[version:2] | tuning the option \`version\` of an engine without versions
kv metadata get -format=json kv2/app | stdout *"delete_version_after"* | a \`delete_version_after\` of zero, or an empty one, in a patch
policy write bad * | stderr * | words of an error about what cannot be read
policy read default | stdout * # * | text of the policies \`default\` and \`response-wrapping\`
policy read default | stdout < path "identity/* | the rules of the policy \`default\` for \`identity/entity/…\` and \`identity/oidc/provider/+/authorize\`
policy read default | stdout <   capabilities = ["read", "update"] | the rules of the policy \`default\` for \`identity/entity/…\` and \`identity/oidc/provider/+/authorize\`
token create -id=* | stderr * | the warning about a token whose id is chosen
login * -format=json * | stdout *"entity_id"* | \`entity_id\` of a login
write -format=json auth/apps/login * | stdout *"entity_id"* | \`entity_id\` of a login
* token lookup | stdout * entity_id  * | \`entity_id\` of a login
write otp/roles/bad *cidr_list=nonsense | stderr * | what is no CIDR block in \`secret_id_bound_cidrs\`, \`cidr_list\`, \`token_bound_cidrs\` of a secret-id, \`exclude_cidr_list\`; addresses of a secret-id outside those of its role
status* | stdout * | \`version\`, \`running_plugin_version\`, \`build_date\`, \`commit_date\`, \`cluster_id\`, \`storage_type\`
read *sys/health | stdout * | \`version\`, \`running_plugin_version\`, \`build_date\`, \`commit_date\`, \`cluster_id\`, \`storage_type\`
read sys/seal-status | stdout * | \`version\`, \`running_plugin_version\`, \`build_date\`, \`commit_date\`, \`cluster_id\`, \`storage_type\`
read sys/leader | stdout > * | \`sys/leader\`
path-help * | stdout * | \`?help=1\`
audit list | * | identity, MFA, quotas, seal, initialization, audit devices, plugins
plugin list | * | identity, MFA, quotas, seal, initialization, audit devices, plugins
operator unseal * | * | identity, MFA, quotas, seal, initialization, audit devices, plugins
operator members | * | \`sys/version-history\`, \`sys/key-status\`, \`sys/config/cors\`, \`sys/host-info\`, \`sys/ha-status\`, \`sys/metrics\`, \`sys/loggers\`, \`sys/internal/counters/…\`
operator key-status | * | \`sys/version-history\`, \`sys/key-status\`, \`sys/config/cors\`, \`sys/host-info\`, \`sys/ha-status\`, \`sys/metrics\`, \`sys/loggers\`, \`sys/internal/counters/…\`
version-history | * | \`sys/version-history\`, \`sys/key-status\`, \`sys/config/cors\`, \`sys/host-info\`, \`sys/ha-status\`, \`sys/metrics\`, \`sys/loggers\`, \`sys/internal/counters/…\`
`;

interface Known {
  line: string;
  reason: string;
  fits(command: string, difference: string): boolean;
}

export const KNOWN_DIFFERENCES: readonly Known[] = rowsOf(LIST, 3).map((cells) => {
  const [command, difference, reason] = cells as [string, string, string];
  const [commands, differences] = [patternOf(command), patternOf(difference)];
  return {
    line: cells.join(' | '),
    reason,
    fits: (one, other) => commands.test(one) && differences.test(other),
  };
});
