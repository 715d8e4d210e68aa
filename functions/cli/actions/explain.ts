/** `explain`: why a cluster failed, by what is stored; or what a message means, without an account. */
import { explainFailures } from '../../../shared/core/explain/explain-cluster.ts';
import { jsonText } from '../../../shared/core/text/json.ts';
import { printable } from '../../../shared/core/text/printable.ts';
import { explain } from '../../../shared/query/explain.ts';
import { currentIo } from '../../process/io.ts';
import { emit } from '../../process/output.ts';
import { wrongPair } from '../../process/wrong-value.ts';
import { explainFormat, failureLines } from '../explain-text.ts';
import { withQuestions } from '../questions.ts';
import { screenOf } from '../screen.ts';
import { type AskOptions, answerOf, placesOf, show, usualLimit } from './ask.ts';

interface ExplainOptions extends AskOptions {
  readonly message?: string;
}

async function explainMessage(text: string, { format, output, color }: ExplainOptions): Promise<number> {
  const [found] = explainFailures({ cluster: '', failures: [{ of: 'message', times: 1, nodes: [], text: printable(text) }] });
  if (!found) throw new Error('One message has one explanation.');
  if (format === 'json') {
    const { explanation, checks } = found;
    await emit(`${jsonText({ message: found.text, ...explanation, checks: checks.map((c) => c.check) }, 2)}\n`, output);
    return 0;
  }
  const { checks } = await import('../../../shared/core/checks/index.ts');
  const titled = found.checks.map((c) => ({ ...c, title: checks.find(({ id }) => id === c.check)?.title ?? '' }));
  const screen = screenOf({ file: output !== undefined, ...(color !== undefined && { color }) });
  await emit(`${failureLines({ ...found, checks: titled }, { ...screen, now: currentIo().now() }).join('\n')}\n`, output);
  return 0;
}

export function explainCluster(cluster: string | undefined, options: ExplainOptions): Promise<number> {
  if (options.message !== undefined) {
    if (cluster !== undefined) throw wrongPair(['CLUSTER', '--message'], 'A message is explained without an account.');
    return explainMessage(options.message, options);
  }
  const parameters: Readonly<Record<string, string>> = cluster === undefined ? {} : { cluster };
  const asked = { question: explain, parameters, places: placesOf(options) };
  return show(explainFormat, options, currentIo().now(), () =>
    withQuestions(options, (ask, noAudit) => answerOf(asked, options.limit ?? usualLimit, ask, noAudit)),
  );
}
