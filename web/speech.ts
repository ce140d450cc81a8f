/** What a person says: a draft becomes messages or a command. */
import { meaningOf } from './draft.ts'
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
      const { room } = session.peek()
      const command = await import('./command.ts').catch(() => null)
      if (command === null) return session.hint(texts.connectionLost)
      // The draft stays in its room if another one is shown meanwhile.
      return session.peek().room === room && command.take(session, meaning)
    }
  }
}
