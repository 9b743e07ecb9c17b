/** Event patterns of EventBridge and of event source mappings, as far as the deployment uses them: values by name. */

export type Pattern = { [name: string]: Pattern | Scalar[] };

type Scalar = string | number | boolean | null;

/** https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-event-patterns.html: every name, one of its values. */
export function matchesPattern(pattern: Pattern, event: unknown): boolean {
  return Object.entries(pattern).every(([name, wanted]) => {
    const value = (event as Record<string, unknown> | null | undefined)?.[name];
    if (!Array.isArray(wanted)) return matchesPattern(wanted, value);
    const values = Array.isArray(value) ? value : [value];
    return wanted.some((one) => values.includes(plain(one)));
  });
}

/** Such as `{ prefix: 'a' }`: better no start than a rule that is read as another. */
function plain(value: Scalar): Scalar {
  if (typeof value === 'object' && value !== null)
    throw new Error(`the local service does not know the pattern ${JSON.stringify(value)}`);
  return value;
}
