/** How the front refuses. The tests of the contract have the same texts, but only beside a server. */

/** No token, or one that is unknown, expired or revoked. */
export const NOT_AUTHENTICATED = { status: 403, body: { errors: ['permission denied'] } };

/** The token is valid, but has no right to do this. */
export const NOT_AUTHORIZED = {
  status: 403,
  body: { errors: ['1 error occurred:\n\t* permission denied\n\n'] },
};
