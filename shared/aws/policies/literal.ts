/** Signs that mean something in the resources of a policy, as themselves. */
export const literal = (name: string): string => name.replace(/[*?$]/g, (sign) => `\${${sign}}`);
