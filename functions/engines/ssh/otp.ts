/** A one-time password: what is kept of it, by its hash. */

import type { Credential } from '../../credentials/issueLease.ts';
import type { Call } from '../../http/route.ts';
import type { PlacedItem, Ref } from '../../ports/store.ts';
import { sha256 } from '../../store/keys.ts';
import { stored } from '../callParts.ts';

/** Where and for whom it is good. */
export interface Access {
  ip: string;
  username: string;
  role: string;
}

/** It is judged by what it carries: its lineage and its end (architecture §4). */
export interface Otp extends Access, Credential {}

export function otpKey(call: Pick<Call, 'mount'>, otp: string): Ref {
  return stored(call, `otp/${sha256(otp)}`);
}

export function otpItem(
  call: Pick<Call, 'mount'>,
  otp: string,
  access: Access,
  credential: Credential,
): PlacedItem {
  const kept: Otp = { ...access, ...credential };
  return { ...otpKey(call, otp), ...kept };
}
