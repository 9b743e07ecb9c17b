/** What the command ends with, and the texts of what it cannot do, worded so that a person can act on them. */

/** Exit codes; docs/cli.md lists them. */
export const EXIT = {
  done: 0,
  /** The command line is wrong, or something it needs is missing; the service was not asked. */
  usage: 1,
  /** The service refused, or could not be reached. */
  refused: 2,
  /** A migration, or some moves of a bulk run, failed. */
  failed: 3,
  /** A fault of this program. */
  fault: 70,
} as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

interface Refusal {
  isNotFound?: boolean;
  mayBeDone?: boolean;
}

export class CommandError extends Error {
  override readonly name = 'CommandError';
  readonly exitCode: ExitCode;
  /** Whether the service knows nothing of that name, and says no more: it gives a reason for any other 404. */
  readonly isNotFound: boolean;
  /** Whether what was asked for may have been done all the same. */
  readonly mayBeDone: boolean;

  constructor(exitCode: ExitCode, message: string, { isNotFound = false, mayBeDone = false }: Refusal = {}) {
    super(message);
    this.exitCode = exitCode;
    this.isNotFound = isNotFound;
    this.mayBeDone = mayBeDone;
  }
}

export function usage(text: string): CommandError {
  return new CommandError(EXIT.usage, text);
}

export function tokenMissing(): CommandError {
  return usage('there is no token: set VAULT_TOKEN, or log in with a Vault command line');
}

export function tokenUnprintable(): CommandError {
  return usage('the token has characters that cannot be in a token; is there a line break in VAULT_TOKEN?');
}

export function namespaceUnprintable(): CommandError {
  return usage('the namespace has control characters');
}

/** @param setting where it was given, such as `VAULT_ADDR` */
export function addressUnreadable(setting: string): CommandError {
  return usage(`${setting} must be an address such as https://vault.example.com`);
}

export function fileUnreadable(file: string, why: string): CommandError {
  return usage(`cannot read ${file}: ${why}`);
}

/** @param why what the parser said */
export function notJson(file: string, why: string): CommandError {
  return usage(`${file} begins as JSON, and is none: ${why}`);
}

/** @param text what the service said, if it said anything */
export function refused(status: number, text: string): CommandError {
  const message = text || `the service answered ${status} without a reason`;
  return new CommandError(EXIT.refused, message, {
    isNotFound: status === 404 && text === '',
    mayBeDone: status >= 500,
  });
}

/** @param request such as `POST sys/remount`, with the capabilities it needs */
export function permissionDenied(request: string, capabilities: string, namespace: string): CommandError {
  const where = namespace ? `namespace ${namespace}` : 'the root namespace';
  const needs = `${request} in ${where} needs a valid token whose policies allow ${capabilities}`;
  return new CommandError(EXIT.refused, `permission denied. ${needs}`);
}

export function notUnderstood(address: string, status: number): CommandError {
  const text = `${address} answered ${status} with something that is not JSON; is it the address of the service?`;
  return new CommandError(EXIT.refused, text, { mayBeDone: status >= 500 });
}

/** @param mayBeDone whether one of the requests may have been carried out, its answer lost */
export function unreachable(address: string, why: string, mayBeDone: boolean): CommandError {
  return new CommandError(EXIT.refused, `cannot reach ${address}: ${why}`, { mayBeDone });
}

/** @param kind such as `migration` */
export function notFound(kind: string, id: string, namespace: string): CommandError {
  const where = namespace ? `namespace ${namespace}` : 'the root namespace';
  return new CommandError(
    EXIT.refused,
    `${where} sees no ${kind} of this id; is ${id} whole, and the namespace right?`,
  );
}

/** @param why what is wrong with a plan that the service would not carry out */
export function refusedBeforehand(why: string): CommandError {
  return new CommandError(EXIT.refused, why);
}

/** @param why what the record of a migration or bulk run tells */
export function endedInFailure(why: string): CommandError {
  return new CommandError(EXIT.failed, why);
}
