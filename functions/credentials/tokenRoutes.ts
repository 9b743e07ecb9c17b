/** The routes of `auth/token` (contract §6). */

import { type Call, type Reply, type Route, route } from '../http/route.ts';
import { KEYS, type Keys } from '../http/shape.ts';
import { MAX_LISTED_LEASES } from '../limits.ts';
import { CREATE_FIELDS, createToken } from './createToken.ts';
import { listAccessors } from './listAccessors.ts';
import { lookUpRoutes } from './lookUpRoutes.ts';
import { renewRoutes } from './renewRoutes.ts';
import { revokeRoutes } from './revokeRoutes.ts';
import { unknownRole } from './tokenErrors.ts';

export const tokenRoutes: readonly Route[] = [
  route({
    path: 'auth/token/create',
    fields: CREATE_FIELDS,
    answers: { write: null },
    write: (call) => createToken(call, false),
  }),
  route({
    path: 'auth/token/create-orphan',
    fields: CREATE_FIELDS,
    answers: { write: null },
    write: (call) => createToken(call, true),
  }),
  // No token roles are kept here, so that every one is unknown.
  route({
    path: 'auth/token/create/:role',
    fields: CREATE_FIELDS,
    write: async ({ params }) => {
      throw unknownRole(params.role ?? '');
    },
  }),
  ...lookUpRoutes,
  ...renewRoutes,
  ...revokeRoutes,
  route({ path: 'auth/token/accessors', sudo: true, answers: { list: KEYS }, list }),
];

async function list({ deps, namespace }: Call): Promise<Reply<Keys> | undefined> {
  const { accessors: keys, isCut } = await listAccessors(deps, namespace);
  if (keys.length === 0) return undefined;
  return { data: { keys }, warnings: isCut ? [`the listing ends after ${MAX_LISTED_LEASES} leases`] : [] };
}
