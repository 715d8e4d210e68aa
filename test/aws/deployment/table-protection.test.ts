/** Whether a table is protected, as DynamoDB says it. */
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, test } from 'vitest';
import { defaultSettings } from '../../../shared/aws/client/settings.ts';
import { readProtection } from '../../../shared/aws/deployment/table-protection.ts';

const credentials = { accessKeyId: 'AKIAEXAMPLE', secretAccessKey: 'secret' };

async function readFrom(status: number, body: object) {
  const server = createServer((_, response) => response.writeHead(status).end(JSON.stringify(body)));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  try {
    return await readProtection('t', 'us-west-2', { ...defaultSettings, endpoint, credentials });
  } finally {
    server.closeAllConnections();
    server.close();
  }
}

test.each([
  ['protected', 200, { Table: { DeletionProtectionEnabled: true } }, { ok: true, value: true }],
  ['not protected', 200, { Table: { DeletionProtectionEnabled: false } }, { ok: true, value: false }],
  ['nothing said of it', 200, { Table: {} }, { ok: true, value: false }],
  ['denied', 400, { __type: 'AccessDeniedException' }, { ok: false, action: 'dynamodb:DescribeTable' }],
])('%s', async (_, status, body, read) => {
  expect(await readFrom(status, body)).toMatchObject(read);
});
