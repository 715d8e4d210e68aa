import check from '../../../shared/core/checks/lifecycle-settings.ts';
import { planOfGroups } from '../plans.ts';
import { table } from '../table.ts';

const SourceS3Uri = 's3://sagemaker-scripts/hyperpod';
const failed = [{ status: 'fail', level: 'recommended', group: 'workers', resource: 'LifeCycleConfig' }] as const;

table(check, [
  { name: 'does not apply without LifeCycleConfig', plan: planOfGroups({ LifeCycleConfig: undefined }), findings: [] },
  { name: 'does not apply to an empty one', plan: planOfGroups({ LifeCycleConfig: {} }), findings: [] },
  { name: 'passes both', findings: [{ status: 'pass' }], says: ['on_create.sh'] },
  {
    name: 'passes a script that runs after the image',
    plan: planOfGroups({ LifeCycleConfig: { SourceS3Uri, OnInitComplete: 'late.sh' } }),
    findings: [{ status: 'pass' }],
    says: ['late.sh'],
  },
  { name: 'fails without a script', plan: planOfGroups({ LifeCycleConfig: { SourceS3Uri } }), findings: failed, says: ['no script'] },
  {
    name: 'fails without a location',
    plan: planOfGroups({ LifeCycleConfig: { OnCreate: 'a.sh' } }),
    findings: failed,
    says: ['no SourceS3Uri'],
  },
]);
