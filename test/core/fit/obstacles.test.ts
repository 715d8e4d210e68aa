/** What prevents a placement: the words, the level and the nodes of each failure. */
import { describe, expect, test } from 'vitest';
import type { Finding } from '../../../shared/core/evaluation/finding.ts';
import type { RequestedCluster } from '../../../shared/core/fit/candidates.ts';
import { type Obstacle, obstaclesOf } from '../../../shared/core/fit/obstacles.ts';
import { broken, snapshot } from '../healthy.ts';
import { finding } from '../results.ts';

const requested: RequestedCluster = { name: 'new', type: 'ml.p5.48xlarge', count: 4, orchestrator: 'slurm', spot: false, efa: false };
const fail = (check: string, more: Partial<Finding> = {}) => finding({ check, status: 'fail', message: 'M.', ...more });
const soft = (check: string, more: Partial<Finding> = {}) => fail(check, { level: 'recommended', ...more });
const command = 'aws service-quotas raise';
const obstacles = (failures: readonly Finding[], of: Partial<RequestedCluster> = {}, facts: Parameters<typeof snapshot>[0] = {}) =>
  obstaclesOf(failures, [], { requested: { ...requested, ...of }, snapshot: snapshot(facts) });

describe('one failure', () => {
  const required = { level: 'required', message: 'M.' } as const;
  test.each<[string, Finding, Omit<Obstacle, 'check' | 'message'>]>([
    ['without an amount', fail('vpc-dns'), { ...required, kind: 'setting', words: 'DNS of the VPC off' }],
    ['of a check without words of its own', fail('volume-size-quota'), { ...required, kind: 'setting', words: 'volume-size-quota' }],
    [
      'with an amount that is not in nodes',
      fail('volume-size-quota', { have: 500, need: 1024, unit: 'GB' }),
      { ...required, kind: 'setting', words: 'volume-size-quota', have: 500, need: 1024, unit: 'GB' },
    ],
    [
      'with an amount without a unit',
      fail('cluster-size-quota', { have: 1, need: 3, remediation: { text: 'Ask.', command } }),
      {
        ...required,
        kind: 'quota',
        words: 'quota per cluster short by 2 nodes',
        nodes: 2,
        have: 1,
        need: 3,
        remediation: { text: 'Ask.', command },
      },
    ],
    [
      'of a quota that is not there',
      fail('instance-type-quota', { need: 4 }),
      { ...required, kind: 'impossible', words: 'ml.p5.48xlarge not offered to clusters here', need: 4 },
    ],
    [
      'of a quota of which the need is not known',
      fail('instance-type-quota', { have: 4, remediation: { text: 'Ask.', command } }),
      { ...required, kind: 'quota', words: 'quota of the type short by 0 nodes', have: 4, remediation: { text: 'Ask.', command } },
    ],
    [
      'of network interfaces for two nodes too few',
      fail('network-interface-quota', { have: 0, need: 64 }),
      { ...required, kind: 'quota', words: 'network interfaces for 2 of 4 nodes', nodes: 2, have: 0, need: 64 },
    ],
    [
      'of addresses for half of the nodes',
      fail('subnet-free-ips', { have: 65, need: 128 }),
      { ...required, kind: 'addresses', words: 'addresses for 2 of 4 nodes', nodes: 2, have: 65, need: 128 },
    ],
    ['of a region without HyperPod', fail('region-enabled'), { ...required, kind: 'impossible', words: 'HyperPod not offered here' }],
    [
      'of a region, as recommended',
      soft('region-enabled'),
      { level: 'recommended', message: 'M.', kind: 'setting', words: 'HyperPod not offered here' } as Obstacle,
    ],
    ['of the route to S3', fail('s3-reachable'), { ...required, kind: 'setting', words: 'route to S3 missing' }],
    [
      'of the route to S3, as recommended',
      soft('s3-reachable'),
      { level: 'recommended', message: 'M.', kind: 'setting', words: 'S3 only through other networks' } as Obstacle,
    ],
  ])('%s', (_, failure, obstacle) => {
    expect(obstacles([failure])).toStrictEqual([{ check: failure.check, ...obstacle }]);
  });

  test('of interfaces has no nodes where the type is not known', () => {
    const failure = fail('network-interface-quota', { have: 0, need: 64 });
    for (const [of, facts] of [
      [{ type: 'ml.x9.large' }, {}],
      [{}, { instanceTypes: broken() }],
    ] as const)
      expect(obstacles([failure], of, facts)[0]).not.toHaveProperty('nodes');
  });
});

describe('the failure of a placement', () => {
  const placement = fail('cluster-placement');
  const softPlacement = soft('cluster-placement');
  const addresses = soft('subnet-free-ips');
  const zone = soft('zone-offers-instance');
  const s3 = soft('s3-reachable');
  const cpu = { type: 'ml.m5.xlarge' };

  test.each<[string, readonly Finding[], Partial<RequestedCluster>, Parameters<typeof snapshot>[0], readonly string[]]>([
    ['stands alone', [placement], {}, {}, ['required cluster-placement']],
    ['is reported by the addresses that are missing', [placement, addresses], {}, {}, ['required subnet-free-ips']],
    ['is reported by the zone of an accelerator', [placement, zone], {}, {}, ['required zone-offers-instance']],
    [
      'is not reported by the zone of another type',
      [placement, zone],
      cpu,
      {},
      ['required cluster-placement', 'recommended zone-offers-instance'],
    ],
    [
      'is not reported by the zone of a type that is not known',
      [placement, zone],
      { type: 'ml.x9.large' },
      {},
      ['required cluster-placement', 'recommended zone-offers-instance'],
    ],
    [
      'is not reported by the zone while types are unread',
      [placement, zone],
      {},
      { instanceTypes: broken() },
      ['required cluster-placement', 'recommended zone-offers-instance'],
    ],
    ['is not reported by what is only recommended', [placement, s3], {}, {}, ['required cluster-placement', 'recommended s3-reachable']],
    ['as recommended, is reported by what is recommended', [softPlacement, s3], {}, {}, ['recommended s3-reachable']],
    ['as recommended, makes nothing required', [softPlacement, addresses], {}, {}, ['recommended subnet-free-ips']],
    ['is not any required failure', [fail('vpc-dns'), addresses], {}, {}, ['required vpc-dns', 'recommended subnet-free-ips']],
  ])('%s', (_, failures, of, facts, expected) => {
    expect(obstacles(failures, of, facts).map((o) => `${o.level} ${o.check}`)).toEqual(expected);
  });
});
