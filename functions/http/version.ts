/**
 * The version of Vault whose API this service speaks.
 *
 * Clients switch features on and off by it, so it names an API level, not a release of this service. 1.14 is the last
 * version of Vault under an open licence. It has mount migration (1.10) and metadata of namespaces (1.12), and this
 * service has no endpoint that came later.
 */
export const VAULT_VERSION = '1.14.0';
