import check from '../../../shared/core/checks/eks-configuration.ts';
import { groupRequest, onEks } from '../healthy.ts';
import { planOf, planOfGroups } from '../plans.ts';
import { table } from '../table.ts';

const taints = { Taints: [{ Key: 'team', Effect: 'NoSchedule' }] };
const tiered = (InstanceMemoryAllocationPercentage?: number) => ({
  TieredStorageConfig: { Mode: 'Enable', InstanceMemoryAllocationPercentage },
});

table(check, [
  { name: 'does not apply to a plain Slurm cluster', findings: [] },
  { name: 'does not apply to a plain EKS cluster', plan: planOf(onEks), findings: [] },
  {
    name: 'does not apply to members that are off',
    plan: planOf({ AutoScaling: { Mode: 'Disable' }, TieredStorageConfig: { Mode: 'Disable' } }),
    findings: [],
  },
  {
    name: 'refuses autoscaling on Slurm',
    plan: planOf({ AutoScaling: { Mode: 'Enable' } }),
    findings: [{ status: 'fail', level: 'required', resource: 'AutoScaling' }],
  },
  {
    name: 'recommends against tiered storage on Slurm',
    plan: planOf(tiered()),
    findings: [{ status: 'fail', level: 'recommended', resource: 'TieredStorageConfig' }],
  },
  {
    name: 'recommends against restricted groups on Slurm',
    plan: planOf({ RestrictedInstanceGroups: [groupRequest({ InstanceGroupName: 'rig' })] }),
    findings: [{ status: 'fail', level: 'recommended', resource: 'RestrictedInstanceGroups' }],
  },
  {
    name: 'refuses Kubernetes labels on Slurm',
    plan: planOfGroups({ KubernetesConfig: {} }),
    findings: [{ status: 'fail', level: 'required', group: 'workers', resource: 'KubernetesConfig' }],
  },
  {
    name: 'recommends against patching on Slurm',
    plan: planOfGroups({ AutoPatchConfig: { PatchingStrategy: 'WhenIdle' } }),
    findings: [{ status: 'fail', level: 'recommended', group: 'workers', resource: 'AutoPatchConfig' }],
  },
  {
    name: 'passes taints without deep health checks',
    plan: planOf({ ...onEks, InstanceGroups: [groupRequest({ KubernetesConfig: taints })] }),
    findings: [{ status: 'pass', group: 'workers', resource: 'KubernetesConfig.Taints' }],
  },
  {
    name: 'refuses taints with deep health checks',
    plan: planOf({ ...onEks, InstanceGroups: [groupRequest({ KubernetesConfig: taints, OnStartDeepHealthChecks: ['InstanceStress'] })] }),
    findings: [{ status: 'fail', level: 'required', resource: 'KubernetesConfig.Taints' }],
  },
  {
    name: 'passes deep health checks without taints',
    plan: planOf({ ...onEks, InstanceGroups: [groupRequest({ OnStartDeepHealthChecks: ['InstanceStress'] })] }),
    findings: [],
  },
  { name: 'passes 20 percent of the memory', plan: planOf({ ...onEks, ...tiered(20) }), findings: [{ status: 'pass', have: 20 }] },
  {
    name: 'fails at 19 percent',
    plan: planOf({ ...onEks, ...tiered(19) }),
    findings: [{ status: 'fail', level: 'recommended', have: 19, need: 20 }],
  },
]);
