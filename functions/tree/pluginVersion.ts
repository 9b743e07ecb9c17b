/** The versions of plugins (contract §3.3). Pure. */

import { goQuote, refusal } from '../http/errors.ts';
import { Meant } from '../http/shape.ts';
import { VAULT_VERSION } from '../http/version.ts';

/** Each type has one version; `plugin_version` and listings show this one. */
export const PLUGIN_VERSION = `v${VAULT_VERSION}+builtin.vault`;

/** Numbers with dots, then what follows a hyphen or a plus sign. */
const SEMANTIC_VERSION =
  /^v?\d+(\.\d+)*(-?[A-Za-z~-][\w~-]*(\.[\w~-]+)*|-\d[\w~-]*(\.[\w~-]+)*)?(\+[\w~-]+(\.[\w~-]+)*)?$/;

/**
 * A version with three numbers at least.
 * @throws VaultError 400 for what is no version
 */
export function canonicalVersion(version: string): string {
  if (version === 'latest') return version;
  if (!SEMANTIC_VERSION.test(version))
    throw refusal(
      `version ${goQuote(version)} is not a valid semantic version: malformed version: ${version}`,
    );
  const [, numbers = '', rest = ''] = /^v?([\d.]+)(.*)$/.exec(version) ?? [];
  const [major, minor = '0', patch = '0', ...more] = numbers.split('.');
  return `v${[major, minor, patch, ...more].join('.')}${rest}`;
}

/** A field with the version of a plugin. */
export const VERSION_TEXT = new Meant('string', {
  spellings: (text) => (SEMANTIC_VERSION.test(text) ? [canonicalVersion(text)] : []),
});
