import { afterEach, describe, expect, test, vi } from 'vitest';
import { AwsError } from '../../../shared/aws/client/errors.ts';
import { defaultSettings } from '../../../shared/aws/client/settings.ts';
import {
  configuredRegion,
  ExpiredCredentialsError,
  IdentificationError,
  identify,
  NoCredentialsError,
} from '../../../shared/aws/credentials/identity.ts';
import { callInDefaultRegion, defaultRegionOf } from '../../../shared/aws/inventory/account-wide-regions.ts';
import { assumeAuditRole, auditRoleArn, NoOrganizationError, organizationAccounts } from '../../../shared/aws/inventory/accounts.ts';
import { enabledRegions, NoRegionsError, regionsToAudit } from '../../../shared/aws/inventory/regions.ts';
import { emptyPlan, type OrganizationScope } from '../../../shared/core/plan/plan.ts';
import { partitionOfRegion, supportedRegions } from '../../../shared/core/plan/regions.ts';
import { account, inSandbox, otherAccount, planOf, region, settingsOf, world } from '../world.ts';

afterEach(() => {
  vi.unstubAllEnvs();
});

const noEnvironment = () => {
  for (const name of ['AWS_REGION', 'AWS_DEFAULT_REGION', 'AWS_PROFILE', 'AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY', 'AWS_SESSION_TOKEN'])
    vi.stubEnv(name, undefined);
};

describe('who is calling', () => {
  test('account, ARN, partition and alias', async () => {
    expect(await inSandbox({}, (s) => identify(settingsOf(s)))).toEqual({
      account,
      arn: `arn:aws:iam::${account}:user/operator`,
      partition: 'aws',
      alias: 'ml-prod',
    });
  });

  test('an alias that may not be read, or is not there, is no reason to stop', async () => {
    const denied = await inSandbox({ faults: [{ on: 'iam:ListAccountAliases', kind: 'deny' }] }, (s) => identify(settingsOf(s)));
    expect(denied).toEqual({ account, arn: expect.any(String), partition: 'aws' });
    const d = world();
    const own = d.accounts[account];
    if (!own) throw new Error('The world has its account.');
    const description = { ...d, accounts: { ...d.accounts, [account]: { ...own, iam: { ...own.iam, aliases: [] } } } };
    expect(await inSandbox({ description }, (s) => identify(settingsOf(s)))).not.toHaveProperty('alias');
  });

  test('no credentials anywhere', async () => {
    noEnvironment();
    const error = await inSandbox({}, (s) => identify({ ...defaultSettings, endpoint: s.endpoint, homeRegion: region })).catch((e) => e);
    expect(error).toBeInstanceOf(NoCredentialsError);
    expect(error).toMatchObject({ name: 'NoCredentialsError', message: 'No AWS credentials were found.' });
  });

  test('a profile that is not there', async () => {
    noEnvironment();
    const settings = { ...defaultSettings, homeRegion: region, profile: 'none-of-that-name' };
    await expect(inSandbox({}, (s) => identify({ ...settings, endpoint: s.endpoint }))).rejects.toBeInstanceOf(NoCredentialsError);
  });

  test.for([['AKIANOBODY', /^AWS could not be asked who is calling \(sts:GetCallerIdentity\): .*InvalidClientTokenId\)\.$/]] as const)(
    'unknown credentials: %s',
    async ([accessKeyId, message]) => {
      const credentials = { accessKeyId, secretAccessKey: 'x' };
      const error = await inSandbox({}, (s) => identify(settingsOf(s, { credentials }))).catch((e) => e);
      expect(error).toBeInstanceOf(IdentificationError);
      expect(error).not.toBeInstanceOf(NoCredentialsError);
      expect(error.message).toMatch(message);
    },
  );

  test('an AWS that does not answer', async () => {
    const settings = { deadlineMs: 300 };
    const error = await inSandbox({ faults: [{ on: 'sts:*', kind: 'hang' }] }, (s) => identify(settingsOf(s, settings))).catch((e) => e);
    expect(error).toBeInstanceOf(IdentificationError);
    expect(error.message).toContain('deadline of 0.3 s');
  });

  test('expired credentials have a class of their own', () => {
    const error = new ExpiredCredentialsError('The AWS credentials have expired; sign in again.', undefined);
    expect(error).toBeInstanceOf(IdentificationError);
    expect(error.name).toBe('ExpiredCredentialsError');
  });
});

