/** The steps that both the service and its model can take. */

import type { Type } from './state.ts';

/** `in` is the namespace of the request, with a trailing slash. Paths are relative to it and have no trailing slash. */
export type Step =
  | { do: 'enable'; in: string; path: string; type: Type }
  | { do: 'disable'; in: string; path: string }
  | { do: 'tune'; in: string; path: string; description: string }
  | { do: 'create namespace'; in: string; name: string }
  | { do: 'delete namespace'; in: string; name: string }
  /** Runs all teardowns of disabled mounts and deleted namespaces to their end. */
  | { do: 'clear away' }
  | { do: 'move'; in: string; from: string; to: string; leaves?: boolean }
  /** Ends the alias at this path. */
  | { do: 'end alias'; in: string; path: string }
  | { do: 'dry run'; in: string; from: string; to: string }
  /** The workflow of the migration with this number. */
  | { do: 'run'; migration: number }
  /** Only the first step of the workflow, which moves the mount. */
  | { do: 'switch'; migration: number }
  | { do: 'cancel'; migration: number }
  | { do: 'undo'; migration: number }
  | { do: 'write'; in: string; path: string; value: string }
  /** On a leased mount this issues a lease. */
  | { do: 'read'; in: string; path: string }
  | { do: 'log in'; in: string; path: string }
  | { do: 'revoke'; credential: number }
  | { do: 'list'; in: string };

/** The answer to a step; `status` is 200 for every success. */
export interface Answered<Migration = number> {
  status: number;
  /** The value that was read, or the paths that were listed. */
  shown?: string | string[];
  /** The migration that was accepted, or that already exists. */
  migration?: Migration;
  /** Whether a credential was issued. */
  issued?: boolean;
}

/** A step in one line. */
export function inWords({ do: what, ...facts }: Step): string {
  return `${what} ${Object.values(facts)
    .map((fact) => (fact === '' ? '·' : fact))
    .join(' ')}`.trim();
}
