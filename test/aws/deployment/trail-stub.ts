/** CloudTrail on loopback, as far as deploying asks it: trails with their switch and selectors, and refusals. */
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface StubTrail {
  readonly name: string;
  /** Region it was made in. */
  readonly home: string;
  /** Regions that show it; absent: every one. */
  readonly seenIn?: readonly string[];
  readonly logging: boolean;
  readonly selectors?: readonly object[];
  readonly advanced?: readonly object[];
}

export interface TrailStub {
  readonly endpoint: string;
  /** `DescribeTrails us-east-1`, in the order in which they came. */
  readonly calls: readonly string[];
  readonly setTrails: (trails: readonly StubTrail[]) => void;
  /** Operations that are refused, or answered with something that is no answer. */
  readonly setDenied: (operations: readonly string[]) => void;
  readonly setBroken: (operations: readonly string[]) => void;
  readonly close: () => Promise<void>;
}

const arnOf = ({ name, home }: StubTrail): string => `arn:aws:cloudtrail:${home}:111122223333:trail/${name}`;

export async function startTrailStub(): Promise<TrailStub> {
  let trails: readonly StubTrail[] = [];
  let denied: readonly string[] = [];
  let broken: readonly string[] = [];
  const calls: string[] = [];

  function answer(operation: string, region: string, input: { readonly Name?: string; readonly TrailName?: string }): object {
    if (operation === 'DescribeTrails')
      return {
        trailList: trails
          .filter((t) => t.seenIn?.includes(region) ?? true)
          .map((t) => ({ Name: t.name, TrailARN: arnOf(t), HomeRegion: t.home, IsMultiRegionTrail: t.seenIn === undefined })),
      };
    const trail = trails.find((t) => arnOf(t) === (input.Name ?? input.TrailName));
    if (!trail) throw new Error(`No trail is named ${input.Name ?? input.TrailName}.`);
    if (operation === 'GetTrailStatus') return { IsLogging: trail.logging };
    return { TrailARN: arnOf(trail), EventSelectors: trail.selectors, AdvancedEventSelectors: trail.advanced };
  }

  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const operation = String(request.headers['x-amz-target']).split('.').at(-1) ?? '';
    const [, region = ''] = /Credential=[^/]+\/\d{8}\/([^/]+)\//.exec(request.headers.authorization ?? '') ?? [];
    calls.push(`${operation} ${region}`);
    const refused = denied.includes(operation);
    const body = refused
      ? { __type: 'AccessDeniedException', message: 'no' }
      : broken.includes(operation)
        ? {}
        : answer(operation, region, JSON.parse(Buffer.concat(chunks).toString()));
    response.writeHead(refused ? 400 : 200, { 'content-type': 'application/x-amz-json-1.1' });
    response.end(JSON.stringify(body));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    calls,
    setTrails: (next) => {
      trails = next;
      calls.length = 0;
    },
    setDenied: (next) => {
      denied = next;
    },
    setBroken: (next) => {
      broken = next;
    },
    close: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}
