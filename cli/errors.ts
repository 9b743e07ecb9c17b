/** Exit codes, and error texts that tell the user what to do. */

/** Exit codes; docs/cli.md lists them. */
export const EXIT = {
  done: 0,
  /** The command line is wrong, or something it needs is missing. No request was sent. */
  usage: 1,
  /** The service refused the request, or could not be reached. */
  refused: 2,
  /** A migration, or some moves of a bulk run, failed. */
  failed: 3,
  /** A bug in this program. */
  fault: 70,
  /** The results cannot be written. */
  unwritten: 74,
  /** Nobody reads the results any more: what a shell says of a program that `SIGPIPE` has ended. */
  unread: 141,
} as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

interface Refusal {
  isNotFound?: boolean;
  mayBeDone?: boolean;
}

export class CommandError extends Error {
  override readonly name = 'CommandError';
  readonly exitCode: ExitCode;
  /** Whether the service does not know the id: a 404 without a text. All other 404s have a text. */
  readonly isNotFound: boolean;
  /** Whether the service may have carried out the request. */
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
  return usage('the token contains characters that are not allowed; is there a line break in VAULT_TOKEN?');
}

export function namespaceUnprintable(): CommandError {
  return usage('the namespace contains control characters');
}

export function certificateHalf(): CommandError {
  return usage('VAULT_CLIENT_CERT and VAULT_CLIENT_KEY belong together; one of them is missing');
}

/** @param why the message of the library */
export function certificateUnusable(why: string): CommandError {
  return usage(`the files in VAULT_CLIENT_CERT and VAULT_CLIENT_KEY cannot be used: ${why}`);
}

export function noCertificates(folder: string): CommandError {
  return usage(`${folder} has no file with a certificate`);
}

/** @param setting where it was given, such as `VAULT_ADDR` */
export function addressUnreadable(setting: string): CommandError {
  return usage(`${setting} must be an address such as https://vault.example.com`);
}

export function fileUnreadable(file: string, why: string): CommandError {
  return usage(`cannot read ${file}: ${why}`);
}

export function fileUnwritable(file: string, why: string): CommandError {
  return usage(`cannot write ${file}: ${why}`);
}

/** @param word the only operand of a plan */
export function noPlanFile(word: string): CommandError {
  return usage(`there is no file ${word}; the plan of one move needs a target: plan ${word} TO`);
}

export function severalSelections(): CommandError {
  return usage('what to move is a FILE, or --rule FROM=TO, or --failed-of RUN; one of them');
}

export function ruleUnreadable(text: string): CommandError {
  return usage(`--rule ${text} is not FROM=TO; rules with other equals signs can be in a file only`);
}

/** @param why the message of the parser */
export function notJson(file: string, why: string): CommandError {
  return usage(`${file} starts like JSON, but is not valid: ${why}`);
}

/**
 * @param text of the service's answer; may be empty
 * @param mayBeDone whether the service may have carried out the request
 */
export function refused(status: number, text: string, mayBeDone: boolean): CommandError {
  const message = text || `the service answered ${status} without a reason`;
  return new CommandError(EXIT.refused, message, {
    isNotFound: status === 404 && text === '',
    mayBeDone,
  });
}

/** @param request such as `POST sys/remount`, with the capabilities it needs */
export function permissionDenied(request: string, capabilities: string, namespace: string): CommandError {
  const where = namespace ? `namespace ${namespace}` : 'the root namespace';
  const needs = `${request} in ${where} needs a valid token whose policies allow ${capabilities}`;
  return new CommandError(EXIT.refused, `permission denied. ${needs}`);
}

/** @param code of the system, such as `ENOSPC` */
export function notWritten(code: string): CommandError {
  return new CommandError(EXIT.unwritten, `the results cannot be written (${code})`);
}

export function notUnderstood(address: string, status: number): CommandError {
  const text = `${address} answered ${status} with something that is not JSON; is it the address of the service?`;
  return new CommandError(EXIT.refused, text, { mayBeDone: status >= 500 });
}

/** @param product of the server that answers, such as `OpenBao 2.7.2` */
export function notRemount(address: string, product: string): CommandError {
  const text = [
    `${address} is ${product}, not Remount. It would move a mount itself: at once, without a plan, a record and an undo.`,
    `To have its mounts moved by Remount, start a service in front of it, with CLUSTER_ADDR=${address}, and set`,
    'VAULT_ADDR to the address of that service (docs/cluster.md).',
  ].join(' ');
  return new CommandError(EXIT.refused, text);
}

export function notKnown(address: string, status: number): CommandError {
  const text = `${address} is not Remount: it answered ${status}; is it the address of the service, with its stage?`;
  return new CommandError(EXIT.refused, text);
}

/** @param mayBeDone whether the service may have carried out one of the requests whose answer was lost */
export function unreachable(address: string, why: string, mayBeDone: boolean): CommandError {
  return new CommandError(EXIT.refused, `cannot reach ${address}: ${why}`, { mayBeDone });
}

/** What things that have no id are called by. */
const CALLED: Record<string, string> = { schedule: 'name', alias: 'path' };

/** @param kind such as `migration` */
export function notFound(kind: string, id: string, namespace: string): CommandError {
  const where = namespace ? `namespace ${namespace}` : 'the root namespace';
  const called = CALLED[kind];
  const what = called ? `${kind} ${id}; check the ${called}` : `${kind} with the id ${id}; check the id`;
  return new CommandError(EXIT.refused, `${where} has no ${what} and the namespace`);
}

export function nothingFailed(run: string): CommandError {
  return new CommandError(EXIT.refused, `no move of the bulk run ${run} has failed`);
}

export function nothingMoved(run: string): CommandError {
  return new CommandError(EXIT.refused, `no move of the bulk run ${run} has succeeded`);
}

/** @param why the problems of a plan that the service would refuse */
export function refusedBeforehand(why: string): CommandError {
  return new CommandError(EXIT.refused, why);
}

/** @param why from the record of the migration or bulk run */
export function endedInFailure(why: string): CommandError {
  return new CommandError(EXIT.failed, why);
}
