/** KMS: keys with their policies and grants. */
import * as z from 'zod';
import { needed, page, RefusalError, type RowsCall, text } from '../call.ts';
import { json } from '../protocol/json.ts';
import type { Service } from './service.ts';

/** What a region contains of it. */
export const kmsRows = {
  /** Keys as DescribeKey answers, with the policy and the grants. */
  kmsKeys: z
    .array(
      z.strictObject({
        metadata: z.looseObject({ KeyId: z.string(), Arn: z.string(), KeyState: z.string(), KeyUsage: z.string(), KeySpec: z.string() }),
        policy: z.looseObject({}),
        grants: z.array(z.looseObject({ GranteePrincipal: z.string(), Operations: z.array(z.string()) })).default([]),
      }),
    )
    .default([]),
};

type KmsCall = RowsCall<typeof kmsRows>;

const paging = { size: 'Limit', token: 'Marker', most: 100, badToken: 'InvalidMarkerException', badSize: 'ValidationException' };

function keyOf(call: KmsCall): KmsCall['here']['kmsKeys'][number] {
  const id = needed(call.input, 'KeyId');
  const key = call.here.kmsKeys.find(({ metadata }) => metadata.Arn === id || metadata.KeyId === id);
  if (!key) throw new RefusalError('NotFoundException', `Key '${id}' does not exist`);
  return key;
}

const service: Service<KmsCall> = {
  name: 'kms',
  protocol: json(['CreationDate', 'DeletionDate']),
  operations: {
    DescribeKey: (call) => ({ KeyMetadata: keyOf(call).metadata }),
    GetKeyPolicy: (call) => ({ Policy: JSON.stringify(keyOf(call).policy), PolicyName: 'default' }),
    ListGrants: (call) => {
      const grantee = text(call.input, 'GranteePrincipal');
      const { metadata, grants } = keyOf(call);
      const fitting = grants.filter(({ GranteePrincipal }) => grantee === undefined || GranteePrincipal === grantee);
      const { rows, next } = page(call, fitting, paging);
      return {
        Grants: rows.map((grant) => ({ ...grant, KeyId: metadata.Arn })),
        Truncated: next !== undefined,
        ...(next !== undefined && { NextMarker: next }),
      };
    },
  },
};

export default service;
