/** What a client is told of fields that had no effect (contract §2.4). */

import { unknownFields } from './fields.ts';
import type { Call, Match, Reply } from './route.ts';

/** Only an answer that has a body can carry a warning; fields of the query count like those of a body. */
export function withFieldWarnings(reply: Reply, match: Match, call: Call): Reply {
  const hasBody = reply.data !== undefined || reply.auth !== undefined || reply.warnings !== undefined;
  const warnings = [...ignored(match, call), ...replaced(match, call)];
  if (warnings.length === 0 || !hasBody) return reply;
  return { ...reply, warnings: [...(reply.warnings ?? []), ...warnings] };
}

function ignored({ route, params }: Match, { raw }: Call): string[] {
  if (route.freeForm) return [];
  const captured = capturedIn(params);
  const unknown = unknownFields(route.fields ?? {}, raw).filter((name) => !captured.includes(name));
  return unknown.length > 0 ? [`Endpoint ignored these unrecognized parameters: [${unknown.join(' ')}]`] : [];
}

/** What the path says goes before what the body says. */
function replaced({ params }: Match, { raw }: Call): string[] {
  const names = capturedIn(params).filter((name) => raw[name] !== undefined && raw[name] !== null);
  if (names.length === 0) return [];
  const where = "with the values captured from the endpoint's path";
  return [`Endpoint replaced the value of these parameters ${where}: [${names.sort().join(' ')}]`];
}

/** A path may end before what a pattern would capture, and then says nothing of it. */
function capturedIn(params: Match['params']): string[] {
  return Object.keys(params).filter((name) => params[name] !== undefined);
}
