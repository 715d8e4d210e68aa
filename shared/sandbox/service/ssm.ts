/** Systems Manager: documents. */
import * as z from 'zod';
import { needed, RefusalError, type RowsCall } from '../call.ts';
import { json } from '../protocol/json.ts';
import type { Service } from './service.ts';

/** What a region contains of it. */
export const ssmRows = {
  /** Systems Manager documents: name → content. */
  documents: z.record(z.string(), z.record(z.string(), z.unknown())).default({}),
};

type SsmCall = RowsCall<typeof ssmRows>;

const service: Service<SsmCall> = {
  name: 'ssm',
  protocol: json(['CreatedDate']),
  operations: {
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
