import { describe, expect, test } from 'vitest';
import { clusterConsole, consoleOf, consolePage, subnetConsole, vpcConsole, withConsole } from '../../../shared/core/text/console-links.ts';
import { jsonOf } from '../../../shared/core/text/json.ts';
import { finding } from '../results.ts';

const place = { partition: 'aws', region: 'us-west-2' };
const page = (path: string, region = 'us-west-2') => `https://${region}.console.aws.amazon.com/${path}`;

describe('the console page of a resource', () => {
  test.each<[string, string | undefined]>([
    ['subnet-0abc', page('vpcconsole/home?region=us-west-2#SubnetDetails:subnetId=subnet-0abc')],
    ['subnet-0abc fs-1', undefined],
    ['my-subnet-0abc', undefined],
    ['s3://bucket', page('s3/buckets/bucket?region=us-west-2')],
    ['s3://bucket/a/b.sh', page('s3/object/bucket?region=us-west-2&prefix=a%2Fb.sh')],
    ['x s3://bucket', undefined],
    ['s3://bucket/a\nb.sh', undefined],
    ['arn:aws:iam::111122223333:role/path/Node', page('iam/home#/roles/details/Node')],
    ['arn:aws:iam::111122223333:user/me', page('iam/home#/users/details/me')],
    ['arn:aws:iam::111122223333:group/us', undefined],
    ['arn:aws:sts::111122223333:role/Node', undefined],
    ['arn:aws:sts::111122223333:user/me', undefined],
    ['arn:aws:eks:us-east-1:111122223333:cluster/train', page('eks/clusters/train?region=us-east-1', 'us-east-1')],
    ['arn:aws:eks:us-east-1:111122223333:cluster/train#vpc', page('eks/clusters/train?region=us-east-1', 'us-east-1')],
    ['arn:aws:eks::111122223333:cluster/train', undefined],
    ['arn:aws:eks:us-east-1:111122223333:addon/train', undefined],
    ['arn:aws:ecs:us-east-1:111122223333:cluster/train', undefined],
    ['arn:aws:sagemaker:us-west-2:111122223333:training-plan/p', page('sagemaker/home?region=us-west-2')],
    ['arn:aws:sagemaker:us-west-2:111122223333:model/p', undefined],
    ['arn:aws:ec2:us-west-2:111122223333:training-plan/p', undefined],
    ['x arn:aws:iam::111122223333:role/Node', undefined],
    ['ml.p5.48xlarge for cluster usage', undefined],
  ])('%s', (resource, address) => {
    expect(consoleOf(resource, place)).toBe(address);
  });

  test('of a cluster', () => {
    expect(clusterConsole(place, 'llm train')).toBe(page('sagemaker/home?region=us-west-2#/cluster-management/llm%20train'));
  });
});

describe('a finding gets the page of its resource', () => {
  const remediation = { text: 'Fix it.' };
  const fail = finding({ status: 'fail', resource: 'subnet-0abc', remediation });

  test('where it fails and has none', () => {
    expect(withConsole(fail, place).remediation).toEqual({ ...remediation, console: consoleOf('subnet-0abc', place) });
  });
  test.each([
    ['it passes', finding({ resource: 'subnet-0abc', remediation })],
    ['it has no remediation', finding({ status: 'fail', resource: 'subnet-0abc' })],
    ['it has a page already', { ...fail, remediation: { ...remediation, console: 'https://example.com' } }],
    ['its resource has none', { ...fail, resource: 'the plan' }],
  ])('but not where %s', (_, unchanged) => {
    expect(withConsole(unchanged, place)).toStrictEqual(unchanged);
  });
});

test('text that is no JSON has no value', () => {
  expect(jsonOf('{"a":1}')).toEqual({ a: 1 });
  expect(jsonOf('{')).toBeUndefined();
  expect(() =>
    jsonOf({
      toString: () => {
        throw new RangeError('no text');
      },
    } as never),
  ).toThrow(RangeError);
});

test.each([
  ['aws', 'us-west-2', 'us-west-2.console.aws.amazon.com'],
  ['aws-cn', 'cn-north-1', 'cn-north-1.console.amazonaws.cn'],
  ['aws-us-gov', 'us-gov-west-1', 'us-gov-west-1.console.amazonaws-us-gov.com'],
])('the console of partition %s', (partition, region, host) => {
  expect(consolePage({ partition, region })`a`).toBe(`https://${host}/a`);
  expect(vpcConsole({ partition, region })`p`).toBe(`https://${host}/vpcconsole/home?region=${region}#p`);
  expect(subnetConsole({ partition, region }, 's')).toBe(`https://${host}/vpcconsole/home?region=${region}#SubnetDetails:subnetId=s`);
});

test.each(['a/../../x?y#z', 'x\u202ey', '\ud800', "'><script>", 'a b'])('in a console address %j stays one value', (value) => {
  const context = { partition: 'aws', region: 'us-west-2' };
  const encoded = encodeURIComponent(value.toWellFormed());
  const page = new URL(consolePage(context)`eks/clusters/${value}?region=us-west-2`);
  expect([page.host, page.pathname.split('/').length, page.hash]).toEqual(['us-west-2.console.aws.amazon.com', 4, '']);
  expect(vpcConsole(context)`SubnetDetails:subnetId=${value}`).toContain(`subnetId=${encoded}`);
});

test.each(['evil.example/', 'evil.example#', 'evil.example?', 'a@evil.example:443/', 'evil.example\\', '__proto__'])(
  'a region %j does not lead to another host',
  (region) => {
    for (const partition of ['aws', 'constructor', '__proto__', 'evil.example/']) {
      const address = consolePage({ partition, region })`eks/clusters`;
      if (URL.canParse(address)) expect(new URL(address).host).toMatch(/\.console\.aws\.amazon\.com$/);
    }
  },
);
