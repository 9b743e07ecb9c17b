/** Explains why there is no answer, whether to retry, and whether the request may have arrived. */

const WORDS: Record<string, string> = {
  ECONNREFUSED: 'nothing listens there',
  ECONNRESET: 'the connection was closed without an answer',
  ENOTFOUND: 'the host name is unknown',
  EAI_AGAIN: 'the host name cannot be resolved now',
  ETIMEDOUT: 'no answer in time',
  EHOSTUNREACH: 'no route to the host',
  ENETUNREACH: 'no route to the network',
  EPROTO: 'it does not speak TLS; should the address start with http://?',
  ERR_SSL_WRONG_VERSION_NUMBER: 'it does not speak TLS; should the address start with http://?',
  ERR_SSL_PACKET_LENGTH_TOO_LONG: 'it does not speak TLS; should the address start with http://?',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'its certificate is self-signed; name it in VAULT_CACERT',
  SELF_SIGNED_CERT_IN_CHAIN: 'its certificate is from an unknown authority; name that in VAULT_CACERT',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'its certificate is from an unknown authority; name that in VAULT_CACERT',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
    'its certificate is from an unknown authority; name that in VAULT_CACERT',
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

/** Whether the cause is temporary. */
export function isPassing(error: unknown): boolean {
  return PASSING.includes(codeOf(error));
}

/** After these errors the service may have read the request: a connection existed. */
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
