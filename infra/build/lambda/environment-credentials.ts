/**
 * Credentials as Lambda hands them to its functions: in the environment, and nowhere else. Stands in the bundles for
 * `@aws-sdk/credential-provider-node`, which brings SSO, profiles, processes and containers, a third of a bundle.
 */
const read = (name: string): string => {
  const value = process.env[name];
  if (value === undefined || value === '') throw new Error(`The environment holds no credentials: ${name} is not set.`);
  return value;
};

/** The SDK's default chain, of one link. */
export const defaultProvider = () => async () => ({
  accessKeyId: read('AWS_ACCESS_KEY_ID'),
  secretAccessKey: read('AWS_SECRET_ACCESS_KEY'),
  ...(process.env.AWS_SESSION_TOKEN && { sessionToken: process.env.AWS_SESSION_TOKEN }),
});
