/** The commands, or one of them with all that there is to know about it. */
import type { Command } from '../../shared/command.ts'
import { type CommandName, commandOf } from '../../shared/commands.ts'
import { grouped } from '../../shared/help.ts'
import { offered } from '../command.ts'
import { isHost } from '../hosts.ts'
import { more } from '../language/more.ts'
import { texts } from '../language.ts'
import type { Session } from '../session.ts'
import { Dialog } from './dialog.tsx'

type Props = { session: Session; about?: CommandName | undefined; onClose: () => void }

export function Help({ session, about, onClose }: Props) {
  if (about !== undefined) return <About about={about} onClose={onClose} />
  const hosting = isHost(session.peek())
  const shown = offered.filter(({ ofHosts }) => hosting || !ofHosts)
  return (
    <Dialog title={more.help} onClose={onClose}>
      {grouped(shown).map(({ title, rows }) => (
        <section key={title} class="commands">
          <h3>{more.helpGroups[title]}</h3>
          <dl>
            {rows.map((command) => (
              <div key={command.name}>
                <dt>
                  <code dir="ltr">{command.usage}</code>
                </dt>
                <dd>{summaryOf(command)}</dd>
              </div>
            ))}
          </dl>
        </section>
      ))}
    </Dialog>
  )
}

function About({ about, onClose }: { about: CommandName; onClose: () => void }) {
  const command = offered.find(({ name }) => name === about)
  const { usage, more: sentences } = command ?? commandOf(about)
  return (
    // Isolated: in a page from right to left, the slash would stand at the end.
    <Dialog title={`\u2066${usage}\u2069`} onClose={onClose}>
      <p>{summaryOf(commandOf(about))}</p>
      {/* The command table is in English. */}
      <div lang="en" dir="ltr">
        {sentences.map((line) => (
          <p key={line}>{line}</p>
        ))}
      </div>
      {command === undefined && <p class="note">{more.helpTerminal}</p>}
    </Dialog>
  )
}

function summaryOf({ name, summary }: Command): string {
  return texts.commands[name] ?? summary
}
