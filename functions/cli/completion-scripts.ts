/** Scripts that shells source. They hand over what is typed; what may follow is computed by this tool, so that scripts do not become outdated. */
import type { CommandLine } from '../../shared/core/text/command-line.ts';
import type { Candidate, Completion, Shell } from './completion.ts';

/** How a shell is answered: one candidate a line, or `:file` and `:folder`, which no candidate begins like. */
type Reply = (candidates: readonly Candidate[], words: readonly string[]) => readonly string[];

/**
 * Bash splits words at the characters of COMP_WORDBREAKS, so that `--format=json` arrives as `--format`, `=` and `json`, and it
 * replaces only the last of them. (bash(1), COMP_WORDBREAKS and Programmable Completion.)
 */
const isBreak = (word: string): boolean => word === '=' || word === ':';

export function joinedWords(words: readonly string[]): readonly string[] {
  const joined: string[] = [];
  words.forEach((word, n) => {
    const isNext = joined.length > 0 && (isBreak(word) || isBreak(words[n - 1] ?? ''));
    if (isNext) joined[joined.length - 1] += word;
    else joined.push(word);
  });
  return joined;
}

const replies: Readonly<Record<Shell, Reply>> = {
  bash: (candidates, words) => {
    const last = words.at(-1) ?? '';
    const fixed = (joinedWords(words).at(-1) ?? '').length - (isBreak(last) ? 0 : last.length);
    return candidates.map(({ word }) => word.slice(fixed));
  },
  zsh: (candidates) => candidates.map(({ word, description = '' }) => `${word.replaceAll(':', '\\:')}${description && `:${description}`}`),
  fish: (candidates) => candidates.map(({ word, description = '' }) => `${word}${description && `\t${description}`}`),
};

export const replyOf = (shell: Shell, completion: Completion, words: readonly string[]): readonly string[] =>
  typeof completion === 'string' ? [`:${completion}`] : replies[shell](completion, words);

const scripts: Readonly<Record<Shell, (name: string, call: CommandLine) => string>> = {
  bash: (name, call) => `_hyperpod_auditor() {
  local word
  COMPREPLY=()
  while IFS= read -r word; do
    case $word in
      :file) compopt -o default ;;
      :folder) compopt -o dirnames ;;
      *) COMPREPLY+=("$word") ;;
    esac
  done < <(${call} completion bash -- "\${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null </dev/null)
}
complete -F _hyperpod_auditor ${name}
`,
  zsh: (name, call) => `_hyperpod_auditor() {
  local -a lines
  lines=("\${(@f)$(${call} completion zsh -- "\${(@)words[2,CURRENT]}" 2>/dev/null </dev/null)}")
  case $lines[1] in
    :file|:folder)
      [[ $PREFIX == --*=* ]] && compset -P '*='
      if [[ $lines[1] == :folder ]]; then _files -/; else _files; fi ;;
    ?*) _describe -t values value lines ;;
  esac
}
(( $+functions[compdef] )) || { autoload -Uz compinit && compinit }
compdef _hyperpod_auditor ${name}
`,
  fish: (name, call) => `function __hyperpod_auditor
    set -l words (commandline -opc)
    set -e words[1]
    set -l typed (commandline -ct)
    set -l lines (${call} completion fish -- $words "$typed" 2>/dev/null </dev/null)
    set -l begin (string match -r -- '^--[^=]+=' "$typed")
    set -l path (string replace -r -- '^--[^=]+=' '' "$typed")
    switch "$lines[1]"
        case :file
            printf '%s\\n' "$begin"(__fish_complete_path "$path")
        case :folder
            printf '%s\\n' "$begin"(__fish_complete_directories "$path" '')
        case '?*'
            printf '%s\\n' $lines
    end
end
complete -c ${name} -f -a '(__hyperpod_auditor)'
`,
};

/** `call`: how the script calls this tool. */
export const completionScript = (shell: Shell, name: string, call: CommandLine): string =>
  `# Completion of ${name} for ${shell}; \`${call} completion --help\` says how to install it.\n${scripts[shell](name, call)}`;
