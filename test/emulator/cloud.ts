/**
 * One AWS made of three, behind one address: moto answers for the account that is audited, the sandbox for what moto
 * cannot, and MiniStack for all that the auditor is made of. Every call is on record at the router.
 */
import type { OutgoingHttpHeaders } from 'node:http';
import type { OperationInput } from '../../shared/sandbox/call.ts';
import { type Description, type Sandbox, sandboxCredentials, startSandbox } from '../../shared/sandbox/server.ts';
import { byMoto, bySandbox } from './operations.ts';
import { type Router, startRouter } from './router.ts';
import { account, region, type Seeded, seed } from './seed.ts';
import { type Server, startMiniStack, startMoto } from './servers.ts';

export interface Cloud {
  readonly router: Router;
  readonly moto: Server;
  readonly ministack: Server;
  readonly sandbox: Sandbox;
  /** What stands on moto. */
  readonly seeded: Seeded;
  /** The account's root, as an SDK client is configured. */
  readonly root: { readonly endpoint: string; readonly region: string; readonly credentials: ReturnType<typeof sandboxCredentials> };
  readonly stop: () => Promise<void>;
}

/** A session of a role is known to MiniStack alone; to the others it is the account. */
const asAccount = (authorization: unknown): string => String(authorization).replace(/Credential=[^/]+/, `Credential=${account}`);

/** Starts all of it. `describe` says what the sandbox answers with, beside what was made on moto. It ends with `stop`. */
export async function startCloud(describe: (on: Seeded) => Description): Promise<Cloud> {
  const stops: (() => Promise<void>)[] = [];
  const stop = async () => {
    for (const end of stops.toReversed()) await end();
  };
  const started = <T>(value: T, end: () => Promise<void>): T => {
    stops.push(end);
    return value;
  };
  try {
    const moto = await startMoto();
    started(moto, moto.stop);
    const seeded = await seed(moto.endpoint);
    const sandbox = await startSandbox({ description: describe(seeded) });
    started(sandbox, sandbox.close);
    let ministack: Server | undefined;
    const serverless = (): string => {
      if (!ministack) throw new Error('MiniStack is not there yet.');
      return ministack.endpoint;
    };
    const to = (operation: string, { Bucket }: OperationInput): string => {
      // The bucket that CDK keeps assets in belongs to the auditor.
      if (String(Bucket).startsWith('cdk-')) return serverless();
      return byMoto(operation) ? moto.endpoint : bySandbox(operation) ? sandbox.endpoint : serverless();
    };
    const headersFor = (headers: OutgoingHttpHeaders, address: string): OutgoingHttpHeaders =>
      address === ministack?.endpoint
        ? // The host is signed. AWS is reached by TLS, and policies here refuse requests without it.
          { ...headers, 'x-forwarded-proto': 'https' }
        : { ...headers, host: new URL(address).host, authorization: asAccount(headers.authorization) };
    const router = await startRouter(to, { headersFor });
    started(router, router.close);
    const credentials = sandboxCredentials(account);
    ministack = await startMiniStack({ account, region, secretAccessKey: credentials.secretAccessKey, endpoint: router.endpoint });
    started(ministack, ministack.stop);
    return { router, moto, ministack, sandbox, seeded, root: { endpoint: router.endpoint, region, credentials }, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}
