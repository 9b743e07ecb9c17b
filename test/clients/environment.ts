/** The environment of a client: address and token of the server of the vitest project, in the variables that clients read. */

import { inject } from 'vitest';

/** Without variables for another server. */
export function environment(): NodeJS.ProcessEnv {
  const { address, rootToken } = inject('target');
  const others = Object.entries(process.env).filter(([name]) => !/^(VAULT|BAO)_/.test(name));
  return {
    ...Object.fromEntries(others),
    ...{ VAULT_ADDR: address, BAO_ADDR: address, VAULT_TOKEN: rootToken, BAO_TOKEN: rootToken },
  };
}
