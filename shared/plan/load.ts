/** A plan from a file on disk. */
import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { count } from '../core/render/words.ts';
import { ownCommand } from '../core/text/own-command.ts';
import { type ParsedPlan, parsePlan, type ReadRequest } from './parse.ts';
import { problemMessage } from './problem.ts';
import { limits, sizeLimit } from './problem-report.ts';

type FileText = ReturnType<ReadRequest>;

const reasons: { readonly [code: string]: string } = {
  ENOENT: 'no such file',
  ENOTDIR: 'no such file',
  EISDIR: 'a folder',
  EACCES: 'a file that this user may not read',
  EPERM: 'a file that this user may not read',
  ELOOP: 'links that lead in a circle',
  ENAMETOOLONG: 'a name too long for a file',
};

/** What a plan and the request files it names may hold together. */
const mostTogether = 8 * limits.bytes;

/** At most one byte more than `most`, so that neither a huge file nor an endless one fills the memory; and the size, if known. */
function bytesOf(path: string, most: number): { readonly bytes: Buffer; readonly size: number } {
  const file = openSync(path, 'r');
  try {
    const { size } = fstatSync(file);
    const bytes = Buffer.alloc(most + 1);
    let length = 0;
    for (let more = -1; more !== 0 && length < bytes.length; length += more)
      more = readSync(file, bytes, length, bytes.length - length, null);
    return { bytes: bytes.subarray(0, length), size: Math.max(size, length) };
  } finally {
    closeSync(file);
  }
}

/** Encodings other than UTF-8, by the byte order mark that editors and PowerShell write. */
const isUtf16 = ([first, second]: Uint8Array): boolean => (first === 0xff && second === 0xfe) || (first === 0xfe && second === 0xff);

/** Reads at most as much as one file may hold. */
function read(path: string): FileText & { readonly size?: number } {
  if (path.includes('\0')) return { ok: false, reason: 'a name that no file can have' };
  try {
    const { bytes, size } = bytesOf(path, limits.bytes);
    if (bytes.length > limits.bytes) return { ok: false, reason: `${count(size, 'byte')}; at most ${sizeLimit} are read` };
    if (isUtf16(bytes)) return { ok: false, reason: 'text in UTF-16; save it as UTF-8' };
    return { ok: true, text: new TextDecoder('utf-8', { fatal: true }).decode(bytes), size };
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : '';
    if (code === 'ERR_ENCODING_INVALID_ENCODED_DATA') return { ok: false, reason: 'bytes that are not text in UTF-8' };
    const reason = reasons[code];
    if (reason === undefined) throw error;
    return { ok: false, reason };
  }
}

/**
 * Reads and parses a plan's file and the request files it names, each relative to the plan. A file that is not there, is
 * too large or cannot be read is a problem like any other; only a fault of the disk itself is thrown.
 */
export function loadPlan(file: string, { checkIds }: { readonly checkIds?: readonly string[] } = {}): ParsedPlan {
  const text = read(file);
  if (!text.ok) {
    const [expected, got] = [`a plan in YAML or JSON (\`${ownCommand(['init'])}\` writes one)`, text.reason];
    return { ok: false, problems: [{ file, line: 1, column: 1, path: '', expected, got, message: problemMessage(expected, got) }] };
  }
  let together = text.size ?? 0;
  const readRequest: ReadRequest = (path) => {
    const request = read(resolve(dirname(file), path));
    together += request.size ?? 0;
    if (together <= mostTogether) return request;
    return { ok: false, reason: `with it the plan and its requests exceed ${count(mostTogether, 'byte')} (8 MiB)` };
  };
  return parsePlan(text.text, { file, readRequest, ...(checkIds && { checkIds }) });
}
