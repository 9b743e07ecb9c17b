/** A one-time password as it is stored: by its hash, with where and for whom it is valid. */

import type { Credential } from '../../credentials/issueLease.ts';
import type { Call } from '../../http/route.ts';
import type { PlacedItem, Ref } from '../../ports/store.ts';
import { sha256 } from '../../store/keys.ts';
import { engineKey } from '../callParts.ts';

interface OtpGrant {
  ip: string;
  username: string;
  role: string;
}

/** It carries the lineage and the end by which it is checked (architecture §4). */
export interface StoredOtp extends OtpGrant, Credential {}

/** @param otp the password itself */
export function otpKey(call: Pick<Call, 'mount'>, otp: string): Ref {
  return engineKey(call, `otp/${sha256(otp)}`);
}

export function otpItem(
  call: Pick<Call, 'mount'>,
  otp: string,
  grant: OtpGrant,
  credential: Credential,
): PlacedItem {
  const kept: StoredOtp = { ...grant, ...credential };
  return { ...otpKey(call, otp), ...kept };
}
