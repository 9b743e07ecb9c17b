/** What enabling and tuning a mount need to know of its type; the rows of the engine catalog say it. */

export interface MountType {
  /** Whether it is a secrets engine or an auth method. */
  kind: 'secret' | 'auth';
  /** Values that the option `version` may have; none for a type without versions. */
  versions?: readonly string[];
  /** Other names under which it can be enabled, each with the options that the name implies. */
  aliases?: Readonly<Record<string, Record<string, string>>>;
  /** Whether the lockout of its users can be tuned. */
  userLockout?: boolean;
  /** The field of its answers that holds the accessor of a credential. */
  accessorField?: string;
}

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
