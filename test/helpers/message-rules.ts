/** The form of messages: what a person who is paged at night reads first. The words are those of test/structure. */

/** Words that begin a clause about circumstances: a message begins with a number, a resource or another subject. */
const circumstances =
  /^(?:if|where|when|whether|because|since|although|though|unless|while|without|within|with|in|of|for|as|at|on|by|from|before|after|before|else|what|which|nothing|not|none|neither|let|see)\b/i;

const mostWords = 30;

/** Ids, ARNs, addresses, paths and actions: a list of them has one name however long it is. */
const name = /^[^\s]*(?:[:/\d→*]|[a-z][A-Z]|-0)[^\s]*$/;

/** Number of words. Quotations, commands and lists of names count as one, and what is in parentheses as none. */
export function wordCount(sentence: string): number {
  const words = sentence
    .replace(/"[^"]*"/g, 'X')
    .replace(/\baws [a-z0-9-]+ [a-z-]+ --.*/, 'X')
    .replace(/\bendpoint (?=vpce-)/g, '')
    .replace(/ ?\((?:[^()]|\([^()]*\))*\)/g, '')
    .split(/\s+/)
    .map((word) => word.replace(/[.,;:]+$/, ''));
  const isName = words.map((word) => name.test(word) || word === 'and' || word === 'or');
  return words.filter((_, i) => !(isName[i] && isName[i - 1])).length;
}

/** Sentences, also those that begin with an id, and parts of a sentence that a semicolon sets apart. */
const sentencesOf = (text: string): readonly string[] => text.split(/(?<=[\w)"'*]{2}\.) (?=\S)|; /);

/** What is wrong with the form of a text of whole sentences; empty: nothing. */
export function sentenceFaults(text: string): readonly string[] {
  const long = sentencesOf(text).filter((sentence) => wordCount(sentence) > mostWords);
  return [
    ...(/[.]$/.test(text) ? [] : [`ends without a period: ${text}`]),
    ...(/^[a-z]+\b(?![-:.\d])/.test(text) && !/^[a-z]+[A-Z]/.test(text) ? [`begins in lower case: ${text}`] : []),
    ...long.map((sentence) => `more than ${mostWords} words: ${sentence}`),
    ...(/\bundefined\b|\bNaN\b|\[object| {2}|\.\.|[;,]\./.test(text.replace(/\.\.\./g, '')) ? [`has a gap: ${text}`] : []),
  ];
}

/** The same for the message of a finding, which begins with a number, a resource or another subject. */
export const messageFaults = (message: string): readonly string[] => [
  ...(circumstances.test(message) ? [`begins with a circumstance: ${message}`] : []),
  ...sentenceFaults(message),
];

/** The reason of what is not evaluated: what is missing, as the beginning of a sentence without its capital letter and its period. */
export const reasonFaults = (reason: string): readonly string[] => [
  ...(/[.;:,]$/.test(reason) ? [`ends with a mark: ${reason}`] : []),
  ...(/^(?:[A-Z][a-z]+ (?!Quotas|[a-z-]*\d)|no |none |neither )/.test(reason) && !/^(?:AutoScaling|Service Quotas)/.test(reason)
    ? [`begins with a capital letter or a denial: ${reason}`]
    : []),
  ...sentencesOf(reason)
    .filter((sentence) => wordCount(sentence) > mostWords)
    .map((sentence) => `more than ${mostWords} words: ${sentence}`),
];
