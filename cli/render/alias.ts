/** Texts about aliases, and about who uses them. */

import type { AliasDetails, AliasInfo, AliasList, MigrationInfo } from '../../functions/remount/answers.ts';
import { columns } from './columns.ts';
import { count, counted, lasting, namespaceName } from './numbers.ts';

/**
 * First those of the namespace and of those below it, by their paths; then those outside it that lead into it, by their ids.
 * @param width see {@link columns}; paths are shortened, so that the times have room in 80 characters
 */
export function aliasTable({ keys, key_info }: AliasList, width?: number): string[] {
  const aliases = keys.map((name) => ({ name, info: key_info[name] as AliasInfo }));
  const inside = aliases.filter(({ info }) => !isOutside(info));
  const outside = aliases.filter(({ info }) => isOutside(info));
  return [
    ...tableOf('ALIAS', inside, width),
    ...(inside.length > 0 && outside.length > 0 ? [''] : []),
    ...tableOf('OUTSIDE', outside, width),
  ];
}

function tableOf(
  title: 'ALIAS' | 'OUTSIDE',
  aliases: readonly { name: string; info: AliasInfo }[],
  width?: number,
): string[] {
  if (aliases.length === 0) return [];
  const header = [title, 'MOUNT', 'ENDS', 'CALLERS', 'LAST USED'];
  const rows = aliases.map(({ name, info }) => {
    const used = info.last_used_time === null ? 'never' : wholeSeconds(info.last_used_time);
    return [name, info.target_mount, wholeSeconds(info.end_time), callersFact(info), used];
  });
  const whole = ['OUTSIDE', 'ENDS', 'LAST USED'].map((column) => header.indexOf(column));
  return columns([header, ...rows], width, whole);
}

/** Its path is not told: the request does not reach the namespace that it is in. */
function isOutside({ source_mount: path }: Pick<AliasInfo, 'source_mount'>): boolean {
  return path === '';
}

/** `212`; `10,000+` where there may be more. */
function callersFact({ callers_total: total, callers_complete: isComplete }: AliasInfo): string {
  return `${count(total)}${isComplete ? '' : '+'}`;
}

/** All fields but the callers, one per line. */
export function aliasFacts(alias: AliasDetails): string[] {
  return columns([
    ['Alias', isOutside(alias) ? 'outside the namespace' : alias.source_mount],
    ['Mount', alias.target_mount],
    ['Since', alias.created_time],
    ['Ends', alias.end_time],
    ['Last used', alias.last_used_time ?? 'never'],
    ['Migration', alias.migration_id],
  ]);
}

/** @param width see {@link columns} */
export function callerLines(alias: AliasDetails, width?: number): string[] {
  const { callers, hidden_callers: hidden, callers_total: total, callers_complete: isComplete } = alias;
  const left = total - callers.length - hidden;
  const rows = callers.map((caller) => [
    caller.display_name,
    namespaceName(caller.namespace),
    caller.login_path,
    wholeSeconds(caller.last_time),
    String(caller.count),
    caller.mount_accessor,
  ]);
  const header = ['CALLER', 'NAMESPACE', 'LOGIN PATH', 'LAST USED', 'USES', 'ACCESSOR'];
  return [
    ...(rows.length > 0 ? columns([header, ...rows], width, [0, header.indexOf('LAST USED')]) : []),
    ...(left > 0 ? [`${counted(left, 'caller')} more, who came before these.`] : []),
    ...(hidden > 0 ? [`${counted(hidden, 'caller')} of other namespaces, which the token may not see.`] : []),
    ...(isComplete ? [] : ['There are more callers than can be counted; some of these may have come later.']),
    ...(total === 0 ? ['Nobody has used it.'] : []),
  ];
}

/** What the status of a migration says of the alias that it leaves. */
export function aliasFact(alias: MigrationInfo['alias']): string | false {
  if (!alias) return false;
  if (alias.ended_time !== null) return `ended ${alias.ended_time}`;
  if (alias.end_time === null) return `for ${lasting(alias.ttl)} from the switch on`;
  const used = alias.last_used_time;
  return `answers until ${alias.end_time}${used === null ? '' : `, last seen in use ${used}`}`;
}

function wholeSeconds(time: string): string {
  return time.replace(/\.\d+Z$/, 'Z');
}
