/**
 * Causes of differences that the random sequences meet, each with its reason, as in `knownFailures.ts`. The first line
 * that fits decides. A cause that no line fits fails the run.
 */

import { patternOf, rowsOf } from '../table.ts';

/** Kind of step, signature (reference ≠ ours), reason. `*` stands for any text. */
const LIST = `
* | errors[]: *error converting input for field* ≠ *error converting input for field* | words of an error about what cannot be read
* | errors[]: failed to decode JSON input: * ≠ failed to decode JSON input: * | words of an error about what cannot be read
* | errors[]: failed to parse policy: * ≠ failed to parse policy: * | words of an error about what cannot be read
* | auth.entity_id: <uuid> ≠  | \`entity_id\` of a login
* | data.entity_id: <uuid> ≠  | \`entity_id\` of a login
* | *running_plugin_version: * | \`version\`, \`running_plugin_version\`, \`build_date\`, \`commit_date\`, \`cluster_id\`, \`storage_type\`
* | version: 2.7.2 ≠ * | \`version\`, \`running_plugin_version\`, \`build_date\`, \`commit_date\`, \`cluster_id\`, \`storage_type\`
* | build_date: absent ≠  | \`version\`, \`running_plugin_version\`, \`build_date\`, \`commit_date\`, \`cluster_id\`, \`storage_type\`
* | commit_date: <time> ≠ absent | \`version\`, \`running_plugin_version\`, \`build_date\`, \`commit_date\`, \`cluster_id\`, \`storage_type\`
* | cluster_id: text ≠ empty | \`version\`, \`running_plugin_version\`, \`build_date\`, \`commit_date\`, \`cluster_id\`, \`storage_type\`
* | storage_type: inmem ≠ dynamodb | \`version\`, \`running_plugin_version\`, \`build_date\`, \`commit_date\`, \`cluster_id\`, \`storage_type\`
* | is_self: absent ≠ false | \`sys/leader\`
* | leader_address: absent ≠  | \`sys/leader\`
* | leader_cluster_address: absent ≠  | \`sys/leader\`
* | performance_standby: absent ≠ false | \`sys/leader\`
* | * ≠ *time: invalid duration "-1* | a negative lease time or lockout time of a mount
* | errors[]: cannot tune parameter * ≠ cannot tune parameter * | several fields that are wrong
* | * ≠ * does not allow setting a version | tuning the option \`version\` of an engine without versions
* | warnings[]: Upgrading mount from version * to version 0* ≠ Upgrading mount from version 1 to version 2* | kv from version 1 to 2, for a moment
* | status 404 ≠ 405:  ≠ 1 error occurred: * unsupported operation | \`LIST sys/policies/acl/a\`
* | status * ≠ 400: * ≠ failed to decode JSON input: invalid character '{' after top-level value | a body of several JSON values, or with half of a surrogate pair
* | status * ≠ 400: * ≠ failed to decode JSON input: invalid surrogate pair in string | a body of several JSON values, or with half of a surrogate pair
* | status * ≠ 400: * ≠ max_versions must be between 0 and 10000 | \`max_versions\` below 0 or above 10,000
* | errors[]: * ≠ max_versions must be between 0 and 10000 | \`max_versions\` below 0 or above 10,000
* | status * ≠ 400: * ≠ no data provided | \`data\` that is \`null\`
system | status * ≠ 404: * ≠ *unsupported path | \`sys/version-history\`, \`sys/key-status\`, \`sys/config/cors\`, \`sys/host-info\`, \`sys/ha-status\`, \`sys/metrics\`, \`sys/loggers\`, \`sys/internal/counters/…\`
lease old path | status 404 ≠ *: * unsupported path ≠ * | \`sys/renew\`, \`sys/revoke\`, \`sys/revoke-prefix\`, \`sys/revoke-force\`
* | warnings: ["Endpoint ignored these unrecognized parameters: *"] ≠ null | unknown parameters of a read or list of version 1
* | data.keys[]: * ≠ * | scans
policy read | data.*: *path "* ≠ * | text of the policies \`default\` and \`response-wrapping\`
policy read | data.modified: <time> ≠ absent | text of the policies \`default\` and \`response-wrapping\`
* | status 500 ≠ *: 1 error occurred: * cannot lookup token in different namespace ≠ * | an accessor that is not of the namespace it is named in
capabilities | status 500 ≠ 400: 1 error occurred: * no token found ≠ 1 error occurred: * no token found | \`sys/capabilities\` without a token
* | status 400 ≠ 200: no information found; * ≠ <data> | rewrapping in a child namespace
ssh lookup | errors[]: Invalid IP "<nil>" ≠ Invalid IP * | lookup of ssh with what is no address; with a role also in \`config/zeroaddress\`
ssh role field | errors[]: Either * must be set to 'true' ≠ invalid key type | pki, transit and the other engines; signed keys of \`ssh\`; \`tidy/secret-id\` and \`role/:name/bound-cidr-list\` of approle
* | status 500 ≠ 400: * failed to validate * ≠ failed to validate * | what is no CIDR block in \`secret_id_bound_cidrs\`, \`cidr_list\`, \`token_bound_cidrs\` of a secret-id, \`exclude_cidr_list\`; addresses of a secret-id outside those of its role
* | status 500 ≠ 400: * failed to verify subset * ≠ failed to verify subset * | what is no CIDR block in \`secret_id_bound_cidrs\`, \`cidr_list\`, \`token_bound_cidrs\` of a secret-id, \`exclude_cidr_list\`; addresses of a secret-id outside those of its role
approle secret id | warnings: null ≠ ["Endpoint ignored these unrecognized parameters: [secret_id]"] | unknown fields of a lookup by accessor that finds nothing
approle setting | data.token_bound_cidrs: null ≠ [] | one setting of an approle role, addresses: none of them written; after a reset
cubbyhole | status 500 ≠ 400: * missing data fields ≠ missing data fields | writing nothing to a cubbyhole
approle login | status 500 ≠ 400: missing role_id ≠ missing role_id | a login by approle without \`role_id\`, a field of a login that has the wrong type
verb | status 500 ≠ 405: missing role_id ≠ unsupported operation | reading the root of a cubbyhole; \`GET\` and \`DELETE\` of an approle login
weird path | * ≠ * unsupported operation | a name of a policy that is only spaces
* | errors[]: nil backend of type "kv" returned from factory ≠ invalid version provided: * | kv of a version that it does not have
* | *options: null ≠ {} | \`options\` of a mount that was enabled with \`null\`
* | status 400 ≠ 405: policy not found ≠ * | \`PATCH\` of a policy
remount | status 200 ≠ 400: Mount move * ≠ no matching mount at * | \`from\` inside a mount
query | status 200 ≠ 404: Endpoint ignored these unrecognized parameters: * ≠  | unknown parameters of a read or list of version 1
lease list | status 404 ≠ 200:  ≠ <data> | batch tokens
lease list | status 200 ≠ 404: <data> ≠  | a token without an end
token lookup | data.issue_time: absent ≠ <time> | \`lookup\` in a child namespace, with \`token\` empty
token lookup | data.renewable: absent ≠ false | \`lookup\` in a child namespace, with \`token\` empty
* | status 200 ≠ 400: * ≠ wrapping token is not valid or does not exist | a token or lease named in a request
use of a wrapping token | status 200 ≠ 403: Reading from 'cubbyhole/response' is deprecated* ≠ * | \`X-Vault-Wrap-Format: jwt\`, \`cubbyhole/response\`
approle role | status 204 ≠ 400:  ≠ 'token_type' cannot be 'batch' * when set to generate periodic tokens | \`ttl\` above \`max_ttl\`, or \`period\` of a role with batch tokens, by their older names
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
