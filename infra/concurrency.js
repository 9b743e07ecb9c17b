/**
 * How many instances of a function are set aside, where the deployment bounds them. A condition in the template would
 * have "none" in its other branch, and CloudFormation checks before it deploys anything whether a number is one. osls
 * loads this file, and it loads no TypeScript.
 */

export const status = (osls) => bound(osls, 'statusConcurrency');

export const bootstrap = (osls) => bound(osls, 'bootstrapConcurrency');

async function bound({ resolveVariable }, parameter) {
  const most = await resolveVariable(`param:${parameter}`);
  return most === 'none' ? { Ref: 'AWS::NoValue' } : Number(most);
}
