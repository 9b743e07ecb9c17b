/**
 * Replaces the SDK's search for credentials in the bundles (infra/build.ts). Lambda puts the credentials of a function's
 * role into its environment. The SDK's code for files, metadata services and single sign-on is a third of a bundle.
 */

interface Credentials {
  accessKeyId: string;
  secretAccessKey: string;
  sessionToken?: string;
}

/** The SDK's clients import this name, and ask the provider at each call. The environment is read once. */
export function defaultProvider(): () => Promise<Credentials> {
  let credentials: Credentials | undefined;
  return async () => (credentials ??= fromEnvironment());
}

function fromEnvironment(): Credentials {
  const { AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN } = process.env;
  if (!AWS_ACCESS_KEY_ID || !AWS_SECRET_ACCESS_KEY) throw new Error('the environment lacks credentials');
  return {
    accessKeyId: AWS_ACCESS_KEY_ID,
    secretAccessKey: AWS_SECRET_ACCESS_KEY,
    ...(AWS_SESSION_TOKEN && { sessionToken: AWS_SESSION_TOKEN }),
  };
}
