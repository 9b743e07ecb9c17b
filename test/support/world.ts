/** A service with one more engine, whose credentials are leases, and the form of its refusals. */

import { engines } from '../../functions/engines/catalog.ts';
import { vaultApi } from '../../functions/vaultApi.ts';
import type { Answer } from './call.ts';
import { rented } from './rented.ts';
import { type Service, startService } from './service.ts';

export type { Auth } from './service.ts';

export type World = Service;

export function world(): Promise<World> {
  return startService({ api: { ...vaultApi, engines: { ...engines, rented } } });
}

/** The status and errors of a refusal, to compare. */
export function refusal({ status, body }: Answer): { status: number; errors: string[] } {
  return { status, errors: body?.errors };
}

/** The wrapper of an error of the framework (contract §2.1). */
export function wrapper(text: string): string {
  return `1 error occurred:\n\t* ${text}\n\n`;
}
