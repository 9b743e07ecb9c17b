/** Says in which ways two outputs of a command differ, without what no two runs have alike. Pure. */

import { anonymous } from '../anonymous.ts';
import type { Output } from './perform.ts';

/** For how long what one command makes may have lived when another shows it, in seconds: a machine may be busy. */
const TOLERANCE_S = 30;
/** Whether the command line says this depends on chance: on what it finds when it asks for the first time. */
const WAITING = 'Waiting for terminal status in migration of ';

const DURATION = /\b(?=\d+[hms])(?:(\d+)h)?(?:(\d+)m)?(?:(\d+)(?:\.\d+)?s)?\b(?<=\d[hms])/g;
const SECONDS = /((?:ttl|duration)"?:? +)(\d+)\b/g;

/**
 * @returns the codes if they differ, and each line that only one side has: after `<` those of the reference, after `>` ours
 */
export function differencesOf(reference: Output, ours: Output): string[] {
  return [
    ...(reference.code === ours.code ? [] : [`code ${reference.code} ≠ ${ours.code}`]),
    ...lineDifferences('stdout', reference.stdout, ours.stdout),
    ...lineDifferences('stderr', reference.stderr, ours.stderr),
  ];
}

function lineDifferences(name: string, reference: string, ours: string): string[] {
  const [one, other] = [linesOf(reference), linesOf(ours)];
  if (one.join('\n') === other.join('\n')) return [];
  const differences = [
    ...one.filter((line) => !other.includes(line)).map((line) => `${name} < ${line}`),
    ...other.filter((line) => !one.includes(line)).map((line) => `${name} > ${line}`),
  ];
  return differences.length > 0
    ? [...new Set(differences)]
    : [`${name} has its lines in another order or number`];
}

/** The lines of an output. Their columns are as wide as what no two runs have alike, so that widths say nothing. */
function linesOf(text: string): string[] {
  const clean = anonymous(text)
    .replace(/http:\/\/127\.0\.0\.1:\d+/g, '<address>')
    .replace(/_[0-9a-f]{8}\b/g, '_<accessor>')
    .replace(/(\bid {2,}|"id": ")[A-Za-z0-9]{6}\b/g, '$1<id>')
    .replace(/(\] {2,})[A-Za-z0-9]{6}(?= {2,}(true|false)\b)/g, '$1<id>')
    .replace(/\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(\.\d+)? [+-]\d{4} \w+/g, '<time>')
    .replace(/\b1\d{9}\b/g, '<time>')
    .replace(DURATION, (_, hours, minutes, seconds) => rounded(secondsOf(hours, minutes, seconds)))
    .replace(SECONDS, (_, name, digits) => name + rounded(Number(digits)))
    .replace(/ {2,}/g, '  ')
    .replace(/-{2,}/g, '--');
  const lines = clean.split('\n').map((line) => line.trimEnd());
  return lines.filter((line) => !line.startsWith(WAITING));
}

function secondsOf(hours = '0', minutes = '0', seconds = '0'): number {
  return (Number(hours) * 60 + Number(minutes)) * 60 + Number(seconds);
}

/** A time that has run for a moment counts as the whole minutes that it began with. */
function rounded(seconds: number): string {
  const whole = Math.ceil(seconds / 60) * 60;
  return String(whole - seconds <= TOLERANCE_S ? whole : seconds);
}
