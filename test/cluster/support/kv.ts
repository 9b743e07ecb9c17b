/** A kv mount of a real server with many keys, which can be read wherever it is. */

import type { Client } from './client.ts';
import { until } from './until.ts';

/** Requests at one time. */
const AT_ONCE = 16;

export interface Kv {
  /** What was written: key → text. */
  written: Map<string, string>;
  /** How many keys are listed at a path. */
  listedAt(path: string, namespace: string): Promise<number>;
  /** What a path has for each of the keys. */
  readAt(path: string, namespace: string): Promise<Map<string, string | undefined>>;
}

/** Enables a kv engine and writes so many keys. */
export async function fillKv(
  { must, request }: Client,
  path: string,
  namespace: string,
  count: number,
  version: '1' | '2' = '1',
): Promise<Kv> {
  const isVersioned = version === '2';
  const pathOf = (mount: string, key: string) => (isVersioned ? `${mount}/data/${key}` : `${mount}/${key}`);
  const written = new Map(Array.from({ length: count }, (_, i) => [`k${i}`, `${path} ${i}`] as const));

  await must('POST', `sys/mounts/${path}`, { type: 'kv', options: { version } }, namespace);
  // For a moment, a new mount of version 2 refuses all requests.
  await until(`${path} serves`, async () => {
    return (await request('GET', `${path}/config`, undefined, namespace)).status !== 400 || undefined;
  });
  const waiting = [...written];
  const write = async () => {
    for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
      const [key, is] = next;
      await must('POST', pathOf(path, key), isVersioned ? { data: { is } } : { is }, namespace);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, write));
  return {
    written,
    async listedAt(mount, at) {
      const { body } = await request('LIST', isVersioned ? `${mount}/metadata` : mount, undefined, at);
      return body?.data?.keys?.length ?? 0;
    },
    async readAt(mount, at) {
      const read = [...written.keys()].map(async (key) => {
        const { body } = await request('GET', pathOf(mount, key), undefined, at);
        return [key, isVersioned ? body?.data?.data?.is : body?.data?.is] as const;
      });
      return new Map(await Promise.all(read));
    },
  };
}
