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
* | auth.entity_id: <uuid> ≠  | \`entity_id\` of a login
policy read | data.*: *cubbyhole/response* ≠ * | \`X-Vault-Wrap-Format: jwt\`, \`cubbyhole/response\`
* | *running_plugin_version: * | to mend
mount enable | errors[]: * ≠ * | to mend
auth enable | errors[]: * ≠ * | to mend
* tune* | errors[]: unable to parse options: * ≠ invalid version provided: x | to mend
* tune* | errors[]: cannot tune parameter * ≠ cannot tune parameter * | to mend
* tune* | errors[]: *version* ≠ * | to mend
auth tune* | status 200 ≠ 400: Upgrading mount * ≠ auth method * does not allow setting a version | tuning the option \`version\` of an engine without versions
* tune* | status 204 ≠ 400:  ≠ time: invalid duration "-1*" | to mend
* tune* | status 400 ≠ 204: version "" is not a valid semantic version: malformed version: ≠  | to mend
* | errors[]: unsupported path ≠ 1 error occurred: * unsupported path | to mend
* | status 404 ≠ 405: * ≠ 1 error occurred: * unsupported operation | to mend
* | status 404 ≠ 4*: *unsupported path ≠ * | to mend
verb | status 400 ≠ 405: * | to mend
no token | status 400 ≠ 405: operation unavailable in namespaces ≠ * | to mend
* | status 405 ≠ 403: unsupported operation ≠ permission denied | to mend
kv odd body | status 204 ≠ 400:  ≠ * | to mend
kv odd body | errors[]: * ≠ * | to mend
kv odd body | status 40* ≠ 40*: * ≠ * | to mend
* | is_self: absent ≠ false | \`sys/leader\`
* | leader_address: absent ≠  | \`sys/leader\`
* | leader_cluster_address: absent ≠  | \`sys/leader\`
* | performance_standby: absent ≠ false | \`sys/leader\`
* | build_date: absent ≠  | to mend
* | commit_date: <time> ≠ absent | to mend
* | cluster_id: text ≠ empty | to mend
* | storage_type: inmem ≠ dynamodb | to mend
* | version: 2.7.2 ≠ * | to mend
system | status * ≠ 404: * ≠ *unsupported path | to mend
query | warnings: ["Endpoint ignored these unrecognized parameters: [after]"] ≠ null | unknown parameters of a read or list of version 1
* | errors[]: * ≠ max_versions must be between 0 and 10000 | \`max_versions\` below 0 or above 10,000
kv2 write | status 200 ≠ 400: <data> ≠ *error converting input for field "options"* | to mend
kv2 patch | status 404 ≠ 400:  ≠ no data provided | to mend
policy read | data.modified: <time> ≠ absent | to mend
policy read | data.*: # Allow tokens to look up their own properties * ≠ * | to mend
* | status 500 ≠ *: 1 error occurred: * cannot lookup token in different namespace ≠ * | to mend
capabilities | status 500 ≠ 400: 1 error occurred: * no token found ≠ * | to mend
token create | errors[]: * ≠ Field validation failed: error converting input for field * | to mend
token create | status 200 ≠ 400: <data> ≠ Field validation failed: error converting input for field "*": expected type 'duration', got 'boolean' | to mend
token create | auth.*policies: * ≠ * | to mend
token lookup | errors[]: invalid token ≠ bad token | to mend
ssh lookup | errors[]: Invalid IP "<nil>" ≠ Invalid IP * | lookup of ssh with what is no address; with a role also in \`config/zeroaddress\`
lease old path | status 404 ≠ *: * unsupported path ≠ * | to mend
ssh role | status 500 ≠ 400: * failed to validate * ≠ failed to validate * | what is no CIDR block in \`secret_id_bound_cidrs\`, \`cidr_list\`, \`token_bound_cidrs\` of a secret-id, \`exclude_cidr_list\`; addresses of a secret-id outside those of its role
approle secret id | warnings: null ≠ ["Endpoint ignored these unrecognized parameters: [secret_id]"] | unknown fields of a lookup by accessor that finds nothing
approle ids | status 500 ≠ 400: * failed to validate * ≠ failed to validate * | what is no CIDR block in \`secret_id_bound_cidrs\`, \`cidr_list\`, \`token_bound_cidrs\` of a secret-id, \`exclude_cidr_list\`; addresses of a secret-id outside those of its role
userpass login | status 404 ≠ 500: unsupported path ≠ * | to mend
cubbyhole | status 500 ≠ 400: * missing data fields ≠ missing data fields | writing nothing to a cubbyhole
token lookup | data.issue_time: absent ≠ <time> | to mend
token lookup | data.renewable: absent ≠ false | to mend
* | text <a href=* ≠ <a href=* | to mend
unwrap | status 400 ≠ 200: no information found; * ≠ <data> | to mend
kv odd body | status 400 ≠ 204: failed to decode JSON input: * ≠  | to mend
kv2 config | errors[]: *error converting input for field "delete_version_after"* ≠ delete_version_after must be * | words of an error about what cannot be read
* | status * ≠ 400: * ≠ max_versions must be between 0 and 10000 | \`max_versions\` below 0 or above 10,000
kv2 scan | data.keys[]: * ≠ * | scans
policy write | errors[]: check-and-set parameter * did not match the current version * ≠ check-and-set parameter did not match the current version | to mend
query | status 200 ≠ 404: * ≠  | to mend
* | data.entity_id: <uuid> ≠  | \`entity_id\` of a login
token renew | errors[]: * invalid request ≠ lease is not renewable | to mend
token renew | errors[]: lease is not renewable ≠ invalid lease ID | to mend
verb | status 307 ≠ 40*:  ≠ * | \`GET sys\`
verb | status 500 ≠ 405: missing role_id ≠ unsupported operation | reading the root of a cubbyhole; \`GET\` and \`DELETE\` of an approle login
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
