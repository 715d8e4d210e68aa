import { clusterCheck, fail, pass } from '../evaluation/check.ts';
import { some } from '../text/words.ts';

export default clusterCheck({
  id: 'tags',
  level: 'required',
  title: 'No tag key of the request begins with aws:',
  rationale: 'AWS reserves tag keys that begin with aws: and refuses a request that sets one.',
  applies: 'planned clusters with tags',
  reference: 'https://docs.aws.amazon.com/tag-editor/latest/userguide/best-practices-and-strats.html',
  needs: [],
  *cases(_, { plan }) {
    const tags = plan?.request.Tags ?? [];
    if (tags.length === 0) return;
    yield {
      resource: 'Tags',
      evaluate: () => {
        const reserved = tags.map((tag) => tag.Key).filter((key) => key.toLowerCase().startsWith('aws:'));
        if (reserved.length === 0) return pass(`${tags.length} ${tags.length === 1 ? 'tag' : 'tags'}, none with the reserved prefix aws:.`);
        return fail(
          `${reserved.length} of ${tags.length} tag keys ${reserved.length === 1 ? 'begins' : 'begin'} with aws:, which AWS reserves: ${some(reserved)}.`,
          {
            text: 'Rename or remove these tags.',
          },
        );
      },
    };
  },
});
