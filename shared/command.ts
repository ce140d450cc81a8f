/**
 * A row of the command table. `usage`: the command as typed. `summary`: one sentence. `more`:
 * further sentences for `/help NAME`. `daily`: whether most people use it; /help lists those first. `where`: `everywhere`, or `terminal` if it concerns readers of
 * lines only. `akin`: names of the same command in other programs, which are suggested but not
 * accepted.
 */
export type Command = {
  name: string
  usage: string
  daily?: true
  summary: string
  more: readonly string[]
  where: 'everywhere' | 'terminal'
  akin: readonly string[]
  /** Whether it is for hosts only. */
  ofHosts?: true
  /** Whether it works at the server's own console only, which has a list of its own. */
  ofConsole?: true
}
