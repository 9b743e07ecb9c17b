/** What was counted and measured in this run, compared with what the service promises. */

import type { Checks } from './checks.ts';
import { MEASURED, SHOWN } from './measure/amounts.ts';
import type { ConcurrentMoves } from './measure/atOnce.ts';
import type { Availability } from './measure/availability.ts';
import { measure } from './measure/measure.ts';
import type { PlainMoves } from './measure/plain.ts';
import type { Revocation } from './measure/revocation.ts';
import type { SizeComparison } from './measure/sizes.ts';
import type { Screen } from './screen.ts';

/** For a move within a namespace, with nothing to revoke. */
const MAX_DYNAMODB_CALLS = 8;
/** Between namespaces one more: it checks whether the target namespace was marked as deleted just before the switch. */
const MAX_CALLS_INTO_NAMESPACE = MAX_DYNAMODB_CALLS + 1;
const MAX_TRANSITIONS = 2;
/** The time for a large mount divided by the time for a small one: the median over pairs of moves. */
const MAX_RATIO = 1.2;

/**
 * Checks the promises whose truth can be counted: calls, refusals, leases that are left. Times only tell something on
 * larger mounts, over more moves.
 * @param isMeasured whether to take the time for that
 */
export async function showNumbers(screen: Screen, checks: Checks, isMeasured: boolean): Promise<void> {
  const numbers = await measure(screen, isMeasured ? MEASURED : SHOWN);
  screen.line(
    '  Most keys and leases of these mounts are copies, made directly in the tables, of those that the API stored.',
  );
  showAvailability(numbers.availability, screen, checks);
  showSizes(numbers.sizes, screen, checks, isMeasured);
  showPlain(numbers.plain, screen, checks);
  showRevocation(numbers.revocation, screen, checks);
  showAtOnce(numbers.atOnce, screen, checks);
}

function showAvailability(seen: Availability, screen: Screen, checks: Checks): void {
  const { keys, leases, readers, rounds, roundsDuringFirst, switches, seconds, acrossSwitch } = seen;
  screen.title(
    `a mount with ${keys} keys and ${leases} leases moves while ${readers} clients read it non-stop`,
  );
  screen.line(
    `    ${roundsDuringFirst} reads of source and target in the ${seconds.toFixed(2)} s of that move,`,
  );
  screen.line(`    ${rounds} in total while the mount moved back and forth, ${switches} moves in total`);
  checks.same('reads that both paths refused', 0, seen.refusedAtBoth);
  checks.same('answers other than 200 and 404', 0, seen.unexpected);
  // These read the target just before the switch and the source just after it. Read again, the target answered.
  const most = switches * readers;
  checks.atMost('reads with the switch between their two requests', most, acrossSwitch);
}

function showSizes(sizes: SizeComparison, screen: Screen, checks: Checks, isMeasured: boolean): void {
  const { smallMs, smallKeys, largeMs, largeKeys, moves, ratio, calls } = sizes;
  const times = `${smallMs.toFixed(1)} ms with ${smallKeys} keys, ${largeMs.toFixed(1)} ms with ${largeKeys}`;
  screen.title(`a mount with ${largeKeys} keys and one with ${smallKeys} move between namespaces`);
  screen.line(`    median of ${moves} moves each, POST to the end of the workflow: ${times}`);
  screen.line(`    each: ${calls.join(' or ')}`);
  if (isMeasured) checks.atMost('the large takes', MAX_RATIO, ratio, ' times the small');
  checks.same(`different sets of AWS calls in ${2 * moves} moves`, 1, calls.length);
  checks.atMost('DynamoDB calls', MAX_CALLS_INTO_NAMESPACE, sizes.dynamodbCalls);
}

function showPlain(plain: PlainMoves, screen: Screen, checks: Checks): void {
  screen.title('a mount with nothing to revoke moves within a namespace');
  screen.line(`    median of ${plain.moves}, POST to the end of the workflow: ${plain.ms.toFixed(1)} ms`);
  screen.line(`    each: ${plain.calls.join(' or ')}`);
  checks.atMost('DynamoDB calls', MAX_DYNAMODB_CALLS, plain.dynamodbCalls);
  checks.atMost('state transitions', MAX_TRANSITIONS, plain.transitions);
}

function showRevocation(
  { leases, seconds, perSecond, left }: Revocation,
  screen: Screen,
  checks: Checks,
): void {
  screen.title(`a mount with ${leases} leases moves`);
  screen.line(`    POST to success in ${seconds.toFixed(2)} s: ${Math.round(perSecond)} leases a second`);
  checks.same('leases still stored after the success', 0, left);
}

function showAtOnce(
  { moves, seconds, perSecond, ...ended }: ConcurrentMoves,
  screen: Screen,
  checks: Checks,
): void {
  screen.title(`${moves} mounts move at the same time`);
  const rate = `${perSecond.toFixed(1)} moves a second`;
  screen.line(`    first POST to last success in ${seconds.toFixed(2)} s: ${rate}`);
  checks.same('succeeded', moves, ended.succeeded);
  checks.same('answer at the target only', moves, ended.atTarget);
}
