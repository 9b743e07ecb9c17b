/** Which clients this machine cannot run, and why. */

import { complaintAbout } from './suite.ts';
import { HVAC, OPENBAO_GO, VAULT_GO } from './suites.ts';
import { prepareTerraform } from './terraform.ts';

/** Fetches the others. @returns a line for each that is left out */
export async function clientsLeftOut(): Promise<string[]> {
  const terraform = await prepareTerraform(process.env);
  await terraform.remove();
  const complaints = [
    ...(await Promise.all(
      [OPENBAO_GO, VAULT_GO, HVAC].map(async (suite) => [suite.title, await complaintAbout(suite)] as const),
    )),
    ['Terraform', terraform.complaint] as const,
  ];
  return complaints.flatMap(([title, complaint]) =>
    complaint ? [`${title} is left out: ${complaint}`] : [],
  );
}
