/** The keys that the page knows. A chunk of its own. */
import { isHost } from '../hosts.ts'
import { more } from '../language/more.ts'
import type { Session } from '../session.ts'
import { Dialog } from './dialog.tsx'

export function Shortcuts({ session, onClose }: { session: Session; onClose: () => void }) {
  const { shortcut } = more
  const keys: [keys: string[], meaning: string][] = [
    [['Enter'], shortcut.send],
    [['Shift+Enter'], shortcut.newLine],
    [['↑', '↓'], shortcut.recall],
    [['/', '@', ':'], shortcut.complete],
    [['Tab'], shortcut.accept],
    [['Shift+Tab'], shortcut.log],
    [['↑', '↓', 'Home', 'End'], shortcut.move],
    [['←', '→'], shortcut.buttons],
    [['Esc'], shortcut.back],
    [['Alt+↑', 'Alt+↓'], shortcut.rooms],
    ...(isHost(session.peek()) ? ([[['Alt+Enter'], shortcut.letIn]] as [string[], string][]) : []),
    [['?'], shortcut.sheet],
  ]
  return (
    <Dialog title={more.shortcuts} onClose={onClose}>
      <section class="commands">
        <dl>
          {keys.map(([pressed, meaning]) => (
            <div key={meaning}>
              <dt>
                {pressed.map((key) => (
                  <kbd key={key} dir="ltr">
                    {key}
                  </kbd>
                ))}
              </dt>
              <dd>{meaning}</dd>
            </div>
          ))}
        </dl>
      </section>
    </Dialog>
  )
}
