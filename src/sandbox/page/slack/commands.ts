// What the composer knows of slash commands: which ones fit what is typed, and the hint for the one being written.

export interface Command {
  command: string
  description: string
  hint: string
}

/** Those that start with what is typed, then those that hold it; none once the command itself is finished. */
export function commandsFor(typed: string, commands: readonly Command[]): Command[] {
  if (!/^\/\S*$/.test(typed)) return []
  const wanted = typed.toLowerCase()
  const starts = commands.filter(({ command }) => command.toLowerCase().startsWith(wanted))
  const holds = commands.filter(
    each => !starts.includes(each) && each.command.toLowerCase().includes(wanted.slice(1)),
  )
  return [...starts, ...holds]
}

/** The command whose flags are being typed. */
export function commandBeingWritten(typed: string, commands: readonly Command[]): Command | undefined {
  const name = /^(\/\S+)\s/.exec(typed)?.[1]
  return commands.find(({ command }) => command === name)
}
