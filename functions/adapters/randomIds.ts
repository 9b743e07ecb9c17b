/** Random ids from the system's generator. */

import { randomBytes, randomInt, randomUUID } from 'node:crypto';
import type { Ids } from '../ports/deps.ts';

const LETTERS_AND_DIGITS = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';

export const randomIds: Ids = {
  uuid: () => randomUUID(),
  base62: (length) => Array.from({ length }, () => LETTERS_AND_DIGITS[randomInt(62)]).join(''),
  hex: (length) =>
    randomBytes(Math.ceil(length / 2))
      .toString('hex')
      .slice(0, length),
};
