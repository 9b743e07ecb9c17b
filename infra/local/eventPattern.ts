/** Event patterns of EventBridge and of event source mappings. Only what the deployment uses: exact values by name. */

export type Pattern = { [name: string]: Pattern | Scalar[] };

type Scalar = string | number | boolean | null;

/**
 * Whether each name in the pattern has one of its values in the event.
 * https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-event-patterns.html
 */
export function matchesPattern(pattern: Pattern, event: unknown): boolean {
  return Object.entries(pattern).every(([name, wanted]) => {
    const value = (event as Record<string, unknown> | null | undefined)?.[name];
    if (!Array.isArray(wanted)) return matchesPattern(wanted, value);
    const values = Array.isArray(value) ? value : [value];
    return wanted.some((one) => values.includes(plain(one)));
  });
}

/** Throws for operators such as `{ prefix: 'a' }`, which would otherwise be misread. */
function plain(value: Scalar): Scalar {
  if (typeof value === 'object' && value !== null)
    throw new Error(`the local service does not know the pattern ${JSON.stringify(value)}`);
  return value;
}
