import check from '../../../shared/core/checks/autoscaling-settings.ts';
import type { ClusterRequest } from '../../../shared/core/plan/plan.ts';
import { account, ids, onEks, plan, running, withRunning } from '../healthy.ts';
import { planOf } from '../plans.ts';
import { table } from '../table.ts';

const ClusterRole = `arn:aws:iam::${account}:role/SageMakerHyperPodKarpenterRole`;
const scaling = (more: Partial<ClusterRequest> = {}) =>
  planOf({ ...onEks, AutoScaling: { Mode: 'Enable' }, NodeRecovery: 'Automatic', ClusterRole, ...more });
const recovered = { status: 'pass', resource: 'NodeRecovery' } as const;
const named = { status: 'pass', resource: 'ClusterRole' } as const;

table(check, [
  { name: 'does not apply without AutoScaling', plan: planOf({ ...onEks, NodeRecovery: 'None' }), findings: [] },
  { name: 'does not apply to AutoScaling Disable', plan: scaling({ AutoScaling: { Mode: 'Disable' } }), findings: [] },
  { name: 'leaves Slurm to eks-configuration', plan: scaling({ Orchestrator: undefined }), findings: [] },
  {
    name: 'does not apply to a cluster that only runs',
    plan: { ...plan(), clusters: [] },
    facts: withRunning(running({ orchestrator: 'eks', eksCluster: ids.eks, autoScaling: true })),
    findings: [],
  },
  { name: 'passes', plan: scaling(), findings: [recovered, named] },
  {
    name: 'fails without node recovery',
    plan: scaling({ NodeRecovery: 'None' }),
    findings: [{ status: 'fail', level: 'required', resource: 'NodeRecovery' }, named],
    says: ['NodeRecovery is None, Automatic required'],
  },
  {
    name: 'is softer where NodeRecovery is not set, since AWS documents no default',
    plan: scaling({ NodeRecovery: undefined }),
    findings: [{ status: 'fail', level: 'recommended' }, named],
    says: ['NodeRecovery is not set'],
  },
  {
    name: 'fails without ClusterRole',
    plan: scaling({ ClusterRole: undefined }),
    findings: [recovered, { status: 'fail', level: 'required', resource: 'ClusterRole' }],
  },
]);
