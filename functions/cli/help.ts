/** Paragraphs of help that several commands share. */

export const resultCodes = `
Exit code:
  0  nothing required fails, and everything required was evaluated
  1  something required fails, or a planned region is not enabled
  2  nothing fails, but something required was not evaluated, or the selection holds no cluster
  3  no result: the plan, the arguments, the credentials, or a defect of this tool
  130  interrupted
Warnings, such as an expired mute, never change it.`;

export const selectionHelp = `
--account, --region and --cluster narrow what is read and shown. The result says how many planned clusters are outside, and the
exit code covers the selection.
`;
