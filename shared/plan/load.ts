/** A plan from a file on disk. */
import { readFileSync, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { type Parsed, parsePlan, type ReadRequest } from './parse.ts';
import { problemMessage } from './problem.ts';

type Read = ReturnType<ReadRequest>;

const reasons: { readonly [code: string]: string } = {
  ENOENT: 'no such file',
  ENOTDIR: 'no such file',
  EISDIR: 'a folder',
  EACCES: 'a file that this user may not read',
  EPERM: 'a file that this user may not read',
  ELOOP: 'links that lead in a circle',
  ENAMETOOLONG: 'a name too long for a file',
};

/** The largest file that is looked at: far more than a plan, far less than memory. */
const maximum = 8 * 1_048_576;

function read(path: string): Read {
  if (path.includes('\0')) return { ok: false, reason: 'a name that no file can have' };
  try {
    if (statSync(path).size > maximum) return { ok: false, reason: 'a file far too large for that' };
    return { ok: true, text: new TextDecoder('utf-8', { fatal: true }).decode(readFileSync(path)) };
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : '';
    if (code === 'ERR_ENCODING_INVALID_ENCODED_DATA') return { ok: false, reason: 'bytes that are no text in UTF-8' };
    const reason = reasons[code];
    if (reason === undefined) throw error;
    return { ok: false, reason };
  }
}

/**
 * Reads and parses a plan's file and the request files it names, each relative to the plan. A file that is not there or
 * cannot be read is a problem like any other; only a fault of the disk itself is thrown.
 */
export function loadPlan(file: string, { checkIds }: { readonly checkIds?: readonly string[] } = {}): Parsed {
  const text = read(file);
  if (!text.ok) {
    const [found, accepted] = [text.reason, 'a plan in YAML or JSON; `hyperpod-auditor init` writes one'];
    return { ok: false, problems: [{ file, line: 1, column: 1, path: '', found, accepted, message: problemMessage(found, accepted) }] };
  }
  const readRequest: ReadRequest = (path) => read(resolve(dirname(file), path));
  return parsePlan(text.text, { file, readRequest, ...(checkIds && { checkIds }) });
}
