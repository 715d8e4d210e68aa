import { DescribeManagedPrefixListsCommand } from '@aws-sdk/client-ec2';
import { collector } from '../collector.ts';
import { readReferenced, vpcsIn } from '../referenced.ts';
import { after, allPages, list, text } from '../response.ts';

/** Lists of AWS and of the account. The name shows which one is for S3. */
export default collector({
  fact: 'prefixLists',
  grants: [{ action: 'ec2:DescribeManagedPrefixLists', why: "which prefix list is S3's" }],
  collect: async ({ call, ...scope }) =>
    readReferenced(
      await vpcsIn(scope),
      () =>
        allPages(
          (token) =>
            call('ec2:DescribeManagedPrefixLists', (ec2, options) =>
              ec2.send(new DescribeManagedPrefixListsCommand({ MaxResults: 100, ...after(token) }), options),
            ),
          (page) =>
            list(page.PrefixLists, 'PrefixLists').map((p) => ({
              id: text(p.PrefixListId, 'PrefixListId'),
              name: text(p.PrefixListName, 'PrefixListName'),
            })),
        ),
      [],
    ),
});
