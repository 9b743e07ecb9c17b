/** Why a request got no answer that helps: the service refused it, or could not be reached. */

export class Refused extends Error {
  override readonly name = 'Refused';
  /** Of the answer; 0 when there was none. */
  readonly status: number;
  readonly texts: string[];

  constructor(status: number, texts: string[]) {
    super(texts.join('; '));
    this.status = status;
    this.texts = texts;
  }
}

/** @param body as it came: Vault's errors, or what API Gateway says of itself */
export function refusedWith(status: number, body: string): Refused {
  const { errors, message } = parsed(body);
  const texts = Array.isArray(errors) ? errors.map(String) : typeof message === 'string' ? [message] : [];
  return new Refused(status, texts);
}

function parsed(body: string): { errors?: unknown; message?: unknown } {
  try {
    return JSON.parse(body) ?? {};
  } catch {
    return {};
  }
}
