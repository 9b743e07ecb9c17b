/** Reads a mount as clients see it, to compare it before and after a move. */

import { must } from './fresh.ts';
import { call } from './http.ts';

/** The mount object; for auth methods the path begins with `auth/`. */
export async function mountObject(path: string, namespace?: string): Promise<Record<string, unknown>> {
  const table = path.startsWith('auth/') ? 'auth' : 'mounts';
  const { body } = await must('GET', `sys/${table}/${path.replace(/^auth\//, '')}`, { namespace });
  return body.data;
}

export async function accessorOf(path: string, namespace?: string): Promise<string> {
  return String((await mountObject(path, namespace)).accessor);
}

/** The paths in one mount table of a namespace. */
export async function mountPaths(table: 'mounts' | 'auth', namespace?: string): Promise<string[]> {
  const { body } = await must('GET', `sys/${table}`, { namespace });
  return Object.keys(body.data);
}

/** The whole content of a kv v2 mount: config, and for each secret the metadata and every version, deleted or not. */
export async function kv2Content(mount: string, namespace?: string): Promise<object> {
  const { body } = await must('GET', `${mount}/metadata?list=true`, { namespace });
  const secrets = (body.data.keys as string[]).map(async (key) => {
    const metadata = (await must('GET', `${mount}/metadata/${key}`, { namespace })).body.data;
    const versions = Object.keys(metadata.versions).map(async (version) => {
      const answer = await call('GET', `${mount}/data/${key}?version=${version}`, { namespace });
      return { status: answer.status, data: answer.body.data };
    });
    return { key, metadata, versions: await Promise.all(versions) };
  });
  const config = (await must('GET', `${mount}/config`, { namespace })).body.data;
  return { config, secrets: await Promise.all(secrets) };
}
