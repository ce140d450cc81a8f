/** What a person says: a draft becomes messages or a command, and a message a draft again. */
import { draftOf, meaningOf, type Spoken } from './draft.ts'
import { texts } from './language.ts'
import type { Session } from './session.ts'

/** Takes a draft. False if it stays in the composer. */
export async function submit(session: Session, draft: string): Promise<boolean> {
  const meaning = meaningOf(draft)
  switch (meaning.type) {
    case 'nothing':
      return false
    case 'say':
      return session.say(meaning.messages)
    default: {
      const command = await import('./command.ts').catch(() => null)
      return command ? command.take(session, meaning) : session.hint(texts.connectionLost)
    }
  }
}

/** Moves a message that was not sent back into the composer. */
export function edit(session: Session, message: Spoken & { id: string }): void {
  session.act({ type: 'delete', id: message.id })
  session.rewrite.value = (draft) => [draftOf(message), draft].filter(Boolean).join('\n')
}
