/** A sample of random operations; `npm run test:reliability` tries more. */
import { testRandomOperations } from './random-operations.ts';

testRandomOperations(10);
