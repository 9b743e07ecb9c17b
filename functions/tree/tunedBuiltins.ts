/** The built-in mounts as they are tuned: what differs from birth is an item of the namespace, one a mount. */

import { ABSENT, type Item, type Store, type Write } from '../ports/store.ts';
import { builtinKey } from '../store/keys.ts';
import { record } from '../store/record.ts';
import { type BuiltinMount, builtinMounts } from './builtin.ts';
import type { Namespace } from './namespace.ts';

/** All of a namespace, for listings. */
export async function tunedBuiltins(store: Store, namespace: Pick<Namespace, 'id'>): Promise<BuiltinMount[]> {
  const { table, pk } = builtinKey(namespace.id, '');
  const items = await store.query({ table, pk });
  return builtinMounts(namespace).map((mount) =>
    tunedAs(
      mount,
      items.find(({ sk }) => sk === mount.path),
    ),
  );
}

/** The built-in mount with exactly this path, or the one that a path lies in. */
export async function tunedBuiltin(
  store: Store,
  namespace: Pick<Namespace, 'id'>,
  path: string,
  fits = (own: string) => own === path,
): Promise<BuiltinMount | undefined> {
  const mount = builtinMounts(namespace).find((candidate) => fits(candidate.path));
  return mount && tunedAs(mount, await store.get(builtinKey(namespace.id, mount.path)));
}

const RECORD = record<Pick<BuiltinMount, 'description' | 'config' | 'options' | 'version'>>();

/** Keeps what a tune has made of one, if nobody else has tuned it since it was read. */
export function keepTuned(
  before: Pick<BuiltinMount, 'namespaceId' | 'path' | 'version'>,
  { description, config, options }: Pick<BuiltinMount, 'description' | 'config' | 'options'>,
): Write {
  const key = builtinKey(before.namespaceId, before.path);
  const put = RECORD.at(key, { description, config, options, version: before.version + 1 });
  return { put, if: before.version === 0 ? ABSENT : { version: before.version } };
}

function tunedAs(mount: BuiltinMount, item: Item | undefined): BuiltinMount {
  return { ...mount, ...RECORD.of(item) };
}
