import { clusterCheck, fail, pass } from '../evaluation/check.ts';
import { imageUser, preferences, runAs, setRunAs, ubuntuPreferences } from '../iam/session-preferences.ts';
import { aws } from '../text/command-line.ts';
import { consolePage } from '../text/console-links.ts';

export default clusterCheck({
  id: 'run-as-enabled',
  level: 'required',
  levelNote: 'advice, required where the plan expects Run As',
  title: 'Session Manager starts sessions as a specified operating system user (Run As)',
  rationale:
    'Without Run As every session on a node uses ssm-user, who has root rights. The sessions of different people cannot be distinguished.',
  applies: 'every cluster; the preferences apply to all sessions of the account in the region',
  reference: 'https://docs.aws.amazon.com/systems-manager/latest/userguide/session-preferences-run-as.html',
  needs: ['sessionDocuments'],
  *cases(context, cluster) {
    const { facts, region } = context;
    const level = cluster.plan?.runAs?.expected ? 'required' : 'advice';
    yield {
      resource: preferences,
      level,
      evaluate: () => {
        const state = runAs(facts);
        if (state.on)
          return pass(
            `Document ${preferences} turns Run As on in ${region}${state.defaultUser === undefined ? '' : `, with the default user ${state.defaultUser}`}.`,
          );
        const other = facts.sessionDocuments[ubuntuPreferences];
        const only =
          other?.ok && other.value?.runAs === true
            ? ` ${ubuntuPreferences} does, but only sessions started with that document follow it.`
            : '';
        const user = imageUser(cluster.orchestrator);
        const content = { schemaVersion: '1.0', description: 'Session Manager preferences', sessionType: 'Standard_Stream' };
        const inputs = { runAsEnabled: true, runAsDefaultUser: user };
        return fail(
          `${state.saved ? `Document ${preferences} leaves Run As off in ${region}.` : `Run As is off in ${region}: no preferences are saved (document ${preferences} does not exist).`}${only}`,
          {
            text: `Turn on Run As with ${user} or another user that exists on the nodes as default user. The setting applies to all sessions of the account in ${region}.`,
            command: state.saved
              ? setRunAs(user, region)
              : aws(['ssm', 'create-document'], {
                  name: preferences,
                  'document-type': 'Session',
                  'document-format': 'JSON',
                  content: JSON.stringify({ ...content, inputs }),
                  region,
                }),
            console: consolePage(context)`systems-manager/session-manager/preferences?region=${region}`,
          },
        );
      },
    };
  },
});
