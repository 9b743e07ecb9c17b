/** `remount aliases`: lists, shows, renews and ends the old paths that still answer (docs/aliases.md). */

import type { AliasDetails, AliasList } from '../../functions/remount/answers.ts';
import { ALIAS_PATHS, endOnce, ofAlias } from '../api/aliases.ts';
import { orIfNotFound } from '../api/found.ts';
import type { Command, Context } from '../command.ts';
import { EXIT, type ExitCode, usage } from '../errors.ts';
import { aliasFacts, aliasTable, callerLines } from '../render/alias.ts';

export const aliases: Command = {
  operands: ['[PATH|ID]'],
  summary: 'Lists the old paths that still answer, or shows one with its callers.',
  options: {},
  doing: ([path]) => (path === undefined ? 'listing aliases' : `reading the alias ${path}`),
  run: (context, typed) => {
    const [path] = typed.operands;
    return path === undefined ? list(context) : show(context, path);
  },
};

async function list({ service, output, format }: Context): Promise<ExitCode> {
  const none = { data: { keys: [], key_info: {} } };
  const answer = await orIfNotFound(service.list(ALIAS_PATHS.aliases), () => none);
  const data: AliasList = answer.data;
  if (format === 'json') output.json(data);
  else if (data.keys.length === 0) output.note('None found.');
  else for (const line of aliasTable(data, output.width)) output.line(line);
  return EXIT.done;
}

async function show({ service, output, format }: Context, path: string): Promise<ExitCode> {
  const answer = await ofAlias(service, path, service.read(ALIAS_PATHS.alias(path)));
  const data: AliasDetails = answer.data;
  if (format === 'json') output.json(data);
  else for (const line of [...aliasFacts(data), '', ...callerLines(data, output.width)]) output.line(line);
  return EXIT.done;
}

export const renewAlias: Command = {
  operands: ['PATH'],
  summary: 'Lets an old path answer for a time from now on, instead of until its end.',
  options: { ttl: { value: 'DURATION', help: 'how long, such as 240h or 10d; at most 90 days' } },
  doing: ([path]) => `renewing the alias ${path}`,
  async run({ service, output, format }, typed) {
    const [path = ''] = typed.operands;
    const ttl = typed.text('ttl');
    if (ttl === undefined) throw usage('--ttl must say for how long from now, such as --ttl 240h');
    const answer = await ofAlias(service, path, service.write(ALIAS_PATHS.alias(path), { ttl }));
    const data: AliasDetails = answer.data;
    if (format === 'json') output.json(data);
    else output.line(`Alias ${data.source_mount} answers until ${data.end_time}.`, 'green');
    return EXIT.done;
  },
};

export const endAlias: Command = {
  operands: ['PATH|ID'],
  summary: 'Ends an old path at once: requests there get 404. Only another move can leave it again.',
  options: {},
  doing: ([path]) => `ending the alias ${path}`,
  async run({ service, output, format }, typed) {
    const [path = ''] = typed.operands;
    const isEndedNow = await endOnce(service, path);
    if (format === 'json') output.json(null);
    else output.line(isEndedNow ? `Ended alias ${path}.` : `Alias ${path} had ended already.`);
    return EXIT.done;
  },
};
