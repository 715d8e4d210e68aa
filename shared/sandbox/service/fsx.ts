/** FSx: file systems. */
import * as z from 'zod';
import { page, RefusalError, type RowsCall, texts } from '../call.ts';
import { json } from '../protocol/json.ts';
import type { Service } from './service.ts';

/** What a region contains of it. */
export const fsxRows = {
  fileSystems: z
    .array(z.looseObject({ FileSystemId: z.string(), FileSystemType: z.string(), Lifecycle: z.string(), VpcId: z.string() }))
    .default([]),
};

type FsxCall = RowsCall<typeof fsxRows>;

const paging = { size: 'MaxResults', token: 'NextToken', most: 100, badToken: 'BadRequest', badSize: 'BadRequest' };

const service: Service<FsxCall> = {
  name: 'fsx',
  protocol: json(['CreationTime']),
  operations: {
    DescribeFileSystems: (call) => {
      const ids = texts(call.input, 'FileSystemIds');
      const known = new Set(call.here.fileSystems.map((f) => f.FileSystemId));
      const absent = ids.filter((id) => !known.has(id));
      if (absent.length > 0) throw new RefusalError('FileSystemNotFound', `File system '${absent.join(', ')}' does not exist.`);
      const fitting = call.here.fileSystems.filter((f) => ids.length === 0 || ids.includes(f.FileSystemId));
      const { rows, next } = page(call, fitting, paging);
      return { FileSystems: rows, ...(next !== undefined && { NextToken: next }) };
    },
  },
};

export default service;
