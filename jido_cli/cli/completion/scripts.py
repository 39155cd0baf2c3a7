"""The scripts that make bash, zsh and fish ask `jido` what may come next.

None of them evaluates what it is told: answers are words, taken as they are. The variable
`VARIABLE` says that the command is asked by a shell, and which.
"""

from __future__ import annotations

from typing import Final

VARIABLE: Final = "_JIDO_COMPLETE"

_BASH: Final = r"""
_jido() {
    local line kind="" current="${COMP_WORDS[COMP_CWORD]}"
    COMPREPLY=()
    while IFS= read -r line; do
        if [[ -z $kind ]]; then kind=$line; else COMPREPLY+=("$line"); fi
    done < <(_JIDO_COMPLETE=bash command jido "${COMP_LINE:0:COMP_POINT}" 2>/dev/null)
    if [[ $kind == files ]]; then
        compopt -o filenames 2>/dev/null
        while IFS= read -r line; do COMPREPLY+=("$line"); done < <(compgen -f -- "$current")
    elif [[ ${#COMPREPLY[@]} == 1 && ${COMPREPLY[0]} == *= ]]; then
        compopt -o nospace 2>/dev/null
    fi
}
complete -F _jido jido
"""

_ZSH: Final = r"""
#compdef jido
_jido() {
    local line word kind
    local -a told closed open
    told=("${(@f)$(_JIDO_COMPLETE=zsh command jido \
        "${(@Q)words[2,CURRENT-1]}" "${(Q)PREFIX}" 2>/dev/null)}")
    kind=$told[1]
    for line in "${(@)told[2,-1]}"; do
        word=${line%%$'\t'*}
        line="${word//:/\\:}:${line#*$'\t'}"
        if [[ $word == *= ]]; then open+=("$line"); else closed+=("$line"); fi
    done
    if [[ $kind == files ]]; then
        _files
    elif [[ $kind == words ]]; then
        _describe -V jido closed -- open -S ''
    fi
}
if [[ $funcstack[1] == _jido ]]; then
    _jido "$@"
elif (( $+functions[compdef] )); then
    compdef _jido jido
fi
"""

_FISH: Final = r"""
function __jido_complete
    set -l before (commandline -opc)
    set -l current (commandline -ct)
    set -e before[1]
    set -l told (env _JIDO_COMPLETE=fish jido $before "$current" 2>/dev/null)
    switch "$told[1]"
        case files
            __fish_complete_path "$current"
        case words
            set -e told[1]
            printf '%s\n' $told
    end
end
complete -c jido -e
complete -c jido -f -a '(__jido_complete)'
"""

SCRIPTS: Final = {"bash": _BASH, "zsh": _ZSH, "fish": _FISH}


def script(shell: str) -> str | None:
    """Return the script for a shell, or None for one that is not known."""
    found = SCRIPTS.get(shell)
    return found.strip("\n") if found is not None else None
