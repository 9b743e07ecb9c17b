/** The secrets engine `kv`: key-value secrets; version 2 keeps their history (contract §9). */

import { GENERIC } from '../../tree/mountType.ts';
import type { Engine } from '../engine.ts';
import { renewalOfSecret, v1Routes } from './v1.ts';
import { v2Routes } from './v2/routes.ts';

const V1 = v1Routes(false);
const LEASED_V1 = v1Routes(true);

export const kv: Engine = {
  type: 'kv',
  kind: 'secret',
  versions: ['1', '2'],
  // Contract §3.3.
  aliases: { 'kv-v1': { version: '1' }, 'kv-v2': { version: '2' } },
  variants: [{}, { version: '2' }],
  leaseRenewal: renewalOfSecret,
  routes(options) {
    if (options.version === '2') return v2Routes;
    return options.leased_passthrough === 'true' ? LEASED_V1 : V1;
  },
};

/** The OpenAPI document does not repeat the routes of kv for it. */
export const generic: Engine = { ...kv, type: GENERIC, aliases: {}, variants: [] };
