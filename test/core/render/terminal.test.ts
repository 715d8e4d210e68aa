import { expect, test } from 'vitest';
import { terminal } from '../../../shared/core/render/terminal.ts';
import { result } from './result.ts';

const plain = { paint: (_: string, text: string) => text, width: 90, level: 'recommended' } as const;

test('the whole screen: readiness first, failures with numbers and the fix, then coverage', () => {
  expect(terminal(result, plain)).toBe(`HyperPod readiness of account ml-prod (111122223333), 2026-11-20 08:00 UTC

READINESS
  BLOCKED  us-west-2  llm-train  planned  instance-type-quota, a, b and 1 more
  READY    us-west-2  eval       running
  OFF      ap-southeast-3  the region is not enabled for this account

FINDINGS

us-west-2 · llm-train
  ✗ required     instance-type-quota  workers · ml.p5  have 0, need 4 instances, short by 4  since 2026-11-18 07:00 UTC
      The quota is 0 & "4" are <needed>.
      Fix: Request an increase.
      $ aws service-quotas request
      https://console.example.com
  ! recommended  subnet-free-ips  subnet-1  have 251, need 324 addresses, short by 73
      Subnet subnet-1 has 251 free addresses, 324 are needed.

us-west-2 · 1 muted failure not shown; they still count.

COVERAGE
  us-west-2  4 verdicts, 3 unevaluated
      access denied: fsx:DescribeFileSystems, since 2026-11-19 08:00 UTC
        2 checks unevaluated: fsx-ports, fsx-available
        fsx-ports · llm-train · fs-1: passed when last seen, 2026-11-18 08:00 UTC
      vpc-cni is self-managed
        1 check unevaluated (recommended): vpc-cni-version
  ap-southeast-3  0 verdicts, not-enabled: the region is not enabled for this account
`);
});

test('a level filters failures, never readiness or coverage', () => {
  const text = terminal(result, { ...plain, level: 'required' });
  expect(text).not.toContain('subnet-free-ips');
  expect(text).toContain('BLOCKED');
  expect(text).toContain('vpc-cni is self-managed');
});

test('colours are wrapped around words, never counted in widths', () => {
  const marked = terminal(result, { ...plain, paint: (c, text) => `‹${c}›${text}‹›` });
  expect(marked.replace(/‹[a-z]*›/g, '')).toBe(terminal(result, plain));
  expect(marked).toContain('‹red›BLOCKED‹›');
});
