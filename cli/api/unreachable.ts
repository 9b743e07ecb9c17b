/** Why no answer came, in words, whether another try is worth it, and whether the request can have arrived. */

const WORDS: Record<string, string> = {
  ECONNREFUSED: 'nothing listens there',
  ECONNRESET: 'the connection was closed without an answer',
  ENOTFOUND: 'its name is not known',
  EAI_AGAIN: 'its name cannot be looked up now',
  ETIMEDOUT: 'no answer in time',
  EHOSTUNREACH: 'there is no way to that host',
  ENETUNREACH: 'there is no way to that network',
  EPROTO: 'it does not speak TLS; is the address one with http://?',
  ERR_SSL_WRONG_VERSION_NUMBER: 'it does not speak TLS; is the address one with http://?',
  ERR_SSL_PACKET_LENGTH_TOO_LONG: 'it does not speak TLS; is the address one with http://?',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'its certificate is its own; name it in VAULT_CACERT',
  SELF_SIGNED_CERT_IN_CHAIN: 'its certificate is of an authority not known here; name that in VAULT_CACERT',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE:
    'its certificate is of an authority not known here; name that in VAULT_CACERT',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
    'its certificate is of an authority not known here; name that in VAULT_CACERT',
  ERR_TLS_CERT_ALTNAME_INVALID: 'its certificate is for another name',
  CERT_HAS_EXPIRED: 'its certificate has expired',
};

const PASSING = [
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'EAI_AGAIN',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'ENETUNREACH',
];

/** Whether the cause may be gone in a moment. */
export function isPassing(error: unknown): boolean {
  return PASSING.includes(codeOf(error));
}

/** After these the request may have been read; before a connection there is nothing to read it from. */
const BROKEN = ['ECONNRESET', 'EPIPE', 'ETIMEDOUT'];

export function mayHaveArrived(error: unknown): boolean {
  return BROKEN.includes(codeOf(error));
}

export function whyUnreachable(error: unknown): string {
  const code = codeOf(error);
  const words = WORDS[code];
  return words ? `${words} (${code})` : (error as Error).message || code;
}

function codeOf(error: unknown): string {
  return (error as NodeJS.ErrnoException).code ?? '';
}
