/**
 * The version of Vault whose API this service speaks.
 *
 * Clients switch features on and off by it, so it names an API level, not a release of this service: 1.14 is the
 * last version of Vault under an open licence, it has mount migration (1.10) and metadata of namespaces (1.12), and
 * nothing that came later is answered here.
 */
export const VERSION = '1.14.0';
