/**
 * The version of Vault whose API this service speaks.
 *
 * Clients switch features on and off by it, so it names an API level, not a release of this service. 1.17 is the first
 * that takes hashes of passwords, and this service has all that clients use from then on in what it serves
 * (docs/decisions.md, 25).
 */
export const VAULT_VERSION = '1.17.0';

/** The release of this service. Every answer has it in a header, by which the command line knows what it speaks to. */
export const RELEASE = '0.1.0';
export const RELEASE_HEADER = 'X-Remount-Version';
