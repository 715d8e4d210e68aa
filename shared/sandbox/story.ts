import account from './account.json' with { type: 'json' };
import { type Description, parseDescription } from './description.ts';

/** The story account, 111122223333 (ml-prod): three regions at work, and a second account that lets it in. */
export const storyAccount = (): Description => parseDescription(account, 'shared/sandbox/account.json');

/** The account that plans and audits in the story. */
export const storyAccountId = '111122223333';
