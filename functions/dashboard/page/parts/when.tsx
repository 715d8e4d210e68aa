/** A moment: how long ago, and exactly when. */
import { momentWords } from './age-text.ts';

interface WhenProps {
  readonly at: string;
  /** When the page was made, where it is a report: its ages are those of that day. */
  readonly now: number;
  /** It may have been any time since `at`. */
  readonly orLater?: boolean | undefined;
}

export function When({ at, now, orLater }: WhenProps) {
  const { age, exact } = momentWords(at, now, orLater);
  return (
    <time dateTime={at}>
      {age} <span class="exact">({exact})</span>
    </time>
  );
}
