/** A process that loads one bundle, answers one event, and reports how long both took together. */

import { pathToFileURL } from 'node:url';

const [bundle = '', event = ''] = process.argv.slice(2);
const startedAt = performance.now();
const { handler } = await import(pathToFileURL(bundle).href);
const answer = await handler(JSON.parse(event));
const ms = performance.now() - startedAt;
process.send?.({ ms, answer });
process.disconnect();
