# SPDX-License-Identifier: GPL-3.0-or-later
#
# Completion of claimctl for bash. What may follow, claimctl itself says; this only asks it, and puts together again
# the words that readline has cut at "=".

_claimctl()
{
	local words=() word cut='' line i

	for ((i = 1; i <= COMP_CWORD; i++)); do
		word=${COMP_WORDS[i]}
		if ((${#words[@]} > 0)) && [[ $word == = || $cut == = ]]; then
			words[-1]+=$word
		else
			words+=("$word")
		fi
		cut=$word
	done

	# Of a word that was cut, only what stands behind the "=" is replaced.
	[[ ${words[-1]} == *=* && $COMP_WORDBREAKS == *=* ]] && cut=${words[-1]%%=*}= || cut=''

	COMPREPLY=()
	while IFS= read -r line; do
		if [[ $line == :files ]]; then
			compopt -o filenames 2>/dev/null
			mapfile -t COMPREPLY < <(compgen -f -- "${words[-1]#"$cut"}")
			return
		fi
		line=${line%%$'\t'*}
		COMPREPLY+=("${line#"$cut"}")
	done < <("${1/#\~/$HOME}" complete -- "${words[@]}" 2>/dev/null)
}

complete -F _claimctl claimctl
