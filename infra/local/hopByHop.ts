/** The headers that are about one connection, so that a gateway passes them on in neither direction. */

export const HOP_BY_HOP =
  /^(connection|expect|keep-alive|proxy-connection|te|trailer|transfer-encoding|upgrade)$/i;
