/** Why a message was not sent, and what its author can do: a part of a chunk that is loaded early. */

import { more } from '../language/more.ts'
import { errorText, texts } from '../language.ts'
import { edit } from '../redraft.ts'
import type { Session } from '../session.ts'
import type { Pending, PendingFault } from '../state.ts'

type Props = { message: Pending; fault: PendingFault; session: Session }

export function Fault({ message, fault, session }: Props) {
  const { id } = message
  return (
    <p class="fault">
      <strong>{texts.notSent}</strong> {faultText(fault)}{' '}
      <button type="button" class="link" onClick={() => session.act({ type: 'retry', id })}>
        {more.retry}
      </button>{' '}
      <button type="button" class="link" onClick={() => edit(session, message)}>
        {more.edit}
      </button>{' '}
      <button type="button" class="link" onClick={() => session.act({ type: 'delete', id })}>
        {more.delete}
      </button>
    </p>
  )
}

function faultText(fault: PendingFault): string {
  if (fault.kind === 'silent') return more.noAnswer
  return fault.kind === 'left' ? more.leftBefore : errorText(fault.code, fault.text)
}