describe('where the caller is at home', () => {
  test('what the settings say, else the environment, else nowhere', async () => {
    noEnvironment();
    expect(await configuredRegion(defaultSettings)).toBeUndefined();
    vi.stubEnv('AWS_REGION', 'eu-west-3');
    expect(await configuredRegion(defaultSettings)).toBe('eu-west-3');
    expect(await configuredRegion({ ...defaultSettings, homeRegion: 'sa-east-1' })).toBe('sa-east-1');
  });

  test('partitions by the names of their regions, each with its home', () => {
    const names = ['us-east-1', 'cn-northwest-1', 'us-gov-east-1', 'us-iso-west-1', 'us-isob-east-1', 'eusc-de-east-1'];
    expect(names.map(partitionOfRegion)).toEqual(['aws', 'aws-cn', 'aws-us-gov', 'aws-iso', 'aws-iso-b', 'aws-eusc']);
    for (const name of names) expect(partitionOfRegion(defaultRegionOf(partitionOfRegion(name)) ?? '')).toBe(partitionOfRegion(name));
    expect(defaultRegionOf('aws-mars')).toBeUndefined();
  });

  test('asks on where the first does not answer; the last failure counts; a defect ends it', async () => {
    const failed = (reason: string) => new AwsError({ ok: false, reason });
    const asked: string[] = [];
    const ask = (answers: { readonly [region: string]: unknown }) => async (where: string) => {
      asked.push(where);
      const answer = answers[where];
      if (answer instanceof Error) throw answer;
      return answer;
    };
    expect(await callInDefaultRegion('aws', 'eu-west-1', ask({ 'us-east-1': failed('a'), 'eu-west-1': 7 }))).toBe(7);
    await expect(callInDefaultRegion('aws', 'eu-west-1', ask({ 'us-east-1': failed('a'), 'eu-west-1': failed('b') }))).rejects.toThrow('b');
    await expect(callInDefaultRegion('aws', 'eu-west-1', ask({ 'us-east-1': new TypeError('ours') }))).rejects.toThrow(TypeError);
    expect(asked).toEqual(['us-east-1', 'eu-west-1', 'us-east-1', 'eu-west-1', 'us-east-1']);
    await expect(callInDefaultRegion('aws-mars', undefined, ask({}))).rejects.toThrow(/aws-mars/);
    expect(await callInDefaultRegion('aws', 'us-east-1', ask({ 'us-east-1': 1 }))).toBe(1);
  });
});

