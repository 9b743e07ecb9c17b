/** Error texts of the service name fields of requests. Names the options of the command instead. Pure. */

import type { Options } from './arguments.ts';

/** @param options of the command that has sent the request */
export function asOptions(text: string, options: Options): string {
  return Object.keys(options).reduce((words, name) => {
    const field = name.replaceAll('-', '_');
    return words
      .replace(new RegExp(`"${field}": "(\\w+)"`, 'g'), `--${name} $1`)
      .replace(new RegExp(whereNamed(field), 'gm'), `--${name}`);
  }, text);
}

/** A name of one word may also be a word of the sentence. Paths are in double quotes, and may have any name in them. */
function whereNamed(field: string): string {
  const marked = `'${field}'|field "${field}"`;
  return field.includes('_')
    ? `${marked}|(?<![\\w"/])${field}(?![\\w"/])`
    : `${marked}|^${field}(?= (?:is|must) )`;
}
