/** Systems Manager: documents. */
import { needed, RefusalError } from '../call.ts';
import { json } from '../protocol/json.ts';
import type { Service } from './service.ts';

const service: Service = {
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
