/** What has to be known of a type of mount to enable and tune it. */

export interface MountType {
  /** Whether it is a secrets engine or an auth method. */
  kind: 'secret' | 'auth';
  /** Values that the option `version` may have; none for a type without versions. */
  versions?: readonly string[];
  /** Other names under which it can be enabled, each with the options that the name stands for. */
  aliases?: Readonly<Record<string, Record<string, string>>>;
  /** Whether the lockout of its users can be tuned. */
  userLockout?: boolean;
  /** The field of its answers that names the accessor of a credential in them. */
  accessorField?: string;
}

/** All types, by their names. */
export type MountTypes = Readonly<Record<string, MountType>>;

/** A type by the name that a request gives, which may be that of a property of every object. */
export function typeIn(types: MountTypes, name: string): MountType | undefined {
  return Object.hasOwn(types, name) ? types[name] : undefined;
}
