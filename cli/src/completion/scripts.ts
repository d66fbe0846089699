// The completion scripts, one a shell: each hands the words typed so far to `cardea __complete`.

const bash = `# bash completion of cardea
_cardea() {
  local line words=("\${COMP_WORDS[@]:1:COMP_CWORD}")
  local current="\${COMP_WORDS[COMP_CWORD]}"
  COMPREPLY=()
  while IFS=$'\\t' read -r line _; do
    COMPREPLY+=("$line")
  done < <("\${COMP_WORDS[0]}" __complete -- "\${words[@]}" 2>/dev/null)
  # Without a suggestion of ours, names of files.
  if [ \${#COMPREPLY[@]} -eq 0 ]; then
    while IFS= read -r line; do COMPREPLY+=("$line"); done < <(compgen -f -- "$current")
  fi
  # A value is to follow.
  [[ \${#COMPREPLY[@]} -eq 1 && \${COMPREPLY[0]} == *= ]] && compopt -o nospace 2>/dev/null
  return 0
}
complete -F _cardea cardea
`;

const zsh = `#compdef cardea
# zsh completion of cardea
_cardea() {
  local -a suggestions
  local line word about
  while IFS=$'\\t' read -r word about; do
    [[ -n $word ]] && suggestions+=("\${word//:/\\\\:}\${about:+:$about}")
  done < <("\${words[1]}" __complete -- "\${(@)words[2,CURRENT]}" 2>/dev/null)
  if (( \${#suggestions} )); then
    _describe 'cardea' suggestions
  else
    _files
  fi
}
if [ "$funcstack[1]" = "_cardea" ]; then _cardea "$@"; else compdef _cardea cardea; fi
`;

const fish = `# fish completion of cardea
function __cardea_complete
  set -l words (commandline -opc) (commandline -ct)
  cardea __complete -- $words[2..-1] 2>/dev/null
end
complete -c cardea -a '(__cardea_complete)'
`;

export const completionScripts = { bash, zsh, fish } as const;
