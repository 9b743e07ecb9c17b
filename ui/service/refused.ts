/** The error of a request that the service refused, or that did not reach it. */

/** What a token needs for a request. */
export interface Need {
  /** Relative to the namespace of the request. */
  path: string;
  capabilities: string;
}

export class Refused extends Error {
  override readonly name = 'Refused';
  /** Status code of the answer; 0 if there was none. */
  readonly status: number;
  readonly texts: string[];
  /** Of the request; undefined if it was not answered. */
  readonly need: Need | undefined;

  constructor(status: number, texts: string[], need?: Need) {
    super(texts.join('; '));
    this.status = status;
    this.texts = texts;
    this.need = need;
  }
}

/** @param body of the answer: Vault's errors, or API Gateway's own message */
export function refusedWith(status: number, body: string, need: Need): Refused {
  const { errors, message } = parsed(body);
  const texts = Array.isArray(errors) ? errors.map(String) : typeof message === 'string' ? [message] : [];
  return new Refused(status, texts, need);
}

function parsed(body: string): { errors?: unknown; message?: unknown } {
  try {
    return JSON.parse(body) ?? {};
  } catch {
    return {};
  }
}

/** Whether the token is not valid. Without a capability, Vault's router puts a frame around the same text. */
export function isTokenRefused({ status, texts }: Refused): boolean {
  return status === 403 && texts.includes('permission denied');
}
