/** The paths of the requests about aliases, and how one is read. */

import { notFound } from '../errors.ts';
import { orIfNotFound } from './found.ts';
import type { Service } from './service.ts';

const ALIASES = 'sys/remount/aliases';

export const ALIAS_PATHS = {
  aliases: ALIASES,
  /** @param path with or without slashes around it, as in a move */
  alias: (path: string) =>
    `${ALIASES}/${path
      .replace(/^\/+|\/+$/g, '')
      .split('/')
      .map(encodeURIComponent)
      .join('/')}`,
};

/**
 * @param asked the request about the alias
 * @throws CommandError if there is no such alias
 */
export function ofAlias<T>(service: Service, path: string, asked: Promise<T>): Promise<T> {
  return orIfNotFound(asked, () => {
    throw notFound('alias', path, service.namespace);
  });
}
