/**
 * Scripts that complete `oneroom` in bash, zsh and fish. A script only has words of the command line
 * in it, so that a shell completes them without starting Node.js.
 */
import type { CommandUsage, OptionUsage, Usage, Value } from './usage.ts'

export type Shell = 'bash' | 'zsh' | 'fish'

export function completion(shell: Shell, usage: Usage): string {
  const script = { bash, zsh, fish }[shell]
  return script(usage)
}

/** The options that may stand first: those before a command, and those of the default command. */
function firstOptions({ commands, options }: Usage): OptionUsage[] {
  const ofDefault = commands.find(({ isDefault }) => isDefault)?.options ?? []
  const flags = options.map(({ flag }) => flag)
  return [...options, ...ofDefault.filter(({ flag }) => !flags.includes(flag))]
}

/** For bash 3.2 and later, since macOS has 3.2. bash splits `--data=x` into three words. */
function bash({ name, commands, options }: Usage): string {
  const names = commands.map((command) => command.name)
  const first = options.map(({ flag }) => flag).join(' ')
  const ofDefault = commands.find(({ isDefault }) => isDefault)?.name
  return `# Completion of ${name} for bash.
_${name}() {
  local current=\${COMP_WORDS[COMP_CWORD]} previous=\${COMP_WORDS[COMP_CWORD-1]}
  local command=${ofDefault} at=1 words='${names.join(' ')}' flags='${first}'
  COMPREPLY=()
  if [[ $COMP_CWORD -gt 1 ]]; then
    case \${COMP_WORDS[1]} in
      ${names.join('|')}) command=\${COMP_WORDS[1]} at=2 words= flags= ;;
    esac
  fi
  if [[ $current == = ]]; then
    current=
  elif [[ $previous == = ]]; then
    previous=\${COMP_WORDS[COMP_CWORD-2]}
  fi
  case $command in
${commands.map(bashCommand).join('')}  esac
  if [[ $current == -* ]]; then
    COMPREPLY=($(compgen -W "$flags" -- "$current"))
  elif [[ $COMP_CWORD -eq $at ]]; then
    COMPREPLY=($(compgen -W "$words" -- "$current"))
  fi
}
complete -F _${name} ${name}
`
}

/** The words and flags of a command. An option before the cursor has its value completed. */
function bashCommand({ name, arguments: given, options }: CommandUsage): string {
  const words = given.flatMap(({ value }) => (value.type === 'words' ? value.words : []))
  const ofType = (type: Value['type']): string[] =>
    options.filter(({ value }) => value?.type === type).map(({ flag }) => flag)
  const chosen = options.flatMap(({ flag, value }) =>
    value?.type === 'words'
      ? [`${flag}) COMPREPLY=($(compgen -W '${value.words.join(' ')}' -- "$current")); return ;;`]
      : [],
  )
  const folders = `local IFS=$'\\n'
          COMPREPLY=($(compgen -d -- "$current"))
          compopt -o filenames 2>/dev/null
          return ;;`
  const branches = [
    ...chosen,
    ...(ofType('folder').length > 0
      ? [`${ofType('folder').join('|')})\n          ${folders}`]
      : []),
    ...(ofType('free').length > 0 ? [`${ofType('free').join('|')}) return ;;`] : []),
  ]
  return [
    `    ${name})`,
    ...(words.length > 0 ? [`      words+='${words.join(' ')}'`] : []),
    `      flags+=' ${options.map(({ flag }) => flag).join(' ')}'`,
    ...(branches.length > 0 ? ['      case $previous in'] : []),
    ...branches.map((branch) => `        ${branch}`),
    ...(branches.length > 0 ? ['      esac'] : []),
    '      ;;\n',
  ].join('\n')
}

/** Works as a file `_oneroom` in `fpath`, and with `source`. */
function zsh(usage: Usage): string {
  const { name, commands } = usage
  const list = commands
    .map((command) => `    ${quoted(`${command.name}:${command.description}`)}\n`)
    .join('')
  const branches = commands
    .map((command) => `    ${command.name})\n${zshArguments(command)}      ;;\n`)
    .join('')
  const first = zshArguments({ arguments: [], options: firstOptions(usage) })
  return `#compdef ${name}
_${name}() {
  local -a commands
  commands=(
${list}  )
  if (( CURRENT == 2 )) && [[ $words[2] != -* ]]; then
    _describe command commands
    return
  fi
  if (( \${commands[(I)$words[2]:*]} )); then
    shift words
    (( CURRENT-- ))
  fi
  case $words[1] in
${branches}    *)
${first}      ;;
  esac
}
if [[ $funcstack[1] == _${name} ]]; then
  _${name} "$@"
else
  compdef _${name} ${name}
fi
`
}

function zshArguments({
  arguments: words,
  options,
}: Pick<CommandUsage, 'arguments' | 'options'>): string {
  const specs = [
    ...words.map(({ value }, index) => `${index + 1}${zshValue(value)}`),
    ...options.map(({ flag, description, value }) => {
      const text = description.replaceAll(/[[\]\\:]/g, '\\$&')
      return value === undefined ? `${flag}[${text}]` : `${flag}=[${text}]${zshValue(value)}`
    }),
  ]
  return `      _arguments ${specs.map(quoted).join(' \\\n        ')}\n`
}

function zshValue(value: Value): string {
  if (value.type === 'folder') return ':folder:_files -/'
  return value.type === 'words' ? `:value:(${value.words.join(' ')})` : ':value: '
}

function fish(usage: Usage): string {
  const { name, commands } = usage
  const names = commands.map((command) => command.name).join(' ')
  const lines = commands.flatMap((command) => [
    fishLine(name, '__fish_use_subcommand', `-a ${command.name}`, command.description),
    ...command.arguments.flatMap(({ value }) =>
      value.type === 'words'
        ? [fishLine(name, seen(command.name), `-a ${quoted(value.words.join(' '))}`)]
        : [],
    ),
    ...command.options.map((option) => fishOption(name, seen(command.name), option)),
  ])
  const first = firstOptions(usage).map((option) => fishOption(name, `not ${seen(names)}`, option))
  return [
    `# Completion of ${name} for fish.`,
    `complete -c ${name} -f`,
    ...lines,
    ...first,
    '',
  ].join('\n')
}

function seen(names: string): string {
  return `__fish_seen_subcommand_from ${names}`
}

function fishOption(name: string, when: string, { flag, description, value }: OptionUsage): string {
  const long = `-l ${flag.slice(2)}`
  if (value === undefined) return fishLine(name, when, long, description)
  if (value.type === 'free') return fishLine(name, when, `${long} -x`, description)
  const words = value.type === 'words' ? value.words.join(' ') : '(__fish_complete_directories)'
  return fishLine(name, when, `${long} -x -a '${words}'`, description)
}

function fishLine(name: string, when: string, what: string, description?: string): string {
  const text = description === undefined ? '' : ` -d '${description.replaceAll(/[\\']/g, '\\$&')}'`
  return `complete -c ${name} -n '${when}' ${what}${text}`
}

/** For bash and zsh. */
function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`
}
