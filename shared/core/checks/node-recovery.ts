import { clusterCheck, fail, pass } from '../evaluation/check.ts';

export default clusterCheck({
  id: 'node-recovery',
  level: 'recommended',
  title: 'HyperPod replaces faulty nodes automatically',
  rationale: 'With NodeRecovery None a faulty node remains until an administrator replaces it, and jobs wait.',
  applies: 'planned clusters that set NodeRecovery; with autoscaling autoscaling-settings evaluates it',
  reference: 'https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_CreateCluster.html',
  needs: [],
  *cases(_, { plan, autoScaling, orchestrator }) {
    const recovery = plan?.request.NodeRecovery;
    if (recovery === undefined || (autoScaling && orchestrator === 'eks')) return;
    yield {
      resource: 'NodeRecovery',
      evaluate: () =>
        recovery === 'None'
          ? fail('NodeRecovery is None, Automatic expected. HyperPod does not reboot or replace faulty nodes.', {
              text: 'Set NodeRecovery to Automatic, or assign the replacement of faulty nodes to an administrator.',
            })
          : pass(`NodeRecovery is ${recovery}.`),
    };
  },
});
