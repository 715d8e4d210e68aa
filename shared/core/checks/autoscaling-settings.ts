import { type Case, clusterCheck, fail, pass } from '../evaluation/check.ts';

export default clusterCheck({
  id: 'autoscaling-settings',
  level: 'required',
  levelNote: 'required, recommended where NodeRecovery is not set',
  title: 'A request with autoscaling has automatic node recovery and a cluster role',
  rationale:
    'According to AWS documentation, autoscaling requires NodeRecovery Automatic and a ClusterRole. HyperPod adds and deletes nodes with this role.',
  applies: 'planned EKS clusters with AutoScaling; provisioning-mode and eks-configuration evaluate the mode and the orchestrator',
  reference: 'https://docs.aws.amazon.com/sagemaker/latest/dg/sagemaker-hyperpod-eks-autoscaling.html',
  needs: [],
  *cases(_, { plan, orchestrator, autoScaling, clusterRole }): Iterable<Case> {
    if (!plan || !autoScaling || orchestrator !== 'eks') return;
    const recovery = plan.request.NodeRecovery;
    yield {
      resource: 'NodeRecovery',
      evaluate: () =>
        recovery === 'Automatic'
          ? pass('NodeRecovery is Automatic, which autoscaling requires.')
          : fail(
              `NodeRecovery is ${recovery ?? 'not set'}, Automatic required with AutoScaling.`,
              { text: 'Set NodeRecovery to Automatic, or remove AutoScaling.' },
              // AWS documents no default.
              { level: recovery === undefined ? 'recommended' : undefined },
            ),
    };
    yield {
      resource: 'ClusterRole',
      evaluate: () =>
        clusterRole !== undefined
          ? pass(`The request has AutoScaling and ClusterRole ${clusterRole}.`)
          : fail('ClusterRole is not set, 1 role required with AutoScaling. HyperPod cannot scale the cluster without it.', {
              text: 'Set ClusterRole to a role that trusts hyperpod.sagemaker.amazonaws.com and allows sagemaker:BatchAddClusterNodes and sagemaker:BatchDeleteClusterNodes.',
            }),
    };
  },
});
