/** `npm run bench`: the numbers of the demo as a table and as JSON, without judging them. */

import { measure, type Numbers } from '../../infra/local/demo/measure/measure.ts';
import { screenOn } from '../../infra/local/demo/screen.ts';

// The progress goes where it does not get into the numbers.
const numbers = await measure(screenOn(process.stderr));
screenOn(process.stdout).table(rows(numbers));
console.log(`\n${JSON.stringify(numbers, undefined, 2)}`);

function rows({ availability, plain, sizes, revocation, atOnce }: Numbers): string[][] {
  return [
    ['looks at source and target during moves', String(availability.looks)],
    ['looks at which both refused', String(availability.refusedAtBoth)],
    [`move with ${availability.leases} leases, read non-stop`, `${availability.seconds.toFixed(2)} s`],
    [`move with ${revocation.leases} leases`, `${revocation.seconds.toFixed(2)} s`],
    ['leases revoked', `${Math.round(revocation.perSecond)} a second`],
    [`median move between namespaces, ${sizes.smallKeys} keys`, `${sizes.smallMs.toFixed(1)} ms`],
    [`median move between namespaces, ${sizes.largeKeys} keys`, `${sizes.largeMs.toFixed(1)} ms`],
    ['the large takes', `${sizes.ratio.toFixed(2)} times the small`],
    ['calls of each such move', sizes.calls.join(' or ')],
    ['median move within a namespace', `${plain.ms.toFixed(1)} ms`],
    ['calls of each such move', plain.calls.join(' or ')],
    [`${atOnce.moves} moves at once`, `${atOnce.seconds.toFixed(2)} s`],
    ['moves at once', `${atOnce.perSecond.toFixed(1)} a second`],
  ];
}