describe('other accounts', () => {
  const role = { name: 'hyperpod-auditor' };
  const door = { account: otherAccount, partition: 'aws', role };

  test('are entered by the audit role, and are then who is calling', async () => {
    const [entered, identity] = await inSandbox({}, async (s) => {
      const result = await assumeAuditRole(door, settingsOf(s, { profile: 'ml' }));
      return [result, result.ok ? await identify(result.settings) : undefined] as const;
    });
    expect(identity).toMatchObject({ account: otherAccount, arn: expect.stringContaining('assumed-role/hyperpod-auditor/') });
    expect(entered).toMatchObject({
      ok: true,
      settings: { credentials: { sessionToken: expect.any(String), expiration: expect.any(Date) } },
    });
    // The profile is the caller's own, and would sign in its stead.
    expect(entered.ok && entered.settings.profile).toBeUndefined();
  });

  test('refuse a caller that they do not trust, and say what would change that', async () => {
    const settled = await inSandbox({}, (s) =>
      Promise.all([
        assumeAuditRole({ ...door, role: {} }, settingsOf(s)),
        assumeAuditRole({ ...door, account: '777788889999' }, settingsOf(s)),
      ]),
    );
    expect(settled).toEqual([
      {
        ok: false,
        reason: `arn:aws:iam::${otherAccount}:role/HyperPodAuditor could not be entered: access denied`,
        action: 'sts:AssumeRole',
      },
      {
        ok: false,
        reason: 'arn:aws:iam::777788889999:role/hyperpod-auditor could not be entered: access denied',
        action: 'sts:AssumeRole',
      },
    ]);
  });

  test('may ask for an external id', async () => {
    const d = world();
    const other = d.accounts[otherAccount];
    if (!other) throw new Error('The story has a second account.');
    const enterable = { 'hyperpod-auditor': { by: [account], externalId: 'secret' } };
    const description = { ...d, accounts: { ...d.accounts, [otherAccount]: { ...other, enterable } } };
    const settled = await inSandbox({ description }, (s) =>
      Promise.all(
        [undefined, 'wrong', 'secret'].map((externalId) =>
          assumeAuditRole({ ...door, role: { ...role, ...(externalId && { externalId }) } }, settingsOf(s)),
        ),
      ),
    );
    expect(settled.map((e) => e.ok)).toEqual([false, false, true]);
  });

  test('have a role in their own partition', () => {
    expect(auditRoleArn(otherAccount, undefined, 'aws-cn')).toBe(`arn:aws-cn:iam::${otherAccount}:role/HyperPodAuditor`);
  });

  test('are listed page by page, without those that are closed', async () => {
    expect(await inSandbox({ pageSize: 1 }, (s) => organizationAccounts(settingsOf(s)))).toEqual([account, otherAccount]);
  });

  test('are those of organizational units and of the units below them, without those that are left out', async () => {
    const of = (scope: OrganizationScope) => inSandbox({ pageSize: 1 }, (s) => organizationAccounts(settingsOf(s), scope));
    expect(await of({ units: ['ou-7hyp-workload'] })).toEqual([otherAccount]);
    expect(await of({ units: ['ou-7hyp-workload', 'r-7hyp'] })).toEqual([account, otherAccount]);
    expect(await of({ units: ['r-7hyp'], except: [otherAccount] })).toEqual([account]);
    expect(await of({ except: [account] })).toEqual([otherAccount]);
    await expect(of({ units: ['ou-7hyp-nowhere1'] })).rejects.toThrow(NoOrganizationError);
  });

  test('cannot be listed by everyone', async () => {
    const error = await inSandbox({ faults: [{ on: 'organizations:*', kind: 'deny' }] }, (s) => organizationAccounts(settingsOf(s))).catch(
      (e) => e,
    );
    expect(error).toBeInstanceOf(NoOrganizationError);
    expect(error).toMatchObject({
      message: "The organization's accounts could not be listed: access denied.",
      action: 'organizations:ListAccounts',
    });
  });
});

describe('regions', () => {
  const audited = (plan: Parameters<typeof regionsToAudit>[0], faults = {}) =>
    inSandbox(faults, (s) => regionsToAudit(plan, settingsOf(s)));

  test('those of the plan, without a call', async () => {
    const [regions, calls] = await inSandbox({}, async (s) => [await regionsToAudit(planOf({}), settingsOf(s)), s.calls.length] as const);
    expect(regions).toEqual([region]);
    expect(calls).toBe(0);
    expect(await audited({ ...emptyPlan, regions: ['eu-west-1', 'us-east-1'] })).toEqual(['eu-west-1', 'us-east-1']);
    expect(await audited({ ...emptyPlan, regions: 'supported' })).toEqual([...supportedRegions.names]);
  });

  test('for a plan that names none, every region that is enabled', async () => {
    const regions = await audited(emptyPlan);
    expect(regions).toContain('us-west-2');
    expect(regions).toEqual(regions.toSorted());
    expect(regions).not.toContain('ap-southeast-3');
  });

  test('asked at the home of the partition, else in the own region', async () => {
    const where = await inSandbox({ faults: [{ on: 'ec2:*', kind: 'deny', region: 'us-east-1' }] }, async (s) => {
      await enabledRegions(settingsOf(s));
      return s.calls.map((c) => c.region);
    });
    expect(where).toEqual(['us-east-1', 'us-west-2']);
  });

  test('that the caller may not list are reported as such', async () => {
    const error = await audited(emptyPlan, { faults: [{ on: 'ec2:*', kind: 'deny' }] }).catch((e) => e);
    expect(error).toBeInstanceOf(NoRegionsError);
    expect(error).toMatchObject({
      message: 'The regions of the account could not be listed: access denied.',
      action: 'ec2:DescribeRegions',
    });
  });
});
