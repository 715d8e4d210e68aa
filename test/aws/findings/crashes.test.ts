/** A sample of crashes; `npm run test:reliability` tries a crash after every write. */
import { describeCrashes } from './crashes.ts';

describeCrashes(7);
