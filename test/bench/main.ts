/** `npm run bench`: prints tables; nothing here passes or fails. */
import { benchEvaluate } from './evaluate.ts';

benchEvaluate();
