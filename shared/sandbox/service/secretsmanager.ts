/** Secrets Manager: that secrets exist, not what they contain. */
import * as z from 'zod';
import { needed, RefusalError, type RowsCall } from '../call.ts';
import { json } from '../protocol/json.ts';
import type { Service } from './service.ts';

/** What a region contains of it. */
export const secretsmanagerRows = {
  /** Secrets as DescribeSecret answers. */
  secrets: z.array(z.looseObject({ ARN: z.string(), Name: z.string(), DeletedDate: z.iso.datetime().optional() })).default([]),
};

type SecretsManagerCall = RowsCall<typeof secretsmanagerRows>;

const service: Service<SecretsManagerCall> = {
  name: 'secretsmanager',
  protocol: json(['CreatedDate', 'DeletedDate', 'LastAccessedDate', 'LastChangedDate', 'LastRotatedDate', 'NextRotationDate']),
  operations: {
    DescribeSecret: (call) => {
      const id = needed(call.input, 'SecretId');
      const secret = call.here.secrets.find(({ ARN, Name }) => ARN === id || Name === id);
      if (!secret) throw new RefusalError('ResourceNotFoundException', "Secrets Manager can't find the specified secret.");
      return secret;
    },
  },
};

export default service;
