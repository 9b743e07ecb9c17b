/** What other parts need to know of the type of a mount; the rows of the engine catalog say it. */

import type { Deps } from '../ports/deps.ts';
import type { Mount } from './mount.ts';

export interface MountType {
  /** Whether it is a secrets engine or an auth method. */
  kind: 'secret' | 'auth';
  /** Values that the option `version` may have; none for a type without versions. */
  versions?: readonly string[];
  /** Other names under which it can be enabled, each with the options that the name implies. */
  aliases?: Readonly<Record<string, Record<string, string>>>;
  /** Whether the lockout of its users can be tuned. */
  userLockout?: boolean;
  /** Of an auth method that locks users after bad passwords: which users are locked, and the way to let them in again. */
  lockedUsers?: LockedUsers;
  /** Of an auth method: what the user or role of a login allows its tokens, when they are renewed. */
  renewal?: LoginRenewal;
  /** Of a secrets engine whose leases are renewable: what a secret allows its lease, when that is renewed. */
  leaseRenewal?: LeaseRenewal;
  /** The field of its answers that holds the accessor of a credential. */
  accessorField?: string;
}

export interface LockedUsers {
  /** @returns the names of the users that are locked now, sorted */
  list(deps: Pick<Deps, 'store' | 'clock'>, mount: Mount): Promise<string[]>;
  /** Forgets the bad passwords of a user. It is no error if there are none, or no such user. */
  unlock(deps: Pick<Deps, 'store'>, mount: Mount, name: string): Promise<void>;
}

/** A token that was issued at a login. */
interface LoginToken {
  mount: Mount;
  meta: Readonly<Record<string, string>>;
  policies: readonly string[];
}

/** In seconds; 0 is "not set". */
export interface RenewalLimits {
  ttl: number;
  maxTtl: number;
  period: number;
}

/**
 * @returns nothing for a token that stays as it is
 * @throws VaultError for one that is not to be renewed
 */
export type LoginRenewal = (
  deps: Pick<Deps, 'store'>,
  token: LoginToken,
) => Promise<RenewalLimits | undefined>;

/** A secret that was issued with a lease, by its path in the mount. */
interface LeasedSecret {
  mount: Mount;
  path: string;
}

/**
 * @returns the TTL of the secret in seconds; 0 is "not set"
 * @throws VaultError for a lease that is not to be renewed
 */
export type LeaseRenewal = (deps: Pick<Deps, 'store'>, secret: LeasedSecret) => Promise<number>;

/**
 * kv under its oldest name. The reference has it in no catalog: it takes no version when it is enabled, and has no
 * `deprecation_status` (contract §3.1, §3.3).
 */
export const GENERIC = 'generic';

/** All types, by name. */
export type MountTypes = Readonly<Record<string, MountType>>;

/** The name comes from a request, so it may be that of a property of every object, such as `constructor`. */
export function mountTypeNamed(types: MountTypes, name: string): MountType | undefined {
  return Object.hasOwn(types, name) ? types[name] : undefined;
}
