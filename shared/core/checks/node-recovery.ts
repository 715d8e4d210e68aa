import { clusterCheck, fail, pass } from '../evaluation/check.ts';

export default clusterCheck({
  id: 'node-recovery',
  level: 'recommended',
  title: 'HyperPod replaces faulty nodes by itself',
  rationale: 'With NodeRecovery None a faulty node stays until an administrator replaces it, and training waits.',
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
          ? fail('NodeRecovery is None. HyperPod neither reboots nor replaces faulty nodes.', {
              text: 'Set NodeRecovery to Automatic, or plan who replaces faulty nodes.',
            })
          : pass(`NodeRecovery is ${recovery}.`),
    };
  },
});
