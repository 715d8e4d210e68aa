import { type Case, clusterCheck, fail, pass } from '../evaluation/check.ts';

export default clusterCheck({
  id: 'autoscaling-settings',
  level: 'required',
  levelNote: 'required, recommended where NodeRecovery is not set',
  title: 'A request with autoscaling has automatic node recovery and a cluster role',
  rationale: 'AWS documents that autoscaling requires NodeRecovery Automatic and ClusterRole, with which HyperPod adds and deletes nodes.',
  applies: 'planned EKS clusters with AutoScaling; provisioning-mode and eks-configuration evaluate its mode and orchestrator',
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
              `NodeRecovery is ${recovery ?? 'not set'}, Automatic required: the cluster has AutoScaling.`,
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
          : fail('The request has AutoScaling and no ClusterRole. HyperPod has no role with which it could scale the cluster.', {
              text: 'Set ClusterRole to a role that trusts hyperpod.sagemaker.amazonaws.com and allows sagemaker:BatchAddClusterNodes and sagemaker:BatchDeleteClusterNodes.',
            }),
    };
  },
});
