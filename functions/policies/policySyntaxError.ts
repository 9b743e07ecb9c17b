/** The text of a policy cannot be understood: the problem, and its line if there is one. */

export class PolicySyntaxError extends Error {
  override readonly name = 'PolicySyntaxError';

  constructor(problem: string, line?: number) {
    super(line === undefined ? problem : `${problem} on line ${line}`);
  }
}
