/** `subkeys/`: the keys of a secret, nested as they are, without their values. */

import type { Schema } from '../../../http/fields.ts';
import { type Call, type Missing, type Reply, route } from '../../../http/route.ts';
import type { Shape, Wire } from '../../../http/shape.ts';
import { placeOf } from '../place.ts';
import { decodeValue, type Value } from '../value.ts';
import { describeVersion, VERSION } from './describe.ts';
import { isObject } from './mergePatch.ts';
import { readVersion } from './readVersion.ts';

const FIELDS = { version: 'int', depth: 'int' } as const satisfies Schema;

const SUBKEYS = { subkeys: 'map', metadata: VERSION } as const satisfies Shape;

export const subkeysRoute = route({
  path: 'subkeys/:path*',
  fields: FIELDS,
  answers: { read: SUBKEYS },
  read,
});

async function read(call: Call<typeof FIELDS>): Promise<Reply<Wire<typeof SUBKEYS>> | Missing | undefined> {
  const { version, depth = 0 } = call.fields;
  const found = await readVersion(placeOf(call), version);
  if (!found) return undefined;
  const metadata = describeVersion(found.metadata, found.number);
  if (found.value === undefined) return { status: 404, data: { subkeys: null, metadata } };
  const levels = depth > 0 ? depth : Number.POSITIVE_INFINITY;
  return { data: { subkeys: keysOnly(decodeValue(found.value), levels), metadata } };
}

/** @param levels of keys to show; what lies deeper, empty objects and all that is no object is null */
function keysOnly(value: Value, levels: number): Value {
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => {
      const isOpen = levels > 1 && isObject(inner) && Object.keys(inner).length > 0;
      return [key, isOpen ? keysOnly(inner, levels - 1) : null];
    }),
  );
}
