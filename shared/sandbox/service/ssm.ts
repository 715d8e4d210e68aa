/** Systems Manager: documents and public parameters. */
import * as z from 'zod';
import { needed, page, RefusalError, type RowsCall } from '../call.ts';
import { json } from '../protocol/json.ts';
import type { Service } from './service.ts';

/** What a region contains of it. */
export const ssmRows = {
  /** Systems Manager documents: name → content. */
  documents: z.record(z.string(), z.record(z.string(), z.unknown())).default({}),
  /** Parameters of AWS: name → value. */
  publicParameters: z
    .record(z.string(), z.string())
    .default(
      Object.fromEntries(
        ['eks-1.32', 'eks-1.33', 'eks-1.34', 'eks-1.35', 'eks-1.36', 'slurm'].map((image, i) => [
          `/aws/service/sagemaker-hyperpod/ami/x86_64/${image}-sandbox/latest/ami-id`,
          `ami-0123456789abcdef${i}`,
        ]),
      ),
    ),
};

type SsmCall = RowsCall<typeof ssmRows>;

const parameterPaging = {
  size: 'MaxResults',
  token: 'NextToken',
  most: 10,
  badToken: 'InvalidNextToken',
  badSize: 'ValidationException',
};

const service: Service<SsmCall> = {
  name: 'ssm',
  protocol: json(['CreatedDate']),
  operations: {
    GetParametersByPath: (call) => {
      const path = needed(call.input, 'Path');
      const found = Object.entries(call.here.publicParameters).filter(([name]) => name.startsWith(`${path}/`));
      const { rows, next } = page(call, found, parameterPaging);
      return {
        Parameters: rows.map(([Name, Value]) => ({ Name, Type: 'String', Value, Version: 1, DataType: 'text' })),
        ...(next !== undefined && { NextToken: next }),
      };
    },
    GetDocument: (call) => {
      const name = needed(call.input, 'Name');
      const content = call.here.documents[name];
      if (!content) throw new RefusalError('InvalidDocument', `Document with name ${name} does not exist.`);
      return {
        Name: name,
        DocumentVersion: '1',
        Status: 'Active',
        Content: JSON.stringify(content),
        DocumentType: 'Session',
        DocumentFormat: 'JSON',
      };
    },
  },
};

export default service;
