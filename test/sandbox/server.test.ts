/** The server as such: what it records, what changes under way, calls side by side, and the server as a process. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { DescribeNetworkInterfacesCommand, DescribeVpcsCommand, paginateDescribeNetworkInterfaces } from '@aws-sdk/client-ec2';
import { ListClustersCommand } from '@aws-sdk/client-sagemaker';
import { paginateListServiceQuotas } from '@aws-sdk/client-service-quotas';
import { GetCallerIdentityCommand } from '@aws-sdk/client-sts';
import { describe, expect, test } from 'vitest';
import { bigAccount } from '../../shared/sandbox/big.ts';
import { changeRegion } from '../../shared/sandbox/description.ts';
import { startSandbox } from '../../shared/sandbox/server.ts';
import { storyAccount } from '../../shared/sandbox/story.ts';
import { account, clientsOf } from './clients.ts';

describe('the server', () => {
  test('listens on loopback alone', async () => {
    const sandbox = await startSandbox();
    expect(sandbox.endpoint).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
    await sandbox.close();
    await expect(fetch(sandbox.endpoint)).rejects.toThrow();
  });

  test('takes the port it is given, and says when it cannot', async () => {
    const taken = createServer().listen(0, '127.0.0.1');
    await once(taken, 'listening');
    const address = taken.address();
    const port = typeof address === 'object' && address ? address.port : 0;
    await expect(startSandbox({ port })).rejects.toMatchObject({ code: 'EADDRINUSE' });
    await new Promise((done) => taken.close(done));
    const sandbox = await startSandbox({ port });
    expect(sandbox.endpoint).toBe(`http://127.0.0.1:${port}`);
    await sandbox.close();
  });

  test('records calls in order', async () => {
    const sandbox = await startSandbox({ faults: [{ on: 'ec2:DescribeVpcs', kind: 'throttle' }] });
    const before = Date.now();
    const clients = clientsOf(sandbox.endpoint, 'eu-north-1');
    await clients.ec2.send(new DescribeVpcsCommand({})).catch(() => undefined);
    await clients.sagemaker.send(new ListClustersCommand({}));
    await sandbox.close();
    expect(sandbox.calls).toEqual([
      { service: 'ec2', operation: 'DescribeVpcs', region: 'eu-north-1', account, at: expect.any(Number) },
      { service: 'sagemaker', operation: 'ListClusters', region: 'eu-north-1', account, at: expect.any(Number) },
    ]);
    expect(sandbox.calls[0]?.at).toBeGreaterThanOrEqual(before);
  });

  test('shows each whole answer as it leaves, with the call it is for', async () => {
    const seen: (readonly [operation: string, status: number, body: string])[] = [];
    const sandbox = await startSandbox({
      faults: [
        { on: 'sts:*', kind: 'throttle', times: 1 },
        { on: 'ec2:*', kind: 'truncate' },
      ],
      onAnswer: (call, answer) => seen.push([`${call.service}:${call.operation}`, answer.status, String(answer.body)]),
    });
    const clients = clientsOf(sandbox.endpoint);
    await clients.sts.send(new GetCallerIdentityCommand({})).catch(() => undefined);
    await clients.ec2.send(new DescribeVpcsCommand({})).catch(() => undefined);
    await clients.sts.send(new GetCallerIdentityCommand({}));
    await sandbox.close();
    expect(sandbox.calls.length).toBe(3);
    expect(seen).toEqual([
      ['sts:GetCallerIdentity', 400, expect.stringContaining('<Code>Throttling</Code>')],
      ['sts:GetCallerIdentity', 200, expect.stringContaining(`<Account>${account}</Account>`)],
    ]);
  });

  test('answers from the description it was given last', async () => {
    const sandbox = await startSandbox();
    const { ec2 } = clientsOf(sandbox.endpoint);
    expect((await ec2.send(new DescribeVpcsCommand({}))).Vpcs).toHaveLength(1);
    sandbox.setDescription(changeRegion(storyAccount(), account, 'us-west-2', () => ({ vpcs: [] })));
    expect((await ec2.send(new DescribeVpcsCommand({}))).Vpcs).toHaveLength(0);
    await sandbox.close();
  });

  test('lets calls wait side by side: all have arrived before the first is answered', async () => {
    const sandbox = await startSandbox({ latencyMs: 1000 });
    const clients = clientsOf(sandbox.endpoint);
    const send = () => clients.sts.send(new GetCallerIdentityCommand({})).then(() => sandbox.calls.length);
    const seen = await Promise.all(Array.from({ length: 5 }, send));
    await sandbox.close();
    expect(seen).toEqual(Array.from({ length: 5 }, () => 5));
  });

  test('says its own defects, as an error that is not retried', async () => {
    const d = changeRegion(storyAccount(), account, 'us-west-2', () => ({ vpcs: undefined as never }));
    const sandbox = await startSandbox({ description: d });
    const answer = clientsOf(sandbox.endpoint).ec2.send(new DescribeVpcsCommand({}));
    await expect(answer.finally(() => sandbox.close())).rejects.toMatchObject({
      name: 'SandboxDefect',
      message: expect.stringContaining('ec2:DescribeVpcs'),
    });
  });
});

describe('a big account', () => {
  test('has all its interfaces and quota rows, page by page', async () => {
    const sandbox = await startSandbox({ description: bigAccount({ interfaces: 2500, quotaRows: 400 }) });
    const clients = clientsOf(sandbox.endpoint);
    const ids = new Set<string>();
    const zones = new Set<string>();
    let pages = 0;
    for await (const page of paginateDescribeNetworkInterfaces({ client: clients.ec2 }, {})) {
      pages++;
      for (const n of page.NetworkInterfaces ?? []) {
        ids.add(n.NetworkInterfaceId ?? '');
        zones.add(n.AvailabilityZone ?? '');
      }
    }
    const names = new Set<string>();
    for await (const page of paginateListServiceQuotas({ client: clients.quotas }, { ServiceCode: 'sagemaker' }))
      for (const q of page.Quotas ?? []) names.add(q.QuotaName ?? '');
    await sandbox.close();
    expect([ids.size, pages, zones.size]).toEqual([2500, 3, 4]);
    expect([...names].filter((n) => n.startsWith('Further quota'))).toHaveLength(400);
  });

  test('is as big as it is asked to be', () => {
    const region = bigAccount().accounts[account]?.regions['us-west-2'];
    expect(region?.networkInterfaces).toHaveLength(10_000);
    expect(region?.quotas.sagemaker?.more).toHaveLength(2_000);
  });
});

describe('as a process', () => {
  const server = join(import.meta.dirname, '../../shared/sandbox/server.ts');
  const run = (...args: string[]) => spawn(process.execPath, [server, ...args], { stdio: ['ignore', 'pipe', 'inherit'] });

  test('prints its endpoint as a line of JSON and ends on SIGTERM', async () => {
    const child = run('--port', '0', '--latency', '1', '--page-size', '4');
    const [line] = await once(createInterface(child.stdout), 'line');
    const { endpoint } = JSON.parse(line);
    const page = await clientsOf(endpoint).ec2.send(new DescribeNetworkInterfacesCommand({}));
    expect(page.NetworkInterfaces).toHaveLength(4);
    child.kill('SIGTERM');
    expect(await once(child, 'exit')).toEqual([0, null]);
  });

  test('is big with --big', async () => {
    const child = run('--big');
    const [line] = await once(createInterface(child.stdout), 'line');
    const page = await clientsOf(JSON.parse(line).endpoint).ec2.send(new DescribeNetworkInterfacesCommand({}));
    child.kill('SIGTERM');
    await once(child, 'exit');
    expect(page.NetworkInterfaces).toHaveLength(1000);
  });
});
