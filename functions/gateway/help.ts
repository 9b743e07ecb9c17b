/** What a client that asks for help is told of an endpoint: its path, operations and fields (contract §2.2). */

import type { Reply, Route } from '../http/route.ts';

const OPERATIONS = ['read', 'list', 'scan', 'write', 'patch', 'delete'] as const;

export function helpOf(route: Route): Reply {
  const operations = OPERATIONS.filter((operation) => route[operation]);
  const fields = Object.entries(route.fields ?? {}).map(([name, type]) => `    ${name} (${type})`);
  const lines = [
    `Path:        ${route.path}`,
    `Operations:  ${operations.join(', ')}`,
    ...(route.sudo ? ['Needs sudo.'] : []),
    ...(route.freeForm ? ['Takes any fields.'] : []),
    ...(fields.length > 0 ? ['Fields:', ...fields] : []),
  ];
  return { plain: { help: `${lines.join('\n')}\n`, see_also: null } };
}
