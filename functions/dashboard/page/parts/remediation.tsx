/** How to fix a failure: the text, a command to copy, a link to the console. */
import type { Remediation } from '../../../../shared/core/evaluation/finding.ts';
import { Copyable, LinkOut } from './copy-button.tsx';

/** `of`: what the command is for, read out by screen readers. */
export function RemediationSteps({ remediation, of }: { readonly remediation: Remediation; readonly of: string }) {
  const { text, command, console } = remediation;
  return (
    <>
      <p>{text}</p>
      {command !== undefined && <Copyable text={command} label={`the command for ${of}`} />}
      {console !== undefined && (
        <p>
          <LinkOut href={console}>Open it in the console</LinkOut>
        </p>
      )}
    </>
  );
}
