/** What is wrong with the text of a policy, and on which line. */

export class PolicySyntaxError extends Error {
  override readonly name = 'PolicySyntaxError';

  constructor(problem: string, line?: number) {
    super(line === undefined ? problem : `${problem} on line ${line}`);
  }
}
