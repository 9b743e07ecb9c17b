/**
 * A process that loads one bundle, answers one event, and reports how long both took together, and how much memory the
 * process has had at most.
 */

import { readFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';

const [bundle = '', event = ''] = process.argv.slice(2);
const startedAt = performance.now();
const { handler } = await import(pathToFileURL(bundle).href);
const answer = await handler(JSON.parse(event));
const ms = performance.now() - startedAt;
// `process.resourceUsage()` would count the memory of the process that has started this one.
const [, peakKB] = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync('/proc/self/status', 'utf8')) ?? [];
process.send?.({ ms, answer, peakMB: Number(peakKB) / 1_000 });
process.disconnect();
