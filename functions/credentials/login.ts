/** Logs in: from the settings of a user or role to a token and its answer (contract §8). */

import { refusal } from '../http/errors.ts';
import type { Call, Reply } from '../http/route.ts';
import type { Write } from '../ports/store.ts';
import { noteUse } from '../tree/aliasUse.ts';
import { markIssued } from '../tree/generation.ts';
import type { Mount } from '../tree/mount.ts';
import type { Namespace } from '../tree/namespace.ts';
import { issueToken } from './issueToken.ts';
import { cleanPolicies } from './policyNames.ts';
import { authOf } from './tokenAnswers.ts';
import type { TokenSettings } from './tokenFields.ts';
import { grantTtl } from './ttl.ts';

export interface Login {
  call: Pick<Call, 'deps' | 'namespace' | 'sourceIp' | 'alias'>;
  mount: Mount;
  settings: TokenSettings;
  /** Relative to the mount. */
  path: string;
  /** The name of the user or role; empty where the method has none. */
  name: string;
  metadata: Record<string, string>;
  /** Writes that must happen with the login or not at all. */
  alongside?: Write[];
}

/**
 * Issues the token, after the method has verified the credentials. Nothing may be written for the request before.
 * @throws VaultError 400 for the policy `root`
 * @throws MountMoved when the mount was moved while the request was in flight
 * @throws ConditionFailed when one of the `alongside` writes is refused
 */
export async function login({ call, mount, settings, path, name, ...rest }: Login): Promise<Reply> {
  const { deps, namespace } = call;
  const policies = policiesOf(settings);
  const issuer = await markIssued(deps.store, mount);
  const { token_period: period, token_explicit_max_ttl: explicitMaxTtl } = settings;
  const wish = { ttl: settings.token_ttl, maxTtl: settings.token_max_ttl, period, explicitMaxTtl };
  const { ttl, maxTtl, warnings } = grantTtl(wish, mount);
  const type = tokenType(settings.token_type, mount.config.tokenType);
  const { secret, token } = await issueToken(deps, {
    namespace,
    issuer,
    path: mount.path + path,
    leasePath: path,
    policies,
    displayName: displayName(namespace, mount, name),
    meta: rest.metadata,
    type,
    ttl,
    maxTtl,
    explicitMaxTtl,
    period,
    numUses: settings.token_num_uses,
    renewable: type === 'service',
    boundCidrs: settings.token_strictly_bind_ip ? [call.sourceIp] : settings.token_bound_cidrs,
    alongside: rest.alongside ?? [],
  });
  if (call.alias) await noteUse(deps, call.alias, token);
  return { auth: authOf(token, secret), warnings };
}

/** @throws VaultError 400 for `root`: a login never creates a root token */
function policiesOf({ token_policies, token_no_default_policy }: TokenSettings): string[] {
  const policies = cleanPolicies(token_no_default_policy ? token_policies : [...token_policies, 'default']);
  if (policies.includes('root')) throw refusal('auth methods cannot create root tokens');
  return policies;
}

/** A mount may prescribe the type of its tokens, or set their default. */
function tokenType(ofRole: string, ofMount = 'default-service'): 'service' | 'batch' {
  if (ofMount === 'service' || ofMount === 'batch') return ofMount;
  if (ofRole === 'service' || ofRole === 'batch') return ofRole;
  return ofMount === 'default-batch' ? 'batch' : 'service';
}

/** The full path of the mount, with dashes, and the name. `auth/` is left out only where the path begins with it. */
function displayName(namespace: Namespace, mount: Mount, name: string): string {
  const where = (namespace.path + mount.path).replace(/^auth\//, '').replaceAll('/', '-');
  return (where + name).replace(/-$/, '');
}
