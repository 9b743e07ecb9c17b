/**
 * Causes of differences that the random sequences meet, each with its reason, as in `knownFailures.ts`. The first line
 * that fits decides. A cause that no line fits fails the run.
 */

import { rowsOf } from '../table.ts';

/** Kind of step, signature (reference ≠ ours), reason. `*` stands for any text. */
const LIST = `
* | errors[]: *error converting input for field* ≠ *error converting input for field* | words of an error about what cannot be read
* | errors[]: failed to decode JSON input: * ≠ failed to decode JSON input: * | words of an error about what cannot be read
* | errors[]: failed to parse policy: * ≠ failed to parse policy: * | words of an error about what cannot be read
* | errors[]: *time: * in duration * ≠ *time: invalid duration * | words of an error about what cannot be read
token create | errors[]: time: * ≠ Field validation failed: error converting input for field * | words of an error about what cannot be read
* | auth.entity_id: <uuid> ≠  | identity, MFA, quotas, seal, audit devices, plugins
* | data.entity_id: <uuid> ≠  | identity, MFA, quotas, seal, audit devices, plugins
policy read | data.*: *cubbyhole/response* ≠ * | \`X-Vault-Wrap-Format: jwt\`, \`cubbyhole/response\`
* | *running_plugin_version: * | to mend
* | *passthrough_request_headers: * ≠ absent | to mend
* | *seal_wrap: true ≠ false | to mend
* | *config.token_type: default ≠ default-service | to mend
mount enable | errors[]: * ≠ * | to mend
mount enable | status 400 ≠ 204: secrets engine "generic" does not allow setting a version ≠  | to mend
auth enable | errors[]: * ≠ * | to mend
mount enable | status 400 ≠ 204: unable to convert given mount config information ≠  | to mend
* tune* | errors[]: unable to parse options: * ≠ invalid version provided: x | to mend
* tune* | errors[]: cannot tune parameter * ≠ cannot tune parameter * | to mend
* tune* | errors[]: *version* ≠ * | to mend
* tune* | status 20* ≠ 400: * ≠ tune of path * failed: no mount entry found | to mend
* tune read | status 200 ≠ 400: <data> ≠ cannot fetch sysview for path * | to mend
auth tune* | status 200 ≠ 400: Upgrading mount * ≠ auth method * does not allow setting a version | to mend
* tune* | status 204 ≠ 400:  ≠ time: invalid duration "-1*" | to mend
* tune* | status 400 ≠ 204: version "" is not a valid semantic version: malformed version: ≠  | to mend
* | errors[]: permission denied ≠ 1 error occurred: * permission denied | to mend
verb | status 307 ≠ 40*:  ≠ * | to mend
verb | status 405 ≠ 40*:  ≠ * | to mend
verb | status 500 ≠ 405: missing role_id ≠ * | to mend
* | text <a href=* ≠ {"errors":[]} | to mend
* | text  ≠ {"errors":[]} | to mend
weird path | text 400 Bad Request ≠  | to mend
* | errors[]: unsupported operation ≠ 1 error occurred: * unsupported operation | to mend
* | errors[]: unsupported path ≠ 1 error occurred: * unsupported path | to mend
* | errors: [] ≠ ["1 error occurred:* unsupported *"] | to mend
* | errors: ["1 error occurred:* unsupported path*"] ≠ [] | to mend
* | status 404 ≠ 405: * ≠ 1 error occurred: * unsupported operation | to mend
* | status 404 ≠ 4*: *unsupported path ≠ * | to mend
verb | status 405 ≠ 200:  ≠  | to mend
verb | status 400 ≠ 405: * | to mend
no token | status 400 ≠ 405: operation unavailable in namespaces ≠ * | to mend
* | status 405 ≠ 403: unsupported operation ≠ permission denied | to mend
no token | errors[]: error validating wrapping token: token is empty ≠ permission denied | to mend
kv odd body | status 204 ≠ 400:  ≠ * | to mend
kv odd body | errors[]: * ≠ * | to mend
kv odd body | status 400 ≠ 204: failed to decode JSON input: * ≠  | to mend
kv odd body | status 40* ≠ 40*: * ≠ * | to mend
* | is_self: absent ≠ false | to mend
* | leader_address: absent ≠  | to mend
* | leader_cluster_address: absent ≠  | to mend
* | performance_standby: absent ≠ false | to mend
* | build_date: absent ≠  | to mend
* | commit_date: <time> ≠ absent | to mend
* | cluster_id: text ≠ empty | to mend
* | storage_type: inmem ≠ dynamodb | to mend
* | version: 2.7.2 ≠ * | to mend
system | status * ≠ 404: * ≠ *unsupported path | to mend
query | status 200 ≠ 404: * ≠  | to mend
query | warnings: ["Endpoint ignored these unrecognized parameters: [after]"] ≠ null | unknown parameters of a read or list of version 1
kv2 config | errors[]: *error converting input for field "delete_version_after"* ≠ delete_version_after must be * | words of an error about what cannot be read
* | status * ≠ 400: * ≠ max_versions must be between 0 and 10000 | \`max_versions\` below 0 or above 10,000
* | errors[]: * ≠ max_versions must be between 0 and 10000 | \`max_versions\` below 0 or above 10,000
kv2 scan | data.keys[]: * ≠ * | scans
kv2 write | status 200 ≠ 400: <data> ≠ *error converting input for field "options"* | to mend
kv2 patch | status 404 ≠ 400:  ≠ no data provided | to mend
namespace patch | status 200 ≠ 400: <data> ≠ missing required field "custom_metadata" | to mend
namespace patch | errors[]: namespace not found ≠ missing required field "custom_metadata" | to mend
namespace scan | status 200 ≠ 404: <data> ≠  | to mend
policy list plain | data.*[]: * ≠ * | to mend
policy write | errors[]: check-and-set parameter * did not match the current version * ≠ check-and-set parameter did not match the current version | to mend
policy write | warnings: * ≠ *policy name was converted to * | to mend
policy read | data.modified: <time> ≠ absent | to mend
policy read | data.*: # Allow tokens to look up their own properties * ≠ * | to mend
policy write | status 204 ≠ 200:  ≠ policy name was converted to * | to mend
* | status 500 ≠ *: 1 error occurred: * cannot lookup token in different namespace ≠ * | to mend
capabilities | status 500 ≠ 400: 1 error occurred: * no token found ≠ * | to mend
token create | errors[]: * ≠ Field validation failed: error converting input for field * | to mend
token create | status 200 ≠ 400: <data> ≠ Field validation failed: error converting input for field "*": expected type 'duration', got 'boolean' | to mend
token create | auth.*policies[]: p, default ≠ * | to mend
token create | warnings*: * ≠ * | to mend
token create | auth.*policies: * ≠ * | to mend
token renew | auth.*policies[]: p, default ≠ p | to mend
token renew | errors[]: * invalid request ≠ lease is not renewable | to mend
token renew | errors[]: lease is not renewable ≠ invalid lease ID | to mend
token lookup | status 200 ≠ 400: <data> ≠ * invalid accessor | to mend
token renew | warnings: * ≠ * | to mend
* | warnings[]: TTL of "*h" exceeded * ≠ TTL of "*h0m0s" exceeded * | to mend
* | data.display_name: token ≠  | to mend
* | data.issue_time: <time> ≠ absent | to mend
* | data.renewable: false ≠ absent | to mend
token lookup | errors[]: invalid token ≠ bad token | to mend
token role | status * ≠ 404: * ≠ *unsupported path | to mend
lease list | data.keys[]: * ≠ * | to mend
ssh lookup | errors[]: Invalid IP "<nil>" ≠ Invalid IP * | to mend
lease old path | status 404 ≠ *: * unsupported path ≠ * | to mend
lease other | status 200 ≠ 404: <data> ≠ * unsupported path | to mend
ssh role | status 500 ≠ 400: * failed to validate * ≠ failed to validate * | to mend
approle ids | errors[]: failed to parse metadata: * ≠ failed to parse metadata: * | words of an error about what cannot be read
approle secret id | warnings: null ≠ ["Endpoint ignored these unrecognized parameters: [secret_id]"] | to mend
approle ids | status 500 ≠ 400: * failed to validate * ≠ failed to validate * | to mend
* | errors[]: missing password ≠ 1 error occurred: * missing password | to mend
userpass login | status 404 ≠ 500: unsupported path ≠ * | to mend
userpass user | status 404 ≠ 204: * unsupported path ≠  | to mend
cubbyhole | status 500 ≠ 400: * missing data fields ≠ missing data fields | to mend
`;

interface Known {
  line: string;
  reason: string;
  fits(kind: string, signature: string): boolean;
}

export const KNOWN_DIFFERENCES: readonly Known[] = rowsOf(LIST, 3).map((cells) => {
  const [kind, signature, reason] = cells as [string, string, string];
  const [kinds, signatures] = [patternOf(kind), patternOf(signature)];
  return { line: cells.join(' | '), reason, fits: (one, other) => kinds.test(one) && signatures.test(other) };
});

function patternOf(text: string): RegExp {
  const parts = text.split('*').map((part) => part.replace(/[.+?^${}()|[\]\\]/g, '\\$&'));
  return new RegExp(`^${parts.join('.*')}$`);
}
